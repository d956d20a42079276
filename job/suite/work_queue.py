"""One queue for the units of all jobs: what is left to run goes to the same workers, and ends up in one store."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from job.engine.execute import execute
from job.engine.store import Store, lasts
from job.engine.work import WorkOfSuite
from job.errors import DataError, SpecError
from job.evaluation.evaluate_unit import Outcome
from job.evaluation.grid import Unit
from job.evaluation.mapped import write_mapped
from job.pipeline import Prepared, Progress, open_engine, prepare_job
from job.suite.load_suite import SuiteJob

OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, eq=False)
class _Queued:
    """A job in the queue: the units that are left, and the store that keeps what they come to."""

    units: tuple[Unit, ...]
    store: Store
    n_runs: int
    cost: float


@dataclass(frozen=True, eq=False)
class Ended:
    """What came of the queue.

    Parameters
    ----------
    unreadable : Mapping[int, str]
        The jobs, by number, whose data can't be read, and why.
    lost : Mapping[int, tuple of Outcome]
        Runs that have ended and that the store doesn't keep, since they may end otherwise another time.
    n_workers : int
        Workers that there is memory for.
    n_kept, n_runs : int
        Runs taken from the store, and all runs of what was in the queue.
    problem : str or None
        Why runs could not be kept.
    """

    unreadable: Mapping[int, str]
    lost: Mapping[int, tuple[Outcome, ...]]
    n_workers: int
    n_kept: int
    n_runs: int
    problem: str | None


def run_queue(
    jobs: Mapping[int, SuiteJob],
    scratch: Path,
    kept: Path,
    *,
    workers: int | None,
    is_fresh: bool,
    on_progress: OnProgress,
) -> Ended:
    """Read the data of these jobs and run their units: those of the job that has most to do first.

    Parameters
    ----------
    jobs : Mapping[int, SuiteJob]
    scratch : Path
        A folder for temporary files, of the file system of `kept`.
    kept : Path
        The folder of the store.
    workers, is_fresh, on_progress
        As `job.pipeline.run_job` takes them.

    Returns
    -------
    Ended
    """
    folder, queued, unreadable = scratch / "datasets", dict[int, _Queued](), dict[int, str]()
    folder.mkdir()
    n_workers = list[int]()
    for number, job in jobs.items():
        try:
            prepared = prepare_job(job.loaded, workers)
        except (DataError, SpecError) as error:  # of this data set: what the spec says is right in itself
            unreadable[number] = str(error)
            continue
        queued[number] = _enqueue(number, prepared, WorkOfSuite(folder), scratch, kept, is_fresh)
        n_workers.append(prepared.n_workers)
    lost = _execute(queued, jobs, WorkOfSuite(folder), scratch, min(n_workers, default=1), on_progress)
    n_runs = sum(one.n_runs for one in queued.values())
    n_left = sum(_count(one.units) for one in queued.values())
    problem = next((one.store.problem for one in queued.values() if one.store.problem), None)
    return Ended(unreadable, lost, min(n_workers, default=1), n_runs - n_left, n_runs, problem)


def _enqueue(number: int, prepared: Prepared, work: WorkOfSuite, scratch: Path, kept: Path, is_fresh: bool) -> _Queued:
    """Find what is left of a job; its data set is written for the workers and needn't stay in memory."""
    units = [replace(unit, job=number) for unit in prepared.units()]
    store = prepared.open_store(kept, scratch)
    left, _ = store.recall(units, is_fresh)
    if left:
        write_mapped(prepared.dataset, work.path(number))
    cost = float(prepared.dataset.X.size) * len(left)
    return _Queued(tuple(left), store, _count(units), cost)


def _execute(
    queued: Mapping[int, _Queued],
    jobs: Mapping[int, SuiteJob],
    work: WorkOfSuite,
    scratch: Path,
    n_workers: int,
    on_progress: OnProgress,
) -> dict[int, tuple[Outcome, ...]]:
    total, lost = sum(one.n_runs for one in queued.values()), list[Outcome]()
    done = total - sum(_count(one.units) for one in queued.values())
    if done:
        on_progress(Progress(done, total, ()))

    def on_done(ended: tuple[Outcome, ...]) -> None:
        nonlocal done
        for outcome in ended:
            queued[outcome.key.job].store.keep((outcome,))
            if not lasts(outcome):
                lost.append(outcome)
        done += len(ended)
        on_progress(Progress(done, total, ended))

    longest_first = sorted(queued.values(), key=lambda one: -one.cost)
    if units := [unit for one in longest_first for unit in one.units]:
        spec = jobs[units[0].job].loaded.spec
        with open_engine(spec, scratch, n_workers) as engine:
            execute(units, work, engine, on_done)
    own = [replace(outcome, key=replace(outcome.key, job=0)) for outcome in lost]
    return {
        number: tuple(one for one, outcome in zip(own, lost, strict=True) if outcome.key.job == number)
        for number in queued
    }


def _count(units: Sequence[Unit]) -> int:
    return sum(len(unit.keys) for unit in units)
