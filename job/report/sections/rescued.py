"""Which kinds of minority row each strategy finds, and among which rows it raises false alarms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from job.report.charts.canvas import Picture
from job.report.charts.figures import Dots, draw_bars, draw_dots
from job.report.facts import Facts, Found
from job.report.layout import Heading, Line, Name, Number, Section, Table, tabulate
from job.text import counted, listed, number, percent, sentence

_ABSENT = "These results don't tell minority rows apart."
_MEANINGS = {
    "safe": "4 or 5 minority neighbours",
    "borderline": "2 or 3 minority neighbours",
    "rare": "1 minority neighbour",
    "outlier": "no minority neighbour",
}
_CAPTION = (
    "Share of the test rows of each kind that were found, at each strategy's own decision, over all splits. The lower "
    "the kind, the more it lies among other rows."
)
_SAMPLED = (
    "The data is large: neighbours were sought among a sample of each training part that keeps the shares of the "
    "classes, and for a sample of the test rows."
)


@dataclass(frozen=True)
class Kinds:
    """One classifier's strategies by kind of row."""

    classifier: Name
    sentence: str
    picture: Picture | None
    recall: Table
    alarms: Table


@dataclass(frozen=True)
class Rescued:
    """The section.

    Parameters
    ----------
    absent : str
        Why there is nothing to show.
    summary : str
        The kinds of minority row in the whole data.
    seen : Table or None
        Test rows of each kind.
    blocks : tuple of Kinds
        One for each classifier.
    """

    baseline: str
    absent: str
    summary: str = ""
    types: Picture | None = None
    seen: Table | None = None
    sampled: str = ""
    blocks: tuple[Kinds, ...] = ()


def build(facts: Facts) -> Section:
    """Build the section."""
    rescued = facts.results.get("rescued")
    return Section(
        "rescued", "Which rows are found", Rescued("", _ABSENT) if rescued is None else _content(facts, rescued)
    )


def _content(facts: Facts, rescued: Found) -> Rescued:
    whole = facts.dataset.get("minority_types")
    summary, picture = _summary(whole) if whole else ("", None)
    if not rescued["n_splits"]:
        return Rescued("", sentence(f"No row could be told apart: {rescued['reason']}"), summary, picture)
    blocks = tuple(_kinds(facts, classifier, rescued) for classifier in facts.classifiers)
    return Rescued(
        facts.baseline.short, "", summary, picture, _seen(rescued), _SAMPLED if rescued["sampled"] else "", blocks
    )


def _summary(whole: Found) -> tuple[str, Picture | None]:
    """Tell the minority of the whole data by its kinds."""
    if not whole["types"]:
        return sentence(f"The minority of the whole data could not be told apart: {whole['reason']}"), None
    counts = {row["type"]: row["n"] for row in whole["types"]}
    inside = counts["safe"] / whole["n_minority"]
    told = listed(_counted(count, kind) for kind, count in counts.items())
    said = f"Of {counted(whole['n_minority'], 'minority row')}, each among all other rows of the data: {told}."
    few = (
        " With fewer than six minority rows hardly any can have four of its own kind around it."
        if whole["n_minority"] < whole["k"] + 1
        else ""
    )
    said += f" {percent(inside)} lie safely among their own.{few}"
    rows: list[Line] = [
        (row["type"], (_MEANINGS[row["type"]], Number(row["n"]), percent(row["share"]))) for row in whole["types"]
    ]
    caption = "Minority rows of the whole data by kind"
    table = tabulate("minority-types", caption, (Heading("Means"), "Rows", "Share"), rows, first="Kind")
    bars = [(row["type"], float(row["n"]), row["type"] == "safe") for row in whole["types"]]
    alt = f"Minority rows of the whole data by kind: {told}."
    caption = "Minority rows by how many of their five nearest rows are minority too; of a large data set, a sample."
    return said, draw_bars(bars, "minority rows", alt, caption, table)


def _counted(count: int, kind: str) -> str:
    return f"{count:,} {kind}s" if kind == "outlier" and count != 1 else f"{count:,} {kind}"


def _seen(rescued: Found) -> Table:
    """Count the test rows of each kind; a row that several test parts hold counts in each."""
    headings = (Heading("Means"), "Test rows", "Share", "Different rows")
    lines: list[Line] = []
    for row in rescued["types"]:
        meaning, share = _MEANINGS[row["type"]], percent(row["share"])
        lines.append((row["type"], (meaning, Number(row["n"]), share, Number(row["n_distinct"]))))
    return tabulate("rescued-types", "Minority rows of all test parts by kind", headings, lines, first="Kind")


