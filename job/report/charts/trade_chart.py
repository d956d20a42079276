"""Recall against false alarms: which strategies no other beats, and the chart with their Pareto front."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, MultipleLocator

from job.report.charts import canvas
from job.report.charts.figures import Curve
from job.report.charts.theme import Theme, series
from job.report.layout import Name, Table

_DIGITS = 12  # a mean of the same counts in another order may differ by its last bits
_FRONT = "the front"
_STEPS = (0.05, 0.1, 0.2)  # between marks of recall
_ROOM = 0.05  # of recall, around the outermost points


@dataclass(frozen=True)
class Trade:
    """What one decision finds, and what it pays.

    Parameters
    ----------
    false_alarms : float
        In 1,000 rows.
    """

    recall: float
    false_alarms: float

    def beats(self, other: Trade) -> bool:
        """Whether this finds at least as much with no more false alarms, and does better in one of the two."""
        more = round(self.recall - other.recall, _DIGITS)
        fewer = round(other.false_alarms - self.false_alarms, _DIGITS)
        return more >= 0 and fewer >= 0 and (more > 0 or fewer > 0)


def find_winners(trades: Sequence[Trade]) -> tuple[tuple[int, ...], ...]:
    """Find for each trade those that beat it; the front are the trades that none beats.

    Returns
    -------
    tuple of tuple of int
        Positions in `trades`, ascending; equal trades don't beat each other.
    """
    return tuple(tuple(place for place, other in enumerate(trades) if other.beats(trade)) for trade in trades)


@dataclass(frozen=True)
class Point:
    """One strategy in the plane."""

    name: Name
    trade: Trade
    on_front: bool


def draw_trades(points: Sequence[Point], moved: Curve | None, alt: str, caption: str, table: Table) -> canvas.Picture:
    """Draw one marker for each strategy and a staircase through those that no other beats.

    Parameters
    ----------
    points : sequence of Point
        One at least.
    moved : Curve or None
        What moving one strategy's threshold would reach: recall against false alarms in 1,000 rows, x ascending.
    """
    names = [point.name.short for point in points] + [_FRONT] + ([moved.name.short] if moved else [])
    n_columns, legend_rows = canvas.legend_shape(names)
    right = 1.08 * max(1.0, *(point.trade.false_alarms for point in points))
    bottom, top = _limits([point.trade.recall for point in points])

    def draw(figure: Figure, theme: Theme) -> None:
        axes = figure.subplots()
        for point in points:
            _mark(axes, point, theme)
        if moved is not None:
            (line,) = axes.plot(moved.x, moved.y, color=theme.light["quiet"], linewidth=1.2, linestyle=canvas.DOTS)
            line.set_label(canvas.legend_text(moved.name.short))
        axes.plot(*_staircase(points, right, bottom), color=theme.light["ink"], linewidth=1.0, label=_FRONT)
        axes.set_xlim(-0.02 * right, right)
        axes.set_ylim(bottom, top)
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.yaxis.set_major_locator(MultipleLocator(next(step for step in _STEPS if top - bottom < 7 * step)))
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.2g}")
        canvas.frame_plane(axes, theme, "false alarms in 1,000 rows", "minority recall")
        canvas.add_legend(figure, n_columns)

    return canvas.build_picture(draw, 235.0 + 18 * legend_rows, alt, caption, table)


def _limits(recalls: Sequence[float]) -> tuple[float, float]:
    """Whole tenths around all points: recall need not begin at nothing, because no length is read."""
    low, high = min(recalls) - _ROOM, max(recalls) + _ROOM
    return max(math.floor(10 * low) / 10, -0.02), min(math.ceil(10 * high) / 10, 1.02)


def _staircase(points: Sequence[Point], right: float, bottom: float) -> tuple[list[float], list[float]]:
    """Recall that is within reach at each number of false alarms, by taking one strategy or another."""
    front = sorted((point.trade.false_alarms, point.trade.recall) for point in points if point.on_front)
    x, y = [front[0][0]], [bottom]
    for false_alarms, recall in front:
        x += [false_alarms, false_alarms]
        y += [y[-1], recall]
    return [*x, right], [*y, y[-1]]


def _mark(axes: Axes, point: Point, theme: Theme) -> None:
    """A ring tells a strategy on the front also where the line is hidden."""
    look, place = series(point.name.look), (point.trade.false_alarms, point.trade.recall)
    (mark,) = axes.plot(*place, look.marker, color=theme.light[look.colour], markersize=8.5, markeredgewidth=0)
    mark.set(label=canvas.legend_text(point.name.short), clip_on=False, zorder=4)
    if point.on_front:
        (ring,) = axes.plot(*place, "o", markersize=15, markeredgecolor=theme.light["ink"], markerfacecolor="none")
        ring.set(clip_on=False, zorder=3)
