"""Read Parquet: DuckDB reads the rows, every value becomes the text that stands for exactly that value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import duckdb

from job.data.dataset import Note
from job.data.quoting import quoted
from job.data.reading.data_file import LARGEST_CELL, DataFile
from job.data.reading.database import (
    RawColumn,
    Store,
    Table,
    as_text,
    count_rows,
    decoded,
    fetch_row,
    is_bytes,
    name_columns,
    open_store,
    reason_of,
    room,
    why_unusable,
)
from job.errors import DataError

_MAGIC = b"PAR1"
_ROOM_FOR_A_CELL = 500_000_000  # bytes in which one page of a column is read, or it isn't
_SMALLEST = 12  # bytes: the magic at both ends and the length of the footer
_PANDAS_INDEX = re.compile(r"__index_level_\d+__")


def read_names(file: DataFile) -> tuple[str, ...]:
    """Read the names of a Parquet file's columns.

    Parameters
    ----------
    file : DataFile
        A Parquet file.

    Returns
    -------
    tuple of str
        As they are written, also where two are the same.

    Raises
    ------
    DataError
        The file is cut off, damaged or encrypted, or holds no rows.
    """
    with open_store(file.shown) as store:
        return tuple(column.name for column in _open(store, file).columns)


def read_parquet(store: Store, file: DataFile) -> Table:
    """Read a Parquet file into a table of text.

    Missing values, and those of a column without a type, are NULL. Columns of lists, structures and maps, of bytes
    that aren't text, and the row index that pandas writes along, are unusable.

    Parameters
    ----------
    store : Store
        Where the table goes.
    file : DataFile
        A Parquet file.

    Returns
    -------
    Table
        As many rows, in the same order, as the file has.

    Raises
    ------
    DataError
        As ``read_names``, or two columns cannot be told apart by their names.
    """
    opened = _open(store, file)
    _check_sizes(store, opened)
    columns, named = name_columns((column.name for column in opened.columns), file.shown)
    cells = (f"{as_text(c.key, t.written)} AS {c.key}" for c, t in zip(columns, opened.columns, strict=True))
    with _translated(opened):
        # by place and not by name: DuckDB renames columns whose names are the same but for case
        keys = ", ".join(column.key for column in columns)
        rows = f"SELECT * FROM {opened.relation} AS file({keys})"
        store.connection.execute(f"CREATE TABLE raw AS SELECT {', '.join(cells)} FROM ({rows})")
        broken = _not_text(store, columns, opened)
    marked = tuple(
        replace(column, unusable=_why(typed, column.key in broken))
        for column, typed in zip(columns, opened.columns, strict=True)
    )
    notes = tuple(_bytes_notes(marked, opened.columns))
    return Table("raw", marked, count_rows(store, "raw"), True, (*named, *notes))


@dataclass(frozen=True)
class _Column:
    """A column's name in the file, and its type as ``DESCRIBE`` writes it."""

    name: str
    written: str


@dataclass(frozen=True)
class _Opened:
    """A file whose footer has been read: its path as an SQL literal, and its columns."""

    file: DataFile
    link: str
    columns: tuple[_Column, ...] = ()

    @property
    def relation(self) -> str:
        return f"read_parquet({self.link}, hive_partitioning = false)"


def _open(store: Store, file: DataFile) -> _Opened:
    """Read the footer of a file that is whole and has rows."""
    _check_ends(file)
    opened = _Opened(file, store.link(file.path))
    with _translated(opened):
        types = store.connection.execute(f"DESCRIBE SELECT * FROM {opened.relation}").fetchall()
        tree = store.connection.execute(f"SELECT name, num_children FROM parquet_schema({opened.link})").fetchall()
        n_rows = fetch_row(store, f"SELECT count(*) FROM {opened.relation}")[0]
    if not n_rows:
        raise DataError(f"{file.shown}: there are only column names and no rows")
    names = _top_names([(str(name), int(children or 0)) for name, children in tree])
    columns = (_Column(name, str(row[1])) for name, row in zip(names, types, strict=True))
    return replace(opened, columns=tuple(columns))


