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
        """As in `Recipe`; the strategy's weights take the place of the classifier's own."""
        classifier.set_params(class_weight=self._weights())
        return super().fit(classifier, part, resampled)

    def _weights(self) -> str | dict[int, float]:
        value = self.params.get("class_weight", "balanced")
        return value if isinstance(value, str) else {int(key): float(weight) for key, weight in value.items()}


def _is_weights(value: object) -> bool:
    return (
        isinstance(value, dict)
        and sorted(str(key) for key in value) == ["0", "1"]
        and all(_is_weight(weight) for weight in value.values())
    )


def _is_weight(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0
