"""How hard the minority is to learn, and what in the data should be looked at first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from job.report.facts import Facts, Found
from job.report.layout import Heading, Line, Number, Row, Section, Table, Words, tabulate
from job.text import abbreviate_all, counted, listed, number, sentence

_ABSENT = "These results hold no diagnosis."
_NO_FINDING = "Nothing was found that should be looked at before strategies are compared."
_NO_SCORE = "No column could be scored alone: categories are too many for the rows that there are."
_LEVELS = {"problem": "Problem", "warning": "Warning", "note": "Note"}
_MOST_COLUMNS = 6
_MOST_SCORES = 10
_MOST_SIZES = 12
_NAME_LENGTH = 40
_DECIMALS = 3


@dataclass(frozen=True)
class Diagnosis:
    """The diagnosis.

    Parameters
    ----------
    absent : str
        Why there is none.
    no_finding : str
        What stands where there is no finding.
    clusters : str
        The minority's clusters, in a sentence.
    """

    absent: str
    findings: Table | None = None
    no_finding: str = ""
    why_no_measure: str = ""
    measures: Table | None = None
    clusters: str = ""
    scores: Table | None = None
    no_score: str = ""


def build(facts: Facts) -> Section:
    """Build the section."""
    found = facts.dataset.get("diagnosis")
    content = Diagnosis(_ABSENT) if found is None else _content(found)
    return Section("diagnosis", "How hard the minority is", content)


def _content(found: Found) -> Diagnosis:
    overlap, clusters, scores = found["overlap"], found["clusters"], found["scores"]
    return Diagnosis(
        "",
        _findings(found["findings"]) if found["findings"] else None,
        "" if found["findings"] else _NO_FINDING,
        sentence(f"Distances could not be measured: {found['reason']}") if overlap is None else "",
        None if overlap is None else _measures(overlap, int(found["n_rows"])),
        "" if clusters is None else _clusters(clusters),
        _scores(scores) if scores else None,
        "" if scores else _NO_SCORE,
    )


def _findings(findings: Sequence[Found]) -> Table:
    headings = (Heading("What was found"), Heading("What to do"), Heading("Code"))
    rows: list[Line] = []
    for finding in findings:
        found, advice = sentence(finding["found"]) + _columns(finding["columns"]), sentence(finding["advice"])
        rows.append((_LEVELS[finding["level"]], (found, advice, Words(finding["code"], code=True))))
    return tabulate("findings", "What should be looked at", headings, rows, first="Level")


def _columns(names: Sequence[str]) -> str:
    if not names:
        return ""
    shown = list(abbreviate_all([str(name) for name in names[:_MOST_COLUMNS]], _NAME_LENGTH))
    more = len(names) - len(shown)
    return f" ({listed([*shown, f'{more:,} more'] if more else shown)})"


def _measures(overlap: Found, n_rows: int) -> Table:
    (column,) = abbreviate_all([str(overlap["f1_column"])], _NAME_LENGTH)
    tree, nearest = (_of(overlap[key], n_rows) for key in ("n1_rows", "n3_rows"))
    said = {
        "f1": f"0: one column tells the classes apart; 1: no column's mean differs. Best: {column}.",
        "n1": f"Rows that a minimum spanning tree joins to another class{tree}.",
        "n3": f"Rows whose nearest other row is of another class{nearest}.",
    }
    headings = (
        *(Heading(rows, "lower", numeric=True) for rows in ("All rows", "Minority rows")),
        Heading("What it says"),
    )
    rows: list[Line] = []
    for key, text in said.items():
        minority = Number(overlap[f"{key}_minority"], _DECIMALS) if f"{key}_minority" in overlap else ""
        rows.append((key.upper(), (Number(overlap[key], _DECIMALS), minority, text)))
    return tabulate("measures", "How far the classes overlap", headings, rows, first="Measure")


def _of(n_measured: int, n_rows: int) -> str:
    return f", in a stratified sample of {counted(n_measured, 'row')}" if n_measured < n_rows else ""


def _clusters(clusters: Found) -> str:
    alone = f"{counted(clusters['n_alone'], 'minority row')} in none"
    if not clusters["n"]:
        return sentence(f"The minority has no cluster of three rows or more: {alone}")
    if clusters["n"] == 1:
        return f"The minority has one cluster, of {counted(clusters['sizes'][0], 'row')}; {alone}."
    sizes = [f"{size:,}" for size in clusters["sizes"][:_MOST_SIZES]]
    more = clusters["n"] - len(sizes)
    return (
        f"The minority falls into {counted(clusters['n'], 'cluster')}, of "
        f"{listed([*sizes, f'{more:,} smaller ones'] if more else sizes)} rows; {alone}."
    )


def _scores(scores: Sequence[Found]) -> Table:
    shown = scores[:_MOST_SCORES]
    names = abbreviate_all([str(row["column"]) for row in shown], _NAME_LENGTH)
    rows = tuple(Row(name, (Number(row["auc"], _DECIMALS),)) for name, row in zip(names, shown, strict=True))
    headings = (Heading("ROC AUC alone", hint=f"{number(0.5, 1)} tells nothing", numeric=True),)
    return Table("column-scores", "Columns that tell most", "Column", headings, rows)
