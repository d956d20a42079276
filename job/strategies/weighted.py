"""Oversampling that keeps the prevalence: rows weigh so much that each class has the total weight that it had before.

A classifier then learns of more places where a class may be, and not that the class is more frequent than it is.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import has_fit_parameter

from job.strategies.prevalence import find_own_weights
from job.strategies.recipe import Complaint, Recipe, Resampled, TrainingPart
from job.strategies.resampling import find_added


class Weighted(Recipe):
    """A sampler whose rows reach the classifier with weights.

    Parameters
    ----------
    recipe : Recipe
        What resamples.
    real_share : float or None
        Part of the weight of a class with synthetic rows that its real rows share; None weighs all its rows alike.
    """

    def __init__(self, recipe: Recipe, real_share: float | None) -> None:
        super().__init__(recipe.class_path, recipe.params)
        self.recipe = recipe
        self.real_share = real_share

    def complaints(self) -> Iterable[Complaint]:
        """As in `Recipe`: those of the sampler."""
        return self.recipe.complaints()

    def describe(self, n_categorical: int, n_numeric: int) -> str:
        """As in `Recipe`."""
        share = self.real_share
        split = "" if share is None else f", with {share:.3g} of it on real rows where there are synthetic ones"
        return f"{self.recipe.describe(n_categorical, n_numeric)}; each class keeps its total weight{split}"

    def refuses(self, classifier: BaseEstimator) -> str | None:
        """As in `Recipe`: classifiers that take no weights, and those that weigh the classes by themselves."""
        name = type(classifier).__name__
        if not has_fit_parameter(classifier, "sample_weight"):
            return f"{name} doesn't accept sample_weight, which the key weights needs"
        own = find_own_weights(classifier)
        return None if own is None else f"{name} already has {own}, which conflicts with the key weights"

    def refuses_ratio(self) -> str | None:
        """As in `Recipe`: as the sampler does."""
        return self.recipe.refuses_ratio()

    def resample(self, part: TrainingPart) -> Resampled:
        """As in `Recipe`; the weights come with the rows."""
        resampled = self.recipe.resample(part)
        is_added = np.zeros(len(resampled.y), dtype=bool)
        is_added[find_added(part.preparation.encode(part.codes), resampled.X)] = True
        return replace(resampled, sample_weight=weigh_rows(part.y, resampled.y, is_added, self.real_share))


def weigh_rows(y: np.ndarray, y_resampled: np.ndarray, is_added: np.ndarray, real_share: float | None) -> np.ndarray:
    """Weigh resampled rows so that each class has as much weight as it had rows before.

    Parameters
    ----------
    y : ndarray of shape (n_train,)
        Labels before resampling.
    y_resampled : ndarray of shape (n_resampled,)
        Labels after it, both in each.
    is_added : ndarray of shape (n_resampled,) of bool
        Which rows are synthetic or repeated.
    real_share : float or None
        As in `Weighted`.

    Returns
    -------
    ndarray of shape (n_resampled,), float64
    """
    weights = np.empty(len(y_resampled))
    for label in (0, 1):
        total, own = np.count_nonzero(y == label), y_resampled == label
        real, added = own & ~is_added, own & is_added
        n_real, n_added = np.count_nonzero(real), np.count_nonzero(added)
        if real_share is None or not n_real or not n_added:
            weights[own] = total / (n_real + n_added)
        else:
            weights[real], weights[added] = total * real_share / n_real, total * (1 - real_share) / n_added
    return weights
