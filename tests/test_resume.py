"""A job goes on where another stopped, and runs nothing where nothing has changed."""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from small_job import small_spec

from job import outputs, pipeline
from job.outputs import KEPT
from job.pipeline import JobResult, Reused

ROOT = Path(__file__).parents[1]
SAME_BYTES = ("report.html", "results.json", "metrics.csv", "comparisons.csv", "summary.md")
SPEC = small_spec()
N_RUNS = 2 * 2 + 2  # two splits, two strategies; the leak
KILLED = small_spec(n_repeats=40)


def run(folder: Path, spec: str = SPEC, **options: Any) -> JobResult:
    (folder / "spec.yaml").write_text(spec)
    return pipeline.run_job(pipeline.read_spec(str(folder / "spec.yaml")), folder / "output", workers=1, **options)


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / "output" / name).read_bytes() for name in SAME_BYTES}


@pytest.fixture
def no_run(monkeypatch: pytest.MonkeyPatch):
    """Whatever would be run or drawn is an error."""

    def refuse(*arguments: Any, **keywords: Any) -> None:
        raise AssertionError("run")

    return lambda *names: [monkeypatch.setattr(pipeline, name, refuse) for name in names]


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the output of a job, which nobody changes."""
    folder = tmp_path_factory.mktemp("ended")
    assert run(folder).reused == Reused(0, N_RUNS)
    return folder


@pytest.fixture
def folder(ended: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(ended, tmp_path, dirs_exist_ok=True)
    return tmp_path


def test_nothing_is_run_where_nothing_has_changed(folder, no_run) -> None:
    """neither units nor report, and the results are those of the file"""
    before, results = contents(folder), (folder / "output/results.json").stat()
    no_run("execute", "build_results", "load_data", "open_outputs")

    again = run(folder, SPEC.replace("title", "# a comment\ntitle"))

    assert again.reused == Reused(N_RUNS, N_RUNS, is_unchanged=True)
    assert again.report == folder / "output" / "report.html"
    assert again.results.status.n_ok == 4
    assert contents(folder) == before
    assert (folder / "output/results.json").stat() == results


@pytest.mark.parametrize(
    "name",
    [
        "report.html",
        *(
            pytest.param(name, marks=pytest.mark.long)
            for name in ("metrics.csv", "figures/recall-logistic_regression.png")
        ),
    ],
)
def test_a_file_that_was_changed_is_made_again_from_the_store(folder, no_run, name) -> None:
    """or deleted; nothing is run for it"""
    before = (folder / "output" / name).read_bytes()
    (folder / "output" / name).write_bytes(b"changed") if "metrics" in name else (folder / "output" / name).unlink()
    no_run("execute")

    assert run(folder).reused == Reused(N_RUNS, N_RUNS)
    assert (folder / "output" / name).read_bytes() == before


@pytest.mark.long
@pytest.mark.parametrize(
    ("old", "new", "n_kept", "n_runs"),
    [
        pytest.param("[baseline, smote]", "[baseline, smote, custom]", N_RUNS, N_RUNS + 2, id="one more strategy"),
        pytest.param("n_repeats: 2", "n_repeats: 3", N_RUNS, N_RUNS + 3, id="one more repeat"),
        pytest.param("title: A small job", "title: Another", N_RUNS, N_RUNS, id="another title"),
        pytest.param("n_samples: 300", "n_samples: 301", 0, N_RUNS, id="other data"),
    ],
)
def test_only_what_is_missing_is_run(folder, tmp_path, old, new, n_kept, n_runs) -> None:
    """and the files have the bytes of a job that has run all"""
    changed = SPEC.replace(old, new)
    (tmp_path / "alone").mkdir()

    assert run(folder, changed).reused == Reused(n_kept, n_runs)
    assert run(tmp_path / "alone", f"{changed}engine: {{store: false}}\n").reused == Reused(0, n_runs)
    assert contents(folder) == contents(tmp_path / "alone")
    assert not (tmp_path / "alone" / "output" / KEPT).exists()


def test_fresh_runs_all(folder) -> None:
    """also where nothing has changed, and what it computes is kept"""
    before = contents(folder)

    assert run(folder, is_fresh=True).reused == Reused(0, N_RUNS)
    assert contents(folder) == before
    assert run(folder).reused.is_unchanged


@pytest.mark.long
def test_what_failed_for_want_of_time_is_tried_again(tmp_path) -> None:
    """it isn't kept, and the job isn't taken for finished"""
    spec = SPEC.replace("n_samples: 300", "n_samples: 3000")  # whose runs take longer than a look at the clock
    spec = spec.replace("n_repeats: 2", "n_repeats: 1")
    n_failed = run(tmp_path, spec + "engine: {run_timeout: 0.000001}\n").results.status.n_failed
    assert n_failed

    again = run(tmp_path, spec)

    assert again.results.status.n_ok == 2
    assert not again.reused.is_unchanged
    assert again.reused.n_kept <= again.reused.n_runs - n_failed


def test_a_folder_where_nothing_can_be_kept_gets_its_report(tmp_path) -> None:
    """and the job says why"""
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / KEPT).write_text("a file")

    ended = run(tmp_path)

    assert ended.reused.problem is not None
    assert ended.report.exists()


@pytest.mark.long
@pytest.mark.parametrize("n_lines", [1, 60])
def test_a_killed_job_goes_on(tmp_path, undisturbed, n_lines) -> None:
    """Whatever has ended is not run again, no part of a report is there, and its bytes are the undisturbed job's."""
    (tmp_path / "spec.yaml").write_text(KILLED)
    command = [sys.executable, "-m", "job", "run", "spec.yaml", "--workers", "2", "--verbose"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    job = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert job.stderr is not None
    seen = [job.stderr.readline() for _ in range(n_lines)]
    job.send_signal(signal.SIGKILL)
    seen += [line for line in job.stderr if re.match(r"\d+ of \d+: .* s\n", line)]
    job.wait()
    assert not [path for path in (tmp_path / "output").iterdir() if not path.name.startswith(".")]

    again = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)

    (n_kept,) = re.findall(r"^(\d+) of 85 runs kept from before$", again.stderr, re.MULTILINE)
    assert int(n_kept) >= len(seen)
    assert contents(tmp_path) == undisturbed


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("undisturbed")
    assert run(folder, KILLED).reused.n_runs == 85
    return contents(folder)


