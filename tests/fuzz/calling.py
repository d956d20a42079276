"""Call the command as its entry point does, in this process, and say what is wrong with how it ended."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import nullcontext, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click
from fuzz.cases import Case
from spec.steering import steering

from job import pipeline
from job.cli import main
from job.outputs import ALWAYS

CODES: Mapping[str, frozenset[int]] = {
    "validate": frozenset((0, 2, 3)),
    "init": frozenset((0, 2, 3)),
    "generate": frozenset((0, 2, 3)),
    "run": frozenset((0, 2, 3)),
    "render": frozenset((0, 2, 3)),
    "compare": frozenset((0, 3)),
}
"""Exit codes that a command may end with, where no unit is run."""
_AFTER_RUNS = (0, 4, 5)
LONGEST_LINE = 4000


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it left in its output folder."""

    code: int
    out: str
    err: str
    left: tuple[str, ...]


def _end_well(*arguments: Any) -> None:
    raise click.exceptions.Exit(0)


def call(case: Case, runs_units: bool = False) -> Ended:
    """Call a command in a folder of its own; a job that comes as far as its first unit ends there, unless it may."""
    before = os.getcwd()
    folder = tempfile.mkdtemp()
    out, err = (TextIOWrapper(BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    try:
        os.chdir(folder)
        for name, content in case.files.items():
            Path(name).write_bytes(content)
        stop = nullcontext() if runs_units else patch.object(pipeline, "execute", _end_well)
        with stop, redirect_stdout(out), redirect_stderr(err):
            code = main(case.words)
        left = tuple(sorted(path.name for path in Path("output").glob("*")))
        return Ended(code, _text(out), _text(err), left)
    finally:
        os.chdir(before)
        shutil.rmtree(folder, ignore_errors=True)


def _text(stream: TextIOWrapper) -> str:
    stream.flush()
    written = stream.buffer.getvalue()  # type: ignore[attr-defined]
    return str(written.decode())


def complaints(case: Case, ended: Ended, runs_units: bool = False) -> Iterator[str]:
    """Say what is wrong: a code that isn't documented, a traceback, or an error that isn't a plain line."""
    lines = ended.err.splitlines()
    if runs_units and ended.code in _AFTER_RUNS:
        yield from _of_job(ended)
        return
    if ended.code not in CODES[case.words[0]]:
        yield f"exit code {ended.code}: {ended.err}{_log_of(ended.err)}"
    if "Traceback" in ended.err + ended.out:
        yield "a traceback is shown"
    if ended.code and (ended.out or ended.left):
        yield f"something was written beside the error: {ended.out[:200]} {ended.left}"
    if ended.code and not lines:
        yield "nobody is told why"
    if ended.code and len(lines) > 1 and not all(line.startswith("spec.yaml") for line in lines):
        yield f"more than one line: {ended.err}"
    if ended.code and not all(line.startswith(("Error: ", "spec.yaml")) for line in lines):
        yield f"a line that is no error: {ended.err}"
    if odd := steering(ended.err.replace("\n", "")):
        yield f"characters that steer a terminal: {odd}"
    if any(len(line) > LONGEST_LINE for line in lines):
        yield f"a line of {max(map(len, lines)):,} characters: {ended.err[:300]}"


def _of_job(ended: Ended) -> Iterator[str]:
    if missing := {*ALWAYS} - {*ended.left}:
        yield f"exit code {ended.code} without {missing}"
    if "Traceback" in ended.err + ended.out or steering(f"{ended.err}{ended.out}".replace("\n", "")):
        yield f"said what nobody should see: {ended.err}"


def _log_of(err: str) -> str:
    """The log that a bug left; removed, since a fuzz makes many."""
    path = Path(err.rpartition(": ")[2].strip())
    if not path.name.startswith("minority-report-") or not path.is_file():
        return ""
    text = path.read_text()
    path.unlink()
    return "\n" + text
