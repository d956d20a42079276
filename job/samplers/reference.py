"""Rows chosen by a hash of their content, so that neither row order nor a seed decides who is chosen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_HIGHEST = float(2**64 - 2**11)  # of the floats that fit uint64
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def choose_rows(hashes: NDArray[np.uint64], n_rows: int) -> NDArray[np.intp]:
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


def _lowest(hashes: NDArray[np.uint64], n_rows: int) -> NDArray[np.intp]:
    """Return the positions of the lowest hashes, after a first look at those that are likely among them."""
    likely = np.flatnonzero(hashes <= np.uint64(min(2 * n_rows / len(hashes), 1.0) * _HIGHEST))
    if len(likely) < n_rows:
        likely = np.arange(len(hashes))
    return likely[np.argpartition(hashes[likely], n_rows - 1)[:n_rows]]


def mix(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scramble 64-bit words (the finaliser of splitmix64)."""
    words = words + _GOLDEN
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))
