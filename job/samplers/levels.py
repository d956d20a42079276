"""Which columns are discrete: they hold few values, each many times, and a value in between would give a row away."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from job.samplers.space import Floats

MOST_LEVELS = 50
LEAST_REPEATS = 5  # rows for each value, on average; with fewer, a small table's measurements would look discrete
_FIRST_ROWS = 1_024  # enough to tell that a column of measurements isn't discrete
_BLOCK_ROWS = 65_536


def find_levels(X: Any, columns: NDArray[np.intp]) -> dict[int, Floats]:
    """Return the ascending values of each discrete column.

    Parameters
    ----------
    X : ndarray or CSR matrix of shape (n_samples, n_features)
        NaN is missing.
    columns : ndarray of int
        Where to look.

    Returns
    -------
    dict of int to ndarray
        Column -> its two to 50 values, for those columns that have so few and at least five rows for each.
    """
    levels: dict[int, Floats] = {int(column): np.empty(0) for column in columns}
    most = min(MOST_LEVELS, X.shape[0] // LEAST_REPEATS)
    start, size = 0, _FIRST_ROWS
    while start < X.shape[0] and levels:
        chosen = np.array(list(levels), dtype=np.intp)
        part = X[start : start + size][:, chosen]
        cells = np.asarray(part.toarray() if sparse.issparse(part) else part, dtype=np.float64)
        for column, values in zip(chosen.tolist(), cells.T, strict=True):
            levels[column] = _add_levels(levels[column], values)
            if len(levels[column]) > most:
                del levels[column]
        start, size = start + size, _BLOCK_ROWS
    return {column: values for column, values in levels.items() if len(values) > 1}


def _add_levels(levels: Floats, values: Floats) -> Floats:
    """Return the ascending levels with those values that aren't among them yet."""
    if len(levels):
        place = np.minimum(np.searchsorted(levels, values), len(levels) - 1)
        values = values[levels[place] != values]
    new = np.unique(values[~np.isnan(values)])
    return np.union1d(levels, new) + 0.0  # + 0.0 makes 0.0 of -0.0, of which either may come first
