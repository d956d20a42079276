"""Which kinds of minority row each strategy finds, and among which rows it raises false alerts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from job.evidence.diagnosis import MOST_PREPARED
from job.evidence.rescued import count_gained
from job.report.charts.canvas import Block, Description, Picture
from job.report.charts.figures import draw_bars
from job.report.charts.lines import draw_slopes, part_strategies
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
    "Recall by type of minority example, at each strategy's own decision threshold, over all splits; below each type "
    "its test rows. From left to right, more neighbours are of other classes."
)
_SAMPLED = (
    "The data is large: neighbours were sought among a sample of each training part that keeps the shares of the "
    "classes, and for a sample of the test rows; columns were scaled by at most "
    f"{MOST_PREPARED:,} training rows."
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
        Which rows are found, and where false alerts are raised.
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
        why = sentence(f"The types of minority rows couldn't be determined: {found.reason}")
        content = Rescued(baseline, summary, picture, why)
    return Section("rescued", "Recall by type of minority example", content)


def _summary(whole: MinorityTypes) -> tuple[str, Picture | None]:
    """Tell the minority of the whole data by its kinds."""
    if not whole.types:
        return sentence(f"The types of minority rows in the whole data couldn't be determined: {whole.reason}"), None
    told = listed(_counted(row.n, row.type) for row in whole.types)
    said = f"Of {counted(whole.n_minority, 'minority row')}, each among all other rows of the data: {told}."
    said += f" {percent(next(row.share for row in whole.types if row.type == 'safe'))} are safe."
    if whole.n_minority < whole.k + 1:
        said += " With fewer than six minority rows hardly any can have four minority neighbours."
    rows: list[Line] = [(row.type, (_MEANINGS[row.type], Number(row.n), percent(row.share))) for row in whole.types]
    caption = "Minority rows of the whole data by type"
    table = tabulate("minority-types", caption, (Heading("Meaning"), "Rows", "Share"), rows, first="Type")
    bars = [(row.type, float(row.n), row.type == "safe") for row in whole.types]
    alt = f"{caption}: {told}."
    caption = "Minority rows by how many of their five nearest rows are minority too (in large data, of a sample)."
    return said, draw_bars(bars, "minority rows", Description(alt, caption, table))


def _counted(count: int, kind: str) -> str:
    return f"{count:,} {kind}s" if kind == "outlier" and count != 1 else f"{count:,} {kind}"


def _seen(found: Found) -> Table:
    """Count the test rows of each kind; a row that several test parts hold counts in each."""
    headings = (Heading("Meaning"), "Test rows", "Share", "Distinct rows")
    counts = ((row.type, (Number(row.n), percent(row.share), Number(row.n_distinct))) for row in found.types)
    lines: list[Line] = [(kind, (_MEANINGS[kind], *cells)) for kind, cells in counts]
    return tabulate("rescued-types", "Minority rows of all test parts by type", headings, lines, first="Type")


def _block(facts: Facts, classifier: Name, found: Found) -> Block:
    recall = group_rows(facts.strategies, classifier, found.recall)
    table = _recall_table(facts, classifier, recall)
    tables = table, _alarms_table(facts, classifier, found)
    return Block(
        classifier, (_sentence(facts, classifier, recall),), tables, tuple(_draw(facts, classifier, recall, table))
    )


def _sentence(facts: Facts, classifier: Name, recall: Recall) -> str:
    """Say which rows are found that baseline misses: by what the answer quotes, else by what finds most of them."""
    baseline = facts.baseline.short
    totals = {name: count_gained(rows) for name, rows in recall.items() if name != facts.baseline}
    totals = {name: total for name, total in totals.items() if total.n_pairs}
    if not totals:
        return f"There is nothing to compare {baseline} with."
    quoted = facts.quoted(totals, classifier)
    name = quoted or max(totals, key=lambda each: totals[each].net)
    total = totals[name]
    if total.net <= 0 and not (quoted and total.rescued):
        start = f"{quoted.short} finds no more" if quoted else "No strategy finds more"
        return f"{start} than {baseline} does."
    kinds = listed(_counted(row.rescued, row.type) for row in recall[name])
    lost = f", and misses {total.lost:,} that {baseline} finds" if total.lost else ""
    start = f"Of {total.n_pairs:,} minority rows tested over all splits, {name.short} finds {total.rescued:,}"
    return f"{start} that {baseline} misses ({kinds}){lost}."


def _draw(facts: Facts, classifier: Name, recall: Recall, table: Table) -> Iterator[Picture]:
    """Draw as many charts as it takes for no colour to stand twice in one."""
    values = {name: [row.recall for row in rows] for name, rows in recall.items()}
    known = [name for name, found in values.items() if any(value is not None for value in found)]
    if not known:
        return
    kinds = [row.type for row in next(iter(recall.values()))]
    stops = [(kind, f"{_most(rows):,}") for kind, rows in zip(kinds, zip(*recall.values(), strict=True), strict=True)]
    for panel in part_strategies(facts, known):
        lines = [(name, values[name]) for name in panel.names]
        parts = [f"{name.short} {listed(number(value, 2) for value in found)}" for name, found in lines]
        alt = f"Recall with {classifier.short} of {listed(kinds)} rows{panel.words}: {'; '.join(parts)}."
        title = panel.words.removeprefix(", ").capitalize()
        about = Description(alt, _CAPTION, table, title, f"rescued-{classifier.index}{panel.suffix}")
        yield draw_slopes(lines, stops, "minority recall", about)


def _most(rows: Sequence[TypeRecall | NeighborhoodAlarms]) -> int:
    return max(row.n for row in rows)


def _recall_table(facts: Facts, classifier: Name, recall: Recall) -> Table:
    baseline = facts.baseline

    def cell(row: TypeRecall) -> str:
        gained = f" (+{row.rescued:,} \u2212{row.lost:,})" if row.n_pairs and row.strategy != baseline.label else ""
        return f"{number(row.recall, 2)}{gained}"

    headings = [_heading(rows[0].type.capitalize(), "higher", rows) for rows in zip(*recall.values(), strict=True)]
    lines: list[Line] = [(name, map(cell, rows)) for name, rows in recall.items()]
    caption = f"Recall by type with {classifier.short}; in brackets rows gained and lost against {baseline.short}"
    return tabulate(f"rescued-{classifier.index}", caption, headings, lines)


def _heading(label: str, better: str, rows: Sequence[TypeRecall | NeighborhoodAlarms]) -> Heading:
    return Heading(label, better, f"of {counted(_most(rows), 'row')}", numeric=True)


def _alarms_table(facts: Facts, classifier: Name, found: Found) -> Table:
    alarms = group_rows(facts.strategies, classifier, found.false_alarms)

    def cell(row: NeighborhoodAlarms) -> str:
        return f"{percent(row.rate)} ({row.alarms:,})" if row.n else "–"

    columns = enumerate(zip(*alarms.values(), strict=True))
    headings = [_heading(f"{place} minority", "lower", rows) for place, rows in columns]
    lines: list[Line] = [(name, map(cell, rows)) for name, rows in alarms.items()]
    caption = f"False alerts with {classifier.short}, by how many of a row's five nearest training rows are minority"
    return tabulate(f"rescued-alarms-{classifier.index}", caption, headings, lines)
