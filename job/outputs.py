"""The output folder: files are written whole into a hidden folder and renamed into place at the end."""

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import IO

from job.errors import OutputError
from job.text import visible_line

REPORT = "report.html"
RESULTS = "results.json"
METRICS = "metrics.csv"
COMPARISONS = "comparisons.csv"
SUMMARY = "summary.md"
TIMINGS = "timings.json"
MODEL = "model.skops"
JUNIT = "junit.xml"
SYNTHETIC = "synthetic"
PARENTS = "synthetic/parents"
FIGURES = "figures"
ALWAYS = (RESULTS, METRICS, COMPARISONS, SUMMARY, TIMINGS, REPORT)
"""The files that every job writes, beside those in `FIGURES`."""
_SUFFIXES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {SYNTHETIC: (".csv",), PARENTS: (".csv",), FIGURES: (".svg", ".png")}
)
KEPT = ".minority-report"
"""The folder of what a later job may use again."""
_JOB = f"{KEPT}/job.json"
_PREFIX = ".minority-report-"
_ELSEWHERE = "choose another folder with --output"
_NO_MORE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ESTALE)
_LOCK, _NEW, _OLD = "lock", "new", "old"  # in the hidden folder: what says that it is in use, and files
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
    inputs : collection of Path
        Files that are never taken away.
    """

    def __init__(self, target: Path, hidden: Path, inputs: Collection[Path] = ()) -> None:
        self._target = target
        self._inputs = inputs
        self._files = hidden / _NEW
        self._files.mkdir()
        self.scratch = hidden
        self.kept = target / KEPT / "runs"

    def path(self, name: str) -> Path:
        """Give the place of a file that somebody else writes; its folder is there."""
        path = self._files / name
        with _writing(self._target):
            path.parent.mkdir(parents=True, exist_ok=True)
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

    def publish(self, job: str | None = None) -> Path:
        """Rename every file into place, the report last; where one cannot be, put back what was there before.

        What an earlier job wrote on request and this one does not (a model, synthetic rows, junit.xml) is taken away,
        so that no report stands beside files that aren't its own. Only a file that is known from the earlier job's
        timings.json and still has the digest given there is an earlier job's; all others stay.

        Parameters
        ----------
        job : str or None
            A digest of all that these files depend on, by which `holds_job` knows them; None where they hold what
            another run may not: a lack of time or memory, say.

        Returns
        -------
        Path
            The report.
        """
        names, digests = self._names(), self.digests()
        with _writing(self._target):
            stale = _find_stale(self._target, names, self._inputs)
            try:
                for name in stale:
                    _keep(self._target, self.scratch, name)
                    (self._target / name).unlink(missing_ok=True)
                for name in sorted(names, key=lambda name: name == REPORT):
                    (self._target / name).parent.mkdir(parents=True, exist_ok=True)
                    _keep(self._target, self.scratch, name)
                    os.replace(self._files / name, self._target / name)
            except BaseException as error:
                self._undo(names, error)
                raise
        _remove_empty_folders(self._target, stale)
        if job is not None:
            self._note_job(json.dumps({"job": job, "files": digests}, indent=1))
        return self._target / REPORT

    def _note_job(self, text: str) -> None:
        with contextlib.suppress(OSError):  # then the next job makes its files again
            (self.scratch / "job.json").write_text(text, encoding="utf-8")
            (self._target / KEPT).mkdir(exist_ok=True)
            os.replace(self.scratch / "job.json", self._target / _JOB)

    def _undo(self, names: Iterable[str], cause: BaseException) -> None:
        try:
            _put_back(self._target, self.scratch, names)
        except OSError as error:
            why = f"{cause}; its earlier files can't be restored either: {error.strerror or error}"
            where = f"The files of the earlier report are in {self.scratch / _OLD}"
            raise _refusal(self._target, f"{why}. {where}") from error

    def _names(self) -> list[str]:
        return _files_in(self._files)


@contextmanager
def open_outputs(target: Path, asked: Iterable[str] = (), inputs: Collection[Path] = ()) -> Iterator[Outputs]:
    """Make the output folder ready; what was not published is gone on leaving, however the job ends.

    Parameters
    ----------
    target : Path
        Made where it doesn't exist.
    asked : iterable of str
        `MODEL`, `JUNIT`, `SYNTHETIC` and `PARENTS`, where these are to be written.
    inputs : collection of Path
        Files that the job reads, which no output may replace.

    Yields
    ------
    Outputs

    Raises
    ------
    OutputError
        Where the folder cannot be made or written, where something is in the way of a file, or where it is an input.
    """
    folders = (FIGURES, *(name for name in asked if name in _SUFFIXES))
    with _writing(target):
        target.mkdir(parents=True, exist_ok=True)
        files = [*ALWAYS, *(name for name in asked if name not in _SUFFIXES), *_files_of_folders(target, folders)]
        refuse_what_is_in_the_way(target, files, inputs)
    with hidden_folder(target) as hidden, _losing(target):
        _rehearse(target, hidden, folders, [*files, *_find_stale(target, (), inputs)])
        yield Outputs(target, hidden, inputs)


@contextmanager
def hold_folder(target: Path, title: str, *, is_waiting: bool = False) -> Iterator[str | None]:
    """Let no other job into an output folder; the system gives it free again when this process ends, however it does.

    A folder that was made for this and holds nothing in the end is gone on leaving.

    Parameters
    ----------
    target : Path
    title : str
        Of this job, for another one that finds the folder taken.
    is_waiting : bool
        Whether to wait until the folder is free.

    Yields
    ------
    str or None
        Why the folder could not be held, where it has no locks.

    Raises
    ------
    OutputError
        Where another job holds the folder, and this one doesn't wait.
    """
    was_there = target.exists()
    try:
        held = _hold(target, is_waiting)
    except OSError as error:  # whether the folder can be written is found out later
        yield error.strerror or str(error)
        return
    with held:
        with contextlib.suppress(OSError):  # a full disk: then another job is told that, and not whose the folder is
            held.truncate(0)
            os.write(held.fileno(), f"{title}, started {time.strftime('%Y-%m-%d %H:%M:%S %Z')}".encode())
        try:
            yield None
        finally:
            with contextlib.suppress(OSError):  # runs are kept there, or the folder was taken away
                (target / KEPT / _LOCK).unlink(missing_ok=True)
                (target / KEPT).rmdir()
            with contextlib.suppress(OSError):
                if not was_there:
                    target.rmdir()


def _hold(target: Path, is_waiting: bool) -> IO[str]:
    """Lock a file in an output folder; the one that another job removed on leaving is no longer the right one."""
    path = target / KEPT / _LOCK
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        held = path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(held, fcntl.LOCK_EX if is_waiting else fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.exists() and os.path.samestat(path.stat(), os.fstat(held.fileno())):
                return held
        except BlockingIOError as error:
            held.seek(0)
            found = f"output folder {target} is in use by another job: {visible_line(held.read())}"
            raise OutputError(f"{found}; wait for it with --wait, or {_ELSEWHERE}") from error
        held.close()


def holds_job(target: Path, job: str) -> bool:
    """Tell whether a folder holds every file of the job with this digest, as it was written."""
    try:
        found = json.loads((target / _JOB).read_text(encoding="utf-8"))
        is_whole = found["job"] == job and REPORT in found["files"]
        return is_whole and all(_digest(target / name) == digest for name, digest in found["files"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # no such job, or a file of somebody else's
        return False


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write one file: aside first, then renamed into place; its folder is made where there is none.

    Parameters
    ----------
    path : Path
        What is no plain file, a pipe say, is written to as it is.
    write : callable
        Writes the file, given where.

    Raises
    ------
    OutputError
        Where it cannot be written.
    """
    if path.is_dir():
        raise OutputError(f"{path} is a folder; give the name of a file, for example {path / REPORT}")
    place = path.resolve()  # a link stays one
    with _writing(place.parent):
        if path.exists() and not path.is_file():
            write(path)
            return
        place.parent.mkdir(parents=True, exist_ok=True)
    with hidden_folder(place.parent) as hidden, _writing(place.parent):
        made = Outputs(place.parent, hidden).path(place.name)
        write(made)
        with made.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(made, place)


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
def hidden_folder(target: Path) -> Iterator[Path]:
    """Make a hidden folder that is gone on leaving, and sweep what killed jobs left of theirs; `target` is there."""
    with _writing(target):
        _sweep(target)
        hidden = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=target))
        lock = _lock(hidden)
    try:
        yield hidden
    finally:
        with contextlib.suppress(OSError):  # it was taken away
            if not _holds_old_report(hidden):
                shutil.rmtree(hidden / _OLD, ignore_errors=True)  # first: beside an emptied folder it looks unpublished
                shutil.rmtree(hidden, ignore_errors=True)
        if lock is not None:
            lock.close()


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _explain(target, error) from error


