"""What strategies find at other numbers of alerts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from predictions import make_noisy_prediction

from job.evaluation.cutoff import Cutoff, Request
from job.evaluation.grid import RunKey
from job.evaluation.metrics.run_metrics import MetricContext
from job.evidence.alarms import build_alarms
from job.evidence.runs import by_place
from job.evidence.verdict.cutoff_advice import Part, read_cutoffs
from job.results.decision_facts import Alarms, Decisions


def make_alarms(
    runs: Iterable[Mapping[str, Any]],
    strategies: Sequence[str],
    classifiers: Sequence[str],
    evaluation: Mapping[str, float],
) -> Alarms:
    """The explorer's numbers of noisy scores, wherever a run has numbers."""
    cells = by_place(make_predictions(runs, strategies), strategies, classifiers)
    return build_alarms(cells, MetricContext(**evaluation))


def make_predictions(runs: Iterable[Mapping[str, Any]], strategies: Sequence[str]) -> dict[RunKey, Any]:
    """Noisy scores of every run that has numbers."""
    skill = {strategy: 0.5 + index / 4 for index, strategy in enumerate(strategies)}
    predictions = {}
    for place, run in enumerate(runs):
        scored = run["status"] in ("ok", "degraded")
        prediction = make_noisy_prediction(run["n_test"], place, skill=skill[run["strategy"]]) if scored else None
        predictions[RunKey(run["strategy"], run["classifier"], run["repeat"], run["fold"])] = prediction
    return predictions


def make_cutoffs(
    runs: Iterable[Mapping[str, Any]],
    strategies: Sequence[str],
    classifiers: Sequence[str],
    request: Request,
    cutoff: Cutoff,
) -> Decisions:
    """What the same scores say of one cut-off, and of others."""
    predictions = make_predictions(runs, strategies)
    parts: dict[tuple[str, str], list[Part]] = {(s, c): [] for c in classifiers for s in strategies}
    for key, prediction in predictions.items():
        if prediction is not None:
            baseline = predictions.get(RunKey(strategies[0], key.classifier, key.repeat, key.fold))
            parts[key.strategy, key.classifier].append(Part(prediction, baseline, cutoff, (400, 1600)))
    return read_cutoffs(parts, request, 0.95)
