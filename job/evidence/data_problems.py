"""What is wrong with the data itself, which has to be known before any answer is believed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TOLD = 2


def describe_problems(results: Mapping[str, Any]) -> list[str]:
    """Describe what the diagnosis calls a problem, such as a column that gives the answer away.

    Parameters
    ----------
    results : Mapping
        What results.json holds.

    Returns
    -------
    list of str
        A sentence for each of the first two, and one that counts the others.
    """
    findings = (results["dataset"].get("diagnosis") or {}).get("findings", ())
    found = [_tell(finding) for finding in findings if finding["level"] == "problem"]
    more = len(found) - _TOLD
    return [*found[:_TOLD], *([f"{more} more {'are' if more > 1 else 'is'} told below."] if more > 0 else [])]


def _tell(finding: Mapping[str, Any]) -> str:
    """Say what was found, and in which columns."""
    found, columns = str(finding["found"]), finding["columns"]
    named = [*columns[:_TOLD], *(["..."] if len(columns) > _TOLD else [])]
    return f"{found.removesuffix('.')} ({', '.join(named)})." if named else found
