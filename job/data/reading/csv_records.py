"""The careful reader of delimited text: exact about quotes and lines, and able to say what is wrong where.

A record is a line, or several where a quoted value holds line breaks. A value is quoted when its first character,
blanks aside, is a double quote; in it a double quote is written twice. A double quote inside any other value is a
character like all others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from job.data.quoting import quoted
from job.data.reading.data_file import LARGEST_CELL, DataFile
from job.errors import DataError

#
#   Plain means: each line that isn't blank has as many values as the header has names, quotes stand only around values
#   and never span lines, and all lines end alike. Such a file goes to DuckDB as it is. Any other file is read by
#   ``records``, which is slower, mends what can be mended and names what is wrong where.


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
    file : DataFile
        Its delimiter counts; its path and names are for messages.

    Attributes
    ----------
    line : str
        The line that was read last.
    """

    def __init__(self, lines: Iterable[str], file: DataFile) -> None:
        self._lines = iter(lines)
        self._delimiter = file.delimiter
        self.file = file
        self.line = ""
        self._number = 0

    def __iter__(self) -> Iterator[Record]:
        """Yield every record; lines of blanks only are passed over."""
        for line in self._lines:
            self.line = line
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
                    f"{self.file.shown}:{opened}: the quote that opens value {column} is never closed; "
                    "close it, or write a double quote that belongs to the value twice, between quotes"
                )
            self._number += 1
            line, at = following, 0
            self.line = line
            if size > LARGEST_CELL:
                raise self.file.too_large(opened, column - 1, f"{size:,} characters or more")
            physical.append(line)
        parts.append(closing.group(1))
        if len(parts) > 1 and (size := size + len(closing.group(1))) > LARGEST_CELL:
            raise self.file.too_large(opened, column - 1, f"{size:,} characters or more")
        end = closing.end()
        while end < len(line) and line[end] in " \t" and line[end] != self._delimiter:
            end += 1
        rest = line[end:].rstrip("\r\n")
        if rest and not rest.startswith(self._delimiter):
            where = f" (it ends on line {self._number})" if self._number > opened else ""
            raise DataError(
                f"{self.file.shown}:{opened}: text after the closing quote of value {column}{where}: {quoted(rest)}; a "
                "double quote inside a quoted value is written twice, not with a backslash"
            )
        return "".join(parts).replace('""', '"'), line, end

    def _check_swallowed(self, physical: list[str], start: int, width: int) -> None:
        """Refuse a value over several lines each of which has as many delimiters as a row of its own."""
        enough = 2 if width > 2 else 4
        if len(physical) < enough or width < 2:
            return
        if all(line.count(self._delimiter) == width - 1 for line in physical):
            raise DataError(
                f"{self.file.shown}:{start}: a quoted value goes on to line {self._number}, but each of these "
                f"{len(physical)} lines looks like a row of its own; is a double quote missing or too many on line "
                f"{start}?"
            )


_FEED, _RETURN, _QUOTE, _SPACE = 10, 13, 34, 32


@dataclass(frozen=True)
class Scan:
    """What a look at a delimited file found.

    Parameters
    ----------
    n_records : int
        Lines that aren't blank, the header included.
    n_blank : int
        Blank lines.
    longest : int
        Bytes of the longest line.
    has_spaces : bool
        Whether values may begin or end with blanks, so that they have to be trimmed.
    """

    n_records: int
    n_blank: int
    longest: int
    has_spaces: bool


def scan_structure(blocks: Iterable[bytes], delimiter: str, width: int) -> Scan | None:
    """Look fast at the structure of a whole file: is it so plain that nothing about it can be misread?

    Plain means: each line that isn't blank has as many values as the header has names, quotes stand only around values
    and never span lines, and all lines end alike. Such a file goes to DuckDB as it is. Any other file is read by
    `RecordReader`, which is slower, mends what can be mended and names what is wrong where.

    Parameters
    ----------
    blocks : iterable of bytes
        UTF-8, cut after line feeds.
    delimiter : str
        One character.
    width : int
        Names in the header, two or more.

    Returns
    -------
    Scan or None
        None where the file isn't plain, or a line is long enough to hold a cell that is too large.
    """
    if not delimiter.isascii():
        return None
    n_records = n_blank = longest = 0
    has_spaces = False
    returns: set[bool] = set()
    for block in blocks:
        block = block if block.endswith(b"\n") else block + (b"\r\n" if True in returns else b"\n")
        found = _scan_block(block, ord(delimiter), width)
        if found is None:
            return None
        records, blank, length, ends, spaces = found
        if length > LARGEST_CELL:
            return None
        n_records, n_blank, longest = n_records + records, n_blank + blank, max(longest, length)
        returns.add(ends)
        has_spaces = has_spaces or spaces
    if len(returns) > 1:
        return None
    return Scan(n_records, n_blank, longest, has_spaces)


def _scan_block(block: bytes, delimiter: int, width: int) -> tuple[int, int, int, bool, bool] | None:
    """Count records, blank lines and the longest line of a block; tell whether lines end with CR LF, and of blanks."""
    content = np.frombuffer(block, dtype=np.uint8)
    feeds = np.flatnonzero(content == _FEED)
    returns = block.count(b"\r")
    if returns not in (0, len(feeds)) or (returns and block.count(b"\r\n") != returns):
        return None
    delimiters = np.flatnonzero(content == delimiter)
    if b'"' in block:
        inside = (np.cumsum(content == _QUOTE, dtype=np.uint8) & 1).astype(bool)
        if inside[feeds].any() or not _quotes_are_plain(content, inside, delimiter):
            return None
        delimiters = delimiters[~inside[delimiters]]
    ends = np.searchsorted(delimiters, feeds)
    counts = np.diff(ends, prepend=0)
    lengths = np.diff(feeds, prepend=-1) - 1 - bool(returns)
    blank = lengths == 0
    if not ((counts == width - 1) | blank).all():
        return None
    n_blank = int(blank.sum())
    spaces = not block.isascii() or _has_blank_edge(content, delimiter)  # some blanks aren't ASCII
    return len(feeds) - n_blank, n_blank, int(lengths.max(initial=0)), bool(returns), spaces


def _has_blank_edge(content: np.ndarray, delimiter: int) -> bool:
    """Tell whether a blank, or another character of that kind, stands beside a delimiter, a quote or a line end."""
    blanks = np.flatnonzero((content <= _SPACE) & (content != _FEED) & (content != _RETURN) & (content != delimiter))
    if len(blanks) == 0:
        return False
    ends = np.zeros(256, dtype=bool)
    ends[[_FEED, _RETURN, _QUOTE, delimiter]] = True
    before = np.where(blanks > 0, content[blanks - 1], _FEED)
    after = content[np.minimum(blanks + 1, len(content) - 1)]
    # of two blanks in a row one may be at an edge
    return bool((ends[before] | ends[after] | (before <= _SPACE) | (after <= _SPACE)).any())


def _quotes_are_plain(content: np.ndarray, inside: np.ndarray, delimiter: int) -> bool:
    """Tell whether each quote opens at a value's start, closes at its end, or is one of a doubled pair."""
    quotes = np.flatnonzero(content == _QUOTE)
    opens = inside[quotes]
    before = np.where(quotes > 0, content[quotes - 1], _FEED)
    after = content[np.minimum(quotes + 1, len(content) - 1)]
    starts = (before == delimiter) | (before == _FEED) | (before == _QUOTE)
    stops = (after == delimiter) | (after == _FEED) | (after == _RETURN) | (after == _QUOTE)
    return bool(np.where(opens, starts, stops).all())
