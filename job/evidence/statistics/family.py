"""Families of tests: every oversampler against baseline, Holm's adjustment, and what such a job could have shown."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, stdtrit

from job.evidence.runs import Place, named
from job.evidence.statistics.measured import Measured
from job.evidence.statistics.paired_t import BOOTSTRAP, finite
from job.names import METRICS
from job.results.verdict_facts import Power, PowerRow, Tested
from job.spec.job_spec import JobSpec

PLAIN_ROPE = 0.01
ROPE_FACTOR = 0.04
PRIOR_FACTOR = 0.25
"""Standard deviation of the prior of a true difference in a ranking metric m, in units of m (1 - m)."""

POWER = 0.8
RANGE = (0.5, 2.0)  # one job's estimate of its own standard error varies that much
LEAST_ROWS = 50

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
class Sizes:
    """How much evidence there can be.

    Parameters
    ----------
    n_positive : int
        Minority rows of the data.
    n_minority_rows : int
        Distinct ones over all test parts.
    n_minority_groups : int or None
        Groups that have one, where rows are grouped.
    n_test_positive : float
        Mean number in a test part.
    prevalence : float
        Their share of all test rows.
    """

    n_positive: int
    n_minority_rows: int
    n_minority_groups: int | None
    n_test_positive: float
    prevalence: float


def judge_family(
    measured: Measured, pairs: Sequence[tuple[Place, Place]], metric: str, question: Question
) -> list[Tested]:
    """Test one metric, where higher is better, over all pairs of a family: what is compared, and its reference."""
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
            **(found.at((row, column)) | {"lower": finite(limits[row, 0]), "upper": finite(limits[row, 1])}),
            p_adjusted=finite(adjusted[row]),
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


def build_power(
    gains: Mapping[Place, Tested], baselines: Mapping[Place, float], question: Question, sizes: Sizes
) -> Power:
    """Say what the job could have shown.

    ``detectable`` is (t_{1-α/2k} + t_{.8}) SE, the true difference that four of five such jobs show in a family of k
    tests. ``needed`` is the number of minority rows with which four of five jobs show a difference of ``gain``, the
    one that was estimated (the ROPE, where the estimate is smaller): m (t_{1-α/2} + t_{.8})² SE² / gain². A pair that
    hardly differs has a small standard error and would have a larger one if it gained that much, so the standard error
    is taken as no smaller than AP (1 - AP) / √m.

    `gains` are the family, `baselines` the mean primary metric of baseline with each of its classifiers.
    """
    per_row, found = 1 / sizes.n_test_positive if sizes.n_test_positive else None, gains.items()
    rows = tuple(_power_row(place, gain, baselines[place], question, sizes, len(gains)) for place, gain in found)
    facts = {"primary": question.primary, "power": POWER, "n_positive": sizes.n_positive}
    return Power.model_validate({**facts, "recall_per_row": per_row, "rows": rows})


def _power_row(
    place: Place, tested: Tested, baseline: float, question: Question, sizes: Sizes, n_tests: int
) -> PowerRow:
    gain = max(abs(tested.difference or 0.0), tested.rope)
    if tested.se is None or gain == 0:
        return PowerRow(**named(place), se=tested.se, gain=gain, detectable=None, needed=None, low=None, high=None)
    se = max(tested.se, spread_of(baseline) / math.sqrt(max(sizes.n_positive, 1)))
    one, family = (_reach(tested, level) for level in (question.level, question.level / n_tests))
    needed = sizes.n_positive * (one * se / gain) ** 2
    low, high = (max(LEAST_ROWS, math.ceil(factor * needed)) for factor in RANGE)
    detectable = family * tested.se
    return PowerRow(**named(place), se=tested.se, gain=gain, detectable=detectable, needed=needed, low=low, high=high)


def _reach(tested: Tested, level: float) -> float:
    shares = 1 - level / 2, POWER
    if tested.method == BOOTSTRAP:
        return sum(float(ndtri(share)) for share in shares)
    return sum(float(stdtrit(tested.n_splits - 1, share)) for share in shares)
