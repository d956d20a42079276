"""What the values of a column look like where they aren't numbers: dates, marked numbers, words for missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from job.data.marks import Mark, list_marks
from job.data.profile import Cells, Profile, count_each
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
    for column, (n_figures, example, missing) in count_each(store, table, cells, texts, _word_counts()):
        looks[column.key] = Looks(example=example or "", missing=tuple(sorted(missing or ())[:_EXAMPLES]))
        if 2 * n_figures >= profiles[column.key].n_present:
            figures.append(column)
    marks = list_marks(cells.decimal)
    for column, row in count_each(store, table, cells, figures, _mark_counts(marks)):
        looks[column.key] = _with_marks(looks[column.key], row, marks)
    for column in table.columns:
        looks[column.key] = _with_examples(store, table, cells, column, profiles[column.key], looks[column.key])
    return looks


def _word_counts() -> tuple[str, ...]:
    words = ", ".join(map(literal, MISSING_WORDS))
    return (
        "count(*) FILTER (regexp_matches(v, '[0-9]'))",
        "min(v)",
        f"list(DISTINCT v) FILTER (lower(v) IN ({words}))",
    )


def _mark_counts(marks: Sequence[Mark]) -> tuple[str, ...]:
    each = [mark.matches("v") for mark in marks]
    return (
        f"count(*) FILTER (regexp_full_match(v, {literal(_DATE)}))",
        f"count(*) FILTER ({' OR '.join(each)})",
        *(part for match in each for part in (f"count(*) FILTER ({match})", f"min(v) FILTER ({match})")),
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
