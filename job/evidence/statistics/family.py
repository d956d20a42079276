"""Families of tests: Holm's adjustment, and every oversampler with every classifier against baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from job.evidence.predictions import Place
from job.evidence.statistics.measured import Measured
from job.evidence.statistics.paired_t import BOOTSTRAP, finite
from job.names import METRICS
from job.spec.job_spec import JobSpec

PLAIN_ROPE = 0.01
ROPE_FACTOR = 0.04
PRIOR_FACTOR = 0.25
"""Standard deviation of the prior of a true difference in a ranking metric m, in units of m (1 - m)."""

_GRID = np.linspace(-6, 6, 4001)  # standard deviations of the prior


def spread_of(mean: float) -> float:
    """Return m (1 - m): a step of d in log odds is about d times as large in m."""
    return mean * (1 - mean)


@dataclass(frozen=True)
class Question:
    """What the verdict is asked.

    Parameters
    ----------
    primary : str
        The metric that ranks strategies.
    rope : float or None
        Differences up to this are no practical difference; None chooses one by metric and data.
    confidence : float
        A difference counts where its p is below one minus this.
    """

    primary: str
    rope: float | None
    confidence: float

    @property
    def level(self) -> float:
        """The level of every test."""
        return round(1 - self.confidence, 12)  # 1 - 0.95 is above 0.05 otherwise

    def rope_of(self, metric: str, baseline: float) -> float:
        """Return the region of practical equivalence (ROPE) around zero for one metric.

        Average precision m takes .04 m (1 - m), which is .04 in log odds whatever the prevalence (Boyd et al. 2013
        compare on that scale): .010 at .5, .0019 at .05. A fixed width would be a fifth of the latter.
        """
        if self.rope is not None:
            return self.rope
        if metric != "average_precision" or not np.isfinite(baseline):
            return PLAIN_ROPE
        return ROPE_FACTOR * spread_of(baseline)


def question_of(spec: JobSpec) -> Question:
    """Read from the spec what the verdict is asked."""
    asked = spec.evaluation
    return Question(asked.primary, None if asked.rope == "auto" else float(asked.rope), asked.confidence)


@dataclass(frozen=True)
class Tested:
    """One difference from baseline, tested within its family.

    Parameters
    ----------
    lower, upper : float or None
        Limits of the simultaneous interval: it excludes 0 exactly where `p_adjusted` is below the level.
    p_value, p_adjusted : float or None
        Two-sided, before and after Holm's adjustment over the family.
    probability_better, probability_equivalent, probability_worse : float or None
        That the true difference is beyond the ROPE, within it, and beyond it the other way.
    n_splits : int
        Splits on which both have a value.
    method : str
        As in comparisons.csv.
    reason : str or None
        Why there is no interval.
    """

    difference: float | None
    se: float | None
    lower: float | None
    upper: float | None
    p_value: float | None
    p_adjusted: float | None
    probability_better: float | None
    probability_equivalent: float | None
    probability_worse: float | None
    rope: float
    n_splits: int
    method: str
    reason: str | None

    def as_dict(self) -> dict[str, Any]:
        """The same as in results.json."""
        return asdict(self)


def judge_family(
    measured: Measured, pairs: Sequence[tuple[Place, Place]], metric: str, question: Question
) -> list[Tested]:
    """Test one metric, where higher is better, over all pairs of a family.

    Parameters
    ----------
    pairs : sequence of (place, place)
        What is compared, and its reference.

    Returns
    -------
    list of Tested
        In the order of `pairs`.
    """
    if not pairs:
        return []
    left, right = (list(side) for side in zip(*pairs, strict=True))
    column = METRICS.index(metric)
    ropes = np.array([question.rope_of(metric, measured.mean_of(place, metric)) for place in right])
    found = measured.compare(left, right, ropes[:, np.newaxis], question.confidence)
    below, within, above = (side[:, column] for side in (found.below, found.within, found.above))
    if metric == question.primary:
        scale = np.array([spread_of(measured.mean_of(place, metric)) for place in right])
        df = np.where(found.method[:, column] == BOOTSTRAP, np.inf, found.n_splits[:, column] - 1.0)
        posterior = (found.difference[:, column], found.se[:, column], df)
        below, within, above = shrink(*posterior, PRIOR_FACTOR * scale, ropes)
    adjusted = adjust_holm(found.p_value[:, column])
    levels = _levels(found.p_value[:, column], question.level)
    limits = np.full((len(pairs), 2), np.nan)
    for level in dict.fromkeys(levels.tolist()):
        rows = np.flatnonzero(levels == level)
        at = measured.compare([left[r] for r in rows], [right[r] for r in rows], 0.0, 1 - level)
        limits[rows] = np.column_stack([at.lower[:, column], at.upper[:, column]])

    return [
        Tested(
            **found.at((row, column))
            | {"lower": finite(limits[row, 0]), "upper": finite(limits[row, 1]), "p_adjusted": finite(adjusted[row])},
            probability_better=finite(above[row]),
            probability_equivalent=finite(within[row]),
            probability_worse=finite(below[row]),
            rope=float(ropes[row]),
            reason=measured.explain_no_interval(found, (row, column)),
        )
        for row in range(len(pairs))
    ]


def shrink(
    difference: np.ndarray, se: np.ndarray, df: np.ndarray, prior: np.ndarray, rope: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Compute how likely a true difference is below, within and above the ROPE, by Bayes' theorem on a grid.

    The likelihood is the t distribution of the corrected test, the prior a normal one around 0. It holds
    back small differences, which the test's own posterior, that of a flat prior (Corani & Benavoli 2015), takes at
    their word; docs/verdict.md has the probabilities beside the truth.

    Parameters
    ----------
    difference, se, df : ndarray of shape (n_pairs,)
        NaN where there is no test.
    prior : ndarray of shape (n_pairs,)
        Standard deviation of the prior.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        true = _GRID * prior[:, np.newaxis]
        squared = ((true - difference[:, np.newaxis]) / se[:, np.newaxis]) ** 2
        many = np.where(np.isfinite(df), df, 1.0)[:, np.newaxis]
        student = -(many + 1) / 2 * np.log1p(squared / many)
        log = np.where(np.isfinite(df)[:, np.newaxis], student, -squared / 2) - _GRID**2 / 2
        weights = np.exp(log - log.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
    width = rope[:, np.newaxis]
    below, above = ((weights * side).sum(axis=1) for side in (true < -width, true > width))
    return below, 1 - below - above, above


def _levels(p_values: np.ndarray, level: float) -> np.ndarray:
    """Return the level at which Holm's procedure decides about each difference.

    Step by step from the smallest p it is level / (tests left); all that remain after the first that fails are judged
    at that step's. An interval at 1 minus this level excludes 0 exactly where Holm rejects.
    """
    order = np.argsort(p_values, kind="stable")  # NaN sorts last
    n_tests = int(np.isfinite(p_values).sum())
    levels = np.full(len(p_values), level)
    failed = None
    for step, row in enumerate(order[:n_tests]):
        at = failed if failed is not None else level / (n_tests - step)
        if failed is None and p_values[row] >= at:
            failed = at
        levels[row] = at
    return levels


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
