"""What the headline's recommendation rests on: its numbers beside baseline's, and how much was tested."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from job.evidence.family import Question
from job.evidence.measured import Measured, Place

BESIDE = ("recall", "false_alarms_per_1000", "average_precision", "mean_predicted", "brier")
"""Metrics of which the headline tells what the recommendation changes."""

_TESTED = ("difference", "lower", "upper", "p_adjusted")


def build_basis(
    measured: Measured,
    comparisons: Iterable[Mapping[str, Any]],
    recommended: Mapping[str, str] | None,
    baseline: str,
    question: Question,
    n_minority_rows: int,
) -> dict[str, Any]:
    """Gather what the headline says of its recommendation beside baseline with the same classifier.

    Parameters
    ----------
    measured : Measured
    comparisons : iterable of Mapping
        As in results.json.
    recommended : Mapping or None
        Strategy and classifier.
    baseline : str
    question : Question
    n_minority_rows : int
        Distinct ones over all test parts.

    Returns
    -------
    dict
        ``n_splits``, ``n_train_mean``, ``n_minority_rows``, ``confidence``, ``baseline`` and ``beside_baseline``: null
        where baseline or nothing is recommended, else ``n_splits`` and ``method`` of the comparison, and for each
        metric the means over the splits that both have a value on, their difference, its interval and adjusted p-value.
    """
    beside = None
    if recommended is not None and recommended["strategy"] != baseline:
        place = (recommended["strategy"], recommended["classifier"])
        beside = _beside(measured, comparisons, place, baseline)
    return {
        "n_splits": measured.n_splits,
        "n_train_mean": float(measured.n_train.mean()),
        "n_minority_rows": n_minority_rows,
        "confidence": question.confidence,
        "baseline": baseline,
        "beside_baseline": beside,
    }


def _beside(
    measured: Measured, comparisons: Iterable[Mapping[str, Any]], place: Place, baseline: str
) -> dict[str, Any]:
    rows = {
        row["metric"]: row
        for row in comparisons
        if (row["strategy"], row["classifier"], row["reference"]) == (*place, baseline)
    }
    return {
        "n_splits": rows["recall"]["n_splits"],
        "method": rows["recall"]["method"],
        "metrics": {
            metric: {
                **_means(measured, place, baseline, metric),
                **{key: rows[metric][key] for key in _TESTED},
            }
            for metric in BESIDE
        },
    }


def _means(measured: Measured, place: Place, baseline: str, metric: str) -> dict[str, float | None]:
    """Means over the splits that both have a value on, so that they differ by the difference that was tested."""
    mine, theirs = (measured.of((label, place[1]), metric) for label in (place[0], baseline))
    both = np.isfinite(mine) & np.isfinite(theirs)
    sides = (("baseline", theirs), ("strategy", mine))
    return {who: float(values[both].mean()) if both.any() else None for who, values in sides}
