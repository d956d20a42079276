"""The chart of the alarm explorer: lines that the template draws, so that the script only has to move the rate."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from job.report.charts.theme import series
from job.report.layout import Name
from job.text import number, plain

WIDTH, HEIGHT = 380, 250
LEFT, RIGHT, TOP, BOTTOM = 40, 374, 10, 204
_LINE_WIDTH = 2.0
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Line:
    """One strategy: its recall at every rate, and the point where it decides by itself.

    Parameters
    ----------
    points : str
        As the ``points`` of an SVG polyline.
    dash : str
        As its ``stroke-dasharray``.
    x, y : str
        Of its own point; nothing where it has none.
    """

    name: Name
    points: str
    dash: str
    x: str
    y: str


@dataclass(frozen=True)
class AlarmChart:
    """Everything that is drawn, in units of the drawing.

    Parameters
    ----------
    alt : str
        What the chart shows, in numbers.
    x_ticks, y_ticks : tuple of (str, str)
        Place and label.
    x : str
        Where the rate stands at the start.
    """

    alt: str
    lines: tuple[Line, ...]
    x_ticks: tuple[tuple[str, str], ...]
    y_ticks: tuple[tuple[str, str], ...]
    x: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT
    top: int = TOP
    bottom: int = BOTTOM


def place_of(rate: float, rates: Sequence[float]) -> float:
    """Say where a number of alarms stands on the logarithmic axis, no further out than its ends."""
    low, high = math.log(rates[0]), math.log(rates[-1])
    share = (math.log(max(rate, rates[0])) - low) / (high - low)
    return round(LEFT + min(share, 1.0) * (RIGHT - LEFT), 1)


def draw_alarms(
    classifier: Name, rates: Sequence[float], start: int, found: Sequence[tuple[Name, Mapping[str, Any]]]
) -> AlarmChart | None:
    """Place the lines of one classifier's strategies; None where none has recall.

    Parameters
    ----------
    rates : sequence of float
        Alarms per 1,000 rows.
    start : int
        Position of the rate that is marked.
    found : sequence of (Name, Mapping)
        Strategies, and their rows of ``alarms`` in results.json.
    """
    known = [(name, row) for name, row in found if row["recall"][0] is not None]
    if not known:
        return None
    decades = range(math.ceil(math.log10(rates[0]) - 1e-9), 4)
    step = 1 + len(decades) // 6
    return AlarmChart(
        _alt(classifier, rates, start, known),
        tuple(_line(name, row, rates) for name, row in known),
        tuple((f"{place_of(10.0**power, rates)}", plain(10.0**power)) for power in decades[::-1][::step][::-1]),
        tuple((f"{_height(share)}", f"{share:g}") for share in _SHARES),
        f"{place_of(rates[start], rates)}",
    )


def _line(name: Name, row: Mapping[str, Any], rates: Sequence[float]) -> Line:
    points = " ".join(
        f"{place_of(rate, rates):g},{_height(recall):g}" for rate, recall in zip(rates, row["recall"], strict=True)
    )
    lengths = series(name.look).dash[1] or ()
    own = row["own"]
    has_point = own["recall"] is not None and own["alarms_per_1000"] > 0
    x, y = (f"{place_of(own['alarms_per_1000'], rates)}", f"{_height(own['recall'])}") if has_point else ("", "")
    return Line(name, points, " ".join(f"{_LINE_WIDTH * length:g}" for length in lengths), x, y)


def _height(share: float) -> float:
    return round(BOTTOM - share * (BOTTOM - TOP), 1)


def _alt(classifier: Name, rates: Sequence[float], start: int, known: Sequence[tuple[Name, Mapping[str, Any]]]) -> str:
    at = ", ".join(f"{name.short} {number(row['recall'][start], 2)}" for name, row in known)
    own = ", ".join(
        f"{name.short} {number(row['own']['recall'], 2)} at {number(row['own']['alarms_per_1000'], 0)}"
        for name, row in known
    )
    return (
        f"Recall by alarms in 1,000 rows with {classifier.short}. At {plain(rates[start])} alarms: {at}. "
        f"Where each decides by itself: {own}."
    )
