"""Small data files for the tests: written from their columns, and loaded with the spec's keys as arguments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from job.data.dataset import Column, Dataset
from job.data.reading.load_data import load_dataset
from job.errors import DataError
from job.spec.file_keys import FileSpec

N = 40


def make_labels(n: int = N, positive: str = "1", other: str = "0") -> list[str]:
    """Make labels of which every fourth is positive."""
    return [positive if row % 4 == 0 else other for row in range(n)]


def make_csv(delimiter: str = ",", **columns: Sequence[object]) -> str:
    """Write columns as CSV without a quote; a harmless feature `n` and the target `y` are added where they lack."""
    n = len(next(iter(columns.values()))) if columns else N
    columns = {"n": [row % 7 + 0.5 for row in range(n)], **columns}
    columns = {**columns, "y": columns.get("y", make_labels(n))}
    lines = [columns, *zip(*columns.values(), strict=True)]
    return "".join(delimiter.join(map(str, line)) + "\n" for line in lines)


def write(folder: Path, content: str | bytes, name: str = "data.csv") -> Path:
    """Write a data file."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def make_file_spec(path: str = "data.csv", target: str = "y", **keys: Any) -> FileSpec:
    return FileSpec.model_validate({"path": path, "target": target, **keys})


def load(folder: Path, content: str | bytes, name: str = "data.csv", **keys: Any) -> Dataset:
    """Write a data file and load it."""
    write(folder, content, name)
    return load_dataset(make_file_spec(name, **keys), folder)


def refusal(folder: Path, content: str | bytes, name: str = "data.csv", **keys: Any) -> str:
    """Write a data file that is refused, and give the message, which is one line that begins with the file."""
    try:
        load(folder, content, name, **keys)
    except DataError as error:
        message = str(error)
        assert message.startswith(name), message
        assert len(message.splitlines()) == 1, message
        assert "Traceback" not in message
        return message
    raise AssertionError("the file was loaded")


def column_of(dataset: Dataset, name: str) -> Column:
    return next(column for column in dataset.columns if column.name == name)


def note_codes(dataset: Dataset, column: str | None = None) -> set[str]:
    """Codes of all notes, or of those about one column."""
    return {note.code for note in dataset.notes if column is None or note.column == column}


def note_text(dataset: Dataset, code: str) -> str:
    """Text of the one note with a code."""
    (text,) = [note.text for note in dataset.notes if note.code == code]
    return text
