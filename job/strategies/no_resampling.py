"""The recipes that add no rows: baseline, class weights, and a tuned decision threshold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.metrics import get_scorer_names
from sklearn.model_selection import TunedThresholdClassifierCV
from sklearn.pipeline import Pipeline

from job.strategies.inner_folds import DEFAULT_FOLDS, Folds, build_inner_folds
from job.strategies.parameters import complain_about_parameters
from job.strategies.prevalence import prevalence_seen
from job.strategies.recipe import Complaint, Fitted, Recipe, Resampled, TrainingPart, check_classes, with_preparation


class Baseline(Recipe):
    """What every other strategy is compared with."""


class ClassWeight(Recipe):
    """Fit with scikit-learn's ``class_weight``; ``balanced`` unless the spec says otherwise."""

    def complaints(self) -> Iterable[Complaint]:
        """As in `Recipe`; the one parameter is ``class_weight``."""
        for name, value in self.params.items():
            if name != "class_weight":
                yield ("params", name), "unknown parameter; allowed is class_weight"
            elif value != "balanced" and not _is_weights(value):
                yield (
                    ("params", name),
                    f"got {value!r}, must be balanced, or weights > 0 by label, {{no: 1, yes: 10}} say "
                    "(or {0: 1, 1: 10}: 1 is the positive label, unless it is a label of the rest)",
                )

    def describe(self, n_categorical: int, n_numeric: int) -> str:
        """As in `Recipe`."""
        weights = self._weights()
        if not isinstance(weights, str):
            weights = f"{weights.get(1, 1.0):g} for the positive label and {weights.get(0, 1.0):g} for the rest"
            return f"no rows added; class_weight is {weights} while the classifier learns"
        return f"no rows added; class_weight={weights!r} while the classifier learns"

    def refuses(self, classifier: BaseEstimator) -> str | None:
        """As in `Recipe`."""
        if "class_weight" in classifier.get_params():
            return None
        return f"{type(classifier).__name__} takes no class_weight"

    def fit(self, classifier: BaseEstimator, part: TrainingPart, resampled: Resampled) -> Fitted:
        """As in `Recipe`; the strategy's weights take the place of the classifier's own."""
        classifier.set_params(class_weight=self._weights())
        return super().fit(classifier, part, resampled)

    def _weights(self) -> str | dict[int, float]:
        """By 0 and 1, since `job.strategies.label_keys` has translated labels."""
        value = self.params.get("class_weight", "balanced")
        return value if isinstance(value, str) else {int(key): float(weight) for key, weight in value.items()}


def _is_weights(value: object) -> bool:
    return isinstance(value, dict) and len(value) > 0 and all(_is_weight(weight) for weight in value.values())


def _is_weight(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


_OWN_PARAMETERS = ("estimator", "refit", "n_jobs", "random_state", "store_cv_results")

CONSTANT_SCORES = "the scores are constant on at least one inner fold"


class Threshold(Recipe):
    """scikit-learn's ``TunedThresholdClassifierCV``, maximising balanced accuracy unless the spec says otherwise."""

    scores_like_baseline = True

    def complaints(self) -> Iterable[Complaint]:
        """As in `Recipe`; allowed are ``scoring``, ``thresholds``, ``response_method`` and ``cv`` (a whole number)."""
        checked = {name: value for name, value in self.params.items() if name not in ("cv", "scoring")}
        yield from complain_about_parameters(TunedThresholdClassifierCV, checked, own=_OWN_PARAMETERS)
        folds, scoring = self.params.get("cv", DEFAULT_FOLDS), self.params.get("scoring", "balanced_accuracy")
        if isinstance(folds, bool) or not isinstance(folds, int) or folds < 2:
            yield ("params", "cv"), f"got {folds!r}, must be a whole number of inner folds >= 2"
        if scoring not in get_scorer_names():
            yield ("params", "scoring"), f"got {scoring!r}, must be the name of a scikit-learn scorer, f1 say"

    def describe(self, n_categorical: int, n_numeric: int) -> str:
        """As in `Recipe`."""
        scoring = self.params.get("scoring", "balanced_accuracy")
        return f"no rows added; decision threshold tuned for {scoring} on inner folds of the training part"

    def fit(self, classifier: BaseEstimator, part: TrainingPart, resampled: Resampled) -> Fitted:
        """As in `Recipe`; where no threshold can be tuned, the classifier's own decision stays, degraded."""
        folds, degraded = build_inner_folds(part, self.n_folds)
        if not folds:
            return self._untuned(classifier, part, resampled, str(degraded))
        prevalence = prevalence_seen(classifier, part.y)
        prepared = _OwnLabels(with_preparation(clone(part.preparation), classifier).steps)
        tuned = self.tune(prepared, part.X, part.y, folds)
        if tuned is None:
            return self._untuned(clone(classifier), part, resampled, CONSTANT_SCORES)
        tuned.estimator_ = Pipeline(tuned.estimator_.steps)
        return Fitted(
            tuned,
            prevalence=prevalence,
            degraded=(degraded,) if degraded else (),
            threshold=float(tuned.best_threshold_),
        )

    @property
    def n_folds(self) -> int:
        """Inner folds asked for."""
        return int(self.params.get("cv", DEFAULT_FOLDS))

    def tune(
        self, estimator: BaseEstimator, X: Any, y: np.ndarray, folds: Folds, **params: Any
    ) -> TunedThresholdClassifierCV | None:
        """Tune the decision threshold of an estimator.

        Parameters
        ----------
        estimator : estimator
        X : array-like of shape (n_train, n_columns)
        y : ndarray of shape (n_train,)
        folds : list of (train, test)
        **params
            Parameters of ``TunedThresholdClassifierCV`` that win over the strategy's own.

        Returns
        -------
        TunedThresholdClassifierCV or None
            None where the scores are constant on an inner fold.
        """
        own = {name: value for name, value in self.params.items() if name != "cv"}
        tuned = TunedThresholdClassifierCV(estimator, **{**own, **params}, cv=folds)
        try:
            return tuned.fit(X, y)
        except ValueError as error:
            if "constant predictions" not in str(error):
                raise
            return None

    def _untuned(self, classifier: BaseEstimator, part: TrainingPart, resampled: Resampled, reason: str) -> Fitted:
        fitted = super().fit(classifier, part, resampled)
        return Fitted(fitted.model, prevalence=fitted.prevalence, degraded=(say_untuned(reason),))


class _OwnLabels(Pipeline):
    """Fits on a copy of the labels: the fit on all rows comes first, and the inner folds read the same array."""

    def fit(self, X: Any, y: np.ndarray) -> _OwnLabels:
        super().fit(X, y.copy())
        check_classes(self[-1])
        return self


def say_untuned(reason: str) -> str:
    """Say that a decision threshold was not tuned, and what is used instead."""
    return f"decision threshold not tuned ({reason}): the classifier's own, 0.5 for probabilities, is used"
