"""The proof that no test row had a part in what it tests, each number counted from what was really run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from job.data.dataset import Dataset
from job.data.difficulty.leakage import ALONE, number_identical
from job.data.splitting.splits import Split
from job.evaluation.audit import ResamplingAudit
from job.evaluation.worker import Outcome

_NAMED_SETS = 10
_NAMED_ROWS = 5

NO_GROUPS = "no groups were named (data.file.groups)"
NOTHING_ADDED = "no strategy added rows"
NO_PROVENANCE = "no sampler told the parents of its rows"


def prove_no_leak(outcomes: Iterable[Outcome], splits: Sequence[Split], dataset: Dataset) -> dict[str, Any]:
    """Count what a leak would leave behind.

    Parameters
    ----------
    outcomes : iterable of Outcome
        Those of the grid count; runs beside it are left out.
    splits : sequence of Split
    dataset : Dataset

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
    return {
        "synthetic_in_test": _count_strangers(grid, splits, dataset),
        "rows_in_both": _count_shared(splits),
        "parents_outside": _count_parents(grid),
        "new_rows_in_test": _count_new_in_test(grid),
        "groups_in_both": _count_groups(splits, dataset),
        "identical": count_identical(splits, dataset),
    }


def count_identical(splits: Sequence[Split], dataset: Dataset) -> dict[str, Any]:
    """Count test rows that are the same as a training row in every feature.

    Parameters
    ----------
    splits : sequence of Split
    dataset : Dataset

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
    return {
        "n_rows": len(twins),
        "n_sets": len(np.unique(twins)),
        "n_mean": sum(counts) / len(splits),
        "n_most": max(counts),
        "n_test_mean": sum(len(split.test) for split in splits) / len(splits),
        "sets": [_name_set(np.flatnonzero(numbers == number), dataset) for number in sorted(parted)[:_NAMED_SETS]],
    }


def _name_set(rows: np.ndarray, dataset: Dataset) -> dict[str, Any]:
    labels = np.unique(dataset.y[rows])
    return {"rows": (rows[:_NAMED_ROWS] + 1).tolist(), "n": len(rows), "one_label": len(labels) == 1}


def _count_strangers(grid: Sequence[Outcome], splits: Sequence[Split], dataset: Dataset) -> dict[str, Any]:
    """Count scores beyond the rows of the data that the split tests on: a synthetic row would be one too many."""
    real = {
        (split.repeat, split.fold): len(np.unique(split.test[(split.test >= 0) & (split.test < dataset.n_rows)]))
        for split in splits
    }
    checked = found = 0
    for outcome in grid:
        if outcome.scores is not None:
            checked += len(outcome.scores)
            found += abs(len(outcome.scores) - real[outcome.key.repeat, outcome.key.fold])
    return {"n_checked": checked, "n_found": found, "reason": None if checked else "no run has scores"}


def _count_shared(splits: Sequence[Split]) -> dict[str, Any]:
    return {
        "n_checked": sum(len(split.test) for split in splits),
        "n_found": sum(len(np.intersect1d(split.train, split.test)) for split in splits),
        "reason": None,
    }


def _audits(grid: Sequence[Outcome]) -> dict[tuple[str, int, int], ResamplingAudit]:
    """One audit of each unit: its classifiers share it."""
    return {
        (outcome.key.strategy, outcome.key.repeat, outcome.key.fold): outcome.audit
        for outcome in grid
        if outcome.audit is not None
    }


def _count_parents(grid: Sequence[Outcome]) -> dict[str, Any]:
    audits = _audits(grid)
    adding = dict.fromkeys(strategy for strategy, _, _ in audits)
    telling = dict.fromkeys(key[0] for key, audit in audits.items() if audit.n_parents is not None)
    return {
        "n_checked": sum(audit.n_parents or 0 for audit in audits.values()),
        "n_found": sum(audit.n_parents_outside or 0 for audit in audits.values()),
        "strategies": list(telling),
        "untold": [strategy for strategy in adding if strategy not in telling],
        "reason": None if telling else NO_PROVENANCE if adding else NOTHING_ADDED,
    }


def _count_new_in_test(grid: Sequence[Outcome]) -> dict[str, Any]:
    audits = _audits(grid)
    return {
        "n_checked": sum(audit.n_new for audit in audits.values()),
        "n_found": sum(audit.n_new_in_test for audit in audits.values()),
        "reason": None if audits else NOTHING_ADDED,
    }


def _count_groups(splits: Sequence[Split], dataset: Dataset) -> dict[str, Any]:
    groups = dataset.groups
    if groups is None:
        return {"n_checked": None, "n_found": None, "reason": NO_GROUPS}
    return {
        "n_checked": sum(len(np.unique(groups[split.test])) for split in splits),
        "n_found": sum(len(np.intersect1d(groups[split.train], groups[split.test])) for split in splits),
        "reason": None,
    }
