"""Which strategies share a chart of lines: few enough that each can be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from job.report.charts.theme import N_COLOURS
from job.report.facts import Facts
from job.report.layout import Name
from job.spec.strategy_entries import CALIBRATED

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Panel:
    """The strategies of one chart.

    Parameters
    ----------
    suffix : str
        Tells its key from those of its neighbours; nothing where it has none.
    words : str
        The same for a reader.
    calibrated : bool
        Whether these are strategies inside CalibratedClassifierCV, but for baseline to compare with.
    """

    names: tuple[Name, ...]
    suffix: str
    words: str
    calibrated: bool


def is_calibrated(facts: Facts, name: Name) -> bool:
    """Tell whether this is another strategy again, inside CalibratedClassifierCV."""
    return any(name.label == f"{other.label}{CALIBRATED}" for other in facts.strategies)


def part_strategies(facts: Facts, drawn: Sequence[Name]) -> tuple[Panel, ...]:
    """Part strategies into panels of as many as there are colours; baseline stands in each, to compare with.

    Parameters
    ----------
    drawn : sequence of Name
        Those that have a line, one at least.

    Returns
    -------
    tuple of Panel
        Those that ran calibrated in panels of their own.
    """
    first = tuple(name for name in drawn if name == facts.baseline)
    others = [name for name in drawn if name != facts.baseline]
    kinds = (
        ([name for name in others if not is_calibrated(facts, name)], False),
        ([name for name in others if is_calibrated(facts, name)], True),
    )
    panels = []
    for names, calibrated in kinds:
        parts = part_evenly(names, N_COLOURS - len(first)) if names or (first and not calibrated) else ()
        for place, part in enumerate(parts):
            panels.append(_panel((*first, *part), calibrated, place, len(parts)))
    return tuple(panels)


def part_evenly(items: Sequence[_Item], most: int) -> tuple[tuple[_Item, ...], ...]:
    """Part items, in their order, into as few parts as hold at most so many each; one part at least.

    The parts differ by one item at most.
    """
    n_parts = max(1, -(-len(items) // most))
    size, more = divmod(len(items), n_parts)
    starts = [place * size + min(place, more) for place in range(n_parts + 1)]
    return tuple(tuple(items[start:stop]) for start, stop in pairwise(starts))


def part_words(place: int, n_parts: int) -> tuple[str, str]:
    """Give what tells one part from the others: in a key, and to a reader; nothing where there is one part only."""
    return (f"-part{place + 1}", f", {place + 1} of {n_parts}") if n_parts > 1 else ("", "")


def _panel(names: tuple[Name, ...], calibrated: bool, place: int, n_parts: int) -> Panel:
    suffix, words = part_words(place, n_parts)
    if calibrated:
        suffix, words = f"-calibrated{suffix}", f", calibrated{words}"
    return Panel(names, suffix, words, calibrated)
