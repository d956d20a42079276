"""What share of positive rows a classifier's probabilities stand for: its weights, priors and own samples included."""

import math
from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.class_weight import compute_class_weight

_PRIORS = ("priors", "class_prior")
WEIGHTS = (
    *("class_weight", "class_weights", "auto_class_weights", "scale_pos_weight"),
    *("is_unbalance", "unbalance", "unbalanced_sets"),
)
"""Parameters by which classifiers of several libraries weigh the classes."""
# By these, classifiers of imbalanced-learn, smote_variants and LightGBM draw rows of each class for themselves.
_DRAWS = (
    *("sampler", "oversampler", "undersampler", "sampling_strategy"),
    *("pos_bagging_fraction", "pos_sub_row", "pos_subsample", "pos_bagging"),
    *("neg_bagging_fraction", "neg_sub_row", "neg_subsample", "neg_bagging"),
)
_UNDER_SAMPLED = ("BalancedRandomForestClassifier", "BalancedBaggingClassifier", "EasyEnsembleClassifier")


def prevalence_seen(classifier: BaseEstimator, y: np.ndarray, sample_weight: np.ndarray | None = None) -> float | str:
    """Find the share of positive rows that a classifier learns from: pi_s of the prior correction.

    Parameters
    ----------
    classifier : estimator
        Fitted or not: its parameters tell.
    y : ndarray of shape (n_rows,)
        1 for the positive label; the rows that it is fitted on.
    sample_weight : ndarray of shape (n_rows,) or None
        What they weigh in the fit.

    Returns
    -------
    float or str
        Share of the positive rows' weight in that of all rows; or why it is not known, in a few words.
    """
    name, params, share = type(classifier).__name__, classifier.get_params(deep=False), float(np.mean(y))
    # libsvm fits its probabilities to the rows as they are, whatever weights its margin has.
    if not 0 < share < 1 or _is_a(classifier, "sklearn", "BaseSVC"):
        return share
    if sample_weight is not None:  # rounded, so that what keeps a prevalence keeps it to the bit
        rest, positive = (round(math.fsum(sample_weight[y == label]), 9) for label in (0, 1))
        share = positive / (rest + positive)
    if _is_a(classifier, "sklearn", "CalibratedClassifierCV"):
        return share
    if _is_a(classifier, "sklearn", "ComplementNB"):  # has no prior at all: with two classes that is an even one
        return f"the probabilities of {name} with norm=True follow from no prior" if params["norm"] else 0.5
    if _is_a(classifier, "imblearn", "RUSBoostClassifier"):
        return f"{name} draws rows of its own in every round and reweights all of them"
    drawn = np.bincount(y, minlength=2)
    if _is_a(classifier, "imblearn", *_UNDER_SAMPLED) and params.get("sampler") is None:
        from imblearn.utils import check_sampling_strategy

        left = check_sampling_strategy(params.pop("sampling_strategy"), y, "under-sampling")
        drawn = np.array([left.get(label, count) for label, count in enumerate(drawn)])
        share = float(drawn[1] / drawn.sum())
    unknown = {**{key: params.get(key) for key in _DRAWS}, **_wrapped(classifier)}
    if blamed := [key for key, value in unknown.items() if not _is_neutral(value)]:
        return f"{name} weighs or draws the classes by its own {blamed[0]}"
    try:
        prior = _prior(params)
        if prior is not None:
            return prior
        rest, positive = map(float, _weigh(params, y, drawn))
        return share if rest == positive else share * positive / (share * positive + (1 - share) * rest)
    except (TypeError, ValueError, KeyError, IndexError):
        given = {key: params[key] for key in (*_PRIORS, *WEIGHTS) if not _is_neutral(params.get(key))}
        return f"what {name} makes of {given} is not known"


def find_own_weights(classifier: BaseEstimator) -> str | None:
    """Name the first parameter by which a classifier weighs or draws the classes by itself; None where none does."""
    params = classifier.get_params(deep=False)
    own = {**{key: params.get(key) for key in (*WEIGHTS, *_PRIORS, *_DRAWS)}, **_wrapped(classifier)}
    no_prior = "fit_prior" if params.get("fit_prior") is False else None
    return next((key for key, value in own.items() if not _is_neutral(value)), no_prior)


def _is_a(classifier: BaseEstimator, package: str, *names: str) -> bool:
    bases = type(classifier).__mro__
    return any(base.__name__ in names and base.__module__.split(".")[0] == package for base in bases)


def _wrapped(classifier: BaseEstimator) -> dict[str, Any]:
    """Parameters of classifiers inside this one that move the share of a class."""
    moving, given = (*_PRIORS, *WEIGHTS, *_DRAWS), classifier.get_params().items()
    return {key: value for key, value in given if "__" in key and key.split("__")[-1] in moving}


def _is_neutral(value: Any) -> bool:
    return value is None or value is False or (isinstance(value, Real) and value == 1 and value is not True)


def _prior(params: Mapping[str, Any]) -> float | None:
    """Return the positive label's prior of a Bayes model; None where it has none but the rows'."""
    given = next((params[key] for key in _PRIORS if params.get(key) is not None), None)
    if given == "uniform" or (given is None and params.get("fit_prior") is False):
        return 0.5
    if given is None or given == "empirical":
        return None
    rest, positive = map(float, given)
    return positive / (rest + positive)


def _weigh(params: Mapping[str, Any], y: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Multiply the weights that a classifier gives to the rest and to the positive rows."""
    counts = np.bincount(y, minlength=2)
    weights = params.get("class_weight")
    if weights == "balanced_subsample" and params.get("bootstrap"):  # of each tree's own rows, else of all
        factors = drawn.sum() / (2 * drawn)
    else:
        weights = "balanced" if weights == "balanced_subsample" else weights
        factors = compute_class_weight(weights, classes=np.array([0, 1]), y=y)
    listed = params.get("class_weights")
    if listed is not None:
        by_label = {str(k): v for k, v in (listed.items() if isinstance(listed, Mapping) else enumerate(listed))}
        factors = factors * [float(by_label[label]) for label in "01"]
    power = {None: 0.0, "Balanced": 1.0, "SqrtBalanced": 0.5}[params.get("auto_class_weights")]
    balanced = any(params.get(name) for name in ("is_unbalance", "unbalance", "unbalanced_sets"))
    return np.asarray(factors * (1 / counts) ** (power + balanced) * [1.0, float(params.get("scale_pos_weight") or 1)])
