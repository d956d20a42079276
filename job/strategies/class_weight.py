"""``class_weight``: no synthetic rows; errors on the minority weigh more while the classifier learns."""

from __future__ import annotations

from collections.abc import Iterable

from sklearn.base import BaseEstimator

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
