"""Any strategy inside scikit-learn's ``CalibratedClassifierCV``: probabilities mended on inner folds.

Each inner training part is prepared and resampled by itself, so that the rows on which a calibrator learns are rows
as they come: none is synthetic, and none was seen by the classifier whose scores are calibrated, nor by the sampler.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import FixedThresholdClassifier

from job.errors import StrategyError
from job.strategies.inner_folds import DEFAULT_FOLDS, Folds, Inside, build_inner_folds
from job.strategies.no_resampling import CONSTANT_SCORES, Threshold, say_untuned
from job.strategies.recipe import Complaint, Fitted, Recipe, Resampled, Seen, TrainingPart


class Calibrated(Recipe):
    """A strategy inside ``CalibratedClassifierCV``, sigmoid and ensemble as by default.

    Parameters
    ----------
    recipe : Recipe
        What is done in each inner training part. `Threshold` fits there what baseline fits; its threshold is then
        tuned on the calibrated probabilities of the same inner folds.
    """

    def __init__(self, recipe: Recipe) -> None:
        super().__init__(recipe.class_path, recipe.params)
        self.recipe = recipe

    def complaints(self) -> Iterable[Complaint]:
        """As in `Recipe`."""
        return self.recipe.complaints()

    def describe(self, n_categorical: int, n_numeric: int) -> str:
        """As in `Recipe`."""
        inside = self.recipe.describe(n_categorical, n_numeric)
        return f"{inside}; probabilities calibrated on inner folds of the training part"

    def refuses(self, classifier: BaseEstimator) -> str | None:
        """As in `Recipe`."""
        return self.recipe.refuses(classifier)

    def fit(self, classifier: BaseEstimator, part: TrainingPart, resampled: Resampled) -> Fitted:
        """As in `Recipe`; each classifier is fitted on an inner training part, resampled for itself.

        Raises
        ------
        StrategyError
            Where no inner folds are possible.
        """
        tuner = self.recipe if isinstance(self.recipe, Threshold) else None
        folds, degraded = build_inner_folds(part, DEFAULT_FOLDS if tuner is None else tuner.n_folds)
        if not folds:
            raise StrategyError(f"probabilities cannot be calibrated: {degraded}")
        inside = Inside(self.recipe if tuner is None else Recipe("", {}), classifier, part)
        model = CalibratedClassifierCV(inside, cv=folds).fit(part.X, part.y)
        fitted = [pair.estimator for pair in model.calibrated_classifiers_]
        sentences = [degraded] if degraded else []
        sentences += dict.fromkeys(f"in inner folds: {why}" for each in fitted for why in each.degraded_)
        prevalence, seen = float(np.mean(part.y)), _mean_seen([each.seen_ for each in fitted])
        inner = tuple(zip(model.calibrated_classifiers_, (test for _, test in folds), strict=True))
        if tuner is None:
            return Fitted(model, prevalence, tuple(sentences), seen=seen, inner=inner)
        threshold = _tune(tuner, model, part, folds)
        if threshold is None:
            return Fitted(model, prevalence, (*sentences, say_untuned(CONSTANT_SCORES)), seen=seen, inner=inner)
        return Fitted(_decide_at(threshold, model, part), prevalence, tuple(sentences), threshold, seen, inner)


class _Replay(ClassifierMixin, BaseEstimator):
    """Gives the probabilities that it is handed: the threshold is tuned on those of the inner folds, fitted once."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> _Replay:
        self.classes_ = np.unique(y)
        return self

    def predict(self, X: np.ndarray) -> np.ndarray:
        return np.asarray(X[:, 0] >= 0.5).astype(np.int8)

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        return np.column_stack([1 - X[:, 0], X[:, 0]])


def _tune(tuner: Threshold, model: CalibratedClassifierCV, part: TrainingPart, folds: Folds) -> float | None:
    """Tune on each inner test part by the probabilities of the pair that was not fitted on it."""
    probabilities = np.zeros((len(part.y), 1))
    for (_, test), pair in zip(folds, model.calibrated_classifiers_, strict=True):
        probabilities[test, 0] = pair.predict_proba(part.X.iloc[test])[:, 1]
    tuned = tuner.tune(_Replay(), probabilities, part.y, folds, response_method="predict_proba")
    return None if tuned is None else float(tuned.best_threshold_)


def _decide_at(threshold: float, model: CalibratedClassifierCV, part: TrainingPart) -> BaseEstimator:
    frozen = FrozenEstimator(model)
    fixed = FixedThresholdClassifier(frozen, threshold=threshold, response_method="predict_proba")
    return fixed.fit(part.X, part.y)


def _mean_seen(seen: Sequence[Seen]) -> Seen:
    """Mean over the inner folds, in whole rows."""
    rows, positive, synthetic = (
        round(sum(numbers) / len(seen)) for numbers in zip(*(astuple(each) for each in seen), strict=True)
    )
    return Seen(rows, positive, synthetic)
