"""What parts the values of a row, where it isn't what the suffix of the file says."""

from __future__ import annotations

from collections.abc import Sequence

from job.data.quoting import quoted
from job.data.reading.csv_records import Record, RecordReader
from job.errors import DataError

_LIKELY = ("\t", ";", ",", "|", ":", " ")
_NAMES = {"\t": "a tab", " ": "a blank"}
_MOST_LINES = 50


def name_delimiter(delimiter: str) -> str:
    """Name a delimiter in words that show what it is."""
    return _NAMES.get(delimiter, quoted(delimiter))


def guess_delimiter(lines: Sequence[str], shown: str) -> str | None:
    """Guess what parts the values, from the first lines of a file.

    Parameters
    ----------
    lines : sequence of str
        The header and rows below it, with their ends.
    shown : str
        The file's path for messages.

    Returns
    -------
    str or None
        The delimiter by which all of them have the same number of values, the largest; None where none parts them.
    """
    widths = {delimiter: _common_width(lines, delimiter, shown) for delimiter in _LIKELY}
    best = max(_LIKELY, key=lambda delimiter: widths[delimiter])
    return best if widths[best] > 1 else None


def _common_width(lines: Sequence[str], delimiter: str, shown: str) -> int:
    """Count the values of each line, 0 where lines differ."""
    try:
        widths = {len(record.values) for record in RecordReader(lines[:_MOST_LINES], delimiter, shown)}
    except DataError:
        return 0  # by this delimiter the quotes are wrong, so it isn't the one
    return widths.pop() if len(widths) == 1 else 0


def explain_one_column(shown: str, header: Record, delimiter: str, text: str, likely: str | None) -> str:
    """Say why a header of one name is refused, and which delimiter the file likely has."""
    likely = likely or _most_frequent(text, delimiter)
    got = f"the header has one column only ({quoted(text)}) when values are parted by {name_delimiter(delimiter)}"
    advice = "a target and at least one feature are needed" if likely is None else advise(likely)
    return f"{shown}:{header.line}: {got}; {advice}"


def advise(likely: str) -> str:
    """Say what to do where another delimiter is likely."""
    written = "\\t" if likely == "\t" else likely
    return f'they seem to be parted by {name_delimiter(likely)}: set data.file.delimiter to "{written}"'


def _most_frequent(text: str, delimiter: str) -> str | None:
    counts = {other: text.count(other) for other in _LIKELY if other != delimiter}
    likely = max(counts, key=lambda other: counts[other])
    return likely if counts[likely] else None
