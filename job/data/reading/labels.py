"""The labels: which there are, which one is positive, and which rows have none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from job.data.dataset import Note
from job.data.quoting import counted, listed, nearest, quoted, share
from job.data.reading.column_types import MISSING_WORDS, note_alike
from job.data.reading.csv_files import ODD_LINE
from job.data.reading.database import Table, literal
from job.errors import DataError

_UNLABELLED = "unlabelled-rows"
_MOST_UNLABELLED = 0.05
_MOST_LABELS = 100
_MOST_FRACTIONAL = 10


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


def drop_unlabelled(table: Table, target: str) -> Table:
    """Take out the rows without a label, with a note.

    Raises
    ------
    DataError
        More than 5 % of the rows have no label.
    """
    value = table.value(target)
    n_missing = int(table.fetch_row(f"count(*) - count({value})")[0])
    if n_missing == 0:
        return table
    if n_missing > _MOST_UNLABELLED * table.n_rows:
        # name what is in the place of a label, since it may be one: None, say, is a word too
        text = table.cells.text(table.column(target).key)
        found = table.fetch_row(f"list(DISTINCT {text}) FILTER ({value} IS NULL)")[0]
        words = sorted(word for word in found if word)
        advice = f"; if {listed(words)} is a label, take it out of data.file.na_values" if words else ""
        raise DataError(
            f"{table.shown}: {share(n_missing, table.n_rows)} rows have no label in column {quoted(target)}, more than "
            f"5 %; remove them, or fill in their labels{advice}"
        )
    text = f"{counted(n_missing, 'row')} of {table.n_rows:,} without a label (column {quoted(target)}) left out."
    return table.delete(f"{value} IS NULL").with_notes([Note(_UNLABELLED, text, target)])


def read_labels(table: Table, target: str, positive: str | None) -> Labels:
    """Count the labels and choose the positive one.

    Parameters
    ----------
    table : Table
        Every row with a label.
    target : str
        The column with the labels.
    positive : str or None
        The positive label as the spec names it; None for the rarest, in a tie the one that sorts last.

    Raises
    ------
    DataError
        The target is no label but a measurement, say; ``positive`` is no label; or a class has fewer than two rows.
    """
    raw = table.column(target)
    where = f"{table.shown}: the target {quoted(target)}"
    if raw.unusable:
        raise DataError(f"{where} holds no labels: {raw.unusable}")
    counts = count_labels(table, target)
    left_out = "".join(f" ({note.text[:-1]})" for note in table.notes if note.code == _UNLABELLED)
    odd = "".join(f" ({note.text[:-1]})" for note in table.notes if note.code == ODD_LINE)
    try:
        _check_labels(counts, where, positive, left_out)
        chosen = _choose_positive(counts, where, positive)
    except DataError as error:
        raise DataError(f"{error}{odd}") from None
    return Labels(chosen, counts, _note_labels(counts, target, chosen, table.cells.decimal))


def count_labels(table: Table, target: str) -> dict[str, int]:
    """Count the rows of each label, sorted by its text."""
    sql = f"SELECT {table.value(target)} AS v, count(*) FROM {table.relation} GROUP BY v ORDER BY v"
    return {str(label): int(n_rows) for label, n_rows in table.store.connection.execute(sql).fetchall()}


def fetch_y(table: Table, target: str, positive: str) -> np.ndarray:
    """Fetch the labels of all rows, in their order, as int8: 1 for the positive label, 0 for all others."""
    return table.fetch(f"({table.value(target)} = {literal(positive)})::TINYINT").astype(np.int8)


def _check_labels(counts: Mapping[str, int], where: str, positive: str | None, left_out: str) -> None:
    """Refuse a target that measures, names each row, or says the same of all."""
    n_rows = sum(counts.values())
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


def _choose_positive(counts: Mapping[str, int], where: str, positive: str | None) -> str:
    """Find the positive label: as named, or the rarest; refuse one that isn't there, is too rare, or the majority."""
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


def _note_labels(counts: Mapping[str, int], target: str, positive: str, decimal: str) -> tuple[Note, ...]:
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
