"""The inner folds of a training part: there thresholds are tuned, probabilities calibrated, cut-offs chosen.

Each inner training part is prepared and resampled by itself, so that the rows on which a calibrator learns are rows
as they come: none is synthetic, and none was seen by the classifier whose scores are calibrated, nor by the sampler.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.metrics import get_scorer_names, make_scorer
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, TunedThresholdClassifierCV
from sklearn.pipeline import Pipeline
from sklearn.utils.metaestimators import available_if

from job.errors import StrategyError
from job.strategies.prevalence import prevalence_seen
from job.strategies.recipe import Complaint, Fitted, Recipe, Resampled, Seen, TrainingPart, check_classes, decide_at
from job.strategies.recipes import complain_about_parameters

Folds = list[tuple[np.ndarray, np.ndarray]]

DEFAULT_FOLDS = 5


def split_rows(y: np.ndarray, groups: np.ndarray | None, seed: int, n_splits: int) -> tuple[Folds, str | None]:
    """Split training rows into stratified inner folds; rows of one group stay together.

    Parameters
    ----------
    y : ndarray of shape (n_train,)
    groups : ndarray of shape (n_train,) or None
    seed : int
        The split's seed for inner folds.
    n_splits : int
        Folds asked for.

    Returns
    -------
    folds : list of (train, test)
        Row numbers into the training part; empty where fewer than two folds are possible.
    degraded : str or None
        Why there are fewer folds than asked for.
    """
    possible, what = _most_folds(y, groups)
    n_folds = min(n_splits, possible)
    degraded = None if n_folds == n_splits else f"{n_splits} inner folds asked for, but the training part has {what}"
    if n_folds < 2:
        return [], f"{degraded}, too few for any"
    kind = StratifiedKFold if groups is None else StratifiedGroupKFold
    splitter = kind(n_splits=n_folds, shuffle=True, random_state=seed)
    folds = list(splitter.split(y, y, groups))
    usable = [(train, test) for train, test in folds if _both_classes(y[train]) and _both_classes(y[test])]
    if len(usable) < len(folds):
        unusable = len(folds) - len(usable)
        degraded = f"left out {unusable} of {len(folds)} inner folds, with one class only"
    elif degraded is not None:
        degraded = f"{degraded}: {n_folds} used"
    return usable, degraded


def tuning_folds(
    y: np.ndarray, groups: np.ndarray | None, time: np.ndarray | None, seed: int, n_folds: int
) -> tuple[Folds, str | None]:
    """Split training rows into the inner folds on which candidates are compared.

    Parameters
    ----------
    y : ndarray of shape (n_train,)
    groups : ndarray of shape (n_train,) or None
    time : ndarray of shape (n_train,) or None
        Where given, each inner fold tests on rows that are later than those that it trains on, and the last one on
        the latest.
    seed : int
    n_folds : int

    Returns
    -------
    folds, degraded
        As of `split_rows`.
    """
    if time is None:
        return split_rows(y, groups, seed, n_folds)
    ordered, folds = np.sort(time), list[tuple[np.ndarray, np.ndarray]]()
    ends = [ordered[len(y) * step // (n_folds + 1) - 1] for step in range(1, n_folds + 2)]
    for end, next_end in pairwise(ends):  # rows of one time stay together
        train, test = np.flatnonzero(time <= end), np.flatnonzero((time > end) & (time <= next_end))
        if groups is not None:
            test = test[~np.isin(groups[test], groups[train])]
        if all(len(rows) and _both_classes(y[rows]) for rows in (train, test)):
            folds.append((train, test))
    if len(folds) == n_folds:
        return folds, None
    return folds, f"left out {n_folds - len(folds)} of {n_folds} time-ordered inner folds, with one class only"


def folds_of(part: TrainingPart, n_splits: int) -> tuple[Folds, str | None]:
    """Return the inner folds of a training part: those that it was tuned on, or else as `split_rows` makes them."""
    return part.folds or split_rows(part.y, part.groups, part.seeds.inner_folds, n_splits)


def prepare_inner(part: TrainingPart, X: pd.DataFrame, y: np.ndarray) -> TrainingPart:
    """Prepare some rows of a training part by themselves."""
    return TrainingPart(X, y, None, clone(part.preparation).fit(X), part.integer, part.seeds)


def fit_inner_models(
    recipe: Recipe, classifier: BaseEstimator, part: TrainingPart, fitted: Fitted
) -> tuple[Iterable[tuple[BaseEstimator, np.ndarray]], str | None]:
    """Fit a strategy on each inner training part, resampled for itself, to score rows that it has not seen.

    Parameters
    ----------
    recipe : Recipe
    classifier : estimator
        Not fitted.
    part : TrainingPart
    fitted : Fitted
        Of the whole training part; a calibrated strategy has its inner models already.

    Returns
    -------
    models : iterable of (estimator, ndarray)
        Each with the row numbers of its inner test part; none where no inner folds are possible.
    why_not : str or None
        As in `split_rows`.
    """
    if fitted.inner:
        return fitted.inner, None
    folds, why_not = folds_of(part, DEFAULT_FOLDS)
    inside = Inside(recipe, classifier, part)
    return ((clone(inside).fit(part.X.iloc[train], part.y[train]), test) for train, test in folds), why_not


class Inside(ClassifierMixin, BaseEstimator):
    """A recipe and a classifier, which prepare and resample whatever rows they are fitted on."""

    def __init__(self, recipe: Recipe, classifier: BaseEstimator, part: TrainingPart) -> None:
        self.recipe = recipe
        self.classifier = classifier
        self.part = part

    def __sklearn_clone__(self) -> Inside:
        return Inside(self.recipe, clone(self.classifier), self.part)

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Inside:
        """Prepare, resample and fit; seeds are those of the split."""
        part = prepare_inner(self.part, X, y)
        resampled = self.recipe.resample(part)
        fitted = self.recipe.fit(self.classifier, part, resampled)
        self.classes_ = np.unique(y)
        self.model_ = fitted.model
        self.degraded_ = (*resampled.degraded, *fitted.degraded)
        self.seen_ = fitted.seen or resampled.seen
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Predict labels."""
        return np.asarray(self.model_.predict(X))

    @available_if(lambda self: hasattr(self.classifier, "predict_proba"))  # type: ignore[untyped-decorator]
    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        """Predict probabilities."""
        return np.asarray(self.model_.predict_proba(X))

    @available_if(lambda self: hasattr(self.classifier, "decision_function"))  # type: ignore[untyped-decorator]
    def decision_function(self, X: pd.DataFrame) -> np.ndarray:
        """Compute the decision function."""
        return np.asarray(self.model_.decision_function(X))