def _kinds(facts: Facts, classifier: Name, rescued: Found) -> Kinds:
    recall = _by_strategy(facts, classifier, rescued["recall"])
    alarms = _by_strategy(facts, classifier, rescued["false_alarms"])
    table = _recall_table(facts, classifier, recall)
    return Kinds(
        classifier, _sentence(facts, recall), _draw(classifier, recall, table), table, _alarms_table(classifier, alarms)
    )


def _by_strategy(facts: Facts, classifier: Name, rows: Sequence[Found]) -> list[tuple[Name, list[Found]]]:
    """Every strategy of the page that has rows here, with its rows in their order."""
    found = [
        (name, [row for row in rows if (row["strategy"], row["classifier"]) == (name.label, classifier.label)])
        for name in facts.strategies
    ]
    return [(name, own) for name, own in found if own]


def _sentence(facts: Facts, recall: Sequence[tuple[Name, list[Found]]]) -> str:
    """Say which rows the strategy found that finds most of what baseline misses."""
    others = [pair for pair in recall if pair[0] != facts.baseline and sum(row["n_pairs"] for row in pair[1])]
    if not others:
        return f"There is nothing to compare {facts.baseline.short} with."
    name, rows = max(others, key=lambda pair: sum(row["rescued"] - row["lost"] for row in pair[1]))
    rescued, lost, n = (sum(row[key] for row in rows) for key in ("rescued", "lost", "n_pairs"))
    if rescued <= lost:
        return f"No strategy finds more than {facts.baseline.short} does."
    kinds = listed(_counted(row["rescued"], row["type"]) for row in rows)
    missed = f", and misses {lost:,} that {facts.baseline.short} finds" if lost else ""
    found = f"{name.short} finds {rescued:,} that {facts.baseline.short} misses ({kinds}){missed}."
    return f"Of {n:,} minority rows in all test parts together, {found}"


def _draw(classifier: Name, recall: Sequence[tuple[Name, list[Found]]], table: Table) -> Picture | None:
    dots = [
        Dots(name, tuple(row["recall"] for row in rows))
        for name, rows in recall
        if any(row["recall"] is not None for row in rows)
    ]
    if not dots:
        return None
    parts = [f"{strategy.name.short} {listed(number(value, 2) for value in strategy.values)}" for strategy in dots]
    kinds = tuple(row["type"] for row in recall[0][1])
    alt = f"Recall with {classifier.short} of {listed(kinds)} rows: {'; '.join(parts)}."
    numbers = replace(table, key=f"{table.key}-chart", caption=f"{table.caption}: the numbers of the chart")
    return draw_dots(kinds, dots, "minority recall", alt, _CAPTION, numbers)


def _recall_table(facts: Facts, classifier: Name, recall: Sequence[tuple[Name, list[Found]]]) -> Table:
    kinds = recall[0][1] if recall else []
    sizes = [max(rows[place]["n"] for _, rows in recall) for place in range(len(kinds))]
    headings = [
        Heading(row["type"].capitalize(), "higher", f"of {counted(size, 'row')}", numeric=True)
        for row, size in zip(kinds, sizes, strict=True)
    ]
    lines: list[Line] = [(name, [_found(row, name == facts.baseline) for row in rows]) for name, rows in recall]
    caption = f"Recall by kind of row with {classifier.short}, and rows gained and lost beside {facts.baseline.short}"
    return tabulate(f"rescued-{classifier.index}", caption, headings, lines)


def _found(row: Found, is_baseline: bool) -> str:
    shown = number(row["recall"], 2)
    return shown if is_baseline or not row["n_pairs"] else f"{shown} (+{row['rescued']:,} \u2212{row['lost']:,})"


def _alarms_table(classifier: Name, alarms: Sequence[tuple[Name, list[Found]]]) -> Table:
    places = range(len(alarms[0][1])) if alarms else range(0)
    headings = []
    for place in places:
        size = max(rows[place]["n"] for _, rows in alarms)
        headings.append(Heading(f"{place} minority", "lower", f"of {counted(size, 'row')}", numeric=True))
    lines: list[Line] = [
        (name, [f"{percent(row['rate'])} ({row['alarms']:,})" if row["n"] else "–" for row in rows])
        for name, rows in alarms
    ]
    caption = f"False alarms with {classifier.short}, by how many of a row's five nearest training rows are minority"
    return tabulate(f"rescued-alarms-{classifier.index}", caption, headings, lines)
