"""The commands."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from job import __version__
from job.console.interrupts import interruptible
from job.console.streams import print_text, tell, tolerate_any_text
from job.console.trouble import exit_code_of

_OUTPUT_VARIABLE = "MINORITY_REPORT_OUTPUT"
_SOME_RUNS_FAILED = 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    arguments : sequence of str or None
        None takes those of the process.

    Returns
    -------
    int
        The exit code.
    """
    tolerate_any_text()
    name = "python -m job" if Path(sys.argv[0]).name == "__main__.py" else "minority-report"
    words = list(sys.argv[1:] if arguments is None else arguments)

    def command() -> int:
        with interruptible(), commands.make_context(name, words) as context:
            return int(commands.invoke(context))

    return exit_code_of(command)


class _Command(click.Command):
    """A command whose examples keep their lines."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=True)
@click.version_option(__version__, prog_name="minority-report", message="%(prog)s %(version)s")
def commands() -> None:
    """Does oversampling help on this data, which method, and at what price?

    \b
    minority-report run                                            the embedded default, on generated data
    minority-report init data.csv --target label > spec.yaml       a commented spec for your file
    minority-report validate spec.yaml                             check it without running
    minority-report run spec.yaml --output output                  write output/report.html
    """


@commands.command()
@click.argument("spec", required=False)
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    type=click.Path(path_type=Path),
    default=lambda: os.environ.get(_OUTPUT_VARIABLE) or "output",
    help="Where the report is written.",
)
@click.option("-w", "--workers", metavar="N", type=click.IntRange(1, 1024), help="Worker processes.")
@click.option("--allow-package", metavar="NAME", multiple=True, help="Also take classes from this package.")
@click.option("-q", "--quiet", is_flag=True, help="Show no progress.")
@click.option("-v", "--verbose", is_flag=True, help="Say more.")
def run(
    spec: str | None,
    output: Path,
    workers: int | None,
    allow_package: tuple[str, ...],
    quiet: bool,
    verbose: bool,
) -> int:
    """Run the job of SPEC and write its report."""
    from job import pipeline
    from job.console.progress import show_progress

    loaded = pipeline.read_spec(spec, allow_package)
    with show_progress(quiet) as report:
        result = pipeline.run_job(loaded, output, workers=workers, on_progress=report)
    print_text(f"{result.report}\n")
    return _SOME_RUNS_FAILED if result.results["status"]["n_failed"] else 0


@commands.command()
def schema() -> int:
    """Print the JSON Schema of a spec."""
    from job.spec.schema import json_schema

    print_text(json.dumps(json_schema(), indent=2) + "\n")
    return 0
