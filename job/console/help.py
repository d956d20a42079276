"""Help texts whose examples keep their lines, and the options that print and end."""

import click

from job import __version__
from job.console.streams import print_text


def _show_help(context: click.Context, option: click.Parameter, wanted: bool) -> None:
    if wanted:
        print_text(context.get_help() + "\n")
        context.exit()


def _show_version(context: click.Context, option: click.Parameter, wanted: bool) -> None:
    if wanted:
        print_text(f"minority-report {__version__}\n")
        context.exit()


help_option = click.option(
    "-h", "--help", is_flag=True, is_eager=True, expose_value=False, callback=_show_help, help="Show this message."
)
"""-h and --help, to be put on every command; click's own fails where standard output takes nothing."""

version_option = click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show the version."
)


def kept_lines(heading: str, *lines: str) -> str:
    """Write lines that stay as they are in a help text."""
    return "\n".join(["\b", heading, *(f"  {line}" for line in lines)])


_START = kept_lines(
    "Examples:",
    "minority-report run                                       on generated data",
    "minority-report init data.csv --target label > spec.yaml  for your own file",
    "minority-report validate spec.yaml                        check, run nothing",
    "minority-report run spec.yaml                             output/report.html",
)
_EXIT_CODES = kept_lines(
    "Exit codes:",
    "0 success; 1 a bug; 2 bad usage, spec, cluster or output folder; 3 bad data;",
    "4 report written, but some runs failed; 5 report written, but a gate failed;",
    "130, 143 interrupted",
)
FIRST_STEPS = f"{_START}\n\n{_EXIT_CODES}"