def _most_folds(y: np.ndarray, groups: np.ndarray | None) -> tuple[int, str]:
    """Return how many folds can hold a row of each class, and the reason in words."""
    counts = []
    for label, name in ((1, "minority"), (0, "majority")):
        n = int((y == label).sum()) if groups is None else len(np.unique(groups[y == label]))
        plural = "" if n == 1 else "s"
        counts.append((n, f"{n} {name} row{plural}" if groups is None else f"{n} group{plural} with {name} rows"))
    return min(counts)


def _both_classes(y: np.ndarray) -> bool:
    return bool(y.min() != y.max())


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
            yield ("params", "scoring"), f"got {scoring!r}, must be the name of a scikit-learn scorer, such as f1"

    def describe(self, n_categorical: int, n_numeric: int) -> str:
        """As in `Recipe`."""
        scoring = self.params.get("scoring", "balanced_accuracy")
        return f"no rows added; decision threshold tuned for {scoring} on inner folds of the training part"

    def fit(self, classifier: BaseEstimator, part: TrainingPart, resampled: Resampled) -> Fitted:
        """As in `Recipe`; where no threshold can be tuned, the classifier's own decision stays, degraded."""
        folds, degraded = folds_of(part, self.n_folds)
        if not folds:
            return self._untuned(classifier, part, resampled, str(degraded))
        prevalence = prevalence_seen(classifier, part.y)
        prepared = _OwnLabels([("prepare", clone(part.preparation)), ("classify", classifier)])
        tuned = self.tune(prepared, part.X, part.y, folds)
        if tuned is None:
            return self._untuned(clone(classifier), part, resampled, CONSTANT_SCORES)
        tuned.estimator_ = Pipeline(tuned.estimator_.steps)
        return Fitted(tuned, prevalence, (degraded,) if degraded else (), float(tuned.best_threshold_))

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
        scoring = tuned.scoring
        if scoring == "balanced_accuracy":
            tuned.scoring = make_scorer(balanced_accuracy)
        try:
            tuned.fit(X, y).scoring = scoring
            tuned._curve_scorer = tuned._get_curve_scorer()  # what is saved is scikit-learn's own, all of it
            return tuned
        except ValueError as error:
            if "constant predictions" not in str(error):
                raise
            return None

    def _untuned(self, classifier: BaseEstimator, part: TrainingPart, resampled: Resampled, reason: str) -> Fitted:
        return replace(super().fit(classifier, part, resampled), degraded=(say_untuned(reason),))


