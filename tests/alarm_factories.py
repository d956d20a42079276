"""What strategies find at other numbers of alarms, in the shape of results.json."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from predictions import make_noisy_prediction

from job.evaluation.metrics import MetricContext
from job.evaluation.runs import RunKey
from job.evidence.alarms import build_alarms


def make_alarms(
    runs: Iterable[Mapping[str, Any]],
    strategies: Sequence[str],
    classifiers: Sequence[str],
    evaluation: Mapping[str, float],
) -> dict[str, Any]:
    """The explorer's numbers of noisy scores, wherever a run has numbers."""
    skill = {strategy: 0.5 + index / 4 for index, strategy in enumerate(strategies)}
    predictions = {}
    for place, run in enumerate(runs):
        scored = run["status"] in ("ok", "degraded")
        prediction = make_noisy_prediction(run["n_test"], place, skill=skill[run["strategy"]]) if scored else None
        predictions[RunKey(run["strategy"], run["classifier"], run["repeat"], run["fold"])] = prediction
    return build_alarms(predictions, strategies, classifiers, MetricContext(**evaluation))
