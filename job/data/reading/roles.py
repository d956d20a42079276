"""What the spec uses columns for: its names looked up in the data, and target, groups, time and split read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from job.data.dataset import Note
from job.data.quoting import counted, listed, nearest, quoted, share
from job.data.reading.column_types import MISSING_WORDS, note_alike
from job.data.reading.csv_files import ODD_LINE
from job.data.reading.database import Table, fetch_row, literal, suspect_no_header
from job.errors import DataError
from job.spec.file_keys import FileSpec

_ONE = ("target", "groups", "time", "split")
_SEVERAL = ("drop", "categorical")

_UNLABELLED = "unlabelled-rows"
_MOST_UNLABELLED = 0.05
_MOST_LABELS = 100
_MOST_FRACTIONAL = 10
_MOST_LISTED = 8

_ZONE = "(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)"
_CLOCK = f"[T ][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}([.,][0-9]+)?)?( ?{_ZONE})?"
_ISO = f"[0-9]{{4}}-[0-9]{{2}}(-[0-9]{{2}}({_CLOCK})?)?"
_ZONED = f"[0-9]{{4}}.*:.*{_ZONE}"


def check_roles(spec: FileSpec, names: Sequence[str], shown: str) -> None:
    """Make sure that the data has every column that the spec names, and something to learn from.

    Raises
    ------
    DataError
        A column isn't there, or no column is left for a feature; all such names in one line.
    """
    named = [(f"data.file.{key}", getattr(spec, key)) for key in _ONE if getattr(spec, key) is not None]
    named += [(f"data.file.{key}[{i}]", name) for key in _SEVERAL for i, name in enumerate(getattr(spec, key))]
    missing = [(key, name) for key, name in named if name not in names]
    if missing:
        problems = [f"{key}: there is no column {quoted(name)}.{nearest(name, names)}" for key, name in missing]
        raise DataError(f"{shown}: {' '.join(problems)} (columns: {listed(names, 12)}){suspect_no_header(names)}")
    if not set(names) - {name for key, name in named if not key.startswith("data.file.categorical")}:
        uses = " or ".join(["the target", *(key for key in (*_ONE[1:], "drop") if getattr(spec, key))])
        raise DataError(f"{shown}: no column is left as a feature; at least one that isn't {uses} is needed")


def assign_role(spec: FileSpec, name: str) -> str:
    """Say what the spec uses a column for."""
    if name in spec.drop:
        return "dropped"
    return next((key for key in _ONE if getattr(spec, key) == name), "feature")


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
        advice = f"; if {listed(words)} is a label, remove it from data.file.na_values" if words else ""
        found = f"{share(n_missing, table.n_rows)} rows have no label in column {quoted(target)}, more than 5 %"
        raise DataError(f"{table.shown}: {found}; remove them, or fill in their labels{advice}")
    text = f"Left out {counted(n_missing, 'row')} of {table.n_rows:,} without a label in column {quoted(target)}."
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
    if table.column(target).unusable:
        raise DataError(f"{table.shown}: the target {quoted(target)} holds no labels: {table.column(target).unusable}")
    counts = count_labels(table, target)
    rarest = max((label for label in counts if counts[label] == min(counts.values())), default="")
    chosen = rarest if positive is None else positive.strip()
    left_out, odd = (
        "".join(f" ({note.text[:-1]})" for note in table.notes if note.code == code) for code in (_UNLABELLED, ODD_LINE)
    )
    problem = _refuse_labels(counts, positive, left_out) or _refuse_positive(counts, chosen, positive is not None)
    if problem:
        raise DataError(f"{table.shown}: the target {quoted(target)}{problem}{odd}")
    notes = []
    rest = [label for label in counts if label != chosen]
    if len(rest) > 1:
        text = f"{quoted(chosen)} is the positive label; {listed(rest)} are combined into one class."
        notes.append(Note("labels-joined", text, target))
    notes += note_alike("labels", list(counts), target, table.cells.decimal)
    missing = [label for label in counts if label.lower() in MISSING_WORDS]
    if missing:
        text = f"Read as a label: {listed(missing)}; if it means a missing label, add it to data.file.na_values."
        notes.append(Note("label-looks-missing", text, target))
    return Labels(chosen, counts, tuple(notes))


def count_labels(table: Table, target: str) -> dict[str, int]:
    """Count the rows of each label, sorted by its text."""
    sql = f"SELECT {table.value(target)} AS v, count(*) FROM {table.relation} GROUP BY v ORDER BY v"
    return {str(label): int(n_rows) for label, n_rows in table.store.connection.execute(sql).fetchall()}


def fetch_y(table: Table, target: str, positive: str) -> np.ndarray:
    """Fetch the labels of all rows, in their order, as int8: 1 for the positive label, 0 for all others."""
    return table.fetch(f"({table.value(target)} = {literal(positive)})::TINYINT").astype(np.int8)


def _refuse_labels(counts: Mapping[str, int], positive: str | None, left_out: str) -> str:
    """Say why a target is refused that measures, names each row, or says the same of all."""
    n_rows, n_labels = sum(counts.values()), len(counts)
    if not counts:
        return " has no label, because there are no rows"
    if n_labels == 1:
        n = "its one row" if n_rows == 1 else f"all {n_rows:,} rows"
        return f" has only one label ({quoted(*counts)} on {n}); two classes are needed{left_out}"
    most_differ = n_labels > 2 and 2 * n_labels > n_rows
    many = n_labels > _MOST_LABELS and positive is None
    numbers = [number for number in map(_as_number, counts) if number is not None]
    if len(numbers) == n_labels:
        is_fractional = n_labels > _MOST_FRACTIONAL and any(not number.is_integer() for number in numbers)
        advice = "choose a column of labels, or derive labels from it, for example with data.file.query"
        found = f" is continuous: it has {n_labels:,} different numbers on {n_rows:,} rows; {advice}"
        return found if many or most_differ or is_fractional else ""
    advice = "name the positive label with data.file.positive"
    if positive is not None:
        advice = f"derive two labels from it, {quoted(positive)} and all others, with data.file.query"
    found = f" has {n_labels:,} different values on {n_rows:,} rows ({listed(counts, 3)})"
    return f"{found}; choose a column of labels, or {advice}" if many or most_differ else ""


def _refuse_positive(counts: Mapping[str, int], chosen: str, is_named: bool) -> str:
    """Say why a positive label is refused that isn't there, is too rare, or the majority."""
    shown = sorted(counts, key=lambda label: (counts[label], label))[:_MOST_LISTED]
    more = f" and {len(counts) - _MOST_LISTED:,} more" if len(counts) > _MOST_LISTED else ""
    labels = ", ".join(f"{quoted(label)} on {counts[label]:,}" for label in shown) + more
    if chosen not in counts:
        hint = nearest(chosen, list(counts))
        return f" has no label {quoted(chosen)} (data.file.positive); its labels: {labels}.{hint}"
    if not is_named and chosen.lower() in MISSING_WORDS:
        advice = "add it to data.file.na_values, or name the positive label with data.file.positive"
        return f": its rarest label is {quoted(chosen)}, which looks missing; {advice} (labels: {labels})"
    n_positive, n_rows = counts[chosen], sum(counts.values())
    if n_positive < 2 or n_rows - n_positive < 2:
        is_rare, others = n_positive < 2, n_rows - n_positive
        what, got = (f"label {quoted(chosen)} has", n_positive) if is_rare else ("all other labels have", others)
        return f": {what} {counted(got, 'row')} of {n_rows:,}, at least two are needed (labels: {labels})"
    if 2 * n_positive > n_rows:
        found = f": label {quoted(chosen)} (data.file.positive) is on {n_positive:,} of {n_rows:,} rows, the majority"
        why = "but a job is about the minority: oversampling adds rows of the rarer class"
        advice = "Leave data.file.positive out, or name a label on at most half of the rows"
        return f"{found}, {why}. {advice} (labels: {labels})"
    return ""


