"""What a worker is sent: a unit, and where the data set lies.

Workers import this module and what it needs, which is neither the readers of files nor the report.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from job.data.dataset import Dataset
from job.engine.stored import Stored, store
from job.evaluation.evaluate import Outcome, evaluate_unit
from job.evaluation.runs import Unit

Work = Callable[[Unit], tuple[Outcome, ...]]


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
    return partial(_evaluate_stored, stored=store(dataset, path))


def _evaluate_stored(unit: Unit, stored: Stored) -> tuple[Outcome, ...]:
    return evaluate_unit(unit, stored.load())
