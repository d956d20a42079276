"""A fast look at the structure of a delimited file: is it so plain that nothing about it can be misread?

Plain means: each line that isn't blank has as many values as the header has names, quotes stand only around values
and never span lines, and all lines end alike. Such a file goes to DuckDB as it is. Any other file is read by
``records``, which is slower, mends what can be mended and names what is wrong where.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from job.data.reading.data_file import LARGEST_CELL

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
    """Look at a whole file.

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
