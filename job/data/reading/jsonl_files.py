"""The objects of a JSON Lines file, each checked and with the source text of its numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from job.data.dataset import Note
from job.data.quoting import counted, listed, quoted
from job.data.reading.csv_files import load_csv
from job.data.reading.data_file import LARGEST_CELL, DataFile, read_lines
from job.data.reading.database import MAX_COLUMNS, Store, Table, count_rows, name_columns, room, too_much
from job.errors import DataError

# MERGED: Read JSON Lines: one object a line, every value as the text it has in the file.
#
#   The objects are written to a plain CSV file, which DuckDB reads without guessing: an empty value without quotes is
#   missing, one between quotes is empty text.


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


_ODDITIES = {
    "blank-lines": "Blank lines were passed over",
    "json-constants": "NaN and Infinity, which JSON doesn't have, were read as numbers",
    "half-characters": "Half characters (lone surrogates) in text were replaced by U+FFFD",
}


def read_names(file: DataFile) -> tuple[str, ...]:
    """Read the keys of a JSON Lines file; of all its lines, since a key may first come late.

    Parameters
    ----------
    file : DataFile
        A JSON Lines file.

    Returns
    -------
    tuple of str
        As they are written, in the order in which they first come.

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
    """Read a JSON Lines file into a table of text.

    Numbers keep the spelling of the file, true and false are written so; null, and a key that isn't there, are
    missing. A column that holds an object or an array in any row is unusable.

    Parameters
    ----------
    store : Store
        Where the table goes.
    file : DataFile
        A JSON Lines file.

    Returns
    -------
    Table
        As many rows, in the same order, as the file has objects; columns in the order in which keys first come.

    Raises
    ------
    DataError
        As ``read_names``, or two keys are the same but for case or blanks around them.
    """
    path = store.folder / "rewritten.csv"
    reader = ObjectReader(file)
    written = _write_rows(reader, path, ())
    _check_width(reader)
    names = tuple(reader.keys)
    columns, named = name_columns(names, file.shown)
    if len(names) > written.width:  # a key first came after the first row
        reader = ObjectReader(file)
        written = _write_rows(reader, path, names)
    load_csv(store, path, [column.key for column in columns], longest=written.longest, nulls=True)
    path.unlink()
    n_rows = count_rows(store, "raw")
    if n_rows != written.n_rows:
        raise DataError(
            f"{file.shown}: {n_rows:,} rows were read where the file has {written.n_rows:,}; please report this file"
        )
    marked = (replace(c, unusable=written.unusable.get(name, "")) for c, name in zip(columns, names, strict=True))
    return Table("raw", tuple(marked), n_rows, True, (*named, *_notes(reader)))


def _check_width(reader: ObjectReader) -> None:
    """Refuse objects of one key; a line of the CSV file would be blank where its value is missing."""
    if len(reader.keys) < 2:
        few = f"the only key is {listed(reader.keys)}" if reader.keys else "the objects have no keys"
        raise DataError(f"{reader.file.shown}: {few}; a target and at least one feature are needed")


@dataclass(frozen=True)
class _Written:
    """What was written: rows, values in the shortest of them, bytes of the longest, and why columns are unusable."""

    n_rows: int
    width: int
    longest: int
    unusable: Mapping[str, str]


def _write_rows(reader: ObjectReader, path: Path, names: tuple[str, ...]) -> _Written:
    """Write rows of these keys, or of those of the first object; once another key comes, only look for more."""
    n_rows = longest = n_bytes = 0
    most = room()
    unusable: dict[str, str] = {}
    with path.open("wb") as stream:
        for row in reader:
            n_rows += 1
            if n_rows == 1 and not names:  # an empty first object has no keys, and all of them come later
                names = tuple(row)
            if len(reader.keys) > len(names):
                continue
            cells = [_cell(value, reader) if (value := row.get(name)) is not None else "" for name in names]
            for name, cell in zip(names, cells, strict=True):
                if len(cell) > LARGEST_CELL // 4 and (size := len(cell.encode(errors="replace"))) > LARGEST_CELL:
                    raise reader.file.too_large(reader.line, name, f"{size:,} bytes")
            for name, value in row.items():
                if isinstance(value, list | dict) and name not in unusable:
                    kind = "arrays" if isinstance(value, list) else "objects"
                    unusable[name] = f"its values are {kind}, not single values (line {reader.line:,} first)"
            line = _encoded(",".join(cells), reader) + b"\n"
            longest = max(longest, len(line))
            n_bytes += len(line)
            if n_bytes > 2 * most:
                raise too_much(reader.file.shown)
            stream.write(line)
    return _Written(n_rows, len(names), longest, unusable)


def _cell(value: Any, reader: ObjectReader) -> str:
    if value is True or value is False:
        return "true" if value else "false"
    text = value if isinstance(value, str) else reader.nested_text(value)
    return '"' + text.replace('"', '""') + '"'


def _encoded(line: str, reader: ObjectReader) -> bytes:
    try:
        return line.encode()
    except UnicodeEncodeError:
        reader.oddities.see("half-characters", reader.line)
        return SURROGATE.sub("\ufffd", line).encode()


def _notes(reader: ObjectReader) -> tuple[Note, ...]:
    notes = [Note(kind, f"{_ODDITIES[kind]}: {lines}.") for kind, lines in reader.oddities]
    if reader.file.encoding is not None:
        text = f"The file is written in {reader.file.encoding.upper()} and was converted."
        notes.append(Note("encoding-converted", text))
    return tuple(notes)
