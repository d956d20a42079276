"""A data file becomes a `Dataset`, or the facts from which `init` writes a spec."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from job.data.dataset import POSTERIOR, Column, Dataset, Note, digest_dataset
from job.data.difficulty import draw_stratified
from job.data.leakage import note_leaks
from job.data.quoting import quoted
from job.data.reading import csv_files, jsonl_files, parquet_files, roles
from job.data.reading.column_types import ENOUGH, Reading, complete_cells, note_categories, read_columns
from job.data.reading.data_file import DataFile, find_file, read_lines
from job.data.reading.database import Cells, RawColumn, Store, Table, name_columns, open_store
from job.data.reading.query import check_query, query_table
from job.errors import DataError
from job.spec.file_keys import FileSpec
from job.spec.starter import FileFacts

_MOST_NAMED = 6
_MOST_CELLS = 1_000_000
_LINES = 50
_SEED_OF_SAMPLE = 0  # one file always gives the same sample, whatever the seed of the job
_LEAST_OF_CLASS = 2
_USES = {
    "target": "the spec's target: its text is the label",
    "groups": "the spec's groups: rows with the same text stay together",
    "split": "the spec's split: it says train or test",
}
# customerId, but neither paid nor Madrid
_NAMED_ID = re.compile(r"(?i:(.*[\W_])?(id|ids|uuid|guid)|index|row|rowid|rownames|unnamed: 0)|.*[a-z](Id|ID)")


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
    file = find_file(spec.path, folder, spec.delimiter, "a data frame" if spec.is_frame else None)
    with open_store(file.shown) as store:
        table = _read_table(store, file)
        if spec.delimiter is not None and file.form != "delimited":
            text = f"data.file.delimiter isn't used: {quoted(spec.path)} is {file.form}, which has none."
            table = table.with_notes([Note("delimiter-unused", text)])
        table = complete_cells(table, Cells.of(spec))
        categories: Mapping[str, str] = dict.fromkeys(spec.categorical, "the spec lists it under categorical")
        if spec.query is not None:
            table, texts = query_table(table, spec)
            categories = {**texts, **categories}
        roles.check_roles(spec, table.names, file.shown)
        table = roles.drop_unlabelled(table, spec.target)
        labels = roles.read_labels(table, spec.target, spec.positive)
        readings = read_columns(table, categories)
        features = _choose_features(spec, readings, file.shown)
        n_described = table.n_rows
        if n_described > spec.max_rows:
            table = _draw_sample(table, roles.fetch_y(table, spec.target, labels.positive), spec.max_rows)
        groups, group_notes = (None, ()) if spec.groups is None else roles.read_groups(table, spec.groups)
        time, kind_of_time, time_notes = (None, "", ()) if spec.time is None else roles.read_time(table, spec.time)
        numbers = None if spec.query is not None else table.fetch("rowid + 1").astype(np.int64)
        of_features = [reading for reading in readings if roles.assign_role(spec, reading.raw.name) == "feature"]
        column_notes = (note for reading in of_features for note in reading.all_notes)
        dataset = Dataset(
            source=file.shown,
            X=_fetch_frame(table, features),
            y=roles.fetch_y(table, spec.target, labels.positive),
            positive=labels.positive,
            rest=labels.rest,
            label_counts=roles.count_labels(table, spec.target),
            columns=tuple(_describe(spec, reading, kind_of_time) for reading in readings),
            notes=(*table.notes, *labels.notes, *group_notes, *time_notes, *column_notes),
            groups=groups,
            time=time,
            split=None if spec.split is None else roles.read_split(table, spec.split),
            n_described=n_described,
            row_numbers=None if numbers is None or numbers[-1] == len(numbers) else numbers,
        )
    notes = (*dataset.notes, *note_categories(dataset.X, spec.decimal), *note_leaks(dataset.X, dataset.y))
    return replace(dataset, notes=notes, digest=digest_dataset(dataset))


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
    file = find_file(spec.path, folder, spec.delimiter)
    if file.form == "parquet":
        names = parquet_files.read_names(file)
    else:
        names = jsonl_files.read_names(file) if file.form == "jsonl" else csv_files.read_header(file).names
    columns, _ = name_columns(names, file.shown)
    if spec.query is None:
        roles.check_roles(spec, [column.name for column in columns], file.shown)


def _read_table(store: Store, file: DataFile) -> Table:
    read = {"parquet": parquet_files.read_parquet, "jsonl": jsonl_files.read_jsonl}
    table = read.get(file.form, csv_files.read_delimited)(store, file)
    if table.n_rows == 0:
        raise DataError(f"{file.shown}: there are no rows")
    return table


def _choose_features(spec: FileSpec, readings: Sequence[Reading], shown: str) -> tuple[Reading, ...]:
    """Choose the columns to learn from; where none is left, say why."""
    candidates = [reading for reading in readings if roles.assign_role(spec, reading.raw.name) == "feature"]
    features = tuple(reading for reading in candidates if reading.is_feature)
    if not features:
        reasons = [f"{quoted(reading.raw.name)} is left out: {reading.why}" for reading in candidates]
        more = f"; and {len(reasons) - _MOST_NAMED:,} more" if len(reasons) > _MOST_NAMED else ""
        raise DataError(f"{shown}: no column is left as a feature: {'; '.join(reasons[:_MOST_NAMED])}{more}")
    return features


def _draw_sample(table: Table, y: np.ndarray, max_rows: int) -> Table:
    """Draw rows of both classes in the shares that they have, delete all others and note it."""
    kept = draw_stratified(y, max_rows, np.random.default_rng(_SEED_OF_SAMPLE), _LEAST_OF_CLASS)
    connection = table.store.connection
    connection.register("kept", pd.DataFrame({"kept": table.fetch("rowid")[kept]}))
    sample = table.delete("rowid NOT IN (SELECT kept FROM kept)")
    connection.unregister("kept")
    text = f"A stratified sample of {sample.n_rows:,} of {table.n_rows:,} rows is used (data.file.max_rows);"
    rest = "how columns are read, and their missing and distinct values, are determined from all rows."
    return sample.with_notes([Note("sampled", f"{text} {rest}")])


def _fetch_frame(table: Table, features: Sequence[Reading]) -> pd.DataFrame:
    """Fetch the features of all rows, in their order, as `Dataset` has them."""
    values: dict[str, np.ndarray | pd.Categorical] = {}
    for column, cells in _fetch(table, [r.raw for r in features if r.is_numeric], table.cells.number("v")):
        numbers = cells.astype("float64")
        values[column.key] = np.where(np.isfinite(numbers), numbers, np.nan)
    for kind, expression in (("boolean", "lower(v)"), ("category", "v")):
        for column, cells in _fetch(table, [r.raw for r in features if r.kind == kind], expression):
            values[column.key] = pd.Categorical(cells)
    return pd.DataFrame({reading.raw.name: values[reading.raw.key] for reading in features}, copy=False)


def _fetch(table: Table, columns: Sequence[RawColumn], expression: str) -> Iterator[tuple[RawColumn, np.ndarray]]:
    """Fetch one expression of ``v``, the value, for every cell of some columns."""
    for lot, value in table.lots(columns, _MOST_CELLS):
        values = f"SELECT r * {len(lot)} + p AS place, {value} AS v FROM {table.stack(lot)}"
        cells = table.store.connection.execute(f"SELECT place, {expression} AS f FROM ({values})").df()
        order = cells["place"].to_numpy().argsort(kind="stable")  # rows come nearly in order: cheaper than ORDER BY
        fetched = cells["f"].to_numpy()[order].reshape(table.n_rows, len(lot))
        yield from ((column, fetched[:, place]) for place, column in enumerate(lot))


def _describe(spec: FileSpec, reading: Reading, kind_of_time: str) -> Column:
    name, profile = reading.raw.name, reading.profile
    role, kind, why = roles.assign_role(spec, name), reading.kind, reading.why
    n_values = profile.n_numbers - profile.n_infinite if role == "feature" and reading.is_numeric else profile.n_present
    if role == "dropped":
        why = "the spec lists it under drop"
    elif role == "time":
        kind, why = kind_of_time, f"the spec's time: every row has a {kind_of_time}"
    elif role != "feature":
        kind, why = "category", _USES[role]
    elif not reading.is_feature:
        role, why = "dropped", f"left out: {why}"
    return Column(name, kind, role, profile.n_rows - n_values, profile.n_distinct, why)


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

    Raises
    ------
    DataError
        As for `load_dataset`.
    """
    file = find_file(path, folder or Path())
    delimiter = _find_delimiter(file)
    with open_store(file.shown) as store:
        table = _read_table(store, replace(file, delimiter=delimiter or file.delimiter))
        spec = FileSpec.model_construct(path=path, target=target)  # what is no column's name is refused by this:
        roles.check_roles(spec, table.names, file.shown)
        spec, table, readings = _find_decimal(table, spec)
        table = roles.drop_unlabelled(table, target)
        labels = roles.read_labels(table, target, None)
        features = _choose_features(spec, readings, file.shown)
        named = [r for r in features if r.kind in ("integer", "category") and _NAMED_ID.fullmatch(r.raw.name)]
        truth = [reading for reading in features if reading.raw.name == POSTERIOR]
        dropped = truth + ([] if len(named) == len(features) else named)
        others = [reading for reading in readings if reading.raw.name != target]
        likely_time = []
        for reading in others:
            with suppress(DataError):  # it has gaps, or dates that don't sort
                if reading.kind == "date" and roles.read_time(table, reading.raw.name):
                    likely_time.append(reading.raw.name)
        return FileFacts(
            target=target,
            columns=tuple((reading.raw.name, reading.kind, reading.why) for reading in readings),
            labels=dict(sorted(labels.counts.items(), key=lambda item: (item[1], item[0]))),
            positive=labels.positive,
            drop=tuple((r.raw.name, _why_left_out(r)) for r in others if not r.is_feature or r in dropped),
            likely_time=tuple(likely_time),
            likely_groups=tuple(r.raw.name for r in named if r.profile.n_distinct < ENOUGH * r.profile.n_present),
            delimiter=delimiter,
            decimal=spec.decimal,
        )


