"""A private DuckDB in memory that holds the data as text while it is read, and the SQL that makes values of text."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from job.data.dataset import Note
from job.data.quoting import counted, listed, quoted
from job.data.reading.data_file import DataFile
from job.errors import DataError
from job.machine import usable_memory, usable_processors
from job.spec.file_keys import FileSpec, numbers_among

MAX_COLUMNS = 10_000
_MOST_COLUMNS = 500  # of one statement
_LEAST_MEMORY = 200_000_000

WHITESPACE = (
    " \t\r\n\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)

_NESTED = {"LIST": "lists", "STRUCT": "structures", "TUPLE": "structures", "MAP": "maps"}
_NESTED |= dict.fromkeys(("UNION", "VARIANT", "GEOMETRY", "TYPE"), "of a nested type")


@dataclass(frozen=True)
class Store:
    """An open database and a folder for what doesn't fit in memory.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Reads files only by the full name given to it, and never the network.
    folder : pathlib.Path
        Private and temporary.
    shown : str
        The data file's path for messages.
    """

    connection: duckdb.DuckDBPyConnection
    folder: Path
    shown: str

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

    na_values: tuple[str, ...] = ()
    decimal: str = "."
    spaced: frozenset[str] = frozenset()
    numeric: frozenset[str] = frozenset()

    @classmethod
    def of(cls, spec: FileSpec) -> Cells:
        """Take what the spec says of them."""
        return cls(tuple(dict.fromkeys(word.strip(WHITESPACE) for word in spec.na_values)), spec.decimal)

    def text(self, key: str) -> str:
        """Write the SQL for a cell's trimmed text, missing values as they are written."""
        if key not in self.spaced:
            return key
        # taking off characters of a list is slow, and almost all blanks are spaces
        plain = f"trim({key})"
        return f"CASE WHEN {has_blank_edge(plain)} THEN trim({plain}, {literal(WHITESPACE)}) ELSE {plain} END"

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

    def number(self, value: str) -> str:
        """Write the SQL for a value's number (also infinite), or NULL where it isn't one."""
        # DuckDB takes 1_000 and +-5 for numbers, and no decimal comma; LIKE takes a fifth of the time of starts_with
        none, plain = f"contains({value}, '_') OR {value} LIKE '+-%'", value
        if self.decimal == ",":
            none, plain = f"{none} OR contains({value}, '.')", f"replace({value}, ',', '.')"
        return f"CASE WHEN {none} THEN NULL ELSE TRY_CAST({plain} AS DOUBLE) END"

    def finite(self, value: str) -> str:
        """Write the SQL for a value's number, or NULL where it isn't a finite one."""
        number = self.number(f"({value})")
        return f"CASE WHEN isfinite({number}) THEN {number} END"


