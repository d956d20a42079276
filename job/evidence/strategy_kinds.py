"""What each strategy does, in a few words: from its runs and its recipe, because a label is free text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from job.evidence.words import decimal

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
