"""Runs that failed, were degraded or aren't possible, each with its reason, and what libraries had to say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from job.report.facts import Facts
from job.report.layout import Name, Section
from job.results.job_facts import Run
from job.results.record import Pair
from job.text import counted, listed, sentence
from job.wording.headline import gather_reasons

_SHOWN = 2  # groups of combinations that are named, and strategies of each
_SCORED = ("ok", "degraded")
_MOST_SPLITS_NAMED = 8
_LONGEST_REASON = 2000
_STATES = (
    ("failed", "Failed", "These gave no numbers; every mean is over the runs that did.", "No run failed."),
    (
        "degraded",
        "Degraded",
        "These gave numbers, but not exactly as specified, for the reason given.",
        "No run was degraded.",
    ),
    (
        "not_applicable",
        "Not applicable",
        "These combinations aren't possible, so nothing was run.",
        "No combination was ruled out before it ran.",
    ),
    ("warnings", "Library warnings", "In the libraries' own words.", "No library warned of anything."),
)


@dataclass(frozen=True)
class Trouble:
    """What went wrong.

    Parameters
    ----------
    head : str
        How many runs failed or were degraded.
    rest : str
        Which failed, and what the recommendation rests on.
    is_failure : bool
        Whether any failed.
    """

    head: str
    rest: str
    is_failure: bool


def find_trouble(facts: Facts, recommended: Pair | None) -> Trouble | None:
    """Find what a reader has to know before the answer; None where all runs went as asked."""
    status = facts.results.status
    every = counted(status.n_runs, "run")
    if status.n_failed:
        were = "was" if status.n_degraded == 1 else "were"
        more = f" {status.n_degraded:,} more {were} degraded." if status.n_degraded else ""
        rest = f"{_name_failed(facts)}.{more} {_touches(facts, recommended)}"
        return Trouble(f"{status.n_failed:,} of {every} failed:", rest, True)
    if status.n_degraded:
        head = f"{status.n_degraded:,} of {every} {'was' if status.n_degraded == 1 else 'were'} degraded."
        return Trouble(head, "Their results count, but they didn't run exactly as specified.", False)
    return None


def _name_failed(facts: Facts) -> str:
    """Name what failed, strategies that failed with the same classifiers together."""
    groups: dict[tuple[tuple[Name, ...], bool], list[Name]] = {}
    for strategy in facts.strategies:
        failed = {name: [run.status == "failed" for run in facts.runs(strategy, name)] for name in facts.classifiers}
        where = tuple(name for name, runs in failed.items() if any(runs))
        if where:
            groups.setdefault((where, all(all(failed[name]) for name in where)), []).append(strategy)
    told = ((_group(facts, strategies, where), always) for (where, always), strategies in groups.items())
    return "; ".join(_first([group if always else f"{group} on some splits" for group, always in told]))


def _group(facts: Facts, strategies: Sequence[Name], classifiers: Sequence[Name]) -> str:
    names = listed(_first([name.short for name in strategies]))
    if len(classifiers) == len(facts.classifiers) > 1:
        return f"{names} with {'both' if len(classifiers) == 2 else 'all'} classifiers"
    return f"{names} with {listed(_first([name.short for name in classifiers]))}"


def _first(texts: Sequence[str]) -> list[str]:
    return [*texts[:_SHOWN], *([f"{len(texts) - _SHOWN:,} more"] if len(texts) > _SHOWN else [])]


def _touches(facts: Facts, recommended: Pair | None) -> str:
    """Say on how many splits the recommendation stands."""
    if recommended is None:
        return "Means are over the remaining splits."
    every = facts.n_splits
    strategy, classifier = facts.strategy(recommended.strategy), facts.classifier(recommended.classifier)
    ran = (facts.runs(name, classifier) for name in (strategy, facts.baseline))
    own, base = (sum(run.status in _SCORED for run in runs) for runs in ran)
    if own == base == every:
        beside = "" if strategy == facts.baseline else " and its baseline"
        return f"The recommended strategy{beside} ran on every split."
    return f"The recommended strategy ran on {own:,} of {every:,} splits, its baseline on {base:,}."


class Reason(NamedTuple):
    """One reason, and the runs that share it: strategies, classifiers and splits in words."""

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
    status = facts.results.status
    counts = ((status.n_failed, "failed"), (status.n_degraded, "degraded"), (status.n_not_applicable, "skipped"))
    noted = ", ".join(f"{count:,} {state}" for count, state in counts if count)
    return Section("runs", "Failed, degraded and skipped runs", list_runs(facts), noted)


def list_runs(facts: Facts) -> Runs:
    """List runs by state, and in each state by reason."""
    runs, status = facts.results.runs, facts.results.status
    found = {key: gather_reasons(runs, key) for key, *_ in _STATES}
    for run in runs:
        for warning in run.warnings:
            found["warnings"].setdefault(warning, []).append(run)
    told = {key: (title, reading, none) for key, title, reading, none in _STATES}
    states = tuple(State(key.replace("_", "-"), *told[key], _reasons(facts, found[key])) for key in told)
    ended = f"{status.n_ok:,} as specified, {status.n_degraded:,} degraded, {status.n_failed:,} failed"
    summary = f"{counted(status.n_runs, 'run')} in all: {ended}, {status.n_not_applicable:,} not applicable."
    return Runs(sentence(summary), states)


def _reasons(facts: Facts, found: Mapping[str, Sequence[Run]]) -> tuple[Reason, ...]:
    return tuple(Reason(_cut(sentence(text)), _where(facts, runs)) for text, runs in found.items())


def _where(facts: Facts, runs: Sequence[Run]) -> str:
    sides = zip((facts.strategies, facts.classifiers), zip(*(run.place for run in runs), strict=True), strict=True)
    strategies, classifiers = (listed(name.short for name in names if name.label in labels) for names, labels in sides)
    splits = sorted({run.split for run in runs})
    return f"{strategies} with {classifiers}: {counted(len(runs), 'run')}, {_splits(facts, splits)}"


def _splits(facts: Facts, splits: Sequence[tuple[int, int]]) -> str:
    if len(splits) == facts.n_splits:
        return "on every split" if facts.n_splits > 1 else "on the only split"
    if len(splits) > _MOST_SPLITS_NAMED:
        return f"on {len(splits):,} of {facts.n_splits:,} splits"
    folds = facts.splits.n_folds > 1
    return f"on {listed(f'repeat {repeat} fold {fold}' if folds else f'repeat {repeat}' for repeat, fold in splits)}"


def _cut(text: str) -> str:
    if len(text) <= _LONGEST_REASON:
        return text
    return f"{text[:_LONGEST_REASON]}… ({len(text) - _LONGEST_REASON:,} more characters in results.json)"
