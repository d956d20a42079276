"""The data before any strategy: class balance, how columns were read, and what makes the minority hard to learn."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from job.data.dataset import Column
from job.data.difficulty import Overlap
from job.data.findings import Finding
from job.evidence.diagnosis import MOST_COMPARED, MOST_PREPARED
from job.report.charts.canvas import Description, Picture
from job.report.charts.figures import draw_bars
from job.report.facts import Facts
from job.report.layout import Heading, Line, Name, Number, Section, Table, Words, tabulate
from job.results.job_facts import Clusters, ColumnScore, DatasetFacts
from job.results.job_facts import Diagnosis as DiagnosisFacts
from job.text import abbreviate, abbreviate_all, counted, listed, percent, sentence

_MOST_BARS = 12
_BAR_LENGTH = 24
_NOT_RESAMPLED = (Number(None, footnote="a"),) * 4
_LABEL_LENGTH = 60
_MOST_COLUMNS = 400
_KINDS = {"number": "of numbers", "integer": "of whole numbers", "boolean": "of yes or no", "category": "of categories"}
_NO_FINDING = "Nothing was found that should be looked at before strategies are compared."
_NO_SCORE = "No column could be scored alone: categories are too many for the rows that there are."
_MOST_NAMED = 6
_MOST_SCORES = 10
_MOST_SIZES = 12
_NAME_LENGTH = 40
_DECIMALS = 3


@dataclass(frozen=True)
class Balance:
    """Class balance.

    Parameters
    ----------
    resampled : Table
        Training rows as each strategy left them.
    """

    positive: str
    dataset: DatasetFacts
    picture: Picture
    resampled: Table


def build_balance(facts: Facts) -> Section:
    """Build the section on class balance."""
    content = Balance(facts.positive, facts.dataset, _draw_labels(facts.dataset), _resampled(facts))
    return Section("balance", "Class balance", content)


def _draw_labels(dataset: DatasetFacts) -> Picture:
    positive, counts = dataset.positive, dataset.label_counts
    ordered = sorted(counts, key=lambda label: (label != positive, -counts[label], label))
    short = dict(zip(ordered, abbreviate_all(ordered, _BAR_LENGTH), strict=True))
    drawn = ordered if len(ordered) <= _MOST_BARS else ordered[: _MOST_BARS - 1]
    bars = [(short[label], float(counts[label]), label == positive) for label in drawn]
    if others := ordered[len(drawn) :]:
        bars.append((counted(len(others), "other label"), float(sum(counts[label] for label in others)), False))
    alt = f"Rows of each label: {'; '.join(f'{name} {count:,.0f}' for name, count, _ in bars)}."
    caption = f"Rows of each label; {short[positive]} is the positive label."
    rows = ((short[label], counts[label]) for label in ordered)
    lines: list[Line] = [(label, (Number(n), percent(n / dataset.n_rows))) for label, n in rows]
    table = tabulate("labels", "Rows of each label", ("Rows", "Share"), lines, first="Label")
    return draw_bars(bars, "rows", Description(alt, caption, table))


def _resampled(facts: Facts) -> Table:
    headings = ("Training rows", "of these minority", "Share of minority", "Synthetic or repeated")
    lines: list[Line] = [(strategy, _resampled_cells(facts, strategy)) for strategy in facts.strategies]
    without = [cells for _, cells in lines if cells == _NOT_RESAMPLED]
    footnotes = (("a", "No run of this strategy got as far as resampling."),) if without else ()
    caption = "Training part as each strategy left it, mean over splits"
    return tabulate("resampled", caption, headings, lines, footnotes)


def _resampled_cells(facts: Facts, strategy: Name) -> tuple[Number | Words, ...]:
    runs = (run for classifier in facts.classifiers for run in facts.runs(strategy, classifier) if run.n_resampled)
    one = {run.split: run for run in runs}.values()  # of each split: classifiers share what was resampled
    if not one:
        return _NOT_RESAMPLED
    counts = ((run.n_resampled or 0, run.n_resampled_positive or 0, run.n_synthetic or 0) for run in one)
    rows, positive, synthetic = (sum(column) / len(one) for column in zip(*counts, strict=True))
    return Number(rows), Number(positive), Words(percent(positive / rows)), Number(synthetic)


@dataclass(frozen=True)
class Columns:
    """Columns and notes.

    Parameters
    ----------
    more : str
        Which columns the table leaves out; nothing where it has them all.
    notes : tuple of (str, str)
        Column and text.
    inside : str
        How many columns and notes there are.
    """

    summary: str
    table: Table
    more: str
    notes: tuple[tuple[str, str], ...]
    inside: str


def build_columns(facts: Facts) -> Section:
    """Build the section on columns and notes."""
    columns = facts.dataset.columns
    names = abbreviate_all([column.name for column in columns], _LABEL_LENGTH)
    named = {column.name: name for column, name in zip(columns, names, strict=True)}
    notes = []
    for note in facts.dataset.notes:
        column = note.column and (named.get(note.column) or abbreviate(note.column, _LABEL_LENGTH))
        notes.append((column or "", sentence(note.text)))
    hidden = len(columns) - _MOST_COLUMNS
    more = f"Columns listed only in results.json: {hidden:,}." if hidden > 0 else ""
    table = _tabulate_columns(zip(columns[:_MOST_COLUMNS], names, strict=False))
    noted = counted(len(notes), "note") if notes else ""
    inside = f"{counted(len(columns), 'column')}, {noted or 'no problem in reading them'}"
    content = Columns(_describe_features(columns), table, more, tuple(notes), inside)
    return Section("columns", "Feature columns", content, noted)


def _describe_features(columns: Sequence[Column]) -> str:
    kinds = Counter(column.kind for column in columns if column.role == "feature")
    left_out = sum(column.role == "dropped" for column in columns)
    words = {kind: _KINDS.get(kind, f"of kind {kind}") for kind in kinds}
    parts = [counted(count, f"column {words[kind]}", f"columns {words[kind]}") for kind, count in kinds.items()]
    features = f"Features: {listed(parts)}." if parts else "No feature was left."
    rest = sentence(f"{counted(left_out, 'column')} left out") if left_out else "No column was left out."
    return f"{features} {rest}"


def _tabulate_columns(columns: Iterable[tuple[Column, str]]) -> Table:
    headings = (Heading("Read as"), Heading("Used as"), "Missing", "Distinct", Heading("Why"))
    lines: list[Line] = []
    for column, name in columns:
        role = "left out" if column.role == "dropped" else column.role
        cells = (column.kind, role, Number(column.n_missing), Number(column.n_distinct), sentence(column.why))
        lines.append((name, cells))
    return tabulate("columns-table", "Columns, in the order of the data", headings, lines, first="Column")


@dataclass(frozen=True)
class Diagnosis:
    """The diagnosis.

    Parameters
    ----------
    no_finding, why_no_measure, no_score : str
        What stands where there are none.
    clusters : str
        The minority's clusters, in a sentence.
    """

    findings: Table | None
    no_finding: str
    why_no_measure: str
    measures: Table | None
    clusters: str
    scores: Table | None
    no_score: str


def build_diagnosis(facts: Facts) -> Section:
    """Build the section on what makes the data hard."""
    found = facts.dataset.diagnosis
    content = Diagnosis(
        _findings(found.findings) if found.findings else None,
        "" if found.findings else _NO_FINDING,
        "" if found.overlap else sentence(f"Distances could not be measured: {found.reason}"),
        _measures(found.overlap, found.n_rows) if found.overlap else None,
        _describe_clusters(found.clusters) + _describe_samples(found) if found.clusters else "",
        _scores(found.scores) if found.scores else None,
        "" if found.scores else _NO_SCORE,
    )
    noted = counted(len(found.findings), "finding") if found.findings else ""
    return Section("diagnosis", "Data difficulty", content, noted)


def _findings(findings: Sequence[Finding]) -> Table:
    headings = (Heading("What was found"), Heading("What to do"), Heading("Code"))
    rows: list[Line] = []
    for finding in findings:
        found, code = f"{sentence(finding.found)}{_name_columns(finding.columns)}", Words(finding.code, code=True)
        rows.append((finding.level.capitalize(), (found, sentence(finding.advice), code)))
    return tabulate("findings", "What to look at", headings, rows, first="Level")


def _name_columns(names: Sequence[str]) -> str:
    if not names:
        return ""
    shown, more = abbreviate_all(names[:_MOST_NAMED], _NAME_LENGTH), len(names) - _MOST_NAMED
    return f" ({listed([*shown, f'{more:,} more'] if more > 0 else shown)})"


def _measures(overlap: Overlap, n_rows: int) -> Table:
    column = abbreviate(str(overlap.f1_column), _NAME_LENGTH)
    best = f"0: one column tells the classes apart; 1: no column's mean differs. Best: {column}."
    tree = f"Rows that a minimum spanning tree joins to another class{_sampled(overlap.n1_rows, n_rows)}."
    some = f" (at most {MOST_COMPARED:,} of each class)" if overlap.n3_rows > MOST_COMPARED else ""
    nearest = f"Rows{some} whose nearest other row is of another class{_sampled(overlap.n3_rows, n_rows)}."
    lines: list[Line] = [
        ("F1", (Number(overlap.f1, _DECIMALS), "", best)),
        ("N1", (Number(overlap.n1, _DECIMALS), Number(overlap.n1_minority, _DECIMALS), tree)),
        ("N3", (Number(overlap.n3, _DECIMALS), Number(overlap.n3_minority, _DECIMALS), nearest)),
    ]
    sides = (Heading(rows, "lower", numeric=True) for rows in ("All rows", "Minority rows"))
    headings = (*sides, Heading("What it says"))
    return tabulate("measures", "How far the classes overlap", headings, lines, first="Measure")


def _sampled(n_measured: int, n_rows: int) -> str:
    return f", in a stratified sample of {counted(n_measured, 'row')}" if n_measured < n_rows else ""


def _describe_samples(found: DiagnosisFacts) -> str:
    """Say which samples of large data stand for it."""
    text = ""
    if found.overlap and found.overlap.n3_rows < found.n_rows:
        text = f" Clusters are those of a stratified sample of {counted(found.overlap.n3_rows, 'row')}."
    if found.n_rows > MOST_PREPARED:
        text += f" Columns were scaled, and each alone was scored, on {counted(MOST_PREPARED, 'row')} drawn alike."
    return text


def _describe_clusters(clusters: Clusters) -> str:
    alone = f"minority rows in no cluster: {clusters.n_alone:,}"
    if not clusters.n:
        return f"The minority has no cluster of three rows or more: {alone}."
    if clusters.n == 1:
        return f"The minority has one cluster, of {counted(clusters.sizes[0], 'row')}; {alone}."
    sizes, more = [f"{size:,}" for size in clusters.sizes[:_MOST_SIZES]], clusters.n - _MOST_SIZES
    told = f"{listed(sizes)} rows" + (f" and {counted(more, 'smaller one')}" if more > 0 else "")
    return f"The minority falls into {counted(clusters.n, 'cluster')}, of {told}; {alone}."


def _scores(scores: Sequence[ColumnScore]) -> Table:
    shown = scores[:_MOST_SCORES]
    names = abbreviate_all([row.column for row in shown], _NAME_LENGTH)
    lines: list[Line] = [(name, (Number(row.auc, _DECIMALS),)) for name, row in zip(names, shown, strict=True)]
    headings = (Heading("ROC AUC alone", hint="0.5 tells nothing", numeric=True),)
    return tabulate("column-scores", "Most informative columns", headings, lines, first="Column")
