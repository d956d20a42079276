"""The output folder: files are written whole into a hidden folder and renamed into place at the end."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

from job.errors import OutputError

REPORT = "report.html"
RESULTS = "results.json"
METRICS = "metrics.csv"
COMPARISONS = "comparisons.csv"
SUMMARY = "summary.md"
TIMINGS = "timings.json"
MODEL = "model.skops"
SYNTHETIC = "synthetic"
FIGURES = "figures"
ALWAYS = (RESULTS, METRICS, COMPARISONS, SUMMARY, TIMINGS, REPORT)
"""The files that every job writes, beside those in `FIGURES`."""
_SUFFIXES: Mapping[str, tuple[str, ...]] = MappingProxyType({SYNTHETIC: (".csv",), FIGURES: (".svg", ".png")})
_PREFIX = ".minority-report-"
_LOCK = "lock"
_UNSEEN = r"\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff"
_FORMULA = re.compile(rf"[\t\r]|[{_UNSEEN}]*[=+\-@＝＋－＠]")
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?([eE][+-]?[0-9]+)?")


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

    def path(self, name: str) -> Path:
        """Give the place of a file that somebody else writes; its folder is there."""
        path = self._files / name
        with _writing(self._target):
            path.parent.mkdir(exist_ok=True)
        return path

    def digests(self) -> dict[str, str]:
        """SHA-256 of every file written so far, by its name: what a later job may know as this one's."""
        return {name: _digest(self._files / name) for name in self._names()}

    def write_text(self, name: str, text: str) -> None:
        """Write one file of text, in UTF-8."""
        self.write_bytes(name, text.encode())

    def write_bytes(self, name: str, content: bytes) -> None:
        """Write one file."""
        with _writing(self._target), self.path(name).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def publish(self) -> Path:
        """Rename every file into place, the report last.

        Before that, what an earlier job wrote on request and this one does not (a model, synthetic rows) is taken
        away, so that no report stands beside files that aren't its own. Only a file that is known from the earlier
        job's timings.json and still has the digest given there is an earlier job's; all others stay.

        Returns
        -------
        Path
            The report.
        """
        names = self._names()
        with _writing(self._target):
            _remove_stale(self._target, names)
            for name in sorted(names, key=lambda name: name == REPORT):
                (self._target / name).parent.mkdir(exist_ok=True)
                os.replace(self._files / name, self._target / name)
        return self._target / REPORT

    def _names(self) -> list[str]:
        return sorted(path.relative_to(self._files).as_posix() for path in self._files.rglob("*") if path.is_file())


@contextmanager
def open_outputs(target: Path, asked: Iterable[str] = ()) -> Iterator[Outputs]:
    """Make the output folder ready; what was not published is gone on leaving, however the job ends.

    Parameters
    ----------
    target : Path
        Made where it doesn't exist.
    asked : iterable of str
        `MODEL` and `SYNTHETIC`, where these are to be written.

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
        _refuse_what_is_in_the_way(target, tuple(asked))
    with _hidden_folder(target) as hidden:
        yield Outputs(target, hidden)


def write_whole(path: Path, text: str) -> None:
    """Write one file of text, in UTF-8: aside first, then renamed into place; its folder is made where there is none.

    Parameters
    ----------
    path : Path
        What is no plain file, a pipe say, is written to as it is.
    text : str

    Raises
    ------
    OutputError
        Where it cannot be written.
    """
    if path.is_dir():
        raise OutputError(f"{path} is a folder; give the name of a file, {path / REPORT} say")
    place = path.resolve()  # a link stays one
    with _writing(place.parent):
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8", newline="")
            return
        place.parent.mkdir(parents=True, exist_ok=True)
    with _hidden_folder(place.parent) as hidden:
        outputs = Outputs(place.parent, hidden)
        outputs.write_text(place.name, text)
        with _writing(place.parent):
            os.replace(outputs.path(place.name), place)


def to_json(value: Mapping[str, Any]) -> str:
    """Write a mapping as JSON with every digit; NaN and infinities are a bug of ours and raise."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def to_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table as CSV.

    Parameters
    ----------
    header : sequence of str
    rows : iterable of sequences
        None becomes an empty cell, a number keeps all its digits, also where it is text. Here and in the header, other
        text that a spreadsheet would take for a formula gets an apostrophe before it.

    Returns
    -------
    str
    """
    return "".join(",".join(map(_cell, row)) + "\n" for row in (header, *rows))


def _cell(value: object) -> str:
    """Write a value as a cell; templates/js/tables.js follows the same table of cases."""
    text = "" if value is None else repr(value) if isinstance(value, float) else str(value)
    if isinstance(value, str) and _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"' if re.search(r'[",\r\n]', text) else text


@contextmanager
def _hidden_folder(target: Path) -> Iterator[Path]:
    """Make a hidden folder that is gone on leaving, and sweep what killed jobs left of theirs."""
    with _writing(target):
        _sweep(target)
        hidden = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=target))
        lock = _lock(hidden)
    try:
        yield hidden
    finally:
        shutil.rmtree(hidden, ignore_errors=True)
        if lock is not None:
            lock.close()


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"output folder {target} cannot be written: {error.strerror or error}. "
            'Make it first (mkdir -p output), give it room, and in a container run with --user "$(id -u):$(id -g)"'
        ) from error


def _refuse_what_is_in_the_way(target: Path, asked: Sequence[str]) -> None:
    """Find at the start what would else end a job at its end."""
    folders = (FIGURES, *(name for name in asked if name in _SUFFIXES))
    files = [target / name for name in (*ALWAYS, *(name for name in asked if name not in _SUFFIXES))]
    for name in folders:
        if (target / name).exists() and not (target / name).is_dir():
            raise OutputError(f"output folder {target} cannot be written: {name} is a file; move it away")
        files += [path for path in sorted((target / name).glob("*")) if path.name.endswith(_SUFFIXES[name])]
    for path in files:
        if path.is_dir():
            name = path.relative_to(target).as_posix()
            raise OutputError(f"output folder {target} cannot be written: {name} is a folder; move it away")


def _remove_stale(target: Path, names: Sequence[str]) -> None:
    """Take away what an earlier job wrote on request and this one does not."""
    for name, digest in _written_before(target).items():
        path = target / name
        if name in names or path.is_symlink() or not path.is_file() or _digest(path) != digest:
            continue
        path.unlink()
        with contextlib.suppress(OSError):  # others have files in it, or it is the output folder itself
            path.parent.rmdir()


def _written_before(target: Path) -> dict[str, str]:
    """Read from an earlier job's timings which files it wrote on request, and what was in them."""
    try:
        found = json.loads((target / TIMINGS).read_text(encoding="utf-8"))
        files = dict(found["files"])
    except (OSError, ValueError, KeyError, TypeError):  # no earlier job, or a file of somebody else's
        return {}
    return {name: digest for name, digest in files.items() if _is_ours(name)}


def _is_ours(name: str) -> bool:
    folder, _, file = name.rpartition("/")
    return name == MODEL or file.endswith(_SUFFIXES.get(folder, ()))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
