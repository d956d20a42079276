"""Running other people's code: nothing that it raises, warns, prints, draws or changes reaches another run."""

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
from functools import lru_cache, partial
from numbers import Real
from typing import Any, TextIO, TypeVar

import numpy as np
from sklearn.base import BaseEstimator

from job.errors import STOPS, StrategyError
from job.text import is_control, text_of, words_of

_LONGEST_REASON = 600
_MOST_WORDS = 20
_ENGINES = ("distributed", "tornado", "asyncio")  # what a Dask worker itself logs meanwhile, of its memory say
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
        except STOPS.get():
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
    # Nobody is told that it isn't closed.
    return open(descriptor, "w", encoding="utf-8", errors="replace", closefd=False)


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
        is_theirs = text_of(lambda: record.name).partition(".")[0] not in _ENGINES
        if is_theirs and record.levelno >= logging.WARNING and len(logged) <= _MOST_WORDS:
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


_ROUNDING = 1e-5  # some libraries compute in float32


def score_and_decide(model: BaseEstimator, X: Any, name: str) -> tuple[np.ndarray, np.ndarray, bool]:
    """Score rows and decide about each.

    Parameters
    ----------
    model : estimator
        Fitted.
    X : array-like of shape (n_test, n_columns)
        What it takes.
    name : str
        What messages call it.

    Returns
    -------
    scores : ndarray of shape (n_test,), float64
    decisions : ndarray of shape (n_test,), int8
    is_probability : bool

    Raises
    ------
    StrategyError
        Where these are not what a classifier of two labels, 0 and 1, returns.
    """
    scores, is_probability = score(model, X, name)
    decisions = _numbers(model.predict(X), (len(X),), f"{name}.predict")
    _check(np.isin(decisions, (0, 1)), decisions, f"{name}.predict", "the labels 0 and 1")
    return scores, decisions.astype(np.int8), is_probability


def score(model: BaseEstimator, X: Any, name: str) -> tuple[np.ndarray, bool]:
    """Score rows, by probability where the model gives one; takes, raises and returns as `score_and_decide`."""
    if not hasattr(model, "predict_proba"):
        what = f"{name}.decision_function"
        scores = _numbers(model.decision_function(X), (len(X),), what)
        _check(np.isfinite(scores), scores, what, "finite numbers")
        return scores, False
    what = f"{name}.predict_proba"
    p = _numbers(model.predict_proba(X), (len(X), 2), what)
    _check((p >= -_ROUNDING) & (p <= 1 + _ROUNDING), p, what, "probabilities from 0 to 1")
    sums = p.sum(axis=1)
    _check(np.abs(sums - 1) <= _ROUNDING, sums, what, "rows that sum to 1", "a row that sums to ")
    return p[:, 1], True


def _numbers(returned: Any, shape: tuple[int, ...], what: str) -> np.ndarray:
    """Take what a method returned for numbers of this shape; text that looks like one is none."""
    found = np.asarray(returned)
    if found.shape != shape:
        raise StrategyError(f"{what} returned an array of shape {found.shape}, expected {shape}")
    if found.dtype.kind not in "biuf" and not all(isinstance(value, Real) for value in found.flat):
        raise StrategyError(f"{what} returned values such as {found.flat[0]!r}, expected numbers")
    return found.astype(np.float64, copy=False)


def _check(is_right: np.ndarray, found: np.ndarray, what: str, expected: str, before: str = "") -> None:
    if not is_right.all():
        raise StrategyError(f"{what} returned {before}{found[~is_right][0]:.6g}, expected {expected}")


T = TypeVar("T")
Give = Callable[[np.ndarray, BaseEstimator], np.ndarray]

# numpy, Cython, pybind11, numba, memoryviews and ctypes each have their own words for it.
_HAD_TO_WRITE = re.compile(r"read-?only|not writ(e?able)|underlying buffer|WRITEABLE", re.IGNORECASE)


def fit_apart(fit: Callable[[Give], T]) -> T:
    """Fit on read-only rows; where that fails because the classifier has to write to them, fit once more on a copy.

    Parameters
    ----------
    fit : callable
        Makes a classifier that isn't fitted, and takes a function that gives it the rows. Scoring belongs to it too:
        a classifier may keep its rows and write to them only when it predicts.
    """
    numpy_state, state = np.random.get_state(), random.getstate()
    try:
        return fit(_view)
    except Exception as error:
        if not _had_to_write(error):
            raise
    np.random.set_state(numpy_state)
    random.setstate(state)
    return fit(lambda rows, classifier: rows.copy(order="K"))


def _view(rows: np.ndarray, classifier: BaseEstimator) -> np.ndarray:
    view = rows.view()  # whose shape and dtype are its own
    # scikit-learn's own leave their rows alone unless copy_X is false; some would copy read-only ones for nothing.
    is_tame = type(classifier).__module__.startswith("sklearn.")
    view.flags.writeable = is_tame and classifier.get_params(deep=False).get("copy_X", True) is True
    return view


def _had_to_write(error: BaseException) -> bool:
    """Tell by what was raised and its causes, which may be unreadable, or each other's."""
    seen = set[int]()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        if _HAD_TO_WRITE.search(text_of(partial(str, current))):
            return True
        seen.add(id(current))
        current = current.__cause__ or current.__context__
    return False
