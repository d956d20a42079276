"""The objects of a JSON Lines file, each checked and with the source text of its numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from job.data.quoting import counted, listed, quoted
from job.data.reading.data_file import DataFile, read_lines
from job.data.reading.database import MAX_COLUMNS
from job.errors import DataError

Row = dict[str, Any]
"""Key -> str, bool, None, or a list or dict, in which numbers are str."""

SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a character: JSON can write it, no text can hold it."""

_TOO_DEEP = "objects or arrays nested too deep to be read; is this a table?"


class Oddities:
    """The lines that have something odd and are read all the same: how many of each kind, and the first."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, int]] = {}

    def see(self, kind: str, line: int) -> None:
        """Count a line."""
        count, first = self._seen.get(kind, (0, line))
        self._seen[kind] = (count + 1, first)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Yield each kind with its lines in words."""
        for kind, (count, first) in self._seen.items():
            yield kind, f"line {first:,}" if count == 1 else f"{count:,} lines, line {first:,} first"


@dataclass
class ObjectReader:
    """Read a file object by object.

    Parameters
    ----------
    file : DataFile
        A JSON Lines file.
    oddities : Oddities
        Where it counts blank lines (``blank-lines``) and lines with NaN or Infinity (``json-constants``).
    line : int
        The number of the line that was read last, from 1.
    keys : dict of str to int
        All keys so far, in the order in which they first came, each with its first line.
    """

    file: DataFile
    oddities: Oddities = field(default_factory=Oddities)
    line: int = 0
    keys: dict[str, int] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Row]:
        """Yield the object of every line that isn't blank."""
        constants: list[str] = []

        def keep(text: str) -> str:
            constants.append(text)
            return text

        decoder = json.JSONDecoder(object_pairs_hook=self._object, parse_int=str, parse_float=str, parse_constant=keep)
        for line in read_lines(self.file):
            self.line += 1
            if line.isspace():
                self.oddities.see("blank-lines", self.line)
                continue
            row = self._row(decoder, line)
            if constants:
                self.oddities.see("json-constants", self.line)
                constants.clear()
            if not row.keys() <= self.keys.keys():
                self._add_keys(row)
            yield row

    def refused(self, problem: str) -> DataError:
        """Make the error for the line that was read last."""
        return DataError(f"{self.file.shown}:{self.line}: {problem}")

    def nested_text(self, value: Row | list[Any]) -> str:
        """Write an object or array as compact JSON; its numbers as strings, which keeps all their digits."""
        try:
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        except RecursionError:
            raise self.refused(_TOO_DEEP) from None

    def _object(self, pairs: list[tuple[str, Any]]) -> Row:
        made = dict(pairs)
        if len(made) < len(pairs):
            names = [name for name, _ in pairs]
            twice = dict.fromkeys(name for name in names if names.count(name) > 1)
            raise self.refused(f"{counted(len(twice), 'key')} used more than once in one object: {listed(twice)}")
        return made

    def _row(self, decoder: json.JSONDecoder, line: str) -> Row:
        try:
            value = decoder.decode(line)
        except json.JSONDecodeError as error:
            raise self.refused(_broken(line, error)) from None
        except RecursionError:
            raise self.refused(_TOO_DEEP) from None
        if not isinstance(value, dict):
            raise self.refused(
                f"got {_kind(value)} ({quoted(line.strip())}); each line has to be one JSON object, "
                'such as {"age": 41, "label": "yes"}'
            )
        return value

    def _add_keys(self, row: Row) -> None:
        for name in row:
            if SURROGATE.search(name):
                raise self.refused(f"the key {quoted(name)} holds half a character (a lone surrogate); rename it")
            self.keys.setdefault(name, self.line)
        if len(self.keys) > MAX_COLUMNS:
            raise self.refused(
                f"more than the {MAX_COLUMNS:,} different keys that can be read; are the keys values, IDs or dates say?"
            )


def _kind(value: Any) -> str:
    if isinstance(value, list):
        return "an array"
    if value is None:
        return "null"
    return "true or false" if isinstance(value, bool) else "a single value"


def _broken(line: str, error: json.JSONDecodeError) -> str:
    """Say what is wrong with a line and what may be the reason."""
    text = line.rstrip("\r\n")
    ends = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
    if ends and text == line:
        return "the line is no whole JSON object, and the file ends there without a line end: is it cut off?"
    if ends:
        return "the line is no whole JSON object; is one object spread over lines? Write one a line, with `jq -c .` say"
    if error.msg == "Extra data":
        rest = quoted(text[error.pos :].strip())
        return f"text after the JSON object: {rest}; write one object a line and nothing between them"
    return f"no valid JSON at character {error.colno} ({error.msg}): {quoted(text[error.pos : error.pos + 40])}"
