"""How hard the minority is to learn, and what in the data should be looked at first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from job.data.difficulty.class_overlap import Overlap
from job.data.difficulty.findings import Finding
from job.report.facts import Facts
from job.report.layout import Heading, Line, Number, Section, Table, Words, tabulate
from job.results.job_facts import Clusters, ColumnScore
from job.text import abbreviate, abbreviate_all, counted, listed, sentence

_NO_FINDING = "Nothing was found that should be looked at before strategies are compared."
_NO_SCORE = "No column could be scored alone: categories are too many for the rows that there are."
_MOST_COLUMNS = 6
_MOST_SCORES = 10
_MOST_SIZES = 12
_NAME_LENGTH = 40
_DECIMALS = 3


@dataclass(frozen=True)
class Content:
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


def build(facts: Facts) -> Section:
    """Build the section."""
    found = facts.dataset.diagnosis
    content = Content(
        _findings(found.findings) if found.findings else None,
        "" if found.findings else _NO_FINDING,
        "" if found.overlap else sentence(f"Distances could not be measured: {found.reason}"),
        _measures(found.overlap, found.n_rows) if found.overlap else None,
        _describe_clusters(found.clusters) if found.clusters else "",
        _scores(found.scores) if found.scores else None,
        "" if found.scores else _NO_SCORE,
    )
    return Section("diagnosis", "How hard the minority is", content)


def _findings(findings: Sequence[Finding]) -> Table:
    headings = (Heading("What was found"), Heading("What to do"), Heading("Code"))
    rows: list[Line] = []
    for finding in findings:
        found, code = f"{sentence(finding.found)}{_columns(finding.columns)}", Words(finding.code, code=True)
        rows.append((finding.level.capitalize(), (found, sentence(finding.advice), code)))
    return tabulate("findings", "What should be looked at", headings, rows, first="Level")


def _columns(names: Sequence[str]) -> str:
    if not names:
        return ""
    shown, more = abbreviate_all(names[:_MOST_COLUMNS], _NAME_LENGTH), len(names) - _MOST_COLUMNS
    return f" ({listed([*shown, f'{more:,} more'] if more > 0 else shown)})"


def _measures(overlap: Overlap, n_rows: int) -> Table:
    column = abbreviate(str(overlap.f1_column), _NAME_LENGTH)
    best = f"0: one column tells the classes apart; 1: no column's mean differs. Best: {column}."
    tree = f"Rows that a minimum spanning tree joins to another class{_of(overlap.n1_rows, n_rows)}."
    nearest = f"Rows whose nearest other row is of another class{_of(overlap.n3_rows, n_rows)}."
    lines: list[Line] = [
        ("F1", (Number(overlap.f1, _DECIMALS), "", best)),
        ("N1", (Number(overlap.n1, _DECIMALS), Number(overlap.n1_minority, _DECIMALS), tree)),
        ("N3", (Number(overlap.n3, _DECIMALS), Number(overlap.n3_minority, _DECIMALS), nearest)),
    ]
    sides = (Heading(rows, "lower", numeric=True) for rows in ("All rows", "Minority rows"))
    headings = (*sides, Heading("What it says"))
    return tabulate("measures", "How far the classes overlap", headings, lines, first="Measure")


def _of(n_measured: int, n_rows: int) -> str:
    return f", in a stratified sample of {counted(n_measured, 'row')}" if n_measured < n_rows else ""


def _describe_clusters(clusters: Clusters) -> str:
    alone = f"{counted(clusters.n_alone, 'minority row')} in none"
    if not clusters.n:
        return f"The minority has no cluster of three rows or more: {alone}."
    if clusters.n == 1:
        return f"The minority has one cluster, of {counted(clusters.sizes[0], 'row')}; {alone}."
    sizes, more = [f"{size:,}" for size in clusters.sizes[:_MOST_SIZES]], clusters.n - _MOST_SIZES
    told = listed([*sizes, f"{more:,} smaller ones"] if more > 0 else sizes)
    return f"The minority falls into {counted(clusters.n, 'cluster')}, of {told} rows; {alone}."


def _scores(scores: Sequence[ColumnScore]) -> Table:
    shown = scores[:_MOST_SCORES]
    names = abbreviate_all([row.column for row in shown], _NAME_LENGTH)
    lines: list[Line] = [(name, (Number(row.auc, _DECIMALS),)) for name, row in zip(names, shown, strict=True)]
    headings = (Heading("ROC AUC alone", hint="0.5 tells nothing", numeric=True),)
    return tabulate("column-scores", "Columns that tell most", headings, lines, first="Column")
