"""A private DuckDB in memory that holds the data as text while it is read."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from job.data.dataset import Note
from job.data.quoting import counted, listed, quoted
from job.errors import DataError
from job.machine import usable_memory

# MERGED: Write a value of any database type as the text that stands for exactly that value.


MAX_COLUMNS = 10_000
_LEAST_MEMORY = 200_000_000

WHITESPACE = (
    " \t\r\n\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)


@dataclass(frozen=True)
class Store:
    """An open database and a folder for what doesn't fit in memory.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Reads files only by the full name given to it, and never the network.
    folder : pathlib.Path
        Private and temporary.
    """

    connection: duckdb.DuckDBPyConnection
    folder: Path

    def link(self, path: Path) -> str:
        """Give a file a name that DuckDB takes literally, as it takes ``[1]``, ``*`` and ``k=v`` in names for more."""
        link = self.folder / f"file{len(os.listdir(self.folder))}"
        link.symlink_to(path.resolve())
        return literal(str(link))


@dataclass(frozen=True)
class RawColumn:
    """One column of text.

    Parameters
    ----------
    name : str
        As the data writes it, trimmed.
    key : str
        Its name in the database, safe to put into SQL.
    unusable : str
        Why its values are no single values (lists, say); empty for all others.
    unnamed : bool
        Whether the data gives it no name.
    """

    name: str
    key: str
    unusable: str = ""
    unnamed: bool = False


@dataclass(frozen=True)
class Table:
    """All rows as text, in the order of the file.

    Parameters
    ----------
    relation : str
        Its name in the database.
    columns : tuple of RawColumn
        Their names differ, also when case is disregarded.
    n_rows : int
        Rows.
    may_have_spaces : bool
        Whether values may have blanks around them.
    notes : tuple of Note
        What the reader of the file wants known.
    """

    relation: str
    columns: tuple[RawColumn, ...]
    n_rows: int
    may_have_spaces: bool = True
    notes: tuple[Note, ...] = field(default=())

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> RawColumn:
        """Find a column by its name."""
        return next(column for column in self.columns if column.name == name)

    def with_notes(self, notes: Iterable[Note]) -> Table:
        """Add notes."""
        return replace(self, notes=(*self.notes, *notes))


@contextmanager
def open_store(shown: str) -> Iterator[Store]:
    """Open a database for one data set and throw it away afterwards.

    Parameters
    ----------
    shown : str
        The file's path for messages.

    Raises
    ------
    DataError
        DuckDB cannot read the data, or it needs more memory than there is; in one line.
    """
    try:
        folder = tempfile.TemporaryDirectory(prefix="minority-report-", ignore_cleanup_errors=True)
    except OSError as error:
        raise DataError(f"{shown}: there is no folder for temporary files ({error.strerror}); set TMPDIR") from None
    with folder as name, _connect(Path(name)) as connection:
        try:
            yield Store(connection, Path(name))
        except duckdb.OutOfMemoryException:
            raise too_much(shown) from None
        except duckdb.Error as error:
            raise DataError(f"{shown}: cannot be read: {reason_of(error)}") from None


def too_much(shown: str) -> DataError:
    """Make the error for data that needs more room than reading may take."""
    return DataError(
        f"{shown}: the data needs more memory than the {room() >> 20:,} MB that reading may use, and as much on disk "
        "(a quarter of what this process has); give fewer rows or columns, or more memory"
    )


def reason_of(error: BaseException) -> str:
    """Give what a library's message says is wrong, in one line, without its kind in front."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    kind, separator, rest = lines[0].partition("Error: ")
    text = rest if separator and len(kind) < 40 else lines[0]
    # of a row of a CSV file: where, the row itself, why, and what one could set
    fixes = next((number for number, line in enumerate(lines) if line.startswith("Possible ")), 0)
    return f"{text}: {lines[fixes - 1]}" if fixes > 1 else text


