"""Bagging with under-sampling: each model of an ensemble learns from the minority and as much of the majority."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from imblearn.ensemble import BalancedBaggingClassifier
from sklearn.base import BaseEstimator

from job.strategies.recipe import Complaint, Fitted, Recipe, Resampled, Seen, TrainingPart
from job.strategies.recipes import complain_about_parameters

_OWN_PARAMETERS = ("estimator", "sampler")


class UnderBagging(Recipe):
    """imbalanced-learn's ``BalancedBaggingClassifier`` around each classifier, ten models as by default."""

    def complaints(self) -> Iterable[Complaint]:
        """As in `Recipe`; the parameters are those of ``BalancedBaggingClassifier``."""
        return complain_about_parameters(BalancedBaggingClassifier, self.params, own=_OWN_PARAMETERS)

    def describe(self, n_categorical: int, n_numeric: int) -> str:
        """As in `Recipe`."""
        n_models = self.params.get("n_estimators", BalancedBaggingClassifier().n_estimators)
        return f"the mean of {n_models} models, each fitted on rows drawn anew with most of the majority left out"

    def refuses_ratio(self) -> str | None:
        """As in `Recipe`."""
        return "its rows are drawn anew for each model"

    def fit(self, classifier: BaseEstimator, part: TrainingPart, resampled: Resampled) -> Fitted:
        """As in `Recipe`; `Fitted.seen` has what a model was fitted on in the mean."""
        bagging = BalancedBaggingClassifier(classifier, **{"random_state": part.seeds.sampler, **self.params})
        fitted, degraded = super().fit(bagging, part, resampled), tuple[str, ...]()
        if not hasattr(classifier, "predict_proba"):
            words = f"{type(classifier).__name__} gives no probabilities: its scores are shares of the models' votes"
            fitted, degraded = replace(fitted, prevalence=words), (words,)
        fits = zip(bagging.estimators_samples_, bagging.estimators_, strict=True)
        drawn = [resampled.y[rows][pipeline[0].sample_indices_] for rows, pipeline in fits]
        n_rows, n_positive = (round(float(np.mean(list(map(count, drawn))))) for count in (len, np.count_nonzero))
        return replace(fitted, degraded=degraded, seen=Seen(n_rows, n_positive, 0))
