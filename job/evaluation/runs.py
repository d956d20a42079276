"""The one enumerator of a job's runs: counts, progress and checks of missing runs all ask here."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from job.data.splitting.splits import Split, count_splits
from job.evaluation.studies import SWEEP_SPLITS, enumerate_study_units
from job.evaluation.unit import RunKey, Study, Unit, build_unit, seeds_of
from job.spec.job_spec import JobSpec
from job.spec.strategy_entries import Entry, calibrated

__all__ = [
    "RunKey",
    "Study",
    "Unit",
    "count_grid_runs",
    "count_runs",
    "enumerate_units",
    "seeds_of",
    "strategies_of",
]


def strategies_of(spec: JobSpec) -> tuple[Entry, ...]:
    """Return the strategies of the grid.

    Parameters
    ----------
    spec : JobSpec

    Returns
    -------
    tuple of Entry
        Those that the spec lists, after baseline, which is always run; where ``evaluation.calibrated`` asks for it
        all of them again, calibrated.
    """
    listed = tuple(entry for entry in spec.strategies if entry.name != "baseline")
    plain = (spec.baseline, *listed)
    return (*plain, *map(calibrated, plain)) if spec.evaluation.calibrated else plain


def enumerate_units(spec: JobSpec, splits: tuple[Split, ...]) -> Iterator[Unit]:
    """Yield every unit of a job: the grid split by split, then the few units beside it.

    Parameters
    ----------
    spec : JobSpec
    splits : tuple of Split

    Yields
    ------
    Unit
    """
    for split in splits:
        for strategy in strategies_of(spec):
            yield build_unit(spec, split, strategy)
    yield from enumerate_study_units(spec, splits)


def count_runs(spec: JobSpec) -> int:
    """Count the runs of a job, those beside the grid included."""
    n_splits, nothing = count_splits(spec.split), np.zeros(0, dtype=np.int32)
    first = tuple(Split(number, 0, nothing, nothing) for number in range(min(n_splits, SWEEP_SPLITS)))
    return count_grid_runs(spec) + sum(len(unit.keys) for unit in enumerate_study_units(spec, first))


def count_grid_runs(spec: JobSpec) -> int:
    """Count the runs that a spec lists, baseline's included."""
    return count_splits(spec.split) * len(strategies_of(spec)) * len(spec.classifiers)
