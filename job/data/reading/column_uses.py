"""What the spec uses each column for: the names of the spec looked up in the data, and groups, time and split read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from job.data.dataset import Note
from job.data.quoting import counted, listed, nearest, quoted
from job.data.reading.column_types import note_alike
from job.data.reading.database import Table, fetch_row, literal, suspect_no_header
from job.errors import DataError
from job.spec.file_keys import FileSpec

_ONE = ("target", "groups", "time", "split")
_SEVERAL = ("drop", "categorical")

_ZONE = "(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)"
_CLOCK = f"[T ][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}([.,][0-9]+)?)?( ?{_ZONE})?"
_ISO = f"[0-9]{{4}}-[0-9]{{2}}(-[0-9]{{2}}({_CLOCK})?)?"
_ZONED = f"[0-9]{{4}}.*:.*{_ZONE}"


def check_roles(spec: FileSpec, names: Sequence[str], shown: str) -> None:
    """Make sure that the data has every column that the spec names, and something to learn from.

    Raises
    ------
    DataError
        A column isn't there, or no column is left for a feature; all such names in one line.
    """
    named = [(f"data.file.{key}", getattr(spec, key)) for key in _ONE if getattr(spec, key) is not None]
    named += [(f"data.file.{key}[{i}]", name) for key in _SEVERAL for i, name in enumerate(getattr(spec, key))]
    problems = [f"{key}: no column {quoted(name)}{nearest(name, names)}" for key, name in named if name not in names]
    if problems:
        raise DataError(f"{shown}: {'; '.join(problems)} (columns: {listed(names, 12)}){suspect_no_header(names)}")
    if not set(names) - {name for key, name in named if not key.startswith("data.file.categorical")}:
        uses = " or ".join(["the target", *(key for key in (*_ONE[1:], "drop") if getattr(spec, key))])
        raise DataError(f"{shown}: no column is left for a feature; at least one that isn't {uses} is needed")


def assign_role(spec: FileSpec, name: str) -> str:
    """Say what the spec uses a column for."""
    if name in spec.drop:
        return "dropped"
    return next((key for key in _ONE if getattr(spec, key) == name), "feature")


def read_groups(table: Table, name: str) -> tuple[np.ndarray, tuple[Note, ...]]:
    """Number the groups, in the order of first appearance; a row without one is a group of its own."""
    codes, found = pd.factorize(table.fetch(table.value(name)), use_na_sentinel=True)
    groups, missing = codes.astype(np.int64), codes < 0
    groups[missing] = len(found) + np.arange(missing.sum())
    notes = list(note_alike("groups", list(found), name, table.cells.decimal))
    n_groups = len(found) + int(missing.sum())
    if missing.any():
        text = f"{counted(int(missing.sum()), 'row')} without a group (column {quoted(name)}): each a group of its own."
        notes.append(Note("rows-without-group", text, name))
    if n_groups == 1:
        notes.append(Note("one-group", f"All rows are in one group of {quoted(name)} ({quoted(found[0])}).", name))
    if n_groups == len(groups):
        text = f"Every row is a group of {quoted(name)} alone: groups change nothing."
        notes.append(Note("groups-of-one", text, name))
    return groups, tuple(notes)


def read_time(table: Table, name: str) -> tuple[np.ndarray, str, tuple[Note, ...]]:
    """Read the column that rows are sorted by.

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
    value = table.value(name)
    number = table.cells.number(f"({value})")
    number = f"CASE WHEN isfinite({number}) THEN {number} END"
    is_iso = f"regexp_full_match({value}, {literal(_ISO)})"
    padded = f"CASE WHEN length({value}) = 7 THEN {value} || '-01' ELSE replace({value}, ',', '.') END"
    date = f"CASE WHEN {is_iso} THEN epoch_us(TRY_CAST({padded} AS TIMESTAMPTZ)) END"
    zoned = f"count(*) FILTER (regexp_full_match({value}, {literal(_ZONED)}))"
    n_numbers, n_dates, n_zoned = table.fetch_row(f"count({number}), count({date}), {zoned}")
    if n_numbers == table.n_rows:
        return table.fetch(number).astype(np.float64), "number", ()
    if n_dates < table.n_rows:
        allowed = "neither a number nor an ISO date such as 2024-12-31 or 2024-12-31T23:59,"
        raise _unreadable(table, "time", name, date if n_dates >= n_numbers else number, allowed)
    notes = []
    if 0 < n_zoned < n_dates:
        text = f"{n_zoned:,} of {n_dates:,} times in {quoted(name)} have a time zone; all others were taken for UTC."
        notes.append(Note("some-times-zoned", text, name))
    return table.fetch(date).astype(np.int64).view("datetime64[us]"), "date", tuple(notes)


def read_split(table: Table, name: str) -> np.ndarray:
    """Read the column that says train or test, in any case; True for test.

    Raises
    ------
    DataError
        Some row says something else, or nothing.
    """
    value = f"lower({table.value(name)})"
    readable = f"CASE WHEN {value} IN ('train', 'test') THEN 1 END"
    if table.fetch_row(f"count({readable})")[0] < table.n_rows:
        raise _unreadable(table, "split", name, readable, "neither train nor test,")
    return table.fetch(f"{value} = 'test'").astype(bool)


def _unreadable(table: Table, key: str, name: str, readable: str, allowed: str) -> DataError:
    """Make the error that names the first row whose value cannot be read."""
    rows = f"SELECT rowid + 1, {table.value(name)} FROM {table.relation}"
    number, text = fetch_row(table.store, f"{rows} WHERE ({readable}) IS NULL ORDER BY rowid LIMIT 1")
    what = "is missing" if text is None else f"is {quoted(text)}, {allowed}"
    found = f"column {quoted(name)} {what} in row {number:,} of the data; every row needs one"
    return DataError(f"{table.shown}: data.file.{key}: {found}")
