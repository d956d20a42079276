"""``threshold``: no synthetic rows; the decision threshold is tuned on inner folds of the training part."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.metrics import get_scorer_names
from sklearn.model_selection import TunedThresholdClassifierCV

from job.strategies.inner_folds import build_inner_folds
from job.strategies.parameters import complain_about_parameters
from job.strategies.recipe import Complaint, Fitted, Recipe, Resampled, TrainingPart, with_preparation

DEFAULT_FOLDS = 5
_OWN_PARAMETERS = ("estimator", "refit", "n_jobs", "random_state", "store_cv_results")


class Threshold(Recipe):
    """scikit-learn's ``TunedThresholdClassifierCV``, maximising balanced accuracy unless the spec says otherwise."""

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
        folds, degraded = build_inner_folds(part, self.params.get("cv", DEFAULT_FOLDS))
        if not folds:
            return self._untuned(classifier, part, resampled, str(degraded))
        tuned = TunedThresholdClassifierCV(
            with_preparation(clone(part.preparation), classifier), **self._tuning(), cv=folds
        )
        try:
            tuned.fit(part.X, part.y)
        except ValueError as error:
            if "constant predictions" not in str(error):
                raise
            return self._untuned(
                clone(classifier), part, resampled, "the scores are constant on at least one inner fold"
            )
        return Fitted(
            tuned,
            prevalence=float(np.mean(part.y)),
            degraded=(degraded,) if degraded else (),
            threshold=float(tuned.best_threshold_),
        )

    def _tuning(self) -> dict[str, Any]:
        return {name: value for name, value in self.params.items() if name != "cv"}

    def _untuned(self, classifier: BaseEstimator, part: TrainingPart, resampled: Resampled, reason: str) -> Fitted:
        fitted = super().fit(classifier, part, resampled)
        sentence = f"decision threshold not tuned ({reason}): the classifier's own, 0.5 for probabilities, is used"
        return Fitted(fitted.model, prevalence=fitted.prevalence, degraded=(sentence,))
