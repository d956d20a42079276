"""Results of jobs that came to every kind of answer."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from report_factories import make_results, make_runs, make_spec, without_numbers

from job.results.job_facts import Run
from job.results.results import Results

HOSTILE = """"><script>alert(1)</script>{{ 7*7 }} $\\bad$ | `x`"""
SHARED = {
    "average_precision": 0.6,
    "recall": 0.45,
    "false_alarms_per_1000": 10.0,
    "expected_cost_per_1000": 300.0,
    "mean_predicted": 0.1,
    "brier": 0.05,
    "recall_at_baseline_fpr": 0.45,
    "rank_gain_at_own_fpr": 0.0,
}
"""What every strategy has unless a job says otherwise."""

MOVED = {
    "recall": 0.75,
    "false_alarms_per_1000": 60.0,
    "expected_cost_per_1000": 250.0,
    "mean_predicted": 0.3,
    "brier": 0.1,
}
THRESHOLD = {"recall": 0.74, "false_alarms_per_1000": 55.0, "expected_cost_per_1000": 200.0}
UNCLEAR = {"average_precision": 0.72, "recall": 0.5, "false_alarms_per_1000": 12.0}
BETTER = {
    "average_precision": 0.75,
    "recall": 0.8,
    "false_alarms_per_1000": 20.0,
    "expected_cost_per_1000": 150.0,
    "recall_at_baseline_fpr": 0.6,
    "rank_gain_at_own_fpr": 0.15,
}


def make_outcome(
    strategies: Mapping[str, Mapping[str, float | None]],
    classifiers: Sequence[str] = ("svc",),
    n_repeats: int = 10,
    noise: float = 0.01,
    **changes: Any,
) -> Results:
    """A job in which each strategy has these means, with shared luck and its own; classifiers cost more and more."""
    luck = random.Random(7)
    runs = make_runs(tuple(strategies), classifiers, n_repeats)
    shared = {(run["repeat"], metric): luck.gauss(0, 0.05) for run in runs for metric in SHARED}
    for run in runs:
        own = strategies[run["strategy"]]
        for metric, mean in {**SHARED, **own}.items():
            unrest = shared[run["repeat"], metric] + (luck.gauss(0, noise) if metric in own else 0.0)
            run["metrics"][metric] = None if mean is None else mean * (1 + unrest)
        run["metrics"]["expected_cost_per_1000"] *= 1 + classifiers.index(run["classifier"])
    return make_results(tuple(strategies), tuple(classifiers), runs, **changes)


def make_failed() -> Results:
    """A job in which one strategy never ran, and another didn't on one split."""
    moved = make_moved()
    runs = [
        without_numbers(run, "failed", "MemoryError: too much")
        if run["strategy"] == "custom" or (run["strategy"], run["repeat"]) == ("smote", 2)
        else run
        for run in map(Run.model_dump, moved.runs)
    ]
    return make_results(tuple(entry.label for entry in moved.strategies), ("svc", "knn"), runs)


def make_moved(**changes: Any) -> Results:
    """A job in which oversampling moves the threshold and nothing else."""
    strategies = {"baseline": {}, "threshold": THRESHOLD, "smote": MOVED, "custom": MOVED}
    return make_outcome(strategies, ("svc", "knn"), **changes)


def make_without_probabilities() -> Results:
    """A job with a classifier that ranks and decides."""
    nothing: dict[str, float | None] = {"mean_predicted": None, "brier": None}
    results = make_outcome({"baseline": nothing, "threshold": {**THRESHOLD, **nothing}, "smote": {**MOVED, **nothing}})
    nothing_there = {"raw": None, "corrected": None, "reason": "no run gave probabilities"}
    rows = tuple(row.model_copy(update=nothing_there) for row in results.calibration.rows)
    return results.model_copy(update={"calibration": results.calibration.model_copy(update={"rows": rows})})


def make_hostile() -> Results:
    """A job whose title and labels are long and markup."""
    strategies = {"baseline": {}, HOSTILE: BETTER, f"{HOSTILE} again, and a good deal longer than a cell": MOVED}
    classifiers = (f"{HOSTILE} of a classifier", "W" * 60)
    spec = make_spec(strategies, classifiers, title=f"A title that goes on and on, as titles do: {HOSTILE}")
    return make_outcome(strategies, classifiers, spec=spec)


def make_large() -> Results:
    """Ten strategies and five classifiers."""
    names = ("baseline", "class_weight", "threshold", "smote", "custom", *(f"sampler_{index}" for index in range(5)))
    strategies = {name: {} if name == "baseline" else THRESHOLD if name == "threshold" else MOVED for name in names}
    return make_outcome(strategies, tuple(f"classifier_{index}" for index in range(5)))


OUTCOMES: Mapping[str, Callable[[], Results]] = MappingProxyType(
    {
        "helps": lambda: make_outcome({"baseline": {}, "threshold": THRESHOLD, "smote": BETTER}),
        "moved threshold": make_moved,
        "leave it": lambda: make_outcome({"baseline": {}, "smote": {**MOVED, "expected_cost_per_1000": 400.0}}),
        "undecided": lambda: make_outcome({"baseline": {}, "smote": UNCLEAR}, noise=0.4, n_repeats=6),
        "cannot tell": lambda: make_outcome({"baseline": {}, "smote": MOVED}, n_repeats=3),
        "not asked": lambda: make_outcome({"baseline": {}, "class_weight": {}, "threshold": THRESHOLD}),
        "one split": lambda: make_outcome({"baseline": {}, "smote": MOVED}, n_repeats=1),
        "baseline alone": lambda: make_outcome({"baseline": {}}),
        "failed": make_failed,
        "without probabilities": make_without_probabilities,
        "hostile": make_hostile,
        "large": make_large,
    }
)
"""Kind of answer -> makes the results of a job that comes to it."""