@contextmanager
def _losing(target: Path) -> Iterator[None]:
    """Explain what is raised where the folder is taken away, filled or made read-only while a job is at work in it."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_MORE or str(error.filename).startswith(f"{target}{os.sep}"):
            raise _explain(target, error) from error
        raise


def _explain(target: Path, error: OSError) -> OutputError:
    advice = 'if the disk is full, free some space; in a container, run with --user "$(id -u):$(id -g)"'
    return _refusal(target, f"{error.strerror or error}. If it doesn't exist, create it (mkdir -p output); {advice}")


def _refusal(target: Path, why: str) -> OutputError:
    return OutputError(f"cannot write to output folder {target}: {why}")


def _files_of_folders(target: Path, folders: Iterable[str]) -> Iterator[str]:
    """Find what in these folders has the name of an output; a folder that is none is refused."""
    for name in folders:
        if os.path.lexists(target / name) and not (target / name).is_dir():
            what = "a file" if (target / name).exists() else "a broken link"
            raise _refusal(target, f"{name} is {what}; move it away")
        found = sorted(path.name for path in (target / name).glob("*"))
        yield from (f"{name}/{file}" for file in found if file.endswith(_SUFFIXES[name]))


def refuse_what_is_in_the_way(target: Path, names: Iterable[str], inputs: Collection[Path]) -> None:
    """Find at the start what would else end a job at its end, or overwrite what it has read."""
    for name in names:
        if (target / name).is_dir():
            raise _refusal(target, f"{name} is a folder; move it away")
        for path in inputs:
            if _is_same(target / name, path):
                raise _refusal(target, f"{name} would replace {path}, which this job reads; {_ELSEWHERE}")


def _is_same(path: Path, other: Path) -> bool:
    return os.path.exists(path) and os.path.exists(other) and os.path.samefile(path, other)


def _rehearse(target: Path, hidden: Path, folders: Iterable[str], files: Iterable[str]) -> None:
    """Rename into every folder and away from every file that is there, as `Outputs.publish` will."""
    probe = hidden / "probe"
    for name in (".", *folders, *files):
        place = target / name
        try:
            if place.is_dir():
                probe.touch()
                os.replace(probe, place / f"{hidden.name}-probe")
                (place / f"{hidden.name}-probe").unlink()
            else:
                _keep(target, hidden, name)
                _put_back(target, hidden)
        except OSError as error:
            with contextlib.suppress(OSError):  # then it is put back by the next job
                _put_back(target, hidden)
            elsewhere = error.errno in (errno.EXDEV, errno.EBUSY)
            why = "it is a mount, or a link to another file system" if elsewhere else error.strerror or error
            found = f"files can't be moved to {place}: {why}; move it away, or {_ELSEWHERE}"
            raise _refusal(target, found) from error


def _keep(target: Path, hidden: Path, name: str) -> None:
    """Keep a file aside, if it is there: by a second name for it, or by another where there are no hard links."""
    place, kept = target / name, hidden / _OLD / name
    if place.is_dir() and not place.is_symlink():
        raise IsADirectoryError(errno.EISDIR, f"{name} is a folder")
    if os.path.lexists(place):
        kept.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(place, kept, follow_symlinks=False)
        except (OSError, NotImplementedError):  # NotImplementedError: of a link itself, on some systems
            os.replace(place, kept)


def _put_back(target: Path, hidden: Path, names: Iterable[str] = ()) -> None:
    """Undo a publication: old files return, and new ones (`names`) that replaced none go."""
    kept, failures = _files_in(hidden / _OLD), list[OSError]()
    for name in kept:
        try:
            os.replace(hidden / _OLD / name, target / name)
            (hidden / _OLD / name).unlink(missing_ok=True)  # it stays where both are one file
        except OSError as error:
            failures.append(error)
    for name in {*names} - {*kept}:
        if not (hidden / _NEW / name).exists():
            (target / name).unlink(missing_ok=True)
    _remove_empty_folders(target, names)
    if failures:
        raise failures[0]


def _holds_old_report(hidden: Path) -> bool:
    """Tell whether files were kept aside, and neither put back nor replaced to the last, which is the report."""
    is_published = (hidden / _NEW).exists() and not (hidden / _NEW / REPORT).exists()
    return bool(_files_in(hidden / _OLD)) and not is_published


def _files_in(folder: Path) -> list[str]:
    paths = folder.rglob("*")
    return sorted(path.relative_to(folder).as_posix() for path in paths if path.is_symlink() or not path.is_dir())


def _remove_empty_folders(target: Path, names: Iterable[str]) -> None:
    for folder in sorted({target / parent for name in names for parent in Path(name).parents} - {target}, reverse=True):
        with contextlib.suppress(OSError):  # others have files in it, or it is a link
            folder.rmdir()


def _find_stale(target: Path, names: Collection[str], inputs: Iterable[Path]) -> list[str]:
    """Find what an earlier job wrote on request and this one neither writes nor reads."""
    return [
        name
        for name, digest in _written_before(target).items()
        if name not in names
        and not (target / name).is_symlink()
        and (target / name).is_file()
        and _digest(target / name) == digest
        and not any(_is_same(target / name, path) for path in inputs)
    ]


def _written_before(target: Path) -> dict[str, str]:
    """Read from an earlier job's timings which files it wrote on request, and what was in them."""
    try:
        files = dict(json.loads((target / TIMINGS).read_text(encoding="utf-8"))["files"])
    except (OSError, ValueError, KeyError, TypeError):  # no earlier job, or a file of somebody else's
        return {}
    return {name: digest for name, digest in files.items() if _is_ours(name)}


def _is_ours(name: str) -> bool:
    folder, _, file = name.rpartition("/")
    return name in (MODEL, JUNIT) or file.endswith(_SUFFIXES.get(folder, ()))


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
            if _holds_old_report(hidden):
                _put_back(target, hidden)
            shutil.rmtree(hidden)
