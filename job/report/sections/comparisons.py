"""Each strategy against baseline, and our oversampler against SMOTE: differences, intervals and p-values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from job.evidence.statistics.paired_t import BOOTSTRAP
from job.report.facts import Facts, Found
from job.report.layout import Cell, Heading, Line, Name, Number, Section, Table, Words, tabulate
from job.report.metric_columns import BY_NAME, Footnotes
from job.text import number, sentence, signed

_ABSENT = "These results hold no comparisons."
_NOTHING = "Only baseline was run, so there is nothing to compare."
_OTHERS = ("recall", "false_alarms_per_1000", "expected_cost_per_1000", "brier", "log_loss")
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
    absent : str
        Why there are none.
    reading : str
        How they were tested.
    columns : str
        What the columns say.
    """

    absent: str
    reading: str = ""
    columns: str = ""
    classifiers: tuple[Compared, ...] = ()


def build(facts: Facts) -> Section:
    """Build the section."""
    rows = facts.results.get("comparisons")
    content = Comparisons(_ABSENT if rows is None else _NOTHING) if not rows else _content(facts, rows)
    return Section("comparisons", "Differences, tested", content)


def _content(facts: Facts, rows: Sequence[Found]) -> Comparisons:
    columns = (
        f"{_about(facts)} The adjusted p-value "
        f"keeps the chance of any false claim among the strategies of one table down (Holm). Better, same and worse "
        "are probabilities of a difference beyond the region of practical equivalence (ROPE), within it, and beyond it "
        "the other way. All metrics are in comparisons.csv."
    )
    bootstrapped = any(row["method"] == BOOTSTRAP for row in rows)
    compared = tuple(
        Compared(classifier, _primary(facts, classifier, rows), _others(facts, classifier, rows))
        for classifier in facts.classifiers
    )
    return Comparisons("", _BLIND if bootstrapped else _CORRECTED, columns, compared)


def _about(facts: Facts) -> str:
    """Say what an interval is about."""
    if facts.n_splits == 1:
        return f"Intervals are about these fitted models, on rows like these, at {facts.confidence} confidence."
    return (
        f"Intervals are about the difference expected on fresh data when both are trained on "
        f"{facts.splits['n_train_mean']:,.0f} rows like these, at {facts.confidence} confidence."
    )


def _of(rows: Sequence[Found], classifier: Name, metric: str) -> list[Found]:
    return [row for row in rows if row["classifier"] == classifier.label and row["metric"] == metric]


def _label(facts: Facts, row: Found) -> str:
    short = {name.label: name.short for name in facts.strategies}
    return f"{short[row['strategy']]} against {short[row['reference']]}"


def _primary(facts: Facts, classifier: Name, rows: Sequence[Found]) -> Table:
    footnotes = Footnotes()
    decimals = max(facts.decimals(classifier, facts.primary), 3)
    headings = ("Difference", "Interval", "p", "Adjusted p", "Better", "Same", "Worse", "Splits")
    caption = f"{sentence(BY_NAME[facts.primary].label).rstrip('.')} with {classifier.short}"
    lines: list[Line] = [
        (_label(facts, row), _cells(row, decimals, footnotes.letter(sentence(str(row["reason"] or "")))))
        for row in _of(rows, classifier, facts.primary)
    ]
    return tabulate(f"compared-{classifier.index}", caption, headings, lines, footnotes.all(), first="Compared")


def _cells(row: Found, decimals: int, letter: str) -> Sequence[Cell | str]:
    def cell(key: str, digits: int) -> Number:
        return Number(row[key], digits, footnote="" if row[key] is not None else letter)

    none = Number(None, footnote=letter)
    return [
        none if row["difference"] is None else signed(row["difference"], decimals),
        none if row["lower"] is None else _interval(row, decimals),
        cell("p_value", 3),
        Number(row["p_adjusted"], 3),
        *(cell(f"probability_{kind}", 2) for kind in ("better", "equivalent", "worse")),
        Number(row["n_splits"]),
    ]


def _interval(row: Mapping[str, float], decimals: int) -> str:
    return f"{signed(row['lower'], decimals)} to {signed(row['upper'], decimals)}"


def _others(facts: Facts, classifier: Name, rows: Sequence[Found]) -> Table:
    footnotes = Footnotes()
    columns = {metric: _of(rows, classifier, metric) for metric in facts.with_values(_OTHERS)}
    names = [_label(facts, row) for row in columns[_OTHERS[0]]]
    headings = [Heading(BY_NAME[metric].label, BY_NAME[metric].better) for metric in columns]
    lines: list[Line] = [
        (name, [_short(facts, classifier, metric, columns[metric][place], footnotes) for metric in columns])
        for place, name in enumerate(names)
    ]
    caption = f"Other metrics with {classifier.short}: difference, interval and p (adjusted where it is with baseline)"
    return tabulate(f"compared-others-{classifier.index}", caption, headings, lines, footnotes.all(), first="Compared")


def _short(facts: Facts, classifier: Name, metric: str, row: Found, footnotes: Footnotes) -> Cell:
    decimals = facts.decimals(classifier, metric)
    if row["difference"] is None:
        return Number(None, footnote=footnotes.letter(sentence(str(row["reason"]))))
    parts = [signed(row["difference"], decimals)]
    if row["lower"] is not None:
        parts.append(f"({_interval(row, decimals)})")
    p_value = row["p_adjusted"] if row["p_adjusted"] is not None else row["p_value"]
    if p_value is not None:
        parts.append("p < 0.001" if p_value < 0.001 else f"p = {number(p_value, 3)}")
    return Words(" ".join(parts))
