"""How every column was read, and what there is to know about the data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from job.data.dataset import Column
from job.report.facts import Facts
from job.report.layout import Heading, Line, Number, Section, Table, tabulate
from job.text import abbreviate, abbreviate_all, counted, listed, sentence

_LABEL_LENGTH = 60
_MOST_COLUMNS = 400
_KINDS = {"number": "of numbers", "integer": "of whole numbers", "boolean": "of yes or no", "category": "of categories"}


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
    columns = facts.dataset.columns
    names = abbreviate_all([column.name for column in columns], _LABEL_LENGTH)
    named = {column.name: name for column, name in zip(columns, names, strict=True)}
    notes = []
    for note in facts.dataset.notes:
        column = note.column and (named.get(note.column) or abbreviate(note.column, _LABEL_LENGTH))
        notes.append((column or "", sentence(note.text)))
    hidden = len(columns) - _MOST_COLUMNS
    more = f"{counted(hidden, 'column')} more stand in results.json." if hidden > 0 else ""
    table = _table(zip(columns[:_MOST_COLUMNS], names, strict=False))
    return Section("columns", "Data", Columns(_summarize(columns), table, more, tuple(notes)))


def _summarize(columns: Sequence[Column]) -> str:
    kinds = Counter(column.kind for column in columns if column.role == "feature")
    left_out = sum(column.role == "dropped" for column in columns)
    words = {kind: _KINDS.get(kind, f"of kind {kind}") for kind in kinds}
    parts = [counted(count, f"column {words[kind]}", f"columns {words[kind]}") for kind, count in kinds.items()]
    features = f"Features: {listed(parts)}." if parts else "No feature was left."
    rest = sentence(f"{counted(left_out, 'column')} left out") if left_out else "No column was left out."
    return f"{features} {rest}"


def _table(columns: Iterable[tuple[Column, str]]) -> Table:
    headings = (Heading("Read as"), Heading("Used as"), "Missing", "Distinct", Heading("Why"))
    lines: list[Line] = []
    for column, name in columns:
        role = "left out" if column.role == "dropped" else column.role
        cells = (column.kind, role, Number(column.n_missing), Number(column.n_distinct), sentence(column.why))
        lines.append((name, cells))
    return tabulate("columns-table", "Columns, in the order of the data", headings, lines, first="Column")
