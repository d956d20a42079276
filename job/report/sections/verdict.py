"""Two answers for each oversampler and classifier, and what it would take to know more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from job.evidence.estimates import BOOTSTRAP
from job.report.facts import Facts
from job.report.layout import Cell, Heading, Number, Row, Section, Table, Words
from job.text import number
from job.wording.verdict import (
    DECISION_TITLES,
    METRIC_WORDS,
    RANKING_TITLES,
    describe_decision,
    describe_difference,
    describe_probability,
    describe_shortage,
)

_ABSENT = "These results hold no verdict."
_NOTHING = "No oversampling strategy was listed, so there is no verdict on one."


@dataclass(frozen=True)
class Verdict:
    """The verdicts.

    Parameters
    ----------
    absent : str
        Why there is none.
    ranking, decision : Table or None
        The two answers.
    rivals : Table or None
        Our oversampler against SMOTE.
    reading : str
        How this was tested.
    power : Table or None
        What could have been shown, and with how many minority rows.
    row_worth : str
        What one test row is worth.
    """

    absent: str
    ranking: Table | None = None
    decision: Table | None = None
    no_table: str = ""
    rivals: Table | None = None
    reading: str = ""
    power: Table | None = None
    row_worth: str = ""


def build(facts: Facts) -> Section:
    """Build the section."""
    verdict, power = facts.results.get("verdict"), facts.results.get("power")
    content = Verdict(_ABSENT) if verdict is None or power is None else _content(facts, verdict, power)
    return Section("verdict", "Verdicts, one by one", content)


def _content(facts: Facts, verdict: Mapping[str, Any], power: Mapping[str, Any]) -> Verdict:
    rows, rivals = verdict["rows"], verdict["custom_against_smote"]
    return Verdict(
        absent="",
        ranking=_ranking(facts, rows) if rows else None,
        decision=_decision(facts, rows) if rows else None,
        no_table="" if rows else _NOTHING,
        rivals=_rivals(facts, rivals) if rivals else None,
        reading=_reading(facts),
        power=_power(facts, power) if any(row["low"] is not None for row in power["rows"]) else None,
        row_worth=_row_worth(power),
    )


def _ranking(facts: Facts, rows: Sequence[Mapping[str, Any]]) -> Table:
    confidence = facts.spec["evaluation"]["confidence"]
    return Table(
        "verdicts",
        f"Does it rank better than {facts.baseline.short}? Difference in {METRIC_WORDS[facts.primary]}",
        "Strategy",
        (Heading("Classifier"), Heading("Answer"), Heading("Difference"), Heading("Probability")),
        tuple(
            Row(
                facts.strategy(row["strategy"]),
                (Words(facts.name_shortly(row["classifier"])), *_graded(row["ranking"], confidence)),
            )
            for row in rows
        ),
        of_strategies=True,
    )


def _graded(tested: Mapping[str, Any], confidence: float) -> tuple[Cell, ...]:
    if tested["difference"] is None:
        why = tested["reason"] or "no value"
        return Words(RANKING_TITLES[tested["code"]]), Words(why), Words("–")
    shortage = tested.get("shortage")
    sure = describe_shortage(shortage) if shortage else describe_probability(tested)
    return Words(RANKING_TITLES[tested["code"]]), Words(describe_difference(tested, confidence)), Words(sure or "–")


def _decision(facts: Facts, rows: Sequence[Mapping[str, Any]]) -> Table:
    return Table(
        "decisions-answer",
        "How do its own decisions differ?",
        "Strategy",
        (Heading("Classifier"), Heading("Answer"), Heading("In words")),
        tuple(
            Row(
                facts.strategy(row["strategy"]),
                (
                    Words(facts.name_shortly(row["classifier"])),
                    Words(DECISION_TITLES[row["decision"]["code"]]),
                    Words(describe_decision(row)),
                ),
            )
            for row in rows
        ),
        of_strategies=True,
    )


def _rivals(facts: Facts, rows: Sequence[Mapping[str, Any]]) -> Table:
    confidence = facts.spec["evaluation"]["confidence"]
    return Table(
        "rivals",
        f"Our oversampler against SMOTE: difference in {METRIC_WORDS[facts.primary]}",
        "Compared",
        (Heading("Classifier"), Heading("Answer"), Heading("Difference"), Heading("Probability")),
        tuple(
            Row(
                f"{facts.name_shortly(row['strategy'])} against {facts.name_shortly(row['reference'])}",
                (Words(facts.name_shortly(row["classifier"])), *_graded(row, confidence)),
            )
            for row in rows
        ),
    )


def _reading(facts: Facts) -> str:
    methods = {row["method"] for row in facts.results["comparisons"] if row["metric"] == facts.primary}
    how = (
        "a paired bootstrap over the test rows of the only split, which is about two fitted models and says nothing "
        "of another split, so no answer is more than probable"
        if BOOTSTRAP in methods
        else "the corrected resampled t-test over the splits"
    )
    return (
        f"Rankings are compared by {METRIC_WORDS[facts.primary]} and tested by {how}. Intervals and p-values are "
        f"simultaneous over all oversamplers and classifiers of the job (Holm), at {facts.confidence} confidence; "
        "comparisons.csv has the plain ones. docs/verdict.md shows how often the answers are right where the truth is "
        "known."
    )


def _row_worth(power: Mapping[str, Any]) -> str:
    worth = power["recall_per_row"]
    if worth is None:
        return ""
    return f"One minority row more or less found in a test part is {number(100 * worth, 1)} points of recall."


def _power(facts: Facts, power: Mapping[str, Any]) -> Table:
    headings = ("Standard error", "Detectable here", "Difference", "From about", "To about")
    return Table(
        "power",
        f"What this job could show in {METRIC_WORDS[power['primary']]} in four of five such jobs, and with how many "
        f"minority rows a difference as large as the one estimated would be shown; the data has "
        f"{power['n_positive']:,}",
        "Strategy",
        (Heading("Classifier"), *(Heading(heading, numeric=True) for heading in headings)),
        tuple(
            Row(
                facts.strategy(row["strategy"]),
                (
                    Words(facts.name_shortly(row["classifier"])),
                    Number(row["se"], 4),
                    Number(row["detectable"], 3),
                    Number(row["gain"], 3),
                    Number(row["low"]),
                    Number(row["high"]),
                ),
            )
            for row in power["rows"]
        ),
        of_strategies=True,
    )
