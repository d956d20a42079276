"""What is known of one oversampling strategy with one classifier, gathered for the rules of the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from job.data.split import Split
from job.evaluation.metrics import Prediction
from job.evaluation.ranking import recall_at_false_alarms
from job.evaluation.runs import RunKey
from job.evidence.measured import Measured

NOTED = (
    "recall",
    "false_alarms_per_1000",
    "expected_cost_per_1000",
    "mean_predicted",
    "brier",
    "log_loss",
    "tp",
    "fp",
)
"""Metrics whose means over the shared splits the sentences quote, beside the primary one."""

_READ = ("recall", "recall_at_baseline_fpr", "rank_gain_at_own_fpr")

Comparison = Mapping[str, Any]


@dataclass(frozen=True)
class Question:
    """What the verdict is asked.

    Parameters
    ----------
    primary : str
        The metric that ranks strategies.
    rope : float
        Differences up to this are no practical difference.
    confidence : float
        A difference counts where its p is below one minus this.
    """

    primary: str
    rope: float
    confidence: float

    @property
    def level(self) -> float:
        """The level of every test."""
        return round(1 - self.confidence, 12)  # 1 - 0.95 is above 0.05 otherwise


@dataclass(frozen=True)
class Case:
    """What the rules ask about one oversampling strategy × classifier.

    Parameters
    ----------
    strategy, classifier : str
    question : Question
    primary, recall, at_baseline_fpr, rank_gain : Mapping
        Comparisons with baseline, as in the results: of the primary metric, of recall at the default decision, and of
        the two readings of the curves (`recall_at_baseline_fpr`, `rank_gain_at_own_fpr`).
    n_minority_rows : int
        Distinct minority rows over all test parts.
    n_distinct_scores : float or None
        In the median split; of strategy or baseline, whichever has fewer.
    numbers : Mapping[str, Any]
        What the sentences quote.
    """

    strategy: str
    classifier: str
    question: Question
    primary: Comparison
    recall: Comparison
    at_baseline_fpr: Comparison
    rank_gain: Comparison
    n_minority_rows: int
    n_distinct_scores: float | None
    numbers: Mapping[str, Any]


def count_minority_rows(y: np.ndarray, splits: Iterable[Split]) -> int:
    """Count the distinct minority rows over all test parts."""
    tested = np.zeros(len(y), dtype=bool)
    for split in splits:
        tested[split.test] = True
    return int(np.count_nonzero(tested & (y == 1)))


def build_cases(
    comparisons: Sequence[Comparison],
    measured: Measured,
    predictions: Mapping[RunKey, Prediction | None],
    question: Question,
    n_minority_rows: int,
    combinations: Iterable[tuple[str, str]],
    baseline: str,
) -> list[Case]:
    """Gather what the rules need.

    Parameters
    ----------
    comparisons : sequence of Mapping
        As in results.json.
    measured : Measured
    predictions : Mapping of RunKey to Prediction or None
    question : Question
    n_minority_rows : int
        As in `Case`.
    combinations : iterable of (strategy, classifier)
        Oversampling strategies with each classifier.
    baseline : str

    Returns
    -------
    list of Case
        In the order of `combinations`.
    """
    rows = {
        (row["metric"], row["strategy"], row["classifier"]): row for row in comparisons if row["reference"] == baseline
    }
    of_place: dict[tuple[str, str], dict[tuple[int, int], Prediction]] = {}
    for key, prediction in predictions.items():
        if prediction is not None:
            of_place.setdefault((key.strategy, key.classifier), {})[key.repeat, key.fold] = prediction
    cases = []
    for strategy, classifier in combinations:
        compared = {metric: rows[metric, strategy, classifier] for metric in (question.primary, *_READ)}
        mine, theirs = (of_place.get((label, classifier), {}) for label in (strategy, baseline))
        shared = [(mine[split], theirs[split]) for split in mine if split in theirs]
        numbers = {
            "n_splits": compared[question.primary]["n_splits"],
            "n_splits_total": measured.n_splits,
            "n_minority_rows": n_minority_rows,
            "n_distinct_scores": _median_distinct(shared),
            "method": compared[question.primary]["method"],
            **_quote("primary", compared[question.primary]),
            **{key: value for metric in _READ for key, value in _quote(metric, compared[metric]).items()},
            "means": _means(measured, strategy, classifier, baseline, question.primary),
            "curve_gain_of_baseline": _curve_gain(shared),
            "prevalence": _mean([float(prediction.y.mean()) for prediction, _ in shared]),
        }
        cases.append(
            Case(
                strategy=strategy,
                classifier=classifier,
                question=question,
                primary=compared[question.primary],
                recall=compared["recall"],
                at_baseline_fpr=compared["recall_at_baseline_fpr"],
                rank_gain=compared["rank_gain_at_own_fpr"],
                n_minority_rows=n_minority_rows,
                n_distinct_scores=numbers["n_distinct_scores"],
                numbers=numbers,
            )
        )
    return cases


def _quote(name: str, row: Comparison) -> dict[str, Any]:
    keys = ("difference", "lower", "upper", "p_adjusted", "probability_better", "probability_equivalent")
    return {f"{name}_{key}": row[key] for key in keys}


def _means(
    measured: Measured, strategy: str, classifier: str, baseline: str, primary: str
) -> dict[str, dict[str, float | None]]:
    """Means of baseline and strategy over the splits that both have a value on."""
    found = {}
    for metric in (primary, *NOTED):
        mine, theirs = (measured.of((label, classifier), metric) for label in (strategy, baseline))
        both = np.isfinite(mine) & np.isfinite(theirs)
        pair = (theirs, mine) if both.any() else (None, None)
        found[metric] = {
            who: None if values is None else float(values[both].mean())
            for who, values in zip(("baseline", "strategy"), pair, strict=True)
        }
    return found


def _median_distinct(shared: Sequence[tuple[Prediction, Prediction]]) -> float | None:
    """Distinct scores in the median split, of the one of both that has fewer."""
    if not shared:
        return None
    counts = [[len(prediction.ranking.true_alarms) - 1 for prediction in pair] for pair in shared]
    return float(np.median(counts, axis=0).min())


def _curve_gain(shared: Sequence[tuple[Prediction, Prediction]]) -> float | None:
    """Recall that baseline's own curve gives at the strategy's false-positive rate, beyond its decision's recall."""
    gains = []
    for mine, theirs in shared:
        reading = recall_at_false_alarms(theirs.ranking, mine.counts.fp)
        if isinstance(reading, float):
            gains.append(reading - theirs.counts.tp / theirs.counts.positives)
    return _mean(gains)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
