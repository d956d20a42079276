"""The table ``data`` that a query reads: the file's own column names, and values with types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from job.data.dataset import Note
from job.data.quoting import counted, quoted
from job.data.reading.column_profile import Cells, Profile, is_read_as_number, profile_columns
from job.data.reading.column_types import is_boolean
from job.data.reading.database import RawColumn, Store, Table, fetch_row, identifier
from job.data.reading.exact_text import as_text

NAME = "data"
_LARGEST = 2**63


def create_view(store: Store, table: Table, cells: Cells, labels: Sequence[str]) -> tuple[Note, ...]:
    """Make the view that a query reads.

    Numbers are BIGINT or DOUBLE, booleans BOOLEAN, all else VARCHAR; missing values are NULL.

    Parameters
    ----------
    store : Store
        Where the table is.
    table : Table
        Text.
    cells : Cells
        How text becomes values.
    labels : sequence of str
        Columns whose text counts, the target for one: these get a type only where it keeps the text of every row.

    Returns
    -------
    tuple of Note
        What the types cost.
    """
    profiles = profile_columns(store, table, cells)
    parts = []
    for column in table.columns:
        value = cells.value(column.key)
        typed, kind = _typed(cells, value, profiles[column.key])
        if column.name in labels and not _keeps_text(store, table, value, as_text(typed, kind)):
            typed = value
        parts.append(f"{typed} AS {identifier(column.name)}")
    store.connection.execute(f"CREATE VIEW {NAME} AS SELECT {', '.join(parts)} FROM {table.relation}")
    return tuple(_notes(table.columns, profiles))


def find_numbers(store: Store, table: Table, cells: Cells) -> frozenset[str]:
    """Find the columns of numbers."""
    profiles = profile_columns(store, table, cells)
    return frozenset(column.name for column in table.columns if is_read_as_number(profiles[column.key]))


def _typed(cells: Cells, value: str, profile: Profile) -> tuple[str, str]:
    """Write the SQL for a typed value, and name the type."""
    if is_read_as_number(profile):
        is_whole = profile.n_integers == profile.n_numbers == profile.n_present
        if is_whole and profile.low > -_LARGEST and profile.high < _LARGEST:
            return f"TRY_CAST({value} AS BIGINT)", "BIGINT"
        number = cells.number(f"({value})")
        return f"CASE WHEN isfinite({number}) THEN {number} END", "DOUBLE"
    return (f"TRY_CAST({value} AS BOOLEAN)", "BOOLEAN") if is_boolean(profile) else (value, "VARCHAR")


def _keeps_text(store: Store, table: Table, value: str, written: str) -> bool:
    sql = f"SELECT count(*) FROM {table.relation} WHERE {written} IS DISTINCT FROM {value}"
    return bool(fetch_row(store, sql)[0] == 0)


def _notes(columns: Sequence[RawColumn], profiles: Mapping[str, Profile]) -> Iterator[Note]:
    for column in columns:
        profile = profiles[column.key]
        n_lost = profile.n_present - (profile.n_numbers - profile.n_infinite)
        if is_read_as_number(profile) and n_lost:
            text = f"{counted(n_lost, 'value')} of {quoted(column.name)} no finite number: NULL for the query."
            yield Note("not-numbers-for-query", text, column.name)
