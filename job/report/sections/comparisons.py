"""Each strategy against baseline, and our oversampler against SMOTE: differences, intervals and p-values."""

from collections.abc import Sequence
from dataclasses import dataclass

from job.evidence.statistics.bootstrap import MOST_POINTS, MOST_UNITS
from job.evidence.statistics.paired_t import BOOTSTRAP
from job.report.charts.canvas import Description, Picture
from job.report.charts.lines import in_lower_case
from job.report.charts.spread_chart import Panel, Spread, SpreadRow, draw_spreads
from job.report.facts import Facts
from job.report.layout import Cell, Heading, Line, Name, Number, Section, Table, Words, tabulate
from job.report.metric_columns import BY_NAME, Footnotes
from job.results.verdict_facts import Comparison
from job.text import counted, listed, number, plain, sentence, signed

_OTHERS = ("recall", "false_alarms_per_1000", "expected_cost_per_1000", "brier", "log_loss")
_COLUMNS = (
    "The adjusted p-value limits the chance of any false claim among the strategies of one table (Holm). Better, "
    "same and worse are probabilities of a difference beyond the region of practical equivalence (ROPE), within it, "
    "and beyond it the other way. All metrics are in comparisons.csv."
)
_CAPTION = "Differences in {} from baseline on the same splits, with {} intervals (not adjusted)."
_WAYS = {"higher": "better →", "lower": "← better"}
_BLIND = (
    "There is one split only, so differences are about these fitted models, on rows like these. The test rows were "
    "drawn again 2,000 times (a paired bootstrap; whole groups where there are groups, blocks of consecutive rows "
    "where there is a time). That shows the luck in these test rows, and nothing of how models trained on other rows "
    "would differ."
)
_BUNDLED = (
    f" There are more than {MOST_UNITS:,} test rows, so they were drawn in at most {MOST_UNITS:,} bundles (dealt at "
    "random, or of consecutive rows where there is a time), and curves were read at no more than "
    f"{MOST_POINTS:,} points."
)
_CORRECTED = (
    "Splits share most of their rows, so their differences look steadier than they are. The corrected resampled t-test "
    "makes up for that: it takes the variance of a mean difference as s² (1/J + test rows / training rows) over J "
    "splits. False alerts, costs, Brier score and log loss also depend on where the training rows put the cut-off, so "
    "their intervals are wider. For recall it is still too optimistic: where nothing differs, it finds a difference in "
    "10 to 17 % of jobs instead of 5 %."
)


@dataclass(frozen=True)
class Compared:
    """What was compared with one classifier.

    Parameters
    ----------
    insight, noted : str
        How many differences in the ranking metric, and in the others, are significant.
    primary, others : Table
        The metric that ranks strategies in full, and other metrics in short.
    picture, beside : Picture or None
        The metric that ranks strategies, and what decisions find and cost; None where nothing has a difference.
    """

    classifier: Name
    insight: str
    noted: str
    primary: Table
    others: Table
    picture: Picture | None
    beside: Picture | None


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
    interval = "these fitted models, on rows like these"
    if facts.n_splits > 1:
        trained = f"both are trained on {facts.splits.n_train_mean:,.0f} rows like these"
        interval = f"the difference expected on fresh data when {trained}"
    reading = _CORRECTED
    if any(row.method == BOOTSTRAP for row in rows):
        reading = _BLIND + _BUNDLED * (facts.splits.n_test_mean > MOST_UNITS)
    columns = f"Intervals are about {interval}, at {facts.confidence} confidence. {_COLUMNS}"
    compared = tuple(_compare(facts, name) for name in facts.classifiers if rows)
    return Section("comparisons", "Differences from baseline", Comparisons(reading, columns, compared))


def _compare(facts: Facts, classifier: Name) -> Compared:
    n_all, n_primary = _count(facts, classifier, [facts.primary])
    label, level = in_lower_case(BY_NAME[facts.primary].label), plain(1 - facts.spec.evaluation.confidence)
    insight = f"Significant differences in {label} with {classifier.short}: {n_primary:,} of {n_all:,} "
    insight += f"(p\u00a0<\u00a0{level}, adjusted if against baseline)."
    n_all, n_others = _count(facts, classifier, facts.with_values(_OTHERS))
    noted = f"{counted(n_all, 'comparison')}, {n_others:,} significant"
    primary, others = _primary(facts, classifier), _others(facts, classifier)
    beside = [metric for metric in _OTHERS if metric != facts.primary][:2]
    pictures = (_draw(facts, classifier, [facts.primary], primary), _draw(facts, classifier, beside, others))
    return Compared(classifier, insight, noted, primary, others, *pictures)


def _count(facts: Facts, classifier: Name, metrics: Sequence[str]) -> tuple[int, int]:
    """Count comparisons, and those that are significant."""
    rows = [row for metric in metrics for row in _of(facts, classifier, metric)]
    p_values = (row.p_value if row.p_adjusted is None else row.p_adjusted for row in rows)
    return len(rows), sum(p is not None and p < 1 - facts.spec.evaluation.confidence for p in p_values)


