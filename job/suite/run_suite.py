"""The whole story of a suite: all units through one queue, then every job's report, then what is known over all."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Future, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from job.data.dataset import write_frame
from job.engine.local_workers import local_executor, run_apart
from job.engine.store import Store
from job.engine.work import Answer, answer, read
from job.errors import DataError
from job.outputs import KEPT, hidden_folder, hold_folder, refuse_what_is_in_the_way, write_whole
from job.pipeline import Plan, Shared, complain_about_entry, count_job, is_unchanged, plan_job, run_job
from job.report.charts.theme import settle_matplotlib
from job.spec.load_spec import Source, read_source
from job.suite.build_suite import build_suite
from job.suite.job_summary import JobSummary, summarize_job
from job.suite.load_suite import LoadedSuite, SuiteJob, load_suite
from job.suite.named_data import load_named
from job.suite.suite_files import NAMES, write_suite
from job.suite.suite_results import FAILED, UNREADABLE, DatasetResult, SuiteResults
from job.suite.work_queue import Ended, OnProgress, run_queue

REPORTS = "datasets"
"""The folder of the jobs' own folders."""

_LINES = 10
_Task = tuple[SuiteJob, Path, Shared]


@dataclass(frozen=True, eq=False)
class SuiteResult:
    """What a suite came to.

    Parameters
    ----------
    results : SuiteResults
        The content of suite.json.
    index : Path
    ended : Ended
        How much of it was there already.
    unheld : str or None
        Why other jobs could not be kept out of the output folder.
    """

    results: SuiteResults
    index: Path
    ended: Ended
    unheld: str | None


def read_suite_spec(source: str | Source, allowed_packages: Iterable[str] = (), dask: str | None = None) -> LoadedSuite:
    """Load a suite and check it, from a path, ``-`` or a document that has been read; raises SpecError."""
    document = source if isinstance(source, Source) else read_source(source)
    return load_suite(document, complain_about_entry, allowed_packages, dask)


def plan_suite(suite: LoadedSuite) -> Plan:
    """Count all runs of a suite, and the rest of one job, once the headers are found right; raises DataError."""
    plans = [plan_job(job.loaded) if job.named is None else count_job(job.loaded.spec) for job in suite.jobs]
    return replace(plans[0], n_runs=sum(plan.n_runs for plan in plans))


def run_suite(
    suite: LoadedSuite,
    output: Path,
    *,
    workers: int | None = None,
    is_fresh: bool = False,
    is_waiting: bool = False,
    on_progress: OnProgress = lambda progress: None,
    on_report: Callable[[str], None] = lambda text: None,
) -> SuiteResult:
    """Run every job of a suite and write its reports and files.

    Parameters
    ----------
    suite : LoadedSuite
    output : Path
        The output folder; that of each job is inside it.
    workers, is_fresh, is_waiting, on_progress
        As `job.pipeline.run_job` takes them.
    on_report : callable
        Is told how many reports have been written, ten times at most.

    Returns
    -------
    SuiteResult

    Raises
    ------
    OutputError
        Where the output folder cannot be written, or another job is at work in it.
    """
    with hold_folder(output, suite.title, is_waiting=is_waiting) as unheld:
        refuse_what_is_in_the_way(output, NAMES, _inputs(suite))
        with hidden_folder(output) as scratch:
            jobs, unreadable = _write_named(suite.jobs, output)
            folders = {number: output / REPORTS / job.folder for number, job in jobs.items()}
            done = {n for n, job in jobs.items() if not is_fresh and is_unchanged(job.loaded, folders[n])}
            kept = (output / KEPT if suite.spec.engine.store else scratch) / "runs"
            left = {number: job for number, job in jobs.items() if number not in done}
            ended = run_queue(left, scratch, kept, workers=workers, is_fresh=is_fresh, on_progress=on_progress)
            unreadable |= ended.unreadable
            readable = {number: job for number, job in jobs.items() if number not in unreadable}
            shared = {number: Shared(kept, ended.lost.get(number, ()), is_fresh) for number in readable}
            tasks = {number: (job, folders[number], shared[number]) for number, job in readable.items()}
            summaries = _finish_all(tasks, ended.n_workers, on_report)
            Store(kept, scratch, "", suite.spec.engine.store_size).trim()
        for number, why in unreadable.items():
            summaries[number] = _without(suite.jobs[number], UNREADABLE, why)
        ordered = [summaries[number] for number in range(len(suite.jobs))]
        results = build_suite(suite.spec, suite.title, ordered)
        return SuiteResult(results, write_suite(results, output), ended, unheld)


def _inputs(suite: LoadedSuite) -> list[Path]:
    files = [(job.loaded.folder, job.loaded.spec.data.file) for job in suite.jobs if job.named is None]
    return [Path(suite.name), *(folder / file.path for folder, file in files if file is not None)]


def _write_named(jobs: Sequence[SuiteJob], output: Path) -> tuple[dict[int, SuiteJob], dict[int, str]]:
    """Write the data sets that are known by name as files, which their jobs read; tell which can't be read."""
    found, unreadable = dict[int, SuiteJob](), dict[int, str]()
    for number, job in enumerate(jobs):
        if job.named is not None:
            source, name, path = job.named
            try:
                table = load_named(source, name)
            except DataError as error:
                unreadable[number] = str(error)
                continue
            write_whole(output / path, lambda place, table=table: write_frame(table, place))  # type: ignore[misc]
            job = replace(job, loaded=replace(job.loaded, folder=output))
        found[number] = job
    return found, unreadable


def _without(job: SuiteJob, status: str, reason: str) -> JobSummary:
    """Make the row of a data set that has no results."""
    file = job.loaded.spec.data.file
    source = "generated data" if file is None else file.path
    row = DatasetResult(
        dataset=job.label, folder=job.folder, family=job.family, status=status, reason=reason, source=source
    )
    return JobSummary(row)


def _finish_all(tasks: Mapping[int, _Task], n_workers: int, on_report: Callable[[str], None]) -> dict[int, JobSummary]:
    """Write the report of every job, several at a time; what kills its process is tried once more, alone."""
    settle_matplotlib()
    answered, died = dict[int, tuple[JobSummary | None, str | None]](), list[int]()
    with local_executor(n_workers) as executor:
        futures: dict[Future[Answer], int] = {}
        for number, task in tasks.items():
            futures[executor.submit(answer, Path(os.devnull), _finish, *task)] = number
        for future in as_completed(futures):
            if isinstance(future.exception(), BrokenExecutor):
                died.append(futures[future])
            else:
                answered[futures[future]] = read(future.result())
                if _LINES * len(answered) // len(tasks) > _LINES * (len(answered) - 1) // len(tasks):
                    on_report(f"{len(answered):,} of {len(tasks):,} reports written")
    for number in sorted(died):
        answered[number] = run_apart(_finish, *tasks[number])
    told = ((number, summary, f"its report cannot be made: {why}") for number, (summary, why) in answered.items())
    return {number: summary or _without(tasks[number][0], FAILED, reason) for number, summary, reason in told}


def _finish(job: SuiteJob, folder: Path, shared: Shared) -> JobSummary:
    """Make the report of a job whose runs are in the store."""
    return summarize_job(job, run_job(job.loaded, folder, workers=1, shared=shared).results)
