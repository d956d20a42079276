"""Standard output and standard error, as they are: closed, piped into ``head``, without Unicode or full."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from typing import TextIO

from job.errors import OutputError
from job.spec.words import one_line

_WIDTH = 80


def print_text(text: str) -> None:
    """Write text to standard output; a reader that has gone away is no error.

    Parameters
    ----------
    text : str
        Written as UTF-8 where it is a whole document, so that what ``init`` writes is a spec in every locale.

    Raises
    ------
    OutputError
        Where it cannot be written: a full disk, say.
    """
    if sys.stdout is None:  # closed by whoever started us
        return
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _close(sys.stdout)
    except OSError as error:
        _close(sys.stdout)
        raise OutputError(f"standard output cannot be written: {error.strerror}") from error


def tell(line: str) -> None:
    """Write one line to standard error, if anybody listens, with nothing in it that could steer a terminal."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(f"{one_line(line)}\n")
        sys.stderr.flush()
    except OSError:
        _close(sys.stderr)


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


def _close(stream: TextIO) -> None:
    """Send whatever is still written to a broken stream nowhere, also what Python flushes at its end."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
