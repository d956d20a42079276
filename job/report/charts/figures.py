"""Charts of bars, dots and points: each takes plain numbers and gives a picture with its words and its numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from job.report.charts import canvas
from job.report.charts.theme import Theme, series
from job.report.layout import Name

_ROW = 27.0
_CLOUD_HEIGHT = 300.0

Point = Sequence[float]
Usual = tuple[float, float, float]
"""Lowest, middle and highest value."""
Limits = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True)
class Look:
    """How one kind of points is drawn.

    Parameters
    ----------
    colour : str
        One colour for light and dark screens, because an image cannot follow the reader's choice.
    marker : str
        As matplotlib calls it.
    """

    colour: str
    marker: str
    size: float


MAJORITY = Look("#80868e", "o", 2.6)
MINORITY = Look("#c9581c", "o", 4.2)
ADDED = Look("#1f7fd6", "D", 3.4)
TYPE_LOOKS = {
    "safe": Look("#2a8f58", "o", 4.8),
    "borderline": Look("#a8790a", "s", 4.4),
    "rare": Look("#d2521a", "^", 5.2),
    "outlier": Look("#c83ca0", "X", 5.2),
}


@dataclass(frozen=True)
class Cloud:
    """Points of one kind, by their name in the legend."""

    name: str
    points: Sequence[Point]
    look: Look


def draw_bars(bars: Sequence[tuple[str, float, bool]], axis: str, about: canvas.Description) -> canvas.Picture:
    """Draw one horizontal bar for each count, the ones that matter in the accent colour.

    Parameters
    ----------
    bars : sequence of (str, float, bool)
        Name, length, and whether it matters most.
    """
    names, lengths, matters = zip(*bars, strict=True)

    def draw(theme: Theme, axes: Axes) -> None:
        colours = [theme.light["accent" if one else "quiet"] for one in matters]
        axes.barh(range(len(bars)), lengths, color=colours, height=0.6)
        for row, length in enumerate(lengths):
            axes.annotate(f"{length:,.0f}", (length, row), (4, 0), textcoords="offset points", va="center")
        axes.set_xlim(0, 1.18 * max(lengths))
        canvas.mark_counts(axes.xaxis, 4)
        canvas.frame_rows(axes, theme, names, axis, grid=False)

    return canvas.build_picture(draw, _ROW * len(bars) + 58, about)


def draw_parts(
    rows: Sequence[tuple[Name, Sequence[float]]], parts: Sequence[tuple[str, str]], axis: str, about: canvas.Description
) -> canvas.Picture:
    """Draw one bar for each strategy, made of parts that add up; a stroke marks the whole.

    Parameters
    ----------
    rows : sequence of (Name, sequence of float)
        Strategies from top to bottom, and their parts, of either sign.
    parts : sequence of (str, str)
        Name of each part, and that of its colour.
    """

    def draw(theme: Theme, axes: Axes) -> None:
        axes.axvline(0, color=theme.light["quiet"], linewidth=1.0)
        for place, (part, colour) in enumerate(parts):
            lengths = [values[place] for _, values in rows]
            # a part begins behind the parts before it that point the same way
            starts = [sum(one for one in values[:place] if one * values[place] > 0) for _, values in rows]
            axes.barh(range(len(rows)), lengths, left=starts, color=theme.light[colour], height=0.5, label=part)
        for row, (_, values) in enumerate(rows):
            axes.plot([sum(values)] * 2, [row - 0.38, row + 0.38], color=theme.light["ink"], linewidth=2.2)
        canvas.mark_values(axes.xaxis)
        axes.margins(x=0.04)
        canvas.frame_rows(axes, theme, [name.short for name, _ in rows], axis)

    legend = [name for name, _ in parts]
    return canvas.build_picture(draw, _ROW * len(rows) + 66, about, legend)


def draw_dots(
    rows: Sequence[str],
    dots: Sequence[tuple[Name, Sequence[float | None]]],
    axis: str,
    about: canvas.Description,
    usual: Sequence[Usual | None] = (),
    reach: float = 1.0,
) -> canvas.Picture:
    """Draw one band for each row, and in it every strategy's value, one below the other.

    Parameters
    ----------
    rows : sequence of str
        Names from top to bottom.
    dots : sequence of (Name, sequence of float or None)
        Strategies, and their values, one for each row.
    usual : sequence of (float, float, float) or None
        What is usual in each row: its range is shaded, its middle a stroke.
    reach : float
        Where the axis ends; it begins at 0. What is beyond is drawn at its end.
    """
    band = max(20.0 if usual else 30.0, (7.5 if usual else 9.0) * len(dots) + 9)

    def draw(theme: Theme, axes: Axes) -> None:
        for edge in range(len(rows) - 1):
            axes.axhline(edge + 0.5, color=theme.light["line"], linewidth=0.8)
        for row, each in enumerate(usual):
            if each is not None:
                low, middle, high = (min(value, reach) for value in each)
                axes.fill_between([low, high], row - 0.42, row + 0.42, color=theme.light["line"], linewidth=0)
                axes.plot([middle] * 2, [row - 0.42, row + 0.42], color=theme.light["quiet"], linewidth=1.4)
        for place, (name, found) in enumerate(dots):
            look = series(name.look)
            shift = 0.8 * ((place + 0.5) / len(dots) - 0.5)
            values = [float("nan") if value is None else min(value, reach) for value in found]
            heights = [row + shift for row in range(len(rows))]
            (line,) = axes.plot(values, heights, look.marker, color=theme.light[look.colour], markersize=7.5)
            line.set(markeredgewidth=0, label=canvas.legend_text(name.short), clip_on=False)
        canvas.unit_axis(axes.set_xlim, axes.set_xticks, reach)
        canvas.frame_rows(axes, theme, rows, axis)

    legend = [name.short for name, _ in dots]
    return canvas.build_picture(draw, band * len(rows) + 62, about, legend)


def draw_clouds(
    clouds: Sequence[Cloud], limits: Limits, axes_names: tuple[str, str], about: canvas.Description
) -> canvas.Picture:
    """Draw points, each cloud over the ones before it; what is outside the axes stands at their edge.

    They are an image inside the chart, because thousands of shapes would weigh down the page.

    Parameters
    ----------
    limits : ((float, float), (float, float))
        Of x and of y.
    """

    def draw(theme: Theme, axes: Axes) -> None:
        for cloud in clouds:
            _draw_cloud(axes, cloud, limits)
        axes.set(xlim=limits[0], ylim=limits[1], xlabel=axes_names[0], ylabel=axes_names[1])
        canvas.mark_values(axes.xaxis)
        canvas.mark_values(axes.yaxis)
        canvas.open_frame(axes, ("bottom", "left"))
        canvas.add_legend(axes.figure, -(-len(clouds) // 2), handlelength=1.2, columnspacing=1.4)

    return canvas.build_picture(draw, _CLOUD_HEIGHT, about, is_cut=True)


def _draw_cloud(axes: Axes, cloud: Cloud, limits: Limits) -> None:
    x, y = ([min(max(point[side], low), high) for point in cloud.points] for side, (low, high) in enumerate(limits))
    look = cloud.look
    (drawn,) = axes.plot(x, y, look.marker, color=look.colour, markersize=look.size, markeredgewidth=0)
    drawn.set_rasterized(True)
    axes.plot([], [], look.marker, color=look.colour, markersize=look.size, markeredgewidth=0, label=cloud.name)