def _why_left_out(reading: Reading) -> str:
    if not reading.is_feature:
        return reading.why
    is_truth = reading.raw.name == POSTERIOR
    return "the true probability, which no model may see" if is_truth else "by its name, an identifier"


def _find_delimiter(file: DataFile) -> str | None:
    """Find the delimiter where it isn't the suffix's; None where it is, or where nothing parts the rows."""
    if file.form != "delimited":
        return None
    try:
        csv_files.read_header(file)
    except DataError:
        likely = csv_files.guess_delimiter(list(islice(read_lines(file), _LINES)), file)
        if likely in (None, file.delimiter):
            raise
        return likely
    return None


def _find_decimal(table: Table, spec: FileSpec) -> tuple[FileSpec, Table, tuple[Reading, ...]]:
    """Choose the decimal mark by which more columns are numbers."""
    with_point = complete_cells(table, Cells.of(spec))
    readings = read_columns(with_point, {})
    if any(note.code == "decimal-mark" for reading in readings for note in reading.notes):
        comma = FileSpec.model_validate({"path": spec.path, "target": spec.target, "decimal": ","})
        with_comma = complete_cells(table, Cells.of(comma))
        others = read_columns(with_comma, {})
        if sum(reading.is_numeric for reading in others) > sum(reading.is_numeric for reading in readings):
            return comma, with_comma, others
    return spec, with_point, readings
