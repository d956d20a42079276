"""The leak, shown: what resampling before the split would have feigned; and the proof that this job has none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from job.data.dataset import Dataset
from job.data.leakage import ALONE, number_identical
from job.data.splits import Split
from job.evaluation.grid import HONEST, LEAK, LEAK_SPLITS, Study, leaking_strategy
from job.evaluation.worker import Outcome
from job.evidence.study_runs import StudyRuns, count_reasons
from job.spec.job_spec import JobSpec

METRICS = ("average_precision", "roc_auc", "recall", "precision")
_READINGS = ("honest", "leaked", "leaked_real_rows")

_NAMED_SETS = 10
_NAMED_ROWS = 5
NO_GROUPS = "no groups were named (data.file.groups)"
NOTHING_ADDED = "no strategy added rows"
NO_PROVENANCE = "no sampler told the parents of its rows"


def build_leak(spec: JobSpec, runs: StudyRuns) -> dict[str, Any]:
    """Set the score of resampling before the split beside the honest one.

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
    for metric in METRICS:  # None becomes NaN
        values = np.array([[each.metrics.get(metric) for each in measured[kind]] for kind in _READINGS], dtype=float)
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


def prove_no_leak(outcomes: Iterable[Outcome], splits: Sequence[Split], dataset: Dataset) -> dict[str, Any]:
    """Count what a leak would leave behind.

    Parameters
    ----------
    outcomes : iterable of Outcome
        Those of the grid count; runs beside it are left out.

    Returns
    -------
    dict
        Counts ``n_found`` of ``n_checked``, with a ``reason`` where nothing could be checked:
        ``synthetic_in_test`` (scored rows that are no rows of the split's test part), ``rows_in_both`` (rows that
        train and test in one split), ``parents_outside`` (parents of synthetic rows that are no training rows, from
        the ``strategies`` whose samplers tell them; ``untold`` have samplers that don't), ``new_rows_in_test`` (new
        rows that equal a test row), ``groups_in_both``; and ``identical``, see `count_identical`.
    """
    grid = [outcome for outcome in outcomes if outcome.key.study is None]
    # One audit of each unit: its classifiers share it.
    by_unit = {(o.key.strategy, o.key.repeat, o.key.fold): o.audit for o in grid if o.audit is not None}
    adding, audits = dict.fromkeys(strategy for strategy, _, _ in by_unit), list(by_unit.values())
    telling = dict.fromkeys(key[0] for key, audit in by_unit.items() if audit.n_parents is not None)
    parents = [(audit.n_parents or 0, audit.n_parents_outside or 0) for audit in audits]
    groups_in_both: dict[str, Any] = {"n_checked": None, "n_found": None, "reason": NO_GROUPS}
    if dataset.groups is not None:
        parted = [(dataset.groups[split.train], dataset.groups[split.test]) for split in splits]
        groups_in_both = _count([(len(np.unique(test)), len(np.intersect1d(train, test))) for train, test in parted])
    return {
        "synthetic_in_test": _count_strangers(grid, splits, dataset),
        "rows_in_both": _count([(len(split.test), len(np.intersect1d(split.train, split.test))) for split in splits]),
        "parents_outside": {
            **_count(parents, None if telling else NO_PROVENANCE if adding else NOTHING_ADDED),
            "strategies": list(telling),
            "untold": [strategy for strategy in adding if strategy not in telling],
        },
        "new_rows_in_test": _count(
            [(audit.n_new, audit.n_new_in_test) for audit in audits], None if audits else NOTHING_ADDED
        ),
        "groups_in_both": groups_in_both,
        "identical": count_identical(splits, dataset),
    }


def _count(pairs: Sequence[tuple[int, int]], reason: str | None = None) -> dict[str, Any]:
    """Add up what was checked and what was found."""
    return {"n_checked": sum(n for n, _ in pairs), "n_found": sum(n for _, n in pairs), "reason": reason}


def count_identical(splits: Sequence[Split], dataset: Dataset) -> dict[str, Any]:
    """Count test rows that are the same as a training row in every feature.

    Returns
    -------
    dict
        ``n_rows`` of the data that have a twin, in ``n_sets``; ``n_mean`` and ``n_most``, test rows of a split with a
        twin in its training part, of ``n_test_mean``; ``sets``, the first ten sets that were ever parted so: numbers
        of their rows from 1 as the job reads them (five at most) out of ``n``, and whether they have one label.
    """
    numbers = number_identical(dataset.X)
    parted: dict[int, None] = {}
    counts = []
    for split in splits:
        in_test = numbers[split.test]
        shared = in_test[(in_test != ALONE) & np.isin(in_test, numbers[split.train])]
        counts.append(len(shared))
        parted.update(dict.fromkeys(np.unique(shared).tolist()))
    twins = numbers[numbers != ALONE]
    sets = [np.flatnonzero(numbers == number) for number in sorted(parted)[:_NAMED_SETS]]
    return {
        "n_rows": len(twins),
        "n_sets": len(np.unique(twins)),
        "n_mean": sum(counts) / len(splits),
        "n_most": max(counts),
        "n_test_mean": sum(len(split.test) for split in splits) / len(splits),
        "sets": [
            {
                "rows": (rows[:_NAMED_ROWS] + 1).tolist(),
                "n": len(rows),
                "one_label": len(np.unique(dataset.y[rows])) == 1,
            }
            for rows in sets
        ],
    }


def _count_strangers(grid: Sequence[Outcome], splits: Sequence[Split], dataset: Dataset) -> dict[str, Any]:
    """Count scores beyond the rows of the data that the split tests on: a synthetic row would be one too many."""
    real = {
        (split.repeat, split.fold): len(np.unique(split.test[(split.test >= 0) & (split.test < dataset.n_rows)]))
        for split in splits
    }
    scored = [
        (len(outcome.scores), abs(len(outcome.scores) - real[outcome.key.repeat, outcome.key.fold]))
        for outcome in grid
        if outcome.scores is not None
    ]
    return _count(scored, None if any(n for n, _ in scored) else "no run has scores")
