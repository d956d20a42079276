"""Running code of other people: nothing that it raises, warns or draws from global luck reaches another run."""

from __future__ import annotations

import random
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from job.errors import StrategyError

_LONGEST_REASON = 600


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
        The libraries' own words, each once.
    """

    value: Any
    error: str | None
    warnings: tuple[str, ...]


def attempt(work: Callable[[], Any], seed: int) -> Attempt:
    """Call something that may raise, warn, or draw from the global generators.

    Parameters
    ----------
    work : callable
    seed : int
        Of the global generators, 0 to 2**32 - 1.

    Returns
    -------
    Attempt
    """
    with _collected_warnings() as collected:
        # Classes that draw from the global generators would else depend on which unit ran before.
        np.random.seed(seed)
        random.seed(seed)
        try:
            value, error = work(), None
        except StrategyError as raised:
            value, error = None, str(raised)
        except (Exception, SystemExit) as raised:  # a strategy may raise anything; only its own runs fail
            value, error = None, f"{type(raised).__name__}: {raised}"
    return Attempt(value, None if error is None else _tidy(error), tuple(collected))


@contextmanager
def _collected_warnings() -> Iterator[list[str]]:
    texts: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield texts
    for warning in caught:
        # Deprecations are addressed to the people who write the libraries.
        if not issubclass(warning.category, DeprecationWarning | PendingDeprecationWarning):
            texts.append(_tidy(f"{warning.category.__name__}: {warning.message}"))
    texts[:] = dict.fromkeys(texts)


def _tidy(text: str) -> str:
    """One line, without the memory addresses that would differ from run to run."""
    line = " ".join(re.sub(r" at 0x[0-9a-f]+", "", text).split())
    return line if len(line) <= _LONGEST_REASON else f"{line[:_LONGEST_REASON]}… ({len(line)} characters)"