def _of(facts: Facts, classifier: Name, metric: str) -> list[Comparison]:
    rows = facts.results.comparisons
    return [row for row in rows if row.classifier == classifier.label and row.metric == metric]


def _draw(facts: Facts, classifier: Name, metrics: Sequence[str], table: Table) -> Picture | None:
    """Draw a panel for each metric: a row for each comparison, its interval, and what makes no practical difference."""
    columns = [_of(facts, classifier, metric) for metric in metrics]
    if all(row.difference is None for rows in columns for row in rows):
        return None
    rows = []
    for each in zip(*columns, strict=True):
        name, other = (facts.strategy(label) for label in (each[0].strategy, each[0].reference))
        against = "" if other == facts.baseline else f"against {other.short}"
        rows.append(SpreadRow(name, against, False, tuple(map(_spread, each)), "no value"))
    ropes = [next((row.rope for row in found if row.rope), None) for found in columns]
    labels = [in_lower_case(BY_NAME[metric].label) for metric in metrics]
    panels = []
    for metric, label, rope in zip(metrics, labels, ropes, strict=True):
        way = _WAYS.get(BY_NAME[metric].better or "", "")
        panels.append(Panel(label.removesuffix(" per 1,000"), is_difference=True, rope=rope, under=way))
    told = (_tell(facts, classifier, label, found) for label, found in zip(labels, columns, strict=True))
    shaded = [f"{rope:.2g} of {label}" for label, rope in zip(labels, ropes, strict=True) if rope]
    caption = _CAPTION.format(listed(labels), facts.confidence)
    caption += f" Shaded: no practical difference, up to {listed(shaded)}." if shaded else ""
    alt = f"Differences from {facts.baseline.short} with {classifier.short}. {' '.join(told)}"
    return draw_spreads(rows, panels, Description(alt, caption, table, "" if len(metrics) == 1 else "Decisions"))


def _spread(row: Comparison) -> Spread | None:
    if row.difference is None:
        return None
    low, high = (row.difference if end is None else end for end in (row.lower, row.upper))
    return Spread(row.difference, low, high)


def _tell(facts: Facts, classifier: Name, label: str, rows: Sequence[Comparison]) -> str:
    decimals = max(facts.decimals(classifier, rows[0].metric), 3)
    parts, unsure = [], []
    for row in rows:
        against = "" if row.reference == facts.baseline.label else f" against {facts.strategy(row.reference).short}"
        name = f"{facts.strategy(row.strategy).short}{against}"
        if row.lower is None or row.upper is None or row.lower <= 0 <= row.upper:
            unsure.append(f"{name} {signed(row.difference, decimals)}")
        else:
            parts.append(f"{name} {signed(row.difference, decimals)} ({_interval(row, decimals)})")
    if unsure:
        parts.append(f"intervals that include 0, or none: {', '.join(unsure)}")
    return f"{label[:1].upper()}{label[1:]}: {'; '.join(parts)}."


def _label(facts: Facts, row: Comparison) -> str:
    return f"{facts.strategy(row.strategy).short} against {facts.strategy(row.reference).short}"


def _primary(facts: Facts, classifier: Name) -> Table:
    footnotes = Footnotes()
    decimals = max(facts.decimals(classifier, facts.primary), 3)
    headings = ("Difference", "Interval", "p", "Adjusted p", "Better", "Same", "Worse", "Splits")
    caption = f"{BY_NAME[facts.primary].label} with {classifier.short}"
    rows = [(row, footnotes.letter(sentence(row.reason or ""))) for row in _of(facts, classifier, facts.primary)]
    lines = [(_label(facts, row), _cells(row, decimals, letter)) for row, letter in rows]
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
    lines: list[Line] = []
    for rows in zip(*columns.values(), strict=True):
        cells = [_short(row, facts.decimals(classifier, row.metric), footnotes) for row in rows]
        lines.append((_label(facts, rows[0]), cells))
    caption = f"Other metrics with {classifier.short}: difference, interval and p (adjusted if against baseline)"
    return tabulate(f"compared-others-{classifier.index}", caption, headings, lines, footnotes.all(), first="Compared")


def _short(row: Comparison, decimals: int, footnotes: Footnotes) -> Cell:
    if row.difference is None:
        return Number(None, footnote=footnotes.letter(sentence(row.reason or "")))
    interval = "" if row.lower is None else f" ({_interval(row, decimals)})"
    p_value = row.p_value if row.p_adjusted is None else row.p_adjusted
    tested = "" if p_value is None else " p < 0.001" if p_value < 0.001 else f" p = {number(p_value, 3)}"
    return Words(f"{signed(row.difference, decimals)}{interval}{tested}")
