"""Execute units of work so that no exception, dying worker or endless run takes another unit along."""

from __future__ import annotations

import math
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from job.engine.work import Answer, Call, Work, answer, read, too_long
from job.evaluation.evaluate_unit import Outcome, fail_unit
from job.evaluation.grid import Study, Unit
from job.text import words_of

MakeExecutor = Callable[[int], AbstractContextManager[Executor]]
OnDone = Callable[[tuple[Outcome, ...]], None]
_Stopped = tuple[Unit, str]  # a unit that killed its worker or took too long, and which of these
_DIED = "its worker process died, even when it ran alone (it crashed, was killed, or ran out of memory)"
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
        A folder for temporary files, where the classifiers of a unit find its resampled rows; without one a unit is
        never parted.
    count_workers : callable or None
        Says how many workers there are now, where they come and go; such workers share no folder, so that no unit is
        parted.
    """

    make_executor: MakeExecutor
    n_workers: int
    run_timeout: float | None = None
    scratch: Path | None = None
    count_workers: Callable[[], int] | None = None

    @property
    def alone(self) -> Engine:
        """The same with one worker."""
        return replace(self, n_workers=1, count_workers=None)

    @property
    def room(self) -> int:
        """Units that may be in flight now."""
        return self.n_workers if self.count_workers is None else self.count_workers()


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
    waiting, apart, culprits, engine_apart = Waiting(units, engine.n_workers), list[Unit](), Culprits(), engine
    while waiting:
        suspects, late = _run_until_stop(waiting, work, engine, on_done)
        if suspects:
            engine_apart = engine.alone
        stopped = [*late, *_run_all(suspects, work, engine.alone, on_done)]
        culprits = culprits.and_also(_find_culprits(stopped, work, engine, on_done))
        parted = [culprits.part(unit) for unit in waiting]
        waiting = Waiting((safe for safe, _ in parted if safe is not None), engine.n_workers)
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
    waiting, stopped = Waiting(units, engine.n_workers), list[_Stopped]()
    while waiting:
        suspects, late = _run_until_stop(waiting, work, engine, on_done)
        stopped += late
        if engine.n_workers == 1:
            stopped += [(unit, _DIED) for unit in suspects]
        else:
            stopped += _run_all(suspects, work, engine.alone, on_done)
    return stopped


def _run_until_stop(waiting: Waiting, work: Work, engine: Engine, on_done: OnDone) -> tuple[list[Unit], list[_Stopped]]:
    """Take units from `waiting` until none is left, a worker dies or a unit takes too long.

    No more units are in flight than there are workers, so that suspicion falls on few.

    Returns
    -------
    suspects : list of Unit
        Those in flight when a worker died.
    late : list of (Unit, str)
        Those that took too long; what else was in flight is waiting again.
    """
    running, parts = dict[Future[Answer], Call](), deque[Unit]()
    with engine.make_executor(engine.n_workers) as executor, TemporaryDirectory(dir=engine.scratch) as folder:
        names = map(Path(folder).joinpath, map(str, count()))
        while waiting or parts or running:
            while (waiting or parts) and len(running) < engine.room:
                call = _next_call(waiting, parts, engine, names)
                try:
                    running[executor.submit(answer, call.begun, work, call.sent)] = call
                except BrokenExecutor as error:
                    _raise_unless_died(error)
                    waiting.put_back((call.unit, *map(_whole, parts)))
                    return [call.unit for call in running.values()], []
            patience = min(call.left for call in running.values())
            ended, _ = wait(running, min(max(patience, _SHORTEST_WAIT), _LONGEST_WAIT), FIRST_COMPLETED)
            suspects = []
            for future in ended:
                call = running.pop(future)
                if _has_died(future):
                    suspects.append(call.unit)
                elif not call.sent.classifiers:
                    parts += (replace(run, resampled=call.sent.resampled) for run in call.unit.by_classifier())
                else:
                    _collect(future, call.unit, on_done)
                    waiting.note(call.unit, time.monotonic() - call.submitted)
            if suspects:
                waiting.put_back(map(_whole, parts))
                return suspects + [call.unit for call in running.values()], []
            late = [future for future, call in running.items() if call.left <= 0 and not future.done()]
            if late:
                for future in late:
                    future.cancel()  # says which; what the executor can't cancel it ends with its workers
                calls = [running.pop(future) for future in late]
                waiting.put_back((*(call.unit for call in running.values()), *map(_whole, parts)))
                return [], [(call.unit, too_long(call.seconds)) for call in calls]
    return [], []


def _next_call(waiting: Waiting, parts: deque[Unit], engine: Engine, names: Iterator[Path]) -> Call:
    """Take what goes next; where fewer units than workers are left, one is resampled first and then parted."""
    sent = parts.popleft() if parts else waiting.take()
    unit, begun = _whole(sent), next(names) if engine.run_timeout else Path(os.devnull)
    is_shared = engine.scratch is not None and engine.count_workers is None and len(waiting) < engine.n_workers - 1
    if is_shared and len(sent.classifiers) > 1:
        sent = replace(unit, classifiers=(), resampled=next(names))
    return Call(unit, sent, engine.run_timeout, begun)


def _whole(part: Unit) -> Unit:
    """Return what is evaluated where rows that others have resampled are gone."""
    return part if part.resampled is None else replace(part, resampled=None)


def _has_died(future: Future[Answer]) -> bool:
    error = future.exception()
    if isinstance(error, BrokenExecutor):
        _raise_unless_died(error)
    return isinstance(error, BrokenExecutor)


def _collect(future: Future[Answer], unit: Unit, on_done: OnDone) -> None:
    """Pass a unit's outcomes on; what cannot be sent to a worker or back fails its own runs only."""
    error = future.exception()
    outcomes, reason = read(future.result()) if error is None else (None, words_of(error))
    on_done(outcomes or fail_unit(unit, str(reason)))


