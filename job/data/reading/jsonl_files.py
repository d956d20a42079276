"""Read JSON Lines: one object a line, every value as the text it has in the file.

The objects are written to a plain CSV file, which DuckDB reads without guessing: an empty value without quotes is
missing, one between quotes is empty text, and so is what a row lacks at its end.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from job.data.dataset import Note
from job.data.quoting import counted, listed, quoted
from job.data.reading.data_file import LARGEST_CELL, DataFile, note_encoding, read_lines
from job.data.reading.database import MAX_COLUMNS, Store, Table, load_csv, name_columns, room, too_much
from job.errors import DataError

Row = dict[str, Any]
"""Key -> str, bool, None, or a list or dict, in which numbers are str."""

_SURROGATE = re.compile("[\ud800-\udfff]")  # half a character: JSON can write it, no text can hold it
_TOO_DEEP = "objects or arrays nested too deeply to be read; is this a table?"
_ODDITIES = {
    "blank-lines": "Blank lines were skipped",
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
    reader = _ObjectReader(file)
    for _ in reader:
        pass
    return reader.names()


def read_jsonl(store: Store, file: DataFile) -> Table:
    """Read a JSON Lines file into a table of text, with as many rows, in the same order, as it has objects.

    Numbers keep the spelling of the file, true and false are written so; null, and a key that isn't there, are
    missing. A column that holds an object or an array in any row is unusable.

    Raises
    ------
    DataError
        As ``read_names``, or two keys are the same but for case or blanks around them.
    """
    reader, path, most = _ObjectReader(file), store.folder / "rewritten.csv", room()
    n_rows = longest = n_bytes = 0
    with path.open("wb") as stream:
        for row in reader:
            line = reader.write(row)
            n_rows, longest, n_bytes = n_rows + 1, max(longest, len(line)), n_bytes + len(line)
            if n_bytes > 2 * most:
                raise too_much(file.shown)
            stream.write(line)
    names = reader.names()
    columns, named = name_columns(names, file.shown)
    keys = [column.key for column in columns]
    load_csv(store, path, keys, n_rows, longest, nullstr="''", allow_quoted_nulls="false", null_padding="true")
    path.unlink()
    marked = [replace(c, unusable=reader.unusable.get(name, "")) for c, name in zip(columns, names, strict=True)]
    return Table(store, "raw", tuple(marked), n_rows, (*named, *reader.notes(), *note_encoding(file)))


class _ObjectReader:
    """Reads a file object by object, each checked and with the source text of its numbers; and writes each as CSV.

    Attributes
    ----------
    unusable : dict of str to str
        Written keys that hold no single values, and why.
    """

    def __init__(self, file: DataFile) -> None:
        self.unusable: dict[str, str] = {}
        self._file = file
        self._line = 0
        self._keys: dict[str, int] = {}
        self._odd: dict[str, tuple[int, int, int]] = {}

    def __iter__(self) -> Iterator[Row]:
        """Yield the object of every line that isn't blank."""
        decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_int=str, parse_float=str, parse_constant=self._constant
        )
        for line in read_lines(self._file):
            self._line += 1
            if line.isspace():
                self._count_odd("blank-lines")
                continue
            row = self._row(decoder, line)
            if not row.keys() <= self._keys.keys():
                self._add_keys(row)
            yield row

    def names(self) -> tuple[str, ...]:
        """Give all keys, in the order in which they first came; refuse objects of one key."""
        if len(self._keys) < 2:
            few = f"the only key is {listed(self._keys)}" if self._keys else "the objects have no keys"
            raise DataError(f"{self._file.shown}: {few}; a target and at least one feature are needed")
        return tuple(self._keys)

    def notes(self) -> Iterator[Note]:
        """Note what was odd, on how many lines."""
        for kind, (count, first, _) in self._odd.items():
            lines = f"line {first:,}" if count == 1 else f"{count:,} lines, line {first:,} first"
            yield Note(kind, f"{_ODDITIES[kind]}: {lines}.")

    def write(self, row: Row) -> bytes:
        """Write the row that was read last, up to the last key so far; with a comma, or it would be a blank line."""
        cells = [""] * len(self._keys)
        for name, value in row.items():
            cell = "" if value is None else self._cell(value)
            if len(cell) > LARGEST_CELL // 4 and (size := len(cell.encode(errors="replace"))) > LARGEST_CELL:
                raise self._file.too_large(self._line, name, f"{size:,} bytes")
            if isinstance(value, list | dict):
                kind = "arrays" if isinstance(value, list) else "objects"
                self.unusable.setdefault(name, f"its values are {kind}, not single values (line {self._line:,} first)")
            cells[self._keys[name]] = cell
        line = ",".join(cells) + ",\n"[len(cells) > 1 :]
        try:
            return line.encode()
        except UnicodeEncodeError:
            self._count_odd("half-characters")
            return _SURROGATE.sub("\ufffd", line).encode()

    def _cell(self, value: Any) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        if not isinstance(value, str):  # numbers in it are strings, which keeps all their digits
            try:
                value = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            except RecursionError:
                raise self._refused(_TOO_DEEP) from None
        return '"' + str(value).replace('"', '""') + '"'

    def _count_odd(self, kind: str) -> None:
        """Count a line that has something odd and is read all the same."""
        count, first, last = self._odd.get(kind, (0, self._line, 0))
        self._odd[kind] = (count + (last < self._line), first, self._line)

    def _constant(self, text: str) -> str:
        self._count_odd("json-constants")
        return text

    def _refused(self, problem: str) -> DataError:
        """Make the error for the line that was read last."""
        return DataError(f"{self._file.shown}:{self._line}: {problem}")

    def _object(self, pairs: list[tuple[str, Any]]) -> Row:
        made = dict(pairs)
        if len(made) < len(pairs):
            names = [name for name, _ in pairs]
            twice = dict.fromkeys(name for name in names if names.count(name) > 1)
            raise self._refused(f"{counted(len(twice), 'key')} used more than once in one object: {listed(twice)}")
        return made

    def _row(self, decoder: json.JSONDecoder, line: str) -> Row:
        try:
            value = decoder.decode(line)
        except json.JSONDecodeError as error:
            raise self._refused(_broken(line, error)) from None
        except RecursionError:
            raise self._refused(_TOO_DEEP) from None
        if not isinstance(value, dict):
            kind = {list: "an array", type(None): "null", bool: "true or false"}.get(type(value), "a single value")
            rule = 'each line must be one JSON object, such as {"age": 41, "label": "yes"}'
            raise self._refused(f"got {kind} ({quoted(line.strip())}); {rule}")
        return value

    def _add_keys(self, row: Row) -> None:
        for name in row:
            if _SURROGATE.search(name):
                raise self._refused(f"the key {quoted(name)} contains half a character (a lone surrogate); rename it")
            self._keys.setdefault(name, len(self._keys))
        if len(self._keys) > MAX_COLUMNS:
            what = f"more than the {MAX_COLUMNS:,} different keys that can be read"
            raise self._refused(f"{what}; are the keys in fact values, such as IDs or dates?")


def _broken(line: str, error: json.JSONDecodeError) -> str:
    """Say what is wrong with a line and what may be the reason."""
    text = line.rstrip("\r\n")
    ends = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
    if ends and text == line:
        return "the line isn't a complete JSON object, and the file ends there without a line end: is it truncated?"
    if ends:
        found = "the line isn't a complete JSON object; is one object spread over several lines?"
        return f"{found} Write one per line, for example with `jq -c .`"
    if error.msg == "Extra data":
        rest = quoted(text[error.pos :].strip())
        return f"text after the JSON object: {rest}; write one object per line and nothing between them"
    return f"invalid JSON at character {error.colno} ({error.msg}): {quoted(text[error.pos : error.pos + 40])}"
