"""What is in each column: counts over all rows, taken by DuckDB."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from job.data.reading.database import WHITESPACE, Cells, RawColumn, Table, has_blank_edge, literal
from job.spec.file_keys import FileSpec, numbers_among

_MOST_CELLS = 500_000
_LARGEST_EXACT = 2**53
ENOUGH = 0.95
"""Share of the present values that decides: of numbers, of dates, of values that differ."""

MISSING_WORDS = ("", "na", "n/a", "nan", "<na>", "null", "none", "nil", "-", "--", ".", "?", "missing")
"""What stands for a missing value in many files, in lower case."""

ERROR_CELL = "#[¡¿]?[^#!?]{2,20}[!?]|#n/?[a-z]|#n/a n/a|err:[0-9]{3}|#{2,}"
"""A spreadsheet's error cell, in lower case: #N/A, #DIV/0!, #WERT!, #NOM?, Err:502, and ### for a narrow column."""


@dataclass(frozen=True)
class Profile:
    """Counts over the rows of one column.

    Parameters
    ----------
    n_rows, n_present, n_distinct : int
        All rows, those whose value isn't missing, and different values among these (as text).
    n_numbers, n_infinite, n_integers : int
        Values that are numbers, those of them that are infinite or not a number, and those spelled as integers.
    n_leading_zeros, n_large : int
        Integers that begin with a superfluous zero; that are larger than 2^53.
    n_booleans, n_true : int
        Values that are true or false, that are true, in any case.
    low, high : float
        Smallest and largest finite number; NaN where there is none.
    n_missing_words : int
        Beside numbers, values that look missing: a word for it, or a spreadsheet's error cell.
    """

    n_rows: int
    n_present: int
    n_distinct: int
    n_numbers: int
    n_infinite: int
    n_integers: int
    n_leading_zeros: int
    n_large: int
    n_booleans: int
    n_true: int
    low: float
    high: float
    n_missing_words: int = 0

    def is_enough(self, count: int) -> bool:
        """Tell whether so many values decide what a column is, whatever stands for a missing value in it."""
        excused = min(self.n_missing_words, self.n_present // 2)  # mostly "none" is a category, not a column of gaps
        return count > 0 and count >= ENOUGH * (self.n_present - excused)

    @property
    def is_number(self) -> bool:
        """Whether enough of the present values are numbers."""
        return self.is_enough(self.n_numbers)

    @property
    def is_read_as_number(self) -> bool:
        """Whether the column is one of numbers; with a zero in front they are codes."""
        return self.is_number and not self.n_leading_zeros

    @property
    def is_boolean(self) -> bool:
        """Whether all present values are true or false, in any case."""
        return 0 < self.n_present == self.n_booleans


def choose_cells(table: Table, spec: FileSpec) -> Table:
    """Say how the text of a file's table becomes values."""
    words = tuple(dict.fromkeys(word.strip(WHITESPACE) for word in spec.na_values))
    return complete_cells(table, Cells(words, spec.decimal))


def complete_cells(table: Table, cells: Cells) -> Table:
    """Find the columns with blanks around their values, and those in which a number may stand for missing."""
    spaced: frozenset[str] = frozenset()
    if table.may_have_spaces:
        plain = replace(table, cells=Cells())
        found = count_each(plain, table.columns, (f"coalesce(bool_or({has_blank_edge('v')}), false)",))
        spaced = frozenset(column.key for column, (is_spaced,) in found if is_spaced)
    table = replace(table, cells=replace(cells, spaced=spaced, numeric=frozenset()))
    if not numbers_among(cells.na_values, cells.decimal):  # a number stands for its own text only, except in numbers
        return table
    profiles = profile_columns(table)
    numeric = frozenset(key for key, profile in profiles.items() if profile.is_read_as_number)
    return replace(table, cells=replace(table.cells, numeric=numeric))


def profile_columns(table: Table) -> Mapping[str, Profile]:
    """Count what is in every column, over all rows; by the columns' keys."""
    found = count_each(table, table.columns, _counts())
    profiles = {column.key: Profile(table.n_rows, *counts) for column, counts in found}
    mixed = [c for c in table.columns if 0 < profiles[c.key].n_numbers < profiles[c.key].n_present]
    words = f"count(*) FILTER (n IS NULL AND {looks_missing('v')})"
    for column, (n_words,) in count_each(table, mixed, (words,)):
        profiles[column.key] = replace(profiles[column.key], n_missing_words=n_words)
    return profiles


def count_each(
    table: Table, columns: Sequence[RawColumn], aggregates: Sequence[str]
) -> Iterator[tuple[RawColumn, tuple[Any, ...]]]:
    """Fetch the same aggregates of each column, written over ``v``, a value or NULL, and ``n``, its number or NULL."""
    for lot, value in table.lots(columns, _MOST_CELLS):
        # Columns are put one under the other: the time to plan a statement would grow with the square of its aggregates
        keys = ", ".join(column.key for column in lot)
        texts = f"SELECT unnest(range({len(lot)})) AS place, unnest([{keys}]) AS t FROM {table.relation}"
        values = f"SELECT place, {value} AS v FROM ({texts})"
        numbers = f"SELECT place, v, {table.cells.number('v')} AS n FROM ({values})"
        sql = f"SELECT place, {', '.join(aggregates)} FROM ({numbers}) GROUP BY place ORDER BY place"
        for place, *found in table.store.connection.execute(sql).fetchall():
            yield lot[place], tuple(found)


def looks_missing(value: str) -> str:
    """Write the SQL that tells whether a value looks missing: a word for it, or a spreadsheet's error cell."""
    text = f"lower({value})"
    is_error = f"({value})[1] IN ('#', 'E', 'e') AND regexp_full_match({text}, {literal(ERROR_CELL)})"
    return f"({text} IN ({', '.join(map(literal, MISSING_WORDS))}) OR {is_error})"


def _counts() -> tuple[str, ...]:
    """Write the counts of one column, as `Profile` lists them."""
    finite = "isfinite(n)"
    integer = f"{finite} AND NOT contains(v, '.') AND NOT contains(v, ',') AND NOT contains(lower(v), 'e')"
    signed = "(starts_with(v, '-0') OR starts_with(v, '+0')) AND length(v) > 2"
    zero = f"(starts_with(v, '0') AND length(v) > 1 OR {signed}) AND {integer}"
    exact = ", ".join(f"'{sign}{_LARGEST_EXACT}'" for sign in ("", "-", "+"))  # 2^53 + 1 is the same as a number
    return (
        "count(v)",
        "count(DISTINCT v)",
        "count(n)",
        f"count(*) FILTER (n IS NOT NULL AND NOT {finite})",
        f"count(*) FILTER ({integer})",
        f"count(*) FILTER ({zero})",
        f"count(*) FILTER (abs(n) >= {_LARGEST_EXACT} AND {integer} AND v NOT IN ({exact}))",
        "count(*) FILTER (lower(v) IN ('true', 'false'))",
        "count(*) FILTER (lower(v) = 'true')",
        f"coalesce(min(n) FILTER ({finite}), 'nan')",
        f"coalesce(max(n) FILTER ({finite}), 'nan')",
    )
