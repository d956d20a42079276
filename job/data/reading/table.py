"""A file of any form, read into a table of text; or only the names of its columns."""

from __future__ import annotations

from dataclasses import replace

from job.data.reading.column_profile import Cells, find_numeric, find_spaced
from job.data.reading.csv_files import read_delimited, read_header
from job.data.reading.data_file import DataFile
from job.data.reading.database import WHITESPACE, Store, Table, name_columns
from job.data.reading.jsonl_files import read_jsonl
from job.data.reading.jsonl_files import read_names as read_jsonl_names
from job.data.reading.parquet_files import read_names as read_parquet_names
from job.data.reading.parquet_files import read_parquet
from job.errors import DataError
from job.spec.file import FileSpec


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