def _raise_unless_died(error: BrokenExecutor) -> None:
    if error.__cause__ is not None:  # the workers live and tell what they couldn't read
        raise error


Kind = tuple[str, tuple[str, ...], Study | None]
"""What units have in common that take equally long: strategy, classifiers, and what they are run for."""

_TURNS = 2
_NOT_ENDED = 1e100  # seconds of a kind that has begun: after those that nothing is known of, before all others


class Waiting:
    """Units that wait.

    Most are taken in their order, so that the units of one split follow each other and find it prepared. Towards the
    end they are taken by how long the last of their kind took: one of each kind that isn't known, then the longest.

    Parameters
    ----------
    units : iterable of Unit
    n_workers : int
    """

    def __init__(self, units: Iterable[Unit], n_workers: int) -> None:
        self._units = dict.fromkeys(units)
        self._seconds: dict[Kind, float] = {}
        self._n_ordered = _TURNS * n_workers * len({_kind_of(unit) for unit in self._units})

    def __len__(self) -> int:
        return len(self._units)

    def __iter__(self) -> Iterator[Unit]:
        return iter(self._units)

    def take(self) -> Unit:
        """Take the next unit."""
        in_order = len(self._units) > self._n_ordered
        unit = next(iter(self._units)) if in_order else max(self._units, key=self._expected)
        del self._units[unit]
        self._seconds.setdefault(_kind_of(unit), _NOT_ENDED)
        return unit

    def put_back(self, units: Iterable[Unit]) -> None:
        """Let units wait before all others."""
        self._units = {**dict.fromkeys(units), **self._units}

    def note(self, unit: Unit, seconds: float) -> None:
        """Note how long a unit took."""
        self._seconds[_kind_of(unit)] = seconds

    def _expected(self, unit: Unit) -> float:
        return self._seconds.get(_kind_of(unit), math.inf)


def _kind_of(unit: Unit) -> Kind:
    return unit.strategy.label, tuple(entry.label for entry in unit.classifiers), unit.study
