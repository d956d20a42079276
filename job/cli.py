"""The commands."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from job.console.help import FIRST_STEPS, help_option, kept_lines, version_option
from job.console.streams import keep_for_results, prepare_streams, print_document, print_text, readable, tell, width
from job.console.trouble import exit_code_of
from job.errors import EngineError

if TYPE_CHECKING:  # importing it takes time that --help has no use for
    from job.spec.job_spec import EngineSpec

_OUTPUT_VARIABLE = "MINORITY_REPORT_OUTPUT"  # set in the image
_SOME_RUNS_FAILED, _A_GATE_FAILED = 4, 5
_PATH = click.Path(path_type=Path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that these arguments, or else those of the process, ask for; give its exit code."""
    prepare_streams()
    name = "python -m job" if Path(sys.argv[0]).name == "__main__.py" else "minority-report"
    words = list(sys.argv[1:] if arguments is None else arguments)

    def command() -> int:
        with commands.make_context(name, words) as context:
            return int(commands.invoke(context))

    return exit_code_of(command)


@click.group(no_args_is_help=True, epilog=FIRST_STEPS)
@version_option
@help_option
def commands() -> None:
    """Does oversampling help on this data? Which method, and at what price?

    Compare strategies for imbalanced data on the same splits, and write one HTML report.
    """


def _command(summary: str, *examples: str, **settings: bool) -> Callable[[Callable[..., int]], click.Command]:
    heading = "Examples:" if len(examples) > 1 else "Example:"
    return commands.command(short_help=summary, epilog=kept_lines(heading, *examples), context_settings=settings)


def _check_packages(context: click.Context, option: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    if odd := [name for name in names if not name.isidentifier()]:
        raise click.BadParameter(f"got {odd[0]!r}, must be the name of a package, without dots")
    return names


_allow_package = click.option(
    "--allow-package",
    metavar="NAME",
    multiple=True,
    callback=_check_packages,
    help="Let the spec also name classes from this package.",
)


_workers = click.option(
    "-w", "--workers", metavar="N", type=click.IntRange(1, 1024), help="Number of worker processes; overrides the spec."
)
_dask = click.option(
    "--dask",
    metavar="ADDRESS",
    help="Run on the Dask cluster with this scheduler, tcp://host:port; overrides the spec.",
)
_wait = click.option("--wait", is_flag=True, help="Wait if another job is using the output folder.")
_fresh = click.option("--fresh", is_flag=True, help="Run everything again instead of reusing stored results.")
_quiet = click.option("-q", "--quiet", is_flag=True, help="Print only the path of the report, and what failed.")
_verbose = click.option("-v", "--verbose", is_flag=True, help="Print a line as each run ends.")


def _check_run(output: str, quiet: bool, verbose: bool) -> None:
    if quiet and verbose:
        raise click.UsageError("--quiet and --verbose can't be combined")
    if not output:
        raise click.UsageError("--output is empty; it must name a folder")


def _note_ignored(engine: EngineSpec, workers: int | None, quiet: bool) -> None:
    """Say that a cluster has workers of its own, where others were asked for."""
    if engine.kind == "dask" and (workers or "workers" in engine.model_fields_set) and not quiet:
        ignored = "--workers" if workers else "engine.workers"
        tell(f"Note: {ignored} is ignored, because the Dask cluster has workers of its own")


@_command(
    "Run a job and write its report.",
    "minority-report run",
    "minority-report run spec.yaml --output results --workers 2",
    "minority-report run spec.yaml --against old/results.json",
    "minority-report init data.csv --target label | minority-report run -",
    "minority-report run spec.yaml --allow-package mypackage",
    "minority-report run spec.yaml --dask tcp://scheduler:8786",
)
@click.argument("spec", required=False)
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    default=lambda: os.environ.get(_OUTPUT_VARIABLE) or "output",
    help=f"Folder for the report. Default: ${_OUTPUT_VARIABLE} if set, otherwise output.",
)
@_workers
@_dask
@click.option("--against", metavar="OLD", type=_PATH, help="An earlier results.json, or its folder, to compare with.")
@_wait
@_fresh
@_allow_package
@_quiet
@_verbose
@help_option
def run(
    spec: str | None,
    output: str,
    workers: int | None,
    dask: str | None,
    against: Path | None,
    wait: bool,
    fresh: bool,
    allow_package: tuple[str, ...],
    quiet: bool,
    verbose: bool,
) -> int:
    """Run the job that SPEC describes and write its report.

    Without SPEC, a built-in example runs on generated data. If SPEC is -, the spec is read from standard input.
    """
    _check_run(output, quiet, verbose)
    from job import pipeline
    from job.console.ending import summarize_gates, summarize_reuse, summarize_trouble, write_answer, write_table
    from job.console.progress import show_progress

    with keep_for_results(), show_progress(quiet, verbose) as report:
        loaded = pipeline.read_spec(spec, allow_package, dask)
        _note_ignored(loaded.spec.engine, workers, quiet)
        result = pipeline.run_job(
            loaded, Path(output), workers=workers, is_fresh=fresh, is_waiting=wait, against=against, on_progress=report
        )
    if result.unheld is not None:
        tell(f"Note: {output} can't be locked ({result.unheld}), so another job may write to it at the same time")
    trouble = *summarize_trouble(result.results, quiet), *summarize_gates(result.results, quiet)
    for line in (*summarize_reuse(result.reused, output, quiet), *trouble):
        tell(line)
    told = [] if quiet else [*write_table(result.results, width()), "", *write_answer(result.results, width()), ""]
    print_text("".join(f"{line}\n" for line in [*told, readable(str(result.report))]))
    if any(gate.fails_job for gate in result.results.gates):
        return _A_GATE_FAILED
    return _SOME_RUNS_FAILED if result.results.status.n_failed else 0


