"""The last words of a job: which runs did not go as asked, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_WORDS: Mapping[str, str] = {
    "failed": "Failed",
    "degraded": "Degraded",
    "not_applicable": "Not applicable",
}
_MOST_LINES = 20


def summarize_trouble(results: Mapping[str, Any], quiet: bool) -> Iterator[str]:
    """Say which runs failed, were degraded or could not exist, one line for each strategy and reason.

    Parameters
    ----------
    results : Mapping[str, Any]
        The content of results.json.
    quiet : bool
        Whether only failed runs are worth a line.

    Yields
    ------
    str
    """
    lines = [
        line
        for status in _WORDS
        if status == "failed" or not quiet
        for line in _lines(results["runs"], status, len(results["classifiers"]))
    ]
    yield from lines[:_MOST_LINES]
    if len(lines) > _MOST_LINES:
        yield f"and {len(lines) - _MOST_LINES:,} more reasons, all of them in the report"


def _lines(runs: Sequence[Mapping[str, Any]], status: str, n_classifiers: int) -> Iterator[str]:
    reasons: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for run in runs:
        if run["status"] == status:
            reasons.setdefault((run["strategy"], run["reason"]), []).append(run)
    for (strategy, reason), same in reasons.items():
        classifiers = list(dict.fromkeys(run["classifier"] for run in same))
        who = strategy if len(classifiers) == n_classifiers else f"{strategy} with {', '.join(classifiers)}"
        among = sum(run["strategy"] == strategy and run["classifier"] in classifiers for run in runs)
        yield f"{_WORDS[status]}: {who}, {len(same):,} of {among:,} runs: {reason}"
