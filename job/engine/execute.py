"""Execute units of work so that neither an exception nor a dying worker takes another unit along."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass

from job.evaluation.evaluate import Outcome, fail_unit
from job.evaluation.runs import Unit

MakeExecutor = Callable[[int], AbstractContextManager[Executor]]
_DIED = "its worker process died every time that this run was tried (a crash, a kill, or too little memory)"


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


def execute(
    units: Iterable[Unit],
    work: Callable[[Unit], tuple[Outcome, ...]],
    engine: Engine,
    on_done: Callable[[tuple[Outcome, ...]], None],
) -> None:
    """Execute every unit.

    When a worker dies, nobody can tell which of the units in flight killed it. All others go on in new workers;
    those are then tried alone, and the one that kills again is parted by classifier, so that in the end only
    the runs that kill are failed.

    Parameters
    ----------
    units : iterable of Unit
    work : callable
        Evaluates one unit; has to be picklable.
    engine : Engine
    on_done : callable
        Is given the outcomes of each unit as it ends, or of each part of it, in any order.
    """
    waiting, suspects = deque(units), list[Unit]()
    while waiting:
        suspects += _run_until_death(waiting, work, engine, on_done)
    alone = Engine(engine.make_executor, 1)
    killers = _try_alone(suspects, work, alone, on_done)
    parts = [part for unit in killers if len(unit.classifiers) > 1 for part in unit.by_classifier()]
    fatal = [unit for unit in killers if len(unit.classifiers) == 1]
    for unit in [*fatal, *_try_alone(parts, work, alone, on_done)]:
        on_done(fail_unit(unit, _DIED))


def _try_alone(
    suspects: list[Unit],
    work: Callable[[Unit], tuple[Outcome, ...]],
    engine: Engine,
    on_done: Callable[[tuple[Outcome, ...]], None],
) -> list[Unit]:
    """Run suspects one at a time and return those that killed their worker."""
    waiting, killers = deque(suspects), list[Unit]()
    while waiting:
        killers += _run_until_death(waiting, work, engine, on_done)
    return killers


def _run_until_death(
    waiting: deque[Unit],
    work: Callable[[Unit], tuple[Outcome, ...]],
    engine: Engine,
    on_done: Callable[[tuple[Outcome, ...]], None],
) -> list[Unit]:
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


def _collect(
    future: Future[tuple[Outcome, ...]], unit: Unit, on_done: Callable[[tuple[Outcome, ...]], None]
) -> Unit | None:
    """Pass a unit's outcomes on; return the unit where its worker died instead."""
    try:
        outcomes = future.result()
    except BrokenExecutor:
        return unit
    except Exception as error:  # what cannot be sent to a worker or back fails its own runs only
        outcomes = fail_unit(unit, f"{type(error).__name__}: {error}")
    on_done(outcomes)
    return None
