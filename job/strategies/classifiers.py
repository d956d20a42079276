"""Classifiers: from an entry of the spec to an estimator with its seed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from sklearn.base import BaseEstimator
from sklearn.utils import get_tags

from job.strategies.classes import accepts, import_class
from job.strategies.parameters import complain_about_missing, complain_about_parameters
from job.strategies.recipe import Complaint


def complain_about_classifier(class_path: str, params: Mapping[str, Any]) -> Iterable[Complaint]:
    """What is wrong with a classifier's class or parameters.

    Parameters
    ----------
    class_path : str
        Dotted path.
    params : Mapping[str, Any]
        As the spec has them.

    Yields
    ------
    tuple of (key path, str)
    """
    class_ = import_class(class_path)
    missing = [name for name in ("fit", "predict", "get_params") if not callable(getattr(class_, name, None))]
    if missing:
        yield ("class",), f"{class_path} is no classifier: it has no {' and no '.join(missing)}"
    elif not any(hasattr(class_, name) for name in ("predict_proba", "decision_function")):
        yield ("class",), f"{class_path} cannot rank rows: it has neither predict_proba nor decision_function"
    else:
        wrong = [*complain_about_parameters(class_, params), *complain_about_missing(class_, params)]
        yield from wrong or _complain_about_kind(class_path, params)


def _complain_about_kind(class_path: str, params: Mapping[str, Any]) -> Iterable[Complaint]:
    """Ask scikit-learn, which needs an instance, whether this is a classifier: scores of others rank by chance."""
    try:
        instance = build_classifier(class_path, params, random_state=0)
    except (Exception, SystemExit) as error:  # a constructor is the class's own code, which may raise anything
        yield ("params",) if params else ("class",), f"{class_path} cannot be built: {type(error).__name__}: {error}"
        return
    try:
        kind = get_tags(instance).estimator_type
    except Exception:  # no tags: a class that knows only the scikit-learn of before 1.6, or none
        kind = getattr(instance, "_estimator_type", None)
    if kind != "classifier":
        found = f"an estimator of the kind {kind}" if kind else "one that doesn't say what it is"
        yield (
            ("class",),
            f"{class_path} is no classifier: to sklearn.base.is_classifier it is {found}; name a classifier, or let a "
            "class of your own inherit sklearn.base.ClassifierMixin, before BaseEstimator",
        )


def build_classifier(class_path: str, params: Mapping[str, Any], random_state: int) -> BaseEstimator:
    """Make a classifier that is not fitted yet.

    Parameters
    ----------
    class_path : str
        Dotted path.
    params : Mapping[str, Any]
        As the spec has them; a ``random_state`` among them wins.
    random_state : int
        The split's seed for classifiers.

    Returns
    -------
    estimator
    """
    class_ = import_class(class_path)
    seed = {"random_state": random_state} if accepts(class_, "random_state") else {}
    return class_(**{**seed, **deepcopy(dict(params))})
