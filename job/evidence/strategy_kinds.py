"""What kind of strategy each one is: from its runs and its recipe, because a label is free text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from imblearn.combine import SMOTEENN, SMOTETomek
from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC
from imblearn.over_sampling.base import BaseOverSampler
from imblearn.under_sampling.base import BaseCleaningSampler, BaseUnderSampler

from job.evidence.words import decimal
from job.names import STRATEGIES
from job.samplers.affinity_smote import AffinitySMOTE
from job.spec.strategy_entries import Entry
from job.strategies.inner_folds import Threshold
from job.strategies.recipe import Recipe
from job.strategies.recipes import import_class, recipe_of
from job.strategies.resampling import Custom, Resample, Smote

BASELINE = "baseline"
CLASS_WEIGHT = "class_weight"
THRESHOLD = "threshold"
SYNTHETIC = "synthetic"
BOTH = "synthetic_and_fewer"
REPEATED = "repeated"
FEWER = "fewer"
UNKNOWN = ""

GLOSSES: Mapping[str, str] = MappingProxyType(
    {
        BASELINE: "the model as it is",
        CLASS_WEIGHT: "minority errors weigh more, no synthetic rows",
        THRESHOLD: "same model, moved cutoff, no synthetic rows",
        SYNTHETIC: "trained with synthetic minority rows",
        BOTH: "trained with synthetic minority rows, some others removed",
        REPEATED: "trained with minority rows repeated",
        FEWER: "trained with majority rows removed",
        UNKNOWN: "",
    }
)
"""Kind of a strategy -> what it does."""
ADDING = (SYNTHETIC, BOTH, REPEATED)
"""Kinds that add rows."""

_PLAIN = (BASELINE, CLASS_WEIGHT, THRESHOLD)
_CUT = "moved cutoff"
_OVERSAMPLERS = (BaseOverSampler, SMOTEENN, SMOTETomek)
_UNDERSAMPLERS = (BaseUnderSampler, BaseCleaningSampler)
_PLAIN_SMOTES = (SMOTE, SMOTENC, SMOTEN)


def find_kinds(results: Mapping[str, Any]) -> dict[str, str]:
    """Find what kind of strategy each one is.

    Parameters
    ----------
    results : Mapping
        The content of results.json.

    Returns
    -------
    dict of str to str
        Label -> one of `GLOSSES`; a strategy without a run that went well is known by its name, or by the verdict on
        it, and else not at all.
    """
    verdict = results.get("verdict") or {"rows": ()}
    judged = {str(row["strategy"]) for row in verdict["rows"]}
    runs: dict[str, list[Mapping[str, Any]]] = {}
    for run in results["runs"]:
        if run["n_resampled"] is not None:
            runs.setdefault(str(run["strategy"]), []).append(run)
    entries = {str(entry["label"]): str(entry.get("name", "")) for entry in results["strategies"]}
    return {label: _kind(name, runs.get(label, ()), label in judged) for label, name in entries.items()}


def _kind(name: str, runs: Iterable[Mapping[str, Any]], is_judged: bool) -> str:
    if name in _PLAIN:
        return name
    runs = list(runs)
    if not runs:
        return SYNTHETIC if is_judged else UNKNOWN  # only what adds rows has a verdict
    if any(run["n_synthetic"] for run in runs):
        removes = any(run["n_resampled"] - run["n_synthetic"] < run["n_train"] for run in runs)
        return BOTH if removes else SYNTHETIC
    if any(run["n_resampled"] > run["n_train"] for run in runs):
        return REPEATED
    return FEWER if any(run["n_resampled"] < run["n_train"] for run in runs) else UNKNOWN


def describe_strategy(results: Mapping[str, Any], strategy: str, classifier: str) -> str:
    """Say what a strategy does with one classifier, and where its cutoff lies on the average.

    Parameters
    ----------
    results : Mapping
        The content of results.json.
    strategy, classifier : str
        Labels.

    Returns
    -------
    str
        A few words without a capital or a full stop; nothing where that isn't known.
    """
    kind = find_kinds(results).get(strategy, UNKNOWN)
    cuts = [
        run["threshold"]
        for run in results["runs"]
        if (run["strategy"], run["classifier"]) == (strategy, classifier) and run.get("threshold") is not None
    ]
    if kind != THRESHOLD or not cuts:
        return GLOSSES[kind]
    return GLOSSES[kind].replace(_CUT, f"cutoff moved to {'about ' if _differ(cuts) else ''}{_mean(cuts)}")


def gloss_recommended(results: Mapping[str, Any]) -> str:
    """Say what the recommended strategy does; nothing where that needs no words, or nothing is recommended."""
    recommended = results["verdict"]["headline"]["recommended"]
    if recommended is None or find_kinds(results).get(recommended["strategy"]) == BASELINE:
        return ""
    return describe_strategy(results, recommended["strategy"], recommended["classifier"])


def _differ(cuts: Sequence[float]) -> bool:
    return len(set(cuts)) > 1


def _mean(cuts: Sequence[float]) -> str:
    """Write a mean cutoff to one digit that says something, and two decimals at least."""
    mean = sum(cuts) / len(cuts)
    digits = next((digits for digits in (2, 3, 4) if abs(mean) >= 10**-digits), 2)
    return decimal(mean, digits)


@dataclass(frozen=True)
class Roles:
    """Labels of the strategies by what they are, each in the order of the spec.

    Parameters
    ----------
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
    """
    entries = list(entries)
    adding = {run["strategy"] for run in runs if _adds_rows(run)}
    recipes = {entry.label: recipe_of(entry) for entry in entries}
    samplers = {label: sampler_class_of(recipe) for label, recipe in recipes.items()}
    names = list(STRATEGIES)
    return Roles(
        baseline=next(entry.label for entry in entries if entry.name == BASELINE),
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
    if sampler is None or issubclass(sampler, _UNDERSAMPLERS):
        return False
    return issubclass(sampler, _OVERSAMPLERS) or is_seen_adding


def _adds_rows(run: Mapping[str, Any]) -> bool:
    """Tell whether one of the classes has more rows than it had; making few of many is no oversampling."""
    if run["n_resampled"] is None:
        return False
    positive, rest = run["n_resampled_positive"], run["n_resampled"] - run["n_resampled_positive"]
    return bool(positive > run["n_train_positive"] or rest > run["n_train"] - run["n_train_positive"])
