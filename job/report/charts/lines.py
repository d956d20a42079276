"""Charts of sweeps: one line for each strategy over the settings of a sweep, with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, NullLocator

from job.report.charts import canvas
from job.report.charts.theme import Theme, series
from job.report.layout import Name, Table
from job.text import plain

_MOST_TICKS = 6


@dataclass(frozen=True)
class Line:
    """One strategy over the settings of a sweep.

    Parameters
    ----------
    y : tuple of float or None
        One for each setting.
    lower, upper : tuple of float or None
        Its interval; None where there is none.
    """

    name: Name
    y: tuple[float | None, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]


@dataclass(frozen=True)
class Scale:
    """What the axes of a sweep measure.

    Parameters
    ----------
    settings : tuple of float
        Where the points lie; drawn by their logarithm.
    is_share : bool
        Whether y goes from 0 to 1; else from 0 to a little above its largest value.
    """

    x: str
    y: str
    settings: tuple[float, ...]
    is_share: bool


def draw_lines(
    lines: Sequence[Line], scale: Scale, reference: tuple[str, float] | None, alt: str, caption: str, table: Table
) -> canvas.Picture:
    """Draw one line for each strategy, its intervals as strokes, and a dotted line to compare with.

    Parameters
    ----------
    reference : (str, float) or None
        What the dotted line is, and where it lies.
    """
    names = [line.name.short for line in lines] + ([reference[0]] if reference else [])
    n_columns, legend_rows = canvas.legend_shape(names)

    def draw(figure: Figure, theme: Theme) -> None:
        axes = figure.subplots()
        for place, line in enumerate(lines):
            _draw_line(axes, line, scale, theme, 1 + 0.012 * (place - (len(lines) - 1) / 2))
        if reference is not None:
            axes.axhline(
                reference[1], color=theme.light["quiet"], linewidth=1.2, linestyle=canvas.DOTS, label=reference[0]
            )
        _set_axes(axes, scale, lines, reference)
        canvas.frame_plane(axes, theme, scale.x, scale.y)
        canvas.add_legend(figure, n_columns)

    return canvas.build_picture(draw, 235.0 + 18 * legend_rows, alt, caption, table)


def _draw_line(axes: Axes, line: Line, scale: Scale, theme: Theme, shift: float) -> None:
    """Strokes of neighbouring strategies stand a little apart, so that each can be seen."""
    look = series(line.name.look)
    colour = theme.light[look.colour]
    x = [setting * shift for setting in scale.settings]
    y = [float("nan") if value is None else value for value in line.y]
    (drawn,) = axes.plot(x, y, color=colour, linewidth=1.5, linestyle=look.dash, marker=look.marker, markersize=6)
    drawn.set(markeredgewidth=0, label=canvas.legend_text(line.name.short))
    for place, lower, upper in zip(x, line.lower, line.upper, strict=True):
        if lower is not None and upper is not None:
            axes.plot([place, place], [lower, upper], color=colour, linewidth=1.2, alpha=0.7)


def _set_axes(axes: Axes, scale: Scale, lines: Sequence[Line], reference: tuple[str, float] | None) -> None:
    axes.set_xscale("log")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())
    step = -(-len(scale.settings) // _MOST_TICKS)
    ticks = scale.settings[::-step][::-1]
    axes.set_xticks(ticks, [plain(float(f"{tick:.2g}")) for tick in ticks])
    if scale.is_share:
        canvas.unit_axis(axes.set_ylim, axes.set_yticks)
    else:
        drawn = [value for line in lines for value in (*line.y, *line.upper) if value is not None]
        axes.set_ylim(0, 1.08 * max([*drawn, *([reference[1]] if reference else []), 1e-6]))
