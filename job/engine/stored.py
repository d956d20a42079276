"""A value that every worker needs, written once and read once by each process."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Stored:
    """Where a value was written; small enough to travel with every unit of work.

    Parameters
    ----------
    path : str
        A file that all workers can read; never reused for another value.
    """

    path: str

    def load(self) -> Any:
        """Read the value, or give the one that this process has read before."""
        return _load(self.path)


def store(value: Any, path: Path) -> Stored:
    """Write a value for the workers to read."""
    with path.open("wb") as file:
        pickle.dump(value, file, protocol=pickle.HIGHEST_PROTOCOL)
    return Stored(str(path.resolve()))


@lru_cache(maxsize=1)
def _load(path: str) -> Any:
    with Path(path).open("rb") as file:
        return pickle.load(file)
