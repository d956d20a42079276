"""Strategies and classifiers that raise what nobody expects, talk, or never end; for tests in workers."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
import threading
import time
import warnings
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression

HALF = "half a character: \ud83d, and a bell: \a"
STDERR = sys.stderr  # as a library keeps it that makes a handler when it is imported
print("imported, and proud of it")
print("imported, and worried", file=STDERR)


class PanicError(BaseException):
    """As extensions in Rust raise it."""


class OddArgumentsError(Exception):
    """Can be pickled, but not read again."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__("odd")


class SpeechlessError(Exception):
    """Cannot say what went wrong."""

    def __str__(self) -> str:
        raise PanicError


class MutteringError(Exception):
    """Says what no text is."""

    def __str__(self) -> Any:
        return 3


class EndlessError(Exception):
    """Never comes to an end."""

    def __str__(self) -> str:
        return f"{self}"


class SecretiveMeta(type):
    """Classes that don't tell their name."""

    @property
    def __name__(cls) -> str:  # type: ignore[override]
        raise PanicError


class SecretiveError(Exception, metaclass=SecretiveMeta):
    """Doesn't tell its name."""


class UnspeakableWarning(UserWarning):
    """Can be written once, when it is raised."""

    def __init__(self) -> None:
        self.times = 0

    def __str__(self) -> str:
        self.times += 1
        if self.times > 1:
            raise PanicError
        return "once"


RAISED = {
    "panic": PanicError("a panic"),
    "interrupt": KeyboardInterrupt(),
    "exit": SystemExit(0),
    "generator": GeneratorExit(),
    "group": BaseExceptionGroup("several", [KeyboardInterrupt()]),
    "odd": OddArgumentsError(1, 2),
    "half": ValueError(HALF),
    "speechless": SpeechlessError(),
    "muttering": MutteringError(),
    "endless": EndlessError(),
    "secretive": SecretiveError("hush"),
    "long": ValueError("word " * 1_000_000),
}


class RaisesWhenResampling(BaseEstimator):
    """Raises one of `RAISED`."""

    def __init__(self, kind: str = "panic") -> None:
        self.kind = kind

    def fit_resample(self, X: np.ndarray, y: np.ndarray) -> Any:
        raise RAISED[self.kind]


class RaisesWhenBuilt(RaisesWhenResampling):
    """Raises it as soon as it is made."""

    def __init__(self, kind: str = "panic") -> None:
        raise RAISED[kind]


class RaisesWhenFitted(LogisticRegression):
    """Raises one of `RAISED`."""

    def __init__(self, kind: str = "panic") -> None:
        super().__init__()
        self.kind = kind

    def fit(self, X: np.ndarray, y: np.ndarray) -> Any:
        raise RAISED[self.kind]


class RaisesWhenPredicting(LogisticRegression):
    """Raises a panic only once it is fitted."""

    def predict(self, X: np.ndarray) -> Any:
        raise RAISED["panic"]


class WarnsUnspeakably(BaseEstimator):
    """Warns of what cannot be written, and of what no file can hold."""

    def fit_resample(self, X: np.ndarray, y: np.ndarray) -> Any:
        warnings.warn(UnspeakableWarning(), stacklevel=1)
        warnings.warn(HALF, stacklevel=1)
        return X, y


class Talks(BaseEstimator):
    """Prints in every way there is, and logs with a handler of its own."""

    def fit_resample(self, X: np.ndarray, y: np.ndarray) -> Any:
        talk()
        return X, y


SAID = ("unruly: this takes 3 rows", "root of all: odd data")


class TalksWhenChecked(Talks):
    """Prints while its parameters are looked at."""

    class _Constraints(dict[str, Any]):
        def __contains__(self, name: object) -> bool:
            talk()
            return False

    _parameter_constraints = _Constraints()

    def __init__(self, volume: int = 1) -> None:
        self.volume = volume


class TalksLater(BaseEstimator):
    """Prints from a thread that outlives the run, and uses matplotlib."""

    def fit_resample(self, X: np.ndarray, y: np.ndarray) -> Any:
        import matplotlib

        matplotlib.get_cachedir()
        threading.Thread(target=self._talk, daemon=True).start()
        return X, y

    def _talk(self) -> None:
        while True:
            os.write(1, b"still here\n")
            print("still here", file=sys.stderr)
            time.sleep(0.001)


def talk() -> None:
    """Say something in Python, in C and to a logger, each twice."""
    logger = logging.getLogger("unruly")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.handlers = [logging.StreamHandler(STDERR)]
    for _ in range(2):
        print("printed")
        print("worried", file=sys.stderr)
        print("worried", file=STDERR)
        os.write(1, b"written\n")
        os.write(2, b"written\n")
        ctypes.CDLL(None).printf(b"printed in C\n")
        logger.info("resampling")
        logger.warning("this takes %d rows", 3)
        logging.getLogger("root of all").error("odd %s", "data")


class SleepsWhenResampling(BaseEstimator):
    """Never comes back."""

    def fit_resample(self, X: np.ndarray, y: np.ndarray) -> Any:
        time.sleep(1000)


class SleepsWhenFitted(LogisticRegression):
    """Never comes back."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> Any:
        time.sleep(1000)


class HangsInC(LogisticRegression):
    """Never comes back from C, holds Python's lock and lets no signal through."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> Any:
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        ctypes.PyDLL(None).sleep(1000)
