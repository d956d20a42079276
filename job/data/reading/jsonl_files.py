"""Read JSON Lines: one object a line, every value as the text it has in the file.

The objects are written to a plain CSV file, which DuckDB reads without guessing: an empty value without quotes is
missing, one between quotes is empty text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from job.data.dataset import Note
from job.data.quoting import counted, listed, quoted
from job.data.reading.data_file import LARGEST_CELL, DataFile, note_encoding, read_lines
from job.data.reading.database import MAX_COLUMNS, Store, Table, load_csv, name_columns, room, too_much
from job.errors import DataError

Row = dict[str, Any]
"""Key -> str, bool, None, or a list or dict, in which numbers are str."""

_SURROGATE = re.compile("[\ud800-\udfff]")  # half a character: JSON can write it, no text can hold it
_TOO_DEEP = "objects or arrays nested too deep to be read; is this a table?"
_ODDITIES = {
    "blank-lines": "Blank lines were passed over",
    "json-constants": "NaN and Infinity, which JSON doesn't have, were read as numbers",
    "half-characters": "Half characters (lone surrogates) in text were replaced by U+FFFD",
}


def read_names(file: DataFile) -> tuple[str, ...]:
    """Read the keys of a JSON Lines file, in the order in which they first come; of all lines, since one may come late.

    Raises
    ------
    DataError
        A line is no JSON object, or there are fewer than two keys or too many; the message names the line.
    """
    reader = ObjectReader(file)
    for _ in reader:
        pass
    _check_width(reader)
    return tuple(reader.keys)


def read_jsonl(store: Store, file: DataFile) -> Table:
    """Read a JSON Lines file into a table of text, with as many rows, in the same order, as it has objects.

    Numbers keep the spelling of the file, true and false are written so; null, and a key that isn't there, are
    missing. A column that holds an object or an array in any row is unusable.

    Raises
    ------
    DataError
        As ``read_names``, or two keys are the same but for case or blanks around them.
    """
    path = store.folder / "rewritten.csv"
    writer = _Writer(file)
    writer.write(path)
    _check_width(writer)
    names = tuple(writer.keys)
    columns, named = name_columns(names, file.shown)
    if len(names) > len(writer.names):  # a key first came after the first row
        writer = _Writer(file, names)
        writer.write(path)
    keys = [column.key for column in columns]
    load_csv(store, path, keys, writer.n_rows, writer.longest, nulls=True)
    path.unlink()
    marked = (replace(c, unusable=writer.unusable.get(name, "")) for c, name in zip(columns, names, strict=True))
    notes = (*named, *writer.notes(), *note_encoding(file))
    return Table(store, "raw", tuple(marked), writer.n_rows, notes)


class ObjectReader:
    """Read a file object by object, each checked and with the source text of its numbers.

    Attributes
    ----------
    line : int
        The number of the line that was read last, from 1.
    keys : dict of str to None
        All keys so far, in the order in which they first came.
    """

    def __init__(self, file: DataFile) -> None:
        self.file = file
        self.line = 0
        self.keys: dict[str, None] = {}
        self._odd: dict[str, tuple[int, int]] = {}

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
                self.count_odd("blank-lines")
                continue
            row = self._row(decoder, line)
            if constants:
                self.count_odd("json-constants")
                constants.clear()
            if not row.keys() <= self.keys.keys():
                self._add_keys(row)
            yield row

    def count_odd(self, kind: str) -> None:
        """Count a line that has something odd and is read all the same."""
        count, first = self._odd.get(kind, (0, self.line))
        self._odd[kind] = (count + 1, first)

    def notes(self) -> Iterator[Note]:
        """Note what was odd, on how many lines."""
        for kind, (count, first) in self._odd.items():
            lines = f"line {first:,}" if count == 1 else f"{count:,} lines, line {first:,} first"
            yield Note(kind, f"{_ODDITIES[kind]}: {lines}.")

    def refused(self, problem: str) -> DataError:
        """Make the error for the line that was read last."""
        return DataError(f"{self.file.shown}:{self.line}: {problem}")

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
            kind = {list: "an array", type(None): "null", bool: "true or false"}.get(type(value), "a single value")
            raise self.refused(
                f"got {kind} ({quoted(line.strip())}); each line has to be one JSON object, "
                'such as {"age": 41, "label": "yes"}'
            )
        return value

    def _add_keys(self, row: Row) -> None:
        for name in row:
            if _SURROGATE.search(name):
                raise self.refused(f"the key {quoted(name)} holds half a character (a lone surrogate); rename it")
            self.keys.setdefault(name)
        if len(self.keys) > MAX_COLUMNS:
            raise self.refused(
                f"more than the {MAX_COLUMNS:,} different keys that can be read; are the keys values, IDs or dates say?"
            )


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


def _check_width(reader: ObjectReader) -> None:
    """Refuse objects of one key; a line of the CSV file would be blank where its value is missing."""
    if len(reader.keys) < 2:
        few = f"the only key is {listed(reader.keys)}" if reader.keys else "the objects have no keys"
        raise DataError(f"{reader.file.shown}: {few}; a target and at least one feature are needed")


class _Writer(ObjectReader):
    """Write the rows of a file as CSV.

    Attributes
    ----------
    names : tuple of str
        The keys that are written: those given, or those of the first object; once another comes, keys are only read.
    n_rows, longest : int
        Rows, and bytes of the longest.
    unusable : dict of str to str
        Keys that hold no single values, and why.
    """

    def __init__(self, file: DataFile, names: tuple[str, ...] = ()) -> None:
        super().__init__(file)
        self.names = names
        self.n_rows = self.longest = 0
        self.unusable: dict[str, str] = {}

    def write(self, path: Path) -> None:
        most, n_bytes = room(), 0
        with path.open("wb") as stream:
            for row in self:
                self.n_rows += 1
                if self.n_rows == 1 and not self.names:  # an empty first object has no keys, and all of them come later
                    self.names = tuple(row)
                if len(self.keys) > len(self.names):
                    continue
                line = self._line(row)
                self.longest = max(self.longest, len(line))
                n_bytes += len(line)
                if n_bytes > 2 * most:
                    raise too_much(self.file.shown)
                stream.write(line)

    def _line(self, row: Row) -> bytes:
        cells = [self._cell(value) if (value := row.get(name)) is not None else "" for name in self.names]
        for name, cell in zip(self.names, cells, strict=True):
            if len(cell) > LARGEST_CELL // 4 and (size := len(cell.encode(errors="replace"))) > LARGEST_CELL:
                raise self.file.too_large(self.line, name, f"{size:,} bytes")
        for name, value in row.items():
            if isinstance(value, list | dict) and name not in self.unusable:
                kind = "arrays" if isinstance(value, list) else "objects"
                self.unusable[name] = f"its values are {kind}, not single values (line {self.line:,} first)"
        line = ",".join(cells) + "\n"
        try:
            return line.encode()
        except UnicodeEncodeError:
            self.count_odd("half-characters")
            return _SURROGATE.sub("\ufffd", line).encode()

    def _cell(self, value: Any) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        if not isinstance(value, str):  # numbers in it are strings, which keeps all their digits
            try:
                value = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            except RecursionError:
                raise self.refused(_TOO_DEEP) from None
        return '"' + str(value).replace('"', '""') + '"'
