"""Any sampler, by its class: fitted on encoded rows, or by index where it only chooses rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np

from job.errors import StrategyError
from job.strategies.classes import accepts, import_class
from job.strategies.neighbors import shrink_to_minority
from job.strategies.parameters import complain_about_missing, complain_about_parameters
from job.strategies.recipe import Complaint, Recipe, Resampled, TrainingPart

# These two interpolate with a SMOTE of their own, which cannot be told in YAML.
_WITH_SMOTE = ("SMOTEENN", "SMOTETomek")

RATIO = "sampling_strategy"
"""The parameter by which imbalanced-learn's samplers take the ratio of minority to majority."""


class Resample(Recipe):
    """Resample encoded rows with any class that has ``fit_resample``."""

    own_parameters: tuple[str, ...] = ()

    def complaints(self) -> Iterable[Complaint]:
        """As in `Recipe`: what the class itself would refuse, and whether it is a sampler at all."""
        class_ = import_class(self.class_path)
        if not callable(getattr(class_, "fit_resample", None)):
            yield ("class",), f"{self.class_path} is no sampler: it has no fit_resample(X, y)"
            return
        yield from complain_about_parameters(class_, self.params, own=self.own_parameters)
        yield from complain_about_missing(class_, self.params, own=self.own_parameters)

    def describe(self, n_categorical: int, n_numeric: int) -> str:
        """As in `Recipe`."""
        name = self.class_path.rpartition(".")[2]
        return f"{name}, on one-hot encoded categories" if n_categorical else name

    def refuses_ratio(self) -> str | None:
        """As in `Recipe`: methods that clean a class take no ratio, and other packages may know no such parameter."""
        class_ = import_class(self.class_path)
        if not accepts(class_, RATIO):
            return f"{class_.__name__} has no {RATIO}"
        if getattr(class_, "_sampling_type", "") == "clean-sampling":
            return f"{class_.__name__} takes out rows by what they are like, whatever ratio is left"
        return next((why for _, why in complain_about_parameters(class_, {RATIO: 0.5}, own=self.own_parameters)), None)

    def resample(self, part: TrainingPart) -> Resampled:
        """As in `Recipe`."""
        encoded = part.preparation.encode(part.codes)
        sampler = self.build(part)
        degraded = self._shrink(sampler, part)
        X, y = fit_resample(sampler, encoded, part.y)
        chosen = chosen_rows(sampler, encoded, X)
        if chosen is None and part.categorical_indices:
            degraded += (
                f"{type(sampler).__name__} knows no categories: it was given one-hot columns "
                "and may have made rows that lie between categories",
            )
        n_synthetic = count_new_rows(encoded, X)
        parents = None if chosen is None or not n_synthetic else np.column_stack([chosen, chosen])[-n_synthetic:]
        return Resampled(X, y, n_synthetic=n_synthetic, degraded=degraded, parents=parents)

    def build(self, part: TrainingPart, **params: Any) -> Any:
        """Make the sampler, with the split's seed unless the spec gives one."""
        class_ = import_class(self.class_path)
        if accepts(class_, "random_state"):
            params["random_state"] = part.seeds.sampler
        return class_(**{**params, **self.params})

    def _shrink(self, sampler: Any, part: TrainingPart) -> tuple[str, ...]:
        if type(sampler).__name__ in _WITH_SMOTE and type(sampler).__module__.startswith("imblearn."):
            from imblearn.over_sampling import SMOTE

            smote = SMOTE(random_state=sampler.random_state, sampling_strategy=sampler.sampling_strategy)
            degraded = shrink_to_minority(smote, part.y)
            sampler.set_params(smote=smote)
            return degraded
        return shrink_to_minority(sampler, part.y)


def fit_resample(sampler: Any, X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Call a sampler on copies, and check what it returns.

    Parameters
    ----------
    sampler : object
        With ``fit_resample(X, y)``.
    X : ndarray of shape (n_train, n_columns)
    y : ndarray of shape (n_train,)

    Returns
    -------
    X_resampled : ndarray of shape (n_resampled, n_columns), float64
    y_resampled : ndarray of shape (n_resampled,), int8

    Raises
    ------
    StrategyError
        Where the sampler returns something that no classifier can be fitted on.
    """
    name = type(sampler).__name__
    X_resampled, y_resampled = sampler.fit_resample(X.copy(), y.astype(np.int64))
    X_resampled = np.asarray(X_resampled, dtype=np.float64)
    y_resampled = np.asarray(y_resampled)
    if X_resampled.ndim != 2 or X_resampled.shape != (len(y_resampled), X.shape[1]):
        raise StrategyError(
            f"{name} returned X of shape {X_resampled.shape} and y of shape {y_resampled.shape}, "
            f"expected (n, {X.shape[1]}) and (n,)"
        )
    if not np.isfinite(X_resampled).all():
        raise StrategyError(f"{name} returned rows with missing or infinite values")
    if set(np.unique(y_resampled).tolist()) != {0, 1}:
        raise StrategyError(f"{name} returned the labels {np.unique(y_resampled).tolist()[:5]}, expected 0 and 1")
    return X_resampled, y_resampled.astype(np.int8)


def chosen_rows(sampler: Any, X: np.ndarray, X_resampled: np.ndarray) -> np.ndarray | None:
    """Row numbers that a sampler chose, None where it makes rows of its own."""
    indices = getattr(sampler, "sample_indices_", None)
    if indices is None or len(indices) != len(X_resampled) or not np.array_equal(X[indices], X_resampled):
        return None
    return np.asarray(indices)


def count_new_rows(X: np.ndarray, X_resampled: np.ndarray) -> int:
    """Rows that resampling made or repeated; rows taken away do not count against them."""
    left = Counter(row.tobytes() for row in X)
    left.subtract(row.tobytes() for row in X_resampled)
    return -sum(count for count in left.values() if count < 0)


def count_added(y: np.ndarray, y_resampled: np.ndarray) -> int:
    """Rows that resampling added, all classes together; rows taken away do not count against them."""
    return sum(max(0, int(np.sum(y_resampled == label)) - int(np.sum(y == label))) for label in (0, 1))
