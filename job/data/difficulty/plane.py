"""The two directions in which rows vary most, and where rows lie in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh
from threadpoolctl import threadpool_limits

_TIE_BREAK = 1e-7
_NEGLIGIBLE = 1e-6
_LOADING_DECIMALS = 6


@dataclass(frozen=True, eq=False)
class Plane:
    """Up to two directions through the centre of some rows.

    Parameters
    ----------
    centre : ndarray of shape (n_columns,)
    axes : ndarray of shape (n_axes, n_columns)
        Orthogonal, of length 1; the loading of each that is furthest from 0 is positive. One axis where the rows lie
        on a line, none where they are all equal, or so large that their sum is not finite.
    shares : tuple of float
        Each axis's share of the variance, rounded to four decimals.
    """

    centre: np.ndarray
    axes: np.ndarray
    shares: tuple[float, ...]

    def place(self, X: np.ndarray) -> np.ndarray:
        """Give coordinates to rows of the same columns.

        Parameters
        ----------
        X : ndarray of shape (n_rows, n_columns)

        Returns
        -------
        ndarray of shape (n_rows, n_axes)
        """
        with threadpool_limits(limits=1):
            return np.asarray((X - self.centre) @ self.axes.T)


def fit_plane(X: np.ndarray) -> Plane:
    """Find the first two principal components.

    Of directions with equal variance any mixture would do, and round-off would choose one; so earlier columns (earlier
    rows, where these are fewer) count for a ten-millionth more.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_columns), float64
        At least one row and one column, finite.

    Returns
    -------
    Plane
    """
    with np.errstate(over="ignore", invalid="ignore"):  # rows whose sum overflows have no plane
        centre = X.mean(axis=0)
        moved = X - centre
    largest = float(np.abs(moved).max())
    if not largest > 0 or not np.isfinite(largest):
        return Plane(centre, np.empty((0, X.shape[1])), ())
    moved /= largest
    with threadpool_limits(limits=1):
        products = moved.T @ moved if X.shape[1] <= len(X) else moved @ moved.T
        total, n = float(np.trace(products)), len(products)
        products -= np.diag(np.linspace(0, _TIE_BREAK * total, n))
        values, vectors = eigh(products, subset_by_index=[max(0, n - 2), n - 1])
        axes = vectors.T[::-1] if X.shape[1] <= len(X) else vectors.T[::-1] @ moved
    kept = values[::-1] > _NEGLIGIBLE * total
    axes = np.array([_orient(axis / np.linalg.norm(axis)) for axis in axes[kept]]).reshape(-1, X.shape[1])
    return Plane(centre, axes, tuple(round(float(value / total), 4) for value in values[::-1][kept]))


def _orient(axis: np.ndarray) -> np.ndarray:
    rounded = np.round(axis, _LOADING_DECIMALS)
    return axis if rounded[np.argmax(np.abs(rounded))] >= 0 else -axis
