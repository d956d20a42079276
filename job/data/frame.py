"""The features as a data frame."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from job.data.columns import Reading
from job.data.profile import Cells, batches
from job.data.store import Store, Table


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
    values = {}
    for batch in batches(features):
        parts = [f"{_expression(store, table, cells, reading)} AS {reading.raw.key}" for reading in batch]
        frame = store.connection.execute(f"SELECT {', '.join(parts)} FROM {table.relation} ORDER BY rowid").df()
        for reading in batch:
            fetched = frame[reading.raw.key]
            if reading.is_numeric:
                values[reading.raw.name] = fetched.to_numpy(dtype="float64")
            else:
                values[reading.raw.name] = fetched.cat.as_unordered().array
    return pd.DataFrame(values, copy=False)


def _expression(store: Store, table: Table, cells: Cells, reading: Reading) -> str:
    """Write the SQL for a feature's values; text goes through an enum, which is much smaller than text."""
    value = cells.value(reading.raw.key)
    if reading.is_numeric:
        number = cells.number(f"({value})")
        return f"CASE WHEN isfinite({number}) THEN {number} END"
    if reading.kind == "boolean":
        value = f"lower({value})"
    enum = f"enum_{reading.raw.key}"
    distinct = f"SELECT DISTINCT {value} AS v FROM {table.relation} WHERE v IS NOT NULL ORDER BY v"
    store.connection.execute(f"CREATE TYPE {enum} AS ENUM ({distinct})")
    return f"CAST({value} AS {enum})"
