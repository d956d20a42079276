"""Rows that are the same in every feature, or nearly."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

from job.data.difficulty.magnitude import find_shrinkage
from job.data.difficulty.minority_types import draw

ALONE = -1
NEARER = 100

_MOST_ASKED, _LEAST_ASKED = 1_000, 200
_MOST_WORK = 10_000_000_000  # of one search: a few seconds on one core
_WORK_OF_A_ROW = 100  # to be compared with another one, beside that of each column
_BLOCK_CELLS = 4_000_000
_COPIES = 16  # that a row may have and still be found out
_CLOSE = 0.01


def number_identical(X: pd.DataFrame) -> np.ndarray:
    """Give rows that are the same in every feature one number.

    Parameters
    ----------
    X : pandas.DataFrame of shape (n_rows, n_features)
        Features; missing values are equal to each other.

    Returns
    -------
    ndarray of shape (n_rows,) of int64
        0, 1, 2, ... in the order of first appearance; `ALONE` for a row like no other.
    """
    numbers = np.full(len(X), ALONE, dtype=np.int64)
    # A hash finds the few rows that may be alike in one pass; only these are compared whole.
    hashes = pd.util.hash_pandas_object(X, index=False).to_numpy()
    candidates = np.flatnonzero(pd.Series(hashes).duplicated(keep=False).to_numpy())
    if len(candidates):
        codes = _code_cells(X.iloc[candidates])
        _, first, place, count = np.unique(codes, axis=0, return_index=True, return_inverse=True, return_counts=True)
        shared = np.flatnonzero(count > 1)
        order = np.full(len(count), ALONE, dtype=np.int64)
        order[shared[np.argsort(first[shared])]] = np.arange(len(shared))
        numbers[candidates] = order[place.ravel()]
    return numbers


def _code_cells(X: pd.DataFrame) -> np.ndarray:
    """Number the values of each column; missing ones are a value too."""
    return np.column_stack([pd.factorize(X[name], use_na_sentinel=False)[0] for name in X.columns])


def share_near_duplicates(
    prepare: Callable[[pd.DataFrame], np.ndarray],
    X: pd.DataFrame,
    others: np.ndarray,
    groups: np.ndarray | None,
    seed: int,
) -> tuple[float, int]:
    """Find the share of rows with near-duplicates: up to 16 rows that are 100 times nearer than the next one.

    Where columns vary smoothly, one row in 100 ** n_columns is so by chance [1]_. Equal rows don't count. Where most
    columns are categories, two rows of one combination may be near in what is left; so each column must be close as
    well: no more than 1 % of all rows have a value between.

    Parameters
    ----------
    prepare : callable
        From features to numbers.
    X : pandas.DataFrame of shape (n_rows, n_features)
        Neighbours are sought among all of them, because a sample would part the pairs.
    others : ndarray of shape (n, n_columns)
        A sample of the prepared rows.
    groups : ndarray of shape (n_rows,) or None
        Near-duplicates of the same group don't count: no split parts them.
    seed : int
        Of the sample of rows whose neighbours are sought.

    Returns
    -------
    share : float
    n_asked : int
        Rows of the sample.

    References
    ----------
    .. [1] Facco, d'Errico, Rodriguez, Laio (2017). Estimating the intrinsic dimension of datasets by a minimal
       neighborhood information. Scientific Reports 7, 12140.
    """
    work = len(X) * (others.shape[1] + _WORK_OF_A_ROW)
    n_asked = int(np.clip(_MOST_WORK // work, _LEAST_ASKED, _MOST_ASKED))
    rows = draw(np.arange(len(X)), n_asked, np.random.RandomState(seed))
    asked = prepare(X.iloc[rows])
    distances, found = _find_nearest_unequal(asked, prepare, X)
    gaps = (NEARER * distances[:, :-1] < distances[:, 1:]) & np.isfinite(distances[:, 1:])
    suspects = np.flatnonzero(gaps.any(axis=1))
    last = gaps[suspects].argmax(axis=1)
    if groups is not None:
        strange = groups[found[suspects]] != groups[rows[suspects], np.newaxis]
        parted = (strange & (np.arange(found.shape[1]) <= last[:, np.newaxis])).any(axis=1)
        suspects, last = suspects[parted], last[parted]
    if not len(suspects):
        return 0.0, len(rows)
    between = _share_between(asked[suspects], prepare(X.iloc[found[suspects, last]]), others)
    return float((between <= _CLOSE + (last + 1) / len(X)).sum() / len(rows)), len(rows)


def _find_nearest_unequal(
    asked: np.ndarray, prepare: Callable[[pd.DataFrame], np.ndarray], X: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray]:
    """Distances of the nearest rows, nearest first, and which these are; infinite where there are no more."""
    distances = np.full((len(asked), _COPIES + 1), np.inf)
    found = np.zeros(distances.shape, dtype=np.intp)
    for start, block in _prepare_blocks(prepare, X, asked.shape[1]):
        factor = find_shrinkage(float(max(np.abs(asked).max(initial=0.0), np.abs(block).max())), asked.shape[1])
        with threadpool_limits(limits=1), np.errstate(over="ignore"):
            search = NearestNeighbors(n_neighbors=min(_COPIES + 2, len(block)), algorithm="brute").fit(factor * block)
            near = search.kneighbors(factor * asked, return_distance=False)
            # Again, one by one: the search has distances from a product of matrices, whose round-off hides small ones.
            exact = np.sqrt(((factor * asked[:, np.newaxis] - factor * block[near]) ** 2).sum(axis=2)) / factor
        exact[exact == 0] = np.inf
        distances, found = np.hstack([distances, exact]), np.hstack([found, start + near])
        order = np.argsort(distances, axis=1, kind="stable")[:, : _COPIES + 1]
        distances, found = np.take_along_axis(distances, order, axis=1), np.take_along_axis(found, order, axis=1)
    return distances, found


def _prepare_blocks(
    prepare: Callable[[pd.DataFrame], np.ndarray], X: pd.DataFrame, n_columns: int
) -> Iterator[tuple[int, np.ndarray]]:
    size = max(1, _BLOCK_CELLS // max(n_columns, 1))
    return ((start, prepare(X.iloc[start : start + size])) for start in range(0, len(X), size))


def _share_between(left: np.ndarray, right: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The largest share, over columns, of rows whose value lies between those of two rows."""
    low, high, ordered = np.minimum(left, right), np.maximum(left, right), np.sort(others, axis=0)
    between = [
        np.searchsorted(values, high[:, column], "left") - np.searchsorted(values, low[:, column], "right")
        for column, values in enumerate(ordered.T)
    ]
    return np.asarray(np.max(between, axis=0) / len(others))
