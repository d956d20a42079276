"""What the page is made of: sections, tables and their cells; one macro lays out all tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from job.results.record import Pair


@dataclass(frozen=True)
class Section:
    """One section of the page.

    Parameters
    ----------
    key : str
        Anchor of the section, unique on the page; its template is ``sections/<key>.html``.
    content : object
        A frozen value that only the section's own template knows.
    noted : str
        What in it a reader should look at, in a few words; nothing where there is nothing.
    """

    key: str
    title: str
    content: object
    noted: str = ""


@dataclass(frozen=True)
class Name:
    """A strategy, classifier or column, as tables and figures show it.

    Parameters
    ----------
    label : str
        As the results have it.
    short : str
        What fits a cell; different for every label.
    index : int
        Position among its kind.
    own_look : int or None
        Which colour and marker it has; those of its position where none is given.
    """

    label: str
    short: str
    index: int
    own_look: int | None = None

    @property
    def look(self) -> int:
        """Which colour and marker it has, as `job.report.charts.theme.series` takes it."""
        return self.index if self.own_look is None else self.own_look


@dataclass(frozen=True)
class Heading:
    """The head of one column.

    Parameters
    ----------
    better : {"higher", "lower"} or None
        Which direction is better, where one is.
    hint : str
        A few words below the label.
    numeric : bool
        Whether the column holds numbers, aligned right.
    """

    label: str
    better: str | None = None
    hint: str = ""
    numeric: bool = False


@dataclass(frozen=True)
class Words:
    """A cell with text.

    Parameters
    ----------
    code : bool
        Whether it is something that a program reads.
    """

    text: str
    code: bool = False
    kind: str = "words"


@dataclass(frozen=True)
class Number:
    """A cell with a number.

    Parameters
    ----------
    value : float or None
        None is shown as a dash; then `footnote` says why.
    spread : float or None
        Standard deviation over splits.
    difference : float or None
        From baseline.
    mark : {"best", "worst", ""}
        Among the numbers of its column.
    footnote : str
        Letter of a footnote of the table, or nothing.
    """

    value: float | None
    decimals: int = 0
    spread: float | None = None
    difference: float | None = None
    mark: str = ""
    footnote: str = ""
    kind: str = "number"


Cell = Words | Number


@dataclass(frozen=True)
class Row:
    """One row: its name and its cells.

    Parameters
    ----------
    name : Name or str
        A `Name` that is marked as a strategy is shown with its marker.
    """

    name: Name | str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """A table with its caption and footnotes.

    Parameters
    ----------
    key : str
        Unique on the page.
    caption : str
        Unique on the page too: it names the table to a screen reader.
    first : str
        Head of the column of row names.
    footnotes : tuple of (str, str)
        Letter and text.
    of_strategies : bool
        Whether the rows are strategies.
    of_metrics : bool
        Whether its numbers are metrics, which stand out from their spread and difference.
    """

    key: str
    caption: str
    first: str
    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]
    footnotes: tuple[tuple[str, str], ...] = ()
    of_strategies: bool = False
    of_metrics: bool = False


Line = tuple[Name | str, Iterable[Cell | str]]
"""A row as `tabulate` takes it: its name and its cells; those with words may be plain text."""


def tabulate(
    key: str,
    caption: str,
    headings: Iterable[Heading | str],
    rows: Iterable[Line],
    footnotes: tuple[tuple[str, str], ...] = (),
    first: str = "Strategy",
    **flags: Any,
) -> Table:
    """Lay out a table: a heading that is a text is that of numbers, and rows of strategies have their markers."""
    heads = tuple(Heading(head, numeric=True) if isinstance(head, str) else head for head in headings)
    written = ((name, [Words(cell) if isinstance(cell, str) else cell for cell in cells]) for name, cells in rows)
    body = tuple(Row(name, tuple(cells)) for name, cells in written)
    of_strategies = first == "Strategy" and all(isinstance(row.name, Name) for row in body)
    return Table(key, caption, first, heads, body, footnotes, **{"of_strategies": of_strategies, **flags})


_Row = TypeVar("_Row", bound=Pair)


def rows_of(strategies: Iterable[Name], classifier: Name, rows: Sequence[_Row]) -> list[tuple[Name, _Row]]:
    """Find the rows of one classifier, by strategies in the order of the page."""
    return [(name, row) for name in strategies for row in rows if row.place == (name.label, classifier.label)]


def group_rows(strategies: Iterable[Name], classifier: Name, rows: Sequence[_Row]) -> dict[Name, list[_Row]]:
    """Find the rows of one classifier where a strategy has several."""
    found: dict[Name, list[_Row]] = {}
    for name, row in rows_of(strategies, classifier, rows):
        found.setdefault(name, []).append(row)
    return found


def number_or_dash(value: float | None, decimals: int, letter: str = "a") -> Number:
    """Give a cell its number, or a dash with the letter of the footnote that says why there is none."""
    return Number(value, decimals, footnote=letter if value is None else "")
