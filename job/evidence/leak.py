"""The leak, shown: what resampling before the split would have feigned; and the proof that this job has none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from job.data.splitting.splits import Split
from job.evaluation.grid import HONEST, LEAK, LEAK_SPLITS, Study, leaking_strategy
from job.evaluation.worker import Outcome
from job.evidence.proof import prove_no_leak
from job.evidence.study_runs import StudyRuns, count_reasons
from job.spec.job_spec import JobSpec

METRICS = ("average_precision", "roc_auc", "recall", "precision")
_READINGS = ("honest", "leaked", "leaked_real_rows")


def build_leak(spec: JobSpec, runs: StudyRuns) -> dict[str, Any]:
    """Set the score of resampling before the split beside the honest one.

    Parameters
    ----------
    spec : JobSpec
    runs : StudyRuns

    Returns
    -------
    dict
        ``strategy`` whose leak is shown and whether the spec lists it (``is_listed``); ``n_splits``, the first ones;
        ``scores``: for each classifier and metric the ``honest`` score, the ``leaked`` one as a job that resamples
        first would report it, and ``leaked_real_rows``, read on those of its test rows that are no synthetic ones, so
        that both are about rows as they come; ``n_test`` and ``n_test_synthetic``, mean sizes of the leaked test
        part; ``reasons`` why runs have no score; ``proof``, see `prove_no_leak`.
    """
    strategy, is_listed = leaking_strategy(spec)
    splits = runs.splits[:LEAK_SPLITS]
    honest = None if is_listed else Study(HONEST)
    classifiers = [entry.label for entry in spec.classifiers]
    leaked = [runs.outcome(strategy.label, name, split, Study(LEAK)) for name in classifiers for split in splits]
    return {
        "strategy": strategy.label,
        "is_listed": is_listed,
        "n_splits": len(splits),
        **_sizes(leaked),
        "scores": [row for name in classifiers for row in _score(runs, strategy.label, name, splits, honest)],
        "proof": prove_no_leak(runs.outcomes, runs.splits, runs.dataset),
    }


def _sizes(leaked: Sequence[Outcome]) -> dict[str, float | None]:
    sizes = [(len(outcome.is_real), int((~outcome.is_real).sum())) for outcome in leaked if outcome.is_real is not None]
    if not sizes:
        return {"n_test": None, "n_test_synthetic": None}
    rows, synthetic = np.mean(sizes, axis=0)
    return {"n_test": float(rows), "n_test_synthetic": float(synthetic)}


def _score(
    runs: StudyRuns, strategy: str, classifier: str, splits: Sequence[Split], honest: Study | None
) -> list[dict[str, Any]]:
    """Make one row for each metric, over the splits where every reading of it exists."""
    measured = {
        "honest": [runs.measure(strategy, classifier, split, honest) for split in splits],
        "leaked": [runs.measure(strategy, classifier, split, Study(LEAK)) for split in splits],
        "leaked_real_rows": [runs.measure(strategy, classifier, split, Study(LEAK), True) for split in splits],
    }
    reasons = {kind: count_reasons(measured[kind]) for kind in ("honest", "leaked")}
    rows = []
    for metric in METRICS:
        values = np.array(
            [[each.metrics.get(metric) for each in measured[kind]] for kind in _READINGS], dtype=float
        )  # None becomes NaN
        together = values[:, np.isfinite(values).all(axis=0)]
        means = together.mean(axis=1).tolist() if together.size else [None] * len(_READINGS)
        rows.append(
            {
                "classifier": classifier,
                "metric": metric,
                **dict(zip(_READINGS, means, strict=True)),
                "n": together.shape[1],
                "reasons": reasons,
            }
        )
    return rows
