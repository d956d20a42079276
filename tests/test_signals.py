"""Signals that stop a job: the exit code, how quickly, and what is left of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from small_job import small_spec

ROOT = Path(__file__).parents[1]
FOREVER = small_spec(n_repeats=5000)


@pytest.fixture
def job(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A job that has workers and would run for hours, in a process group of its own, as a terminal starts it."""
    (tmp_path / "spec.yaml").write_text(FOREVER)
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "report.html").write_text("an earlier report")
    started = subprocess.Popen(
        [sys.executable, "-m", "job", "run", "spec.yaml", "--workers", "2"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_until(lambda: len(workers_of(started)) == 2)
    yield started
    if started.poll() is None:
        os.killpg(started.pid, signal.SIGKILL)


def workers_of(job: subprocess.Popen[str]) -> list[psutil.Process]:
    return [child for child in psutil.Process(job.pid).children() if "popen_loky" in " ".join(child.cmdline())]


def wait_until(happens, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), pytest.param(signal.SIGINT, 130, marks=pytest.mark.long)]
)
@pytest.mark.parametrize("send", [os.kill, pytest.param(os.killpg, marks=pytest.mark.long)])
def test_a_signal_ends_the_job_at_once(job, tmp_path, number, code, send) -> None:
    """Sent by an engine to the process or by Ctrl-C to the whole group: no worker is left, nor a hidden folder."""
    workers = workers_of(job)

    send(job.pid, number)
    out, err = job.communicate(timeout=300)

    assert (code, "", f"Stopped by {number.name}\n") == (job.returncode, out, err)
    assert [worker for worker in workers if worker.is_running() and worker.status() != psutil.STATUS_ZOMBIE] == []
    assert ["report.html"] == [path.name for path in (tmp_path / "output").iterdir()]
    assert "an earlier report" == (tmp_path / "output" / "report.html").read_text()


@pytest.mark.long
def test_no_worker_outlives_a_killed_job(job, tmp_path) -> None:
    """Nobody can clean up after a job that was killed; its workers end by themselves, and the next job sweeps."""
    workers = workers_of(job)

    job.kill()

    wait_until(lambda: not any(worker.is_running() for worker in workers))
    assert ("", "") == job.communicate(timeout=300)  # nobody complains of semaphores that are left
    assert "an earlier report" == (tmp_path / "output" / "report.html").read_text()


def test_a_job_that_does_not_notice_is_ended_too() -> None:
    """A finalizer swallows what a handler raises, and compiled code defers it: then another thread ends the process."""
    program = """
import subprocess, sys, time
from job.console.trouble import exit_code_of

def busy():
    print(subprocess.Popen(["sleep", "1000"]).pid, flush=True)
    while True:
        try:
            time.sleep(1000)
        except BaseException:
            pass

sys.exit(exit_code_of(busy))
"""
    started = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    child = psutil.Process(int(started.stdout.readline()))

    started.send_signal(signal.SIGTERM)

    assert 143 == started.wait(timeout=120)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
