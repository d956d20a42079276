"""The labels: which there are, which one is positive, and which rows have none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from job.data.dataset import Note
from job.data.quoting import counted, listed, quoted, share
from job.data.reading.column_profile import Cells
from job.data.reading.csv_files import ODD_LINE
from job.data.reading.database import Store, Table, count_rows, fetch_row
from job.data.reading.label_checks import check_labels, choose_positive, note_labels
from job.errors import DataError

UNLABELLED = "unlabelled-rows"
_MOST_UNLABELLED = 0.05


@dataclass(frozen=True)
class Labels:
    """The labels of all rows that have one.

    Parameters
    ----------
    positive : str
        The label that the job is about.
    counts : Mapping[str, int]
        Rows of each label, by their text.
    notes : tuple of Note
        What a reader has to know about them.
    """

    positive: str
    counts: Mapping[str, int]
    notes: tuple[Note, ...]

    @property
    def rest(self) -> tuple[str, ...]:
        """All other labels."""
        return tuple(label for label in self.counts if label != self.positive)


def drop_unlabelled(store: Store, table: Table, target: str, cells: Cells, shown: str) -> Table:
    """Take out the rows without a label.

    Parameters
    ----------
    store : Store
        Where the table is; the rows are deleted there.
    table : Table
        Text.
    target : str
        The column with the labels.
    cells : Cells
        How text becomes values.
    shown : str
        The file's path for messages.

    Returns
    -------
    Table
        With a note where rows were taken out.

    Raises
    ------
    DataError
        More than 5 % of the rows have no label.
    """
    key = table.column(target).key
    value = cells.value(key)
    n_missing = int(fetch_row(store, f"SELECT count(*) - count({value}) FROM {table.relation}")[0])
    if n_missing == 0:
        return table
    if n_missing > _MOST_UNLABELLED * table.n_rows:
        raise DataError(_too_many(store, table, target, cells, shown, n_missing))
    store.connection.execute(f"DELETE FROM {table.relation} WHERE {value} IS NULL")
    text = f"{counted(n_missing, 'row')} of {table.n_rows:,} without a label (column {quoted(target)}) left out."
    rest = replace(table, n_rows=count_rows(store, table.relation))
    return rest.with_notes([Note(UNLABELLED, text, target)])


def _too_many(store: Store, table: Table, target: str, cells: Cells, shown: str, n_missing: int) -> str:
    """Name what stands in the place of a label, since it may be one: None, say, is a word too."""
    key = table.column(target).key
    sql = f"SELECT DISTINCT {cells.text(key)} FROM {table.relation} WHERE {cells.value(key)} IS NULL"
    words = sorted(word for (word,) in store.connection.execute(sql).fetchall() if word)
    message = (
        f"{shown}: {share(n_missing, table.n_rows)} rows have no label in column {quoted(target)}, more than 5 %; "
        "remove them, or fill in their labels"
    )
    if words:
        message += f"; if {listed(words)} is a label, take it out of data.file.na_values"
    return message


def read_labels(store: Store, table: Table, target: str, positive: str | None, cells: Cells, shown: str) -> Labels:
    """Count the labels and choose the positive one.

    Parameters
    ----------
    store : Store
        Where the table is.
    table : Table
        Text, every row with a label.
    target : str
        The column with the labels.
    positive : str or None
        The positive label as the spec names it; None for the rarest, in a tie the one that sorts last.
    cells : Cells
        How text becomes values.
    shown : str
        The file's path for messages.

    Returns
    -------
    Labels

    Raises
    ------
    DataError
        The target is no label but a measurement, say; ``positive`` is no label; or a class has fewer than two rows.
    """
    raw = table.column(target)
    if raw.unusable:
        raise DataError(f"{shown}: the target {quoted(target)} holds no labels: {raw.unusable}")
    counts = count_labels(store, table, target, cells)
    left_out = "".join(f" ({note.text[:-1]})" for note in table.notes if note.code == UNLABELLED)
    try:
        check_labels(counts, target, positive, shown, left_out)
        chosen = choose_positive(counts, target, positive, shown)
    except DataError as error:
        odd = "".join(f" ({note.text[:-1]})" for note in table.notes if note.code == ODD_LINE)
        raise DataError(f"{error}{odd}") from None
    return Labels(chosen, counts, note_labels(counts, target, chosen, cells.decimal))


def count_labels(store: Store, table: Table, target: str, cells: Cells) -> dict[str, int]:
    """Count the rows of each label, sorted by its text."""
    value = cells.value(table.column(target).key)
    sql = f"SELECT {value} AS v, count(*) FROM {table.relation} GROUP BY v ORDER BY v"
    return {str(label): int(n_rows) for label, n_rows in store.connection.execute(sql).fetchall()}


def fetch_y(store: Store, table: Table, target: str, positive: str, cells: Cells) -> np.ndarray:
    """Fetch the labels of all rows, in their order.

    Returns
    -------
    ndarray of shape (n_rows,), int8
        1 for the positive label, 0 for all others.
    """
    sql = f"SELECT ({cells.value(table.column(target).key)} = ?)::TINYINT AS y FROM {table.relation} ORDER BY rowid"
    return np.asarray(store.connection.execute(sql, [positive]).fetchnumpy()["y"], dtype=np.int8)
