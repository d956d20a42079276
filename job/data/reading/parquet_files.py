"""Read Parquet: DuckDB reads the rows, every value becomes the text that stands for exactly that value."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import duckdb

from job.data.dataset import Note
from job.data.quoting import quoted
from job.data.reading import database
from job.data.reading.data_file import LARGEST_CELL, DataFile, translated
from job.data.reading.database import Store, Table, as_text, fetch_row, kind_of, open_store, room
from job.errors import DataError

_MAGIC = b"PAR1"
_ROOM_FOR_A_CELL = 500_000_000  # bytes in which one page of a column is read, or it isn't
_SMALLEST = 12  # bytes: the magic at both ends and the length of the footer
_PANDAS_INDEX = re.compile(r"__index_level_\d+__")


@dataclass(frozen=True)
class _Opened:
    """A file whose footer has been read: its path as an SQL literal, and its columns' names and types."""

    file: DataFile
    link: str
    names: tuple[str, ...] = ()
    types: tuple[str, ...] = ()

    def relation(self, also: str = "") -> str:
        """Write the relation of its rows, by place: DuckDB renames columns whose names are the same but for case."""
        keys = ", ".join(f"c{place}" for place in range(len(self.names)))
        return f"read_parquet({self.link}, hive_partitioning = false{also}) AS file({keys}{', r' if also else ''})"


def read_names(file: DataFile) -> tuple[str, ...]:
    """Read the names of a Parquet file's columns, as they are written, also where two are the same.

    Raises
    ------
    DataError
        The file is cut off, damaged or encrypted, or holds no rows.
    """
    with open_store(file.shown) as store:
        return _open(store, file).names


def read_parquet(store: Store, file: DataFile) -> Table:
    """Read a Parquet file into a table of text, with as many rows, in the same order, as the file has.

    Missing values, and those of a column without a type, are NULL. Columns of lists, structures and maps, of bytes
    that aren't text, and the row index that pandas writes along, are unusable.

    Raises
    ------
    DataError
        As ``read_names``, or two columns cannot be told apart by their names.
    """
    opened = _open(store, file)
    _check_sizes(store, opened)
    columns, notes = database.name_columns(opened.names, file.shown)
    marked = []
    with _translated(opened):
        cells = (f"{as_text(c.key, written)} AS {c.key}" for c, written in zip(columns, opened.types, strict=True))
        store.connection.execute(f"CREATE TABLE raw AS SELECT {', '.join(cells)} FROM {opened.relation()}")
        for column, name, written in zip(columns, opened.names, opened.types, strict=True):
            why = database.why_unusable(written)
            if _PANDAS_INDEX.fullmatch(name):
                why = "it is the row index of pandas"
            elif kind_of(written) == "BLOB":
                broken = f"bool_or({column.key} IS NOT NULL AND {database.decoded(column.key)} IS NULL)"
                if fetch_row(store, f"SELECT {broken} FROM {opened.relation()}")[0]:
                    why = "its values are bytes that aren't text"
                else:
                    text = f"{quoted(column.name)} is of a binary type; all its values are UTF-8 and were read as text."
                    notes = (*notes, Note("bytes-as-text", text, column.name))
            marked.append(replace(column, unusable=why))
    return Table(store, "raw", tuple(marked), database.count_rows(store, "raw"), notes)


def _open(store: Store, file: DataFile) -> _Opened:
    """Read the footer of a file that is whole and has rows."""
    with translated(file.shown), file.path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - len(_MAGIC)))
        end = stream.read()
    if size < _SMALLEST or end != _MAGIC:  # how it begins has been looked at
        what = "the Parquet file is truncated (it ends too early, without its footer)"
        raise DataError(f"{file.shown}: {what}; copy or download it again")
    opened = _Opened(file, store.link(file.path))
    with _translated(opened):
        rows = f"FROM read_parquet({opened.link}, hive_partitioning = false)"
        types = store.connection.execute(f"DESCRIBE SELECT * {rows}").fetchall()
        tree = store.connection.execute(f"SELECT name, num_children FROM parquet_schema({opened.link})").fetchall()
        n_rows = fetch_row(store, f"SELECT count(*) {rows}")[0]
    if not n_rows:
        raise DataError(f"{file.shown}: there are only column names and no rows")
    names, place = [], 1
    while place < len(tree):  # the root, then each column before its children
        names.append(str(tree[place][0]))
        pending = 1
        while pending:
            pending += (tree[place][1] or 0) - 1
            place += 1
    return replace(opened, names=tuple(names), types=tuple(str(row[1]) for row in types))


def _check_sizes(store: Store, opened: _Opened) -> None:
    """Refuse a cell that is too large; only columns that take much room may have one, and only these are looked at."""
    sql = (
        "SELECT path_in_schema, arg_max(row_group_id, total_uncompressed_size), max(total_uncompressed_size) "
        f"FROM parquet_metadata({opened.link}) WHERE type LIKE '%BYTE_ARRAY' OR contains(path_in_schema, ', ') "
        f"GROUP BY ALL HAVING max(total_uncompressed_size) > {LARGEST_CELL}"
    )
    places = {name: place for place, name in enumerate(opened.names)}
    rows = opened.relation(", file_row_number = true")
    with _translated(opened):
        for path, group, most in store.connection.execute(sql).fetchall():
            place = places.get(path, places.get(str(path).partition(", ")[0]))
            if place is None:
                continue
            is_bytes = kind_of(opened.types[place]) == "BLOB"
            size = f"octet_length(c{place})" if is_bytes else f"strlen(CAST(c{place} AS VARCHAR))"
            sql = f"SELECT r + 1, {size} AS s FROM {rows} WHERE s > {LARGEST_CELL} ORDER BY r LIMIT 1"
            store.connection.execute(f"SET memory_limit = '{min(room(), _ROOM_FOR_A_CELL)}B'")
            try:
                found = store.connection.execute(sql).fetchone()
            except duckdb.OutOfMemoryException:
                name = opened.names[place]
                raise opened.file.too_large(f" row group {group}", name, f"up to {most:,} bytes") from None
            finally:
                store.connection.execute(f"SET memory_limit = '{room()}B'")
            if found:
                raise opened.file.too_large(f" row {found[0]:,}", opened.names[place], f"{found[1]:,} bytes")


@contextmanager
def _translated(opened: _Opened) -> Iterator[None]:
    """Turn what DuckDB raises while it reads into one line that names the file as the spec does."""
    shown = opened.file.shown
    try:
        yield
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        reason = database.reason_of(error).replace(opened.link.strip("'"), shown)
        reason = "".join(character if character.isprintable() else "?" for character in reason)
        if "encrypt" in reason.lower():
            raise DataError(f"{shown}: the Parquet file is encrypted; decrypt it first") from None
        found = f"the Parquet file is damaged, or written in a way that cannot be read ({reason})"
        raise DataError(f"{shown}: {found}; copy it again, or write it again with another program") from None
