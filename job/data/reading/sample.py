"""A stratified sample of a table that has more rows than are asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from job.data.dataset import Note
from job.data.reading.database import Store, Table

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
