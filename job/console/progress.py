"""How far a job is: a bar with the time left on a terminal, plain lines in a log, nothing where nobody asked."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from job.console.streams import is_terminal, tell

if TYPE_CHECKING:  # importing it takes more than a second, and a command has its own reason to do so
    from job.pipeline import Progress

_LINES = 10

Report = Callable[["Progress"], None]


@contextmanager
def show_progress(quiet: bool, verbose: bool) -> Iterator[Report]:
    """Yield what is to be called each time that runs end.

    Parameters
    ----------
    quiet : bool
        Whether nothing is shown.
    verbose : bool
        Whether each run that ends gets a line.

    Yields
    ------
    callable
        Takes a `job.pipeline.Progress`.
    """
    if quiet:
        yield lambda progress: None
    elif verbose:
        yield _tell_each
    elif is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb":
        with _bar() as report:
            yield report
    else:
        yield _Tenths().report


@contextmanager
def _bar() -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[runs]}"), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Reading the data", total=None, runs="")

        def report(progress: Progress) -> None:
            runs = f"{progress.done:,} of {progress.total:,} runs, time left"
            bar.update(task, description="Running", total=progress.total, completed=progress.done, runs=runs)

        yield report


class _Tenths:
    """At most one line for each tenth of the runs."""

    def __init__(self) -> None:
        self._tenths = 0
        self._first: tuple[float, int] | None = None  # later than the start: the first runs wait for their workers

    def report(self, progress: Progress) -> None:
        now = time.monotonic()
        since, before = self._first = self._first or (now, progress.done)
        tenths = _LINES * progress.done // progress.total
        if tenths > self._tenths:
            self._tenths = tenths
            left = (now - since) * (progress.total - progress.done) / max(progress.done - before, 1)
            when = f", about {_duration(left)} left" if left >= 1 else ""
            tell(f"{progress.done:,} of {progress.total:,} runs{when}")


def _tell_each(progress: Progress) -> None:
    before = progress.done - len(progress.ended)
    for number, outcome in enumerate(progress.ended, before + 1):
        key = outcome.key
        study = f", {key.study.words}" if key.study else ""
        run = f"{key.strategy} with {key.classifier}, repeat {key.repeat}, fold {key.fold}{study}"
        ended = f"{outcome.status} in {outcome.seconds_resample + outcome.seconds_fit:.2f} s"
        tell(f"{number:,} of {progress.total:,}: {run}: {ended}")


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
