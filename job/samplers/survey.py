"""What a pass over a table tells: hashes of rows, rows chosen by them, ranges of columns, values of discrete ones."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from job.samplers.space import Floats, Indices
from job.samplers.threads import ALONE, Workers

Hashes = NDArray[np.uint64]

MOST_LEVELS = 50
LEAST_REPEATS = 5  # rows for each value, on average; with fewer, a small table's measurements would look discrete
_FIRST_ROWS = 1_024  # enough to tell that a column of measurements isn't discrete
_BLOCK_ROWS = 65_536
_BLOCK_CELLS = 262_144
_FOLD = 64  # rows side by side give the processor longer loops
_HIGHEST = float(2**64 - 2**11)  # of the floats that fit uint64
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, eq=False)
class Survey:
    """Facts about a table's rows and columns.

    Parameters
    ----------
    hashes : ndarray of uint64, shape (n_samples,)
        Equal rows have equal hashes, dense or sparse, float32 or float64; NaN is a value like any other, 0.0 is -0.0.
    lowest, highest : ndarrays of float64, shape (n_features,)
        Each column's range, NaN where it has no value; never -0.0.
    """

    hashes: Hashes
    lowest: Floats
    highest: Floats


def survey_table(X: Any, workers: Workers = ALONE) -> Survey:
    """Hash each row and find each column's range.

    Parameters
    ----------
    X : ndarray or CSR matrix of shape (n_samples, n_features)
        NaN is missing.
    workers : Workers
        For a dense X.

    Returns
    -------
    Survey
    """
    odd = mix(np.arange(1, X.shape[1] + 1, dtype=np.uint64)) | np.uint64(1)
    return _survey_sparse(X, odd) if sparse.issparse(X) else _survey_dense(X, odd, workers)


def _survey_sparse(X: Any, odd: Hashes) -> Survey:
    bits = _fold_bits(_to_float(X.data, np.empty(len(X.data))), np.empty(len(X.data)))
    sums = np.concatenate(([np.uint64(0)], np.cumsum(bits * odd[X.indices], dtype=np.uint64)))
    ranges = (np.asarray(least.todense(), dtype=np.float64).ravel() for least in (X.nanmin(axis=0), X.nanmax(axis=0)))
    lowest, highest = (bound + 0.0 for bound in ranges)
    return Survey(mix(sums[X.indptr[1:]] - sums[X.indptr[:-1]]), lowest, highest)


def _survey_dense(X: NDArray[Any], odd: Hashes, workers: Workers) -> Survey:
    n_columns = X.shape[1]
    hashes = np.empty(len(X), np.uint64)
    lowest: list[Floats] = []
    highest: list[Floats] = []
    size = max(1, _BLOCK_CELLS // max(n_columns, 1) // _FOLD) * _FOLD

    def survey_span(span: slice) -> None:
        memory = np.empty((2, min(size, span.stop - span.start), n_columns))
        for first in range(span.start, span.stop, size):
            block = slice(first, min(first + size, span.stop))
            rows, spare = memory[:, : block.stop - first]
            _to_float(X[block], rows)
            whole = len(rows) // _FOLD * _FOLD
            for part in (rows[:whole].reshape(-1, _FOLD * n_columns), rows[whole:]):
                if len(part):
                    lowest.append(np.fmin.reduce(part, axis=0).reshape(-1, n_columns))
                    highest.append(np.fmax.reduce(part, axis=0).reshape(-1, n_columns))
            np.einsum("ij,j->i", _fold_bits(rows, spare), odd, out=hashes[block])  # whole numbers: any order is exact

    workers.run(survey_span, workers.split(X.shape))
    return Survey(
        mix(hashes), np.fmin.reduce(np.concatenate(lowest), axis=0), np.fmax.reduce(np.concatenate(highest), axis=0)
    )


def _to_float(values: NDArray[Any], memory: Floats) -> Floats:
    """Write values as float64, with one NaN for all, and 0.0 for -0.0, whose bits are all zero as sparse data needs."""
    np.add(values, 0.0, out=memory)
    if bool((missing := np.isnan(memory)).any()):
        memory[missing] = np.nan
    return memory


def _fold_bits(numbers: Floats, spare: Floats) -> Hashes:
    """Turn numbers into their bits, in place, the top ones folded into the low ones, which small integers lack."""
    bits: Hashes = numbers.view(np.uint64)
    bits ^= np.right_shift(bits, np.uint64(48), out=spare.view(np.uint64))
    return bits


def choose_rows(hashes: Hashes, n_rows: int) -> Indices:
    """Choose at most `n_rows` rows by their hashes; copies of one row are chosen as independently as distinct rows.

    Returns
    -------
    chosen : ndarray of int, ascending
    """
    if len(hashes) <= n_rows:
        return np.arange(len(hashes))
    chosen = _lowest(hashes, n_rows)
    if len(np.unique(hashes[chosen])) < n_rows:
        # Without this step one row with many copies could fill all places.
        order = np.argsort(hashes, kind="stable")
        ordered = hashes[order]
        copy_number = np.arange(len(order)) - np.searchsorted(ordered, ordered)
        numbered = mix(ordered + copy_number.astype(np.uint64) * _GOLDEN)
        chosen = order[_lowest(numbered, n_rows)]
    return np.sort(chosen)


def _lowest(hashes: Hashes, n_rows: int) -> Indices:
    """Return the positions of the lowest hashes, after a first look at those that are likely among them."""
    likely = np.flatnonzero(hashes <= np.uint64(min(2 * n_rows / len(hashes), 1.0) * _HIGHEST))
    if len(likely) < n_rows:
        likely = np.arange(len(hashes))
    return likely[np.argpartition(hashes[likely], n_rows - 1)[:n_rows]]


def mix(words: Hashes) -> Hashes:
    """Scramble 64-bit words (the finaliser of splitmix64)."""
    words = words + _GOLDEN
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def find_levels(X: Any, columns: Indices) -> dict[int, Floats]:
    """Return the ascending values of each discrete column: few, each many times; one in between would give a row away.

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