def balanced_accuracy(y: np.ndarray, decisions: np.ndarray) -> float:
    """Compute scikit-learn's `balanced_accuracy_score`, to the last bit, where both labels are in `y`.

    Its checks of 100 thresholds on five inner folds take longer than most classifiers' fits.
    """
    recalls = [np.count_nonzero(decisions[y == label] == label) / np.count_nonzero(y == label) for label in (0, 1)]
    return sum(recalls) / 2


class _OwnLabels(Pipeline):
    """Fits on a copy of the labels: the fit on all rows comes first, and the inner folds read the same array."""

    def fit(self, X: Any, y: np.ndarray) -> _OwnLabels:
        super().fit(X, y.copy())
        check_classes(self[-1])
        return self


def say_untuned(reason: str) -> str:
    """Say that a decision threshold was not tuned, and what is used instead."""
    return f"decision threshold not tuned ({reason}): the classifier's own, 0.5 for probabilities, is used"


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
        folds, degraded = folds_of(part, DEFAULT_FOLDS if tuner is None else tuner.n_folds)
        if not folds:
            raise StrategyError(f"probabilities cannot be calibrated: {degraded}")
        inside = Inside(self.recipe if tuner is None else Recipe("", {}), classifier, part)
        model = CalibratedClassifierCV(inside, cv=folds).fit(part.X, part.y)
        fitted = [pair.estimator for pair in model.calibrated_classifiers_]
        sentences = [degraded] if degraded else []
        sentences += dict.fromkeys(f"in inner folds: {why}" for each in fitted for why in each.degraded_)
        means = (round(sum(n) / len(fitted)) for n in zip(*(astuple(each.seen_) for each in fitted), strict=True))
        inner = tuple(zip(model.calibrated_classifiers_, (test for _, test in folds), strict=True))
        plain = Fitted(model, float(np.mean(part.y)), tuple(sentences), None, Seen(*means), inner)
        if tuner is None:
            return plain
        threshold = _tune(tuner, model, part, folds)
        if threshold is None:
            return replace(plain, degraded=(*sentences, say_untuned(CONSTANT_SCORES)))
        return replace(plain, model=decide_at(threshold, model, "predict_proba", part.X, part.y), threshold=threshold)


class _Replay(ClassifierMixin, BaseEstimator):
    """Gives the probabilities that it is handed: the threshold is tuned on those of the inner folds, fitted once."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> _Replay:
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        return np.column_stack([1 - X[:, 0], X[:, 0]])


def _tune(tuner: Threshold, model: CalibratedClassifierCV, part: TrainingPart, folds: Folds) -> float | None:
    """Tune on each inner test part by the probabilities of the pair that was not fitted on it."""
    probabilities = np.zeros((len(part.y), 1))
    for (_, test), pair in zip(folds, model.calibrated_classifiers_, strict=True):
        probabilities[test, 0] = pair.predict_proba(part.X.iloc[test])[:, 1]
    tuned = tuner.tune(_Replay(), probabilities, part.y, folds, response_method="predict_proba")
    return None if tuned is None else float(tuned.best_threshold_)
