"""Resampling before the split: what a job that does it would report; and the proof that this job has no such leak."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from job.data.dataset import Dataset
from job.data.leakage import ALONE, number_identical
from job.data.splits import Split
from job.evaluation.evaluate_unit import Outcome
from job.evaluation.grid import HONEST, LEAK, LEAK_SPLITS, Study, leaking_strategy, study_classifiers
from job.evidence.runs import StudyRuns, count_reasons
from job.results.study_facts import Checked, CheckedParents, Identical, IdenticalSet, Leak, LeakScore, Proof
from job.spec.job_spec import JobSpec

METRICS = ("average_precision", "roc_auc", "recall", "precision")

_NAMED_SETS = 10
_NAMED_ROWS = 5
NO_GROUPS = "no groups were named (data.file.groups)"
NOTHING_ADDED = "no strategy added rows"
NO_PROVENANCE = "no sampler told the parents of its rows"
_NO_SCORES = "no run has scores"


def build_leak(spec: JobSpec, runs: StudyRuns) -> Leak:
    """Set the score of resampling before the split beside the honest one, over the first splits."""
    strategy, is_listed = leaking_strategy(spec)
    label, first = strategy.label, replace(runs, splits=runs.splits[:LEAK_SPLITS])
    honest = None if is_listed else Study(HONEST)
    classifiers = [entry.label for entry in study_classifiers(spec)[0]]
    leaked = (runs.outcome(label, name, split, Study(LEAK)).is_real for name in classifiers for split in first.splits)
    sizes = [(len(is_real), int((~is_real).sum())) for is_real in leaked if is_real is not None]
    n_test, n_test_synthetic = np.mean(sizes, axis=0).tolist() if sizes else (None, None)
    return Leak(
        strategy=label,
        is_listed=is_listed,
        n_splits=len(first.splits),
        n_test=n_test,
        n_test_synthetic=n_test_synthetic,
        share_synthetic=n_test_synthetic / n_test if n_test and n_test_synthetic is not None else None,
        scores=tuple(row for name in classifiers for row in _score(first, label, name, honest)),
        proof=prove_no_leak(runs.outcomes, runs.splits, runs.dataset),
    )


def _score(runs: StudyRuns, strategy: str, classifier: str, honest: Study | None) -> list[LeakScore]:
    """Make one row for each metric, over the splits where every reading of it exists."""
    kinds = ((honest, False), (Study(LEAK), False), (Study(LEAK), True))
    measured = [runs.measure_all(strategy, classifier, study, real_only) for study, real_only in kinds]
    reasons = {"honest": count_reasons(measured[0]), "leaked": count_reasons(measured[1])}
    rows = []
    for metric in METRICS:  # None becomes NaN
        values = np.array([[each.metrics.get(metric) for each in reading] for reading in measured], dtype=float)
        together = values[:, np.isfinite(values).all(axis=0)]
        scores = together.mean(axis=1).tolist() if together.size else (None, None, None)
        rows.append(
            LeakScore(
                classifier=classifier,
                metric=metric,
                honest=scores[0],
                leaked=scores[1],
                leaked_real_rows=scores[2],
                gain=float(np.mean(together[2] - together[0])) if together.size else None,
                n=together.shape[1],
                reasons=reasons,
            )
        )
    return rows


def prove_no_leak(outcomes: Iterable[Outcome], splits: Sequence[Split], dataset: Dataset) -> Proof:
    """Count what a leak would leave behind in the runs of the grid."""
    grid = [outcome for outcome in outcomes if outcome.key.study is None]
    # One audit of each unit: its classifiers share it, unless each has tuned the strategy for itself.
    audited = [o for o in grid if o.audit is not None]
    tuned_with = [o.key.classifier if o.tuned and o.tuned.strategy else "" for o in audited]
    keys = [(o.key.strategy, o.key.repeat, o.key.fold, name) for o, name in zip(audited, tuned_with, strict=True)]
    by_unit = {key: o.audit for key, o in zip(keys, audited, strict=True) if o.audit is not None}
    adding, audits = dict.fromkeys(key[0] for key in by_unit), list(by_unit.values())
    telling = dict.fromkeys(key[0] for key, audit in by_unit.items() if audit.n_parents is not None)
    parents = _count(
        [(audit.n_parents or 0, audit.n_parents_outside or 0) for audit in audits],
        None if telling else NO_PROVENANCE if adding else NOTHING_ADDED,
    )
    groups = Checked(n_checked=None, n_found=None, reason=NO_GROUPS)
    if dataset.groups is not None:
        parted = [(dataset.groups[split.train], dataset.groups[split.test]) for split in splits]
        groups = _count([(len(np.unique(test)), len(np.intersect1d(train, test))) for train, test in parted])
    new = [(audit.n_new, audit.n_new_in_test) for audit in audits]
    return Proof(
        synthetic_in_test=_count_strangers(grid, splits, dataset),
        rows_in_both=_count([(len(s.test), _count_shared(s.train, s.test, dataset.n_rows)) for s in splits]),
        parents_outside=CheckedParents(
            **dict(parents), strategies=tuple(telling), untold=tuple(name for name in adding if name not in telling)
        ),
        new_rows_in_test=_count(new, None if audits else NOTHING_ADDED),
        groups_in_both=groups,
        identical=count_identical(splits, dataset),
    )


def _count(pairs: Sequence[tuple[int, int]], reason: str | None = None) -> Checked:
    """Add up what was checked and what was found."""
    return Checked(n_checked=sum(n for n, _ in pairs), n_found=sum(n for _, n in pairs), reason=reason)


def _count_shared(left: np.ndarray, right: np.ndarray, n_rows: int) -> int:
    """Count the rows of the data that stand in both, without sorting either."""
    marked = np.zeros((2, n_rows), dtype=bool)
    for mark, rows in zip(marked, (left, right), strict=True):
        mark[rows[(rows >= 0) & (rows < n_rows)]] = True
    return int(marked.all(axis=0).sum())


def count_identical(splits: Sequence[Split], dataset: Dataset) -> Identical:
    """Count test rows that are the same as a training row in every feature, and name the first sets parted so."""
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
    return Identical(
        n_rows=len(twins),
        n_sets=len(np.unique(twins)),
        n_mean=sum(counts) / len(splits),
        n_most=max(counts),
        n_test_mean=sum(len(split.test) for split in splits) / len(splits),
        sets=tuple(_name_set(rows, dataset) for rows in sets),
    )


def _name_set(rows: np.ndarray, dataset: Dataset) -> IdenticalSet:
    first, n_labels = (rows[:_NAMED_ROWS] + 1).tolist(), len(np.unique(dataset.y[rows]))
    return IdenticalSet(rows=first, n=len(rows), one_label=n_labels == 1)


def _count_strangers(grid: Sequence[Outcome], splits: Sequence[Split], dataset: Dataset) -> Checked:
    """Count scores beyond the rows of the data that the split tests on: a synthetic row would be one too many."""
    all_rows = np.arange(dataset.n_rows)
    real = {(s.repeat, s.fold): _count_shared(s.test, all_rows, dataset.n_rows) for s in splits}
    sizes = [(len(o.scores), real[o.key.repeat, o.key.fold]) for o in grid if o.scores is not None]
    scored = [(n, abs(n - n_real)) for n, n_real in sizes]
    return _count(scored, None if any(n for n, _ in scored) else _NO_SCORES)
