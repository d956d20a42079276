"""The inner folds of a training part: there thresholds are tuned, probabilities calibrated, cut-offs chosen."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from sklearn.utils.metaestimators import available_if

from job.strategies.recipe import Fitted, Recipe, Seen, TrainingPart, prepare_part

Folds = list[tuple[np.ndarray, np.ndarray]]

DEFAULT_FOLDS = 5


def build_inner_folds(part: TrainingPart, n_splits: int) -> tuple[Folds, str | None]:
    """Split a training part into stratified inner folds; rows of one group stay together.

    Parameters
    ----------
    part : TrainingPart
    n_splits : int
        Folds asked for.

    Returns
    -------
    folds : list of (train, test)
        Row numbers into the training part; empty where fewer than two folds are possible.
    degraded : str or None
        Why there are fewer folds than asked for.
    """
    return split_rows(part.y, part.groups, part.seeds.inner_folds, n_splits)


def split_rows(y: np.ndarray, groups: np.ndarray | None, seed: int, n_splits: int) -> tuple[Folds, str | None]:
    """Split training rows into the inner folds of `build_inner_folds`, before anything is prepared.

    Parameters
    ----------
    y : ndarray of shape (n_train,)
    groups : ndarray of shape (n_train,) or None
    seed : int
        The split's seed for inner folds.
    n_splits : int

    Returns
    -------
    folds : list of (train, test)
    degraded : str or None
    """
    possible, what = _most_folds(y, groups)
    n_folds = min(n_splits, possible)
    degraded = None if n_folds == n_splits else f"{n_splits} inner folds asked for, but the training part has {what}"
    if n_folds < 2:
        return [], f"{degraded}, too few for any"
    kind = StratifiedKFold if groups is None else StratifiedGroupKFold
    splitter = kind(n_splits=n_folds, shuffle=True, random_state=seed)
    folds = list(splitter.split(y, y, groups))
    usable = [(train, test) for train, test in folds if _both_classes(y[train]) and _both_classes(y[test])]
    if len(usable) < len(folds):
        unusable = len(folds) - len(usable)
        degraded = f"{unusable} of {len(folds)} inner folds had one class only and were left out"
    elif degraded is not None:
        degraded = f"{degraded}: {n_folds} used"
    return usable, degraded


def fit_inner_models(
    recipe: Recipe, classifier: BaseEstimator, part: TrainingPart, fitted: Fitted
) -> tuple[Iterable[tuple[BaseEstimator, np.ndarray]], str | None]:
    """Fit a strategy on each inner training part, resampled for itself, to score rows that it has not seen.

    Parameters
    ----------
    recipe : Recipe
    classifier : estimator
        Not fitted.
    part : TrainingPart
    fitted : Fitted
        Of the whole training part; a calibrated strategy has its inner models already.

    Returns
    -------
    models : iterable of (estimator, ndarray)
        Each with the row numbers of its inner test part; none where no inner folds are possible.
    why_not : str or None
        As in `build_inner_folds`.
    """
    if fitted.inner:
        return fitted.inner, None
    folds, why_not = build_inner_folds(part, DEFAULT_FOLDS)
    inside = Inside(recipe, classifier, part)
    return ((clone(inside).fit(part.X.iloc[train], part.y[train]), test) for train, test in folds), why_not


class Inside(ClassifierMixin, BaseEstimator):
    """A recipe and a classifier, which prepare and resample whatever rows they are fitted on."""

    def __init__(self, recipe: Recipe, classifier: BaseEstimator, part: TrainingPart) -> None:
        self.recipe = recipe
        self.classifier = classifier
        self.part = part

    def __sklearn_clone__(self) -> Inside:
        return Inside(self.recipe, clone(self.classifier), self.part)

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Inside:
        """Prepare, resample and fit; seeds are those of the split."""
        part = prepare_part(clone(self.part.preparation), X, y, None, self.part.integer, self.part.seeds)
        resampled = self.recipe.resample(part)
        fitted = self.recipe.fit(self.classifier, part, resampled)
        self.classes_ = np.unique(y)
        self.model_ = fitted.model
        self.degraded_ = (*resampled.degraded, *fitted.degraded)
        self.seen_ = Seen(len(resampled.y), int(resampled.y.sum()), resampled.n_synthetic)
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Predict labels."""
        return np.asarray(self.model_.predict(X))

    @available_if(lambda self: hasattr(self.classifier, "predict_proba"))  # type: ignore[untyped-decorator]
    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        """Predict probabilities."""
        return np.asarray(self.model_.predict_proba(X))

    @available_if(lambda self: hasattr(self.classifier, "decision_function"))  # type: ignore[untyped-decorator]
    def decision_function(self, X: pd.DataFrame) -> np.ndarray:
        """Compute the decision function."""
        return np.asarray(self.model_.decision_function(X))


def _most_folds(y: np.ndarray, groups: np.ndarray | None) -> tuple[int, str]:
    """Return how many folds can hold a row of each class, and the reason in words."""
    counts = []
    for label, name in ((1, "minority"), (0, "majority")):
        rows = y == label
        if groups is None:
            n = int(rows.sum())
            counts.append((n, f"{n} {name} row{'' if n == 1 else 's'}"))
        else:
            n = len(np.unique(groups[rows]))
            counts.append((n, f"{n} group{'' if n == 1 else 's'} with {name} rows"))
    return min(counts)


def _both_classes(y: np.ndarray) -> bool:
    return bool(y.min() != y.max())
