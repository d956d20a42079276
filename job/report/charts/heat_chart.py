"""The heat map of differences from baseline: a row for each metric, a column for each strategy."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from matplotlib.axes import Axes

from job.report.charts.canvas import TEXT, Description, Picture, build_picture, frame_rows, open_frame, spaces
from job.report.charts.theme import Theme, series
from job.report.layout import Name

MOST_COLUMNS = 5
"""Most strategies whose numbers fit beside each other."""

_ROW, _LINE = 17.0, 11.0
_SMALL = TEXT - 2.5
_HEAD_LETTERS, _MOST_HEAD_LINES = 9, 3
_COLOURS = {-2: "down-2", -1: "down-1", 1: "up-1", 2: "up-2"}


@dataclass(frozen=True)
class HeatCell:
    """One difference.

    Parameters
    ----------
    text : str
        What stands in the cell.
    step : {-2, -1, 0, 1, 2}
        From certainly worse to certainly better; 0 has no colour.
    """

    text: str
    step: int


def draw_heat(
    rows: Sequence[tuple[str, Sequence[HeatCell]]], columns: Sequence[Name], axis: str, about: Description
) -> Picture:
    """Draw a cell for each metric and strategy, coloured by what its difference from baseline means.

    Parameters
    ----------
    rows : sequence of (str, sequence of HeatCell)
        Metrics from top to bottom, and their cells, one for each column.
    columns : sequence of Name
        Strategies, no more than `MOST_COLUMNS`.
    axis : str
        What the colours say, in one line.
    """
    heads = [_break(name.short) for name in columns]
    n_lines = max(map(len, heads))

    def draw(theme: Theme, axes: Axes) -> None:
        for step, colour in _COLOURS.items():
            at = [(x, y) for y, (_, cells) in enumerate(rows) for x, cell in enumerate(cells) if cell.step == step]
            # thick strokes are half the bytes of as many rectangles
            edges = [edge for x, _ in at for edge in (x - 0.48, x + 0.48, float("nan"))]
            heights = [height for _, y in at for height in (y, y, float("nan"))]
            axes.plot(edges, heights, color=theme.light[colour], linewidth=_ROW - 2, solid_capstyle="butt", zorder=1)
        for y, (_, cells) in enumerate(rows):
            for x, cell in enumerate(cells):
                axes.text(x, y, cell.text, ha="center", va="center_baseline", size=_SMALL)
        for x, (name, head) in enumerate(zip(columns, heads, strict=True)):
            look = series(name.look)
            (mark,) = axes.plot([x], [-0.95], look.marker, color=theme.light[look.colour], markersize=6.5)
            mark.set(markeredgewidth=0, clip_on=False)
            for line, words in enumerate(reversed(head)):
                axes.annotate(words + spaces(words), (x, -0.95), (0, 7 + _LINE * line), textcoords="offset points",
                              ha="center", size=_SMALL, annotation_clip=False)  # fmt: skip
        frame_rows(axes, theme, [label for label, _ in rows], axis, grid=False)
        axes.set_xlim(-0.5, len(columns) - 0.5)
        axes.set_xticks([])
        axes.tick_params(labelsize=_SMALL)
        axes.xaxis.label.set(size=_SMALL, color=theme.light["quiet"])
        open_frame(axes, ())

    return build_picture(draw, _ROW * len(rows) + 34 + _LINE * n_lines, about)


def _break(name: str) -> list[str]:
    """Break a name into a few short lines, behind its underscores and blanks where it has any."""
    parts = [line for part in name.replace("_", "_ ").split() for line in wrap(part, _HEAD_LETTERS + 1)]
    lines: list[str] = []
    for part in parts:
        joint = "" if lines and lines[-1].endswith("_") else " "
        if lines and len(lines[-1] + joint + part) <= _HEAD_LETTERS:
            lines[-1] += joint + part
        else:
            lines.append(part)
    if len(lines) > _MOST_HEAD_LINES:
        lines = [*lines[: _MOST_HEAD_LINES - 1], f"{lines[_MOST_HEAD_LINES - 1][: _HEAD_LETTERS - 1]}…"]
    return lines
