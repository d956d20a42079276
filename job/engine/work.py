"""What a worker is sent and sends back: a unit, where the data set lies, and what came of it.

Workers import this module and what it needs, which is neither the readers of files nor the report.
"""

import pickle
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

from job.data.dataset import Dataset
from job.evaluation.evaluate_unit import Outcome, evaluate_unit
from job.evaluation.grid import Unit
from job.evaluation.mapped import read_mapped, write_mapped
from job.evaluation.third_party import attempt
from job.strategies.recipes import import_classes

Work = Callable[[Unit], tuple[Outcome, ...]]
Answer = tuple[bytes | None, str | None]
"""What a call returned, pickled, or why it returned nothing."""


@dataclass(frozen=True)
class Call:
    """A unit in flight.

    Parameters
    ----------
    unit : Unit
    sent : Unit
        What its worker is sent: the unit, or how a part of it is evaluated.
    seconds : float or None
        What one of its runs may take.
    begun : Path
        Where its worker notes when it begins: it may have libraries to import first.
    submitted : float
        When it was handed to the workers, by `time.monotonic`.
    """

    unit: Unit
    sent: Unit
    seconds: float | None
    begun: Path
    submitted: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> float:
        """Seconds that are left of what all its runs together may take."""
        if self.seconds is None:
            return float("inf")
        allowed = self.seconds * len(self.unit.classifiers)
        try:
            return float(self.begun.read_text()) + allowed - time.monotonic()
        except (OSError, ValueError):
            return allowed  # it has not begun


def build_work(dataset: Dataset, path: Path) -> Work:
    """Write the data set for the workers and return what evaluates a unit on it.

    Parameters
    ----------
    dataset : Dataset
    path : Path
        A file that all workers can read; never reused for another data set.

    Returns
    -------
    callable
        Unit -> tuple of Outcome; small enough to travel with every unit.
    """
    write_mapped(dataset, path)
    return partial(_evaluate_stored, path=str(path.resolve()))


@dataclass(frozen=True)
class WorkOfSuite:
    """Evaluates the units of several jobs, each on the data set of its own job.

    Parameters
    ----------
    folder : Path
        It has the data sets, each under the number of its job, as `build_work` writes them.
    """

    folder: Path

    def __call__(self, unit: Unit) -> tuple[Outcome, ...]:
        """Evaluate a unit where the folder can be read."""
        return _evaluate_stored(unit, str(self.path(unit.job)))

    def path(self, job: int) -> Path:
        """Give the place of a job's data set."""
        return self.folder / str(job)

    def carry(self, job: int) -> Work:
        """Return what has a job's data set inside it, for workers that share no folder."""
        return _carry(self.path(job))


@cache
def _carry(path: Path) -> Work:
    return partial(evaluate_unit, dataset=read_mapped(path))


def answer(begun: Path, function: Callable[..., Any], *arguments: Any) -> Answer:
    """Call a function in a worker; what it raises is sent back as text, since its class may not survive the journey."""
    for unit in arguments:
        if isinstance(unit, Unit):
            attempt(partial(import_classes, unit.strategy, unit.classifiers), 0)

    def call() -> bytes:
        begun.write_text(repr(time.monotonic()))  # by a clock that all processes share
        return pickle.dumps(function(*arguments))

    tried = attempt(call, 0)
    return tried.value, tried.error


def read(answered: Answer) -> tuple[Any, str | None]:
    """Return what a call in a worker returned, or None and why there is nothing."""
    packed, error = answered
    if packed is None:
        return None, error
    tried = attempt(lambda: pickle.loads(packed), 0)
    return tried.value, tried.error


def too_long(seconds: float | None) -> str:
    """Say why something was ended that took longer than a run may."""
    return f"took longer than engine.run_timeout ({seconds:g} s)"


def _evaluate_stored(unit: Unit, path: str) -> tuple[Outcome, ...]:
    return evaluate_unit(unit, _load(path))


@lru_cache(maxsize=1)
def _load(path: str) -> Any:
    """Read what every worker needs, once in each process."""
    return read_mapped(Path(path))
