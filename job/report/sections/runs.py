"""Runs that failed, were degraded or cannot exist, each with its reason, and what libraries had to say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from job.report.facts import Facts
from job.report.facts import Row as Found
from job.report.section import Section
from job.report.words import counted, listed, sentence

_MOST_SPLITS_NAMED = 8
_LONGEST_REASON = 2000


@dataclass(frozen=True)
class Reason:
    """One reason and the runs that share it.

    Parameters
    ----------
    where : str
        Strategies, classifiers and splits in words.
    """

    text: str
    where: str


@dataclass(frozen=True)
class State:
    """All runs in one state.

    Parameters
    ----------
    reading : str
        What the state means.
    none : str
        What stands here when there are no such runs.
    """

    key: str
    title: str
    reading: str
    none: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Runs:
    """Runs by state."""

    summary: str
    states: tuple[State, ...]


_STATES = (
    (
        "failed",
        "Failed",
        "These gave no numbers; means are over the splits that are left.",
        "No run failed.",
    ),
    (
        "degraded",
        "Degraded",
        "These gave numbers, but not quite as asked: a stated rule made something smaller or left it out.",
        "No run was degraded.",
    ),
    (
        "not_applicable",
        "Not applicable",
        "Combinations that cannot exist, so nothing was run.",
        "Every strategy could be combined with every classifier.",
    ),
)


def build(facts: Facts) -> Section:
    """Build the section."""
    runs = facts.results["runs"]
    states = [
        State(key.replace("_", "-"), title, reading, none, _reasons(facts, _by_reason(runs, key)))
        for key, title, reading, none in _STATES
    ]
    warned = ((warning, run) for run in runs for warning in run["warnings"])
    states.append(
        State(
            "warnings",
            "Library warnings",
            "In the libraries' own words.",
            "No library warned of anything.",
            _reasons(facts, warned),
        )
    )
    return Section("runs", "Runs that went differently", Runs(_summary(facts), tuple(states)))


def _by_reason(runs: Iterable[Found], status: str) -> Iterable[tuple[str, Found]]:
    return ((run["reason"] or "no reason was given", run) for run in runs if run["status"] == status)


def _reasons(facts: Facts, found: Iterable[tuple[str, Found]]) -> tuple[Reason, ...]:
    grouped: dict[str, list[Found]] = {}
    for text, run in found:
        grouped.setdefault(str(text), []).append(run)
    return tuple(Reason(_cut(sentence(text)), _where(facts, runs)) for text, runs in grouped.items())


def _where(facts: Facts, runs: list[Found]) -> str:
    strategies = [name.short for name in facts.strategies if any(run["strategy"] == name.label for run in runs)]
    classifiers = [name.short for name in facts.classifiers if any(run["classifier"] == name.label for run in runs)]
    splits = sorted({(run["repeat"], run["fold"]) for run in runs})
    return f"{listed(strategies)} with {listed(classifiers)}: {counted(len(runs), 'run')}, {_splits(facts, splits)}"


def _splits(facts: Facts, splits: list[tuple[int, int]]) -> str:
    if len(splits) == facts.n_splits:
        return "on every split" if facts.n_splits > 1 else "on the only split"
    if len(splits) > _MOST_SPLITS_NAMED:
        return f"on {len(splits):,} of {facts.n_splits:,} splits"
    folds = facts.splits["n_folds"] > 1
    named = [f"repeat {repeat} fold {fold}" if folds else f"repeat {repeat}" for repeat, fold in splits]
    return f"on {listed(named)}"


def _summary(facts: Facts) -> str:
    status = facts.results["status"]
    return sentence(
        f"{counted(status['n_runs'], 'run')} in all: {status['n_ok']:,} as asked, {status['n_degraded']:,} degraded, "
        f"{status['n_failed']:,} failed, {status['n_not_applicable']:,} not applicable."
    )


def _cut(text: str) -> str:
    if len(text) <= _LONGEST_REASON:
        return text
    return f"{text[:_LONGEST_REASON]}… ({len(text) - _LONGEST_REASON:,} more characters in results.json)"
