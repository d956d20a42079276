"""The commands."""

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from job.console.help import FIRST_STEPS, help_option, kept_lines, version_option
from job.console.streams import keep_for_results, prepare_streams, print_document, print_text, readable, tell, width
from job.console.trouble import exit_code_of

_OUTPUT_VARIABLE = "MINORITY_REPORT_OUTPUT"  # set in the image
_SOME_RUNS_FAILED = 4
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
    """Does oversampling help on this data, which method, and at what price?

    Strategies for imbalanced data are compared on the same splits, and one HTML file tells what came of it.
    """


def _command(summary: str, *examples: str) -> Callable[[Callable[..., int]], click.Command]:
    heading = "Examples:" if len(examples) > 1 else "Example:"
    return commands.command(short_help=summary, epilog=kept_lines(heading, *examples))


def _check_packages(context: click.Context, option: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    if odd := [name for name in names if not name.isidentifier()]:
        raise click.BadParameter(f"got {odd[0]!r}, must be the name of a package, without dots")
    return names


_allow_package = click.option(
    "--allow-package",
    metavar="NAME",
    multiple=True,
    callback=_check_packages,
    help="Let the spec name classes of this package, too.",
)


@_command(
    "Run a job and write its report.",
    "minority-report run",
    "minority-report run spec.yaml --output results --workers 2",
    "minority-report init data.csv --target label | minority-report run -",
    "minority-report run spec.yaml --allow-package mypackage",
)
@click.argument("spec", required=False)
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    default=lambda: os.environ.get(_OUTPUT_VARIABLE) or "output",
    help=f"Where the report is written. Default: ${_OUTPUT_VARIABLE}, else output.",
)
@click.option(
    "-w", "--workers", metavar="N", type=click.IntRange(1, 1024), help="Worker processes, instead of the spec's."
)
@_allow_package
@click.option("-q", "--quiet", is_flag=True, help="Print only the path of the report, and what failed.")
@click.option("-v", "--verbose", is_flag=True, help="Tell each run as it ends.")
@help_option
def run(
    spec: str | None, output: str, workers: int | None, allow_package: tuple[str, ...], quiet: bool, verbose: bool
) -> int:
    """Run the job of SPEC and write its report.

    Without SPEC the embedded default is run, on generated data; - reads the spec from standard input.
    """
    if quiet and verbose:
        raise click.UsageError("--quiet and --verbose exclude each other")
    if not output:
        raise click.UsageError("--output is empty, must be a folder")
    from job import pipeline
    from job.console.ending import summarize_trouble, write_answer, write_table
    from job.console.progress import show_progress

    with keep_for_results(), show_progress(quiet, verbose) as report:
        loaded = pipeline.read_spec(spec, allow_package)
        result = pipeline.run_job(loaded, Path(output), workers=workers, on_progress=report)
    for line in summarize_trouble(result.results, quiet):
        tell(line)
    told = [] if quiet else [*write_table(result.results, width()), "", *write_answer(result.results, width()), ""]
    print_text("".join(f"{line}\n" for line in [*told, readable(str(result.report))]))
    return _SOME_RUNS_FAILED if result.results.status.n_failed else 0


@_command(
    "Check a spec and its data's header; count the runs.",
    "minority-report validate spec.yaml",
    "minority-report init | minority-report validate -",
)
@click.argument("spec")
@_allow_package
@help_option
def validate(spec: str, allow_package: tuple[str, ...]) -> int:
    """Check SPEC and the header of its data, and count the runs; nothing is run."""
    from job import pipeline

    with keep_for_results():
        loaded = pipeline.read_spec(spec, allow_package)
        plan = pipeline.plan_job(loaded)
    counts = (
        (plan.n_runs, "run", "runs"),
        (plan.n_splits, "split", "splits"),
        (plan.n_strategies, "strategy", "strategies"),
        (plan.n_classifiers, "classifier", "classifiers"),
    )
    runs, *factors = (f"{n:,} {one if n == 1 else many}" for n, one, many in counts)
    grid = f"{' × '.join(factors)}, and {plan.n_beside:,} beside this grid"
    print_text(f"{readable(loaded.name)}: no problem found; {runs} ({grid})\n")
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
        missing = "DATA, the file that has the column" if data is None else "--target NAME, the column with the labels"
        raise click.UsageError(f"init needs {missing}")
    if data is None or target is None:
        print_document(write_starter())
        return 0
    from job import pipeline

    print_document(write_starter(data, pipeline.describe_data(data, target)))
    return 0


@_command(
    "Make the report again from results.json.",
    "minority-report render output/results.json",
    "minority-report render output/results.json --output report.html",
)
@click.argument("results", type=_PATH)
@click.option(
    "-o", "--output", metavar="FILE", type=_PATH, help="Where the page is written. Default: report.html beside RESULTS."
)
@help_option
def render(results: Path, output: Path | None) -> int:
    """Make the report again from RESULTS, the results.json of a job, to the same bytes; nothing is run.

    Where the report shows durations, timings.json is read beside it.
    """
    from job import pipeline

    with keep_for_results():
        page = pipeline.render_again(results)
        written = pipeline.write_page(page, output or results.with_name("report.html"), results)
    print_text(f"{readable(str(written))}\n")
    return 0


@_command("Print the JSON Schema of a spec.", "minority-report schema > spec.schema.json")
@help_option
def schema() -> int:
    """Print the JSON Schema of a spec, for editors that check while you type."""
    from job.spec.schema import json_schema

    print_document(json.dumps(json_schema(), indent=2) + "\n")
    return 0
