"""The exact probability that a drawn row carries the positive label, given what can be seen of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import expit

from job.data.generating.components import Component
from job.data.generating.views import View

_CELLS = 1 << 18  # rows × components at a time: what fits into the cache of a processor
_LEAST_ROWS = 1 << 12  # at a time, because the tables of whole numbers are made anew for them


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
    n_rows = sum(component.n_rows for component in components)
    step = max(_LEAST_ROWS, _CELLS // len(components))
    minority = np.empty(n_rows)
    for start in range(0, n_rows, step):
        rows = slice(start, min(start + step, n_rows))
        minority[rows] = _minority(_log_joint(views, components, rows), components)
    return minority * (1 - flipped_minority) + (1 - minority) * flipped_majority


def _log_joint(views: Sequence[View], components: Sequence[Component], rows: slice) -> np.ndarray:
    """Compute log(w_k Π_j f_kj(x_j)) for some rows × components, up to what all components share."""
    centres = np.array([component.centre for component in components])
    spreads = np.array([component.spread for component in components])
    log_weights = np.log([float(component.n_rows) for component in components])
    total = np.tile(log_weights, (rows.stop - rows.start, 1))
    for place, view in enumerate(views):
        total += view.log_likelihood(rows, centres[:, place], spreads)
    return total


def _minority(log_joint: np.ndarray, components: Sequence[Component]) -> np.ndarray:
    is_minority = np.array([component.is_minority for component in components])
    odds = _log_sum_exp(log_joint[:, is_minority]) - _log_sum_exp(log_joint[:, ~is_minority])
    return np.asarray(expit(odds))


def _log_sum_exp(terms: np.ndarray) -> np.ndarray:
    largest = terms.max(axis=1)
    return np.asarray(largest + np.log(np.exp(terms - largest[:, None]).sum(axis=1)))
