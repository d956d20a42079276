"""What can happen to a job, really: what it says, what it leaves, and that nothing that was finished is lost.

docs/faults.md lists the faults; each of its rows names the test of it.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from forked_job import PLACES, ForkedJob, Forks, forks
from small_job import small_spec

from job.outputs import KEPT, TIMINGS

SPEC = small_spec(n_repeats=1)
OLD = SPEC.replace("A small job", "An earlier job").replace("n_samples: 300", "n_samples: 240")
N_RUNS = 3  # one split, two strategies; the leak
ONE_WORKER = ("spec.yaml", "--workers", "1")
PAGE = "docs/faults.md"


@pytest.fixture(scope="module")
def start() -> Iterator[Forks]:
    with forks() as started:
        yield started


@pytest.fixture(scope="module")
def undisturbed(start: Forks, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a job that nothing happens to, after an earlier one with the same output folder."""
    folder = tmp_path_factory.mktemp("undisturbed")
    for text in (OLD, SPEC):
        (folder / "spec.yaml").write_text(text)
        job = start.start(folder, *ONE_WORKER)
        assert 0 == job.wait(), job.err
        if text == OLD:
            shutil.copytree(folder / "output", folder / "earlier")
    return folder


@pytest.fixture
def folder(undisturbed: Path, tmp_path: Path) -> Path:
    """A folder with the report of the earlier job, and all runs of this one kept."""
    shutil.copy(undisturbed / "spec.yaml", tmp_path)
    shutil.copytree(undisturbed / "earlier", tmp_path / "output")
    shutil.copytree(undisturbed / "output" / KEPT / "runs", tmp_path / "output" / KEPT / "runs", dirs_exist_ok=True)
    return tmp_path


def contents(output: Path) -> dict[str, bytes]:
    """Every file but those of hidden folders, and durations."""
    names = {path: path.relative_to(output).as_posix() for path in output.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for path, name in names.items() if name[0] != "." and name != TIMINGS}


def kept(output: Path) -> list[str]:
    return sorted(path.name for path in (output / KEPT / "runs").glob("*/*"))


def finish(start: Forks, folder: Path, undisturbed: Path, n_kept: int = N_RUNS) -> None:
    """Run the job once more: it takes what was kept, and has the bytes of the undisturbed job."""
    job = start.start(folder, *ONE_WORKER)
    assert 0 == job.wait(), job.err
    if n_kept:
        assert f"{n_kept} of {N_RUNS} runs kept from before" in job.err
    assert contents(undisturbed / "output") == contents(folder / "output")
    assert [KEPT] == [path.name for path in (folder / "output").glob(".*")]


def begin(start: Forks, folder: Path, place: str) -> ForkedJob:
    """Start a job and wait until it is at a place; where this is among the runs, none is kept yet."""
    if place == "runs":
        shutil.rmtree(folder / "output" / KEPT / "runs")
    job = start.start(folder, *ONE_WORKER, place=place)
    job.wait_until_stopped()
    return job


@pytest.mark.long
@pytest.mark.parametrize("place", [place for place in PLACES if place != "runs"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_every_phase(start, folder, undisturbed, place, number) -> None:
    """the earlier report stays whole, and every run kept"""
    job = begin(start, folder, place)

    os.kill(job.pid, number)

    assert 128 + number == job.wait()
    assert f"Stopped by {number.name}" == job.err.splitlines()[-1]
    assert contents(undisturbed / "earlier") == contents(folder / "output")
    assert kept(undisturbed / "output") == kept(folder / "output")
    assert [KEPT] == [path.name for path in (folder / "output").glob(".*")]


@pytest.mark.long
@pytest.mark.parametrize("place", [place for place in PLACES if place != "runs"])
def test_a_kill_in_every_phase(start, folder, undisturbed, place) -> None:
    """the next job puts back what was half replaced, takes every run, and ends as if nothing had been"""
    job = begin(start, folder, place)

    os.kill(job.pid, signal.SIGKILL)

    assert -signal.SIGKILL == job.wait()
    finish(start, folder, undisturbed)


@pytest.mark.long
@pytest.mark.parametrize("place", PLACES)
def test_the_output_folder_is_removed(start, folder, undisturbed, place) -> None:
    """one line and exit code 2, or a whole report; what was in the folder is what is lost"""
    job = begin(start, folder, place)

    shutil.rmtree(folder / "output")

    code = job.go_on()

    if code == 0:
        assert contents(undisturbed / "output") == contents(folder / "output")
    else:
        _is_refused(job, code)
        assert not list((folder / "output").glob("*"))


@pytest.fixture
def small_disk(folder: Path) -> Iterator[Path]:
    """The output folder on a file system of its own, of which a few MB are free."""
    output, before = folder / "output", folder / "before"
    output.rename(before)
    output.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(output)], check=True)
    try:
        shutil.copytree(before, output, dirs_exist_ok=True)
        yield output
    finally:
        subprocess.run(["umount", "--lazy", str(output)], check=True)


def fill(output: Path) -> Path:
    """Fill a disk to the last byte; what fills it can be removed."""
    filler = output / "filler"
    for block in (bytes(1 << 16), b"x"):
        with suppress(OSError), filler.open("ab", buffering=0) as file:
            while True:
                file.write(block)
    return filler


@pytest.mark.long
@pytest.mark.mount
@pytest.mark.parametrize("place", PLACES)
def test_the_disk_fills(start, folder, undisturbed, small_disk, place) -> None:
    """one line and exit code 2; the earlier report and what was kept are there"""
    job = begin(start, folder, place)

    filler = fill(small_disk)
    code = job.go_on()
    filler.unlink()

    _is_refused(job, code)
    assert contents(undisturbed / "earlier") == contents(small_disk)
    finish(start, folder, undisturbed, n_kept=0 if place == "runs" else N_RUNS)


@pytest.mark.long
@pytest.mark.mount
@pytest.mark.parametrize("place", PLACES)
def test_the_output_folder_becomes_read_only(start, folder, undisturbed, place) -> None:
    """one line and exit code 2; once it can be written again, the next job takes every run"""
    job, output = begin(start, folder, place), folder / "output"

    subprocess.run(["mount", "--bind", str(output), str(output)], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(output)], check=True)
        code = job.go_on()
    finally:
        subprocess.run(["umount", "--lazy", str(output)], check=True)

    _is_refused(job, code)
    finish(start, folder, undisturbed, n_kept=0 if place == "runs" else N_RUNS)


def _is_refused(job: ForkedJob, code: int) -> None:
    assert 2 == code, job.err
    *progress, error = job.err.splitlines()
    assert error.startswith("Error: cannot write to output folder output: ")
    assert all(re.match(r"\d+ of 3 runs", line) for line in progress)


def test_every_row_of_the_page_names_its_test() -> None:
    """Nothing is promised that nobody tries."""
    tests = Path(__file__).parent
    rows = (tests.parent / PAGE).read_text(encoding="utf-8").split("|---|")[-1].splitlines()[1:]
    named = [re.findall(r"`([\w/]+\.py)::(\w+)`", row) for row in rows if row.startswith("|")]

    assert len(named) >= 8
    assert [found for found in named if len(found) != 1] == []
    assert [f"{file}::{name}" for ((file, name),) in named if f"def {name}(" not in (tests / file).read_text()] == []
