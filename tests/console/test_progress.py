"""Progress: a bar where a person watches, few lines in a log, nothing where nobody asked."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from job.console import progress
from job.console.progress import show_progress


class Terminal(io.StringIO):
    """What a person watches."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def stderr(monkeypatch):
    """Put another standard error in place."""

    def put(stream: io.StringIO) -> io.StringIO:
        monkeypatch.setattr("sys.stderr", stream)
        return stream

    return put


def step(done: int, total: int) -> SimpleNamespace:
    outcome = SimpleNamespace(
        key=SimpleNamespace(strategy="smote", classifier="knn", repeat=3, fold=1, study=None),
        status="degraded",
        seconds_resample=0.25,
        seconds_fit=1.0,
    )
    return SimpleNamespace(done=done, total=total, ended=(outcome,))


@given(total=st.integers(1, 500), size=st.integers(1, 7))
def test_a_log_gets_at_most_ten_lines(total, size) -> None:
    """However many runs there are and however many end at once; the last line says that all have ended."""
    stream = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stderr", stream)
        with show_progress(quiet=False, verbose=False) as report:
            for done in [*range(size, total, size), total]:
                report(step(done, total))

    lines = stream.getvalue().splitlines()
    assert 1 <= len(lines) <= 10
    assert f"{total:,} of {total:,} runs" == lines[-1]


def test_the_time_left_is_that_of_the_runs_so_far(stderr, monkeypatch) -> None:
    """Start-up is not counted: the first runs wait for their workers, the others don't."""
    log = stderr(io.StringIO())
    clock = iter([100.0, 110.0, 300.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))

    with show_progress(quiet=False, verbose=False) as report:
        for done in (10, 20, 40):
            report(step(done, 100))

    assert ["10 of 100 runs", "20 of 100 runs, about 80 s left", "40 of 100 runs, about 7 min left"] == (
        log.getvalue().splitlines()
    )


def test_a_terminal_gets_a_bar_with_the_time_left(stderr, monkeypatch) -> None:
    """It is gone when the job has ended, and the cursor is back."""
    monkeypatch.setenv("TERM", "xterm")
    screen = stderr(Terminal())

    with show_progress(quiet=False, verbose=False) as report:
        report(step(3, 12))

    assert "3 of 12 runs, time left" in screen.getvalue()
    assert screen.getvalue().index("\x1b[?25l") < screen.getvalue().index("\x1b[?25h")


def test_a_dumb_terminal_gets_lines(stderr, monkeypatch) -> None:
    """A cursor that cannot be moved draws no bar."""
    monkeypatch.setenv("TERM", "dumb")
    screen = stderr(Terminal())

    with show_progress(quiet=False, verbose=False) as report:
        report(step(12, 12))

    assert "12 of 12 runs\n" == screen.getvalue()


def test_verbose_tells_each_run(stderr) -> None:
    """With what it was and how long it took, a bar or not."""
    screen = stderr(Terminal())

    with show_progress(quiet=False, verbose=True) as report:
        report(step(5, 12))

    assert "5 of 12: smote with knn, repeat 3, fold 1: degraded in 1.25 s\n" == screen.getvalue()


def test_quiet_shows_nothing(stderr) -> None:
    """Not even on a terminal."""
    screen = stderr(Terminal())

    with show_progress(quiet=True, verbose=False) as report:
        report(step(5, 12))

    assert "" == screen.getvalue()
