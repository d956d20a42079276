"""Running code of other people: nothing that it raises, warns, logs, prints or draws reaches another run."""

from __future__ import annotations

import ctypes
import logging
import os
import random
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TextIO

import numpy as np

from job.errors import Interrupted, StrategyError
from job.text import is_control, text_of, words_of

_LONGEST_REASON = 600
_MOST_WORDS = 20
_STDOUT, _STDERR = 1, 2


@dataclass(frozen=True, eq=False)
class Attempt:
    """What came of a call.

    Parameters
    ----------
    value : Any
        None where it raised.
    error : str or None
        What it raised, on one line.
    warnings : tuple of str
        The libraries' own words, warned or logged as a warning or worse, each once.
    """

    value: Any
    error: str | None
    warnings: tuple[str, ...]


def attempt(work: Callable[[], Any], seed: int) -> Attempt:
    """Call something that may raise, warn, print, or draw from the global generators.

    Parameters
    ----------
    work : callable
    seed : int
        Of the global generators, 0 to 2**32 - 1.

    Returns
    -------
    Attempt
    """
    with silenced(), _collected_words() as collected:
        # Classes that draw from the global generators would else depend on which unit ran before.
        np.random.seed(seed)
        random.seed(seed)
        try:
            value, error = work(), None
        except Interrupted:
            raise
        except BaseException as raised:  # also a panic in Rust or sys.exit(): only its own runs fail
            value = None
            error = text_of(raised.__str__) if isinstance(raised, StrategyError) else words_of(raised)
    return Attempt(value, None if error is None else _tidy(error), tuple(collected))


def silence() -> Callable[[], None]:
    """Send what is printed nowhere, from Python as from C; standard output and error are for the job's own words.

    Returns
    -------
    callable
        Undoes it.
    """
    nowhere = _nowhere()
    _flush()
    streams = sys.stdout, sys.stderr
    kept = {descriptor: os.dup(descriptor) for descriptor in (_STDOUT, _STDERR)}
    sys.stdout = sys.stderr = nowhere
    for descriptor in kept:
        os.dup2(nowhere.fileno(), descriptor)

    def undo() -> None:
        _flush()
        for descriptor, copy in kept.items():
            os.dup2(copy, descriptor)
            os.close(copy)
        sys.stdout, sys.stderr = streams

    return undo


@contextmanager
def silenced() -> Iterator[None]:
    """Silence what is run inside."""
    undo = silence()
    try:
        yield
    finally:
        undo()


@lru_cache(maxsize=1)
def _nowhere() -> TextIO:
    """A stream that is never closed: loggers keep the one that they find when they are imported."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _STDERR:
        pass  # whoever started us has closed this one; it stays open from now on
    return open(
        descriptor, "w", encoding="utf-8", errors="replace", closefd=False
    )  # nobody is told that it isn't closed


def _flush() -> None:
    """Write out what waits in buffers, those of C included, before they lead somewhere else."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):  # it may be closed, none at all, or something of others' making
            stream.flush()
    _libc().fflush(None)


@lru_cache(maxsize=1)
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)


@contextmanager
def _collected_words() -> Iterator[list[str]]:
    """Collect warnings, and what is logged as a warning or worse, by whichever logger and whatever handles it."""
    collected: list[str] = []
    logged: dict[str, None] = {}
    warned: dict[str, None] = {}
    make = logging.getLogRecordFactory()

    def listen(*arguments: Any, **keywords: Any) -> logging.LogRecord:
        record = make(*arguments, **keywords)
        if record.levelno >= logging.WARNING and len(logged) <= _MOST_WORDS:
            logged[_tidy(f"{text_of(lambda: record.name)}: {text_of(record.getMessage)}")] = None
        return record

    logging.setLogRecordFactory(listen)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield collected
    finally:
        logging.setLogRecordFactory(make)
    for warning in caught:
        # Deprecations are addressed to the people who write the libraries.
        if issubclass(warning.category, DeprecationWarning | PendingDeprecationWarning) or len(warned) > _MOST_WORDS:
            continue
        kind, message = text_of(lambda: warning.category.__name__), text_of(lambda: warning.message)  # noqa: B023
        warned[_tidy(f"{kind}: {message}")] = None
    collected += {**warned, **logged}
    if len(collected) > _MOST_WORDS:
        collected[_MOST_WORDS:] = [f"and more than these {_MOST_WORDS}"]


def _tidy(text: str) -> str:
    """One line without control characters, nor the memory addresses that would differ from run to run."""
    line = " ".join(re.sub(r" at 0x[0-9a-f]+", "", text).split())
    line = "".join("\ufffd" if is_control(character) else character for character in line[: _LONGEST_REASON + 1])
    return line if len(line) <= _LONGEST_REASON else f"{line[:_LONGEST_REASON]}… (cut here)"