def room() -> int:
    """Bytes that reading may take, of memory and on disk."""
    return max(_LEAST_MEMORY, usable_memory() // 4)


def _connect(folder: Path) -> duckdb.DuckDBPyConnection:
    spill = folder / "spill"
    spill.mkdir()
    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": f"{room()}B",
            "temp_directory": str(spill),
            "max_temp_directory_size": f"{room()}B",
            "threads": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
            "preserve_insertion_order": True,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    return connection


def literal(text: str) -> str:
    """Write a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Write a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def options(values: Mapping[str, str]) -> str:
    """Write named arguments of a table function."""
    return ", ".join(f"{name} = {value}" for name, value in values.items())


def list_of(texts: Sequence[str]) -> str:
    """Write texts as an SQL list."""
    return "[" + ", ".join(literal(text) for text in texts) + "]"


def has_blank_edge(expression: str) -> str:
    """Write the SQL that tells whether a text begins or ends with a blank of any kind."""
    return f"regexp_matches({expression}, {literal(f'^[{WHITESPACE}]|[{WHITESPACE}]$')})"


def trimmed(expression: str) -> str:
    """Write an expression without the blanks around it."""
    # taking off characters of a list is slow, and almost all blanks are spaces
    plain = f"trim({expression})"
    return f"CASE WHEN {has_blank_edge(plain)} THEN trim({plain}, {literal(WHITESPACE)}) ELSE {plain} END"


def count_rows(store: Store, relation: str) -> int:
    """Count the rows of a table."""
    return int(fetch_row(store, f"SELECT count(*) FROM {relation}")[0])


def fetch_row(store: Store, sql: str) -> tuple[Any, ...]:
    """Fetch the one row that a statement gives."""
    row = store.connection.execute(sql).fetchone()
    assert row is not None
    return tuple(row)


def name_columns(names: Iterable[str], shown: str) -> tuple[tuple[RawColumn, ...], tuple[Note, ...]]:
    """Give every column its key, name those without a name, and refuse names that cannot be told apart.

    Parameters
    ----------
    names : iterable of str
        As the data writes them.
    shown : str
        The file's path for messages.

    Returns
    -------
    columns : tuple of RawColumn
    notes : tuple of Note

    Raises
    ------
    DataError
        Two names are the same, or the same but for case.
    """
    written = list(names)
    if len(written) > MAX_COLUMNS:
        raise DataError(f"{shown}: {len(written):,} columns are more than the {MAX_COLUMNS:,} that can be read")
    stripped = [name.strip(WHITESPACE) for name in written]
    _check_names([name for name in stripped if name], shown)
    notes = [Note("names-trimmed", "Blanks around column names were taken off.")] if stripped != written else []
    taken = {name.lower() for name in stripped}
    columns = []
    for number, name in enumerate(stripped):
        if not name:
            name = f"column_{number + 1}"
            while name in taken:
                name += "_"
            text = f"A column without a name was given the name {quoted(name)}, after its place."
            notes.append(Note("column-named", text, name))
        columns.append(RawColumn(name, f"c{number}", unnamed=not stripped[number]))
    return tuple(columns), tuple(notes)


def suspect_no_header(names: Sequence[str]) -> str:
    """Say so where half of the names are numbers, as those of a file without a header are."""
    n_numbers = sum(name.lstrip("+-").replace(".", "", 1).replace(",", "", 1).isdecimal() for name in names)
    return "; the first line looks like a row: is there a header?" if 2 * n_numbers >= len(names) else ""


def _check_names(names: Sequence[str], shown: str) -> None:
    by_lower: dict[str, list[str]] = {}
    for name in names:
        by_lower.setdefault(name.lower(), []).append(name)
    clashes = [same for same in by_lower.values() if len(same) > 1]
    twice = [same[0] for same in clashes if len(set(same)) < len(same)]
    if twice:
        hint = suspect_no_header(names) or "; rename"
        raise DataError(f"{shown}: {counted(len(twice), 'column name')} used more than once: {listed(twice)}{hint}")
    if clashes:
        raise DataError(f"{shown}: column names that differ only in case: {listed(clashes[0])}; rename one of them")


_SINGLE = frozenset(
    {
        "BIGINT",
        "BIGNUM",
        "BIT",
        "BLOB",
        "BOOLEAN",
        "DATE",
        "DECIMAL",
        "DOUBLE",
        "ENUM",
        "FLOAT",
        "HUGEINT",
        "INTEGER",
        "INTERVAL",
        "JSON",
        '"NULL"',
        "SMALLINT",
        "TIME",
        "TIME WITH TIME ZONE",
        "TIME_NS",
        "TIMESTAMP",
        "TIMESTAMP WITH TIME ZONE",
        "TIMESTAMPTZ_NS",
        "TIMESTAMP_MS",
        "TIMESTAMP_NS",
        "TIMESTAMP_S",
        "TINYINT",
        "UBIGINT",
        "UHUGEINT",
        "UINTEGER",
        "USMALLINT",
        "UTINYINT",
        "UUID",
        "VARCHAR",
    }
)


def why_unusable(written: str) -> str:
    """Say why values of a type are no single values.

    Parameters
    ----------
    written : str
        The type as ``DESCRIBE`` writes it.

    Returns
    -------
    str
        Nothing where they are.
    """
    kind = _kind(written)
    if kind in _SINGLE:
        return ""
    names = {"LIST": "lists", "STRUCT": "structures", "TUPLE": "structures", "MAP": "maps"}
    return f"its values are {names.get(kind, 'of a nested type')} ({quoted(written)[1:-1]}), not single values"


def as_text(expression: str, written: str) -> str:
    """Write the SQL that turns a value into text; a missing value stays missing.

    Decimals keep the digits of their scale, which is a part of their type: 1.50 of two decimal places is ``1.50``.
    A floating point number is the shortest text that reads back as the same number of its own precision, so a whole
    one is written as an integer. Times with a zone are given in UTC.

    Parameters
    ----------
    expression : str
        SQL for the value.
    written : str
        Its type as ``DESCRIBE`` writes it.

    Returns
    -------
    str
        SQL for its text.
    """
    kind, text = _kind(written), f"CAST({expression} AS VARCHAR)"
    if kind in ("FLOAT", "DOUBLE"):
        # from the text alone: what DuckDB knows of a Parquet file's values leaves out NaN, and isnan() is then false
        return (
            f"CASE {text} WHEN 'nan' THEN 'NaN' WHEN '-0.0' THEN '0' "
            f"ELSE CASE WHEN ends_with({text}, '.0') THEN left({text}, -2) ELSE {text} END END"
        )
    if kind == "DECIMAL":  # 0.12 with two digits in all is .12 in DuckDB
        return (
            f"CASE WHEN starts_with({text}, '.') THEN '0' || {text} "
            f"WHEN starts_with({text}, '-.') THEN '-0' || substr({text}, 2) ELSE {text} END"
        )
    if kind in ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS"):  # the store's time zone is UTC
        return f"regexp_replace(replace({text}, ' ', 'T'), '[+]00$', 'Z')"
    if kind.startswith("TIMESTAMP"):
        return f"replace({text}, ' ', 'T')"
    if kind == "BLOB":
        return f"coalesce({decoded(expression)}, {text})"
    return text


def decoded(expression: str) -> str:
    """Write the SQL that reads bytes as text; NULL where they aren't UTF-8 or hold control characters."""
    text = f"TRY(decode({expression}))"
    return f"CASE WHEN regexp_matches({text}, '[\\x00-\\x08\\x0e-\\x1f]') THEN NULL ELSE {text} END"


def is_bytes(written: str) -> bool:
    """Tell whether a type holds bytes, which may be text or not."""
    return _kind(written) == "BLOB"


def _kind(written: str) -> str:
    """Give the name of a type without its parameters."""
    if written.endswith("]"):
        return "LIST"
    return written.partition("(")[0]
