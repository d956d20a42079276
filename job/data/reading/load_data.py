"""A data file becomes a `Dataset`: the whole story in one function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from job.data.dataset import Column, Dataset, Note
from job.data.difficulty.leaks import note_leaks
from job.data.digest import digest_dataset
from job.data.quoting import quoted
from job.data.reading.column_notes import note_categories
from job.data.reading.column_profile import Cells, profile_columns
from job.data.reading.column_types import Reading, read_column
from job.data.reading.column_uses import assign_role, check_roles
from job.data.reading.data_file import find_file
from job.data.reading.database import Store, Table, open_store
from job.data.reading.frame import fetch_frame
from job.data.reading.labels import count_labels, drop_unlabelled, fetch_y, read_labels
from job.data.reading.looks import find_looks
from job.data.reading.query import check_query
from job.data.reading.row_keys import read_groups, read_split, read_time
from job.data.reading.sample import draw_sample
from job.data.reading.table import choose_cells, read_names, read_table
from job.data.reading.table_query import query_table
from job.errors import DataError
from job.spec.file import FileSpec

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
