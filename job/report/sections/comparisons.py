"""Each strategy against baseline, and our oversampler against SMOTE: differences, intervals and p-values."""

from collections.abc import Sequence
from dataclasses import dataclass

from job.evidence.statistics.paired_t import BOOTSTRAP
from job.report.facts import Facts
from job.report.layout import Cell, Heading, Line, Name, Number, Section, Table, Words, tabulate
from job.report.metric_columns import BY_NAME, Footnotes
from job.results.verdict_facts import Comparison
from job.text import number, sentence, signed

_OTHERS = ("recall", "false_alarms_per_1000", "expected_cost_per_1000", "brier", "log_loss")
_COLUMNS = (
    "The adjusted p-value keeps the chance of any false claim among the strategies of one table down (Holm). Better, "
    "same and worse are probabilities of a difference beyond the region of practical equivalence (ROPE), within it, "
    "and beyond it the other way. All metrics are in comparisons.csv."
)
_BLIND = (
    "There is one split only, so differences are about these fitted models, on rows like these. The test rows were "
    "drawn again 2,000 times (a paired bootstrap; whole groups where there are groups, blocks of consecutive rows "
    "where there is a time). That shows the luck in these test rows, and nothing of how models trained on other rows "
    "would differ."
)
_CORRECTED = (
    "Splits share most of their rows, so their differences look steadier than they are. The corrected resampled t-test "
    "makes up for that: it takes the variance of a mean difference as s² (1/J + test rows / training rows) over J "
    "splits. False alarms, costs, Brier score and log loss also depend on where the training rows put the cut-off, so "
    "their intervals are wider. For recall it is still too sure: where nothing differs it finds something in 10 to 17 "
    "of 100 jobs, not in 5."
)


@dataclass(frozen=True)
class Compared:
    """What was compared with one classifier.

    Parameters
    ----------
    primary, others : Table
        The metric that ranks strategies in full, and other metrics in short.
    """

    classifier: Name
    primary: Table
    others: Table


@dataclass(frozen=True)
class Comparisons:
    """All comparisons.

    Parameters
    ----------
    reading : str
        How they were tested.
    columns : str
        What the columns say.
    """

    reading: str
    columns: str
    classifiers: tuple[Compared, ...]


def build(facts: Facts) -> Section:
    """Build the section."""
    rows = facts.results.comparisons
    about = f"both are trained on {facts.splits.n_train_mean:,.0f} rows like these"
    interval = (
        "these fitted models, on rows like these"
        if facts.n_splits == 1
        else f"the difference expected on fresh data when {about}"
    )
    reading = _BLIND if any(row.method == BOOTSTRAP for row in rows) else _CORRECTED
    columns = f"Intervals are about {interval}, at {facts.confidence} confidence. {_COLUMNS}"
    compared = (Compared(name, _primary(facts, name), _others(facts, name)) for name in facts.classifiers if rows)
    return Section("comparisons", "Differences, tested", Comparisons(reading, columns, tuple(compared)))


def _of(facts: Facts, classifier: Name, metric: str) -> list[Comparison]:
    rows = facts.results.comparisons
    return [row for row in rows if row.classifier == classifier.label and row.metric == metric]


def _label(facts: Facts, row: Comparison) -> str:
    return f"{facts.strategy(row.strategy).short} against {facts.strategy(row.reference).short}"


def _primary(facts: Facts, classifier: Name) -> Table:
    footnotes = Footnotes()
    decimals = max(facts.decimals(classifier, facts.primary), 3)
    headings = ("Difference", "Interval", "p", "Adjusted p", "Better", "Same", "Worse", "Splits")
    caption = f"{BY_NAME[facts.primary].label} with {classifier.short}"
    lines: list[Line] = [
        (_label(facts, row), _cells(row, decimals, footnotes.letter(sentence(row.reason or ""))))
        for row in _of(facts, classifier, facts.primary)
    ]
    return tabulate(f"compared-{classifier.index}", caption, headings, lines, footnotes.all(), first="Compared")


def _cells(row: Comparison, decimals: int, letter: str) -> Sequence[Cell | str]:
    def cell(value: float | None, digits: int) -> Number:
        return Number(value, digits, footnote="" if value is not None else letter)

    return [
        cell(None, 0) if row.difference is None else signed(row.difference, decimals),
        cell(None, 0) if row.lower is None else _interval(row, decimals),
        cell(row.p_value, 3),
        Number(row.p_adjusted, 3),
        *(cell(share, 2) for share in (row.probability_better, row.probability_equivalent, row.probability_worse)),
        Number(row.n_splits),
    ]


def _interval(row: Comparison, decimals: int) -> str:
    return f"{signed(row.lower, decimals)} to {signed(row.upper, decimals)}"


def _others(facts: Facts, classifier: Name) -> Table:
    footnotes = Footnotes()
    columns = {metric: _of(facts, classifier, metric) for metric in facts.with_values(_OTHERS)}
    headings = [Heading(BY_NAME[metric].label, BY_NAME[metric].better) for metric in columns]
    lines: list[Line] = [
        (_label(facts, rows[0]), [_short(row, facts.decimals(classifier, row.metric), footnotes) for row in rows])
        for rows in zip(*columns.values(), strict=True)
    ]
    caption = f"Other metrics with {classifier.short}: difference, interval and p (adjusted where it is with baseline)"
    return tabulate(f"compared-others-{classifier.index}", caption, headings, lines, footnotes.all(), first="Compared")


def _short(row: Comparison, decimals: int, footnotes: Footnotes) -> Cell:
    if row.difference is None:
        return Number(None, footnote=footnotes.letter(sentence(row.reason or "")))
    interval = "" if row.lower is None else f" ({_interval(row, decimals)})"
    p_value = row.p_value if row.p_adjusted is None else row.p_adjusted
    tested = "" if p_value is None else " p < 0.001" if p_value < 0.001 else f" p = {number(p_value, 3)}"
    return Words(f"{signed(row.difference, decimals)}{interval}{tested}")
