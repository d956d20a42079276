"""The output folder: files are written whole into a hidden folder and renamed into place at the end."""

from __future__ import annotations

import contextlib
import csv
import fcntl
import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from job.errors import OutputError

REPORT = "report.html"
_PREFIX = ".minority-report-"
_LOCK = "lock"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Outputs:
    """What one job writes. Nothing is visible to others before `publish`.

    Parameters
    ----------
    target : Path
        The output folder.
    hidden : Path
        The folder inside it that files are first written to.
    """

    def __init__(self, target: Path, hidden: Path) -> None:
        self._target = target
        self._files = hidden / "files"
        self._files.mkdir()
        self.scratch = hidden

    def write_text(self, name: str, text: str) -> None:
        """Write one file of text, in UTF-8."""
        with _writing(self._target), (self._files / name).open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())

    def publish(self) -> Path:
        """Rename every file into place, the report last.

        Returns
        -------
        Path
            The report.
        """
        names = sorted(path.name for path in self._files.iterdir())
        with _writing(self._target):
            for name in sorted(names, key=lambda name: name == REPORT):
                os.replace(self._files / name, self._target / name)
        return self._target / REPORT


@contextmanager
def open_outputs(target: Path) -> Iterator[Outputs]:
    """Make the output folder ready; what was not published is gone on leaving, however the job ends.

    Parameters
    ----------
    target : Path
        Made where it doesn't exist.

    Yields
    ------
    Outputs

    Raises
    ------
    OutputError
        Where the folder cannot be made or written.
    """
    with _writing(target):
        target.mkdir(parents=True, exist_ok=True)
        _refuse_folders_in_the_way(target)
        _sweep(target)
        hidden = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=target))
        lock = _lock(hidden)
    try:
        yield Outputs(target, hidden)
    finally:
        shutil.rmtree(hidden, ignore_errors=True)
        if lock is not None:
            lock.close()


def to_json(value: Mapping[str, Any]) -> str:
    """Write a mapping as JSON with every digit; NaN and infinities are a bug of ours and raise."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def to_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table as CSV.

    Parameters
    ----------
    header : sequence of str
    rows : iterable of sequences
        None becomes an empty cell, a number keeps all its digits, and text that a spreadsheet would take for a
        formula gets an apostrophe before it.

    Returns
    -------
    str
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"output folder {target} cannot be written: {error.strerror or error}. "
            'Make it first (mkdir -p output), give it room, and in a container run with --user "$(id -u):$(id -g)"'
        ) from error


def _refuse_folders_in_the_way(target: Path) -> None:
    in_the_way = target / REPORT
    if in_the_way.is_dir():
        raise IsADirectoryError(None, f"{in_the_way.name} is a folder; move it away")


def _lock(hidden: Path) -> IO[bytes] | None:
    """Hold a lock for as long as this job lives, by which a later one tells a dead job's folder from a live one's."""
    lock = (hidden / _LOCK).open("wb")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # some network file systems have no locks; then nothing is swept either
        lock.close()
        return None
    return lock


def _sweep(target: Path) -> None:
    """Remove what a killed job left behind."""
    for hidden in target.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError), (hidden / _LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(hidden)
