"""The labels: which there are, which one is positive, and which rows have none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from job.data.dataset import Note
from job.data.quoting import counted, listed, nearest, quoted, share
from job.data.reading.column_profile import MISSING_WORDS, Cells
from job.data.reading.column_types import note_alike
from job.data.reading.csv_files import ODD_LINE
from job.data.reading.database import Store, Table, count_rows, fetch_row
from job.errors import DataError

# MERGED: Is a column a column of labels? And which label is positive?


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


_MOST_LABELS = 100
_MOST_FRACTIONAL = 10


def check_labels(counts: Mapping[str, int], target: str, positive: str | None, shown: str, left_out: str = "") -> None:
    """Refuse a target that measures, names each row, or says the same of all.

    Parameters
    ----------
    counts : Mapping[str, int]
        Rows of each label.
    target : str
        The column's name.
    positive : str or None
        The positive label as the spec names it.
    shown : str
        The file's path for messages.
    left_out : str
        Which rows were left out for want of a label.

    Raises
    ------
    DataError
        In one line, with what to do.
    """
    n_rows, where = sum(counts.values()), f"{shown}: the target {quoted(target)}"
    if not counts:
        raise DataError(f"{where} has no label, because there are no rows")
    if len(counts) == 1:
        (label,) = counts
        n = "its one row" if n_rows == 1 else f"all {n_rows:,} rows"
        got = f"one label only ({quoted(label)} on {n})"
        raise DataError(f"{where} has {got}; two classes are needed{left_out}")
    numbers = [number for number in map(_as_number, counts) if number is not None]
    most_differ = len(counts) > 2 and 2 * len(counts) > n_rows
    many = len(counts) > _MOST_LABELS and positive is None
    if len(numbers) == len(counts):
        is_fractional = any(not number.is_integer() for number in numbers)
        if many or most_differ or (is_fractional and len(counts) > _MOST_FRACTIONAL):
            raise DataError(
                f"{where} is continuous: it has {len(counts):,} different numbers on {n_rows:,} rows; name a column of "
                "labels, or make labels of it first, with data.file.query for example"
            )
    elif many or most_differ:
        told = f"{where} has {len(counts):,} different values on {n_rows:,} rows ({listed(counts, 3)})"
        if positive is None:
            advice = "name the label that it is about with data.file.positive"
        else:
            advice = f"make two labels of it, {quoted(positive)} and all others, with data.file.query"
        raise DataError(f"{told}; name a column of labels, or {advice}")


def choose_positive(counts: Mapping[str, int], target: str, positive: str | None, shown: str) -> str:
    """Find the positive label: as named, or the rarest.

    Parameters
    ----------
    counts : Mapping[str, int]
        Rows of each label, two or more.
    target : str
        The column's name.
    positive : str or None
        The positive label as the spec names it.
    shown : str
        The file's path for messages.

    Returns
    -------
    str

    Raises
    ------
    DataError
        There is no such label, it or the rest has fewer than two rows, or it is on more than half of the rows.
    """
    where = f"{shown}: the target {quoted(target)}"
    rarest = min(counts.values())
    chosen = max(label for label in counts if counts[label] == rarest) if positive is None else positive.strip()
    if chosen not in counts:
        hint = nearest(chosen, list(counts))
        raise DataError(
            f"{where} has no label {quoted(chosen)} (data.file.positive); its labels: {_listed(counts)}.{hint}"
        )
    if positive is None and chosen.lower() in MISSING_WORDS:
        raise DataError(
            f"{where}: its rarest label is {quoted(chosen)}, which looks missing; add it to data.file.na_values, or "
            f"name the label that it is about with data.file.positive (labels: {_listed(counts)})"
        )
    n_positive, n_rows = counts[chosen], sum(counts.values())
    if n_positive < 2 or n_rows - n_positive < 2:
        what, got = (f"label {quoted(chosen)}", n_positive) if n_positive < 2 else ("the rest", n_rows - n_positive)
        raise DataError(
            f"{where}: {what} has {counted(got, 'row')} of {n_rows:,}, at least two are needed "
            f"(labels: {_listed(counts)})"
        )
    if 2 * n_positive > n_rows:
        raise DataError(
            f"{where}: label {quoted(chosen)} (data.file.positive) is on {n_positive:,} of {n_rows:,} rows, the "
            "majority, but a job is about the minority: oversampling adds rows of the rarer class. Leave "
            f"data.file.positive out, or name a label on at most half of the rows (labels: {_listed(counts)})"
        )
    return chosen


def note_labels(counts: Mapping[str, int], target: str, positive: str, decimal: str = ".") -> tuple[Note, ...]:
    """Note labels that are joined, and labels that may be one."""
    notes = []
    rest = [label for label in counts if label != positive]
    if len(rest) > 1:
        text = f"{quoted(positive)} is the positive label; {listed(rest)} together are the rest."
        notes.append(Note("labels-joined", text, target))
    notes += note_alike("labels", list(counts), target, decimal)
    missing = [label for label in counts if label.lower() in MISSING_WORDS]
    if missing:
        text = f"Read as a label: {listed(missing)}; if it stands for a missing one, add it to data.file.na_values."
        notes.append(Note("label-looks-missing", text, target))
    return tuple(notes)


def _as_number(text: str) -> float | None:
    if "_" in text:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number - number == 0 else None


def _listed(counts: Mapping[str, int]) -> str:
    shown = sorted(counts, key=lambda label: (counts[label], label))[:8]
    more = f" and {len(counts) - 8:,} more" if len(counts) > 8 else ""
    return ", ".join(f"{quoted(label)} on {counts[label]:,}" for label in shown) + more
