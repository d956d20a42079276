"""A data file becomes a `Dataset`: the whole story in one function."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from job.data.dataset import Column, Dataset, Note
from job.data.difficulty.leakage import note_leaks
from job.data.digest import digest_dataset
from job.data.quoting import quoted
from job.data.reading.column_profile import ENOUGH, Cells, find_numeric, find_spaced, profile_columns
from job.data.reading.column_types import Reading, find_looks, note_categories, read_column
from job.data.reading.column_uses import assign_role, check_roles, read_groups, read_split, read_time
from job.data.reading.csv_files import guess_delimiter, read_delimited, read_header
from job.data.reading.data_file import DataFile, find_file, read_lines
from job.data.reading.database import WHITESPACE, RawColumn, Store, Table, name_columns, open_store
from job.data.reading.jsonl_files import read_jsonl
from job.data.reading.jsonl_files import read_names as read_jsonl_names
from job.data.reading.labels import count_labels, drop_unlabelled, fetch_y, read_labels
from job.data.reading.parquet_files import read_names as read_parquet_names
from job.data.reading.parquet_files import read_parquet
from job.data.reading.query import check_query, query_table
from job.errors import DataError
from job.spec.file import FileSpec
from job.spec.starter import FileFacts

# MERGED: A file of any form, read into a table of text; or only the names of its columns.

# MERGED: The features as a data frame.

# MERGED: A stratified sample of a table that has more rows than are asked for.

# MERGED: What ``init`` wants to know about a file before there is a spec for it.


_MOST_NAMED = 6
_LISTED = "the spec lists it under categorical"


def load_dataset(spec: FileSpec, folder: Path) -> Dataset:
    """Load a data file.

    Parameters
    ----------
    spec : FileSpec
        The spec's ``data.file``.
    folder : Path
        What its path is relative to.

    Returns
    -------
    Dataset
        Rows in the order of the file; the result of a query sorted by content.

    Raises
    ------
    DataError
        The file cannot be read, or cannot answer the question; one line that says what to do.
    """
    if spec.query is not None:
        check_query(spec.query)
    file = find_file(spec.path, folder)
    with open_store(file.shown) as store:
        table = read_table(store, file, spec.delimiter).with_notes(_note_unused(spec, file.form))
        cells = choose_cells(store, table, spec)
        categories = dict.fromkeys(spec.categorical, _LISTED)
        if spec.query is not None:
            table, cells, texts = query_table(store, table, cells, spec, file.shown)
            categories = {**texts, **categories}
        check_roles(spec, table.names, file.shown)
        table = drop_unlabelled(store, table, spec.target, cells, file.shown)
        labels = read_labels(store, table, spec.target, spec.positive, cells, file.shown)
        readings = read_columns(store, table, cells, categories)
        features = choose_features(spec, readings, file.shown)
        y, n_described = fetch_y(store, table, spec.target, labels.positive, cells), table.n_rows
        table = draw_sample(store, table, y, spec.max_rows)
        keys, key_notes, kinds = _read_row_keys(store, table, spec, cells, file.shown)
        dataset = Dataset(
            source=file.shown,
            X=fetch_frame(store, table, cells, features),
            y=fetch_y(store, table, spec.target, labels.positive, cells),
            positive=labels.positive,
            rest=labels.rest,
            label_counts=count_labels(store, table, spec.target, cells),
            columns=tuple(_describe(spec, reading, kinds) for reading in readings),
            notes=(*table.notes, *labels.notes, *key_notes, *_column_notes(spec, readings)),
            n_described=n_described,
            row_numbers=None if spec.query is not None else fetch_row_numbers(store, table),
            **keys,
        )
    notes = (*dataset.notes, *note_categories(dataset.X, cells.decimal), *note_leaks(dataset.X, dataset.y))
    return replace(dataset, notes=notes, digest=digest_dataset(dataset))


def _note_unused(spec: FileSpec, form: str) -> Iterator[Note]:
    if spec.delimiter is not None and form != "delimited":
        text = f"data.file.delimiter isn't used: {quoted(spec.path)} is {form}, which has none."
        yield Note("delimiter-unused", text)


def fetch_row_numbers(store: Store, table: Table) -> np.ndarray | None:
    """Tell where the rows stand in the file, 1 for the first; None where no row was left out."""
    rows = store.connection.execute(f"SELECT rowid + 1 AS r FROM {table.relation} ORDER BY rowid").fetchnumpy()["r"]
    numbers = np.asarray(rows, dtype=np.int64)
    return None if np.array_equal(numbers, np.arange(1, len(numbers) + 1)) else numbers


def check_header(spec: FileSpec, folder: Path) -> None:
    """Check what can be checked of a data file without reading its rows.

    Parameters
    ----------
    spec : FileSpec
        The spec's ``data.file``.
    folder : Path
        What its path is relative to.

    Raises
    ------
    DataError
        There is no such file, its header cannot be used, or it lacks a column that the spec names. What a query
        makes of the columns isn't known before it is run.
    """
    if spec.query is not None:
        check_query(spec.query)
    file = find_file(spec.path, folder)
    names = read_names(file, spec.delimiter)
    if spec.query is None:
        check_roles(spec, names, file.shown)


def read_columns(store: Store, table: Table, cells: Cells, categories: Mapping[str, str]) -> tuple[Reading, ...]:
    """Decide what every column is, from all rows.

    Parameters
    ----------
    store : Store
        Where the table is.
    table : Table
        Text.
    cells : Cells
        How text becomes values.
    categories : Mapping[str, str]
        Columns that are categories though they look like numbers, and why.

    Returns
    -------
    tuple of Reading
        In the order of the table.
    """
    profiles = profile_columns(store, table, cells)
    looks = find_looks(store, table, cells, profiles)
    return tuple(
        read_column(raw, profiles[raw.key], looks[raw.key], categories.get(raw.name, "")) for raw in table.columns
    )


def choose_features(spec: FileSpec, readings: Sequence[Reading], shown: str) -> tuple[Reading, ...]:
    """Choose the columns to learn from.

    Parameters
    ----------
    spec : FileSpec
        The spec's ``data.file``.
    readings : sequence of Reading
        All columns.
    shown : str
        The file's path for messages.

    Returns
    -------
    tuple of Reading
        In the order of the data.

    Raises
    ------
    DataError
        None is left; the message says why.
    """
    candidates = [reading for reading in readings if assign_role(spec, reading.raw.name) == "feature"]
    features = tuple(reading for reading in candidates if reading.is_feature)
    if not features:
        reasons = [f"{quoted(reading.raw.name)} is left out: {reading.why}" for reading in candidates]
        more = f"; and {len(reasons) - _MOST_NAMED:,} more" if len(reasons) > _MOST_NAMED else ""
        raise DataError(f"{shown}: no column is left for a feature: {'; '.join(reasons[:_MOST_NAMED])}{more}")
    return features


def _read_row_keys(
    store: Store, table: Table, spec: FileSpec, cells: Cells, shown: str
) -> tuple[Mapping[str, Any], tuple[Note, ...], Mapping[str, str]]:
    """Read groups, time and split where the spec has them; with notes, and the kind that time is read as."""
    keys: dict[str, Any] = {}
    notes: tuple[Note, ...] = ()
    kinds: dict[str, str] = {}
    if spec.groups is not None:
        keys["groups"], notes = read_groups(store, table, spec.groups, cells)
    if spec.time is not None:
        keys["time"], kinds["time"], more = read_time(store, table, spec.time, cells, shown)
        notes = (*notes, *more)
    if spec.split is not None:
        keys["split"] = read_split(store, table, spec.split, cells, shown)
    return keys, notes, kinds


def _column_notes(spec: FileSpec, readings: Sequence[Reading]) -> tuple[Note, ...]:
    """Collect the notes of all columns that could have been features."""
    of_features = (reading for reading in readings if assign_role(spec, reading.raw.name) == "feature")
    return tuple(note for reading in of_features for note in reading.all_notes)


_USES = {
    "target": "the spec's target: its text is the label",
    "groups": "the spec's groups: rows with the same text stay together",
    "split": "the spec's split: it says train or test",
}


def _describe(spec: FileSpec, reading: Reading, kinds: Mapping[str, str]) -> Column:
    name, profile = reading.raw.name, reading.profile
    role = assign_role(spec, name)
    kind, why = reading.kind, reading.why
    if role == "dropped":
        why = "the spec lists it under drop"
    elif role == "time":
        kind, why = kinds["time"], f"the spec's time: every row has a {kinds['time']}"
    elif role != "feature":
        kind, why = "category", _USES[role]
    elif not reading.is_feature:
        role, why = "dropped", f"left out: {why}"
    n_values = profile.n_numbers - profile.n_infinite if role == "feature" and reading.is_numeric else profile.n_present
    return Column(name, kind, role, profile.n_rows - n_values, profile.n_distinct, why)


def read_table(store: Store, file: DataFile, delimiter: str | None) -> Table:
    """Read a file into a table of text.

    Parameters
    ----------
    store : Store
        Where the table goes.
    file : DataFile
        The file.
    delimiter : str or None
        One character; None for the one that the suffix stands for. Other forms than delimited text have none.

    Returns
    -------
    Table

    Raises
    ------
    DataError
        The file's structure is broken, or it has no rows.
    """
    if file.form == "parquet":
        table = read_parquet(store, file)
    else:
        table = read_jsonl(store, file) if file.form == "jsonl" else read_delimited(store, file, delimiter)
    if table.n_rows == 0:
        raise DataError(f"{file.shown}: there are no rows")
    return table


def read_names(file: DataFile, delimiter: str | None) -> tuple[str, ...]:
    """Read the names of a file's columns as they will be known, and as little else as its form allows.

    Parameters
    ----------
    file : DataFile
        The file.
    delimiter : str or None
        As for `read_table`.

    Returns
    -------
    tuple of str

    Raises
    ------
    DataError
        There is no sound header.
    """
    if file.form == "parquet":
        names = read_parquet_names(file)
    else:
        names = read_jsonl_names(file) if file.form == "jsonl" else read_header(file, delimiter).names
    columns, _ = name_columns(names, file.shown)
    return tuple(column.name for column in columns)


def choose_cells(store: Store, table: Table, spec: FileSpec) -> Cells:
    """Say how the text of a table becomes values.

    Parameters
    ----------
    store : Store
        Where the table is.
    table : Table
        Text.
    spec : FileSpec
        The spec's ``data.file``.

    Returns
    -------
    Cells
    """
    words = tuple(dict.fromkeys(word.strip(WHITESPACE) for word in spec.na_values))
    return complete_cells(store, table, Cells(words, spec.decimal, frozenset()))


def complete_cells(store: Store, table: Table, cells: Cells) -> Cells:
    """Look which columns of a table have blanks around their values, and in which a number may stand for missing."""
    spaced = replace(cells, spaced=find_spaced(store, table), numeric=frozenset())
    return replace(spaced, numeric=find_numeric(store, table, spaced))


_MOST_CELLS = 2_000_000


def fetch_frame(store: Store, table: Table, cells: Cells, features: Sequence[Reading]) -> pd.DataFrame:
    """Fetch the features of all rows, in their order.

    Parameters
    ----------
    store : Store
        Where the table is.
    table : Table
        Text.
    cells : Cells
        How text becomes values.
    features : sequence of Reading
        The columns to fetch.

    Returns
    -------
    pandas.DataFrame of shape (n_rows, n_features)
        Numbers are float64 with NaN for missing; booleans and categories are categoricals of text, their
        categories sorted.
    """
    numbers = [reading.raw for reading in features if reading.is_numeric]
    booleans = [reading.raw for reading in features if reading.kind == "boolean"]
    categories = [reading.raw for reading in features if reading.kind == "category"]
    values: dict[str, np.ndarray | pd.Categorical]
    values = {raw.key: _finite(column) for raw, column in _fetch(store, table, cells, numbers, cells.number("v"))}
    for columns, expression in ((booleans, "lower(v)"), (categories, "v")):
        fetched = _fetch(store, table, cells, columns, expression)
        values |= {raw.key: pd.Categorical(column) for raw, column in fetched}
    return pd.DataFrame({reading.raw.name: values[reading.raw.key] for reading in features}, copy=False)


def _fetch(
    store: Store, table: Table, cells: Cells, columns: Sequence[RawColumn], expression: str
) -> Iterator[tuple[RawColumn, np.ndarray]]:
    """Fetch one expression of ``v``, the value, for every cell of some columns."""
    for batch in cells.lots(columns, _MOST_CELLS // table.n_rows):
        keys = ", ".join(column.key for column in batch)
        cell = f"rowid AS r, unnest(range({len(batch)})) AS p, unnest([{keys}]) AS t"
        values = f"SELECT r, p, {cells.any_value('t', batch)} AS v FROM (SELECT {cell} FROM {table.relation})"
        sql = f"SELECT {expression} AS f FROM ({values}) ORDER BY r, p"  # the cells of a row one after the other
        fetched = store.connection.execute(sql).df()["f"].to_numpy().reshape(table.n_rows, len(batch))
        for place, column in enumerate(batch):
            yield column, fetched[:, place]


def _finite(numbers: np.ndarray) -> np.ndarray:
    values = numbers.astype("float64")
    values[~np.isfinite(values)] = np.nan
    return values


_SEED = 0  # one file always gives the same sample, whatever the seed of the job
_LEAST = 2


def draw_sample(store: Store, table: Table, y: np.ndarray, max_rows: int) -> Table:
    """Draw rows of both classes in the shares that they have, and delete all others.

    Parameters
    ----------
    store : Store
        Where the table is.
    table : Table
        Text.
    y : ndarray of shape (n_rows,)
        1 for the positive label, 0 for all others.
    max_rows : int
        Most rows to keep.

    Returns
    -------
    Table
        In the same order, with a note where rows were left out.
    """
    if table.n_rows <= max_rows:
        return table
    draw = np.random.default_rng(_SEED)
    n_positive = int(np.clip(round(max_rows * y.mean()), _LEAST, max_rows - _LEAST))
    kept = [
        draw.choice(np.flatnonzero(y == label), n_rows, replace=False)
        for label, n_rows in ((1, min(n_positive, int(y.sum()))), (0, min(max_rows - n_positive, int((y == 0).sum()))))
    ]
    rows = store.connection.execute(f"SELECT rowid FROM {table.relation} ORDER BY rowid").fetchnumpy()["rowid"]
    store.connection.register("kept", pd.DataFrame({"kept": np.sort(np.asarray(rows)[np.concatenate(kept)])}))
    store.connection.execute(f"DELETE FROM {table.relation} WHERE rowid NOT IN (SELECT kept FROM kept)")
    store.connection.unregister("kept")
    n_rows = sum(map(len, kept))
    text = (
        f"A stratified sample of {n_rows:,} of {table.n_rows:,} rows is used (data.file.max_rows); how columns are "
        "read, and their missing and distinct values, are told from all rows."
    )
    return replace(table, n_rows=n_rows).with_notes([Note("sampled", text)])


_LINES = 50
_NAMED_ID = re.compile(r"(.*[\W_])?(id|ids|uuid|guid)|index|row|rowid|rownames|unnamed: 0", re.IGNORECASE)
_CAMEL_ID = re.compile(r".*[a-z](Id|ID)")  # customerId, but neither paid nor Madrid


def describe_file(path: str, target: str, folder: Path | None = None) -> FileFacts:
    """Describe a data file so that a spec can be written that runs as it is.

    Parameters
    ----------
    path : str
        The file, relative to ``folder``.
    target : str
        The column with the labels.
    folder : pathlib.Path or None
        None for the working directory.

    Returns
    -------
    FileFacts

    Raises
    ------
    DataError
        As for `job.data.reading.load_data.load_dataset`.
    """
    file = find_file(path, folder or Path())
    delimiter = _find_delimiter(file)
    with open_store(file.shown) as store:
        table = read_table(store, file, delimiter)
        spec = FileSpec.model_validate({"path": path, "target": target})
        check_roles(spec, table.names, file.shown)
        spec, readings = _find_decimal(store, table, spec)
        cells = choose_cells(store, table, spec)
        table = drop_unlabelled(store, table, target, cells, file.shown)
        labels = read_labels(store, table, target, None, cells, file.shown)
        features = choose_features(spec, readings, file.shown)
        return FileFacts(
            target=target,
            columns=tuple((reading.raw.name, reading.kind, reading.why) for reading in readings),
            labels=dict(sorted(labels.counts.items(), key=lambda item: (item[1], item[0]))),
            positive=labels.positive,
            drop=_find_drops(readings, features, target),
            likely_time=_find_times(store, table, cells, readings, target),
            likely_groups=tuple(r.raw.name for r in features if _is_named_as_identifier(r) and not _each_differs(r)),
            delimiter=delimiter,
            decimal=spec.decimal,
        )


def _find_delimiter(file: DataFile) -> str | None:
    """Find the delimiter where it isn't the suffix's; None where it is, or where nothing parts the rows."""
    if file.form != "delimited":
        return None
    try:
        read_header(file, None)
    except DataError:
        likely = guess_delimiter(list(islice(read_lines(file), _LINES)), file.shown)
        if likely in (None, file.delimiter):
            raise
        return likely
    return None


def _find_decimal(store: Store, table: Table, spec: FileSpec) -> tuple[FileSpec, tuple[Reading, ...]]:
    """Choose the decimal mark by which more columns are numbers."""
    readings = read_columns(store, table, choose_cells(store, table, spec), {})
    if not any(note.code == "decimal-mark" for reading in readings for note in reading.notes):
        return spec, readings
    with_comma = FileSpec.model_validate({"path": spec.path, "target": spec.target, "decimal": ","})
    others = read_columns(store, table, choose_cells(store, table, with_comma), {})
    if sum(reading.is_numeric for reading in others) > sum(reading.is_numeric for reading in readings):
        return with_comma, others
    return spec, readings


def _find_drops(readings: Sequence[Reading], features: Sequence[Reading], target: str) -> tuple[tuple[str, str], ...]:
    """Find the columns that had better be left out: those that the job leaves out, and identifiers by their names."""
    identifiers = {reading.raw.name for reading in features if _is_named_as_identifier(reading)}
    if len(identifiers) == len(features):
        identifiers = set()
    drops = []
    for reading in readings:
        if reading.raw.name == target:
            continue
        if not reading.is_feature:
            drops.append((reading.raw.name, reading.why))
        elif reading.raw.name in identifiers:
            drops.append((reading.raw.name, "an identifier, by its name"))
    return tuple(drops)


def _find_times(store: Store, table: Table, cells: Cells, readings: Sequence[Reading], target: str) -> tuple[str, ...]:
    dates = [reading.raw.name for reading in readings if reading.kind == "date" and reading.raw.name != target]
    return tuple(name for name in dates if _is_time(store, table, name, cells))


def _is_time(store: Store, table: Table, name: str, cells: Cells) -> bool:
    try:
        read_time(store, table, name, cells, "")
    except DataError:
        return False  # it has gaps, or dates that don't sort
    return True


def _is_named_as_identifier(reading: Reading) -> bool:
    name = reading.raw.name
    return reading.kind in ("integer", "category") and bool(_NAMED_ID.fullmatch(name) or _CAMEL_ID.fullmatch(name))


def _each_differs(reading: Reading) -> bool:
    return reading.profile.n_distinct >= ENOUGH * reading.profile.n_present
