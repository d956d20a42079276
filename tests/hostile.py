"""Strategies and classifiers that misbehave, each in one way."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.metaestimators import available_if


class _Sampler(BaseEstimator):
    def fit_resample(self, X: np.ndarray, y: np.ndarray) -> Any:
        raise NotImplementedError


class Raises(_Sampler):
    """Raises an exception with two lines of message."""

    def fit_resample(self, X: np.ndarray, y: np.ndarray) -> Any:
        raise ValueError(f"no luck with {len(X)} rows\nsecond line")


class RefusesFewerThan(_Sampler):
    """Leaves rows as they are, where there are enough of them."""

    def __init__(self, n_rows: int = 0) -> None:
        self.n_rows = n_rows

    def fit_resample(self, X: np.ndarray, y: np.ndarray) -> Any:
        if len(X) < self.n_rows:
            raise ValueError(f"fewer than {self.n_rows} rows")
        return X, y


class FailsAtRatios(_Sampler):
    """Leaves rows as they are, unless it is asked for a ratio."""

    def __init__(self, sampling_strategy: float | str = "auto") -> None:
        self.sampling_strategy = sampling_strategy

    def fit_resample(self, X: np.ndarray, y: np.ndarray) -> Any:
        if self.sampling_strategy != "auto":
            raise ValueError("ratios are beneath me")
        return X, y


class KillsAtRatios(FailsAtRatios):
    """Leaves rows as they are, unless it is asked for a ratio: then it ends its process."""

    def fit_resample(self, X: np.ndarray, y: np.ndarray) -> Any:
        if self.sampling_strategy != "auto":
            os._exit(3)
        return X, y


class Kills(_Sampler):
    """Ends its process at once."""

    def fit_resample(self, X: np.ndarray, y: np.ndarray) -> Any:
        os._exit(3)


class KillsBySignal(_Sampler):
    """Ends its process as the kernel does when memory runs out."""

    def fit_resample(self, X: np.ndarray, y: np.ndarray) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)


class Exits(_Sampler):
    """Calls sys.exit."""

    def fit_resample(self, X: np.ndarray, y: np.ndarray) -> Any:
        sys.exit(0)


class ReturnsNan(_Sampler):
    """Returns missing values."""

    def fit_resample(self, X: np.ndarray, y: np.ndarray) -> Any:
        return np.full_like(X, np.nan), y


class ReturnsOneClass(_Sampler):
    """Returns minority rows only."""

    def fit_resample(self, X: np.ndarray, y: np.ndarray) -> Any:
        return X[y == 1], y[y == 1]


class ReturnsWrongWidth(_Sampler):
    """Drops a column."""

    def fit_resample(self, X: np.ndarray, y: np.ndarray) -> Any:
        return X[:, 1:], y


class ChangesItsInput(_Sampler):
    """Overwrites the rows that it is given."""

    def fit_resample(self, X: np.ndarray, y: np.ndarray) -> Any:
        X[:] = 0.0
        return X, y


class DrawsFromGlobalLuck(_Sampler):
    """Takes no seed and repeats minority rows chosen by numpy's global generator."""

    def fit_resample(self, X: np.ndarray, y: np.ndarray) -> Any:
        chosen = np.random.choice(np.flatnonzero(y == 1), 20)
        return np.vstack([X, X[chosen]]), np.append(y, y[chosen])


class Warns(_Sampler):
    """Warns twice with the same words, and once with an address of memory."""

    def fit_resample(self, X: np.ndarray, y: np.ndarray) -> Any:
        for _ in range(2):
            warnings.warn("this data is odd", UserWarning, stacklevel=1)
        warnings.warn(f"seen by {object()!r}", RuntimeWarning, stacklevel=1)
        return X, y


class KillsWhenFitted(LogisticRegression):
    """A classifier that ends its process."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> Any:
        os._exit(3)


class NoProbabilities(ClassifierMixin, BaseEstimator):
    """Ranks by the first column and decides at its middle."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> NoProbabilities:
        self.classes_ = np.unique(y)
        self.middle_ = float(np.median(X[:, 0]))
        return self

    def decision_function(self, X: np.ndarray) -> np.ndarray:
        return X[:, 0] - self.middle_

    def predict(self, X: np.ndarray) -> np.ndarray:
        return (self.decision_function(X) > 0).astype(int)


