"""A Dask cluster of real processes on loopback, started by the commands that users start it with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}",
    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",  # a killer costs two workers, not four
}


@dataclass(frozen=True)
class Cluster:
    """A scheduler, and workers that a nanny each looks after."""

    address: str
    scheduler: subprocess.Popen[bytes]
    nannies: tuple[subprocess.Popen[bytes], ...]

    def workers(self) -> list[psutil.Process]:
        """The processes that do the work."""
        children = [child for nanny in self.nannies for child in psutil.Process(nanny.pid).children()]
        return [child for child in children if "spawn_main" in " ".join(child.cmdline())]


@contextmanager
def running(folder: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``minority-report dask`` with some words; on leaving it is ended."""
    command = [sys.executable, "-m", "job", "dask", *words]
    with (folder / f"{words[0]}-{time.monotonic()}.log").open("wb") as log:
        started = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=log, stderr=log)
    try:
        yield started
    finally:
        children = psutil.Process(started.pid).children(recursive=True) if started.poll() is None else []
        started.send_signal(signal.SIGTERM)
        for process in (*children, started):
            process.kill()
        started.wait()


@contextmanager
def start_cluster(folder: Path, n_workers: int) -> Iterator[Cluster]:
    """Start a scheduler and workers; they may still be getting ready."""
    file = folder / "scheduler.json"
    place = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
    with ExitStack() as stack:
        scheduler = stack.enter_context(running(folder, "scheduler", *place))
        wait_until(lambda: file.exists() and file.read_text().endswith("}"))
        address = json.loads(file.read_text())["address"]
        nannies = [stack.enter_context(running(folder, "worker", address, "--no-dashboard")) for _ in range(n_workers)]
        yield Cluster(address, scheduler, tuple(nannies))


def wait_until(happens, seconds: float = 120) -> None:
    """Wait for something to happen, which takes long where the machine is busy."""
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.05)
