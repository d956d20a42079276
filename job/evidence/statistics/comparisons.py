"""Each strategy against baseline, and AffinitySMOTE against SMOTE, in every metric and with every classifier."""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from job.evaluation.metrics.metric_registry import METRICS
from job.evidence.runs import Place, named
from job.evidence.statistics.family import Question, adjust_holm
from job.evidence.statistics.measured import Measured
from job.evidence.statistics.paired_t import Estimates, finite
from job.evidence.strategy_kinds import Roles
from job.results.verdict_facts import Comparison

COLUMNS = (
    "metric", "classifier", "strategy", "reference", "n_splits", "difference", "lower", "upper", "p_value",
    "p_adjusted", "probability_better", "probability_equivalent", "probability_worse", "method",
)  # fmt: skip
"""The columns of comparisons.csv; a row in the results has ``se``, ``rope``, ``n_left_out``, ``reason`` too."""

RANKING = (
    "roc_auc", "average_precision", "recall_at_baseline_fpr", "rank_gain_at_own_fpr", "precision_at_baseline_recall",
    "recall_at_alerts",
)  # fmt: skip
"""Metrics that read the ranking and no decision of the strategy's own: a tuned threshold changes none of them."""

ZERO_TO_ONE = (
    "recall", "specificity", "precision", "f1", "balanced_accuracy", "geometric_mean", "accuracy", "roc_auc",
    "average_precision", "brier", "brier_corrected", "recall_at_baseline_fpr", "precision_at_baseline_recall",
    "recall_at_alerts",
)  # fmt: skip
"""Metrics from 0 to 1 with a good direction, for which a given practical difference is meant.

A ROPE that nobody gave leaves out Brier scores: with a rare minority any two models would be equivalent.
"""


class Rivals(NamedTuple):
    """What is compared, left minus right, with one classifier.

    Those `in_family` have their p-values adjusted together with those of the other strategies.
    """

    left: Place
    right: Place
    in_family: bool


def list_pairs(roles: Roles, strategies: Iterable[str], classifiers: Iterable[str]) -> list[Rivals]:
    """List what is compared: with each classifier, each strategy with baseline, then ours with SMOTE, tuned alike."""
    others = [label for label in strategies if label != roles.baseline]
    alike = [(c, s) for c, s in product(roles.customs, roles.smotes) if (c in roles.tuned) == (s in roles.tuned)]
    rivals = [*((label, roles.baseline, True) for label in others), *((*pair, False) for pair in alike)]
    return [Rivals((one, name), (other, name), in_family) for name in classifiers for one, other, in_family in rivals]


def compare_strategies(
    measured: Measured, pairs: Sequence[Rivals], roles: Roles, question: Question
) -> tuple[Comparison, ...]:
    """Compare pairs of strategies in every metric: metric by metric, pairs in their order."""
    if not pairs:
        return ()
    left, right = [pair.left for pair in pairs], [pair.right for pair in pairs]
    ropes = np.array([[question.rope_of(m.name, measured.mean_of(place, m.name)) for m in METRICS] for place in right])
    estimates = measured.compare(left, right, ropes, question.confidence)
    adjusted = _adjust(estimates.p_value, pairs, roles)
    cells = product(range(len(METRICS)), enumerate(pairs))
    return tuple(_row(measured, estimates, adjusted, pair, (row, at), question) for at, (row, pair) in cells)


def _adjust(p_values: np.ndarray, pairs: Sequence[Rivals], roles: Roles) -> np.ndarray:
    """Adjust by Holm, one family for each metric × classifier; NaN outside of families."""
    adjusted = np.full_like(p_values, np.nan)
    ranks_alike = np.array([pair.left[0] in roles.thresholds for pair in pairs])
    for classifier in dict.fromkeys(pair.left[1] for pair in pairs):
        of_family = np.array([pair.in_family and pair.left[1] == classifier for pair in pairs])
        for column, metric in enumerate(METRICS):
            members = np.flatnonzero(of_family & ~ranks_alike if metric.name in RANKING else of_family)
            adjusted[members, column] = adjust_holm(p_values[members, column])
    return adjusted


def _row(
    measured: Measured,
    estimates: Estimates,
    adjusted: np.ndarray,
    pair: Rivals,
    at: tuple[int, int],
    question: Question,
) -> Comparison:
    metric = METRICS[at[1]]
    has_rope = metric.name in ZERO_TO_ONE and (question.rope is not None or not metric.name.startswith("brier"))
    sides = [finite(side[at]) if has_rope else None for side in (estimates.above, estimates.within, estimates.below)]
    better, equivalent, worse = sides if metric.better == "higher" else reversed(sides)
    return Comparison(
        metric=metric.name,
        **named(pair.left),
        reference=pair.right[0],
        **estimates.at(at),
        p_adjusted=finite(adjusted[at]),
        probability_better=better,
        probability_equivalent=equivalent,
        probability_worse=worse,
        rope=float(question.rope_of(metric.name, measured.mean_of(pair.right, metric.name))) if has_rope else None,
        n_left_out=measured.n_splits - int(estimates.n_splits[at]),
        reason=measured.explain_no_interval(estimates, at),
    )