@_command(
    "Run the same job on many data sets.",
    "minority-report suite suite.yaml --output results",
    "minority-report suite suite.yaml --output results --dask tcp://scheduler:8786",
)
@click.argument("suite")
@click.option("-o", "--output", metavar="DIR", required=True, help="Where index.html and the reports are written.")
@_workers
@_dask
@_wait
@_fresh
@_allow_package
@_quiet
@_verbose
@help_option
def suite(
    suite: str,
    output: str,
    workers: int | None,
    dask: str | None,
    wait: bool,
    fresh: bool,
    allow_package: tuple[str, ...],
    quiet: bool,
    verbose: bool,
) -> int:
    """Run one job for each data set in SUITE. Write a report for each, and an index with the overall results.

    If SUITE is -, the suite is read from standard input.
    """
    _check_run(output, quiet, verbose)
    from job.console.ending import exit_code_of_suite, summarize_suite, wrap
    from job.console.progress import show_progress
    from job.suite import run_suite as suites
    from job.suite.suite_wording import tell_answer, tell_state

    with keep_for_results(), show_progress(quiet, verbose) as report:
        loaded = suites.read_suite_spec(suite, allow_package, dask)
        _note_ignored(loaded.spec.engine, workers, quiet)
        say: Callable[[str], None] = (lambda text: None) if quiet else tell
        result = suites.run_suite(
            loaded, Path(output), workers=workers, is_fresh=fresh, is_waiting=wait, on_progress=report, on_report=say
        )
    for line in summarize_suite(result, output, quiet):
        tell(line)
    told = [] if quiet else [tell_state(result.results), *wrap(tell_answer(result.results), width()), ""]
    print_text("".join(f"{line}\n" for line in [*told, readable(str(result.index))]))
    return exit_code_of_suite(result)


@_command(
    "Check a spec and the header of its data; count the runs.",
    "minority-report validate spec.yaml",
    "minority-report init | minority-report validate -",
)
@click.argument("spec")
@_allow_package
@help_option
def validate(spec: str, allow_package: tuple[str, ...]) -> int:
    """Check SPEC (or a suite) and the header of its data, and count the runs, without running anything."""
    from job import pipeline
    from job.spec.load_spec import read_source
    from job.spec.suite_spec import DATASETS

    with keep_for_results():
        source = read_source(spec)
        if DATASETS in source.keys:
            from job.suite import run_suite as suites

            loaded = suites.read_suite_spec(source, allow_package)
            n_sets, plan = len(loaded.jobs), suites.plan_suite(loaded)
            each = f"{n_sets:,} data set{'s, each' if n_sets > 1 else ''} with "
        else:
            plan, each = pipeline.plan_job(pipeline.read_spec(source, allow_package)), ""
    counts = (
        (plan.n_runs, "run", "runs"),
        (plan.n_splits, "split", "splits"),
        (plan.n_strategies, "strategy", "strategies"),
        (plan.n_classifiers, "classifier", "classifiers"),
    )
    runs, *factors = (f"{n:,} {one if n == 1 else many}" for n, one, many in counts)
    grid = f"{each}{' × '.join(factors)}, and {plan.n_beside:,} outside this grid"
    grid += f"; up to {plan.n_inner_fits:,} fits on inner folds for tuning" if plan.n_inner_fits else ""
    print_text(f"{readable(source.name)}: no problem found; {runs} ({grid})\n")
    return 0


