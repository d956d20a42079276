"""From entries of the spec to recipes and classifiers; the only place that joins names with code."""

from __future__ import annotations

from collections.abc import Iterable

from sklearn.base import BaseEstimator

from job.errors import StrategyError
from job.names import CLASSIFIERS, IMBALANCED_LEARN_SAMPLERS, STRATEGIES
from job.spec.strategy_entries import CalibratedEntry, Entry
from job.strategies.calibrated import Calibrated
from job.strategies.classes import import_class
from job.strategies.classifiers import build_classifier, complain_about_classifier
from job.strategies.recipe import Complaint, Recipe

_ANY_SAMPLER = "job.strategies.sampler.Resample"


def recipe_of(entry: Entry) -> Recipe:
    """Make the recipe that an entry of ``strategies`` names.

    Parameters
    ----------
    entry : Entry
        From the spec, or made of such a one by `job.spec.strategy_entries.calibrated`.

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
