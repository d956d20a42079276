"""A job on a system that isn't Linux: what Linux alone has is taken away, and there is something else to go by."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from small_job import small_spec

from job import machine
from job.data.reading.database import open_store
from job.errors import OutputError
from job.machine import usable_memory, usable_processors
from job.outputs import RESULTS, hold_folder, open_outputs

JOB = Path(__file__).parents[1] / "job"

# Python runs this as it starts, in workers too. What libraries open stays: psutil has other ways elsewhere.
NO_LINUX = """
import errno, io, os

for name in "sched_getaffinity sched_setaffinity O_TMPFILE memfd_create copy_file_range posix_fadvise splice".split():
    if hasattr(os, name):
        delattr(os, name)

known, opened = os.sysconf, io.open

def sysconf(name):
    if name == "SC_PHYS_PAGES":
        raise ValueError("unrecognized configuration name")
    return known(name)

def open_(file, *arguments, **keywords):
    if str(file).startswith(("/proc", "/sys")):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(file))
    return opened(file, *arguments, **keywords)

os.sysconf, io.open = sysconf, open_
"""


def run_job(spec: Path, output: Path, *search: Path) -> dict[str, bytes]:
    """Run a job in a process of its own, and read what it wrote."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (*search, JOB.parent)))}
    command = [sys.executable, "-m", "job", "run", str(spec), "--output", str(output)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return {name: (output / name).read_bytes() for name in ("report.html", RESULTS, "metrics.csv", "summary.md")}


@pytest.mark.long
def test_a_job_without_anything_of_linux_writes_the_same_bytes(tmp_path):
    """affinity, /proc, /sys and calls that no other system has are gone, in its workers too"""
    (tmp_path / "sitecustomize.py").write_text(NO_LINUX)
    (tmp_path / "spec.yaml").write_text(small_spec(n_repeats=1))

    with_linux = run_job(tmp_path / "spec.yaml", tmp_path / "usual")
    without = run_job(tmp_path / "spec.yaml", tmp_path / "elsewhere", tmp_path)

    assert with_linux == without
    machine_of = json.loads((tmp_path / "elsewhere" / "timings.json").read_text())["environment"]
    assert 0 < machine_of["usable_memory"] <= psutil.virtual_memory().total


@pytest.fixture
def no_affinity(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 6)


def test_without_affinity_every_processor_counts(no_affinity, tmp_path):
    """as on macOS"""
    assert 6 == usable_processors(tmp_path)


def test_a_number_of_processors_that_is_not_known_is_one(no_affinity, monkeypatch, tmp_path):
    """cpu_count may answer None"""
    monkeypatch.setattr(os, "cpu_count", lambda: None)

    assert 1 == usable_processors(tmp_path)


def test_data_is_read_by_as_many_threads_as_there_are_processors(no_affinity, monkeypatch, tmp_path):
    """the database is told, as it would count those of the machine"""
    monkeypatch.setattr(machine, "_read", lambda path: "")
    with open_store("rows.csv") as store:
        assert (6,) == store.connection.execute("SELECT current_setting('threads')").fetchone()


@pytest.mark.parametrize("error", [ValueError("unrecognized configuration name"), OSError(errno.EINVAL, "invalid")])
def test_memory_is_known_where_sysconf_does_not_know_it(error, monkeypatch, tmp_path):
    """the names are the system's own"""

    def refuse(name: str) -> int:
        raise error

    monkeypatch.setattr(os, "sysconf", refuse)

    assert psutil.virtual_memory().total == usable_memory(tmp_path)


@pytest.mark.parametrize("error", [NotImplementedError("follow_symlinks"), OSError(errno.ENOTSUP, "not supported")])
def test_files_are_replaced_and_put_back_without_hard_links(error, monkeypatch, tmp_path):
    """a file that can't have two names is renamed aside"""

    def refuse(*names: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(os, "link", refuse)
    for text in ("old", "new"):
        with open_outputs(tmp_path) as files:
            files.write_text("report.html", text)
            files.publish()
    assert ["report.html"] == [path.name for path in tmp_path.iterdir()]
    assert "new" == (tmp_path / "report.html").read_text()

    replace = os.replace

    def replace_all_but_the_report(source: Path, place: Path) -> None:
        if Path(source).parent.name == "new" and Path(source).name == "report.html":
            raise OSError(errno.EIO, "input/output error")
        replace(source, place)

    with open_outputs(tmp_path) as files:
        files.write_text("metrics.csv", "newest")
        files.write_text("report.html", "newest")
        monkeypatch.setattr(os, "replace", replace_all_but_the_report)
        with pytest.raises(OutputError):
            files.publish()

    assert ["new"] == [path.read_text() for path in tmp_path.iterdir()]


def test_a_folder_without_locks_is_used_with_a_reason(monkeypatch, tmp_path):
    """some file systems have none"""

    def refuse(*asked: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)

    with hold_folder(tmp_path, "a job") as problem, open_outputs(tmp_path) as files:
        files.write_text("report.html", "made")
        files.publish()

    assert "No locks available" == problem
    assert "made" == (tmp_path / "report.html").read_text()


# What other systems lack, and where it may be used: each with something else to go by, tested above.
LINUX_ALONE = re.compile(
    r"/proc\b|proc/|/sys\b|sys/fs|cgroup|sched_[gs]etaffinity|O_TMPFILE|O_PATH|RENAME_\w+|renameat2?|memfd_create|copy_file_range"
    r"|posix_fadvise|\bsplice\b|inotify|epoll|prctl|signalfd|pidfd|eventfd|/dev/shm|MADV_\w+|SC_PHYS_PAGES|malloc_trim|getrandom"
)


def test_what_linux_alone_has_is_used_in_one_place():
    """a new use needs a fallback, and a test here"""
    found = {
        (path.relative_to(JOB).as_posix(), word)
        for path in JOB.rglob("*.py")
        for word in LINUX_ALONE.findall(path.read_text())
    }

    assert {"machine.py"} == {path for path, _ in found}, found
