"""Holm's adjustment of several p-values of one family."""

from __future__ import annotations

import numpy as np


def adjust_holm(p_values: np.ndarray) -> np.ndarray:
    """Adjust p-values so that the chance of even one false claim in the family stays below the level.

    Parameters
    ----------
    p_values : ndarray of shape (..., n), float64
        Families along the last axis. NaN where there was no test: it isn't counted and stays NaN.

    Returns
    -------
    ndarray of shape (..., n), float64
        Between the p-value and 1.

    References
    ----------
    .. [1] Holm (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics 6,
       65-70.
    """
    order = np.argsort(p_values, axis=-1, kind="stable")  # NaN sorts last
    ordered = np.take_along_axis(p_values, order, axis=-1)
    n_tests = np.isfinite(p_values).sum(axis=-1, keepdims=True)
    left = np.maximum(n_tests - np.arange(p_values.shape[-1]), 1)
    adjusted = np.minimum(np.maximum.accumulate(ordered * left, axis=-1), 1.0)
    found = np.empty_like(adjusted)
    np.put_along_axis(found, order, adjusted, axis=-1)
    return found