def _as_number(text: str) -> float | None:
    if "_" in text:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number - number == 0 else None


def read_groups(table: Table, name: str) -> tuple[np.ndarray, tuple[Note, ...]]:
    """Number the groups, in the order of first appearance; a row without one is a group of its own."""
    codes, found = pd.factorize(table.fetch(table.value(name)), use_na_sentinel=True)
    groups, missing = codes.astype(np.int64), codes < 0
    groups[missing] = len(found) + np.arange(missing.sum())
    notes = list(note_alike("groups", list(found), name, table.cells.decimal))
    n_groups = len(found) + int(missing.sum())
    if missing.any():
        text = f"{counted(int(missing.sum()), 'row')} without a group (column {quoted(name)}): each a group of its own."
        notes.append(Note("rows-without-group", text, name))
    if n_groups == 1:
        notes.append(Note("one-group", f"All rows are in one group of {quoted(name)} ({quoted(found[0])}).", name))
    if n_groups == len(groups):
        text = f"Every row has its own value of {quoted(name)}: groups have no effect."
        notes.append(Note("groups-of-one", text, name))
    return groups, tuple(notes)


def read_time(table: Table, name: str) -> tuple[np.ndarray, str, tuple[Note, ...]]:
    """Read the column that rows are sorted by.

    Returns
    -------
    time : ndarray of shape (n_rows,), float64 or datetime64[us]
    kind : {"number", "date"}
    notes : tuple of Note

    Raises
    ------
    DataError
        Not every row has a number, or not every row an ISO date; the message names the first.
    """
    value = table.value(name)
    number = table.cells.finite(value)
    is_iso = f"regexp_full_match({value}, {literal(_ISO)})"
    padded = f"CASE WHEN length({value}) = 7 THEN {value} || '-01' ELSE replace({value}, ',', '.') END"
    date = f"CASE WHEN {is_iso} THEN epoch_us(TRY_CAST({padded} AS TIMESTAMPTZ)) END"
    zoned = f"count(*) FILTER (regexp_full_match({value}, {literal(_ZONED)}))"
    n_numbers, n_dates, n_zoned = table.fetch_row(f"count({number}), count({date}), {zoned}")
    if n_numbers == table.n_rows:
        return table.fetch(number).astype(np.float64), "number", ()
    if n_dates < table.n_rows:
        allowed = "neither a number nor an ISO date such as 2024-12-31 or 2024-12-31T23:59,"
        raise _unreadable(table, "time", name, date if n_dates >= n_numbers else number, allowed)
    notes = []
    if 0 < n_zoned < n_dates:
        text = f"{n_zoned:,} of {n_dates:,} times in {quoted(name)} have a time zone; all others were read as UTC."
        notes.append(Note("some-times-zoned", text, name))
    return table.fetch(date).astype(np.int64).view("datetime64[us]"), "date", tuple(notes)


def read_split(table: Table, name: str) -> np.ndarray:
    """Read the column that says train or test, in any case; True for test.

    Raises
    ------
    DataError
        Some row says something else, or nothing.
    """
    value = f"lower({table.value(name)})"
    readable = f"CASE WHEN {value} IN ('train', 'test') THEN 1 END"
    if table.fetch_row(f"count({readable})")[0] < table.n_rows:
        raise _unreadable(table, "split", name, readable, "neither train nor test,")
    return table.fetch(f"{value} = 'test'").astype(bool)


def _unreadable(table: Table, key: str, name: str, readable: str, allowed: str) -> DataError:
    """Make the error that names the first row whose value cannot be read."""
    rows = f"SELECT rowid + 1, {table.value(name)} FROM {table.relation}"
    number, text = fetch_row(table.store, f"{rows} WHERE ({readable}) IS NULL ORDER BY rowid LIMIT 1")
    what = "is missing" if text is None else f"is {quoted(text)}, {allowed}"
    found = f"column {quoted(name)} {what} in row {number:,} of the data; every row needs one"
    return DataError(f"{table.shown}: data.file.{key}: {found}")
