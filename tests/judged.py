"""Runs and roles for the tests of comparisons and verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from job.evidence.statistics.paired_t import T_TEST
from job.evidence.strategy_kinds import Roles
from job.names import METRICS
from job.results.job_facts import Run
from job.results.verdict_facts import Tested


def make_roles(strategies: Sequence[str], **changes: Any) -> Roles:
    """Roles by the usual names; the first strategy is baseline."""
    found: dict[str, Any] = {
        "baseline": strategies[0],
        "oversamplers": tuple(label for label in strategies if label in ("smote", "custom")),
        "customs": tuple(label for label in strategies if label == "custom"),
        "smotes": tuple(label for label in strategies if label == "smote"),
        "thresholds": tuple(label for label in strategies if label == "threshold"),
        "order": {label: place for place, label in enumerate(strategies)},
    }
    return Roles(**{**found, **changes})


def make_run(strategy: str, classifier: str = "c", repeat: int = 0, **changes: Any) -> Run:
    """One run on 1,600 training and 400 test rows, that adds none; every metric is 0.5."""
    found: dict[str, Any] = {
        "status": "ok",
        "reason": None,
        "warnings": (),
        "n_train": 1600,
        "n_train_positive": 160,
        "n_resampled": 1600,
        "n_resampled_positive": 160,
        "n_synthetic": 0,
        "n_test": 400,
        "n_test_positive": 40,
        "threshold": None,
        "metrics": dict.fromkeys(METRICS, 0.5),
        "undefined": {},
    }
    return Run(strategy=strategy, classifier=classifier, repeat=repeat, fold=0, **{**found, **changes})


def make_runs_of(values: Mapping[str, Mapping[str, Sequence[float | None]]], classifier: str = "c") -> list[Run]:
    """One run for each strategy and split, on 1,600 training and 400 test rows; metrics not given are 0.5."""
    return [
        make_run(
            strategy,
            classifier,
            split,
            metrics={name: metrics[name][split] if name in metrics else 0.5 for name in METRICS},
        )
        for strategy, metrics in values.items()
        for split in range(max(len(column) for column in metrics.values()))
    ]


def make_tested(**changes: Any) -> Tested:
    """A difference that is open, on twenty splits."""
    found: dict[str, Any] = {
        "difference": 0.01,
        "se": 0.02,
        "lower": -0.03,
        "upper": 0.05,
        "p_value": 0.6,
        "p_adjusted": 0.6,
        "probability_better": 0.45,
        "probability_equivalent": 0.35,
        "probability_worse": 0.2,
        "rope": 0.01,
        "n_splits": 20,
        "method": T_TEST,
        "reason": None,
    }
    return Tested(**{**found, **changes})
