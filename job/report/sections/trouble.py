"""The warning above the answer: which runs failed, and whether that touches what is recommended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from job.report.facts import Facts
from job.report.table import Name
from job.report.words import counted, listed

_SHOWN = 2  # groups of combinations that are named, and strategies of each
_SCORED = ("ok", "degraded")


@dataclass(frozen=True)
class Trouble:
    """What went wrong.

    Parameters
    ----------
    head : str
        How many runs failed or ran degraded.
    rest : str
        Which failed, and what the recommendation rests on.
    is_failure : bool
        Whether any failed.
    """

    head: str
    rest: str
    is_failure: bool


def find_trouble(facts: Facts, recommended: Mapping[str, Any] | None) -> Trouble | None:
    """Find what a reader has to know before the answer; None where all runs went as asked.

    Parameters
    ----------
    recommended : Mapping or None
        Strategy and classifier.
    """
    status = facts.results["status"]
    failed, degraded = status["n_failed"], status["n_degraded"]
    if not failed and not degraded:
        return None
    if not failed:
        return Trouble(f"{_of_runs(degraded, status)} ran degraded.", "They count, but not quite as asked.", False)
    more = f" {degraded:,} more ran degraded." if degraded else ""
    return Trouble(
        f"{_of_runs(failed, status)} failed:", f"{_name_failed(facts)}.{more} {_touches(facts, recommended)}", True
    )


def _of_runs(number: int, status: Mapping[str, Any]) -> str:
    return f"{number:,} of {counted(status['n_runs'], 'run')}"


def _name_failed(facts: Facts) -> str:
    """Name what failed, strategies that failed with the same classifiers together."""
    groups: dict[tuple[tuple[Name, ...], bool], list[Name]] = {}
    for strategy in facts.strategies:
        where = tuple(name for name in facts.classifiers if _n_failed(facts, strategy, name))
        if where:
            always = all(_n_failed(facts, strategy, name) == len(facts.runs(strategy, name)) for name in where)
            groups.setdefault((where, always), []).append(strategy)
    named = [
        f"{_group(facts, strategies, where)}{'' if always else ' on some splits'}"
        for (where, always), strategies in groups.items()
    ]
    more = [f"{len(named) - _SHOWN:,} more"] if len(named) > _SHOWN else []
    return "; ".join([*named[:_SHOWN], *more])


def _n_failed(facts: Facts, strategy: Name, classifier: Name) -> int:
    return sum(run["status"] == "failed" for run in facts.runs(strategy, classifier))


def _group(facts: Facts, strategies: list[Name], classifiers: tuple[Name, ...]) -> str:
    if len(classifiers) == len(facts.classifiers) > 1:
        return f"{_short(strategies)} with {'both' if len(classifiers) == 2 else 'all'} classifiers"
    return f"{_short(strategies)} with {_short(list(classifiers))}"


def _short(names: list[Name]) -> str:
    rest = [f"{len(names) - _SHOWN:,} more"] if len(names) > _SHOWN else []
    return listed([*(name.short for name in names[:_SHOWN]), *rest])


def _touches(facts: Facts, recommended: Mapping[str, Any] | None) -> str:
    """Say on how many splits the recommendation stands."""
    if recommended is None:
        return "Means are over the splits that are left."
    classifier = next(name for name in facts.classifiers if name.label == recommended["classifier"])
    strategy = next(name for name in facts.strategies if name.label == recommended["strategy"])
    (own, base), every = (_scored(facts, name, classifier) for name in (strategy, facts.baseline)), facts.n_splits
    if own == base == every:
        beside = "" if strategy == facts.baseline else " and its baseline"
        return f"What is recommended{beside} lost no split."
    return f"What is recommended ran on {own:,} of {every:,} splits, its baseline on {base:,}."


def _scored(facts: Facts, strategy: Name, classifier: Name) -> int:
    return sum(run["status"] in _SCORED for run in facts.runs(strategy, classifier))
