"""Two answers for each oversampler and classifier, and what it would take to know more."""

from collections.abc import Sequence
from dataclasses import dataclass

from job.evidence.statistics.paired_t import BOOTSTRAP
from job.report.facts import Facts
from job.report.layout import Heading, Line, Number, Section, Table, tabulate
from job.results.verdict_facts import RankingAnswer, Rivalry, VerdictRow
from job.text import number, sentence
from job.wording import verdict_rows as wording

_ANSWERED = (Heading("Classifier"), Heading("Answer"), Heading("Difference"), Heading("Probability"))
_DECIDED = (Heading("Classifier"), Heading("Answer"), Heading("In words"))


@dataclass(frozen=True)
class Verdict:
    """The verdicts.

    Parameters
    ----------
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

    ranking: Table | None
    decision: Table | None
    rivals: Table | None
    reading: str
    power: Table | None
    row_worth: str


def build(facts: Facts) -> Section:
    """Build the section."""
    rows, rivals, power = facts.results.verdict.rows, facts.results.verdict.custom_against_smote, facts.results.power
    content = Verdict(
        ranking=_ranking(facts, rows) if rows else None,
        decision=_decision(facts, rows) if rows else None,
        rivals=_rivals(facts, rivals) if rivals else None,
        reading=_describe_test(facts),
        power=_power(facts) if any(row.low is not None for row in power.rows) else None,
        row_worth=_describe_row(power.recall_per_row),
    )
    return Section("verdict", "Verdicts, one by one", content)


def _ranking(facts: Facts, rows: Sequence[VerdictRow]) -> Table:
    metric = wording.METRIC_WORDS[facts.primary]
    lines = [(facts.strategy(row.strategy), _graded(facts, row.classifier, row.ranking)) for row in rows]
    caption = f"Does it rank better than {facts.baseline.short}? Difference in {metric}"
    return tabulate("verdicts", caption, _ANSWERED, lines)


def _graded(facts: Facts, classifier: str, tested: RankingAnswer | Rivalry) -> tuple[str, ...]:
    told = facts.name_shortly(classifier), wording.RANKING_TITLES[tested.code]
    if tested.difference is None:
        return (*told, tested.reason or "no value", "–")
    shortage = tested.shortage if isinstance(tested, RankingAnswer) else None
    sure = wording.describe_shortage(shortage) if shortage else wording.describe_probability(tested)
    return (*told, wording.describe_difference(tested, facts.spec.evaluation.confidence), sure or "–")


def _decision(facts: Facts, rows: Sequence[VerdictRow]) -> Table:
    lines: list[Line] = []
    for row in rows:
        answer, words = wording.DECISION_TITLES[row.decision.code], sentence(wording.describe_decision(row))
        lines.append((facts.strategy(row.strategy), (facts.name_shortly(row.classifier), answer, words)))
    return tabulate("decisions-answer", "How do its own decisions differ?", _DECIDED, lines)


def _rivals(facts: Facts, rows: Sequence[Rivalry]) -> Table:
    caption = f"Our oversampler against SMOTE: difference in {wording.METRIC_WORDS[facts.primary]}"
    lines: list[Line] = []
    for row in rows:
        name = f"{facts.name_shortly(row.strategy)} against {facts.name_shortly(row.reference)}"
        lines.append((name, _graded(facts, row.classifier, row)))
    return tabulate("rivals", caption, _ANSWERED, lines, first="Compared")


def _describe_test(facts: Facts) -> str:
    methods = {row.method for row in facts.results.comparisons if row.metric == facts.primary}
    how = (
        "a paired bootstrap over the test rows of the only split, which is about two fitted models and says nothing "
        "of another split, so no answer is more than probable"
        if BOOTSTRAP in methods
        else "the corrected resampled t-test over the splits"
    )
    return (
        f"Rankings are compared by {wording.METRIC_WORDS[facts.primary]} and tested by {how}. Intervals and p-values "
        f"are simultaneous over all oversamplers and classifiers of the job (Holm), at {facts.confidence} confidence; "
        "comparisons.csv has the plain ones. docs/verdict.md shows how often the answers are right where the truth is "
        "known."
    )


def _describe_row(worth: float | None) -> str:
    if worth is None:
        return ""
    return f"One minority row more or less found in a test part is {number(100 * worth, 1)} points of recall."


def _power(facts: Facts) -> Table:
    power = facts.results.power
    headings = (Heading("Classifier"), "Standard error", "Detectable here", "Difference", "From about", "To about")
    caption = (
        f"What this job could show in {wording.METRIC_WORDS[power.primary]} in four of five such jobs, and with how "
        "many minority rows a difference as large as the one estimated would be shown; the data has "
        f"{power.n_positive:,}"
    )
    lines: list[Line] = []
    for row in power.rows:
        found = (Number(row.se, 4), Number(row.detectable, 3), Number(row.gain, 3), Number(row.low), Number(row.high))
        lines.append((facts.strategy(row.strategy), (facts.name_shortly(row.classifier), *found)))
    return tabulate("power", caption, headings, lines)
