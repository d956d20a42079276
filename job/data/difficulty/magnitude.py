"""Keep squares of huge numbers from overflowing, where only the ratios of distances count."""

from __future__ import annotations

import math

import numpy as np

_MOST = 510  # the square of 2 ** 511 still has room below the largest float


def find_shrinkage(largest: float, n_terms: int) -> float:
    """Find the power of two that makes sums of squared differences finite.

    Parameters
    ----------
    largest : float
        Largest absolute value.
    n_terms : int
        Squares that are summed.

    Returns
    -------
    float
        1 where nothing overflows. Multiplying by a power of two rounds nothing, so that ratios stay as they are.
    """
    exponent = math.frexp(largest)[1] + 1 + math.ceil(math.log2(max(n_terms, 1)) / 2)
    return 2.0 ** min(0, _MOST - exponent)


def shrink(X: np.ndarray, n_terms: int) -> np.ndarray:
    """Multiply all values by one such power of two; the array itself where nothing overflows.

    Parameters
    ----------
    X : ndarray
        Finite.
    n_terms : int

    Returns
    -------
    ndarray of the same shape
    """
    factor = find_shrinkage(float(np.abs(X).max(initial=0.0)), n_terms)
    return X if factor == 1.0 else X * factor
