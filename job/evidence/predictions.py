"""The predictions of a job, by strategy and classifier."""

from __future__ import annotations

from collections.abc import Mapping

from job.evaluation.grid import RunKey
from job.evaluation.metrics.metric_registry import Undefined
from job.evaluation.metrics.run_metrics import Prediction

Place = tuple[str, str]
"""Strategy and classifier, by their labels."""
Predictions = Mapping[RunKey, Prediction | None]
"""What each run of the grid predicted; None where it failed."""


def named(place: Place) -> dict[str, str]:
    """Strategy and classifier as every row of results.json has them."""
    return {"strategy": place[0], "classifier": place[1]}


def by_place(predictions: Predictions) -> dict[Place, dict[tuple[int, int], Prediction]]:
    """Group what there is by strategy and classifier, then by (repeat, fold)."""
    found: dict[Place, dict[tuple[int, int], Prediction]] = {}
    for key, prediction in predictions.items():
        if prediction is not None:
            found.setdefault((key.strategy, key.classifier), {})[key.repeat, key.fold] = prediction
    return found


def number_or_none(value: float | Undefined) -> float | None:
    """What results.json holds of a metric."""
    return None if isinstance(value, Undefined) else value
