"""What both sweeps share: lines from points, their numbers as a table and in words, and reasons of what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from job.report.charts.lines import Line
from job.report.layout import Name, Number, Table, tabulate
from job.text import abbreviate, counted, listed, number, sentence

_REASON_LENGTH = 200
_MOST_TOLD = 12
_NAMES = ("Brier", "ROC", "F1", "MCC")


def in_lower_case(label: str) -> str:
    """Begin the label of a metric in lower case, unless it begins with a name."""
    return label if label.startswith(_NAMES) else label[:1].lower() + label[1:]


def first_splits(number_of_splits: int) -> str:
    """Say on which splits a study was made."""
    return "the only split" if number_of_splits == 1 else f"the first {counted(number_of_splits, 'split')}"


def line_of(name: Name, points: Sequence[Mapping[str, Any]], metric: str) -> Line:
    """Take one metric out of the points of a curve.

    Parameters
    ----------
    points : sequence of Mapping
        As in the results, in the order of the settings.
    """
    y, lower, upper = (tuple(point["metrics"][metric][key] for point in points) for key in ("value", "lower", "upper"))
    return Line(name, y, lower, upper)


def tell_points(lines: Iterable[Line]) -> str:
    """Say every line's values."""
    return "; ".join(f"{line.name.short} {listed(number(value, 2) for value in line.y)}" for line in lines)


def points_table(key: str, caption: str, settings: Sequence[str], lines: Sequence[Line], decimals: int = 3) -> Table:
    """Lay out the numbers of a chart: strategies in rows, settings in columns."""
    missing = any(value is None for line in lines for value in line.y)
    rows = (
        (line.name, [Number(value, decimals, footnote="" if value is not None else "a") for value in line.y])
        for line in lines
    )
    footnotes = (("a", "No split has a value here."),) if missing else ()
    return tabulate(key, caption, settings, rows, footnotes)


def gather_reasons(found: Iterable[tuple[str, Sequence[Mapping[str, Any]]]]) -> tuple[str, ...]:
    """Say why runs are missing, once for each reason.

    Parameters
    ----------
    found : iterable of (str, sequence of Mapping)
        What the runs were, and reasons with their number of runs.
    """
    told: dict[str, list[str]] = {}
    for what, reasons in found:
        for reason in reasons:
            told.setdefault(str(reason["reason"]), []).append(f"{what} ({counted(reason['n'], 'split')})")
    sentences = [
        f"Without a score: {listed(what[:_MOST_TOLD])}{' and others' if len(what) > _MOST_TOLD else ''}. "
        f"{sentence(abbreviate(reason, _REASON_LENGTH))}"
        for reason, what in told.items()
    ]
    return tuple(sentences[:_MOST_TOLD])
