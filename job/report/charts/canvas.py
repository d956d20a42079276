"""What all charts have in common: size, text, axes, and the picture that they become."""

import io
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure, FigureBase
from matplotlib.ticker import MaxNLocator

from job.report.charts.svg import drawing, embed, fix_layout, to_svg
from job.report.charts.theme import Theme, load_theme
from job.report.layout import Name, Table
from job.text import width

TEXT = 11.5
HALF_LEGEND = 18
"""Letters that fit half the width, beside their line."""
DOTS = (0, (1, 2))

_WIDTH = 330.0  # points, shown one to one on a small screen
_POINTS_PER_INCH = 72.0
_LEGEND_ROW = 18
_MOST_AT_ENDS, _WIDEST_END = 8, 22


@dataclass(frozen=True)
class Description:
    """What is said about a chart.

    Parameters
    ----------
    alt : str
        What the chart shows, in numbers.
    caption : str
        How to read it.
    table : Table
        The numbers that are drawn.
    title : str
        What tells it from its neighbours, where it has any.
    key : str
        What its files are named after, where it isn't the table's key.
    """

    alt: str
    caption: str
    table: Table
    title: str = ""
    key: str = ""

    @property
    def name(self) -> str:
        """What its files are named after."""
        return self.key or self.table.key


@dataclass(frozen=True, kw_only=True)
class Picture(Description):
    """A chart as the page shows it.

    Parameters
    ----------
    source : markupsafe.Markup
        Data URI.
    width, height : int
        Natural size in CSS pixels.
    svg : str
        The chart alone, in its light colours, on nothing.
    draw : callable
        Draws it as a figure.
    """

    source: Markup
    width: int
    height: int
    svg: str = field(repr=False)
    draw: Callable[[Theme], Figure] = field(compare=False, repr=False)


@dataclass(frozen=True)
class Block:
    """What a section shows of one classifier: sentences, then tables and charts, where its template has them.

    Parameters
    ----------
    notes : tuple of str
        What else is said.
    details : tuple of Table
        Tables that a reader opens.
    """

    classifier: Name
    sentences: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()
    notes: tuple[str, ...] = ()
    details: tuple[Table, ...] = ()


