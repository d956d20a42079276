"""Is a column a column of labels? And which label is positive?"""

from __future__ import annotations

from collections.abc import Mapping

from job.data.dataset import Note
from job.data.quoting import counted, listed, nearest, quoted
from job.data.reading.column_notes import note_alike
from job.data.reading.column_profile import MISSING_WORDS
from job.errors import DataError

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
