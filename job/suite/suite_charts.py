"""The charts of a suite: the critical-difference diagram, and gains against what makes data sets hard."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from job.report.charts.canvas import TEXT, Description, Picture, build_picture, frame_plane, frame_rows, mark_values
from job.report.charts.theme import Theme, series
from job.report.layout import Name, tabulate
from job.report.layout import Number as Cell
from job.suite.suite_results import DatasetResult, Pattern, Ranking, list_gains
from job.suite.suite_wording import FACT_TITLES
from job.text import counted, number, signed

_ROW = 22.0
_BAR = 4.5
_DOT = 5.5
_MOST_BARS = 12


def draw_ranks(names: Sequence[Name], ranking: Ranking, classifier: Name) -> Picture:
    """Draw the critical-difference diagram: strategies from best to worst, and bars over those that aren't told apart.

    Parameters
    ----------
    names : sequence of Name
        In the order of the ranking's strategies.
    """
    ranks, reach = dict(zip(names, ranking.ranks, strict=True)), ranking.critical_difference or 0.0
    ordered = sorted(names, key=lambda name: ranks[name])
    by_label = {name.label: rank for name, rank in ranks.items()}
    spans = [[by_label[label] for label in clique.strategies] for clique in ranking.cliques[:_MOST_BARS]]

    def draw(theme: Theme, axes: Axes) -> None:
        rows = ["Critical difference", *(name.short for name in ordered), *([""] * len(spans))]
        frame_rows(axes, theme, rows, "average rank (1 is best)")
        axes.set_xlim(0.8, max(len(names), 1 + reach) + 0.2)
        ink = theme.light["ink"]
        axes.errorbar([1 + reach / 2], [0], xerr=reach / 2, color=ink, capsize=4, linewidth=1.4)
        for row, name in enumerate(ordered, 1):
            look = series(name.look)
            colour = theme.light[look.colour]
            axes.plot([0.8, ranks[name]], [row, row], color=colour, linewidth=1.2)
            axes.plot([ranks[name]], [row], look.marker, color=colour, markersize=8.5, markeredgewidth=0)
            axes.annotate(number(ranks[name], 2), (ranks[name], row), (7, 0), textcoords="offset points", va="center",
                          size=TEXT - 1.5, color=theme.light["quiet"])  # fmt: skip
        for row, span in enumerate(spans, len(ordered) + 1):
            axes.plot([min(span), max(span)], [row, row], color=ink, linewidth=_BAR, solid_capstyle="round")

    told = "; ".join(f"{name.short} {number(ranks[name], 2)}" for name in ordered)
    alt = f"Average ranks with {classifier.short}: {told}. Critical difference {number(reach, 2)}."
    caption = (
        f"Average rank of each strategy over {counted(ranking.n_datasets, 'data set')} (Friedman and Nemenyi). A bar "
        "below spans strategies that are no further apart than the critical difference."
    )
    lines = [(name, (Cell(ranks[name], 2),)) for name in ordered]
    table = tabulate(f"ranks-{classifier.index}", f"Average ranks with {classifier.short}", ("Rank",), lines)
    about = Description(alt, caption, table, classifier.short)
    return build_picture(draw, _ROW * (1 + len(names) + len(spans)) + 44, about)


def draw_pattern(rows: Sequence[DatasetResult], pattern: Pattern, metric: str) -> Picture:
    """Draw the gain of the best oversampling strategy of each data set against one fact about the data."""
    points = list_gains(rows, pattern.fact)
    title, is_ratio = FACT_TITLES[pattern.fact], pattern.fact in ("imbalance_ratio", "clusters")

    def draw(theme: Theme, axes: Axes) -> None:
        axes.axhline(0, color=theme.light["quiet"], linewidth=1)
        x, y = [x for _, x, _ in points], [y for _, _, y in points]
        axes.plot(x, y, "o", color=theme.light["series-1"], markersize=_DOT, alpha=0.75, markeredgewidth=0)
        frame_plane(axes, theme, title, f"gain in {metric}")
        if is_ratio and min(x) > 0:
            axes.set_xscale("log")
            ticks = [step * 10**power for power in range(6) for step in (1, 2, 5)]
            shown = [tick for tick in ticks if min(x) / 1.5 <= tick <= max(x) * 1.5]
            axes.set_xticks(shown, [f"{tick:,}" for tick in shown])
            axes.xaxis.set_minor_locator(NullLocator())
        else:
            mark_values(axes.xaxis)
        mark_values(axes.yaxis)

    alt = f"Gain in {metric} against {title.lower()} for {counted(len(points), 'data set')}."
    rank = signed(pattern.correlation, 2)
    caption = f"Each dot is a data set: the gain of its best oversampling strategy. Rank correlation {rank}."
    lines = [(label, (Cell(x, 3), Cell(y, 3))) for label, x, y in points]
    table = tabulate(f"where-{pattern.fact}", f"Gain and {title}", (title, "Gain"), lines, first="Data set")
    return build_picture(draw, 220.0, Description(alt, caption, table, title))
