"""Execute units of work so that no exception, dying worker or endless run takes another unit along."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from job.engine.work import Answer, Call, Work, answer, read, too_long
from job.evaluation.evaluate_unit import Outcome, fail_unit
from job.evaluation.grid import Unit
from job.text import words_of

MakeExecutor = Callable[[int], AbstractContextManager[Executor]]
OnDone = Callable[[tuple[Outcome, ...]], None]
_Stopped = tuple[Unit, str]  # a unit that killed its worker or took too long, and which of these
_DIED = "its worker process died, also when it ran alone (a crash, a kill, or too little memory)"
_SHORTEST_WAIT, _LONGEST_WAIT = 0.05, 3600.0


@dataclass(frozen=True)
class Engine:
    """How units are executed.

    Parameters
    ----------
    make_executor : callable
        Takes a number of workers and gives a context manager that yields an executor.
    n_workers : int
    run_timeout : float or None
        Seconds that one run may take; a unit may take that for each of its classifiers.
    scratch : Path or None
        A folder that workers can write; None for the one of temporary files.
    """

    make_executor: MakeExecutor
    n_workers: int
    run_timeout: float | None = None
    scratch: Path | None = None

    @property
    def alone(self) -> Engine:
        """The same with one worker."""
        return replace(self, n_workers=1)


@dataclass(frozen=True)
class Culprits:
    """The labels of the strategies and classifiers that are known to kill their worker.

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


def execute(units: Iterable[Unit], work: Work, engine: Engine, on_done: OnDone) -> None:
    """Execute every unit.

    When a worker dies, nobody can tell which of the units in flight killed it. These are tried again, alone, and
    the one that kills again is parted by classifier, so that only the runs that kill are failed. What else the
    same strategy (or the same classifier) has to do then runs alone and parted from the start: each death costs
    new workers, and a strategy that kills one split mostly kills all.

    A unit that takes too long is known, so nothing else is tried alone: it is parted at once, and what was in flight
    beside it starts again in new workers.

    Parameters
    ----------
    units : iterable of Unit
    work : callable
        Evaluates one unit; has to be picklable.
    engine : Engine
    on_done : callable
        Is given the outcomes of each unit as it ends, or of each part of it, in any order.

    Raises
    ------
    concurrent.futures.BrokenExecutor
        Where workers cannot read what they are sent, which no unit is to blame for.
    """
    waiting, apart, culprits, engine_apart = deque(units), list[Unit](), Culprits(), engine
    while waiting:
        suspects, late = _run_until_stop(waiting, work, engine, on_done)
        if suspects:
            engine_apart = engine.alone
        stopped = [*late, *_run_all(suspects, work, engine.alone, on_done)]
        culprits = culprits.and_also(_find_culprits(stopped, work, engine, on_done))
        parted = [culprits.part(unit) for unit in waiting]
        waiting = deque(safe for safe, _ in parted if safe is not None)
        apart += [run for _, runs in parted for run in runs]
    for run, reason in _run_all(apart, work, engine_apart, on_done):
        on_done(fail_unit(run, reason))


def _find_culprits(stopped: Sequence[_Stopped], work: Work, engine: Engine, on_done: OnDone) -> Culprits:
    """Part units that were stopped, fail the runs that have to be stopped again, and tell whose they are."""
    parts = {unit: unit.by_classifier() for unit, _ in stopped}
    runs = [run for part in parts.values() if len(part) > 1 for run in part]
    engine_apart = engine.alone if any(reason == _DIED for _, reason in stopped) else engine
    fatal = dict(_run_all(runs, work, engine_apart, on_done))
    fatal |= {parts[unit][0]: reason for unit, reason in stopped if len(parts[unit]) == 1}
    for run, reason in fatal.items():
        on_done(fail_unit(run, reason))
    culprits = Culprits()
    for unit, part in parts.items():
        culprits = culprits.and_also(Culprits.of(unit, [run for run in part if run in fatal]))
    return culprits


def _run_all(units: Iterable[Unit], work: Work, engine: Engine, on_done: OnDone) -> list[_Stopped]:
    """Run units, suspects alone, and return those that had to be stopped."""
    waiting, stopped = deque(units), list[_Stopped]()
    while waiting:
        suspects, late = _run_until_stop(waiting, work, engine, on_done)
        stopped += late
        if engine.n_workers == 1:
            stopped += [(unit, _DIED) for unit in suspects]
        else:
            stopped += _run_all(suspects, work, engine.alone, on_done)
    return stopped


def _run_until_stop(
    waiting: deque[Unit], work: Work, engine: Engine, on_done: OnDone
) -> tuple[list[Unit], list[_Stopped]]:
    """Take units from `waiting` until none is left, a worker dies or a unit takes too long.

    No more units are in flight than there are workers, so that suspicion falls on few.

    Returns
    -------
    suspects : list of Unit
        Those in flight when a worker died.
    late : list of (Unit, str)
        Those that took too long; what else was in flight is waiting again.
    """
    running: dict[Future[Answer], Call] = {}
    numbers = count()
    with engine.make_executor(engine.n_workers) as executor, TemporaryDirectory(dir=engine.scratch) as notes:
        while waiting or running:
            try:
                while waiting and len(running) < engine.n_workers:
                    begun = Path(notes, str(next(numbers))) if engine.run_timeout else Path(os.devnull)
                    call = Call(waiting[0], engine.run_timeout, begun)
                    running[executor.submit(answer, call.begun, work, call.unit)] = call
                    waiting.popleft()
            except BrokenExecutor as error:
                _raise_unless_died(error)
                return [call.unit for call in running.values()], []
            patience = min(call.left for call in running.values())
            ended, _ = wait(running, min(max(patience, _SHORTEST_WAIT), _LONGEST_WAIT), FIRST_COMPLETED)
            suspects = [unit for future in ended if (unit := _collect(future, running.pop(future).unit, on_done))]
            if suspects:
                return suspects + [call.unit for call in running.values()], []
            late = [call for future, call in running.items() if call.left <= 0 and not future.done()]
            if late:
                waiting.extendleft(call.unit for call in running.values() if call not in late)
                return [], [(call.unit, too_long(call.seconds)) for call in late]
    return [], []


def _collect(future: Future[Answer], unit: Unit, on_done: OnDone) -> Unit | None:
    """Pass a unit's outcomes on; return the unit where its worker died instead."""
    error = future.exception()
    if isinstance(error, BrokenExecutor):
        _raise_unless_died(error)
        return unit
    # What cannot be sent to a worker or back fails its own runs only.
    outcomes, reason = read(future.result()) if error is None else (None, words_of(error))
    on_done(outcomes or fail_unit(unit, str(reason)))
    return None


def _raise_unless_died(error: BrokenExecutor) -> None:
    if error.__cause__ is not None:  # the workers live and tell what they couldn't read
        raise error
