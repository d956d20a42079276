"""Units of work and what runs are called: frozen values that say all that a worker needs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np

from job.data.splitting.splits import Split
from job.evaluation.cutoff import Request, request_of
from job.spec.job_spec import JobSpec, PreparationSpec
from job.spec.strategy_entries import Entry
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
