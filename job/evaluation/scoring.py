"""From a fitted model to the scores and decisions of test rows."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from job.errors import StrategyError

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
    is_probability = hasattr(model, "predict_proba")
    return _probabilities(model, X, name) if is_probability else _distances(model, X, name), is_probability


def _probabilities(model: BaseEstimator, X: Any, name: str) -> np.ndarray:
    what = f"{name}.predict_proba"
    p = _numbers(model.predict_proba(X), (len(X), 2), what)
    _check((p >= -_ROUNDING) & (p <= 1 + _ROUNDING), p, what, "probabilities from 0 to 1")
    sums = p.sum(axis=1)
    _check(np.abs(sums - 1) <= _ROUNDING, sums, what, "rows that sum to 1", "a row that sums to ")
    return p[:, 1]


def _distances(model: BaseEstimator, X: Any, name: str) -> np.ndarray:
    what = f"{name}.decision_function"
    scores = _numbers(model.decision_function(X), (len(X),), what)
    _check(np.isfinite(scores), scores, what, "finite numbers")
    return scores


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
