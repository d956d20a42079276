"""A fast search that proposes candidates for nearest neighbours, and tells how near a row that it left out can be.

Distances come from a matrix product in float32, the quickest that processors offer; its rounding errors, which differ
from one machine to another, are what the bound allows for.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from job.samplers.space import Floats

_BLOCK_PAIRS = 262_144  # of four bytes: they stay in the processor's cache


def propose(queries: Floats, others: Floats, n_candidates: int) -> tuple[NDArray[np.intp], Floats]:
    r"""Propose candidates for each query's nearest others.

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
