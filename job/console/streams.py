"""Standard output and standard error, as they are: closed, piped into ``head``, without Unicode or full."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from typing import TextIO

from job.errors import OutputError
from job.spec.words import is_control, one_line

_WIDTH = 80
_STDOUT, _STDERR = 1, 2


def print_text(text: str) -> None:
    """Write text to standard output; a reader that has gone away is no error.

    Parameters
    ----------
    text : str

    Raises
    ------
    OutputError
        Where it cannot be written: a full disk, say.
    """
    if sys.stdout is not None:  # it is None where whoever started us has closed it
        with _writing(sys.stdout):
            sys.stdout.write(text)
            sys.stdout.flush()


def print_document(text: str) -> None:
    """Write a document as `print_text` does, but in UTF-8 whatever the locale: it has to be read again."""
    if sys.stdout is not None:
        with _writing(sys.stdout):
            sys.stdout.flush()
            sys.stdout.buffer.write(text.encode())
            sys.stdout.buffer.flush()


def tell(line: str) -> None:
    """Write one line to standard error, if anybody listens, with nothing in it that could steer a terminal."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(f"{one_line(line)}\n")
        sys.stderr.flush()
    except OSError:
        _close(sys.stderr)


def readable(text: str) -> str:
    """Replace every character that could steer a terminal; spaces stay, so a path can still be copied."""
    return "".join("\ufffd" if is_control(character) else character for character in text)


@contextlib.contextmanager
def keep_for_results() -> Iterator[None]:
    """Send what libraries print to standard error, in worker processes, too: standard output is for the results."""
    if sys.stdout is None or sys.stderr is None:
        yield
        return
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


def tolerate_any_text() -> None:
    """Let characters that a stream's encoding doesn't know be written in a readable way instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def width() -> int:
    """Columns of the terminal; 80 where there is none."""
    return shutil.get_terminal_size((_WIDTH, 24)).columns if is_terminal(sys.stdout) else _WIDTH


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether a person watches a stream."""
    return stream is not None and not stream.closed and stream.isatty()


@contextlib.contextmanager
def _writing(stream: TextIO) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        _close(stream)
    except OSError as error:
        _close(stream)
        raise OutputError(f"standard output cannot be written: {error.strerror}") from error


def _close(stream: TextIO) -> None:
    """Send whatever is still written to a broken stream nowhere, also what Python flushes at its end."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
