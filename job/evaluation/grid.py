"""The one enumerator of a job: the units of the grid, the few beside it, and what their runs are called."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from job.data.splits import Split, count_splits
from job.evaluation.cutoff import Request, request_of
from job.spec.job_spec import JobSpec, PreparationSpec
from job.spec.strategy_entries import Entry, StrategyEntry, calibrated
from job.strategies.recipe import Seeds

LEAK, HONEST = "leak", "leak_honest"
RATIO, INNER_RATIO = "ratio_sweep", "ratio_sweep_inner"
IMBALANCE = "imbalance_sweep"


@dataclass(frozen=True)
class Study:
    """What makes a unit differ from one of the grid.

    Parameters
    ----------
    kind : str
        ``leak``: resampled before the split. ``leak_honest``: as in the grid, where the grid lacks the strategy.
        ``ratio_sweep``: resampled to a ratio. ``ratio_sweep_inner``: the same on an inner split of the training
        part. ``imbalance_sweep``: the training part thinned first.
    setting : float
        Number of the step (``ratio_sweep``) or imbalance ratio (``imbalance_sweep``); else 0.
    """

    kind: str
    setting: float = 0.0

    @property
    def words(self) -> str:
        """What a log calls it."""
        return self.kind if self.kind in (LEAK, HONEST) else f"{self.kind} {self.setting:g}"


@dataclass(frozen=True)
class RunKey:
    """What one run is called: no two runs of a job share all five.

    Parameters
    ----------
    strategy, classifier : str
        Labels.
    repeat, fold : int
        0-based.
    study : Study or None
        None for the runs that the spec lists.
    """

    strategy: str
    classifier: str
    repeat: int
    fold: int
    study: Study | None = None


@dataclass(frozen=True, eq=False)
class Unit:
    """One split × strategy: resampled once, then fitted and scored with every classifier.

    Frozen and self-describing: with the data set it is all that a worker needs, on any machine.

    Parameters
    ----------
    strategy : Entry
    classifiers : tuple of Entry
    repeat, fold : int
    train, test : ndarray of int32
        Row numbers.
    preparation : PreparationSpec
    seeds : Seeds
    study : Study or None
    request : Request or None
        What is asked of the cut-off, where a run has to choose one.
    """

    strategy: Entry
    classifiers: tuple[Entry, ...]
    repeat: int
    fold: int
    train: np.ndarray
    test: np.ndarray
    preparation: PreparationSpec
    seeds: Seeds
    study: Study | None = None
    request: Request | None = None

    @property
    def keys(self) -> tuple[RunKey, ...]:
        """The runs of this unit, in the order of its classifiers."""
        return tuple(
            RunKey(self.strategy.label, classifier.label, self.repeat, self.fold, self.study)
            for classifier in self.classifiers
        )

    def by_classifier(self) -> tuple[Unit, ...]:
        """Part this unit so that each part fits one classifier only."""
        return tuple(replace(self, classifiers=(classifier,)) for classifier in self.classifiers)


def build_unit(
    spec: JobSpec,
    split: Split,
    strategy: Entry,
    study: Study | None = None,
    classifiers: tuple[Entry, ...] | None = None,
) -> Unit:
    """Make a unit of one split.

    Parameters
    ----------
    spec : JobSpec
    split : Split
    strategy : Entry
    study : Study or None
    classifiers : tuple of Entry or None
        None takes all of the spec.

    Returns
    -------
    Unit
    """
    request = request_of(spec)
    return Unit(
        strategy=strategy,
        classifiers=spec.classifiers if classifiers is None else classifiers,
        repeat=split.repeat,
        fold=split.fold,
        train=split.train,
        test=split.test,
        preparation=spec.preparation,
        seeds=seeds_of(spec.seed, split.repeat, split.fold),
        study=study,
        request=request if study is None and request.asked else None,
    )


def seeds_of(seed: int, repeat: int, fold: int) -> Seeds:
    """Derive the seeds of one split.

    A hash of (seed, repeat, fold, role) and of nothing else: all strategies have the same luck, and adding
    one changes no other's numbers.

    Parameters
    ----------
    seed : int
        The spec's.
    repeat, fold : int

    Returns
    -------
    Seeds
    """
    roles = ("sampler", "classifier", "inner_folds", "thinning")
    return Seeds(**{role: _hash(f"{seed}/{repeat}/{fold}/{role}") for role in roles})


def _hash(text: str) -> int:
    # 31 bits: some libraries read a seed into a signed integer
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1


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
