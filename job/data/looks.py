"""What the values of a column look like where they aren't numbers: dates, marked numbers, words for missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from job.data.marks import Mark, list_marks
from job.data.profile import Cells, Profile, batches
from job.data.store import RawColumn, Store, Table, fetch_row, literal

MISSING_WORDS = ("", "na", "n/a", "#n/a", "nan", "<na>", "null", "none", "nil", "-", "--", ".", "?", "missing")
"""What stands for a missing value in many files, in lower case."""

_EXAMPLES = 3
_DAY, _MONTH, _YEAR = "(0?[1-9]|[12][0-9]|3[01])", "(0?[1-9]|1[0-2])", "[0-9]{4}"
_DATES = (
    f"{_YEAR}-{_MONTH}(-{_DAY})?",
    f"{_YEAR}[/.]{_MONTH}[/.]{_DAY}",
    f"{_DAY}[/.-]{_DAY}[/.-]{_YEAR}",
    f"{_DAY}/{_DAY}/[0-9]{{2}}",
    f"{_DAY}[ .-]+[A-Za-z]{{3,9}}[ .,-]+({_YEAR}|[0-9]{{2}})",
    f"[A-Za-z]{{3,9}} {_DAY},? {_YEAR}",
)
_CLOCK = "[T ,]+[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?( ?[AaPp][Mm])?( ?(Z|UTC|GMT|[+-][0-9]{2}(:?[0-9]{2})?))?"
_DATE = f"({'|'.join(_DATES)})({_CLOCK})?"


@dataclass(frozen=True)
class Looks:
    """What the values of one column look like.

    Parameters
    ----------
    example : str
        One present value.
    zeros : str
        An integer with a superfluous zero in front.
    others : tuple of str
        The most frequent values that are no numbers.
    missing : tuple of str
        Values that look missing and aren't in na_values.
    n_dates, n_marked : int
        Values that look like dates; that would be numbers but for a mark.
    mark : Mark or None
        The most frequent mark.
    marked : str
        A value with it.
    """

    example: str = ""
    zeros: str = ""
    others: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    n_dates: int = 0
    n_marked: int = 0
    mark: Mark | None = None
    marked: str = ""


def find_looks(store: Store, table: Table, cells: Cells, profiles: Mapping[str, Profile]) -> Mapping[str, Looks]:
    """Look at the values of every column that isn't all numbers.

    Parameters
    ----------
    store : Store
        Where the table is.
    table : Table
        Text.
    cells : Cells
        How text becomes values.
    profiles : Mapping[str, Profile]
        Counts by the columns' keys.

    Returns
    -------
    Mapping[str, Looks]
        By the columns' keys; without content for a column of numbers only.
    """
    looks = dict.fromkeys(profiles, Looks())
    texts = [column for column in table.columns if profiles[column.key].n_numbers < profiles[column.key].n_present]
    figures: list[RawColumn] = []
    for batch in batches(texts):
        for column, row in _each(store, table, cells, batch, _word_counts):
            n_figures, example, missing = row
            looks[column.key] = Looks(example=example, missing=tuple(sorted(missing or ())[:_EXAMPLES]))
            if 2 * n_figures >= profiles[column.key].n_present:
                figures.append(column)
    marks = list_marks(cells.decimal)
    for batch in batches(figures):
        for column, row in _each(store, table, cells, batch, lambda key: _mark_counts(key, marks)):
            looks[column.key] = _with_marks(looks[column.key], row, marks)
    for column in table.columns:
        looks[column.key] = _with_examples(store, table, cells, column, profiles[column.key], looks[column.key])
    return looks


def _each(
    store: Store, table: Table, cells: Cells, batch: Sequence[RawColumn], counts: Any
) -> Iterator[tuple[RawColumn, tuple[Any, ...]]]:
    """Fetch the same aggregates of every column of a batch at once."""
    parts = [counts(column.key) for column in batch]
    inner = ", ".join(f"{cells.value(column.key)} AS {column.key}" for column in batch)
    row = fetch_row(store, f"SELECT {', '.join(map(', '.join, parts))} FROM (SELECT {inner} FROM {table.relation})")
    size = len(parts[0])
    for place, column in enumerate(batch):
        yield column, row[place * size : (place + 1) * size]


def _word_counts(key: str) -> tuple[str, ...]:
    words = ", ".join(map(literal, MISSING_WORDS))
    return (
        f"count(*) FILTER (regexp_matches({key}, '[0-9]'))",
        f"min({key})",
        f"list(DISTINCT {key}) FILTER (lower({key}) IN ({words}))",
    )


def _mark_counts(key: str, marks: Sequence[Mark]) -> tuple[str, ...]:
    each = [mark.matches(key) for mark in marks]
    return (
        f"count(*) FILTER (regexp_full_match({key}, {literal(_DATE)}))",
        f"count(*) FILTER ({' OR '.join(each)})",
        *(part for match in each for part in (f"count(*) FILTER ({match})", f"min({key}) FILTER ({match})")),
    )


def _with_marks(looks: Looks, row: Sequence[Any], marks: Sequence[Mark]) -> Looks:
    n_dates, n_marked = row[:2]
    if n_marked == 0:
        return replace(looks, n_dates=n_dates)
    counts, examples = row[2::2], row[3::2]
    most = max(range(len(marks)), key=lambda place: counts[place])
    return replace(looks, n_dates=n_dates, n_marked=n_marked, mark=marks[most], marked=examples[most])


def _with_examples(
    store: Store, table: Table, cells: Cells, column: RawColumn, profile: Profile, looks: Looks
) -> Looks:
    """Add values that are worth naming; few columns have any, so each is asked alone."""
    values = f"(SELECT {cells.value(column.key)} AS v FROM {table.relation})"
    number = cells.number("v")
    if profile.n_leading_zeros:
        zero = r"regexp_full_match(v, '[+-]?0[0-9]+')"
        looks = replace(looks, zeros=fetch_row(store, f"SELECT min(v) FROM {values} WHERE {zero}")[0])
    if profile.n_present / 2 <= profile.n_numbers < profile.n_present:
        sql = f"SELECT v FROM {values} WHERE v IS NOT NULL AND {number} IS NULL GROUP BY v ORDER BY count(*) DESC, v"
        found = store.connection.execute(f"{sql} LIMIT {_EXAMPLES}").fetchall()
        looks = replace(looks, others=tuple(value for (value,) in found))
    return looks
