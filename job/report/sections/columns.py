"""How every column was read, and what there is to know about the data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from job.report.facts import Facts, Found
from job.report.layout import Heading, Line, Number, Section, Table, tabulate
from job.text import abbreviate_all, counted, listed, sentence

_LABEL_LENGTH = 60
_MOST_COLUMNS = 400
_ROLES = {"dropped": "left out"}
_KINDS = {
    "number": "column of numbers",
    "integer": "column of whole numbers",
    "boolean": "column of yes or no",
    "category": "column of categories",
}


@dataclass(frozen=True)
class Columns:
    """Columns and notes.

    Parameters
    ----------
    more : str
        Which columns the table leaves out; nothing where it has them all.
    notes : tuple of (str, str)
        Column and text.
    """

    summary: str
    table: Table
    more: str
    notes: tuple[tuple[str, str], ...]


def build(facts: Facts) -> Section:
    """Build the section."""
    columns = list(facts.dataset["columns"])
    names = abbreviate_all([str(column["name"]) for column in columns], _LABEL_LENGTH)
    short = {str(column["name"]): name for column, name in zip(columns, names, strict=True)}
    shown = columns[:_MOST_COLUMNS]
    hidden = len(columns) - len(shown)
    notes = tuple((_column_of(note, short), sentence(note["text"])) for note in facts.dataset["notes"])
    more = f"{counted(hidden, 'column')} more stand in results.json." if hidden else ""
    return Section("columns", "Data", Columns(_summary(columns), _table(shown, short), more, notes))


def _column_of(note: Found, short: Mapping[str, str]) -> str:
    if note["column"] is None:
        return ""
    return short.get(str(note["column"])) or abbreviate_all([str(note["column"])], _LABEL_LENGTH)[0]


def _summary(columns: list[Found]) -> str:
    kinds = Counter(column["kind"] for column in columns if column["role"] == "feature")
    left_out = sum(column["role"] == "dropped" for column in columns)
    parts = [_count_kind(kind, count) for kind, count in kinds.items()]
    features = f"Features: {listed(parts)}." if parts else "No feature was left."
    rest = f"{counted(left_out, 'column')} left out." if left_out else "No column was left out."
    return f"{features} {sentence(rest)}"


def _count_kind(kind: str, count: int) -> str:
    words = _KINDS.get(kind, f"column of kind {kind}")
    return counted(count, words, words.replace("column", "columns", 1))


def _table(columns: list[Found], short: Mapping[str, str]) -> Table:
    headings = (Heading("Read as"), Heading("Used as"), "Missing", "Distinct", Heading("Why"))
    lines: list[Line] = []
    for column in columns:
        role, why = _ROLES.get(column["role"], str(column["role"])), sentence(str(column["why"]))
        cells = (str(column["kind"]), role, Number(column["n_missing"]), Number(column["n_distinct"]), why)
        lines.append((short[str(column["name"])], cells))
    return tabulate("columns-table", "Columns, in the order of the data", headings, lines, first="Column")
