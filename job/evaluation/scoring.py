"""From a fitted model to the scores and decisions of test rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from job.errors import StrategyError


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
        Where a score is missing or not finite.
    """
    scores, is_probability = score(model, X, name)
    decisions = np.asarray(model.predict(X)).astype(np.int8)
    if decisions.shape != scores.shape:
        raise StrategyError(f"{name} returned {len(decisions)} decisions for {len(scores)} rows")
    return scores, decisions, is_probability


def score(model: BaseEstimator, X: Any, name: str) -> tuple[np.ndarray, bool]:
    """Score rows, by probability where the model gives one; takes, raises and returns as `score_and_decide`."""
    is_probability = hasattr(model, "predict_proba")
    if is_probability:
        scores = np.asarray(model.predict_proba(X), dtype=np.float64)[:, 1]
    else:
        scores = np.asarray(model.decision_function(X), dtype=np.float64)
    if scores.shape != (len(X),) or not np.isfinite(scores).all():
        raise StrategyError(f"{name} returned scores that are missing or not finite")
    return scores, is_probability
