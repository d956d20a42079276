"""What one pass over a table tells: a hash of each row, and the range of each column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from job.samplers.reference import mix
from job.samplers.space import Floats
from job.samplers.threads import ALONE, Workers

_BLOCK_CELLS = 262_144
_FOLD = 64  # rows side by side give the processor longer loops


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

    hashes: NDArray[np.uint64]
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


def _survey_sparse(X: Any, odd: NDArray[np.uint64]) -> Survey:
    bits = _fold_bits(_to_float(X.data, np.empty(len(X.data))), np.empty(len(X.data)))
    sums = np.concatenate(([np.uint64(0)], np.cumsum(bits * odd[X.indices], dtype=np.uint64)))
    ranges = (np.asarray(least.todense(), dtype=np.float64).ravel() for least in (X.nanmin(axis=0), X.nanmax(axis=0)))
    lowest, highest = (bound + 0.0 for bound in ranges)
    return Survey(mix(sums[X.indptr[1:]] - sums[X.indptr[:-1]]), lowest, highest)


def _survey_dense(X: NDArray[Any], odd: NDArray[np.uint64], workers: Workers) -> Survey:
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


def _fold_bits(numbers: Floats, spare: Floats) -> NDArray[np.uint64]:
    """Turn numbers into their bits, in place, the top ones folded into the low ones, which small integers lack."""
    bits: NDArray[np.uint64] = numbers.view(np.uint64)
    bits ^= np.right_shift(bits, np.uint64(48), out=spare.view(np.uint64))
    return bits
