"""The kind of each strategy: from its runs and its recipe, because a label is free text."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from imblearn.combine import SMOTEENN, SMOTETomek
from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC
from imblearn.over_sampling.base import BaseOverSampler
from imblearn.under_sampling.base import BaseCleaningSampler, BaseUnderSampler

from job.names import STRATEGIES
from job.results.job_facts import Run
from job.samplers.affinity_smote import AffinitySMOTE
from job.spec.strategy_entries import Entry
from job.strategies.inner_folds import Threshold
from job.strategies.recipe import Recipe
from job.strategies.recipes import import_class, recipe_of
from job.strategies.resampling import Custom, Resample, Smote
from job.strategies.weighted import Weighted

BASELINE = "baseline"
CLASS_WEIGHT = "class_weight"
THRESHOLD = "threshold"
SYNTHETIC = "synthetic"
BOTH = "synthetic_and_fewer"
REPEATED = "repeated"
FEWER = "fewer"
UNKNOWN = ""

REPEATER = "imblearn.over_sampling.RandomOverSampler"

_PLAIN = (BASELINE, CLASS_WEIGHT, THRESHOLD)
_OVERSAMPLERS = (BaseOverSampler, SMOTEENN, SMOTETomek)
_UNDERSAMPLERS = (BaseUnderSampler, BaseCleaningSampler)
_PLAIN_SMOTES = (SMOTE, SMOTENC, SMOTEN)


def find_kinds(entries: Iterable[Entry], runs: Iterable[Run], judged: Collection[str]) -> dict[str, str]:
    """Find what kind each strategy is, by label.

    One without a run that went well is known by its name, or by being among the `judged`, and else not at all.
    """
    by_strategy: dict[str, list[Run]] = {}
    for run in runs:
        by_strategy.setdefault(run.strategy, []).append(run)
    entries = list(entries)
    names = {entry.label: entry.name or "" for entry in entries}
    kinds = {label: _kind(name, by_strategy.get(label, ()), label in judged) for label, name in names.items()}
    repeaters = [e.label for e in entries if e.class_ == REPEATER and not e.params.get("shrinkage")]
    return {**kinds, **dict.fromkeys(repeaters, REPEATED)}


def _kind(name: str, runs: Iterable[Run], is_judged: bool) -> str:
    if name in _PLAIN:
        return name
    changes = [(run.n_resampled - run.n_train, run.n_synthetic or 0) for run in runs if run.n_resampled is not None]
    if not changes:
        return SYNTHETIC if is_judged else UNKNOWN  # only what adds rows has a verdict
    if any(n_synthetic for _, n_synthetic in changes):
        return BOTH if any(change < n_synthetic for change, n_synthetic in changes) else SYNTHETIC
    if any(change > 0 for change, _ in changes):
        return REPEATED
    return FEWER if any(change < 0 for change, _ in changes) else UNKNOWN


@dataclass(frozen=True)
class Roles:
    """Labels of the strategies by what they are, each in the order of the spec.

    Oversamplers add rows, interpolated or repeated; ``customs`` are AffinitySMOTE, ``smotes`` SMOTE and its two forms
    for categories, both without weights; ``thresholds`` tune the decision threshold and rank exactly like baseline.
    ``order`` follows the registry; classes by dotted path come last, and of a sampler with and without weights the one
    with weights comes first, since its probabilities need no correction. ``tuned`` and ``tuned_classifiers`` are the
    labels of what is tuned.
    """

    baseline: str
    oversamplers: tuple[str, ...]
    customs: tuple[str, ...]
    smotes: tuple[str, ...]
    thresholds: tuple[str, ...]
    order: Mapping[str, int]
    tuned: frozenset[str] = frozenset()
    tuned_classifiers: frozenset[str] = frozenset()


def find_roles(entries: Iterable[Entry], runs: Iterable[Run]) -> Roles:
    """Sort the strategies that were run, baseline included; an unknown sampler adds rows where its runs say so."""
    entries = list(entries)
    adding = {run.strategy for run in runs if _adds_rows(run)}
    recipes = {entry.label: recipe_of(entry) for entry in entries}
    samplers = {label: sampler_class_of(recipe) for label, recipe in recipes.items()}
    plain = {label: sampler for label, sampler in samplers.items() if not isinstance(recipes[label], Weighted)}
    names = list(STRATEGIES)
    places = {entry.label: names.index(entry.name) if entry.name in names else len(names) for entry in entries}
    return Roles(
        baseline=next(entry.label for entry in entries if entry.name == BASELINE),
        oversamplers=tuple(label for label in recipes if _oversamples(samplers[label], label in adding)),
        customs=tuple(label for label, sampler in plain.items() if sampler is AffinitySMOTE),
        smotes=tuple(label for label, sampler in plain.items() if sampler in _PLAIN_SMOTES),
        thresholds=tuple(label for label, recipe in recipes.items() if isinstance(recipe, Threshold)),
        order={label: 2 * place + (label in plain) for label, place in places.items()},
        tuned=frozenset(entry.label for entry in entries if entry.tune is not None),
    )


def sampler_class_of(recipe: Recipe) -> type | None:
    """The class that resamples; None for a strategy without one."""
    if isinstance(recipe, Weighted):
        return sampler_class_of(recipe.recipe)
    if isinstance(recipe, Custom):
        return AffinitySMOTE
    if isinstance(recipe, Smote):
        return SMOTE  # type: ignore[no-any-return]
    return import_class(recipe.class_path) if isinstance(recipe, Resample) else None


def _oversamples(sampler: type | None, is_seen_adding: bool) -> bool:
    if sampler is None or issubclass(sampler, _UNDERSAMPLERS):
        return False
    return issubclass(sampler, _OVERSAMPLERS) or is_seen_adding


def _adds_rows(run: Run) -> bool:
    """Tell whether one of the classes has more rows than it had; making few of many is no oversampling."""
    if run.n_resampled is None or run.n_resampled_positive is None:
        return False
    rest, rest_before = run.n_resampled - run.n_resampled_positive, run.n_train - run.n_train_positive
    return run.n_resampled_positive > run.n_train_positive or rest > rest_before
