"""The features as a data frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from job.data.reading.column_profile import Cells
from job.data.reading.column_types import Reading
from job.data.reading.database import RawColumn, Store, Table

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
