"""What kind of strategy each one is; found by its recipe, because a label is free text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from imblearn.combine import SMOTEENN, SMOTETomek
from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC
from imblearn.over_sampling.base import BaseOverSampler
from imblearn.under_sampling.base import BaseCleaningSampler, BaseUnderSampler

from job.names import STRATEGIES
from job.samplers import AffinitySMOTE
from job.spec.strategy_entries import Entry
from job.strategies.classes import import_class
from job.strategies.custom import Custom
from job.strategies.recipe import Recipe
from job.strategies.registry import recipe_of
from job.strategies.sampler import Resample
from job.strategies.smote import Smote
from job.strategies.threshold import Threshold

_BASELINE = "baseline"
_ADDING = (BaseOverSampler, SMOTEENN, SMOTETomek)
_TAKING = (BaseUnderSampler, BaseCleaningSampler)
_PLAIN_SMOTES = (SMOTE, SMOTENC, SMOTEN)


@dataclass(frozen=True)
class Roles:
    """Labels of the strategies by what they are, each in the order of the spec.

    Parameters
    ----------
    baseline : str
    oversamplers : tuple of str
        Those that add rows, interpolated or repeated.
    customs, smotes : tuple of str
        AffinitySMOTE; SMOTE and its two forms for categories.
    thresholds : tuple of str
        Those that tune the decision threshold and rank exactly like baseline.
    order : Mapping[str, int]
        Label -> position of its recipe in the registry; classes by dotted path come last.
    """

    baseline: str
    oversamplers: tuple[str, ...]
    customs: tuple[str, ...]
    smotes: tuple[str, ...]
    thresholds: tuple[str, ...]
    order: Mapping[str, int]


def find_roles(entries: Iterable[Entry], runs: Iterable[Mapping[str, Any]]) -> Roles:
    """Sort strategies by what they are.

    Parameters
    ----------
    entries : iterable of Entry
        Every strategy that was run, baseline included.
    runs : iterable of Mapping
        As ``runs`` in results.json: a sampler of unknown kind adds rows where its runs say so.

    Returns
    -------
    Roles
    """
    entries = list(entries)
    adding = {run["strategy"] for run in runs if _adds_rows(run)}
    recipes = {entry.label: recipe_of(entry) for entry in entries}
    samplers = {label: sampler_class_of(recipe) for label, recipe in recipes.items()}
    names = list(STRATEGIES)
    return Roles(
        baseline=next(entry.label for entry in entries if entry.name == _BASELINE),
        oversamplers=tuple(label for label in recipes if _oversamples(samplers[label], label in adding)),
        customs=tuple(label for label, sampler in samplers.items() if sampler is AffinitySMOTE),
        smotes=tuple(label for label, sampler in samplers.items() if sampler in _PLAIN_SMOTES),
        thresholds=tuple(label for label, recipe in recipes.items() if isinstance(recipe, Threshold)),
        order={entry.label: names.index(entry.name) if entry.name in names else len(names) for entry in entries},
    )


def sampler_class_of(recipe: Recipe) -> type | None:
    """The class that resamples; None for a strategy without one."""
    if isinstance(recipe, Custom):
        return AffinitySMOTE
    if isinstance(recipe, Smote):
        return SMOTE  # type: ignore[no-any-return]
    return import_class(recipe.class_path) if isinstance(recipe, Resample) else None


def _oversamples(sampler: type | None, is_seen_adding: bool) -> bool:
    if sampler is None or issubclass(sampler, _TAKING):
        return False
    return issubclass(sampler, _ADDING) or is_seen_adding


def _adds_rows(run: Mapping[str, Any]) -> bool:
    """Tell whether one of the classes has more rows than it had; making few of many is no oversampling."""
    if run["n_resampled"] is None:
        return False
    positive, rest = run["n_resampled_positive"], run["n_resampled"] - run["n_resampled_positive"]
    return bool(positive > run["n_train_positive"] or rest > run["n_train"] - run["n_train_positive"])
