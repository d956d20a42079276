"""Jobs that stop at a place of the program until they are told to go on, for what can happen to them meanwhile.

They are forked from one process that has imported everything already, which is this file as a program.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
_STOPPED, _GO_ON = "stopped", "go_on"
PLACES: Mapping[str, tuple[str, str, int]] = {
    "loading": ("job.pipeline", "prepare_job", 0),
    "runs": ("job.pipeline", "execute", 0),
    "results": ("job.pipeline", "build_results", 0),
    "drawing": ("job.report.render", "draw_page", 0),
    "writing": ("job.outputs", "_digest", 0),
    "publishing": ("job.outputs", "_keep", 25),
}
"""Where a job can stop: a function that it calls, and how many calls go by; 25 are in the middle of the renaming."""


@dataclass(frozen=True)
class ForkedJob:
    """A job in a folder, which is its working directory."""

    folder: Path
    pid: int
    forks: subprocess.Popen[str]

    def wait_until_stopped(self) -> None:
        """Wait until the job is at its place."""
        deadline = time.monotonic() + 120
        while not (self.folder / _STOPPED).exists():
            assert time.monotonic() < deadline, self.err
            time.sleep(0.02)

    def go_on(self) -> int:
        """Let it go on; give its exit code."""
        (self.folder / _GO_ON).touch()
        return self.wait()

    def wait(self) -> int:
        """Wait for its end; give its exit code, a negative signal where it was killed."""
        return int(_ask(self.forks, {"wait": self.pid}))

    @property
    def err(self) -> str:
        """What it wrote to standard error."""
        return (self.folder / "stderr").read_text()


@dataclass(frozen=True)
class Forks:
    """The process that jobs are forked from."""

    process: subprocess.Popen[str]

    def start(self, folder: Path, *words: str, place: str | None = None) -> ForkedJob:
        """Start a job in a folder; with a place it stops there."""
        for name in (_STOPPED, _GO_ON):
            (folder / name).unlink(missing_ok=True)
        pid = int(_ask(self.process, {"folder": str(folder), "words": words, "place": place}))
        return ForkedJob(folder, pid, self.process)


@contextmanager
def forks() -> Iterator[Forks]:
    """Start the process; on leaving it is ended."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "OMP_NUM_THREADS": "1"}
    pipe: Any = subprocess.PIPE
    with subprocess.Popen([sys.executable, __file__], env=environment, stdin=pipe, stdout=pipe, text=True) as process:
        yield Forks(process)
        process.kill()


def _ask(process: subprocess.Popen[str], question: Mapping[str, Any]) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(question) + "\n")
    process.stdin.flush()
    return process.stdout.readline()


def _answer() -> None:
    """Fork or wait, as each line of standard input says."""
    for name in ("job.pipeline", "job.cli", "job.report.render", "job.report.slides", "job.report.summary_md"):
        import_module(name)
    for line in sys.stdin:
        asked = json.loads(line)
        if "wait" in asked:
            _, status = os.waitpid(asked["wait"], 0)
            print(os.waitstatus_to_exitcode(status), flush=True)
        elif (pid := os.fork()) == 0:
            os._exit(_run(**asked))
        else:
            print(pid, flush=True)


def _run(folder: str, words: list[str], place: str | None) -> int:
    from job.cli import main

    os.chdir(folder)
    for number, name in ((0, os.devnull), (1, "stdout"), (2, "stderr")):
        opened = os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(opened, number)
    if place is not None:
        _stop_at(*PLACES[place])
    code = main(["run", *words])
    sys.stdout.flush()
    return code


def _stop_at(module: str, name: str, n_calls: int) -> None:
    function, calls = getattr(import_module(module), name), [n_calls]

    def stop(*arguments: Any, **keywords: Any) -> Any:
        if calls[0] == 0:
            Path(_STOPPED).touch()
            while not Path(_GO_ON).exists():
                time.sleep(0.01)
        calls[0] -= 1
        return function(*arguments, **keywords)

    setattr(import_module(module), name, stop)


if __name__ == "__main__":
    _answer()
