"""The whole story of a job, in one function."""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from job import outputs as files
from job.data.dataset import Dataset, write_dataset
from job.data.generating.classification import generate_classification
from job.data.generating.mixture import generate_mixture
from job.data.splits import Split, build_splits, count_splits, settle_split
from job.engine.execute import Engine, execute
from job.engine.fingerprint import describe_entry, digest_runs_program, digest_whole_program
from job.engine.local_workers import local_executor
from job.engine.store import Store, lasts
from job.engine.work import Work, build_work
from job.errors import DataError, OutputError
from job.evaluation.evaluate_unit import Outcome, evaluate_unit
from job.evaluation.grid import Unit, count_grid_runs, count_inner_fits, count_runs, enumerate_units, strategies_of
from job.evaluation.metrics.run_metrics import order_outcomes
from job.evaluation.third_party import attempt, silenced
from job.evidence.build_results import Earlier, build_results, build_timings
from job.evidence.statistics.changes import find_changes
from job.evidence.statistics.comparisons import COLUMNS
from job.machine import largest_table, usable_memory, usable_workers
from job.outputs import Outputs, hold_folder, holds_job, open_outputs, to_csv, write_whole
from job.report.charts.theme import settle_matplotlib
from job.results.results import Results, Timings
from job.results.results_file import blaming, read_results, read_timings, seal, to_json
from job.results.verdict_facts import Against
from job.spec.file_keys import FileSpec
from job.spec.generators import MixtureSpec
from job.spec.job_spec import JobSpec
from job.spec.load_spec import LoadedSpec, Source, load_spec
from job.spec.spec_section import Section
from job.spec.starter import FileFacts
from job.spec.strategy_entries import Entry
from job.strategies.label_keys import key_by_class
from job.strategies.recipe import Complaint
from job.strategies.recipes import check_entry
from job.take_home import has_taken_all, take_home


@dataclass(frozen=True)
class Progress:
    """How far a job is.

    Parameters
    ----------
    done, total : int
        Runs.
    ended : tuple of Outcome
        The runs that ended just now.
    """

    done: int
    total: int
    ended: tuple[Outcome, ...]


@dataclass(frozen=True)
class Plan:
    """What a job would run.

    Parameters
    ----------
    n_splits, n_strategies, n_classifiers : int
        Baseline and calibrated strategies included.
    n_runs : int
        All runs: the product of these, and those beside this grid.
    n_beside : int
        Runs beside the grid: the leak made on purpose, and sweeps.
    n_inner_fits : int
        Most fits by which tuning compares candidates.
    """

    n_splits: int
    n_strategies: int
    n_classifiers: int
    n_runs: int
    n_beside: int
    n_inner_fits: int = 0


@dataclass(frozen=True)
class Reused:
    """What of a job was there already.

    Parameters
    ----------
    n_kept, n_runs : int
        Runs taken from the store, and all runs.
    is_unchanged : bool
        Whether the whole report was there, so that nothing was run or drawn.
    problem : str or None
        Why finished runs could not be kept.
    """

    n_kept: int
    n_runs: int
    is_unchanged: bool = False
    problem: str | None = None


@dataclass(frozen=True, eq=False)
class JobResult:
    """What a job came to.

    Parameters
    ----------
    results : Results
        The content of results.json.
    report : Path
    reused : Reused
        What of it was there already.
    unheld : str or None
        Why other jobs could not be kept out of the output folder.
    """

    results: Results
    report: Path
    reused: Reused
    unheld: str | None = None


@dataclass(frozen=True, eq=False)
class Prepared:
    """A job whose data has been read.

    Parameters
    ----------
    spec : JobSpec
        Its way of splitting settled.
    keyed : JobSpec
        The same, with classes where labels are parameters of samplers.
    dataset : Dataset
    splits : tuple of Split
    n_workers : int
        Worker processes that there is memory for.
    """

    spec: JobSpec
    keyed: JobSpec
    dataset: Dataset
    splits: tuple[Split, ...]
    n_workers: int

    def units(self) -> list[Unit]:
        """List all that is to be run."""
        return list(enumerate_units(self.keyed, self.splits))

    def open_store(self, kept: Path, scratch: Path) -> Store:
        """Open the store of finished runs in this folder."""
        return Store(kept, scratch, f"{digest_runs_program()} {self.dataset.digest}", self.spec.engine.store_size)


