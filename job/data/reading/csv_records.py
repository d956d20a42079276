"""The careful reader of delimited text, exact about quotes and lines, and a fast look at whether it is needed.

A record is a line, or several where a quoted value holds line breaks. A value is quoted when its first character,
blanks aside, is a double quote; in it a double quote is written twice. A double quote inside any other value is a
character like all others.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from job.data.quoting import quoted
from job.data.reading.data_file import LARGEST_CELL, DataFile
from job.errors import DataError

_QUOTED_START = re.compile(r"[ \t]*\"")
_TO_CLOSING_QUOTE = re.compile(r'((?:[^"]|"")*)"(?!")')
_FEED, _RETURN, _QUOTE, _SPACE = 10, 13, 34, 32


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

    @property
    def is_comment(self) -> bool:
        """Whether it begins with #."""
        return self.values[0].lstrip().startswith("#")


class RecordReader:
    """Split lines into records: exact about quotes and lines, and able to say what is wrong where.

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
        while self._next():
            if not self.line.strip(" \r\n\t") and not (self._delimiter == "\t" and "\t" in self.line):
                continue
            if '"' in self.line:
                yield self._quoted_record()
            else:
                yield Record(self._number, self.line.rstrip("\r\n").split(self._delimiter))

    def _next(self) -> bool:
        line = next(self._lines, None)
        self.line = self.line if line is None else line
        self._number += line is not None
        return line is not None

    def _quoted_record(self) -> Record:
        start, values, lines, at, stray = self._number, list[str](), [self.line], 0, False
        while True:
            opening = _QUOTED_START.match(self.line, at)
            if opening and self._delimiter not in opening[0]:
                value, at = self._quoted_value(opening.end(), len(values), lines)
            else:
                end = self.line.find(self._delimiter, at)
                end = len(self.line.rstrip("\r\n")) if end < 0 else end
                value, at = self.line[at:end], end
                stray = stray or '"' in value
            values.append(value)
            if at >= len(self.line) or self.line[at] != self._delimiter:
                break
            at += 1
        width, n = len(values), len(lines)
        are_rows = all(line.count(self._delimiter) == width - 1 for line in lines)
        if are_rows and width > 1 and n >= (2 if width > 2 else 4):
            found = f"a quoted value goes on to line {self._number}, but each of these {n} lines looks like a row of"
            raise self._refuse(start, f"{found} its own; is a double quote missing or superfluous on line {start}?")
        return Record(start, values, len(lines), stray)

    def _quoted_value(self, at: int, column: int, lines: list[str]) -> tuple[str, int]:
        """Read up to the closing quote, over line ends; give the value, and where it ends on the last line."""
        opened, parts, size = self._number, list[str](), 0
        while True:
            closing = _TO_CLOSING_QUOTE.match(self.line, at)
            parts.append(closing[1] if closing else self.line[at:])
            size += len(parts[-1])
            if size > LARGEST_CELL and (not closing or len(parts) > 1):
                raise self.file.too_large(opened, column, f"{size:,} characters or more")
            if closing:
                break
            if not self._next():
                advice = "close it; a double quote that is part of a value is written twice, inside quotes"
                raise self._refuse(opened, f"the quote that opens value {column + 1} is never closed; {advice}")
            lines.append(self.line)
            at = 0
        end = closing.end()
        while self.line[end : end + 1] in (" ", "\t") and self.line[end] != self._delimiter:
            end += 1
        rest = self.line[end:].rstrip("\r\n")
        if rest and not rest.startswith(self._delimiter):
            where = f" (it ends on line {self._number})" if self._number > opened else ""
            rule = "a double quote inside a quoted value is written twice, not with a backslash"
            found = f"text after the closing quote of value {column + 1}{where}: {quoted(rest)}"
            raise self._refuse(opened, f"{found}; {rule}")
        return "".join(parts).replace('""', '"'), end

    def _refuse(self, line: int, problem: str) -> DataError:
        return DataError(f"{self.file.shown}:{line}: {problem}")


class Scan(NamedTuple):
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
    has_returns : bool
        Whether lines end with CR LF.
    """

    n_records: int
    n_blank: int
    longest: int
    has_spaces: bool
    has_returns: bool


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
    scan = Scan(0, 0, 0, False, False)
    for place, block in enumerate(blocks):
        whole = block if block.endswith(b"\n") else block + (b"\r\n" if scan.has_returns else b"\n")
        found = _scan_block(whole, ord(delimiter), width) if delimiter.isascii() else None
        if found is None or found.longest > LARGEST_CELL or (place and found.has_returns != scan.has_returns):
            return None
        longest, has_spaces = max(scan.longest, found.longest), scan.has_spaces or found.has_spaces
        n_records, n_blank = scan.n_records + found.n_records, scan.n_blank + found.n_blank
        scan = Scan(n_records, n_blank, longest, has_spaces, found.has_returns)
    return scan


def _scan_block(block: bytes, delimiter: int, width: int) -> Scan | None:
    content = np.frombuffer(block, dtype=np.uint8)
    feeds = np.flatnonzero(content == _FEED)
    returns = block.count(b"\r")
    if returns not in (0, len(feeds)) or (returns and block.count(b"\r\n") != returns):
        return None
    delimiters = np.flatnonzero(content == delimiter)
    if b'"' in block:
        inside = (np.cumsum(content == _QUOTE, dtype=np.uint8) & 1).astype(bool)
        quotes = np.flatnonzero(content == _QUOTE)
        before, after = _beside(content, quotes)
        # each quote opens at a value's start, closes at its end, or is one of a doubled pair
        starts, stops = np.isin(before, (delimiter, _FEED, _QUOTE)), np.isin(after, (delimiter, _FEED, _RETURN, _QUOTE))
        if inside[feeds].any() or not np.where(inside[quotes], starts, stops).all():
            return None
        delimiters = delimiters[~inside[delimiters]]
    counts = np.diff(np.searchsorted(delimiters, feeds), prepend=0)
    lengths = np.diff(feeds, prepend=-1) - 1 - bool(returns)
    blank = lengths == 0
    if not ((counts == width - 1) | blank).all():
        return None
    n_blank = int(blank.sum())
    has_blanks = bool(np.count_nonzero(content <= _SPACE) > len(feeds) + returns)  # a delimiter may be one too
    has_spaces = not block.isascii() or (has_blanks and _has_blank_edge(content, delimiter))  # some aren't ASCII
    return Scan(len(feeds) - n_blank, n_blank, int(lengths.max(initial=0)), has_spaces, bool(returns))


def _beside(content: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the bytes before and after some places."""
    return np.where(places > 0, content[places - 1], _FEED), content[np.minimum(places + 1, len(content) - 1)]


def _has_blank_edge(content: np.ndarray, delimiter: int) -> bool:
    """Tell whether a blank, or another character of that kind, stands beside a delimiter, a quote or a line end."""
    blanks = np.flatnonzero((content <= _SPACE) & (content != _FEED) & (content != _RETURN) & (content != delimiter))
    # of two blanks in a row one may be at an edge
    edges = (_FEED, _RETURN, _QUOTE, delimiter, *range(_SPACE + 1))
    return any(np.isin(beside, edges).any() for beside in _beside(content, blanks))
