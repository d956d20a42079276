"""The charts: each takes plain numbers and gives a picture with its words and its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator

from job.report.charts import canvas
from job.report.charts.theme import Series, Theme, series
from job.report.layout import Name, Table

_ROW = 27.0


@dataclass(frozen=True)
class Curve:
    """One line of a curve chart.

    Parameters
    ----------
    decision : (float, float) or None
        Where on the line the strategy's own decision lies.
    """

    name: Name
    x: tuple[float, ...]
    y: tuple[float, ...]
    decision: tuple[float, float] | None = None


@dataclass(frozen=True)
class Parted:
    """One row of a chart of parts.

    Parameters
    ----------
    parts : tuple of float
        What adds up to the whole, of either sign.
    """

    name: Name
    parts: tuple[float, ...]


@dataclass(frozen=True)
class Dots:
    """One strategy in a chart of dots.

    Parameters
    ----------
    values : tuple of float or None
        One for each row of the chart.
    """

    name: Name
    values: tuple[float | None, ...]


def draw_curves(
    curves: Sequence[Curve],
    axes_names: tuple[str, str],
    reference: Curve | None,
    alt: str,
    caption: str,
    table: Table,
    limit: Curve | None = None,
    reach: float = 1.0,
) -> canvas.Picture:
    """Draw one line for each strategy, its own decision on it, and a dotted line to compare with; both axes begin at 0.

    Parameters
    ----------
    axes_names : (str, str)
        What x and y measure.
    reference : Curve or None
        A line without skill; its name says what it is.
    limit : Curve or None
        What cannot be surpassed, drawn as a thin line without markers.
    reach : float
        Where both axes end.
    """
    names = [curve.name.short for curve in (*curves, limit, reference) if curve is not None]
    n_columns, legend_rows = canvas.legend_shape(names)

    def draw(figure: Figure, theme: Theme) -> None:
        axes = figure.subplots()
        for curve in curves:
            _line(axes, curve, theme, (4 + 3 * (curve.name.look % 6), 20))
        for curve in curves:
            if curve.decision is not None:
                _decision(axes, curve.decision, series(curve.name.look), theme)
        if limit is not None:
            (line,) = axes.plot(limit.x, limit.y, color=theme.light["ink"], linewidth=1.0)
            line.set_label(canvas.legend_text(limit.name.short))
        if reference is not None:
            (line,) = axes.plot(
                reference.x, reference.y, color=theme.light["quiet"], linewidth=1.2, linestyle=canvas.DOTS
            )
            line.set_label(canvas.legend_text(reference.name.short))
        canvas.unit_axis(axes.set_xlim, axes.set_xticks, reach)
        canvas.unit_axis(axes.set_ylim, axes.set_yticks, reach)
        canvas.frame_plane(axes, theme, *axes_names)
        canvas.add_legend(figure, n_columns, handlelength=2.6)

    return canvas.build_picture(draw, 275.0 + 18 * legend_rows, alt, caption, table)


def draw_net_benefit(
    curves: Sequence[Curve],
    everybody: Curve,
    axes_names: tuple[str, str],
    marked: Sequence[float],
    alt: str,
    caption: str,
    table: Table,
) -> canvas.Picture:
    """Draw net benefit over thresholds by their logarithm, one line for each strategy.

    An alert on every row is a dotted line that falls out of the picture, an alert on none the line at 0.

    Parameters
    ----------
    axes_names : (str, str)
        What x and y measure.
    marked : sequence of float
        Thresholds that have a tick.
    """
    n_columns, legend_rows = canvas.legend_shape([curve.name.short for curve in (*curves, everybody)])
    highest = max([1e-9, *(value for curve in (*curves, everybody) for value in curve.y)])

    def draw(figure: Figure, theme: Theme) -> None:
        axes = figure.subplots()
        axes.axhline(0, color=theme.light["quiet"], linewidth=1.0)
        for curve in curves:
            _line(axes, curve, theme, (2 + 2 * (curve.name.look % 4), 9))
        (line,) = axes.plot(everybody.x, everybody.y, color=theme.light["quiet"], linewidth=1.2, linestyle=canvas.DOTS)
        line.set_label(canvas.legend_text(everybody.name.short))
        axes.set_xscale("log")
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xticks(list(marked), [f"{tick:g}" for tick in marked])
        axes.set_ylim(-0.25 * highest, 1.06 * highest)
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}".replace("-", "\u2212"))
        canvas.frame_plane(axes, theme, *axes_names)
        canvas.add_legend(figure, n_columns, handlelength=2.6)

    return canvas.build_picture(draw, 275.0 + 18 * legend_rows, alt, caption, table)


def draw_bars(
    bars: Sequence[tuple[str, float, bool]], axis: str, alt: str, caption: str, table: Table
) -> canvas.Picture:
    """Draw one horizontal bar for each count, the ones that matter in the accent colour.

    Parameters
    ----------
    bars : sequence of (str, float, bool)
        Name, length, and whether it matters most.
    """

    def draw(figure: Figure, theme: Theme) -> None:
        axes = figure.subplots()
        lengths = [length for _, length, _ in bars]
        colours = [theme.light["accent" if matters else "quiet"] for _, _, matters in bars]
        axes.barh(range(len(bars)), lengths, color=colours, height=0.6)
        for row, length in enumerate(lengths):
            axes.annotate(f"{length:,.0f}", (length, row), (4, 0), textcoords="offset points", va="center")
        axes.set_yticks(range(len(bars)), [canvas.spaces(name) + name for name, _, _ in bars])
        axes.set_ylim(len(bars) - 0.5, -0.5)
        axes.set_xlim(0, 1.18 * max(lengths))
        axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.set_xlabel(axis)
        axes.tick_params(axis="y", length=0)
        canvas.open_frame(axes, ("bottom",))

    return canvas.build_picture(draw, _ROW * len(bars) + 58, alt, caption, table)


def draw_parts(
    rows: Sequence[Parted], parts: Sequence[tuple[str, str]], axis: str, alt: str, caption: str, table: Table
) -> canvas.Picture:
    """Draw one bar for each strategy, made of parts that add up; a stroke marks the whole.

    Parameters
    ----------
    rows : sequence of Parted
        From top to bottom.
    parts : sequence of (str, str)
        Name of each part, and that of its colour.
    """

    def draw(figure: Figure, theme: Theme) -> None:
        axes = figure.subplots()
        axes.axvline(0, color=theme.light["quiet"], linewidth=1.0)
        for place, (part, colour) in enumerate(parts):
            lengths = [row.parts[place] for row in rows]
            axes.barh(
                range(len(rows)), lengths, left=_starts(rows, place), color=theme.light[colour], height=0.5, label=part
            )
        for number, row in enumerate(rows):
            whole = sum(row.parts)
            axes.plot([whole, whole], [number - 0.38, number + 0.38], color=theme.light["ink"], linewidth=2.2)
        axes.set_yticks(range(len(rows)), [canvas.spaces(row.name.short) + row.name.short for row in rows])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}".replace("-", "\u2212"))
        axes.set_xlabel(axis)
        axes.margins(x=0.04)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x", color=theme.light["line"], linewidth=0.8)
        canvas.open_frame(axes, ("bottom",))
        canvas.add_legend(figure, len(parts))

    return canvas.build_picture(draw, _ROW * len(rows) + 84, alt, caption, table)


def draw_dots(
    rows: Sequence[str], dots: Sequence[Dots], axis: str, alt: str, caption: str, table: Table
) -> canvas.Picture:
    """Draw one band for each row, and in it every strategy's value on an axis from 0 to 1, one below the other.

    Parameters
    ----------
    rows : sequence of str
        Names from top to bottom.
    """
    n_columns, legend_rows = canvas.legend_shape([strategy.name.short for strategy in dots])
    band = max(30.0, 9.0 * len(dots) + 9)

    def draw(figure: Figure, theme: Theme) -> None:
        axes = figure.subplots()
        for edge in range(len(rows) - 1):
            axes.axhline(edge + 0.5, color=theme.light["line"], linewidth=0.8)
        for place, strategy in enumerate(dots):
            look = series(strategy.name.look)
            shift = 0.8 * ((place + 0.5) / len(dots) - 0.5)
            values = [float("nan") if value is None else value for value in strategy.values]
            heights = [row + shift for row in range(len(rows))]
            (line,) = axes.plot(values, heights, look.marker, color=theme.light[look.colour], markersize=7.5)
            line.set(markeredgewidth=0, label=canvas.legend_text(strategy.name.short), clip_on=False)
        axes.set_yticks(range(len(rows)), list(rows))
        axes.set_ylim(len(rows) - 0.5, -0.5)
        canvas.unit_axis(axes.set_xlim, axes.set_xticks)
        axes.set_xlabel(axis)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x", color=theme.light["line"], linewidth=0.8)
        canvas.open_frame(axes, ("bottom",))
        canvas.add_legend(figure, n_columns)

    return canvas.build_picture(draw, band * len(rows) + 62 + 18 * legend_rows, alt, caption, table)


def _line(axes: Axes, curve: Curve, theme: Theme, every: tuple[int, int]) -> None:
    """One strategy, with a marker at every so many points."""
    look = series(curve.name.look)
    (line,) = axes.plot(curve.x, curve.y, color=theme.light[look.colour], linewidth=1.7, linestyle=look.dash)
    line.set(marker=look.marker, markersize=6, markeredgewidth=0, label=canvas.legend_text(curve.name.short))
    line.set_markevery(every)


def _starts(rows: Sequence[Parted], place: int) -> list[float]:
    """Where a part begins: behind the parts before it that point the same way."""
    return [sum(part for part in row.parts[:place] if part * row.parts[place] > 0) for row in rows]


def _decision(axes: Axes, at: tuple[float, float], look: Series, theme: Theme) -> None:
    """A large open marker, above all lines and inside no frame."""
    (mark,) = axes.plot([at[0]], [at[1]], look.marker, color=theme.light["surface"], markersize=9.5, zorder=4)
    mark.set(markeredgecolor=theme.light[look.colour], markeredgewidth=1.8, clip_on=False)