@dataclass(frozen=True, eq=False)
class Shared:
    """What the jobs of a suite have in common.

    Parameters
    ----------
    kept : Path
        The folder of the store.
    ended : tuple of Outcome
        Runs of this job that have ended and that a store doesn't keep.
    is_made_again : bool
        Whether the report is made again where it is there already.
    """

    kept: Path
    ended: tuple[Outcome, ...] = ()
    is_made_again: bool = False


def run_job(
    loaded: LoadedSpec,
    output: Path,
    *,
    workers: int | None = None,
    is_fresh: bool = False,
    is_waiting: bool = False,
    against: Path | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    shared: Shared | None = None,
) -> JobResult:
    """Run a job: spec -> dataset -> splits -> runs -> results -> summary -> report and tables.

    Parameters
    ----------
    loaded : LoadedSpec
        The spec, and the folder that its paths are relative to.
    output : Path
        The output folder.
    workers : int or None
        Worker processes; None takes the spec's.
    is_fresh : bool
        Whether every run is computed, also one that an earlier job has kept.
    is_waiting : bool
        Whether to wait where another job is at work in the output folder.
    against : Path or None
        Earlier results that these are compared with, or their folder.
    on_progress : callable
        Is told each time that runs end.
    shared : Shared or None
        Where the job is one of a suite: its store, whatever the spec's engine says.

    Returns
    -------
    JobResult

    Raises
    ------
    DataError
        Where the data cannot be read or cannot answer the question.
    OutputError
        Where the output folder cannot be written, or another job is at work in it.
    """
    earlier = None if against is None else _read_comparable(against)
    with hold_folder(output, loaded.spec.title, is_waiting=is_waiting) as unheld:
        spec = loaded.spec
        job = _digest_job(loaded, "" if earlier is None else earlier.digest) if spec.engine.store else None
        makes_again = is_fresh or (shared is not None and shared.is_made_again)
        if job is not None and not makes_again and holds_job(output, job):
            n_runs = count_runs(spec)
            unchanged = Reused(n_runs, n_runs, is_unchanged=True)
            return JobResult(read_results(output / files.RESULTS), output / files.REPORT, unchanged, unheld)
        settle_matplotlib()
        with open_outputs(output, _asked_files(spec), _inputs(loaded)) as outputs:
            prepared = prepare_job(loaded, workers)
            spec, dataset = prepared.spec, prepared.dataset
            kept, ended = (outputs.kept, ()) if shared is None else (shared.kept, shared.ended)
            store = prepared.open_store(kept, outputs.scratch) if spec.engine.store or shared is not None else None
            outcomes, reused, n_workers = _evaluate(prepared, outputs.scratch, store, is_fresh, on_progress, ended)
            if store is not None and shared is None:
                store.trim()
            with _drawing_process(n_workers) as drawing:
                results = build_results(spec, dataset, prepared.splits, outcomes, earlier)
                results = seal(take_home(prepared.keyed, dataset, results, outputs))
                _write(outputs, results, build_timings(outcomes, n_workers), drawing)
            is_final = all(map(lasts, outcomes)) and has_taken_all(results)
            return JobResult(results, outputs.publish(job if is_final else None), reused, unheld)


def prepare_job(loaded: LoadedSpec, workers: int | None) -> Prepared:
    """Read the data of a job and part it; raises DataError and SpecError as `run_job` does."""
    spec, dataset = settle_split(loaded.spec, load_data(loaded.spec, loaded.folder))
    keyed = key_by_class(spec, dataset)
    loaded.refuse(keyed.complaints)
    n_workers = _count_workers(spec, dataset, workers)
    return Prepared(spec, keyed.spec, dataset, build_splits(dataset, spec.split), n_workers)


def is_unchanged(loaded: LoadedSpec, output: Path) -> bool:
    """Tell whether a folder holds the report of this very job."""
    job = _digest_job(loaded, "") if loaded.spec.engine.store else None
    return job is not None and holds_job(output, job)


def read_earlier(path: Path) -> Earlier:
    """Read the results of a job, from its results.json or the folder of it; raises DataError where they can't be."""
    path = _results_in(path)
    return Earlier(read_results(path), hashlib.sha256(path.read_bytes()).hexdigest())


def _read_comparable(path: Path) -> Earlier:
    """Read earlier results, and refuse what can't be compared before anything is run."""
    compare_results(path, path)
    return read_earlier(path)


def _results_in(path: Path) -> Path:
    return path / files.RESULTS if path.is_dir() else path


def compare_results(old: Path, new: Path) -> Against:
    """Find what changed between two jobs; takes what `read_earlier` takes, and nothing is run."""
    earlier, later = read_earlier(old).results, read_earlier(new).results
    with blaming(_results_in(old), _results_in(new)):
        return find_changes(earlier, later)


