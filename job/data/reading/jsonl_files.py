"""Read JSON Lines: one object a line, every value as the text it has in the file.

The objects are written to a plain CSV file, which DuckDB reads without guessing: an empty value without quotes is
missing, one between quotes is empty text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from job.data.dataset import Note
from job.data.quoting import listed
from job.data.reading.csv_files import load_csv
from job.data.reading.data_file import LARGEST_CELL, DataFile
from job.data.reading.database import Store, Table, count_rows, name_columns, room, too_much
from job.data.reading.objects import SURROGATE, ObjectReader
from job.errors import DataError

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
