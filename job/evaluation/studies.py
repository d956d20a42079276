"""The runs beside the grid: few of each, on the first splits, so that a job stays about as long as its grid.

They answer questions about the job itself and never stand among its runs: what a leak would have feigned, how far to
resample, and what imbalance does.
"""

from __future__ import annotations

from collections.abc import Iterator

from job.data.splitting.splits import Split
from job.evaluation.unit import HONEST, IMBALANCE, INNER_RATIO, LEAK, RATIO, Study, Unit, build_unit
from job.spec.job_spec import JobSpec
from job.spec.strategy_entries import Entry, StrategyEntry

LEAK_SPLITS = 5
SWEEP_SPLITS = 10
RATIO_STEPS = 6
"""Ratios of a sweep, the data's own and 1 included."""

THINNED = ("baseline", "smote", "custom")
"""Strategies whose answer to imbalance is shown."""


def enumerate_study_units(spec: JobSpec, splits: tuple[Split, ...]) -> Iterator[Unit]:
    """Yield every unit beside the grid.

    Parameters
    ----------
    spec : JobSpec
    splits : tuple of Split

    Yields
    ------
    Unit
    """
    for split in splits[:LEAK_SPLITS]:
        yield from _leak_units(spec, split)
    for split in splits[:SWEEP_SPLITS]:
        yield from _ratio_units(spec, split)
        yield from _imbalance_units(spec, split)


def leaking_strategy(spec: JobSpec) -> tuple[Entry, bool]:
    """Find the strategy whose leak is shown.

    Parameters
    ----------
    spec : JobSpec

    Returns
    -------
    strategy : Entry
        The first ``smote`` of the spec, or one with default parameters where none is listed.
    is_listed : bool
    """
    listed = next((entry for entry in spec.strategies if entry.name == "smote"), None)
    return (_unlisted(spec, "smote"), False) if listed is None else (listed, True)


def swept_strategies(spec: JobSpec) -> tuple[Entry, ...]:
    """Return the strategies that ``evaluation.ratio_sweep`` names, in its order."""
    by_label = {entry.label: entry for entry in spec.strategies}
    return tuple(by_label[label] for label in spec.evaluation.ratio_sweep)


def thinned_strategies(spec: JobSpec) -> tuple[Entry, ...]:
    """Return baseline, smote and custom: each as first listed, or with default parameters."""
    first: dict[str, Entry] = {}
    for entry in (spec.baseline, *spec.strategies):
        first.setdefault(str(entry.name), entry)
    return tuple(first.get(name) or _unlisted(spec, name) for name in THINNED)


def imbalance_ratios(spec: JobSpec) -> tuple[float, ...]:
    """Return the ratios of ``evaluation.imbalance_sweep``, rising."""
    return tuple(sorted(spec.evaluation.imbalance_sweep))


def _leak_units(spec: JobSpec, split: Split) -> Iterator[Unit]:
    strategy, is_listed = leaking_strategy(spec)
    yield build_unit(spec, split, strategy, Study(LEAK))
    if not is_listed:
        yield build_unit(spec, split, strategy, Study(HONEST))


def _ratio_units(spec: JobSpec, split: Split) -> Iterator[Unit]:
    """At the data's own ratio nothing is resampled: there the grid has baseline, and an inner split needs it once."""
    strategies = swept_strategies(spec)
    if strategies:
        yield build_unit(spec, split, spec.baseline, Study(INNER_RATIO, 0))
    for strategy in strategies:
        for step in range(1, RATIO_STEPS):
            yield build_unit(spec, split, strategy, Study(RATIO, step))
            yield build_unit(spec, split, strategy, Study(INNER_RATIO, step))


def _imbalance_units(spec: JobSpec, split: Split) -> Iterator[Unit]:
    for ratio in imbalance_ratios(spec):
        for strategy in thinned_strategies(spec):
            yield build_unit(spec, split, strategy, Study(IMBALANCE, ratio), spec.classifiers[:1])


def _unlisted(spec: JobSpec, name: str) -> Entry:
    """Make a strategy that the spec doesn't list, under a label that it doesn't use."""
    taken = {spec.baseline.label, *(entry.label for entry in spec.strategies)}
    label = name
    while label in taken:
        label = f"{label} (default)"
    return StrategyEntry.model_validate({"name": name, "label": label})
