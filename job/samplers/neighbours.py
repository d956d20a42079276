"""Exact nearest neighbours whose distances and order are the same on every machine.

Fast searches compute distances by matrix products, whose last bits vary with the BLAS kernel and the number of threads.
So they only propose candidates here; the distances that count are summed column by column, ties go to the lower
row, and a row for which a candidate may have been overlooked is searched exhaustively.
"""

import numpy as np
from numpy.typing import NDArray

from job.samplers.space import Floats, Indices, Points
from job.samplers.threads import ALONE, Workers

WHOLE_ROWS = 4_000  # above this many rows neighbours are sought within cells
CELL_ROWS = 2_000  # of at most so many
SPARE_CANDIDATES = (3, 16, 48)  # a few show that nothing nearer was left out, unless distances are tied
_BLOCK_PAIRS = 262_144  # of eight or four bytes: they stay in the processor's cache
_SMALL_WORK = 2_000_000


def find_neighbours(points: Points, n_neighbors: int, workers: Workers = ALONE) -> tuple[Indices, Floats]:
    """Find each point's nearest other points; past 4,000 points within cells made by median splits.

    Parameters
    ----------
    points : Points
    n_neighbors : int
        Less than their number.
    workers : Workers

    Returns
    -------
    neighbours, distances : ndarrays of shape (n_points, n_neighbors)
        Ordered by (distance, position).
    """
    neighbours = np.empty((len(points), n_neighbors), np.intp)
    distances = np.empty((len(points), n_neighbors))

    def search(cell: Indices) -> None:
        inside = points if len(cell) == len(points) else points.take(cell)
        found, distances[cell] = nearest(inside, inside, n_neighbors, exclude_self=True)
        neighbours[cell] = cell[found]

    workers.run(search, split_cells(points))
    return neighbours, distances


def measure_distances(queries: Points, others: Points, k: int, workers: Workers = ALONE) -> Floats:
    """Return the distances from each query to its k nearest others, in ascending order."""
    distances = np.empty((len(queries), k))

    def search(span: slice) -> None:
        distances[span] = nearest(queries.take(np.arange(span.start, span.stop)), others, k)[1]

    workers.run(search, workers.split((len(queries), len(others))))
    return distances


def split_cells(points: Points) -> list[Indices]:
    """Split more than 4,000 points at the median of their widest column until no cell has more than 2,000."""
    if len(points) <= WHOLE_ROWS:
        return [np.arange(len(points))]
    columns = np.hstack((points.numbers, points.codes))
    columns[np.isnan(columns)] = 0.0
    finished: list[Indices] = []
    waiting = [np.arange(len(points))]
    while waiting:
        cell = waiting.pop()
        if len(cell) <= CELL_ROWS:
            finished.append(cell)
            continue
        inside = columns[cell]
        widest = inside[:, np.argmax(((inside - inside.mean(axis=0)) ** 2).mean(axis=0))]
        half = len(cell) // 2
        median = np.partition(widest, half)[half]
        low = widest < median
        low[np.flatnonzero(widest == median)[: half - np.count_nonzero(low)]] = True
        waiting += [cell[~low], cell[low]]
    return finished


def nearest(queries: Points, others: Points, k: int, *, exclude_self: bool = False) -> tuple[Indices, Floats]:
    """Find the k nearest of `others` for each query, ordered by (distance, position)."""
    doubtful = np.arange(len(queries))
    index = np.empty((len(queries), k), np.intp)
    squares = np.empty((len(queries), k))
    small = len(queries) * len(others) * others.numbers.shape[1] <= _SMALL_WORK
    for spare in SPARE_CANDIDATES if queries.is_plain and others.is_plain and not small else ():
        n_candidates = k + spare + exclude_self
        if n_candidates >= len(others) or len(doubtful) == 0:
            break
        own = doubtful if exclude_self else None
        found, found_squares, certain = _check_candidates(queries.take(doubtful), others, k, n_candidates, own)
        index[doubtful], squares[doubtful] = found, found_squares
        doubtful = doubtful[~certain]
    for block in _blocks(doubtful, len(others)):
        own = block if exclude_self else None
        index[block], squares[block] = _search_all(queries.take(block), others, k, own)
    return index, np.sqrt(squares)


def _check_candidates(
    queries: Points, others: Points, k: int, n_candidates: int, own: Indices | None
) -> tuple[Indices, Floats, NDArray[np.bool_]]:
    """Rank a fast search's candidates exactly; tell for which queries no other point can belong among the k."""
    candidates, nearest_left_out = propose(queries.numbers, others.numbers, n_candidates)
    exact = np.empty(candidates.shape)
    for block in _blocks(np.arange(len(queries)), n_candidates):
        exact[block] = _squared_distances(queries.take(block), others, candidates[block])
    if own is not None:
        exact[candidates == own[:, None]] = np.inf
    order = np.argsort(exact, axis=1, kind="stable")[:, :k]
    squares = np.take_along_axis(exact, order, axis=1)
    return np.take_along_axis(candidates, order, axis=1), squares, squares[:, -1] < nearest_left_out


