"""What every strategy is: a way to resample one training part, and a way to fit a classifier on it."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.pipeline import Pipeline

from job.errors import StrategyError
from job.strategies.preparation import Preparation
from job.strategies.prevalence import prevalence_seen

Complaint = tuple[tuple[str | int, ...], str]
"""A key path inside an entry of the spec, and what is wrong there."""


@dataclass(frozen=True)
class Seeds:
    """The luck of one split, the same for every strategy.

    Parameters
    ----------
    sampler, classifier, inner_folds, thinning : int
        One seed for each role, 0 to 2**32 - 1.
    """

    sampler: int
    classifier: int
    inner_folds: int
    thinning: int = 0


@dataclass(frozen=True, eq=False)
class TrainingPart:
    """The training rows of one split, raw and prepared.

    Parameters
    ----------
    X : pandas.DataFrame of shape (n_train, n_features)
        Raw features.
    y : ndarray of shape (n_train,), int8
        1 for the positive label.
    groups : ndarray of shape (n_train,) or None
        Group of each row.
    preparation : Preparation
        Fitted on `X`.
    integer : tuple of str
        Columns that hold whole numbers only.
    seeds : Seeds
    folds : tuple of (list of (ndarray, ndarray), str or None), or None
        The inner folds that are used, as `job.strategies.inner_folds.split_rows` returns them, where tuning has made
        some already.
    """

    X: pd.DataFrame
    y: np.ndarray
    groups: np.ndarray | None
    preparation: Preparation
    integer: tuple[str, ...]
    seeds: Seeds
    folds: tuple[list[tuple[np.ndarray, np.ndarray]], str | None] | None = None

    @cached_property
    def codes(self) -> np.ndarray:
        """`X` prepared, categories as codes: of shape (n_train, n_prepared)."""
        return self.preparation.codes(self.X)

    @property
    def categorical_indices(self) -> list[int]:
        """Positions of the category columns in `codes`."""
        return list(range(len(self.preparation.numeric_), self.codes.shape[1]))


@dataclass(frozen=True)
class Seen:
    """How many rows a classifier was fitted on.

    Parameters
    ----------
    n_rows, n_positive, n_synthetic : int
    """

    n_rows: int
    n_positive: int
    n_synthetic: int


@dataclass(frozen=True, eq=False)
class Resampled:
    """What classifiers are fitted on.

    Parameters
    ----------
    X : ndarray of shape (n_resampled, n_encoded)
        Encoded rows.
    y : ndarray of shape (n_resampled,), int8
    n_synthetic : int
        Rows added, all classes together: interpolated ones and repeated ones.
    degraded : tuple of str
        What could not be done as asked, and what was done instead; one sentence each.
    parents : ndarray of shape (n_synthetic, 2), int, or None
        For samplers that know it: the two training rows that each synthetic row lies between.
    weights : ndarray of shape (n_synthetic,), float64, or None
        The weight of the second of them; the first has the rest.
    sample_weight : ndarray of shape (n_resampled,), float64, or None
        What each row weighs in a fit; None fits without weights.
    """

    X: np.ndarray
    y: np.ndarray
    n_synthetic: int = 0
    degraded: tuple[str, ...] = ()
    parents: np.ndarray | None = None
    weights: np.ndarray | None = None
    sample_weight: np.ndarray | None = None

    @property
    def seen(self) -> Seen:
        """How many rows these are."""
        return Seen(len(self.y), int(self.y.sum()), self.n_synthetic)


@dataclass(frozen=True, eq=False)
class Fitted:
    """A fitted classifier that takes raw features.

    Parameters
    ----------
    model : estimator
        Preparation and classifier, fitted.
    prevalence : float or str
        Share of positive rows that the classifier saw, weights included: pi_s of the prior correction; or why it is
        not known.
    degraded : tuple of str
        As in `Resampled`.
    threshold : float or None
        The decision threshold, where it was tuned.
    seen : Seen or None
        The rows that it was fitted on, where these are not the resampled training part.
    inner : tuple of (estimator, ndarray)
        Models that inner folds have left over, each with the rows of the training part that it was not fitted on.
    """

    model: BaseEstimator
    prevalence: float | str
    degraded: tuple[str, ...] = ()
    threshold: float | None = None
    seen: Seen | None = None
    inner: tuple[tuple[BaseEstimator, np.ndarray], ...] = ()


class Recipe:
    """The plain recipe, baseline: nothing is resampled, the classifier is fitted as it is.

    Parameters
    ----------
    class_path : str
        Dotted path of the class that does the work; empty where the recipe is the class.
    params : Mapping[str, Any]
        Parameters of that class, as the spec has them.
    """

    scores_like_baseline = False
    """Whether it differs from baseline in its decisions only."""

    def __init__(self, class_path: str, params: Mapping[str, Any]) -> None:
        self.class_path = class_path
        self._params = params

    @property
    def params(self) -> dict[str, Any]:
        """Parameters of the class, a copy: what one sampler or fit does to its own reaches no other."""
        return deepcopy(dict(self._params))

    def complaints(self) -> Iterable[Complaint]:
        """What is wrong with the parameters, as (key path, message) pairs."""
        return [(("params", name), "unknown parameter; this strategy takes none") for name in self.params]

    def describe(self, n_categorical: int, n_numeric: int) -> str:
        """Say in a few words what this strategy does to data with these columns."""
        return "the training part as it is"

    def refuses(self, classifier: BaseEstimator) -> str | None:
        """Say why this strategy cannot exist with `classifier`; None where it can."""
        return None

    def refuses_ratio(self) -> str | None:
        """Say why this strategy cannot resample to a given ratio of the classes; None where it can."""
        return "it has no sampling_strategy"

    def resample(self, part: TrainingPart) -> Resampled:
        """Resample the training part, once for all classifiers.

        Parameters
        ----------
        part : TrainingPart

        Returns
        -------
        Resampled

        Raises
        ------
        StrategyError
            Where the sampler cannot run on this training part.
        """
        return Resampled(part.preparation.encode(part.codes), part.y)

    def fit(self, classifier: BaseEstimator, part: TrainingPart, resampled: Resampled) -> Fitted:
        """Fit one classifier.

        Parameters
        ----------
        classifier : estimator
            Not fitted, its ``random_state`` set.
        part : TrainingPart
        resampled : Resampled
            What `resample` returned for `part`.

        Returns
        -------
        Fitted
        """
        weights = resampled.sample_weight
        prevalence = prevalence_seen(classifier, resampled.y, weights)
        weighted = {} if weights is None else {"sample_weight": weights.copy()}
        classifier.fit(resampled.X, resampled.y.copy(), **weighted)  # labels and weights of its own
        check_classes(classifier)
        return Fitted(Pipeline([("prepare", part.preparation), ("classify", classifier)]), prevalence)


def check_classes(classifier: BaseEstimator) -> None:
    """Raise StrategyError where the columns of a fitted classifier's probabilities aren't those of 0 and 1."""
    classes = getattr(classifier, "classes_", None)
    if classes is None or np.asarray(classes, dtype=object).tolist() != [0, 1]:
        name, found = type(classifier).__name__, "it has none" if classes is None else f"they are {classes!r}"
        raise StrategyError(f"{name} was fitted on the labels 0 and 1, so its classes_ must be [0, 1], but {found}")


def decide_at(threshold: float, model: BaseEstimator, method: str, X: pd.DataFrame, y: np.ndarray) -> BaseEstimator:
    """Give a fitted model a decision threshold, on what its `method` returns."""
    fixed = FixedThresholdClassifier(FrozenEstimator(model), threshold=threshold, response_method=method)
    return fixed.fit(X, y)
