"""Two answers for each oversampler and classifier, and what it would take to know more."""

from collections.abc import Sequence
from dataclasses import dataclass

from job.evidence.statistics.paired_t import BOOTSTRAP
from job.report.charts.canvas import Block
from job.report.facts import Facts
from job.report.layout import Heading, Line, Name, Number, Section, Table, tabulate
from job.results.verdict_facts import PowerRow, RankingAnswer, Rivalry, VerdictRow
from job.text import number, sentence
from job.wording import verdict_rows as wording

_ANSWERED = (Heading("Answer"), Heading("Difference"), Heading("Probability"))
_DECIDED = (Heading("Answer"), Heading("In words"))


@dataclass(frozen=True)
class Verdict:
    """The verdicts.

    Parameters
    ----------
    blocks : tuple of Block
        The two answers of each classifier, and our oversampler against SMOTE; in detail what could have been shown, and
        with how many minority rows. Nothing where no oversampler was listed.
    reading : str
        How this was tested.
    power : bool
        Whether any block has such details.
    row_worth : str
        What one test row is worth.
    """

    blocks: tuple[Block, ...]
    reading: str
    power: bool
    row_worth: str


def build(facts: Facts) -> Section:
    """Build the section."""
    blocks = tuple(_block(facts, name) for name in facts.classifiers) if facts.results.verdict.rows else ()
    power, worth = any(block.details for block in blocks), _describe_row(facts.results.power.recall_per_row)
    return Section("verdict", "Verdict on each oversampler", Verdict(blocks, _describe_test(facts), power, worth))


def _block(facts: Facts, classifier: Name) -> Block:
    verdict = facts.results.verdict
    rows = [row for row in verdict.rows if row.classifier == classifier.label]
    rivals = [row for row in verdict.custom_against_smote if row.classifier == classifier.label]
    power = [row for row in facts.results.power.rows if row.classifier == classifier.label]
    tables = [_ranking(facts, classifier, rows), _decision(facts, classifier, rows)]
    tables += [_rivals(facts, classifier, rivals)] if rivals else []
    details = (_power(facts, classifier, power),) if any(row.low is not None for row in power) else ()
    return Block(classifier, tables=tuple(tables), details=details)


def _ranking(facts: Facts, classifier: Name, rows: Sequence[VerdictRow]) -> Table:
    metric = wording.METRIC_WORDS[facts.primary]
    lines = [(facts.strategy(row.strategy), _graded(facts, row.ranking, not row.tuned_against_untuned)) for row in rows]
    caption = f"Does it rank better than {facts.baseline.short} with {classifier.short}? Difference in {metric}"
    return tabulate(f"verdicts-{classifier.index}", caption, _ANSWERED, lines)


def _graded(facts: Facts, tested: RankingAnswer | Rivalry, is_fair: bool = True) -> tuple[str, ...]:
    told = f"{wording.RANKING_TITLES[tested.code]}{'' if is_fair else ' (tuned against untuned)'}"
    if tested.difference is None:
        return (told, tested.reason or "no value", "–")
    shortage = tested.shortage if isinstance(tested, RankingAnswer) else None
    sure = wording.describe_shortage(shortage) if shortage else wording.describe_probability(tested)
    return (told, wording.describe_difference(tested, facts.spec.evaluation.confidence), sure or "–")


def _decision(facts: Facts, classifier: Name, rows: Sequence[VerdictRow]) -> Table:
    lines: list[Line] = []
    for row in rows:
        has_decisions = row.means["recall"].strategy is not None
        answer = wording.DECISION_TITLES[row.decision.code] if has_decisions else "Untested"
        words = sentence(wording.describe_decision(row))
        lines.append((facts.strategy(row.strategy), (answer, words)))
    caption = f"How do the decisions differ from those of {facts.baseline.short} with {classifier.short}?"
    return tabulate(f"decisions-answer-{classifier.index}", caption, _DECIDED, lines)


def _rivals(facts: Facts, classifier: Name, rows: Sequence[Rivalry]) -> Table:
    metric = wording.METRIC_WORDS[facts.primary]
    caption = f"Our oversampler against SMOTE with {classifier.short}: difference in {metric}"
    lines: list[Line] = []
    for row in rows:
        name = f"{facts.name_shortly(row.strategy)} against {facts.name_shortly(row.reference)}"
        lines.append((name, _graded(facts, row)))
    return tabulate(f"rivals-{classifier.index}", caption, _ANSWERED, lines, first="Compared")


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
        "comparisons.csv has the unadjusted ones. docs/verdict.md shows how often the answers are right where the "
        "truth is known."
    )


def _describe_row(worth: float | None) -> str:
    if worth is None:
        return ""
    return f"Finding one minority row more or fewer in a test part changes recall by {number(100 * worth, 1)} points."


def _power(facts: Facts, classifier: Name, rows: Sequence[PowerRow]) -> Table:
    power = facts.results.power
    headings = ("Standard error", "Detectable", "Difference", "Rows needed, from", "To")
    caption = (
        f"Power of one test for {wording.METRIC_WORDS[power.primary]} with {classifier.short}: the difference that "
        "this job detects with 80 % power, and the minority rows needed to detect the difference in the table (the "
        f"estimate, or the ROPE if that is larger); the data has {power.n_positive:,}"
    )
    lines: list[Line] = []
    for row in rows:
        found = (Number(row.se, 4), Number(row.detectable, 3), Number(row.gain, 3), Number(row.low), Number(row.high))
        lines.append((facts.strategy(row.strategy), found))
    return tabulate(f"power-{classifier.index}", caption, headings, lines)
