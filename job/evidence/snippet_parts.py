"""What the parts of a snippet are made of, and what they are told about the job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from job.data.dataset import Dataset
from job.spec.job_spec import JobSpec
from job.spec.strategy_entries import Entry


@dataclass(frozen=True)
class Part:
    """Some lines of a snippet.

    Parameters
    ----------
    lines : tuple of str
    imports : tuple of (str, str)
        Dotted path and alias of everything that the lines need.
    notes : tuple of str
        Sentences about where the snippet's numbers may differ from the report's.
    """

    lines: tuple[str, ...]
    imports: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Winner:
    """The strategy × classifier that a snippet is about, and its job.

    Parameters
    ----------
    spec : JobSpec
    dataset : Dataset
    strategy, classifier : Entry
    runs : sequence of dict
        Its runs, as in results.json.
    is_probability : bool
        Whether its scores are probabilities.
    """

    spec: JobSpec
    dataset: Dataset
    strategy: Entry
    classifier: Entry
    runs: Sequence[dict[str, Any]] = field(default=())
    is_probability: bool = True

    @property
    def trouble(self) -> str:
        """What could not be done as asked, in all of its runs."""
        return "; ".join(run["reason"] for run in self.runs if run["reason"])
