"""The one enumerator of the grid: counts, progress and checks of missing runs all ask here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from job.data.split import Split, count_splits
from job.spec.model import Entry, JobSpec, PreparationSpec
from job.strategies.recipe import Seeds


@dataclass(frozen=True)
class RunKey:
    """What one run is called: no two runs of a job share all four.

    Parameters
    ----------
    strategy, classifier : str
        Labels.
    repeat, fold : int
        0-based.
    """

    strategy: str
    classifier: str
    repeat: int
    fold: int


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
    """

    strategy: Entry
    classifiers: tuple[Entry, ...]
    repeat: int
    fold: int
    train: np.ndarray
    test: np.ndarray
    preparation: PreparationSpec
    seeds: Seeds

    @property
    def keys(self) -> tuple[RunKey, ...]:
        """The runs of this unit, in the order of its classifiers."""
        return tuple(
            RunKey(self.strategy.label, classifier.label, self.repeat, self.fold) for classifier in self.classifiers
        )

    def by_classifier(self) -> tuple[Unit, ...]:
        """Part this unit so that each part fits one classifier only."""
        return tuple(replace(self, classifiers=(classifier,)) for classifier in self.classifiers)


def strategies_of(spec: JobSpec) -> tuple[Entry, ...]:
    """Return the strategies to run: those that the spec lists, after baseline, which is always run."""
    listed = tuple(entry for entry in spec.strategies if entry.name != "baseline")
    return (spec.baseline, *listed)


def enumerate_units(spec: JobSpec, splits: tuple[Split, ...]) -> Iterator[Unit]:
    """Yield every unit of a job, split by split.

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
            yield Unit(
                strategy=strategy,
                classifiers=spec.classifiers,
                repeat=split.repeat,
                fold=split.fold,
                train=split.train,
                test=split.test,
                preparation=spec.preparation,
                seeds=seeds_of(spec.seed, split.repeat, split.fold),
            )


def count_runs(spec: JobSpec) -> int:
    """Count the runs that a spec asks for, baseline's included."""
    return count_splits(spec.split) * len(strategies_of(spec)) * len(spec.classifiers)


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
    return Seeds(**{role: _hash(f"{seed}/{repeat}/{fold}/{role}") for role in ("sampler", "classifier", "inner_folds")})


def _hash(text: str) -> int:
    # 31 bits: some libraries read a seed into a signed integer
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1