@_command(
    "Write a commented spec to start from.",
    "minority-report init > spec.yaml",
    "minority-report init transactions.csv --target is_fraud > spec.yaml",
)
@click.argument("data", required=False)
@click.option("--target", metavar="NAME", help="The column with the labels.")
@help_option
def init(data: str | None, target: str | None) -> int:
    """Write a commented spec to standard output: for the file DATA, or on generated data."""
    from job.spec.starter import write_starter

    if (data is None) != (target is None):
        has, lacks = ("DATA", "--target NAME, the column with the labels") if data else ("--target", "DATA, the file")
        raise click.UsageError(f"init has {has} without {lacks}; give both, or neither for a spec on generated data")
    if data is None or target is None:
        print_document(write_starter())
        return 0
    from job import pipeline

    print_document(write_starter(data, pipeline.describe_data(data, target)))
    return 0


@_command(
    "Write generated data to a file.",
    "minority-report generate spec.yaml --output data.csv",
    "minority-report generate spec.yaml --output data.parquet --rows 100000",
)
@click.argument("spec")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    required=True,
    type=_PATH,
    help="The file to write; CSV or Parquet, by its suffix.",
)
@click.option("--rows", metavar="N", type=click.IntRange(10, 10_000_000), help="Number of rows; overrides the spec.")
@click.option("--seed", metavar="N", type=click.IntRange(0, 2**32 - 1), help="Seed of the data; overrides the spec.")
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@_allow_package
@help_option
def generate(
    spec: str, output: Path, rows: int | None, seed: int | None, force: bool, allow_package: tuple[str, ...]
) -> int:
    """Generate the data that SPEC describes and write it to a file.

    The labels are in the column named label (1 = minority, 0 = all others).

    For a mixture, the column true_posterior is the probability that the label is 1.
    """
    from job import pipeline

    with keep_for_results():
        written = pipeline.generate_file(pipeline.read_spec(spec, allow_package), output, rows, seed, force)
    print_text(f"{readable(str(written))}\n")
    return 0


@_command(
    "Rebuild the report from results.json.",
    "minority-report render output/results.json",
    "minority-report render output/results.json --output report.html",
)
@click.argument("results", type=_PATH)
@click.option(
    "-o", "--output", metavar="FILE", type=_PATH, help="Where to write the page. Default: report.html next to RESULTS."
)
@help_option
def render(results: Path, output: Path | None) -> int:
    """Rebuild the report from RESULTS, the results.json of a job, byte for byte; nothing is run.

    If the report shows durations, the timings.json next to it is also read.
    """
    from job import pipeline

    with keep_for_results():
        page = pipeline.render_again(results)
        written = pipeline.write_page(page, output or results.with_name("report.html"), results)
    print_text(f"{readable(str(written))}\n")
    return 0


@_command(
    "List what changed between two jobs.",
    "minority-report compare old/results.json output",
    "minority-report compare old output --json",
)
@click.argument("old", type=_PATH)
@click.argument("new", type=_PATH)
@click.option("--json", "is_json", is_flag=True, help="Print JSON, with every metric.")
@help_option
def compare(old: Path, new: Path, is_json: bool) -> int:
    """List what changed from OLD to NEW, each a results.json or its folder; nothing is run.

    Data, spec, versions, verdicts and metrics are compared, each difference in a metric with its interval.
    """
    from job import pipeline
    from job.console.ending import write_changes
    from job.results.results_file import to_json

    with keep_for_results():
        changes = pipeline.compare_results(old, new)
    if is_json:
        print_document(to_json(changes))
    else:
        print_text("".join(f"{line}\n" for line in write_changes(changes)))
    return 0


@_command(
    "Start a scheduler or worker of a Dask cluster.",
    "minority-report dask scheduler",
    "minority-report dask worker tcp://scheduler:8786",
    allow_interspersed_args=False,  # what stands behind `worker` is for Dask
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@help_option
def dask(arguments: tuple[str, ...]) -> int:
    """Run Dask's own command line with ARGUMENTS, for example a scheduler or a worker.

    A worker runs one unit of work at a time (--nthreads 1) unless ARGUMENTS set another number.
    """
    words = [*arguments]
    if words[:1] == ["worker"] and not any(word.startswith("--nthreads") for word in words):
        words += ["--nthreads", "1"]
    if find_spec("distributed") is None:
        raise EngineError("Dask is not installed: pip install 'minority-report[dask]'")
    os.execv(sys.executable, [sys.executable, "-m", "dask", *words])


@_command(
    "Print the JSON Schema of a spec.",
    "minority-report schema > spec.schema.json",
    "minority-report schema --suite > suite.schema.json",
)
@click.option("--suite", "is_suite", is_flag=True, help="Print the schema of a suite instead.")
@help_option
def schema(is_suite: bool) -> int:
    """Print the JSON Schema of a spec, for editors that check while you type."""
    from job.spec.schema import json_schema, suite_schema

    print_document(json.dumps(suite_schema() if is_suite else json_schema(), indent=2) + "\n")
    return 0
