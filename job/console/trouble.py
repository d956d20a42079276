"""What went wrong, in one line each, and the exit code that says whose turn it is."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Callable

import click

from job import __version__
from job.console.streams import print_text, tell
from job.errors import Interrupted, JobError, SpecError
from job.text import words_of

BUG = 1
USAGE = 2


def exit_code_of(command: Callable[[], int]) -> int:
    """Run a command and turn whatever it raises into lines on standard error and an exit code.

    Parameters
    ----------
    command : callable
        Returns the exit code of a command that raised nothing.

    Returns
    -------
    int
    """
    try:
        return command()
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        print_text(error.ctx.get_help() + "\n")
        return USAGE
    except click.UsageError as error:
        tell(_usage(error))
        return USAGE
    except SpecError as error:
        for problem in error.problems:
            tell(str(problem))
        return error.exit_code
    except JobError as error:
        tell(f"Error: {error}")
        return error.exit_code
    except Interrupted as interrupted:
        tell(f"Stopped by {interrupted}")
        return interrupted.exit_code
    except BaseException as error:  # beside an Exception this can only come from others' code
        tell(f"Error: a bug in minority-report ({words_of(error)}); {_keep_traceback()}")
        return BUG


def _usage(error: click.UsageError) -> str:
    command = error.ctx.command_path if error.ctx is not None else "minority-report"
    message = error.format_message().rstrip(".")
    return f"Error: {message}{'' if message.endswith('?') else '.'} See: {command} --help"


def _keep_traceback() -> str:
    """Write the traceback where it can be found again; say where, or show it where nothing can be written."""
    text = f"minority-report {__version__}, Python {sys.version}\n{' '.join(sys.argv)}\n\n{traceback.format_exc()}"
    try:
        descriptor, path = tempfile.mkstemp(prefix="minority-report-", suffix=".log")
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as log:
            log.write(text)
    except OSError:
        for line in text.splitlines():
            tell(line)
        return "no folder for temporary files can be written, so the traceback stands above"
    return f"please send us the log: {path}"
