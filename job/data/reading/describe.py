"""What ``init`` wants to know about a file before there is a spec for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from job.data.reading.column_profile import ENOUGH, Cells
from job.data.reading.column_types import Reading
from job.data.reading.column_uses import check_roles
from job.data.reading.csv_files import read_header
from job.data.reading.data_file import DataFile, find_file, read_lines
from job.data.reading.database import Store, Table, open_store
from job.data.reading.labels import drop_unlabelled, read_labels
from job.data.reading.likely_delimiter import guess_delimiter
from job.data.reading.load_data import choose_features, read_columns
from job.data.reading.row_keys import read_time
from job.data.reading.table import choose_cells, read_table
from job.errors import DataError
from job.spec.file import FileSpec
from job.spec.starter import FileFacts

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
