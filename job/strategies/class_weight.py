"""Classes that weigh more or less while a classifier learns."""

from collections.abc import Iterable, Mapping
from typing import Any

from sklearn.base import BaseEstimator

from job.strategies.prevalence import WEIGHTS, find_own_weights
from job.strategies.recipe import Complaint, Fitted, Recipe, Resampled, TrainingPart
from job.strategies.recipes import accepts

_NAME = "class_weight"
_OF_POSITIVES = "scale_pos_weight"
"""What boosting libraries without a ``class_weight`` take: the weight of a positive row, one of the rest weighing 1."""
_WEIGHTS_SAY = "such as {no: 1, yes: 10} (or {0: 1, 1: 10}, 1 being the positive label unless the data has it)"


class ClassWeight(Recipe):
    """Fit with scikit-learn's ``class_weight``; ``balanced`` unless the spec says otherwise."""

    def complaints(self) -> Iterable[Complaint]:
        """As in `Recipe`; the one parameter is ``class_weight``."""
        for name, value in self.params.items():
            weights = list(value.values()) if isinstance(value, dict) else []
            are_sound = all(isinstance(w, int | float) and not isinstance(w, bool) and w > 0 for w in weights)
            if name != _NAME:
                yield ("params", name), "unknown parameter; the only one is class_weight"
            elif value != "balanced" and not (weights and are_sound):
                yield ("params", name), f"got {value!r}, must be balanced, or weights > 0 by label, {_WEIGHTS_SAY}"

    def describe(self, n_categorical: int, n_numeric: int) -> str:
        """As in `Recipe`."""
        given = read_weights(self.params)
        said = f"={given!r}"
        if not isinstance(given, str):
            said = f" is {given.get(1, 1.0):g} for the positive label and {given.get(0, 1.0):g} for all others"
        return f"no rows added; class_weight{said} while the classifier learns"

    def refuses(self, classifier: BaseEstimator) -> str | None:
        """As in `Recipe`."""
        takes_it = weight_parameter(classifier) is not None
        return None if takes_it else f"{type(classifier).__name__} takes no class_weight"

    def fit(self, classifier: BaseEstimator, part: TrainingPart, resampled: Resampled) -> Fitted:
        """As in `Recipe`; the strategy's weights take the place of the classifier's own."""
        name, params, y = weight_parameter(classifier), classifier.get_params(deep=False), resampled.y
        given: Any = read_weights(self.params)
        if name == _OF_POSITIVES:
            given = weigh_positives(given, float((y == 0).sum() / y.sum()))
        if find_own_weights(classifier) in WEIGHTS:  # a library may take one kind only, and another's null for one
            classifier = type(classifier)(**{key: value for key, value in params.items() if key not in WEIGHTS})
        return super().fit(classifier.set_params(**{str(name): given}), part, resampled)


def weight_parameter(classifier: BaseEstimator) -> str | None:
    """Name the parameter by which a classifier weighs the classes; None where it has none."""
    known = classifier.get_params(deep=False)  # CatBoost's are only those that were given
    return next((name for name in (_NAME, _OF_POSITIVES) if name in known or accepts(type(classifier), name)), None)


def read_weights(params: Mapping[str, Any]) -> str | dict[int, float]:
    """Read the strategy's parameters: by 0 and 1, since `job.strategies.label_keys` has translated labels."""
    value = params.get(_NAME, "balanced")
    return value if isinstance(value, str) else {int(key): float(weight) for key, weight in value.items()}


def weigh_positives(weights: str | Mapping[int, float], balanced: Any) -> Any:
    """Say what a positive row weighs where one of the rest weighs 1; `balanced` where both classes weigh the same."""
    return balanced if isinstance(weights, str) else weights.get(1, 1.0) / weights.get(0, 1.0)