@pytest.mark.long
def test_a_second_job_in_the_same_folder_waits_or_is_refused(tmp_path) -> None:
    """It names the first one, which the system lets go of the folder however it ends."""
    (tmp_path / "endless.yaml").write_text(small_spec(n_repeats=5000))
    (tmp_path / "spec.yaml").write_text(small_spec())
    command = [sys.executable, "-m", "job", "run", "--verbose"]
    where: Any = {"cwd": tmp_path, "env": {**os.environ, "PYTHONPATH": str(ROOT)}, "text": True}
    first = subprocess.Popen([*command, "endless.yaml"], **where, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert first.stderr is not None
    first.stderr.readline()

    refused = subprocess.run([*command, "spec.yaml"], **where, capture_output=True)
    waiting = subprocess.Popen([*command, "spec.yaml", "--wait"], **where, stdout=subprocess.DEVNULL)
    time.sleep(3)
    assert waiting.poll() is None
    first.kill()
    first.communicate()

    assert waiting.wait(timeout=120) == 0
    assert refused.returncode == 2
    assert re.search(
        r"output folder output is in use by another job: A small job, started 20.*; wait for it", refused.stderr
    )


def test_a_folder_without_locks_gets_its_report(tmp_path, monkeypatch) -> None:
    """and the job says that others may write into it"""

    def refuse(*_: Any) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(outputs.fcntl, "flock", refuse)
    assert run(tmp_path).unheld == "No locks available"
