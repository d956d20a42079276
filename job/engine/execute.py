"""Execute units of work so that neither an exception nor a dying worker takes another unit along."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass

from job.engine.culprits import Culprits
from job.engine.work import Work
from job.evaluation.evaluate import Outcome, fail_unit
from job.evaluation.runs import Unit

MakeExecutor = Callable[[int], AbstractContextManager[Executor]]
OnDone = Callable[[tuple[Outcome, ...]], None]
_DIED = "its worker process died, also when it ran alone (a crash, a kill, or too little memory)"


@dataclass(frozen=True)
class Engine:
    """How units are executed.

    Parameters
    ----------
    make_executor : callable
        Takes a number of workers and gives a context manager that yields an executor.
    n_workers : int
    """

    make_executor: MakeExecutor
    n_workers: int


def execute(units: Iterable[Unit], work: Work, engine: Engine, on_done: OnDone) -> None:
    """Execute every unit.

    When a worker dies, nobody can tell which of the units in flight killed it. These are tried again, alone, and
    the one that kills again is parted by classifier, so that only the runs that kill are failed. What else the
    same strategy (or the same classifier) has to do then runs alone and parted from the start: each death costs
    new workers, and a strategy that kills one split mostly kills all.

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
    waiting, apart, culprits = deque(units), list[Unit](), Culprits()
    while waiting:
        suspects = _run_until_death(waiting, work, engine, on_done)
        culprits = culprits.and_also(_find_culprits(suspects, work, engine, on_done))
        parted = [culprits.part(unit) for unit in waiting]
        waiting = deque(safe for safe, _ in parted if safe is not None)
        apart += [run for _, runs in parted for run in runs]
    for run in _run_alone(apart, work, engine, on_done):
        on_done(fail_unit(run, _DIED))


def _find_culprits(suspects: list[Unit], work: Work, engine: Engine, on_done: OnDone) -> Culprits:
    """Try suspects alone, fail the runs that kill again, and tell whose they are."""
    culprits = Culprits()
    for killer in _run_alone(suspects, work, engine, on_done):
        runs = killer.by_classifier()
        fatal = _run_alone(runs, work, engine, on_done) if len(runs) > 1 else [killer]
        for run in fatal:
            on_done(fail_unit(run, _DIED))
        culprits = culprits.and_also(Culprits.of(killer, fatal))
    return culprits


def _run_alone(units: Iterable[Unit], work: Work, engine: Engine, on_done: OnDone) -> list[Unit]:
    """Run units one at a time and return those that killed their worker."""
    waiting, killers = deque(units), list[Unit]()
    while waiting:
        killers += _run_until_death(waiting, work, Engine(engine.make_executor, 1), on_done)
    return killers


def _run_until_death(waiting: deque[Unit], work: Work, engine: Engine, on_done: OnDone) -> list[Unit]:
    """Take units from `waiting` until none is left or a worker dies; return those then in flight.

    No more units are in flight than there are workers, so that suspicion falls on few.
    """
    running: dict[Future[tuple[Outcome, ...]], Unit] = {}
    with engine.make_executor(engine.n_workers) as executor:
        while waiting or running:
            while waiting and len(running) < engine.n_workers:
                running[executor.submit(work, waiting[0])] = waiting[0]
                waiting.popleft()
            ended, _ = wait(running, return_when=FIRST_COMPLETED)
            suspects = [unit for future in ended if (unit := _collect(future, running.pop(future), on_done))]
            if suspects:
                return suspects + list(running.values())
    return []


def _collect(future: Future[tuple[Outcome, ...]], unit: Unit, on_done: OnDone) -> Unit | None:
    """Pass a unit's outcomes on; return the unit where its worker died instead."""
    try:
        outcomes = future.result()
    except BrokenExecutor as error:
        if error.__cause__ is not None:  # no death: the workers live and tell what they couldn't read
            raise
        return unit
    except Exception as error:  # what cannot be sent to a worker or back fails its own runs only
        outcomes = fail_unit(unit, f"{type(error).__name__}: {error}")
    on_done(outcomes)
    return None
