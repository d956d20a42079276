"""What a reader takes home: the recommended strategy and classifier as a script, and the files that were asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from job.report.facts import Facts
from job.report.section import Section
from job.report.words import shorten_all

_LABEL_LENGTH = 40
_ABSENT = "These results hold no script."


@dataclass(frozen=True)
class TakeHome:
    """The script.

    Parameters
    ----------
    reading : str
        What it is and what it gives.
    code : str
        Nothing where there can be none.
    notes : tuple of str
        Where its numbers may differ from this page's, or why there is no script.
    """

    reading: str
    code: str
    notes: tuple[str, ...]


def build(facts: Facts) -> Section:
    """Build the section.

    Parameters
    ----------
    facts : Facts

    Returns
    -------
    Section
    """
    found: Mapping[str, Any] = facts.results.get("snippet") or {"code": None, "reason": _ABSENT}
    if found["code"] is None:
        return Section("snippet", "Take it home", TakeHome("", "", (str(found["reason"]),)))
    return Section("snippet", "Take it home", TakeHome(_read(found), found["code"], tuple(found["notes"])))


def _read(found: Mapping[str, Any]) -> str:
    strategy, classifier = shorten_all([str(found["strategy"]), str(found["classifier"])], _LABEL_LENGTH)
    chosen = "what is recommended" if found["recommended"] else "the best mean of the ranking metric"
    return (
        f"This script is {strategy} with {classifier}, {chosen}, written in public calls of scikit-learn and "
        "imbalanced-learn, with the seeds of this job. It prints the metrics of every split and their means: those of "
        "this page. The function fit_model in it makes the pipeline to keep."
    )
