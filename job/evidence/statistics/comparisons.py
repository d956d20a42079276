"""Each strategy against baseline, and our oversampler against SMOTE, in every metric and with every classifier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from job.evaluation.metrics.metric_registry import METRICS
from job.evidence.predictions import Place
from job.evidence.statistics.family import Question, adjust_holm
from job.evidence.statistics.measured import Measured
from job.evidence.statistics.paired_t import Estimates, finite
from job.evidence.strategy_kinds import Roles

COLUMNS = (
    "metric",
    "classifier",
    "strategy",
    "reference",
    "n_splits",
    "difference",
    "lower",
    "upper",
    "p_value",
    "p_adjusted",
    "probability_better",
    "probability_equivalent",
    "probability_worse",
    "method",
)
"""The columns of comparisons.csv; a row in the results has ``se``, ``rope``, ``n_left_out``, ``reason`` too."""

RANKING = (
    "roc_auc",
    "average_precision",
    "recall_at_baseline_fpr",
    "rank_gain_at_own_fpr",
    "precision_at_baseline_recall",
    "recall_at_alerts",
)
"""Metrics that read the ranking and no decision of the strategy's own: a tuned threshold changes none of them."""

ZERO_TO_ONE = (
    "recall",
    "specificity",
    "precision",
    "f1",
    "balanced_accuracy",
    "geometric_mean",
    "accuracy",
    "roc_auc",
    "average_precision",
    "brier",
    "brier_corrected",
    "recall_at_baseline_fpr",
    "precision_at_baseline_recall",
    "recall_at_alerts",
)
"""Metrics from 0 to 1 with a good direction, for which a given practical difference is meant.

A ROPE that nobody gave leaves out Brier scores: with a rare minority any two models would be equivalent.
"""


@dataclass(frozen=True)
class Pair:
    """Two strategies that are compared with one classifier.

    Parameters
    ----------
    strategy, reference, classifier : str
        Labels.
    in_family : bool
        Whether its p-values are adjusted together with those of the other strategies.
    """

    strategy: str
    reference: str
    classifier: str
    in_family: bool

    @property
    def left(self) -> Place:
        """Whose value stands before the minus sign."""
        return self.strategy, self.classifier

    @property
    def right(self) -> Place:
        """Whose value is subtracted."""
        return self.reference, self.classifier


def list_pairs(roles: Roles, strategies: Iterable[str], classifiers: Iterable[str]) -> list[Pair]:
    """List what is compared: with each classifier, each strategy with baseline, then ours with every SMOTE.

    Parameters
    ----------
    strategies, classifiers : iterable of str
        Labels, in the order of tables.
    """
    others = [label for label in strategies if label != roles.baseline]
    return [
        pair
        for classifier in classifiers
        for pair in (
            *(Pair(label, roles.baseline, classifier, True) for label in others),
            *(Pair(custom, smote, classifier, False) for custom in roles.customs for smote in roles.smotes),
        )
    ]


def compare_strategies(
    measured: Measured, pairs: Sequence[Pair], roles: Roles, question: Question
) -> list[dict[str, Any]]:
    """Compare pairs of strategies in every metric.

    Returns
    -------
    list of dict
        As ``comparisons`` in results.json: metric by metric, pairs in their order. ``difference`` is strategy minus
        reference; ``p_adjusted`` is Holm's over the strategies that are compared with baseline in one metric ×
        classifier; the probabilities are those of being better, the same for practical purposes, and worse in the
        metric's own good direction. What doesn't exist is null, and ``reason`` says why.
    """
    if not pairs:
        return []
    left, right = [pair.left for pair in pairs], [pair.right for pair in pairs]
    ropes = np.array([[question.rope_of(m.name, measured.mean_of(place, m.name)) for m in METRICS] for place in right])
    estimates = measured.compare(left, right, ropes, question.confidence)
    adjusted = _adjust(estimates.p_value, pairs, roles)
    return [
        _row(measured, estimates, adjusted, pair, (row, column), question)
        for column in range(len(METRICS))
        for row, pair in enumerate(pairs)
    ]


def rows_of_comparisons(comparisons: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of comparisons.csv, in the order of `COLUMNS`."""
    for row in comparisons:
        yield tuple(row[column] for column in COLUMNS)


def _adjust(p_values: np.ndarray, pairs: Sequence[Pair], roles: Roles) -> np.ndarray:
    """Adjust by Holm, one family for each metric × classifier; NaN outside of families."""
    adjusted = np.full_like(p_values, np.nan)
    ranks_alike = np.array([pair.strategy in roles.thresholds for pair in pairs])
    for classifier in dict.fromkeys(pair.classifier for pair in pairs):
        of_family = np.array([pair.in_family and pair.classifier == classifier for pair in pairs])
        for column, metric in enumerate(METRICS):
            members = np.flatnonzero(of_family & ~ranks_alike if metric.name in RANKING else of_family)
            adjusted[members, column] = adjust_holm(p_values[members, column])
    return adjusted


def _row(
    measured: Measured, estimates: Estimates, adjusted: np.ndarray, pair: Pair, at: tuple[int, int], question: Question
) -> dict[str, Any]:
    metric = METRICS[at[1]]
    has_rope = metric.name in ZERO_TO_ONE and (question.rope is not None or not metric.name.startswith("brier"))
    better, worse = estimates.above, estimates.below
    if metric.better != "higher":
        better, worse = worse, better
    found = {
        "metric": metric.name,
        "classifier": pair.classifier,
        "strategy": pair.strategy,
        "reference": pair.reference,
        **estimates.at(at),
        "p_adjusted": finite(adjusted[at]),
        "probability_better": finite(better[at]) if has_rope else None,
        "probability_equivalent": finite(estimates.within[at]) if has_rope else None,
        "probability_worse": finite(worse[at]) if has_rope else None,
        "rope": float(question.rope_of(metric.name, measured.mean_of(pair.right, metric.name))) if has_rope else None,
        "n_left_out": measured.n_splits - int(estimates.n_splits[at]),
        "reason": measured.explain_no_interval(estimates, at),
    }
    return {column: found[column] for column in (*COLUMNS, "se", "rope", "n_left_out", "reason")}
