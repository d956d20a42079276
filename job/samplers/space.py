"""The space in which distances are measured: columns on one scale, safe for values from 1e-300 to 1e300."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
FARTHEST = 1e6  # in units of the spread; squares of it stay far from overflow, and rounding errors small
_CONSTANT = 1e-14


@dataclass(frozen=True, eq=False)
class Scale:
    """One affine map for each column: ``(x / unit - center) / spread``."""

    unit: Floats
    center: Floats
    spread: Floats
    variance: Floats  # of the mapped column: 1, or 0 where a column is constant, unless columns keep their own scales

    def apply(self, rows: Floats) -> Floats:
        """Map rows of shape (n, n_columns) into the space; NaN stays NaN."""
        with np.errstate(over="ignore"):
            scaled = rows / self.unit
        scaled -= self.center
        scaled /= self.spread
        return np.clip(scaled, -FARTHEST, FARTHEST, out=scaled)


def fit_scale(rows: Floats, standardize: bool) -> Scale:
    """Fit the map to unit standard deviation, or to one common factor where columns keep their own scales.

    Sums run over sorted columns, since a sum's last bits depend on the order of its terms.

    Parameters
    ----------
    rows : ndarray of shape (n_samples, n_columns)
        NaN is missing.
    standardize : bool
        False divides all columns by one power of two, which changes no neighbour.
    """
    present = ~np.isnan(rows)
    unit = np.max(np.abs(rows), axis=0, where=present, initial=0.0)
    if not standardize:
        exponent = np.frexp(unit.max(initial=0.0))[1] - 1
        unit = np.full(rows.shape[1], np.ldexp(1.0, int(exponent)))
    unit = np.where(unit > 0, unit, 1.0)
    ordered = np.sort(rows / unit, axis=0)
    missing = np.isnan(ordered)
    ordered[missing] = 0.0
    count = np.maximum(present.sum(axis=0), 1)
    center = ordered.sum(axis=0) / count
    ordered -= center
    ordered[missing] = 0.0
    spread = np.sqrt((ordered * ordered).sum(axis=0) / count)
    if not standardize:
        return Scale(unit, center, np.ones_like(spread), spread * spread)
    varies = spread > _CONSTANT
    return Scale(unit, center, np.where(varies, spread, 1.0), varies.astype(np.float64))


@dataclass(frozen=True, eq=False)
class Points:
    """Rows ready for distances: scaled numbers and category codes, NaN where a cell is missing."""

    numbers: Floats
    codes: Floats
    mismatch: float  # what a pair of different categories adds to a squared distance
    unrelated: float  # the squared distance of two rows that share no present cell
    has_missing: bool

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def is_plain(self) -> bool:
        """Whether distances are plain Euclidean: no categories, nothing missing."""
        return self.codes.shape[1] == 0 and not self.has_missing

    def take(self, index: Indices) -> Points:
        """Return the points at these positions."""
        return Points(self.numbers[index], self.codes[index], self.mismatch, self.unrelated, self.has_missing)