@dataclass(frozen=True)
class Table:
    """All rows as text, in the order of the file.

    Parameters
    ----------
    store : Store
        Where it is.
    relation : str
        Its name in the database.
    columns : tuple of RawColumn
        Their names differ, also when case is disregarded.
    n_rows : int
        Rows.
    notes : tuple of Note
        What the reader of the file wants known.
    may_have_spaces : bool
        Whether values may have blanks around them.
    cells : Cells
        How its text becomes values.
    """

    store: Store
    relation: str
    columns: tuple[RawColumn, ...]
    n_rows: int
    notes: tuple[Note, ...] = ()
    may_have_spaces: bool = True
    cells: Cells = field(default=Cells())

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns."""
        return tuple(column.name for column in self.columns)

    @property
    def shown(self) -> str:
        """The file's path for messages."""
        return self.store.shown

    def column(self, name: str) -> RawColumn:
        """Find a column by its name."""
        return next(column for column in self.columns if column.name == name)

    def value(self, name: str) -> str:
        """Write the SQL for a value of a column, or NULL where it is missing."""
        return self.cells.value(self.column(name).key)

    def with_notes(self, notes: Iterable[Note]) -> Table:
        """Add notes."""
        return replace(self, notes=(*self.notes, *notes))

    def delete(self, condition: str) -> Table:
        """Delete rows."""
        self.store.connection.execute(f"DELETE FROM {self.relation} WHERE {condition}")
        return replace(self, n_rows=count_rows(self.store, self.relation))

    def fetch(self, expression: str) -> np.ndarray:
        """Fetch an expression for every row, in their order."""
        frame = self.store.connection.execute(f"SELECT {expression} AS v FROM {self.relation} ORDER BY rowid").df()
        return frame["v"].to_numpy()

    def fetch_row(self, aggregates: str) -> tuple[Any, ...]:
        """Fetch aggregates over all rows."""
        return fetch_row(self.store, f"SELECT {aggregates} FROM {self.relation}")

    def stack(self, lot: Sequence[RawColumn]) -> str:
        """Write the relation of the cells of some columns, one under the other: row ``r``, column ``p``, text ``t``."""
        keys = ", ".join(column.key for column in lot)
        cell = f"0 AS p, {keys} AS t" if len(lot) == 1 else f"unnest(range({len(lot)})) AS p, unnest([{keys}]) AS t"
        return f"(SELECT rowid AS r, {cell} FROM {self.relation})"

    def lots(self, columns: Sequence[RawColumn], n_cells: int) -> Iterator[tuple[Sequence[RawColumn], str]]:
        """Part columns into lots of so many cells, that a statement over a lot neither holds nor says too much.

        Yields
        ------
        columns : sequence of RawColumn
            Alike: in all of them a number may stand for missing, or in none.
        value : str
            The SQL for a value of any of them, whose text is ``t``.
        """
        size = min(max(n_cells // max(self.n_rows, 1), 1), _MOST_COLUMNS)
        for is_numeric in (False, True):
            alike = [column for column in columns if (column.key in self.cells.numeric) == is_numeric]
            for start in range(0, len(alike), size):
                lot = alike[start : start + size]
                spaced = any(column.key in self.cells.spaced for column in lot)
                place = {True: frozenset(["t"]), False: frozenset[str]()}
                cells = replace(self.cells, spaced=place[spaced], numeric=place[is_numeric])
                yield lot, cells.value("t")


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
            yield Store(connection, Path(name), shown)
        except duckdb.OutOfMemoryException:
            raise too_much(shown) from None
        except duckdb.Error as error:
            raise DataError(f"{shown}: cannot be read: {reason_of(error)}") from None


def too_much(shown: str) -> DataError:
    """Make the error for data that needs more room than reading may take."""
    there = f"the {room() >> 20:,} MB that reading may use, and as much on disk (a quarter of this process's memory)"
    return DataError(f"{shown}: the data needs more than {there}; use fewer rows or columns, or provide more memory")


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
    config: dict[str, Any] = {
        "memory_limit": f"{room()}B",
        "temp_directory": str(spill),
        "max_temp_directory_size": f"{room()}B",
        "threads": usable_processors(),
        "preserve_insertion_order": True,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    connection = duckdb.connect(":memory:", config=config)
    connection.execute("SET TimeZone = 'UTC'")
    with suppress(duckdb.InvalidInputException):  # there can be none in a notebook without ipywidgets
        connection.execute("SET enable_progress_bar = false")
    return connection


def literal(text: str) -> str:
    """Write a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def has_blank_edge(expression: str) -> str:
    """Write the SQL that tells whether a text begins or ends with a blank of any kind."""
    return f"regexp_matches({expression}, {literal(f'^[{WHITESPACE}]|[{WHITESPACE}]$')})"


def count_rows(store: Store, relation: str) -> int:
    """Count the rows of a table."""
    return int(fetch_row(store, f"SELECT count(*) FROM {relation}")[0])


def fetch_row(store: Store, sql: str) -> tuple[Any, ...]:
    """Fetch the one row that a statement gives."""
    (row,) = store.connection.execute(sql).fetchall()
    return tuple(row)


def load_csv(
    store: Store, path: Path, keys: Sequence[str], n_rows: int, longest: int, plain: DataFile | None = None, **more: str
) -> None:
    """Have DuckDB read a CSV file whose structure is known to be sound into the table ``raw``.

    Parameters
    ----------
    store : Store
    path : pathlib.Path
    keys : sequence of str
        The columns' names in the database.
    n_rows : int
        Rows that the file has.
    longest : int
        Bytes of the longest record.
    plain : DataFile or None
        A file as it was given, with a header, whose values hold no line breaks; None for one that was rewritten.
    **more : str
        Others of ``read_csv``, in the place of empty texts that stay so.
    """
    settings = more or {"force_not_null": f"[{', '.join(map(literal, keys))}]"}
    settings |= {
        "auto_detect": "false",
        "header": "false",
        "quote": literal('"'),
        "escape": literal('"'),
        "comment": "''",
        "columns": "{" + ", ".join(f"'{key}': 'VARCHAR'" for key in keys) + "}",
        "max_line_size": str(max(longest + 16, 2_000_000)),
        "strict_mode": "true",
    }
    if plain is None:
        # never look for a row's end or start inside a value with line breaks
        settings |= {"skip": "0", "delim": "','", "compression": "'none'", "parallel": "false", "new_line": r"'\n'"}
    else:
        packing = "'gzip'" if plain.packed else "'none'"
        settings |= {"skip": "1", "delim": literal(plain.delimiter), "compression": packing, "parallel": "true"}
    options = ", ".join(f"{name} = {value}" for name, value in settings.items())
    store.connection.execute(f"CREATE TABLE raw AS SELECT * FROM read_csv({store.link(path)}, {options})")
    n_read = count_rows(store, "raw")
    if n_read != n_rows:
        what = f"{n_read:,} rows were read, but the file has {n_rows:,}"
        raise DataError(f"{store.shown}: {what}; please report this file")


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
    notes = [Note("names-trimmed", "White space around column names was removed.")] if stripped != written else []
    taken = {name.lower() for name in stripped}
    columns = []
    for number, name in enumerate(stripped):
        if not name:
            name = f"column_{number + 1}"
            while name in taken:
                name += "_"
            text = f"A column without a name was given the name {quoted(name)}, after its position."
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
        hint = suspect_no_header(names) or "; rename the repeated ones"
        raise DataError(f"{shown}: {counted(len(twice), 'column name')} used more than once: {listed(twice)}{hint}")
    if clashes:
        raise DataError(f"{shown}: column names that differ only in case: {listed(clashes[0])}; rename one of them")


def why_unusable(written: str) -> str:
    """Say why values of a type, as ``DESCRIBE`` writes it, are no single values; nothing where they are."""
    kind = kind_of(written)
    return f"its values are {_NESTED[kind]} ({quoted(written)[1:-1]}), not single values" if kind in _NESTED else ""


def kind_of(written: str) -> str:
    """Give the name of a type without its parameters."""
    return "LIST" if written.endswith("]") else written.partition("(")[0]


def as_text(expression: str, written: str) -> str:
    """Write the SQL that turns a value of a type, as ``DESCRIBE`` writes it, into text; missing stays missing.

    Decimals keep the digits of their scale, which is a part of their type: 1.50 of two decimal places is ``1.50``.
    A floating point number is the shortest text that reads back as the same number of its own precision, so a whole
    one is written as an integer. Times with a zone are given in UTC.
    """
    kind, text = kind_of(written), f"CAST({expression} AS VARCHAR)"
    if kind in ("FLOAT", "DOUBLE"):
        # from the text alone: what DuckDB knows of a Parquet file's values leaves out NaN, and isnan() is then false
        short = f"CASE WHEN ends_with({text}, '.0') THEN left({text}, -2) ELSE {text} END"
        return f"CASE {text} WHEN 'nan' THEN 'NaN' WHEN '-0.0' THEN '0' ELSE {short} END"
    if kind == "DECIMAL":  # 0.12 with two digits in all is .12 in DuckDB
        below = f"WHEN starts_with({text}, '-.') THEN '-0' || substr({text}, 2)"
        return f"CASE WHEN starts_with({text}, '.') THEN '0' || {text} {below} ELSE {text} END"
    if kind in ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS"):  # the store's time zone is UTC
        return f"regexp_replace(replace({text}, ' ', 'T'), '[+]00$', 'Z')"
    if kind.startswith("TIMESTAMP"):
        return f"replace({text}, ' ', 'T')"
    return f"coalesce({decoded(expression)}, {text})" if kind == "BLOB" else text


def decoded(expression: str) -> str:
    """Write the SQL that reads bytes as text; NULL where they aren't UTF-8 or hold control characters."""
    text = f"TRY(decode({expression}))"
    return f"CASE WHEN regexp_matches({text}, '[\\x00-\\x08\\x0e-\\x1f]') THEN NULL ELSE {text} END"
