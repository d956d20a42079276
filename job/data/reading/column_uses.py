"""Which column is what: the names of the spec looked up in the data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd

from job.data.dataset import Note
from job.data.quoting import counted, listed, nearest, quoted
from job.data.reading.column_profile import Cells
from job.data.reading.column_types import note_alike
from job.data.reading.database import Store, Table, fetch_row, literal, suspect_no_header
from job.errors import DataError
from job.spec.file import FileSpec

# MERGED: What a split needs to know about each row beside its label: group, time, and whether it is for testing.


_ONE = ("target", "groups", "time", "split")
_SEVERAL = ("drop", "categorical")


def check_roles(spec: FileSpec, names: Sequence[str], shown: str) -> None:
    """Make sure that the data has every column that the spec names, and something to learn from.

    Parameters
    ----------
    spec : FileSpec
        The spec's ``data.file``.
    names : sequence of str
        The columns of the data.
    shown : str
        The file's path for messages.

    Raises
    ------
    DataError
        A column isn't there, or no column is left for a feature; all such names in one line.
    """
    problems = [
        f"{key}: no column {quoted(name)}{nearest(name, names)}" for key, name in _named(spec) if name not in names
    ]
    if problems:
        raise DataError(f"{shown}: {'; '.join(problems)} (columns: {listed(names, 12)}){suspect_no_header(names)}")
    taken = {name for key, name in _named(spec) if not key.startswith("data.file.categorical")}
    if not set(names) - taken:
        raise DataError(f"{shown}: no column is left for a feature; at least one that isn't {_uses(spec)} is needed")


def assign_role(spec: FileSpec, name: str) -> str:
    """Say what the spec uses a column for."""
    if name in spec.drop:
        return "dropped"
    return next((key for key in _ONE if getattr(spec, key) == name), "feature")


def _named(spec: FileSpec) -> Iterator[tuple[str, str]]:
    """Yield the key path and name of every column that the spec names."""
    for key in _ONE:
        if getattr(spec, key) is not None:
            yield f"data.file.{key}", getattr(spec, key)
    for key in _SEVERAL:
        for index, name in enumerate(getattr(spec, key)):
            yield f"data.file.{key}[{index}]", name


def _uses(spec: FileSpec) -> str:
    return " or ".join(["the target", *(key for key in (*_ONE[1:], "drop") if getattr(spec, key))])


_ZONE = "(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)"
_CLOCK = f"[T ][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}([.,][0-9]+)?)?( ?{_ZONE})?"
_ISO = f"[0-9]{{4}}-[0-9]{{2}}(-[0-9]{{2}}({_CLOCK})?)?"
_ZONED = f"[0-9]{{4}}.*:.*{_ZONE}"


def read_groups(store: Store, table: Table, name: str, cells: Cells) -> tuple[np.ndarray, tuple[Note, ...]]:
    """Number the groups; a row without one is a group of its own.

    Parameters
    ----------
    store : Store
        Where the table is.
    table : Table
        Text.
    name : str
        The column.
    cells : Cells
        How text becomes values.

    Returns
    -------
    groups : ndarray of shape (n_rows,) of int64
        In the order of first appearance.
    notes : tuple of Note
    """
    texts = _fetch(store, table, cells.value(table.column(name).key))
    codes, found = pd.factorize(texts, use_na_sentinel=True)
    groups, missing = codes.astype(np.int64), codes < 0
    groups[missing] = len(found) + np.arange(missing.sum())
    notes = list(note_alike("groups", list(found), name, cells.decimal))
    if missing.any():
        text = f"{counted(int(missing.sum()), 'row')} without a group (column {quoted(name)}): each a group of its own."
        notes.append(Note("rows-without-group", text, name))
    if len(found) + missing.sum() == 1:
        notes.append(Note("one-group", f"All rows are in one group of {quoted(name)} ({quoted(found[0])}).", name))
    if len(found) + missing.sum() == len(groups):
        notes.append(
            Note("groups-of-one", f"Every row is a group of {quoted(name)} alone: groups change nothing.", name)
        )
    return groups, tuple(notes)


def read_time(
    store: Store, table: Table, name: str, cells: Cells, shown: str
) -> tuple[np.ndarray, str, tuple[Note, ...]]:
    """Read the column that rows are sorted by.

    Parameters
    ----------
    store : Store
        Where the table is.
    table : Table
        Text.
    name : str
        The column.
    cells : Cells
        How text becomes values.
    shown : str
        The file's path for messages.

    Returns
    -------
    time : ndarray of shape (n_rows,), float64 or datetime64[us]
    kind : {"number", "date"}
    notes : tuple of Note

    Raises
    ------
    DataError
        Not every row has a number, or not every row an ISO date; the message names the first.
    """
    value = cells.value(table.column(name).key)
    number = cells.number(f"({value})")
    number = f"CASE WHEN isfinite({number}) THEN {number} END"
    is_iso = f"regexp_full_match({value}, {literal(_ISO)})"
    padded = f"CASE WHEN length({value}) = 7 THEN {value} || '-01' ELSE replace({value}, ',', '.') END"
    date = f"CASE WHEN {is_iso} THEN epoch_us(TRY_CAST({padded} AS TIMESTAMPTZ)) END"
    zoned = f"count(*) FILTER (regexp_full_match({value}, {literal(_ZONED)}))"
    n_numbers, n_dates, n_zoned = fetch_row(
        store, f"SELECT count({number}), count({date}), {zoned} FROM {table.relation}"
    )
    if n_numbers == table.n_rows:
        return _fetch(store, table, number).astype(np.float64), "number", ()
    if n_dates < table.n_rows:
        readable = date if n_dates >= n_numbers else number
        raise DataError(f"{shown}: data.file.time: {_first_without(store, table, name, value, readable)}")
    notes = []
    if 0 < n_zoned < n_dates:
        text = f"{n_zoned:,} of {n_dates:,} times in {quoted(name)} have a time zone; all others were taken for UTC."
        notes.append(Note("some-times-zoned", text, name))
    return _fetch(store, table, date).astype(np.int64).view("datetime64[us]"), "date", tuple(notes)


def read_split(store: Store, table: Table, name: str, cells: Cells, shown: str) -> np.ndarray:
    """Read the column that says train or test, in any case.

    Parameters
    ----------
    store : Store
        Where the table is.
    table : Table
        Text.
    name : str
        The column.
    cells : Cells
        How text becomes values.
    shown : str
        The file's path for messages.

    Returns
    -------
    ndarray of shape (n_rows,) of bool
        True for test.

    Raises
    ------
    DataError
        Some row says something else, or nothing.
    """
    value = f"lower({cells.value(table.column(name).key)})"
    readable = f"CASE WHEN {value} IN ('train', 'test') THEN 1 END"
    if fetch_row(store, f"SELECT count({readable}) FROM {table.relation}")[0] < table.n_rows:
        found = _find_first(store, table, name, cells.value(table.column(name).key), readable, _is_no_split)
        raise DataError(f"{shown}: data.file.split: {found}")
    return _fetch(store, table, f"{value} = 'test'").astype(bool)


def _fetch(store: Store, table: Table, expression: str) -> np.ndarray:
    frame = store.connection.execute(f"SELECT {expression} AS v FROM {table.relation} ORDER BY rowid").df()
    return frame["v"].to_numpy()


def _first_without(store: Store, table: Table, name: str, value: str, readable: str) -> str:
    return _find_first(store, table, name, value, readable, _is_no_time)


def _find_first(store: Store, table: Table, name: str, value: str, readable: str, explain: Callable[[str], str]) -> str:
    """Name the first row whose value cannot be read."""
    sql = f"SELECT rowid + 1, {value} FROM {table.relation} WHERE ({readable}) IS NULL ORDER BY rowid LIMIT 1"
    number, text = fetch_row(store, sql)
    what = "is missing" if text is None else f"is {explain(text)}"
    return f"column {quoted(name)} {what} in row {number:,} of the data; every row needs one"


def _is_no_time(text: str) -> str:
    return f"{quoted(text)}, neither a number nor an ISO date such as 2024-12-31 or 2024-12-31T23:59,"


def _is_no_split(text: str) -> str:
    return f"{quoted(text)}, neither train nor test,"
