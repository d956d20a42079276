"""What each strategy does, in a few words, strategies of one kind together."""

from __future__ import annotations

from dataclasses import dataclass

from job.evidence.strategy_kinds import GLOSSES, find_kinds
from job.report.facts import Facts
from job.report.table import Name


@dataclass(frozen=True)
class Gloss:
    """Strategies of one kind."""

    names: tuple[Name, ...]
    words: str


def build_glossary(facts: Facts) -> tuple[Gloss, ...]:
    """Build the list, in the order of the strategies; those of which nothing is known aren't in it."""
    kinds = find_kinds(facts.results)
    groups: dict[str, list[Name]] = {}
    for name in facts.strategies:
        groups.setdefault(GLOSSES[kinds[name.label]], []).append(name)
    return tuple(Gloss(tuple(names), words) for words, names in groups.items() if words)
