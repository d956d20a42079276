"""The answer below the table: whether it helps, what to use, how sure that is, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from job.text import one_line


def write_answer(results: Mapping[str, Any], width: int) -> Iterator[str]:
    """Write what the report's first screen says in words.

    Parameters
    ----------
    results : Mapping[str, Any]
        The content of results.json.
    width : int
        Columns that there are.

    Yields
    ------
    str
        Lines, a sentence or two at a time.
    """
    from job.evidence.diagnosis import describe_problems
    from job.evidence.strategy_kinds import gloss_recommended
    from job.wording.answer import tell_answer
    from job.wording.cutoffs import tell_cutoffs

    told = tell_answer(results["verdict"], results["power"], gloss=gloss_recommended(results))
    cutoffs = tell_cutoffs(results["verdict"]["headline"], results["decisions"])
    problems = " ".join(describe_problems(results))
    warning = f"A problem with the data: {problems}" if problems else ""
    for text in (warning, told.short, told.found, told.others, told.use, *cutoffs, told.sure, told.why):
        if text:
            yield from _wrap(one_line(text), width)


def _wrap(text: str, width: int) -> Iterator[str]:
    """Break lines between words; a word that is wider than a line stays whole."""
    from rich.cells import cell_len  # an ideograph is two columns wide

    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and cell_len(longer) > width:
            yield line
            longer = word
        line = longer
    yield line