def build_picture(
    draw: Callable[..., None],
    height: float,
    about: Description,
    legend: Sequence[str] = (),
    handle: float = 2.0,
    n_panels: int = 1,
    is_cut: bool = False,
) -> Picture:
    """Draw a figure of this height, in points, and make a picture of it.

    Parameters
    ----------
    draw : callable
        Draws onto the axes of each panel, which follow the theme.
    legend : sequence of str
        What the legend names; it stands below the chart and adds to its height.
    handle : float
        How long a line of the legend is, in letters.
    is_cut : bool
        Whether something would stand out of the axes; else nothing needs the bytes of being cut at them.
    """
    n_columns = 2 if max(map(width, legend), default=0.0) <= HALF_LEGEND else 1
    height += _LEGEND_ROW * -(-len(legend) // n_columns)

    def draw_all(theme: Theme) -> Figure:
        figure = Figure(figsize=(_WIDTH / _POINTS_PER_INCH, height / _POINTS_PER_INCH), layout="constrained")
        panels = figure.subplots(1, n_panels, sharey=True, squeeze=False, gridspec_kw={"wspace": 0.12})
        draw(theme, *panels[0])
        for artist in (one for axes in panels[0] for one in (*axes.lines, *axes.patches, *axes.collections)):
            artist.set_clip_on(is_cut and artist.get_clip_on())
        if legend:
            add_legend(figure, n_columns, handlelength=handle)
        return figure

    theme = load_theme()
    with drawing(theme, TEXT):
        svg = to_svg(draw_all(theme))
    words, source = (about.alt, about.caption, about.table, about.title, about.key), embed(svg, theme)
    return Picture(*words, source=source, width=round(_WIDTH), height=round(height), svg=svg, draw=draw_all)


def to_png(picture: Picture, dots_per_inch: float) -> bytes:
    """Draw a picture once more, in its light colours on their background.

    Parameters
    ----------
    picture : Picture
        From `build_picture`.
    dots_per_inch : float
        72 gives as many pixels as the page has.

    Returns
    -------
    bytes
        A PNG; equal pictures give equal bytes.
    """
    theme, buffer = load_theme(), io.BytesIO()
    with drawing(theme, TEXT):
        figure = picture.draw(theme)
        fix_layout(figure, FigureCanvasAgg, dots_per_inch)
        surface, nothing = theme.light["surface"], {"Software": None}
        figure.savefig(buffer, format="png", dpi=dots_per_inch, facecolor=surface, metadata=nothing)
    return buffer.getvalue()


def unit_axis(set_limits: Callable[..., object], set_ticks: Callable[..., object], reach: float = 1.0) -> None:
    """Let an axis go from 0 to 1, or as far as it has to."""
    ticks = [place * reach / 5 for place in range(6)]
    set_ticks(ticks, [f"{tick:.2g}" for tick in ticks])
    set_limits(-0.02 * reach, 1.02 * reach)


def frame_plane(axes: Axes, theme: Theme, x: str, y: str) -> None:
    """Name both axes of a plane, with a grid behind the lines."""
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.grid(color=theme.light["line"], linewidth=0.8, clip_on=False)
    axes.tick_params(length=0)
    open_frame(axes, ("bottom", "left"))


def open_frame(axes: Axes, kept: tuple[str, ...]) -> None:
    """Leave out all sides of the frame but some."""
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set_visible(side in kept)


def frame_rows(axes: Axes, theme: Theme, names: Sequence[str], x: str, grid: bool = True) -> None:
    """Name one row for each of these, from top to bottom, and the axis below them."""
    axes.set_yticks(range(len(names)), [spaces(name) + name for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlabel(x)
    axes.tick_params(axis="both" if grid else "y", length=0)
    if grid:
        axes.grid(axis="x", color=theme.light["line"], linewidth=0.8, clip_on=False)
    open_frame(axes, ("bottom",))


def mark_values(axis: Axis, most: int = 5) -> None:
    """Put some ticks on an axis, with a minus sign where one is needed."""
    axis.set_major_locator(MaxNLocator(most))
    axis.set_major_formatter(lambda value, _: f"{value:g}".replace("-", "\u2212"))


def mark_counts(axis: Axis, most: int) -> None:
    """Put ticks on an axis at whole numbers."""
    axis.set_major_locator(MaxNLocator(most, integer=True))
    axis.set_major_formatter(lambda value, _: f"{value:,.0f}")


def fits_at_ends(names: Sequence[str]) -> bool:
    """Tell whether the names of some lines fit to the right of these, one below the other."""
    return len(names) <= _MOST_AT_ENDS and max(map(width, names), default=0.0) <= _WIDEST_END


def label_ends(axes: Axes, ends: Sequence[tuple[str, float, float]], theme: Theme, height: float) -> None:
    """Write the name of each line to the right of its end, moved up or down where names would overlap.

    Parameters
    ----------
    ends : sequence of (str, float, float)
        Name, and x and y of its last point, inside the axes.
    height : float
        Of the axes, in points.
    """
    low, high = axes.get_ylim()
    line = (high - low) * (TEXT + 1.5) / height
    rising = sorted(ends, key=lambda end: end[2])
    places: list[float] = []
    for _, _, y in rising:
        places.append(max(y, places[-1] + line) if places else y)
    top = high
    for at in reversed(range(len(places))):  # what would be above the axes pushes down the others
        places[at] = top = min(places[at], top - line if at + 1 < len(places) else top)
    for (name, x, y), place in zip(rising, places, strict=True):
        arrow = {"arrowstyle": "-", "color": theme.light["quiet"], "linewidth": 0.6, "shrinkA": 1, "shrinkB": 5,
                 "relpos": (0, 0.5)}  # fmt: skip
        axes.annotate(name + spaces(name), (x, y), (1.03, place), textcoords=axes.get_yaxis_transform(), va="center",
                      size=TEXT - 0.5, arrowprops=arrow if abs(place - y) > line / 4 else None,
                      annotation_clip=False)  # fmt: skip


def write_below(axes: Axes, x: float, text: str, lines: float, theme: Theme, place: str = "axes fraction") -> None:
    """Write a quiet line below the axes, so many lines down; a label of two lines would be left where fonts differ."""
    axes.annotate(text, (x, 0), (0, -1.35 * TEXT * lines), xycoords=(place, "axes fraction"),
                  textcoords="offset points", ha="center", va="baseline", size=TEXT - 1,
                  color=theme.light["quiet"], annotation_clip=False)  # fmt: skip


def add_legend(figure: FigureBase, n_columns: int, **settings: Any) -> None:
    """Write the legend below the chart."""
    settings = {"frameon": False, "fontsize": TEXT - 0.5, "borderpad": 0.5, **settings}
    figure.legend(loc="outside lower center", ncols=n_columns, **settings)


def legend_text(text: str) -> str:
    """Matplotlib leaves out of a legend what begins with an underscore."""
    return ("\u200c" if text.startswith("_") else "") + text + spaces(text)


def spaces(text: str) -> str:
    """Room for ideographs, which matplotlib's font takes for narrow boxes; SVG shows no outer spaces."""
    n_wide = sum(unicodedata.east_asian_width(char) in ("W", "F") for char in text)
    return " " * round(1.3 * n_wide)
