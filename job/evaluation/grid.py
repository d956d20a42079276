"""The one enumerator of a job: the units of the grid, the few beside it, and what their runs are called."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np

from job.data.dataset import Dataset
from job.data.splits import Split, count_splits
from job.evaluation.cutoff import Request, request_of
from job.spec.job_spec import JobSpec, PreparationSpec
from job.spec.strategy_entries import Entry, StrategyEntry, calibrated
from job.strategies.candidates import Tuning, at_defaults, budget_of
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
    job : int
        Which job of a suite it belongs to.
    """

    strategy: str
    classifier: str
    repeat: int
    fold: int
    study: Study | None = None
    job: int = 0


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
    tuning : Tuning or None
        What candidates are drawn and compared by, where any entry is tuned.
    resampled : Path or None
        Where its resampled rows are kept for its classifiers, which several processes fit. None where one does.
    job : int
        Which job of a suite it belongs to: its data set.
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
    tuning: Tuning | None = None
    resampled: Path | None = None
    job: int = 0

    @property
    def kind(self) -> str | None:
        """What kind of study it belongs to; None for the grid."""
        return None if self.study is None else self.study.kind

    @property
    def setting(self) -> float:
        """Of its study."""
        return 0.0 if self.study is None else self.study.setting

    @property
    def keys(self) -> tuple[RunKey, ...]:
        """The runs of this unit, in the order of its classifiers."""
        place = self.repeat, self.fold, self.study, self.job
        return tuple(RunKey(self.strategy.label, entry.label, *place) for entry in self.classifiers)

    def by_classifier(self) -> tuple[Unit, ...]:
        """Part this unit so that each part fits one classifier only."""
        return tuple(replace(self, classifiers=(classifier,)) for classifier in self.classifiers)


def build_unit(
    spec: JobSpec, split: Split, strategy: Entry, study: Study | None = None, only: tuple[Entry, ...] | None = None
) -> Unit:
    """Make a unit of one split.

    Parameters
    ----------
    spec : JobSpec
    split : Split
    strategy : Entry
    study : Study or None
    only : tuple of Entry or None
        The classifiers; None takes all of the spec.

    Returns
    -------
    Unit
    """
    where = (split.repeat, split.fold)
    request, seeds = request_of(spec), seeds_of(spec.seed, *where)
    asked = request if study is None and request.asked else None
    fitted = spec.classifiers if only is None else only
    is_tuned = any(entry.tune is not None for entry in (strategy, *fitted))
    tuning = tuning_of(spec) if is_tuned else None
    return Unit(strategy, fitted, *where, split.train, split.test, spec.preparation, seeds, study, asked, tuning)


def tuning_of(spec: JobSpec) -> Tuning:
    """Read what tuning depends on beside entries."""
    return Tuning(spec.seed, spec.evaluation.primary, spec.split.method == "time")


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
    hashes = {role: hashlib.sha256(f"{seed}/{repeat}/{fold}/{role}".encode()).digest()[:4] for role in roles}
    # 31 bits: some libraries read a seed into a signed integer
    return Seeds(**{role: int.from_bytes(found, "big") >> 1 for role, found in hashes.items()})


LEAK_SPLITS = 5
SWEEP_SPLITS = 10
RATIO_STEPS = 6
"""Ratios of a sweep, the data's own and 1 included."""
LEAST_MINORITY = 5
"""Minority rows that a thinned training part has at least."""

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
    leaking, is_listed = leaking_strategy(spec)
    swept, thinned = swept_strategies(spec), thinned_strategies(spec)
    classifiers, are_listed = study_classifiers(spec)
    for split in splits[:LEAK_SPLITS]:
        for kind in (LEAK,) if is_listed else (LEAK, HONEST):
            yield build_unit(spec, split, leaking, Study(kind), classifiers)
    for split in splits[:SWEEP_SPLITS]:
        # At the data's own ratio nothing is resampled: the grid has baseline, an inner split needs it once.
        for kind in ((INNER_RATIO,) if are_listed else (RATIO, INNER_RATIO)) if swept else ():
            yield build_unit(spec, split, spec.baseline, Study(kind, 0), classifiers)
        for strategy, step, kind in product(swept, range(1, RATIO_STEPS), (RATIO, INNER_RATIO)):
            yield build_unit(spec, split, strategy, Study(kind, step), classifiers)
        for ratio, strategy in product(imbalance_ratios(spec), thinned):
            yield build_unit(spec, split, strategy, Study(IMBALANCE, ratio), classifiers[:1])


