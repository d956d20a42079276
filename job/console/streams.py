"""Standard output and standard error, as they are: closed, piped into ``head``, without Unicode or full."""

import contextlib
import os
import re
import shutil
import sys
from collections.abc import Iterator
from typing import TextIO

from job.errors import OutputError
from job.text import is_control, one_line

_WIDTH = 80
_STDOUT, _STDERR = 1, 2
_COMMAND = re.compile(r"##(?=[\w-]*\[)|(?:^|\r)\s*:(?=:)", re.MULTILINE)
"""What begins a command to the runner of a CI job: Azure's ##vso[, TeamCity's ##teamcity[, GitHub's :: of a line."""


def print_text(text: str) -> None:
    """Write text for people to standard output; a reader that has gone away is no error.

    Parameters
    ----------
    text : str

    Raises
    ------
    OutputError
        Where it cannot be written: a full disk, say.
    """
    with _writing(sys.stdout):
        sys.stdout.write(inert(text))
        sys.stdout.flush()


def print_document(text: str) -> None:
    """Write a document as it is, in UTF-8 whatever the locale: it has to be read again."""
    with _writing(sys.stdout):
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()


def tell(line: str) -> None:
    """Write one line to standard error, with nothing in it that could steer a terminal or a CI job's runner."""
    try:
        sys.stderr.write(f"{inert(one_line(line))}\n")
        sys.stderr.flush()
    except OSError:
        _close(sys.stderr)


def inert(text: str) -> str:
    """Part by a space what the runner of a CI job would obey: a column may be called ##vso[task.setvariable."""
    return _COMMAND.sub(r"\g<0> ", text)


def readable(text: str) -> str:
    """Replace every character that could steer a terminal; spaces stay, so a path can still be copied."""
    return "".join("\ufffd" if is_control(character) else character for character in text)


@contextlib.contextmanager
def keep_for_results() -> Iterator[None]:
    """Send what libraries print to standard error, in worker processes, too: standard output is for the results."""
    sys.stdout.flush()
    kept = os.dup(_STDOUT)
    os.dup2(_STDERR, _STDOUT)
    try:
        yield
    finally:
        with _writing(sys.stdout):
            sys.stdout.flush()
        os.dup2(kept, _STDOUT)
        os.close(kept)


def prepare_streams() -> None:
    """Open standard streams that whoever started us has closed, and let the others take any character.

    A file that is opened later would get the number of a closed stream, and what a library prints would be written
    into it. Worker processes inherit these streams.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= _STDERR:  # the lowest that is free
        os.set_inheritable(number, True)
    os.close(number)
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def width() -> int:
    """Columns of the terminal; 80 where there is none."""
    return shutil.get_terminal_size((_WIDTH, 24)).columns if is_terminal(sys.stdout) else _WIDTH


def is_terminal(stream: TextIO) -> bool:
    """Tell whether a person watches a stream."""
    return not stream.closed and stream.isatty()


@contextlib.contextmanager
def _writing(stream: TextIO) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        _close(stream)
    except OSError as error:
        _close(stream)
        raise OutputError(f"cannot write to standard output: {error.strerror}") from error


def _close(stream: TextIO) -> None:
    """Send whatever is still written to a broken stream nowhere, also what Python flushes at its end."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
