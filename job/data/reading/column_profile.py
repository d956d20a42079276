"""What is in each column: counts over all rows, taken by DuckDB."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from job.data.reading.database import RawColumn, Store, Table, has_blank_edge, literal, trimmed
from job.spec.file import numbers_among

_MOST_CELLS, _MOST_COLUMNS = 500_000, 500
_T = TypeVar("_T")
LARGEST_EXACT = 2**53
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

    @property
    def is_mixed(self) -> bool:
        """Whether some of its values are numbers and some aren't."""
        return 0 < self.n_numbers < self.n_present

    def is_enough(self, count: int) -> bool:
        """Tell whether so many values decide what a column is, whatever stands for a missing value in it."""
        excused = min(self.n_missing_words, self.n_present // 2)  # mostly "none" is a category, not a column of gaps
        return count > 0 and count >= ENOUGH * (self.n_present - excused)


def is_number(profile: Profile) -> bool:
    """Tell whether enough of the present values are numbers."""
    return profile.is_enough(profile.n_numbers)


def is_read_as_number(profile: Profile) -> bool:
    """Tell whether a column is one of numbers; with a zero in front they are codes."""
    return is_number(profile) and not profile.n_leading_zeros


@dataclass(frozen=True)
class Cells:
    """How the text of a table's cells becomes values.

    Parameters
    ----------
    na_values : tuple of str
        Texts that stand for a missing value.
    decimal : {".", ","}
        The decimal mark.
    spaced : frozenset of str
        Keys of the columns in which values have to be trimmed.
    numeric : frozenset of str
        Keys of the columns of numbers, in which a number of ``na_values`` is missing however it is written.
    """

    na_values: tuple[str, ...]
    decimal: str
    spaced: frozenset[str]
    numeric: frozenset[str] = frozenset()

    def text(self, key: str) -> str:
        """Write the SQL for a cell's trimmed text, missing values as they are written."""
        return trimmed(key) if key in self.spaced else key

    def value(self, key: str) -> str:
        """Write the SQL for a cell's text, or NULL where it is missing."""
        text = self.text(key)
        if not self.na_values:
            return text
        missing = f"{text} IN ({', '.join(map(literal, self.na_values))})"
        if key in self.numeric:
            numbers = ", ".join(f"'{number!r}'::DOUBLE" for number in numbers_among(self.na_values, self.decimal))
            missing += f" OR ({self.number(text)}) IN ({numbers})"
        return f"CASE WHEN {missing} THEN NULL ELSE {text} END"

    def any_value(self, text: str, columns: Iterable[RawColumn]) -> str:
        """Write the SQL for a value of any of several columns that are alike, or NULL where it is missing."""
        keys = {column.key for column in columns}
        spaced, numeric = (frozenset([text] if keys & of else []) for of in (self.spaced, self.numeric))
        return Cells(self.na_values, self.decimal, spaced, numeric).value(text)

    def lots(self, columns: Sequence[RawColumn], size: int) -> Iterator[Sequence[RawColumn]]:
        """Part columns into lots of about a size that are alike: in all a number may stand for missing, or in none."""
        for is_numeric in (False, True):
            yield from batches([column for column in columns if (column.key in self.numeric) == is_numeric], size)

    def number(self, value: str) -> str:
        """Write the SQL for a value's number (also infinite), or NULL where it isn't one."""
        # DuckDB takes 1_000 and +-5 for numbers, and no decimal comma
        none, plain = f"contains({value}, '_') OR starts_with({value}, '+-')", value
        if self.decimal == ",":
            none, plain = f"{none} OR contains({value}, '.')", f"replace({value}, ',', '.')"
        return f"CASE WHEN {none} THEN NULL ELSE TRY_CAST({plain} AS DOUBLE) END"


def find_spaced(store: Store, table: Table) -> frozenset[str]:
    """Find the columns whose values have blanks around them."""
    if not table.may_have_spaces:
        return frozenset()
    plain = Cells((), ".", frozenset())
    found = count_each(store, table, plain, table.columns, (f"coalesce(bool_or({has_blank_edge('v')}), false)",))
    return frozenset(column.key for column, (spaced,) in found if spaced)


def find_numeric(store: Store, table: Table, cells: Cells) -> frozenset[str]:
    """Find the columns of numbers, where na_values has a number; elsewhere it stands for its own text only."""
    if not numbers_among(cells.na_values, cells.decimal):
        return frozenset()
    return frozenset(key for key, found in profile_columns(store, table, cells).items() if is_read_as_number(found))


def profile_columns(store: Store, table: Table, cells: Cells) -> Mapping[str, Profile]:
    """Count what is in every column, over all rows.

    Parameters
    ----------
    store : Store
        Where the table is.
    table : Table
        Text.
    cells : Cells
        How text becomes values.

    Returns
    -------
    Mapping[str, Profile]
        By the columns' keys.
    """
    found = count_each(store, table, cells, table.columns, _counts())
    profiles = {column.key: _profile(table.n_rows, counts) for column, counts in found}
    mixed = [column for column in table.columns if profiles[column.key].is_mixed]
    words = f"count(*) FILTER (n IS NULL AND {looks_missing('v')})"
    for column, (n_words,) in count_each(store, table, cells, mixed, (words,)):
        profiles[column.key] = replace(profiles[column.key], n_missing_words=n_words)
    return profiles


def count_each(
    store: Store, table: Table, cells: Cells, columns: Sequence[RawColumn], counts: Sequence[str]
) -> Iterator[tuple[RawColumn, tuple[Any, ...]]]:
    """Fetch the same aggregates of each column.

    Parameters
    ----------
    store : Store
        Where the table is.
    table : Table
        Text.
    cells : Cells
        How text becomes values.
    columns : sequence of RawColumn
        The columns.
    counts : sequence of str
        SQL of the aggregates over ``v``, a value or NULL, and ``n``, its number or NULL.

    Yields
    ------
    tuple of (RawColumn, tuple)
        A column and its aggregates.
    """
    for batch in cells.lots(columns, _MOST_CELLS // max(table.n_rows, 1)):
        # Columns are put one under the other: the time to plan a statement would grow with the square of its aggregates
        keys = ", ".join(column.key for column in batch)
        texts = f"SELECT unnest(range({len(batch)})) AS place, unnest([{keys}]) AS t FROM {table.relation}"
        values = f"SELECT place, {cells.any_value('t', batch)} AS v FROM ({texts})"
        numbers = f"SELECT place, v, {cells.number('v')} AS n FROM ({values})"
        sql = f"SELECT place, {', '.join(counts)} FROM ({numbers}) GROUP BY place ORDER BY place"
        for place, *found in store.connection.execute(sql).fetchall():
            yield batch[place], tuple(found)


def looks_missing(value: str) -> str:
    """Write the SQL that tells whether a value looks missing: a word for it, or a spreadsheet's error cell."""
    text = f"lower({value})"
    is_error = f"({value})[1] IN ('#', 'E', 'e') AND regexp_full_match({text}, {literal(ERROR_CELL)})"
    return f"({text} IN ({', '.join(map(literal, MISSING_WORDS))}) OR {is_error})"


def _counts() -> tuple[str, ...]:
    """Write the counts of one column; ``v`` is its value and ``n`` its number."""
    finite = "isfinite(n)"
    integer = f"{finite} AND NOT contains(v, '.') AND NOT contains(v, ',') AND NOT contains(lower(v), 'e')"
    signed = "(starts_with(v, '-0') OR starts_with(v, '+0')) AND length(v) > 2"
    zero = f"(starts_with(v, '0') AND length(v) > 1 OR {signed}) AND {integer}"
    exact = ", ".join(f"'{sign}{LARGEST_EXACT}'" for sign in ("", "-", "+"))  # 2^53 + 1 is the same as a number
    return (
        "count(v)",
        "count(DISTINCT v)",
        "count(n)",
        f"count(*) FILTER (n IS NOT NULL AND NOT {finite})",
        f"count(*) FILTER ({integer})",
        f"count(*) FILTER ({zero})",
        f"count(*) FILTER (abs(n) >= {LARGEST_EXACT} AND {integer} AND v NOT IN ({exact}))",
        "count(*) FILTER (lower(v) IN ('true', 'false'))",
        "count(*) FILTER (lower(v) = 'true')",
        f"min(n) FILTER ({finite})",
        f"max(n) FILTER ({finite})",
    )


def _profile(n_rows: int, counts: Sequence[Any]) -> Profile:
    whole = [int(count or 0) for count in counts[:9]]
    low, high = (float("nan") if value is None else float(value) for value in counts[9:])
    present, distinct, numbers, infinite, integers, zeros, large, booleans, true = whole
    return Profile(
        n_rows=n_rows,
        n_present=present,
        n_distinct=distinct,
        n_numbers=numbers,
        n_infinite=infinite,
        n_integers=integers,
        n_leading_zeros=zeros,
        n_large=large,
        n_booleans=booleans,
        n_true=true,
        low=low,
        high=high,
    )


def batches(columns: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    """Part columns into lots of about a size, neither none nor so many that a statement gets very long."""
    size = min(max(size, 1), _MOST_COLUMNS)
    for start in range(0, len(columns), size):
        yield columns[start : start + size]
