"""The exact probability that a drawn row carries the positive label, given what can be seen of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_ndtr

_CELLS = 1 << 18  # rows × components at a time: what fits into the cache of a processor
_LEAST_ROWS = 1 << 12  # at a time, because the tables of whole numbers are made anew for them


@dataclass(frozen=True, eq=False)
class Component:
    """One normal of a mixture; its columns are independent.

    Parameters
    ----------
    n_rows : int
        Rows that are drawn from it, at least one.
    is_minority : bool
        The class of these rows, before labels are flipped.
    centre : ndarray of shape (n_informative,), float64
        Mean of each informative column, in standard deviations of the majority, whose own mean is 0.
    spread : float
        Standard deviation of each informative column.
    """

    n_rows: int
    is_minority: bool
    centre: np.ndarray
    spread: float


@dataclass(frozen=True, eq=False)
class Continuous:
    """A column that shows the normal itself; NaN where missing."""

    values: np.ndarray

    def log_likelihood(self, rows: slice, centres: np.ndarray, spreads: np.ndarray) -> np.ndarray:
        """Compute the log density of some rows × components, without the constant -log(2π)/2; 0 where missing."""
        values = self.values[rows]
        found = (values[:, None] - centres) / spreads
        found *= found
        found *= -0.5
        found -= np.log(spreads)
        found[np.isnan(values)] = 0.0
        return np.asarray(found)


@dataclass(frozen=True, eq=False)
class Discrete:
    """A column of which only an interval of the normal is seen.

    Parameters
    ----------
    codes : ndarray of shape (n_rows,) of int
        Which interval; -1 where missing.
    low, high : ndarray of shape (n_intervals,), float64
        Its ends.
    """

    codes: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def log_likelihood(self, rows: slice, centres: np.ndarray, spreads: np.ndarray) -> np.ndarray:
        """Compute the log probability of some rows × components; 0 where missing."""
        table = log_interval((self.low[:, None] - centres) / spreads, (self.high[:, None] - centres) / spreads)
        unseen = np.zeros((1, len(centres)))  # the last row, where -1 points
        return np.asarray(np.concatenate([table, unseen])[self.codes[rows]])


View = Continuous | Discrete


def compute_posterior(
    views: Sequence[View], components: Sequence[Component], flipped_minority: float, flipped_majority: float
) -> np.ndarray:
    """Compute P(recorded label = positive | observed row).

    With weights w_k = n_k / n and independent columns, Bayes' theorem [1]_ gives the probability of the true class,

        P(minority | x) = Σ_{k in minority} w_k Π_j f_kj(x_j) / Σ_k w_k Π_j f_kj(x_j),

    where f_kj is a normal density, or the probability of an interval for a rounded or cut column. A missing cell
    contributes 1: it is missing completely at random [2]_, and the integral over what it hides is 1. Columns that
    tell nothing cancel. With shares e1 and e0 of flipped labels [3]_,

        P(recorded positive | x) = P(minority | x) (1 - e1) + (1 - P(minority | x)) e0.

    Sums of products are taken as logarithms, each after its largest term (log-sum-exp).

    Parameters
    ----------
    views : sequence of View
        The informative columns, in the order of the components' centres; n_rows each.
    components : sequence of Component
        The majority first.
    flipped_minority, flipped_majority : float
        e1 and e0, shares of the rows of each class whose recorded label is the other one.

    Returns
    -------
    ndarray of shape (n_rows,), float64
        Each row for itself: what other rows show doesn't change it.

    References
    ----------
    .. [1] McLachlan, Peel (2000). Finite mixture models. Wiley, section 1.15.
    .. [2] Rubin (1976). Inference and missing data. Biometrika 63, 581-592.
    .. [3] Natarajan, Dhillon, Ravikumar, Tewari (2013). Learning with noisy labels. NeurIPS 26.
    """
    centres, spreads = np.array([c.centre for c in components]), np.array([c.spread for c in components])
    is_minority = np.array([c.is_minority for c in components])
    log_weights = np.log([float(c.n_rows) for c in components])
    n_rows = sum(c.n_rows for c in components)
    step = max(_LEAST_ROWS, _CELLS // len(components))
    minority = np.empty(n_rows)
    for start in range(0, n_rows, step):
        rows = slice(start, min(start + step, n_rows))
        # log(w_k Π_j f_kj(x_j)) of rows × components, up to what all components share
        log_joint = np.tile(log_weights, (rows.stop - rows.start, 1))
        for place, view in enumerate(views):
            log_joint += view.log_likelihood(rows, centres[:, place], spreads)
        minority[rows] = expit(_log_sum_exp(log_joint[:, is_minority]) - _log_sum_exp(log_joint[:, ~is_minority]))
    return minority * (1 - flipped_minority) + (1 - minority) * flipped_majority


def _log_sum_exp(terms: np.ndarray) -> np.ndarray:
    largest = terms.max(axis=1)
    return np.asarray(largest + np.log(np.exp(terms - largest[:, None]).sum(axis=1)))


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
    x = log_ndtr(left) - log_q
    near = x > -np.log(2)  # which form of log(1 - exp(x)) keeps more digits depends on x
    rest = np.where(near, np.log(-np.expm1(np.where(near, x, -1.0))), np.log1p(-np.exp(np.where(near, -1.0, x))))
    return np.asarray(log_q + rest)