def _digest_job(loaded: LoadedSpec, against: str) -> str | None:
    """Digest all that the files of a job depend on; None where its data can be read only once."""
    spec, data = loaded.spec, "generated"
    if spec.data.file is not None:
        path = loaded.folder / spec.data.file.path
        if not path.is_file():  # a pipe, or none: reading it says so
            return None
        with path.open("rb") as file:
            data = hashlib.file_digest(file, "sha256").hexdigest()
    written = spec.model_dump_json(by_alias=True, exclude={"engine"})
    entries = map(describe_entry, (*strategies_of(spec), *spec.classifiers))
    return hashlib.sha256("\n".join([digest_whole_program(), data, against, written, *entries]).encode()).hexdigest()


def _count_workers(spec: JobSpec, dataset: Dataset, asked: int | None) -> int:
    """Count the workers to start; raises DataError where the data is too large even for one."""
    given = spec.engine.memory_limit
    memory = usable_memory() if given == "auto" else min(given, usable_memory())
    table = 8 * dataset.n_rows * dataset.count_encoded(spec.preparation.max_categories)
    if table > largest_table(memory):
        n_fitting = max(0, dataset.n_rows * largest_table(memory) // table)
        lower = "lower data.generate.n_samples" if spec.data.file is None else "set data.file.max_rows"
        there = f"the job may use {memory / 1e9:.3g} GB (engine.memory_limit), enough for about {n_fitting:,} rows"
        raise DataError(f"{dataset.n_rows:,} rows don't fit in memory: {there}; {lower}, or give the job more memory")
    workers = asked or spec.engine.workers
    return usable_workers(memory, table) if workers == "auto" else workers


def _asked_files(spec: JobSpec) -> list[str]:
    report = spec.report
    asked = {files.MODEL: report.model, files.SYNTHETIC: report.synthetic, files.PARENTS: report.synthetic_parents}
    asked[files.JUNIT] = bool(spec.gates)
    return [name for name, is_asked in asked.items() if is_asked]


def _inputs(loaded: LoadedSpec) -> list[Path]:
    """Name the files that a job reads: its spec and its data."""
    spec = Path("/dev/stdin" if loaded.name == "<stdin>" else loaded.name)
    file = loaded.spec.data.file
    return [spec] if file is None else [spec, loaded.folder / file.path]


def read_spec(
    source: str | Mapping[str, Any] | Source | None, allowed_packages: Iterable[str] = (), dask: str | None = None
) -> LoadedSpec:
    """Load a spec and check it, the parameters of every strategy and classifier included.

    Parameters
    ----------
    source : str, Mapping, Source or None
        A path, ``-`` for standard input, None for the built-in example; the keys and their plain values; or a document
        that has been read.
    allowed_packages : iterable of str
        Packages that classes may come from beside the known ones.
    dask : str or None
        The address of a Dask scheduler, which wins over the spec's engine.

    Returns
    -------
    LoadedSpec

    Raises
    ------
    SpecError
        With every problem at once.
    """
    return load_spec(source, complain_about_entry, allowed_packages, _complain_about_file, dask)


def plan_job(loaded: LoadedSpec) -> Plan:
    """Count what a job would run, once the header of its data is found to be right; nothing is run.

    Parameters
    ----------
    loaded : LoadedSpec

    Returns
    -------
    Plan

    Raises
    ------
    DataError
        Where there is no such file, its header cannot be used, or it lacks a column that the spec names.
    """
    spec = loaded.spec
    if spec.data.file is not None:
        check_file(spec.data.file, loaded.folder)
    return count_job(spec)


def count_job(spec: JobSpec) -> Plan:
    """Count what a job would run."""
    n_runs = count_runs(spec)
    factors = count_splits(spec.split), len(strategies_of(spec)), len(spec.classifiers)
    return Plan(*factors, n_runs, n_runs - count_grid_runs(spec), count_inner_fits(spec))


def check_file(spec: FileSpec, folder: Path) -> None:
    """Check a data file by its header; raises DataError where it cannot be used."""
    from job.data.reading.load_data import check_header  # needs DuckDB, which generated data doesn't

    check_header(spec, folder)


def describe_data(path: str, target: str) -> FileFacts:
    """Find out what a starter spec notes about a file.

    Parameters
    ----------
    path : str
        Relative to the working directory.
    target : str
        The column with the labels.

    Returns
    -------
    FileFacts

    Raises
    ------
    DataError
        Where the file cannot be read, or has no such column.
    """
    from job.data.reading.load_data import describe_file

    return describe_file(path, target)


def render_again(path: Path) -> str:
    """Render the report of an earlier job from its results; nothing is run.

    Parameters
    ----------
    path : Path
        Its results.json; where the spec asks for durations, timings.json is read beside it.

    Returns
    -------
    str
        The bytes that the job wrote as report.html.

    Raises
    ------
    DataError
        Where there is no such file, or a report cannot be made of it.
    """
    settle_matplotlib()
    with silenced():  # matplotlib, which this brings, tells of a list of fonts that takes long to make
        from job.report.render import draw_page, lay_out

    results = read_results(path)
    timings = read_timings(path.with_name(files.TIMINGS)) if results.spec.report.timings else None
    with blaming(path):
        return lay_out(draw_page(results, timings))


def write_page(page: str, target: Path, results: Path) -> Path:
    """Write a page that `render_again` made.

    Parameters
    ----------
    page : str
    target : Path
        Where to.
    results : Path
        What it was made of; neither this nor the timings beside it may be replaced.

    Returns
    -------
    Path
        `target`.

    Raises
    ------
    OutputError
        Where it cannot be written.
    """
    for path, what in ((results, "results"), (results.with_name(files.TIMINGS), "timings")):
        if target.exists() and path.exists() and target.samefile(path):
            raise OutputError(f"{target} holds the {what} of a job; give the page another name")
    write_whole(target, lambda place: place.write_text(page, encoding="utf-8", newline=""))
    return target


def generate_file(
    loaded: LoadedSpec, target: Path, rows: int | None = None, seed: int | None = None, is_forced: bool = False
) -> Path:
    """Write the data that a spec generates as a file.

    Parameters
    ----------
    loaded : LoadedSpec
    target : Path
        A name that ends in .csv or .parquet.
    rows, seed : int or None
        Instead of the spec's ``n_samples`` and ``random_state``.
    is_forced : bool
        Whether a file that is there is replaced.

    Returns
    -------
    Path
        `target`.

    Raises
    ------
    SpecError
        Where the spec reads a file, or cannot be drawn with so many rows.
    DataError
        Where the data cannot be drawn.
    OutputError
        Where the file is there already, or cannot be written.
    """
    suffix = target.suffix.lower()
    if suffix not in (".csv", ".parquet"):
        raise OutputError(f"{target}: the name must end in .csv or .parquet")
    if os.path.lexists(target) and not is_forced:
        raise OutputError(f"{target} already exists; give another name, or replace it with --force")
    given = {"n_samples": rows, "random_state": seed}
    generate = _change_generate(loaded, {key: value for key, value in given.items() if value is not None})
    data = loaded.spec.data.model_copy(update={"generate": generate})
    dataset = load_data(loaded.spec.model_copy(update={"data": data}), loaded.folder)
    write_whole(target, lambda place: write_dataset(dataset, place, suffix == ".parquet"))
    return target


def _change_generate(loaded: LoadedSpec, changes: Mapping[str, int]) -> Section | None:
    """Change how data is drawn, where a spec draws it and can draw it so."""
    generate = loaded.spec.data.generate
    if generate is None:
        loaded.refuse([(("data", "file"), "reads an existing file; use a spec with data.generate")])
        return None
    try:
        return generate.model_validate({**generate.model_dump(), **changes})
    except ValidationError as error:
        loaded.refuse((("data", "generate", *found["loc"]), found["msg"]) for found in error.errors())
        raise


def load_data(spec: JobSpec, folder: Path) -> Dataset:
    """Generate or load the data of a spec.

    Parameters
    ----------
    spec : JobSpec
    folder : Path
        What the file's path is relative to.

    Returns
    -------
    Dataset
    """
    if isinstance(spec.data.generate, MixtureSpec):
        return generate_mixture(spec.data.generate)
    if spec.data.generate is not None:
        return generate_classification(spec.data.generate)
    assert spec.data.file is not None  # the spec has exactly one of the two
    from job.data.reading.load_data import load_dataset  # needs DuckDB, which generated data doesn't

    return load_dataset(spec.data.file, folder)


def complain_about_entry(kind: str, index: int, entry: Entry) -> Iterable[Complaint]:
    """Check an entry, whose class may raise or print anything."""
    tried = attempt(lambda: check_entry(kind, index, entry), 0)
    return tried.value if tried.error is None else [(("class",), f"cannot be checked: {tried.error}")]


def _complain_about_file(spec: FileSpec, folder: Path) -> Iterator[str]:
    try:
        check_file(spec, folder)
    except DataError as error:
        yield str(error)


def _evaluate(
    prepared: Prepared,
    scratch: Path,
    store: Store | None,
    is_fresh: bool,
    on_progress: Callable[[Progress], None],
    ended: tuple[Outcome, ...],
) -> tuple[list[Outcome], Reused, int]:
    units, n_workers = prepared.units(), prepared.n_workers
    left, outcomes = (units, list[Outcome]()) if store is None else store.recall(units, is_fresh)
    left, outcomes = _leave_out(left, ended), [*outcomes, *ended]
    total, n_kept = sum(len(unit.keys) for unit in units), len(outcomes)
    if n_kept:
        on_progress(Progress(n_kept, total, ()))

    def on_done(ended: tuple[Outcome, ...]) -> None:
        outcomes.extend(ended)
        if store is not None:
            store.keep(ended)
        on_progress(Progress(len(outcomes), total, ended))

    if left:
        with open_engine(prepared.keyed, scratch, n_workers) as engine:
            n_workers = engine.n_workers
            execute(left, _build_work(prepared, scratch), engine, on_done)
    problem = None if store is None else store.problem
    return order_outcomes(units, outcomes), Reused(n_kept, total, problem=problem), n_workers


def _leave_out(units: Iterable[Unit], ended: Iterable[Outcome]) -> list[Unit]:
    """Leave out of units the runs that have ended."""
    known, left = {outcome.key for outcome in ended}, list[Unit]()
    for unit in units:
        missing = tuple(run.classifiers[0] for run in unit.by_classifier() if run.keys[0] not in known)
        if missing:
            left.append(unit if len(missing) == len(unit.classifiers) else replace(unit, classifiers=missing))
    return left


@contextmanager
def open_engine(spec: JobSpec, scratch: Path, n_workers: int) -> Iterator[Engine]:
    """Open what executes units."""
    if spec.engine.kind == "dask":
        from job.engine.dask_workers import open_cluster  # needs Dask, which is an extra

        with open_cluster(spec, scratch) as engine:
            yield engine
    else:
        yield Engine(local_executor, n_workers, spec.engine.run_timeout, scratch)


def _build_work(prepared: Prepared, scratch: Path) -> Work:
    """Return what evaluates a unit: with the data set inside it for a cluster, whose workers share no folder."""
    if prepared.spec.engine.kind == "dask":
        return partial(evaluate_unit, dataset=prepared.dataset)
    return build_work(prepared.dataset, scratch / "dataset.pickle")


@contextmanager
def _drawing_process(n_workers: int) -> Iterator[Executor | None]:
    """Start a process that draws charts beside this one, where a job may use two processors; it imports meanwhile."""
    if n_workers == 1:
        yield None
        return
    with local_executor(1) as executor:
        executor.submit(import_module, "job.report.slides")
        yield executor


def _write(outputs: Outputs, results: Results, timings: Timings, drawing: Executor | None) -> None:
    with silenced():  # as in render_again
        from job.report.render import draw_page, lay_out
    from job.report.junit import render_junit
    from job.report.slides import Beside, draw_slides
    from job.report.summary_md import render_summary

    text = to_json(results)
    # The page is made of what the file holds, so that `render` makes the same one of it.
    stored = Results.model_validate(json.loads(text))
    beside = Beside(drawing)
    page = draw_page(stored, timings, beside.begin)
    beside.draw_rest()
    for slide in draw_slides(page, beside.png_of):
        outputs.write_text(f"{files.FIGURES}/{slide.name}.svg", slide.svg)
        outputs.write_bytes(f"{files.FIGURES}/{slide.name}.png", slide.png)
    if stored.gates:
        outputs.write_text(files.JUNIT, render_junit(stored))
    outputs.write_text(files.TIMINGS, to_json(timings.model_copy(update={"files": outputs.digests()})))
    outputs.write_text(files.RESULTS, text)
    outputs.write_text(files.METRICS, _metrics_table(results))
    compared = ([getattr(row, column) for column in COLUMNS] for row in results.comparisons)
    outputs.write_text(files.COMPARISONS, to_csv(COLUMNS, compared))
    outputs.write_text(files.SUMMARY, render_summary(stored))
    outputs.write_text(files.REPORT, lay_out(page))


def _metrics_table(results: Results) -> str:
    header = ("strategy", "classifier", "repeat", "fold", "metric", "value")
    return to_csv(header, ((*run.place, *run.split, *each) for run in results.runs for each in run.metrics.items()))