def _search_all(queries: Points, others: Points, k: int, own: Indices | None) -> tuple[Indices, Floats]:
    """Find the k nearest by computing every distance."""
    squares = _squared_distances(queries, others, None)
    if own is not None:
        squares[np.arange(len(own)), own] = np.inf
    limit = np.partition(squares, k - 1, axis=1)[:, k - 1]
    row, column = np.nonzero(squares <= limit[:, None])
    order = np.lexsort((column, squares[row, column], row))
    first = np.searchsorted(row, np.arange(len(queries)))
    chosen = order[first[:, None] + np.arange(k)]
    return column[chosen], squares[row[chosen], column[chosen]]


def _squared_distances(queries: Points, others: Points, candidates: Indices | None) -> Floats:
    """Sum squared distances column by column: to all others, or to each query's candidates.

    Cells missing in either row are left out and the sum is scaled up to all columns (nan-Euclidean).
    """
    if candidates is None:
        candidates = np.arange(len(others))[None, :]
    total = np.zeros((len(queries), candidates.shape[1]))
    shared = np.zeros_like(total) if queries.has_missing or others.has_missing else None
    step = np.empty_like(total)
    for left, right in zip(queries.numbers.T, np.ascontiguousarray(others.numbers.T), strict=True):
        np.subtract(left[:, None], right.take(candidates), out=step)
        step *= step
        _add_present(step, total, shared)
    for left, right in zip(queries.codes.T, others.codes.T, strict=True):
        np.subtract(left[:, None], right[candidates], out=step)
        step[(step != 0) & ~np.isnan(step)] = queries.mismatch
        _add_present(step, total, shared)
    if shared is not None:
        n_columns = queries.numbers.shape[1] + queries.codes.shape[1]
        total *= n_columns / np.maximum(shared, 1)
        total[shared == 0] = queries.unrelated
    return total


def _add_present(step: Floats, total: Floats, shared: Floats | None) -> None:
    """Add one column's squares, and count it as shared, where both cells are present."""
    if shared is not None:
        missing = np.isnan(step)
        step[missing] = 0.0
        shared += ~missing
    total += step


def _blocks(rows: Indices, width: int) -> list[Indices]:
    """Cut rows into blocks of about 262,144 pairs, which stay in the processor's cache."""
    size = max(1, _BLOCK_PAIRS // max(width, 1))
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def propose(queries: Floats, others: Floats, n_candidates: int) -> tuple[Indices, Floats]:
    r"""Propose candidates for each query's nearest others, and tell how near a row that was left out can be.

    Distances come from a matrix product in float32, the quickest that processors offer; its rounding errors, which
    differ from one machine to another, are what the bound allows for.

    A product of rows with p columns in float32 has an error of at most :math:`e (|q| + |o|)^2` with
    :math:`e = (p + 8) \epsilon`. Another row o whose computed squared distance is above the limit t then has

    .. math:: d^2 \ge t - e (|q| + |o|)^2 \ge t - e (2 |q| + d)^2 \ge t - e (8 |q|^2 + 2 d^2)

    Parameters
    ----------
    queries : ndarray of shape (n_queries, n_columns)
    others : ndarray of shape (n_others, n_columns)
    n_candidates : int
        Less than n_others.

    Returns
    -------
    candidates : ndarray of int, shape (n_queries, n_candidates)
        Positions in `others`, ascending.
    nearest_left_out : ndarray of shape (n_queries,)
        No other row's squared distance is below it; 0 where a tie left it open which rows are candidates.

    References
    ----------
    .. [1] N. J. Higham, "Accuracy and Stability of Numerical Algorithms", second edition, 2002, section 3.1 (the error
       of an inner product).
    """
    center = others.mean(axis=0)
    centered = (queries - center).astype(np.float32)
    left = np.hstack((centered, np.ones((len(queries), 1), np.float32)))
    right = (others - center).astype(np.float32).T
    right = np.vstack((-2 * right, np.square(right).sum(axis=0)))  # |o|^2 - 2 q o, which lacks |q|^2
    candidates = np.zeros((len(queries), n_candidates), np.intp)
    limits = np.full(len(queries), -np.inf)
    size = max(1, _BLOCK_PAIRS // len(others))
    memory = np.empty((2, min(size, len(queries)), len(others)), np.float32)
    for start in range(0, len(queries), size):
        part = slice(start, min(start + size, len(queries)))
        distances, parted = memory[:, : part.stop - start]
        np.matmul(left[part], right, out=distances)
        parted[:] = distances
        parted.partition(n_candidates - 1, axis=1)
        limit = parted[:, n_candidates - 1].copy()
        row, column = np.divmod(np.flatnonzero(distances <= limit[:, None]), len(others))
        whole = np.bincount(row, minlength=len(limit)) == n_candidates
        candidates[part][whole] = column[whole[row]].reshape(-1, n_candidates)
        limits[part][whole] = limit[whole]
    norms = np.square(centered, dtype=np.float64).sum(axis=1)
    error = (queries.shape[1] + 8) * float(np.finfo(np.float32).eps)
    return candidates, np.maximum((limits + norms * (1 - 8 * error)) / (1 + 2 * error), 0.0)
