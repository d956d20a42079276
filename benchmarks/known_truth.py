"""The audit's four kinds of data, each with the classifier that is its true model, so resampling can't rank better."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit, logit, ndtri

LEVELS = "abcd"
_MANY = 200_000  # rows that the intercept is found on
_SLOPES = np.array([1.0, -0.8, 0.6, 0.4, 0.2])
_EFFECTS = np.array([[0.0, 0.5, 1.0, -0.5], [0.6, -0.6, 0.0, 0.3], [0.0, 0.8, -0.4, 0.0], [0.2, 0.0, -0.2, 0.4]])
_SHIFTS = np.array([0.8, -0.6, 0.5, 0.3, 0.0])
_SPREADS = np.array([1.3, 1.0, 0.8, 1.0, 1.2])

Columns = np.ndarray
"""Of shape (n_rows, n_columns), float64; categories by their numbers."""


@dataclass(frozen=True)
class World:
    """One kind of data.

    Parameters
    ----------
    name : str
    classifier : str
        As in a spec; it is the true model.
    draw_columns : callable
        From a generator and the number of rows to columns; not used where `log_odds` is None.
    log_odds : callable or None
        From columns to log odds, up to the intercept; None for `gauss`, whose classes are drawn first.
    categories : bool
        Whether the columns are categories.
    """

    name: str
    classifier: str
    draw_columns: Callable[[np.random.Generator, int], Columns]
    log_odds: Callable[[Columns], np.ndarray] | None
    categories: bool = False
    _intercepts: dict[float, float] = field(default_factory=dict, repr=False, compare=False)

    def draw(self, seed: int, n_rows: int, share: float = 0.1) -> tuple[pd.DataFrame, np.ndarray]:
        """Draw rows: the features as a file holds them, and y, 1 for the minority; its share varies by chance."""
        X, y, _ = self.draw_numbers(seed, n_rows, share)
        names = [f"x{column}" for column in range(X.shape[1])]
        frame = pd.DataFrame(X, columns=names)
        if self.categories:
            frame = frame.astype(int).replace(dict(enumerate(LEVELS)))
        return frame, y

    def draw_numbers(self, seed: int, n_rows: int, share: float = 0.1) -> tuple[Columns, np.ndarray, np.ndarray]:
        """Draw the same rows as numbers, with the true probability of each."""
        luck = np.random.default_rng([seed, sum(map(ord, self.name))])
        if self.log_odds is None:
            y = (luck.random(n_rows) < share).astype(int)
            X = _draw_gauss(luck, y)
            return X, y, expit(logit(share) + _gauss_log_odds(X))
        X = self.draw_columns(luck, n_rows)
        p = expit(self.log_odds(X) + self._intercept(share))
        return X, (luck.random(n_rows) < p).astype(int), p

    def encode(self, X: Columns) -> Columns:
        """What a classifier gets: categories one-hot, numbers as they are."""
        return np.eye(len(LEVELS))[X.astype(int)].reshape(len(X), -1) if self.categories else X

    def spec(self, path: str, strategies: list[str], seed: int) -> Mapping[str, Any]:
        """A spec for a CSV file with the columns and a column y."""
        return {
            "seed": seed,
            "data": {"file": {"path": path, "target": "y", "positive": "1"}},
            "strategies": strategies,
            "classifiers": [self.classifier],
        }

    def _intercept(self, share: float) -> float:
        if share not in self._intercepts:
            assert self.log_odds is not None
            odds = self.log_odds(self.draw_columns(np.random.default_rng(0), _MANY))
            self._intercepts[share] = float(brentq(lambda free: expit(odds + free).mean() - share, -30, 30))
        return self._intercepts[share]


def _draw_normal(luck: np.random.Generator, n_rows: int) -> Columns:
    return luck.normal(size=(n_rows, 5))


def _draw_skewed(luck: np.random.Generator, n_rows: int) -> Columns:
    return np.column_stack([np.exp(luck.normal(size=(n_rows, 3))), luck.exponential(size=(n_rows, 2))])


def _draw_categories(luck: np.random.Generator, n_rows: int) -> Columns:
    return luck.integers(0, len(LEVELS), (n_rows, 4)).astype(float)


def _draw_gauss(luck: np.random.Generator, y: np.ndarray) -> Columns:
    X = luck.normal(size=(len(y), 5))
    return np.where(y[:, np.newaxis] == 1, _SHIFTS + _SPREADS * X, X)


def _gauss_log_odds(X: Columns) -> np.ndarray:
    return np.asarray((X**2 / 2 - ((X - _SHIFTS) / _SPREADS) ** 2 / 2 - np.log(_SPREADS)).sum(axis=1))


def _linear_log_odds(X: Columns) -> np.ndarray:
    return np.asarray(X @ _SLOPES)


def _skewed_log_odds(X: Columns) -> np.ndarray:
    return np.asarray(X @ (0.6 * _SLOPES))


def _category_log_odds(X: Columns) -> np.ndarray:
    return np.asarray(sum(_EFFECTS[column, X[:, column].astype(int)] for column in range(X.shape[1])))


WORLDS = {
    world.name: world
    for world in (
        World("linear", "logistic_regression", _draw_normal, _linear_log_odds),
        World("skewed", "logistic_regression", _draw_skewed, _skewed_log_odds),
        World("categories", "logistic_regression", _draw_categories, _category_log_odds, categories=True),
        World("gauss", "gaussian_nb", _draw_normal, None),
    )
}
"""By name. None can be ranked better than by its classifier, fitted on the data as they are."""


def draw_twins(seed: int, n_cases: int = 400, jitter: float = 1e-4) -> tuple[np.ndarray, np.ndarray]:
    """Draw labels regardless of four normal columns, each case twice, the second time with a jitter."""
    luck = np.random.default_rng(seed)
    X, y = luck.normal(size=(n_cases, 4)), (luck.random(n_cases) < 0.1).astype(int)
    return np.concatenate([X, X + jitter * luck.normal(size=X.shape)]), np.concatenate([y, y])


def draw_groups(
    seed: int, n_groups: int, rows_per_group: int, between: float, share: float = 0.15, gain: float = 0.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw rows in groups that share a part of their features' variance and of their label's.

    Parameters
    ----------
    seed, n_groups, rows_per_group : int
    between : float
        Part of the variance of features, and of the latent variable behind the label, that is between groups.
    share : float
        Of the minority.
    gain : float
        Added to the signal of the first four features; at 0 the two sets of four are exchangeable, so that two
        classifiers of the same kind, one on each set, don't differ in truth.

    Returns
    -------
    X : ndarray of shape (n_rows, 8)
    y : ndarray of shape (n_rows,) of 0 and 1
    groups : ndarray of shape (n_rows,) of int
    """
    luck = np.random.default_rng(seed)
    groups = np.repeat(np.arange(n_groups), rows_per_group)
    within, shared = luck.normal(size=(len(groups), 9)), luck.normal(size=(n_groups, 9))
    parts = np.sqrt(between) * shared[groups] + np.sqrt(1 - between) * within
    X, noise = parts[:, :8], parts[:, 8]
    slopes = np.repeat([0.35 + gain, 0.35], 4)
    latent = X @ slopes + noise
    scale = np.sqrt(1 + (slopes**2).sum())
    return X, (latent > scale * ndtri(1 - share)).astype(int), groups
