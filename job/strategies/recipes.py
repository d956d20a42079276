"""From entries of the spec to recipes and classifiers; the only place that joins names with code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from sklearn.base import BaseEstimator
from sklearn.utils import get_tags

from job.errors import StrategyError
from job.names import CLASSIFIERS, IMBALANCED_LEARN_SAMPLERS, STRATEGIES
from job.spec.strategy_entries import CalibratedEntry, Entry
from job.strategies.calibrated import Calibrated
from job.strategies.parameters import accepts, complain_about_missing, complain_about_parameters, import_class
from job.strategies.recipe import Complaint, Recipe

_ANY_SAMPLER = "job.strategies.resampling.Resample"


def recipe_of(entry: Entry) -> Recipe:
    """Make the recipe that an entry of ``strategies`` names.

    Parameters
    ----------
    entry : Entry
        From the spec, or made of such a one by `job.spec.entries.calibrated`.

    Returns
    -------
    Recipe
    """
    recipe = _plain_recipe_of(entry)
    return Calibrated(recipe) if isinstance(entry, CalibratedEntry) else recipe


def _plain_recipe_of(entry: Entry) -> Recipe:
    if entry.name is None:
        recipe, sampler = _ANY_SAMPLER, str(entry.class_)
    else:
        recipe, sampler = STRATEGIES[entry.name], IMBALANCED_LEARN_SAMPLERS.get(entry.name, "")
    return import_class(recipe)(sampler, entry.params)  # type: ignore[no-any-return]


def import_classes(strategy: Entry, classifiers: Iterable[Entry]) -> None:
    """Import what entries name, so that no run pays for it or gets what a module says when it is imported."""
    paths = (recipe_of(strategy).class_path, *map(_classifier_path, classifiers))
    for path in filter(None, paths):
        import_class(path)


def classifier_of(entry: Entry, random_state: int) -> BaseEstimator:
    """Make the classifier that an entry of ``classifiers`` names.

    Parameters
    ----------
    entry : Entry
    random_state : int
        The split's seed for classifiers.

    Returns
    -------
    estimator
    """
    return build_classifier(_classifier_path(entry), entry.params, random_state)


def check_entry(kind: str, index: int, entry: Entry) -> Iterable[Complaint]:
    """Say what is wrong with one entry's class or parameters.

    Parameters
    ----------
    kind : {"strategies", "classifiers", "ratio_sweep"}
        What the entry is used for.
    index : int
        Position in the list.
    entry : Entry

    Returns
    -------
    iterable of (key path, str)
        Key paths relative to the entry.
    """
    try:
        if kind == "strategies":
            return list(recipe_of(entry).complaints())
        if kind == "ratio_sweep":
            why = recipe_of(entry).refuses_ratio()
            return [] if why is None else [((), f"the ratio of {entry.label} cannot be swept: {why}")]
        return list(complain_about_classifier(_classifier_path(entry), entry.params))
    except StrategyError as error:
        return [(("class",), str(error))]


def _classifier_path(entry: Entry) -> str:
    return str(entry.class_) if entry.name is None else CLASSIFIERS[entry.name]


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
