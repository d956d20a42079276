"""Charts of intervals, one row for each strategy: recall beside false alerts, and differences as a forest plot."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from job.report.charts import canvas
from job.report.charts.canvas import TEXT
from job.report.charts.theme import Theme, series
from job.report.layout import Name
from job.text import width

_ROW = 29.0
_UNDER = TEXT - 2.5  # size of the words below a label


@dataclass(frozen=True)
class Spread:
    """What one strategy has in one panel.

    Parameters
    ----------
    values : tuple of float
        One for each split; none where they aren't drawn.
    """

    mean: float
    low: float
    high: float
    values: tuple[float, ...] = ()


@dataclass(frozen=True)
class SpreadRow:
    """One strategy.

    Parameters
    ----------
    under : str
        A few words below its label.
    stands_out : bool
        Whether its label is bold.
    spreads : tuple of Spread or None
        One for each panel.
    missing : str
        What stands where there is none.
    """

    name: Name
    under: str
    stands_out: bool
    spreads: tuple[Spread | None, ...]
    missing: str


@dataclass(frozen=True)
class Panel:
    """What one panel measures.

    Parameters
    ----------
    is_share : bool
        Whether its axis goes from 0 to 1; else it goes from 0 as far as it has to.
    reference : float or None
        A value to compare with, drawn as a dotted line.
    is_difference : bool
        Whether its axis goes as far as it has to on both sides of 0.
    rope : float or None
        Differences up to this make no practical difference; the region is shaded.
    under : str
        A few words below the label.
    """

    label: str
    is_share: bool = False
    reference: float | None = None
    is_difference: bool = False
    rope: float | None = None
    under: str = ""


def draw_spreads(rows: Sequence[SpreadRow], panels: Sequence[Panel], about: canvas.Description) -> canvas.Picture:
    """Draw one row for each strategy: its mean, its range or interval, and a fine stroke for every split.

    Parameters
    ----------
    rows : sequence of SpreadRow
        From top to bottom.
    panels : sequence of Panel
        From left to right.
    """
    names = [row.name.short for row in rows]
    crowded = max(map(width, names)) > canvas.HALF_LEGEND  # leaves little room for what stands below

    def draw(theme: Theme, *side_by_side: Axes) -> None:
        for place, (axes, panel) in enumerate(zip(side_by_side, panels, strict=True)):
            if panel.reference is not None:
                axes.axvline(panel.reference, color=theme.light["quiet"], linewidth=1.2, linestyle=canvas.DOTS)
            spreads = [spread for row in rows if (spread := row.spreads[place])]
            if panel.is_difference:
                _set_sides(axes, panel, spreads, theme, 5 if len(panels) == 1 else 3)
            else:
                _set_reach(axes, panel, spreads)
            canvas.frame_rows(axes, theme, names, panel.label)
            for height, row in enumerate(rows):
                _draw_row(axes, row, row.spreads[place], height, theme)
            if panel.is_difference:
                canvas.write_below(axes, 0.5, panel.under, 2.9, theme)
                axes.xaxis.label.set_fontsize(TEXT - 1)
            if crowded:
                axes.set_xlabel(panel.label.replace(" ", "\n"), fontsize=TEXT - 2)
        _label(side_by_side[0], rows, theme)

    height = _ROW * len(rows) + (70 if panels[0].is_difference else 58)
    return canvas.build_picture(draw, height, about, n_panels=len(panels))


def _draw_row(axes: Axes, row: SpreadRow, spread: Spread | None, height: int, theme: Theme) -> None:
    if spread is None:
        axes.text(0.5, height, row.missing, transform=axes.get_yaxis_transform(), ha="center", va="center",
                  color=theme.light["quiet"], style="italic", size=TEXT - 1)  # fmt: skip
        return
    look = series(row.name.look)
    colour = theme.light[look.colour]
    axes.plot([spread.low, spread.high], [height, height], color=colour, linewidth=1.2, solid_capstyle="round")
    if spread.values:
        _strokes(axes, spread.values, height, colour)
    axes.plot([spread.mean], [height], look.marker, color=colour, markersize=8.5, markeredgewidth=0, clip_on=False)


def _set_sides(axes: Axes, panel: Panel, spreads: Sequence[Spread], theme: Theme, most: int) -> None:
    """Let an axis of differences go as far as they do, a line at 0, and shade what makes no practical difference."""
    rope = panel.rope or 0.0
    ends = [-rope, rope, *(end for spread in spreads for end in (spread.low, spread.high))]
    room = 0.05 * (max(ends) - min(ends)) or 1.0
    if rope:
        axes.axvspan(-rope, rope, color=theme.light["line"], linewidth=0)
    axes.axvline(0, color=theme.light["quiet"], linewidth=1.0)
    canvas.mark_values(axes.xaxis, most)
    axes.set_xlim(min(ends) - room, max(ends) + room)


def _set_reach(axes: Axes, panel: Panel, spreads: Sequence[Spread]) -> None:
    reach = 1.0
    if panel.is_share:
        axes.set_xticks([0.0, 0.5, 1.0], ["0", "0.5", "1"])
    else:
        reach = max([1.0, *(spread.high for spread in spreads)])
        axes.xaxis.set_major_locator(MaxNLocator(3, min_n_ticks=2))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")
    axes.set_xlim(-0.03 * reach, 1.03 * reach)


def _label(axes: Axes, rows: Sequence[SpreadRow], theme: Theme) -> None:
    """Make names left of the first panel bold where they stand out, and write a few words below them."""
    place = axes.get_yaxis_transform()
    for height, (label, row) in enumerate(zip(axes.get_yticklabels(), rows, strict=True)):
        label.set_fontweight("bold" if row.stands_out else "normal")
        if row.under:
            label.set_verticalalignment("bottom")
            axes.annotate(row.under, (0, height), (-4, -1), xycoords=place, textcoords="offset points", ha="right",
                          va="top", color=theme.light["quiet"], size=_UNDER)  # fmt: skip


def _strokes(axes: Axes, values: Sequence[float], row: int, colour: str) -> None:
    """One path of short strokes: a tenth of the bytes of as many markers."""
    places = sorted({round(value, 3) for value in values})
    x = [at for place in places for at in (place, place, float("nan"))]
    y = [row - 0.17, row + 0.17, float("nan")] * len(places)
    axes.plot(x, y, color=colour, linewidth=1.1, alpha=0.55, solid_capstyle="butt")
