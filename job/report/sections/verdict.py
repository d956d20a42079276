"""Two answers for each oversampler and classifier, and what it would take to know more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from job.evidence.statistics.paired_t import BOOTSTRAP
from job.report.facts import Facts, Found
from job.report.layout import Heading, Line, Number, Section, Table, tabulate
from job.text import number
from job.wording import verdict as wording
from job.wording.verdict import (
    METRIC_WORDS,
)

_ABSENT = "These results hold no verdict."
_ANSWERED = (Heading("Classifier"), Heading("Answer"), Heading("Difference"), Heading("Probability"))
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


def _content(facts: Facts, verdict: Found, power: Found) -> Verdict:
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


def _ranking(facts: Facts, rows: Sequence[Found]) -> Table:
    caption = f"Does it rank better than {facts.baseline.short}? Difference in {METRIC_WORDS[facts.primary]}"
    lines = [
        (facts.strategy(row["strategy"]), (facts.name_shortly(row["classifier"]), *_graded(facts, row["ranking"])))
        for row in rows
    ]
    return tabulate("verdicts", caption, _ANSWERED, lines)


def _graded(facts: Facts, tested: Found) -> tuple[str, str, str]:
    title, shortage = wording.RANKING_TITLES[tested["code"]], tested.get("shortage")
    if tested["difference"] is None:
        return title, tested["reason"] or "no value", "–"
    sure = wording.describe_shortage(shortage) if shortage else wording.describe_probability(tested)
    return title, wording.describe_difference(tested, facts.spec["evaluation"]["confidence"]), sure or "–"


def _decision(facts: Facts, rows: Sequence[Found]) -> Table:
    headings = (Heading("Classifier"), Heading("Answer"), Heading("In words"))
    lines: list[Line] = []
    for row in rows:
        answer = wording.DECISION_TITLES[row["decision"]["code"]]
        cells = (facts.name_shortly(row["classifier"]), answer, wording.describe_decision(row))
        lines.append((facts.strategy(row["strategy"]), cells))
    return tabulate("decisions-answer", "How do its own decisions differ?", headings, lines)


def _rivals(facts: Facts, rows: Sequence[Found]) -> Table:
    caption = f"Our oversampler against SMOTE: difference in {METRIC_WORDS[facts.primary]}"
    lines: list[Line] = []
    for row in rows:
        strategy, reference = (facts.name_shortly(row[key]) for key in ("strategy", "reference"))
        lines.append((f"{strategy} against {reference}", (facts.name_shortly(row["classifier"]), *_graded(facts, row))))
    return tabulate("rivals", caption, _ANSWERED, lines, first="Compared")


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


def _row_worth(power: Found) -> str:
    worth = power["recall_per_row"]
    if worth is None:
        return ""
    return f"One minority row more or less found in a test part is {number(100 * worth, 1)} points of recall."


def _power(facts: Facts, power: Found) -> Table:
    headings = (Heading("Classifier"), "Standard error", "Detectable here", "Difference", "From about", "To about")
    decimals = {"se": 4, "detectable": 3, "gain": 3, "low": 0, "high": 0}
    caption = (
        f"What this job could show in {METRIC_WORDS[power['primary']]} in four of five such jobs, and with how many "
        "minority rows a difference as large as the one estimated would be shown; the data has "
        f"{power['n_positive']:,}"
    )
    lines: list[Line] = []
    for row in power["rows"]:
        numbers = (Number(row[key], digits) for key, digits in decimals.items())
        lines.append((facts.strategy(row["strategy"]), (facts.name_shortly(row["classifier"]), *numbers)))
    return tabulate("power", caption, headings, lines)
