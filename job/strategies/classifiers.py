"""Classifiers: from an entry of the spec to an estimator with its seed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from sklearn.base import BaseEstimator

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
        yield from complain_about_parameters(class_, params)
        yield from complain_about_missing(class_, params)


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