class CannotBeSaved(LogisticRegression):
    """A classifier that keeps something which no file can hold."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> Any:
        super().fit(X, y)
        self.secret_ = (row for row in X)
        return self


class KillsOnManyRows(LogisticRegression):
    """Ends its process on more rows than a training part has."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> Any:
        if len(X) > 280:
            os._exit(3)
        return super().fit(X, y)


class Constant(ClassifierMixin, BaseEstimator):
    """Gives every row the same probability."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> Constant:
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        return np.full((len(X), 2), 0.5)

    def predict(self, X: np.ndarray) -> np.ndarray:
        return np.zeros(len(X), dtype=int)


class Overwrites(DecisionTreeClassifier):
    """Overwrites the rows and labels that it was fitted on."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> Any:
        super().fit(X, y)
        y[:] = 0
        X[:] = 0.0
        return self


class OverwritesLater(DecisionTreeClassifier):
    """Keeps the rows that it was fitted on, and overwrites them and those that it predicts."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> Any:
        self.kept_ = X
        return super().fit(X, y)

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        found = super().predict_proba(X)
        self.kept_[:] = X[:] = 0.0
        return found


class OverwritesInSecret(DecisionTreeClassifier):
    """Overwrites what it was fitted on as compiled code does, which doesn't ask whether an array may be written to."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> Any:
        super().fit(X, y)
        for array in (X, y):
            ctypes.memset(array.ctypes.data, 0, array.nbytes)
            array.shape = (-1,)
        return self


class EatsItsParameters(DecisionTreeClassifier):
    """Takes its depth out of a parameter that the next one needs too."""

    def __init__(self, depth: Any = None, random_state: int | None = None) -> None:
        super().__init__(random_state=random_state)
        self.depth = depth

    def fit(self, X: np.ndarray, y: np.ndarray) -> Any:
        self.max_depth = self.depth["is"].pop()
        return super().fit(X, y)


class SamplesWithAppetite(_Sampler):
    """Takes its number of rows out of a parameter that the next one needs too."""

    def __init__(self, rows: Any = None) -> None:
        self.rows = rows

    def fit_resample(self, X: np.ndarray, y: np.ndarray) -> Any:
        repeated = np.flatnonzero(y)[: self.rows["n"].pop()]
        return np.vstack([X, X[repeated]]), np.append(y, y[repeated])


class Says(ClassifierMixin, BaseEstimator):
    """Returns what it is told to, for every row."""

    def __init__(self, probability: Any = None, decision: Any = None, label: Any = 0, classes: Any = (0, 1)) -> None:
        self.probability = probability
        self.decision = decision
        self.label = label
        self.classes = classes

    def fit(self, X: np.ndarray, y: np.ndarray) -> Any:
        if self.classes is not None:
            self.classes_ = np.array(self.classes)
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def predict(self, X: np.ndarray) -> Any:
        return np.array([self.label] * len(X))

    @available_if(lambda self: self.decision is None)
    def predict_proba(self, X: np.ndarray) -> Any:
        return np.array([self.probability] * len(X))

    @available_if(lambda self: self.decision is not None)
    def decision_function(self, X: np.ndarray) -> Any:
        return np.array([self.decision] * len(X))


class Duck(BaseEstimator):
    """Has what a classifier has, and doesn't say that it is one."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> Any:
        return self

    def predict(self, X: np.ndarray) -> np.ndarray:
        return np.zeros(len(X), dtype=int)

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        return np.full((len(X), 2), 0.5)


class WrongWay(Duck, ClassifierMixin):
    """Inherits what says so, behind what denies it."""


class Old:
    """A classifier that knows only how scikit-learn was told so before its version 1.6."""

    _estimator_type = "classifier"
    fit, predict, predict_proba = Duck.fit, Duck.predict, Duck.predict_proba

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        return {}


class CannotBeBuilt(LogisticRegression):
    """Raises when it is made."""

    def __init__(self) -> None:
        raise RuntimeError("no licence")


class NotASampler:
    """Has nothing that a strategy needs."""


class KillsWhenFetched:
    """An answer that ends every worker the first time somebody asks for it: what is known of it dies with them."""

    def __init__(self, *pids: int) -> None:
        self.pids = pids

    def __reduce__(self) -> Any:
        for pid in sorted(self.pids, key=os.getpid().__eq__):  # its own last
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return tuple, ()

    @classmethod
    def answer(cls, begun: Path, work: Path, unit: Any) -> Any:
        """Answer with it where it is asked for the first time, which a file tells, and with the unit afterwards."""
        pids = [int(pid) for pid in work.read_text().split()]
        work.write_text("")
        return cls(*pids) if pids else unit
