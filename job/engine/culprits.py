"""Which strategies and classifiers are known to kill their worker."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from job.evaluation.grid import Unit


@dataclass(frozen=True)
class Culprits:
    """The labels of what killed a worker.

    Parameters
    ----------
    strategies, classifiers : frozenset of str
    """

    strategies: frozenset[str] = frozenset()
    classifiers: frozenset[str] = frozenset()

    @classmethod
    def of(cls, killer: Unit, fatal: Iterable[Unit]) -> Culprits:
        """Blame the strategy where all runs of a unit kill, else the classifiers of those that do.

        Parameters
        ----------
        killer : Unit
            A unit that killed its worker.
        fatal : iterable of Unit
            Those of its runs that did so again.
        """
        labels = frozenset(run.classifiers[0].label for run in fatal)
        if len(labels) == len(killer.classifiers):
            return cls(strategies=frozenset((killer.strategy.label,)))
        return cls(classifiers=labels)

    def and_also(self, other: Culprits) -> Culprits:
        """Return what is known in both."""
        return Culprits(self.strategies | other.strategies, self.classifiers | other.classifiers)

    def part(self, unit: Unit) -> tuple[Unit | None, tuple[Unit, ...]]:
        """Part a unit into what may run beside others, if anything, and the runs that had better run alone."""
        if unit.strategy.label in self.strategies:
            return None, unit.by_classifier()
        safe = tuple(entry for entry in unit.classifiers if entry.label not in self.classifiers)
        if len(safe) == len(unit.classifiers):
            return unit, ()
        apart = tuple(run for run in unit.by_classifier() if run.classifiers[0].label in self.classifiers)
        return (replace(unit, classifiers=safe) if safe else None), apart
