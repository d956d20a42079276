"""Which kinds of minority row each strategy finds, and among which rows it raises false alarms."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from job.report.charts.canvas import Block, Description, Picture
from job.report.charts.figures import draw_bars, draw_dots
from job.report.facts import Facts
from job.report.layout import Heading, Line, Name, Number, Section, Table, group_rows, tabulate
from job.results.job_facts import MinorityTypes
from job.results.study_facts import NeighborhoodAlarms, TypeRecall
from job.results.study_facts import Rescued as Found
from job.text import counted, listed, number, percent, sentence

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


Recall = dict[Name, list[TypeRecall]]


@dataclass(frozen=True)
class Rescued:
    """The section.

    Parameters
    ----------
    absent : str
        Why nothing is known of test rows.
    summary : str
        The kinds of minority row in the whole data.
    seen : Table or None
        Test rows of each kind.
    blocks : tuple of Block
        Which rows are found, and where false alarms are raised.
    """

    baseline: str
    summary: str
    types: Picture | None
    absent: str = ""
    seen: Table | None = None
    sampled: str = ""
    blocks: tuple[Block, ...] = ()


def build(facts: Facts) -> Section:
    """Build the section."""
    found, baseline = facts.results.rescued, facts.baseline.short
    summary, picture = _summary(facts.dataset.minority_types)
    if found.n_splits:
        blocks = tuple(_block(facts, classifier, found) for classifier in facts.classifiers)
        sampled = _SAMPLED if found.sampled else ""
        content = Rescued(baseline, summary, picture, "", _seen(found), sampled, blocks)
    else:
        content = Rescued(baseline, summary, picture, sentence(f"No row could be told apart: {found.reason}"))
    return Section("rescued", "Which rows are found", content)


def _summary(whole: MinorityTypes) -> tuple[str, Picture | None]:
    """Tell the minority of the whole data by its kinds."""
    if not whole.types:
        return sentence(f"The minority of the whole data could not be told apart: {whole.reason}"), None
    told = listed(_counted(row.n, row.type) for row in whole.types)
    said = f"Of {counted(whole.n_minority, 'minority row')}, each among all other rows of the data: {told}."
    said += f" {percent(next(row.share for row in whole.types if row.type == 'safe'))} lie safely among their own."
    if whole.n_minority < whole.k + 1:
        said += " With fewer than six minority rows hardly any can have four of its own kind around it."
    rows: list[Line] = [(row.type, (_MEANINGS[row.type], Number(row.n), percent(row.share))) for row in whole.types]
    caption = "Minority rows of the whole data by kind"
    table = tabulate("minority-types", caption, (Heading("Means"), "Rows", "Share"), rows, first="Kind")
    bars = [(row.type, float(row.n), row.type == "safe") for row in whole.types]
    alt = f"{caption}: {told}."
    caption = "Minority rows by how many of their five nearest rows are minority too; of a large data set, a sample."
    return said, draw_bars(bars, "minority rows", Description(alt, caption, table))


def _counted(count: int, kind: str) -> str:
    return f"{count:,} {kind}s" if kind == "outlier" and count != 1 else f"{count:,} {kind}"


def _seen(found: Found) -> Table:
    """Count the test rows of each kind; a row that several test parts hold counts in each."""
    headings = (Heading("Means"), "Test rows", "Share", "Different rows")
    lines: list[Line] = [
        (row.type, (_MEANINGS[row.type], Number(row.n), percent(row.share), Number(row.n_distinct)))
        for row in found.types
    ]
    return tabulate("rescued-types", "Minority rows of all test parts by kind", headings, lines, first="Kind")


def _block(facts: Facts, classifier: Name, found: Found) -> Block:
    recall = group_rows(facts.strategies, classifier, found.recall)
    table = _recall_table(facts, classifier, recall)
    picture = _draw(classifier, recall, table)
    tables = table, _alarms_table(facts, classifier, found)
    return Block(classifier, (_sentence(facts, recall),), tables, (picture,) if picture else ())


def _sentence(facts: Facts, recall: Recall) -> str:
    """Say which rows the strategy found that finds most of what baseline misses."""
    baseline = facts.baseline.short
    others = {
        name: rows for name, rows in recall.items() if name != facts.baseline and any(row.n_pairs for row in rows)
    }
    if not others:
        return f"There is nothing to compare {baseline} with."
    name = max(others, key=lambda each: sum(row.rescued - row.lost for row in others[each]))
    rescued, lost = sum(row.rescued for row in others[name]), sum(row.lost for row in others[name])
    if rescued <= lost:
        return f"No strategy finds more than {baseline} does."
    kinds = listed(_counted(row.rescued, row.type) for row in others[name])
    return (
        f"Of {sum(row.n_pairs for row in others[name]):,} minority rows in all test parts together, {name.short} finds "
        f"{rescued:,} that {baseline} misses ({kinds}){f', and misses {lost:,} that {baseline} finds' if lost else ''}."
    )


def _draw(classifier: Name, recall: Recall, table: Table) -> Picture | None:
    dots = [
        (name, [row.recall for row in rows])
        for name, rows in recall.items()
        if any(row.recall is not None for row in rows)
    ]
    if not dots:
        return None
    parts = [f"{name.short} {listed(number(value, 2) for value in values)}" for name, values in dots]
    kinds = [row.type for row in next(iter(recall.values()))]
    alt = f"Recall with {classifier.short} of {listed(kinds)} rows: {'; '.join(parts)}."
    numbers = replace(table, key=f"{table.key}-chart", caption=f"{table.caption}: the numbers of the chart")
    return draw_dots(kinds, dots, "minority recall", Description(alt, _CAPTION, numbers))


def _recall_table(facts: Facts, classifier: Name, recall: Recall) -> Table:
    baseline = facts.baseline

    def cell(row: TypeRecall) -> str:
        gained = f" (+{row.rescued:,} \u2212{row.lost:,})" if row.n_pairs and row.strategy != baseline.label else ""
        return f"{number(row.recall, 2)}{gained}"

    headings = [_heading(rows[0].type.capitalize(), "higher", rows) for rows in zip(*recall.values(), strict=True)]
    lines: list[Line] = [(name, map(cell, rows)) for name, rows in recall.items()]
    caption = f"Recall by kind of row with {classifier.short}, and rows gained and lost beside {baseline.short}"
    return tabulate(f"rescued-{classifier.index}", caption, headings, lines)


def _heading(label: str, better: str, rows: Sequence[TypeRecall | NeighborhoodAlarms]) -> Heading:
    return Heading(label, better, f"of {counted(max(row.n for row in rows), 'row')}", numeric=True)


def _alarms_table(facts: Facts, classifier: Name, found: Found) -> Table:
    alarms = group_rows(facts.strategies, classifier, found.false_alarms)
    headings = [
        _heading(f"{place} minority", "lower", rows) for place, rows in enumerate(zip(*alarms.values(), strict=True))
    ]
    lines: list[Line] = [
        (name, [f"{percent(row.rate)} ({row.alarms:,})" if row.n else "–" for row in rows])
        for name, rows in alarms.items()
    ]
    caption = f"False alarms with {classifier.short}, by how many of a row's five nearest training rows are minority"
    return tabulate(f"rescued-alarms-{classifier.index}", caption, headings, lines)
