"""The whole story of a job, in one function."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from job import outputs as files
from job.data.dataset import Dataset
from job.data.generating.classification import generate_classification
from job.data.generating.mixture import generate_mixture
from job.data.splits import Split, build_splits, count_splits, settle_split
from job.engine.execute import Engine, execute
from job.engine.local_workers import local_executor
from job.engine.work import build_work
from job.errors import DataError, OutputError
from job.evaluation.evaluate_unit import Outcome
from job.evaluation.grid import count_grid_runs, count_runs, enumerate_units, strategies_of
from job.evaluation.metrics.run_metrics import order_outcomes
from job.evaluation.third_party import attempt, silenced
from job.evidence.build_results import build_results, build_timings
from job.evidence.statistics.comparisons import COLUMNS
from job.machine import usable_workers
from job.outputs import Outputs, open_outputs, to_csv, write_whole
from job.report.charts.theme import settle_matplotlib
from job.results.results import Results, Timings
from job.results.results_file import read_results, read_timings, to_json
from job.spec.file_keys import FileSpec
from job.spec.generators import MixtureSpec
from job.spec.job_spec import JobSpec
from job.spec.load_spec import LoadedSpec, load_spec
from job.spec.starter import FileFacts
from job.spec.strategy_entries import Entry
from job.strategies.label_keys import key_by_class
from job.strategies.recipe import Complaint
from job.strategies.recipes import check_entry
from job.take_home import take_home


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
    """

    n_splits: int
    n_strategies: int
    n_classifiers: int
    n_runs: int
    n_beside: int


@dataclass(frozen=True, eq=False)
class JobResult:
    """What a job came to.

    Parameters
    ----------
    results : Results
        The content of results.json.
    report : Path
    """

    results: Results
    report: Path


def run_job(
    loaded: LoadedSpec,
    output: Path,
    *,
    workers: int | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
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
    on_progress : callable
        Is told each time that runs end.

    Returns
    -------
    JobResult

    Raises
    ------
    DataError
        Where the data cannot be read or cannot answer the question.
    OutputError
        Where the output folder cannot be written.
    """
    spec = loaded.spec
    settle_matplotlib()
    n_workers = workers or (usable_workers() if spec.engine.workers == "auto" else spec.engine.workers)
    with open_outputs(output, _asked_files(spec), _inputs(loaded)) as outputs:
        spec, dataset = settle_split(spec, load_data(spec, loaded.folder))
        keyed = key_by_class(spec, dataset)
        loaded.refuse(keyed.complaints)
        splits = build_splits(dataset, spec.split)
        outcomes = _evaluate(keyed.spec, dataset, splits, outputs, n_workers, on_progress)
        results = take_home(keyed.spec, dataset, build_results(spec, dataset, splits, outcomes), outputs)
        _write(outputs, results, build_timings(outcomes, n_workers))
        return JobResult(results, outputs.publish())


def _asked_files(spec: JobSpec) -> list[str]:
    report = spec.report
    asked = {files.MODEL: report.model, files.SYNTHETIC: report.synthetic, files.PARENTS: report.synthetic_parents}
    return [name for name, is_asked in asked.items() if is_asked]


def _inputs(loaded: LoadedSpec) -> list[Path]:
    """Name the files that a job reads: its spec and its data."""
    spec = Path("/dev/stdin" if loaded.name == "<stdin>" else loaded.name)
    file = loaded.spec.data.file
    return [spec] if file is None else [spec, loaded.folder / file.path]


def read_spec(source: str | None, allowed_packages: Iterable[str] = ()) -> LoadedSpec:
    """Load a spec and check it, the parameters of every strategy and classifier included.

    Parameters
    ----------
    source : str or None
        A path, ``-`` for standard input, None for the embedded default.
    allowed_packages : iterable of str
        Packages that classes may come from beside the known ones.

    Returns
    -------
    LoadedSpec

    Raises
    ------
    SpecError
        With every problem at once.
    """
    return load_spec(source, _check_entry, allowed_packages, _complain_about_file)


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
    n_runs = count_runs(spec)
    factors = count_splits(spec.split), len(strategies_of(spec)), len(spec.classifiers)
    return Plan(*factors, n_runs=n_runs, n_beside=n_runs - count_grid_runs(spec))


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
    return lay_out(
        draw_page(results, read_timings(path.with_name(files.TIMINGS)) if results.spec.report.timings else None)
    )


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
    write_whole(target, page)
    return target


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


def _check_entry(kind: str, index: int, entry: Entry) -> Iterable[Complaint]:
    """Check an entry, whose class may raise or print anything."""
    tried = attempt(lambda: check_entry(kind, index, entry), 0)
    return tried.value if tried.error is None else [(("class",), f"cannot be checked: {tried.error}")]


def _complain_about_file(spec: FileSpec, folder: Path) -> Iterator[str]:
    try:
        check_file(spec, folder)
    except DataError as error:
        yield str(error)


def _evaluate(
    spec: JobSpec,
    dataset: Dataset,
    splits: tuple[Split, ...],
    outputs: Outputs,
    n_workers: int,
    on_progress: Callable[[Progress], None],
) -> list[Outcome]:
    units = list(enumerate_units(spec, splits))
    outcomes: list[Outcome] = []
    total = sum(len(unit.keys) for unit in units)

    def on_done(ended: tuple[Outcome, ...]) -> None:
        outcomes.extend(ended)
        on_progress(Progress(len(outcomes), total, ended))

    work = build_work(dataset, outputs.scratch / "dataset.pickle")
    execute(units, work, Engine(local_executor, n_workers, spec.engine.run_timeout, outputs.scratch), on_done)
    return order_outcomes(units, outcomes)


def _write(outputs: Outputs, results: Results, timings: Timings) -> None:
    with silenced():  # as in render_again
        from job.report.render import draw_page, lay_out
    from job.report.slides import draw_slides
    from job.report.summary_md import render_summary

    text = to_json(results)
    # The page is made of what the file holds, so that `render` makes the same one of it.
    stored = Results.model_validate(json.loads(text))
    page = draw_page(stored, timings)
    for slide in draw_slides(page, stored):
        outputs.write_text(f"{files.FIGURES}/{slide.name}.svg", slide.svg)
        outputs.write_bytes(f"{files.FIGURES}/{slide.name}.png", slide.png)
    outputs.write_text(files.TIMINGS, to_json(timings.model_copy(update={"files": outputs.digests()})))
    outputs.write_text(files.RESULTS, text)
    outputs.write_text(files.METRICS, _metrics_table(results))
    outputs.write_text(
        files.COMPARISONS, to_csv(COLUMNS, ([getattr(r, c) for c in COLUMNS] for r in results.comparisons))
    )
    outputs.write_text(files.SUMMARY, render_summary(stored))
    outputs.write_text(files.REPORT, lay_out(page))


def _metrics_table(results: Results) -> str:
    header = ("strategy", "classifier", "repeat", "fold", "metric", "value")
    return to_csv(
        header, ((*run.place, *run.split, *measured) for run in results.runs for measured in run.metrics.items())
    )
