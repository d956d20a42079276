"""The probability that a normal falls into an interval, also far out in a tail."""

from __future__ import annotations

import numpy as np
from scipy.special import log_ndtr


def log_interval(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Compute log(Φ(high) - Φ(low)) without cancellation in either tail.

    An interval above 0 is mirrored, so that the difference is one of small numbers; with p < q and their logarithms,
    log(q - p) = log q + log(1 - exp(log p - log q)) [1]_.

    Parameters
    ----------
    low, high : ndarray
        Ends of the interval in standard deviations from the mean, low < high; may be infinite.

    Returns
    -------
    ndarray
        Finite for every interval that is no more than about 1e150 standard deviations away.

    References
    ----------
    .. [1] Mächler (2012). Accurately computing log(1 - exp(-|a|)). Vignette of the R package Rmpfr.
    """
    mirrored = low + high > 0
    left, right = np.where(mirrored, -high, low), np.where(mirrored, -low, high)
    log_q = log_ndtr(right)
    return np.asarray(log_q + _log_one_minus_exp(log_ndtr(left) - log_q))


def _log_one_minus_exp(x: np.ndarray) -> np.ndarray:
    """Compute log(1 - exp(x)) for x < 0; which form keeps more digits depends on x."""
    near = x > -np.log(2)
    return np.where(near, np.log(-np.expm1(np.where(near, x, -1.0))), np.log1p(-np.exp(np.where(near, -1.0, x))))