def study_classifiers(spec: JobSpec) -> tuple[tuple[Entry, ...], bool]:
    """Find the classifiers of units beside the grid, where nothing is tuned.

    Returns
    -------
    classifiers : tuple of Entry
        The untuned ones; where all are tuned, these at their defaults, under their own labels.
    are_listed : bool
        Whether the grid has them as they are.
    """
    plain = tuple(entry for entry in spec.classifiers if entry.tune is None)
    return plain or tuple(map(at_defaults, spec.classifiers)), bool(plain)


def leaking_strategy(spec: JobSpec) -> tuple[Entry, bool]:
    """Find the strategy whose leak is shown.

    Parameters
    ----------
    spec : JobSpec

    Returns
    -------
    strategy : Entry
        The first untuned ``smote`` of the spec, or one with default parameters where none is listed.
    is_listed : bool
        Whether the grid has it with the same classifiers.
    """
    listed = next((entry for entry in spec.strategies if entry.name == "smote" and entry.tune is None), None)
    return (_unlisted(spec, "smote"), False) if listed is None else (listed, study_classifiers(spec)[1])


def swept_strategies(spec: JobSpec) -> tuple[Entry, ...]:
    """Return the strategies that ``evaluation.ratio_sweep`` names, in its order."""
    by_label = {entry.label: entry for entry in spec.strategies}
    return tuple(by_label[label] for label in spec.evaluation.ratio_sweep)


def thinned_strategies(spec: JobSpec) -> tuple[Entry, ...]:
    """Return baseline, smote and custom: each as first listed without tuning, or with default parameters."""
    first: dict[str, Entry] = {}
    for entry in (spec.baseline, *spec.strategies):
        if entry.tune is None:
            first.setdefault(str(entry.name), entry)
    return tuple(first.get(name) or _unlisted(spec, name) for name in THINNED)


def ratio_of(step: float, dataset: Dataset) -> float:
    """Return the ratio of minority to majority at one step of a sweep.

    Parameters
    ----------
    step : float
        0 is the data's own ratio, ``RATIO_STEPS - 1`` is 1; between them ratios grow by one factor.
    dataset : Dataset

    Returns
    -------
    float
    """
    own = min(1.0, 1 / dataset.imbalance_ratio)
    return float(own ** (1 - step / (RATIO_STEPS - 1)))


def imbalance_ratios(spec: JobSpec) -> tuple[float, ...]:
    """Return the ratios of ``evaluation.imbalance_sweep``, rising."""
    return tuple(sorted(spec.evaluation.imbalance_sweep))


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
        yield from (build_unit(spec, split, strategy) for strategy in strategies_of(spec))
    yield from enumerate_study_units(spec, splits)


def count_runs(spec: JobSpec) -> int:
    """Count the runs of a job, those beside the grid included."""
    n_splits, nothing = count_splits(spec.split), np.zeros(0, dtype=np.int32)
    first = tuple(Split(number, 0, nothing, nothing) for number in range(min(n_splits, SWEEP_SPLITS)))
    return count_grid_runs(spec) + sum(len(unit.keys) for unit in enumerate_study_units(spec, first))


def count_grid_runs(spec: JobSpec) -> int:
    """Count the runs that a spec lists, baseline's included."""
    return count_splits(spec.split) * len(strategies_of(spec)) * len(spec.classifiers)


def count_inner_fits(spec: JobSpec) -> int:
    """Count the fits by which tuning compares candidates, at most: equal ones are fitted once."""
    pairs = (budget_of(*pair) for pair in product(strategies_of(spec), spec.classifiers))
    return count_splits(spec.split) * sum(n_candidates * n_folds for n_candidates, n_folds in pairs)