def _check_sizes(store: Store, opened: _Opened) -> None:
    """Refuse a cell that is too large; only columns that take much room may have one, and only these are looked at."""
    sql = (
        "SELECT path_in_schema, arg_max(row_group_id, total_uncompressed_size), max(total_uncompressed_size) "
        f"FROM parquet_metadata({opened.link}) WHERE type LIKE '%BYTE_ARRAY' OR contains(path_in_schema, ', ') "
        f"GROUP BY ALL HAVING max(total_uncompressed_size) > {LARGEST_CELL}"
    )
    places = {column.name: place for place, column in enumerate(opened.columns)}
    with _translated(opened):
        for path, group, size in store.connection.execute(sql).fetchall():
            place = places.get(path, places.get(str(path).partition(", ")[0]))
            if place is not None:
                _check_size(store, opened, place, f" row group {group}", int(size))


def _check_size(store: Store, opened: _Opened, place: int, group: str, most: int) -> None:
    column, keys = opened.columns[place], ", ".join(f"c{number}" for number in range(len(opened.columns)))
    size = f"octet_length(c{place})" if is_bytes(column.written) else f"strlen(CAST(c{place} AS VARCHAR))"
    relation = (
        opened.relation.replace(", hive_partitioning", ", file_row_number = true, hive_partitioning")
        + f" AS file({keys}, r)"
    )
    store.connection.execute(f"SET memory_limit = '{min(room(), _ROOM_FOR_A_CELL)}B'")
    try:
        sql = f"SELECT r + 1, {size} AS s FROM {relation} WHERE s > {LARGEST_CELL} ORDER BY r LIMIT 1"
        found = store.connection.execute(sql).fetchone()
    except duckdb.OutOfMemoryException:
        raise opened.file.too_large(group, column.name, f"up to {most:,} bytes") from None
    finally:
        store.connection.execute(f"SET memory_limit = '{room()}B'")
    if found:
        raise opened.file.too_large(f" row {found[0]:,}", column.name, f"{found[1]:,} bytes")


def _check_ends(file: DataFile) -> None:
    """Refuse a file that doesn't end as each whole Parquet file does; how it begins has been looked at."""
    try:
        with file.path.open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(max(0, size - len(_MAGIC)))
            end = stream.read()
    except OSError as error:
        raise DataError(f"{file.shown}: cannot be read: {error.strerror}") from None
    if size < _SMALLEST or end != _MAGIC:
        raise DataError(
            f"{file.shown}: the Parquet file is truncated (it ends too early, without its footer); "
            "copy or download it again"
        )


@contextmanager
def _translated(opened: _Opened) -> Iterator[None]:
    """Turn what DuckDB raises while it reads into one line that names the file as the spec does."""
    shown = opened.file.shown
    try:
        yield
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        reason = reason_of(error).replace(opened.link.strip("'"), shown)
        reason = "".join(character if character.isprintable() else "?" for character in reason)
        if "encrypt" in reason.lower():
            raise DataError(f"{shown}: the Parquet file is encrypted; give it decrypted") from None
        raise DataError(
            f"{shown}: the Parquet file is damaged, or written in a way that cannot be read ({reason}); copy it again, "
            "or write it again with another program"
        ) from None


def _top_names(tree: Sequence[tuple[str, int]]) -> tuple[str, ...]:
    """Give the names of the columns from a list of a schema's nodes: the root, then each node before its children."""
    names: list[str] = []
    place = 1
    while place < len(tree):
        names.append(tree[place][0])
        pending = 1
        while pending:
            pending += tree[place][1] - 1
            place += 1
    return tuple(names)


def _why(column: _Column, is_broken: bool) -> str:
    if _PANDAS_INDEX.fullmatch(column.name):
        return "it is the row index that pandas wrote along"
    if is_broken:
        return "its values are bytes that aren't text"
    return why_unusable(column.written)


def _not_text(store: Store, columns: Sequence[RawColumn], opened: _Opened) -> frozenset[str]:
    """Find the columns of bytes that aren't UTF-8."""
    keys = ", ".join(column.key for column in columns)
    found = set()
    for column, typed in zip(columns, opened.columns, strict=True):
        if is_bytes(typed.written):
            broken = f"{column.key} IS NOT NULL AND {decoded(column.key)} IS NULL"
            if fetch_row(store, f"SELECT bool_or({broken}) FROM {opened.relation} AS file({keys})")[0]:
                found.add(column.key)
    return frozenset(found)


def _bytes_notes(columns: Sequence[RawColumn], typed: Sequence[_Column]) -> Iterator[Note]:
    for column, kind in zip(columns, typed, strict=True):
        if is_bytes(kind.written) and not column.unusable:
            text = f"{quoted(column.name)} holds bytes by its type; all of them are UTF-8 and were read as text."
            yield Note("bytes-as-text", text, column.name)
