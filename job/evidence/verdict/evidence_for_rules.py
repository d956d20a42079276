"""What is known of one oversampler with one classifier beside its tests: means, and readings of both rankings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from job.data.splitting.splits import Split
from job.evaluation.grid import RunKey
from job.evaluation.metrics.run_metrics import Prediction
from job.evidence.measured import Measured, Place

QUOTED = (
    "average_precision",
    "roc_auc",
    "recall",
    "precision",
    "false_alarms_per_1000",
    "expected_cost_per_1000",
    "mean_predicted",
    "brier",
    "log_loss",
)
"""Metrics whose means over the shared splits are quoted beside the answers."""


def count_minority_rows(y: np.ndarray, splits: Iterable[Split]) -> int:
    """Count the distinct minority rows over all test parts."""
    return len(_tested_minority(y, splits))


def count_minority_groups(y: np.ndarray, groups: np.ndarray | None, splits: Iterable[Split]) -> int | None:
    """Count the groups that have one of these rows; None where rows aren't grouped."""
    return None if groups is None else len(np.unique(groups[_tested_minority(y, splits)]))


def _tested_minority(y: np.ndarray, splits: Iterable[Split]) -> np.ndarray:
    tested = np.zeros(len(y), dtype=bool)
    for split in splits:
        tested[split.test] = True
    return np.flatnonzero(tested & (y == 1))


def pair_predictions(
    predictions: Mapping[RunKey, Prediction | None], place: Place, reference: Place
) -> list[tuple[Prediction, Prediction]]:
    """Pair the predictions of two combinations on the splits that both were scored on."""
    of_place: dict[Place, dict[tuple[int, int], Prediction]] = {place: {}, reference: {}}
    for key, prediction in predictions.items():
        if prediction is not None and (key.strategy, key.classifier) in of_place:
            of_place[key.strategy, key.classifier][key.repeat, key.fold] = prediction
    mine, theirs = of_place[place], of_place[reference]
    return [(mine[split], theirs[split]) for split in mine if split in theirs]


def quote_means(measured: Measured, place: Place, baseline: Place) -> dict[str, dict[str, float | None]]:
    """Means of baseline and strategy over the splits that both have a value on."""
    return {metric: _means(measured.of(baseline, metric), measured.of(place, metric)) for metric in QUOTED}


def _means(baseline: np.ndarray, strategy: np.ndarray) -> dict[str, float | None]:
    both = np.isfinite(baseline) & np.isfinite(strategy)
    sides = (("baseline", baseline), ("strategy", strategy))
    return {who: float(values[both].mean()) if both.any() else None for who, values in sides}


def count_distinct_scores(shared: Sequence[tuple[Prediction, Prediction]]) -> float | None:
    """Distinct scores in the median split, of the one of both that has fewer."""
    if not shared:
        return None
    counts: Any = [[len(prediction.ranking.true_alarms) - 1 for prediction in pair] for pair in shared]
    return float(np.median(counts, axis=0).min())
