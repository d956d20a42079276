"""The careful reader of delimited text: exact about quotes and lines, and able to say what is wrong where.

A record is a line, or several where a quoted value holds line breaks. A value is quoted when its first character,
blanks aside, is a double quote; in it a double quote is written twice. A double quote inside any other value is a
character like all others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from job.data.quoting import quoted
from job.data.reading.data_file import LARGEST_CELL, DataFile
from job.errors import DataError

_QUOTED_START = re.compile(r"[ \t]*\"")
_TO_CLOSING_QUOTE = re.compile(r'((?:[^"]|"")*)"(?!")')


@dataclass(frozen=True)
class Record:
    """One record of a delimited file.

    Parameters
    ----------
    line : int
        The line on which it begins, from 1.
    values : list of str
        Its values, untrimmed but for blanks around quotes.
    lines : int
        Over how many lines it goes.
    stray : bool
        Whether an unquoted value holds a double quote.
    """

    line: int
    values: list[str]
    lines: int = 1
    stray: bool = False


class RecordReader:
    """Split lines into records.

    Parameters
    ----------
    lines : iterable of str
        Lines with their ends.
    delimiter : str
        One character.
    file : DataFile or str
        The file, or only its path, for messages.
    """

    def __init__(self, lines: Iterable[str], delimiter: str, file: DataFile | str) -> None:
        self._lines = iter(lines)
        self._delimiter = delimiter
        self._file = file if isinstance(file, DataFile) else DataFile(file, Path(file), "delimited", delimiter, False)
        self._shown = self._file.shown
        self._number = 0

    def __iter__(self) -> Iterator[Record]:
        """Yield every record; lines of blanks only are passed over."""
        for line in self._lines:
            self._number += 1
            if not line.strip(" \r\n\t") and not (self._delimiter == "\t" and "\t" in line):
                continue
            text = line.rstrip("\r\n")
            if '"' in text:
                yield self._quoted_record(line)
            else:
                yield Record(self._number, text.split(self._delimiter))

    def _quoted_record(self, line: str) -> Record:
        start, stray = self._number, False
        values: list[str] = []
        physical = [line]
        at = 0
        while True:
            opening = _QUOTED_START.match(line, at)
            if opening and self._delimiter not in opening.group():
                value, line, at = self._quoted_value(line, opening.end(), len(values) + 1, physical)
            else:
                end = line.find(self._delimiter, at)
                end = len(line.rstrip("\r\n")) if end < 0 else end
                value, at = line[at:end], end
                stray = stray or '"' in value
            values.append(value)
            if at >= len(line) or line[at] != self._delimiter:
                break
            at += 1
        self._check_swallowed(physical, start, len(values))
        return Record(start, values, len(physical), stray)

    def _quoted_value(self, line: str, at: int, column: int, physical: list[str]) -> tuple[str, str, int]:
        """Read up to the closing quote, over line ends; give the value, the line it ends on and where."""
        opened, parts, size = self._number, list[str](), 0
        while (closing := _TO_CLOSING_QUOTE.match(line, at)) is None:
            parts.append(line[at:])
            size += len(line) - at
            following = next(self._lines, None)
            if following is None:
                raise DataError(
                    f"{self._shown}:{opened}: the quote that opens value {column} is never closed; "
                    "close it, or write a double quote that belongs to the value twice, between quotes"
                )
            self._number += 1
            line, at = following, 0
            if size > LARGEST_CELL:
                raise self._file.too_large(opened, column - 1, f"{size:,} characters or more")
            physical.append(line)
        parts.append(closing.group(1))
        if len(parts) > 1 and (size := size + len(closing.group(1))) > LARGEST_CELL:
            raise self._file.too_large(opened, column - 1, f"{size:,} characters or more")
        end = closing.end()
        while end < len(line) and line[end] in " \t" and line[end] != self._delimiter:
            end += 1
        rest = line[end:].rstrip("\r\n")
        if rest and not rest.startswith(self._delimiter):
            raise DataError(self._text_after_quote(opened, column, rest))
        return "".join(parts).replace('""', '"'), line, end

    def _text_after_quote(self, opened: int, column: int, rest: str) -> str:
        lines = f"{self._shown}:{opened}"
        where = f" (it ends on line {self._number})" if self._number > opened else ""
        return (
            f"{lines}: text after the closing quote of value {column}{where}: {quoted(rest)}; a double quote inside "
            "a quoted value is written twice, not with a backslash"
        )

    def _check_swallowed(self, physical: list[str], start: int, width: int) -> None:
        """Refuse a value over several lines each of which has as many delimiters as a row of its own."""
        enough = 2 if width > 2 else 4
        if len(physical) < enough or width < 2:
            return
        if all(line.count(self._delimiter) == width - 1 for line in physical):
            raise DataError(
                f"{self._shown}:{start}: a quoted value goes on to line {self._number}, but each of these "
                f"{len(physical)} lines looks like a row of its own; is a double quote missing or too many on line "
                f"{start}?"
            )
