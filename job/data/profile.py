"""What is in each column: counts over all rows, taken by DuckDB."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from job.data.store import Store, Table, fetch_row, has_blank_edge, literal, trimmed

_BATCH = 4  # the time that DuckDB needs to plan a statement grows with the square of its columns and worse
_T = TypeVar("_T")
LARGEST_EXACT = 2**53


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
    """

    na_values: tuple[str, ...]
    decimal: str
    spaced: frozenset[str]

    def text(self, key: str) -> str:
        """Write the SQL for a cell's trimmed text, missing values as they are written."""
        return trimmed(key) if key in self.spaced else key

    def value(self, key: str) -> str:
        """Write the SQL for a cell's text, or NULL where it is missing."""
        text = self.text(key)
        if not self.na_values:
            return text
        return f"CASE WHEN {text} IN ({', '.join(map(literal, self.na_values))}) THEN NULL ELSE {text} END"

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
    found = set()
    for batch in batches(table.columns):
        counts = ", ".join(f"coalesce(bool_or({has_blank_edge(c.key)}), false)" for c in batch)
        row = fetch_row(store, f"SELECT {counts} FROM {table.relation}")
        found |= {column.key for column, spaced in zip(batch, row, strict=True) if spaced}
    return frozenset(found)


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
    profiles = {}
    for batch in batches(table.columns):
        parts = [part for column in batch for part in _counts(column.key)]
        inner = ", ".join(f"{cells.value(column.key)} AS {column.key}" for column in batch)
        outer = ", ".join(f"{column.key}, {cells.number(column.key)} AS {column.key}_n" for column in batch)
        sql = f"SELECT {', '.join(parts)} FROM (SELECT {outer} FROM (SELECT {inner} FROM {table.relation}))"
        row = fetch_row(store, sql)
        size = len(parts) // len(batch)
        for place, column in enumerate(batch):
            counts = row[place * size : (place + 1) * size]
            profiles[column.key] = _profile(table.n_rows, counts)
    return profiles


def _counts(key: str) -> tuple[str, ...]:
    """Write the counts of one column; ``key`` is its value and ``key_n`` its number."""
    number = f"{key}_n"
    finite = f"isfinite({number})"
    integer = f"{finite} AND NOT contains({key}, '.') AND NOT contains({key}, ',') AND NOT contains(lower({key}), 'e')"
    signed = f"(starts_with({key}, '-0') OR starts_with({key}, '+0')) AND length({key}) > 2"
    zero = f"(starts_with({key}, '0') AND length({key}) > 1 OR {signed}) AND {integer}"
    exact = ", ".join(f"'{sign}{LARGEST_EXACT}'" for sign in ("", "-", "+"))  # 2^53 + 1 is the same as a number
    return (
        f"count({key})",
        f"count(DISTINCT {key})",
        f"count({number})",
        f"count(*) FILTER ({number} IS NOT NULL AND NOT {finite})",
        f"count(*) FILTER ({integer})",
        f"count(*) FILTER ({zero})",
        f"count(*) FILTER (abs({number}) >= {LARGEST_EXACT} AND {integer} AND {key} NOT IN ({exact}))",
        f"count(*) FILTER (lower({key}) IN ('true', 'false'))",
        f"count(*) FILTER (lower({key}) = 'true')",
        f"min({number}) FILTER ({finite})",
        f"max({number}) FILTER ({finite})",
    )


def _profile(n_rows: int, counts: Sequence[float | None]) -> Profile:
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


def batches(columns: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Part columns into lots that one statement can count."""
    for start in range(0, len(columns), _BATCH):
        yield columns[start : start + _BATCH]
