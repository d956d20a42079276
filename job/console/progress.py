"""How far a job is: a bar with the time left on a terminal, plain lines in a log, nothing where nobody asked."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from job.console.streams import is_terminal, tell

_LINES = 10


class Step(Protocol):
    """How far the job is; `job.pipeline.Progress`, without the import that takes more than a second."""

    @property
    def done(self) -> int: ...
    @property
    def total(self) -> int: ...


Report = Callable[[Any], None]


@contextmanager
def show_progress(quiet: bool) -> Iterator[Report]:
    """Yield what is to be called each time that runs end.

    Parameters
    ----------
    quiet : bool
        Whether nothing is shown.

    Yields
    ------
    callable
        Takes a `Step`.
    """
    if quiet:
        yield lambda step: None
    elif is_terminal(sys.stderr):
        with _bar() as report:
            yield report
    else:
        yield _Lines().report


@contextmanager
def _bar() -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Runs"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("left"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Runs", total=None)
        yield lambda step: bar.update(task, total=step.total, completed=step.done)


class _Lines:
    """At most one line for each tenth of the runs."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._tenths = 0

    def report(self, step: Step) -> None:
        tenths = _LINES * step.done // step.total
        if tenths > self._tenths:
            self._tenths = tenths
            left = (time.monotonic() - self._start) * (step.total - step.done) / step.done
            tell(f"{step.done:,} of {step.total:,} runs" + (f", about {_duration(left)} left" if left >= 1 else ""))


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
