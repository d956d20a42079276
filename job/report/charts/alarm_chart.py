"""The chart of the alert explorer: lines that the template draws, so that the script only has to move the rate."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from job.report.charts.theme import series
from job.report.layout import Name
from job.results.decision_facts import AlarmsRow
from job.text import number, plain

_LINE_WIDTH = 2.0
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Line:
    """One strategy: its recall at every rate, and the point where it decides by itself.

    Parameters
    ----------
    path : str
        As the ``d`` of an SVG path: steps from point to point, which are short.
    dash : str
        As its ``stroke-dasharray``.
    x, y : str
        Of its own point; nothing where it has none.
    """

    name: Name
    path: str
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
    left: int = 40
    right: int = 374
    top: int = 10
    bottom: int = 204


def place_of(rate: float, rates: Sequence[float]) -> float:
    """Say where a number of alerts stands on the logarithmic axis, no further out than its ends."""
    low, high = math.log(rates[0]), math.log(rates[-1])
    share = (math.log(max(rate, rates[0])) - low) / (high - low)
    return round(AlarmChart.left + min(share, 1.0) * (AlarmChart.right - AlarmChart.left), 1)


def draw_alarms(
    classifier: Name, rates: Sequence[float], start: int, found: Sequence[tuple[Name, AlarmsRow]]
) -> AlarmChart | None:
    """Place the lines of one classifier's strategies; None where none has recall.

    Parameters
    ----------
    rates : sequence of float
        Alerts per 1,000 rows.
    start : int
        Position of the rate that is marked.
    found : sequence of (Name, AlarmsRow)
        Strategies, and what they find at each rate.
    """
    known = [(name, row) for name, row in found if row.recall[0] is not None]
    if not known:
        return None
    decades = range(math.ceil(math.log10(rates[0]) - 1e-9), 4)
    step = 1 + len(decades) // 6
    at = ", ".join(f"{name.short} {number(row.recall[start], 2)}" for name, row in known)
    ends = [(name.short, row.own) for name, row in known if row.own]
    own = ", ".join(f"{name} {number(at.recall, 2)} at {number(at.alarms_per_1000, 0)}" for name, at in ends)
    return AlarmChart(
        f"Recall by alerts in 1,000 rows with {classifier.short}. At {plain(rates[start])} alerts: {at}. "
        f"At their own decision thresholds: {own}.",
        tuple(_line(name, row, rates) for name, row in known),
        tuple((f"{place_of(10.0**power, rates)}", plain(10.0**power)) for power in decades[::-1][::step][::-1]),
        tuple((f"{_height(share)}", f"{share:g}") for share in _SHARES),
        f"{place_of(rates[start], rates)}",
    )


def _line(name: Name, row: AlarmsRow, rates: Sequence[float]) -> Line:
    known = ((rate, recall) for rate, recall in zip(rates, row.recall, strict=True) if recall is not None)
    points = [(place_of(rate, rates), _height(recall)) for rate, recall in known]
    steps = " ".join(f"{x - left:.3g},{y - top:.3g}" for (left, top), (x, y) in pairwise(points))
    path = f"M{points[0][0]:g},{points[0][1]:g}l{steps}"
    dash = " ".join(f"{_LINE_WIDTH * length:g}" for length in series(name.look).dash[1] or ())
    own, (x, y) = row.own, ("", "")
    if own is not None and own.recall is not None and own.alarms_per_1000 > 0:
        x, y = f"{place_of(own.alarms_per_1000, rates)}", f"{_height(own.recall)}"
    return Line(name, path, dash, x, y)


def _height(share: float) -> float:
    return round(AlarmChart.bottom - share * (AlarmChart.bottom - AlarmChart.top), 1)
