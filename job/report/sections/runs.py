"""Runs that failed, were degraded or cannot exist, each with its reason, and what libraries had to say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from job.report.facts import Facts, Found
from job.report.layout import Name, Section
from job.text import counted, listed, sentence

_SHOWN = 2  # groups of combinations that are named, and strategies of each
_SCORED = ("ok", "degraded")
_MOST_SPLITS_NAMED = 8
_LONGEST_REASON = 2000
_STATES = (
    ("failed", "Failed", "These gave no numbers; means are over the splits that are left.", "No run failed."),
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


def find_trouble(facts: Facts, recommended: Found | None) -> Trouble | None:
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


def _of_runs(number: int, status: Found) -> str:
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


def _touches(facts: Facts, recommended: Found | None) -> str:
    """Say on how many splits the recommendation stands."""
    if recommended is None:
        return "Means are over the splits that are left."
    classifier = facts.classifier(recommended["classifier"])
    strategy = facts.strategy(recommended["strategy"])
    (own, base), every = (_scored(facts, name, classifier) for name in (strategy, facts.baseline)), facts.n_splits
    if own == base == every:
        beside = "" if strategy == facts.baseline else " and its baseline"
        return f"What is recommended{beside} lost no split."
    return f"What is recommended ran on {own:,} of {every:,} splits, its baseline on {base:,}."


def _scored(facts: Facts, strategy: Name, classifier: Name) -> int:
    return sum(run["status"] in _SCORED for run in facts.runs(strategy, classifier))


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
