"""How do the decisions differ? Whether a gain in recall is more than another decision threshold would give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from job.evaluation.metrics.ranking_metrics import recall_at_alerts
from job.evaluation.metrics.run_metrics import Prediction
from job.evidence.family import Question, Tested

MOVED_THRESHOLD = "moved_threshold"
MORE_THAN_THRESHOLD = "more_than_threshold"
NO_CHANGE = "no_change"
OPEN = "open"

RULES = {
    MOVED_THRESHOLD: "recall at the strategy's own decision differs (adjusted p < level), and less than half of that "
    "is ranking: the limit of rank_gain_at_own_fpr stays below half of the difference",
    MORE_THAN_THRESHOLD: "recall differs so, and rank_gain_at_own_fpr differs from 0 in the same direction",
    NO_CHANGE: "recall differs by at most the ROPE with a probability of at least the confidence, or not at all",
    OPEN: "none of these",
}
"""Code -> when it holds; the first that does."""


@dataclass(frozen=True)
class SameAlerts:
    """What baseline finds with as many alerts as the strategy raises, in means over the splits both have.

    Parameters
    ----------
    recall : float or None
    share : float or None
        Its part of the strategy's gain in recall; None where the strategy finds no more than baseline.
    """

    recall: float | None
    share: float | None


def read_at_same_alerts(shared: Sequence[tuple[Prediction, Prediction]]) -> SameAlerts:
    """Read baseline's ranking at the strategy's number of alerts, split by split."""
    found = []
    for mine, theirs in shared:
        reading = recall_at_alerts(theirs.ranking, float(mine.counts.tp + mine.counts.fp))
        if isinstance(reading, float):
            positives = theirs.counts.positives
            found.append((mine.counts.tp / positives, theirs.counts.tp / positives, reading))
    if not found:
        return SameAlerts(None, None)
    strategy, baseline, reading = (sum(column) / len(found) for column in zip(*found, strict=True))
    gain = strategy - baseline
    return SameAlerts(reading, (reading - baseline) / gain if gain > 0 else None)


def grade_decision(recall: Tested, rank_gain: Mapping[str, Any], is_tested: bool, question: Question) -> str:
    """Give the code of the first rule that holds; `rank_gain` is a row of comparisons.csv, with its plain interval."""
    difference = recall.difference
    if not is_tested or difference is None:
        return OPEN
    if recall.p_adjusted is not None and recall.p_adjusted < question.level:
        limits = ("upper", "lower") if difference > 0 else ("lower", "upper")
        toward, against = (rank_gain[limit] for limit in limits)
        if toward is None or against is None:  # no spread at all: the value itself
            toward = against = rank_gain["difference"]
        sign = 1 if difference > 0 else -1
        if toward is not None and sign * toward < abs(difference) / 2:
            return MOVED_THRESHOLD
        return MORE_THAN_THRESHOLD if against is not None and sign * against > 0 else OPEN
    within = recall.probability_equivalent
    return NO_CHANGE if (difference == 0 if within is None else within >= question.confidence) else OPEN
