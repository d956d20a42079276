"""A verdict for each oversampling strategy, why that is recommended, and what it would take to know more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from job.evidence.estimates import BOOTSTRAP
from job.evidence.headline_sentences import tell_headline
from job.evidence.rivals import describe_rival
from job.evidence.verdict_sentences import PRIMARY_WORDS, describe_verdict
from job.evidence.words import Naming
from job.report.facts import Facts
from job.report.formats import number
from job.report.section import Section
from job.report.table import Heading, Name, Number, Row, Table, Words

_ABSENT = "These results hold no verdict."
_NOTHING = "No oversampling strategy was listed, so there is no verdict on one."

TITLES: Mapping[str, str] = MappingProxyType(
    {
        "too_few_splits": "Cannot tell: too few splits",
        "too_few_rows": "Cannot tell: too few minority rows",
        "decisions_only": "Decides, hardly ranks",
        "ranks_better": "Ranks better",
        "ranks_worse": "Ranks worse",
        "curves_cross": "Better here, worse there",
        "mostly_threshold": "Mostly a moved threshold",
        "equivalent": "No practical difference",
        "no_worthwhile_gain": "No gain worth having",
        "undecided": "Undecided",
    }
)
"""Code of a verdict -> what the table calls it."""


@dataclass(frozen=True)
class Verdict:
    """The verdicts.

    Parameters
    ----------
    absent : str
        Why there is none.
    paragraphs : tuple of str
        Why that is recommended, and its price.
    table : Table or None
    no_table : str
    rivals : tuple of str
        Our oversampler against SMOTE.
    reading : str
        How this was tested.
    power : Table or None
        Minority rows that would show a gain.
    row_worth : str
        What one test row is worth.
    """

    absent: str
    paragraphs: tuple[str, ...] = ()
    table: Table | None = None
    no_table: str = ""
    rivals: tuple[str, ...] = ()
    reading: str = ""
    power: Table | None = None
    row_worth: str = ""


def build(facts: Facts) -> Section:
    """Build the section.

    Parameters
    ----------
    facts : Facts

    Returns
    -------
    Section
    """
    verdict, power = facts.results.get("verdict"), facts.results.get("power")
    content = Verdict(_ABSENT) if verdict is None or power is None else _content(facts, verdict, power)
    return Section("verdict", "Verdicts, one by one", content)


def name_shortly(facts: Facts) -> Naming:
    """Give the way in which the page writes labels inside sentences."""
    short = {name.label: name.short for name in (*facts.classifiers, *facts.strategies)}
    return lambda label: short.get(label, label)


def _content(facts: Facts, verdict: Mapping[str, Any], power: Mapping[str, Any]) -> Verdict:
    naming = name_shortly(facts)
    answer = tell_headline(verdict["headline"], verdict["rows"], naming)
    rivals = tuple(describe_rival(row, naming) for row in verdict["custom_against_smote"])
    rows = verdict["rows"]
    return Verdict(
        absent="",
        paragraphs=tuple(text for text in (answer.choice, answer.price) if text),
        table=_table(facts, rows, naming) if rows else None,
        no_table="" if rows else _NOTHING,
        rivals=rivals,
        reading=_reading(facts),
        power=_power(facts, power, naming) if any(row["low"] is not None for row in power["rows"]) else None,
        row_worth=_row_worth(power),
    )


def _table(facts: Facts, rows: list[Mapping[str, Any]], naming: Naming) -> Table:
    return Table(
        "verdicts",
        "A verdict for each oversampling strategy and classifier",
        "Strategy",
        (Heading("Classifier"), Heading("Verdict"), Heading("In words")),
        tuple(
            Row(
                _strategy(facts, row["strategy"]),
                (
                    Words(naming(row["classifier"])),
                    Words(TITLES[row["code"]]),
                    Words(describe_verdict(row, naming)),
                ),
            )
            for row in rows
        ),
        of_strategies=True,
    )


def _strategy(facts: Facts, label: str) -> Name:
    return next(name for name in facts.strategies if name.label == label)


def _reading(facts: Facts) -> str:
    methods = {row["method"] for row in facts.results["comparisons"] if row["metric"] == facts.primary}
    how = (
        "a paired bootstrap over the test rows of the one split that there is, which says nothing of the luck in "
        "another split"
        if BOOTSTRAP in methods
        else "the corrected resampled t-test over the splits"
    )
    return (
        f"Verdicts rest on {PRIMARY_WORDS[facts.primary]}, tested by {how}; p-values are adjusted for the number of "
        f"strategies, a difference counts beyond {facts.rope:g} and at {facts.confidence} confidence. "
        "The rules stand in the README, in their order."
    )


def _row_worth(power: Mapping[str, Any]) -> str:
    worth = power["recall_per_row"]
    if worth is None:
        return ""
    return f"One minority row more or less found in a test part is {number(100 * worth, 1)} points of recall."


def _power(facts: Facts, power: Mapping[str, Any], naming: Naming) -> Table:
    headings = ("Standard error", "From about", "To about")
    return Table(
        "power",
        f"Minority rows that would show a gain of {power['gain']:g} in {PRIMARY_WORDS[power['primary']]} in four of "
        f"five jobs; the data has {power['n_positive']:,}",
        "Strategy",
        (Heading("Classifier"), *(Heading(heading, numeric=True) for heading in headings)),
        tuple(
            Row(
                _strategy(facts, row["strategy"]),
                (Words(naming(row["classifier"])), Number(row["se"], 4), Number(row["low"]), Number(row["high"])),
            )
            for row in power["rows"]
        ),
        of_strategies=True,
    )
