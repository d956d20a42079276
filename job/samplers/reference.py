"""Rows chosen by a hash of their content, so that neither row order nor a seed decides who is chosen."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

BLOCK_ROWS = 16_384
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def hash_rows(X: Any) -> NDArray[np.uint64]:
    """Hash each row's values; equal rows have equal hashes, dense or sparse, float32 or float64.

    Parameters
    ----------
    X : ndarray or CSR matrix of shape (n_samples, n_features)
        Numbers; NaN is a value like any other, and 0.0 equals -0.0.

    Returns
    -------
    hashes : ndarray of uint64, shape (n_samples,)
    """
    odd = _mix(np.arange(1, X.shape[1] + 1, dtype=np.uint64)) | np.uint64(1)
    if sparse.issparse(X):
        sums = np.concatenate(([np.uint64(0)], np.cumsum(_bits(X.data) * odd[X.indices], dtype=np.uint64)))
        return _mix(sums[X.indptr[1:]] - sums[X.indptr[:-1]])
    hashes = np.empty(len(X), np.uint64)
    for start in range(0, len(X), BLOCK_ROWS):
        bits = _bits(X[start : start + BLOCK_ROWS])
        bits *= odd
        hashes[start : start + BLOCK_ROWS] = bits.sum(axis=1, dtype=np.uint64)
    return _mix(hashes)


def choose_rows(hashes: NDArray[np.uint64], n_rows: int) -> NDArray[np.intp]:
    """Choose at most `n_rows` rows by their hashes; copies of one row are chosen as independently as distinct rows.

    Returns
    -------
    chosen : ndarray of int, ascending
    """
    if len(hashes) <= n_rows:
        return np.arange(len(hashes))
    chosen = np.argpartition(hashes, n_rows)[:n_rows]
    if len(np.unique(hashes[chosen])) < n_rows:
        # Without this step one row with many copies could fill all places.
        order = np.argsort(hashes, kind="stable")
        ordered = hashes[order]
        copy_number = np.arange(len(order)) - np.searchsorted(ordered, ordered)
        numbered = _mix(ordered + copy_number.astype(np.uint64) * _GOLDEN)
        chosen = order[np.argpartition(numbered, n_rows)[:n_rows]]
    return np.sort(chosen)


def _bits(values: NDArray[Any]) -> NDArray[np.uint64]:
    """Return float64 bit patterns, the top bits folded into the low ones, which small integers leave empty."""
    numbers = np.add(values, 0.0, dtype=np.float64)  # -0.0 becomes 0.0, whose bits are all zero, as sparse data needs
    numbers[np.isnan(numbers)] = np.nan
    bits: NDArray[np.uint64] = numbers.view(np.uint64)
    bits ^= bits >> np.uint64(48)
    return bits


def _mix(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scramble 64-bit words (the finaliser of splitmix64)."""
    words = words + _GOLDEN
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))
