"""Charts of points: an image inside the chart, because thousands of shapes would weigh down the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from job.report.charts.canvas import Picture, add_legend, build_picture, open_frame
from job.report.charts.theme import Theme
from job.report.layout import Table

HEIGHT = 318.0

Point = Sequence[float]
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
    """Points of one kind.

    Parameters
    ----------
    name : str
        In the legend.
    """

    name: str
    points: Sequence[Point]
    look: Look


def draw_clouds(
    clouds: Sequence[Cloud], limits: Limits, axes_names: tuple[str, str], alt: str, caption: str, table: Table
) -> Picture:
    """Draw points, each cloud over the ones before it; what is outside the axes stands at their edge.

    Parameters
    ----------
    limits : ((float, float), (float, float))
        Of x and of y.
    """

    def draw(figure: Figure, theme: Theme) -> None:
        axes = figure.subplots()
        for cloud in clouds:
            _draw_cloud(axes, cloud, limits)
        axes.set(xlim=limits[0], ylim=limits[1])
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(MaxNLocator(5))
            axis.set_major_formatter(lambda value, _: f"{value:g}".replace("-", "\u2212"))
        axes.set_xlabel(axes_names[0])
        axes.set_ylabel(axes_names[1])
        open_frame(axes, ("bottom", "left"))
        add_legend(figure, -(-len(clouds) // 2), handlelength=1.2, columnspacing=1.4)

    return build_picture(draw, HEIGHT, alt, caption, table)


def _draw_cloud(axes: Axes, cloud: Cloud, limits: Limits) -> None:
    x, y = ([min(max(point[side], low), high) for point in cloud.points] for side, (low, high) in enumerate(limits))
    look = cloud.look
    (drawn,) = axes.plot(x, y, look.marker, color=look.colour, markersize=look.size, markeredgewidth=0)
    drawn.set_rasterized(True)
    axes.plot([], [], look.marker, color=look.colour, markersize=look.size, markeredgewidth=0, label=cloud.name)
