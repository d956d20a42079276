"""The spec's query: the table that it makes of the file's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from job.data.reading.column_profile import Cells
from job.data.reading.database import Store, Table
from job.data.reading.query import run_query
from job.data.reading.table import complete_cells
from job.data.reading.typed_view import create_view, find_numbers
from job.spec.file import FileSpec

_NO_NUMBERS = "by the file's decimal mark its values were no numbers"


def query_table(
    store: Store, table: Table, cells: Cells, spec: FileSpec, shown: str
) -> tuple[Table, Cells, Mapping[str, str]]:
    """Run the spec's query over the file's table.

    Parameters
    ----------
    store : Store
        Where the table is.
    table : Table
        Text.
    cells : Cells
        How its text becomes values.
    spec : FileSpec
        The spec's ``data.file``, with a query.
    shown : str
        The file's path for messages.

    Returns
    -------
    table : Table
        Text again, sorted by content.
    cells : Cells
        How that text becomes values: numbers now have a decimal point.
    texts : Mapping[str, str]
        Columns that are no numbers though a decimal point makes them look so, and why.

    Raises
    ------
    DataError
        The query cannot be run, or gives no rows.
    """
    assert spec.query is not None
    kept = [name for name in (spec.target, spec.groups, spec.split) if name is not None]
    notes = (*table.notes, *create_view(store, table, cells, kept))
    result = run_query(store, spec.query, shown, spec.query_timeout)
    result = replace(result, notes=(*notes, *result.notes))
    after = complete_cells(store, result, replace(cells, decimal="."))
    texts = {}
    if cells.decimal == ",":
        others = set(table.names) - find_numbers(store, table, cells)
        texts = dict.fromkeys(others & find_numbers(store, result, after), _NO_NUMBERS)
    return result, after, texts
