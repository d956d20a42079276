"""``class_weight``: no synthetic rows; errors on the minority weigh more while the classifier learns."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.class_weight import compute_class_weight

from job.strategies.recipe import Complaint, Fitted, Recipe, Resampled, TrainingPart


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
                    f"got {value!r}, must be balanced, or the two weights {{0: 1, 1: 10}} "
                    "(1 is the minority class; numbers > 0)",
                )

    def describe(self, n_categorical: int, n_numeric: int) -> str:
        """As in `Recipe`."""
        return f"no rows added; class_weight={self._weights()!r} while the classifier learns"

    def refuses(self, classifier: BaseEstimator) -> str | None:
        """As in `Recipe`."""
        if "class_weight" in classifier.get_params():
            return None
        return f"{type(classifier).__name__} takes no class_weight"

    def fit(self, classifier: BaseEstimator, part: TrainingPart, resampled: Resampled) -> Fitted:
        """As in `Recipe`; the prevalence is the one that the weights stand for."""
        weights = self._weights()
        classifier.set_params(class_weight=weights)
        fitted = super().fit(classifier, part, resampled)
        rest, positive = compute_class_weight(weights, classes=np.array([0, 1]), y=part.y)
        share = float(np.mean(part.y))
        prevalence = share * positive / (share * positive + (1 - share) * rest)
        return Fitted(fitted.model, prevalence=float(prevalence))

    def _weights(self) -> str | dict[int, float]:
        value = self.params.get("class_weight", "balanced")
        return value if isinstance(value, str) else {int(key): float(weight) for key, weight in value.items()}


def _is_weights(value: object) -> bool:
    return (
        isinstance(value, dict)
        and sorted(str(key) for key in value) == ["0", "1"]
        and all(isinstance(weight, int | float) and weight > 0 for weight in value.values())
    )
