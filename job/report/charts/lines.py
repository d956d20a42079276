"""Charts of lines: curves, net benefit, sweeps, and recall against false alerts; and which strategies share a chart."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from matplotlib.axes import Axes
from matplotlib.ticker import MultipleLocator, NullFormatter, NullLocator

from job.report.charts import canvas
from job.report.charts.theme import N_COLOURS, Theme, series
from job.report.facts import Facts
from job.report.layout import Line as Row
from job.report.layout import Name, number_or_dash, tabulate
from job.results.job_facts import TradeoffRow
from job.results.study_facts import SweptMetric
from job.spec.strategy_entries import CALIBRATED
from job.text import abbreviate_all, listed, number, plain

_MOST_TICKS = 6
_LABEL_LENGTH = 24
_HEIGHT, _LOW_HEIGHT = 260.0, 235.0
_FRONT, _BEST = "Pareto front", "best possible"
_NAMES = ("Brier", "ROC", "F1", "MCC")
_STEPS = (0.05, 0.1, 0.2)  # between marks of recall
_ROOM = 0.05  # of recall, around the outermost points

_Item = TypeVar("_Item")
Values = Sequence[float]
SweptLine = tuple[Name, Sequence[SweptMetric]]
"""A strategy, and a metric with its interval at each setting of a sweep."""
Traded = tuple[Name, TradeoffRow]
"""A strategy, what it finds and what it pays."""


@dataclass(frozen=True)
class Curve:
    """One line.

    Parameters
    ----------
    decision : (float, float) or None
        Where on the line the strategy's own decision lies.
    """

    name: Name
    x: Values
    y: Values
    decision: tuple[float, float] | None = None


@dataclass(frozen=True)
class Sweep:
    """What is swept.

    Parameters
    ----------
    x : str
        What its axis measures.
    each : str
        What one setting is.
    settings : sequence of float
        Where the points lie; drawn by their logarithm.
    labels : sequence of str
        The same as tables have them.
    told : str
        The same in a sentence.
    """

    x: str
    each: str
    settings: Values
    labels: Sequence[str]
    told: str


def name_plainly(text: str) -> Name:
    """Name what is no strategy."""
    return Name(text, text, 0)


def draw_curves(
    curves: Sequence[Curve],
    axes_names: tuple[str, str],
    reference: Curve,
    about: canvas.Description,
    limit: Curve | None = None,
    reach: float = 1.0,
) -> canvas.Picture:
    """Draw one line for each strategy, its own decision on it, and a dotted line to compare with; both axes begin at 0.

    Parameters
    ----------
    axes_names : (str, str)
        What x and y measure.
    reference : Curve
        A line without skill; its name says what it is.
    limit : Curve or None
        What cannot be surpassed, drawn as a thin line without markers.
    reach : float
        Where both axes end.
    """

    def draw(theme: Theme, axes: Axes) -> None:
        for curve in curves:
            _line(axes, curve, theme, (4 + 3 * (curve.name.look % 6), 25))
        for curve in curves:
            _decision(axes, curve, theme)
        if limit is not None:
            label = canvas.legend_text(limit.name.short)
            (line,) = axes.plot(limit.x, limit.y, color=theme.light["ink"], linewidth=1.0, label=label)
            line.get_path().should_simplify = True
        _dotted(axes, reference, theme)
        canvas.unit_axis(axes.set_xlim, axes.set_xticks, reach)
        canvas.unit_axis(axes.set_ylim, axes.set_yticks, reach)
        canvas.frame_plane(axes, theme, *axes_names)

    legend = [curve.name.short for curve in (*curves, limit, reference) if curve is not None]
    return canvas.build_picture(draw, _HEIGHT, about, legend, handle=2.6)


def draw_net_benefit(
    curves: Sequence[Curve], everybody: Curve, axes_names: tuple[str, str], marked: Values, about: canvas.Description
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
    highest = max([1e-9, *(value for curve in (*curves, everybody) for value in curve.y)])

    def draw(theme: Theme, axes: Axes) -> None:
        axes.axhline(0, color=theme.light["quiet"], linewidth=1.0)
        for curve in curves:
            _line(axes, curve, theme, (2 + 2 * (curve.name.look % 4), 9))
        _dotted(axes, everybody, theme)
        _log_axis(axes, marked, [f"{tick:g}" for tick in marked])
        axes.set_ylim(-0.25 * highest, 1.06 * highest)
        canvas.mark_values(axes.yaxis)
        canvas.frame_plane(axes, theme, *axes_names)

    legend = [curve.name.short for curve in (*curves, everybody)]
    return canvas.build_picture(draw, _HEIGHT, about, legend, handle=2.6, is_cut=True)


def draw_sweep(
    key: str,
    title: str,
    lines: Sequence[SweptLine],
    sweep: Sweep,
    label: str,
    caption: str,
    is_share: bool = True,
    best: float | None = None,
) -> canvas.Picture | None:
    """Draw one line for each strategy, its intervals as strokes, and a dotted line to compare with.

    Parameters
    ----------
    key, title : str
        Of the table of numbers.
    label : str
        What is measured.
    is_share : bool
        Whether y goes from 0 to 1; else from 0 to a little above its largest value.
    best : float or None
        What the best possible classifier reaches, where it is known.

    Returns
    -------
    Picture or None
        None where nobody has a value.
    """
    if all(point.value is None for _, points in lines for point in points):
        return None
    drawn = [value for _, points in lines for point in points for value in (point.value, point.upper)]
    highest = max(value for value in (*drawn, best, 1e-6) if value is not None)
    ends = (-0.02, 1.02) if is_share else (0.0, 1.08 * highest)

    def draw(theme: Theme, axes: Axes) -> None:
        for place, line in enumerate(lines):
            shift = 1 + 0.012 * (place - (len(lines) - 1) / 2)
            _swept(axes, *line, [setting * shift for setting in sweep.settings], ends, theme)
        if best is not None:
            axes.axhline(best, color=theme.light["quiet"], linewidth=1.2, linestyle=canvas.DOTS, label=_BEST)
        step = -(-len(sweep.settings) // _MOST_TICKS)
        ticks = sweep.settings[::-step][::-1]
        _log_axis(axes, ticks, [plain(float(f"{tick:.2g}")) for tick in ticks])
        if is_share:
            canvas.unit_axis(axes.set_ylim, axes.set_yticks)
        else:
            axes.set_ylim(*ends)
        canvas.frame_plane(axes, theme, sweep.x, in_lower_case(label))
        if at_ends:
            canvas.label_ends(axes, list(_ends(lines, sweep.settings, best)), theme, _LOW_HEIGHT - 60)

    legend = [name.short for name, _ in lines] + ([] if best is None else [_BEST])
    if at_ends := canvas.fits_at_ends(legend):
        legend = []
    return canvas.build_picture(draw, _LOW_HEIGHT, _describe(key, title, lines, sweep, caption, best), legend)


def draw_slopes(
    lines: Sequence[tuple[Name, Sequence[float | None]]],
    stops: Sequence[tuple[str, str]],
    axis: str,
    about: canvas.Description,
) -> canvas.Picture:
    """Draw one line for each strategy, from stop to stop, on an axis from 0 to 1.

    Parameters
    ----------
    stops : sequence of (str, str)
        From left to right: name, and what stands below it.
    axis : str
        What the lines measure.
    """
    names = [name.short for name, _ in lines]
    at_ends = canvas.fits_at_ends(names)
    last = len(stops) - 1

    def draw(theme: Theme, axes: Axes) -> None:
        ends: list[tuple[str, float, float]] = []
        for name, found in lines:
            look = series(name.look)
            known = [(place, value) for place, value in enumerate(found) if value is not None]
            (line,) = axes.plot(*zip(*known, strict=True), color=theme.light[look.colour], linestyle=look.dash)
            line.set(linewidth=1.6, marker=look.marker, markersize=6.5, markeredgewidth=0, clip_on=False)
            line.set_label(canvas.legend_text(name.short))
            ends.append((name.short, *known[-1]))
        canvas.unit_axis(axes.set_ylim, axes.set_yticks)
        canvas.frame_plane(axes, theme, "", axis)
        axes.set_xticks(range(len(stops)), [stop for stop, _ in stops])
        for place, (_, below) in enumerate(stops):
            canvas.write_below(axes, place, below, 2.0, theme, "data")
        axes.set_xlim(-0.25, last + 0.1)
        if at_ends:
            canvas.label_ends(axes, ends, theme, _LOW_HEIGHT - 50)

    return canvas.build_picture(draw, _LOW_HEIGHT, about, [] if at_ends else names)


def _describe(
    key: str, title: str, lines: Sequence[SweptLine], sweep: Sweep, caption: str, best: float | None
) -> canvas.Description:
    told = "; ".join(f"{name.short} {listed(number(point.value, 2) for point in points)}" for name, points in lines)
    of_best = "" if best is None else f" The best possible has {number(best, 3)}."
    rows: list[Row] = [(name, [number_or_dash(point.value, 3) for point in points]) for name, points in lines]
    missing = any(point.value is None for _, points in lines for point in points)
    footnotes = (("a", "No split has a value here."),) if missing else ()
    table = tabulate(key, f"{title} at each {sweep.each}", sweep.labels, rows, footnotes)
    return canvas.Description(f"{title} at {sweep.told}: {told}.{of_best}", caption, table)


def in_lower_case(label: str) -> str:
    """Begin the label of a metric in lower case, unless it begins with a name."""
    return label if label.startswith(_NAMES) else label[:1].lower() + label[1:]


def draw_trades(points: Sequence[Traded], moved: Curve | None, about: canvas.Description) -> canvas.Picture:
    """Draw one marker for each strategy and a staircase through those that no other beats.

    Parameters
    ----------
    points : sequence of (Name, TradeoffRow)
        One at least.
    moved : Curve or None
        What moving one strategy's threshold would reach: recall against false alerts in 1,000 rows, x ascending.
    """
    right = 1.08 * max(1.0, *(row.false_alarms_per_1000 for _, row in points))
    # whole tenths around all points: recall need not begin at nothing, because no length is read
    bottom = max(math.floor(10 * (min(row.recall for _, row in points) - _ROOM)) / 10, -0.02)
    top = min(math.ceil(10 * (max(row.recall for _, row in points) + _ROOM)) / 10, 1.02)

    def draw(theme: Theme, axes: Axes) -> None:
        for point in points:
            _mark(axes, *point, theme)
        if moved is not None:
            _dotted(axes, moved, theme)
        axes.plot(*_staircase(points, right, bottom), color=theme.light["ink"], linewidth=1.0, label=_FRONT)
        axes.set_xlim(-0.02 * right, right)
        axes.set_ylim(bottom, top)
        canvas.mark_counts(axes.xaxis, 5)
        axes.yaxis.set_major_locator(MultipleLocator(next(step for step in _STEPS if top - bottom < 7 * step)))
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.2g}")
        canvas.frame_plane(axes, theme, "false alerts in 1,000 rows", "minority recall")

    legend = [*(name.short for name, _ in points), _FRONT, *([moved.name.short] if moved else [])]
    return canvas.build_picture(draw, _LOW_HEIGHT, about, legend, is_cut=True)


def _line(axes: Axes, curve: Curve, theme: Theme, every: tuple[int, int]) -> None:
    """One strategy, with a marker at every so many points."""
    look = series(curve.name.look)
    (line,) = axes.plot(curve.x, curve.y, color=theme.light[look.colour], linewidth=1.7, linestyle=look.dash)
    line.set(marker=look.marker, markersize=6, markeredgewidth=0, label=canvas.legend_text(curve.name.short))
    line.set_markevery(every)
    line.get_path().should_simplify = True  # else only beyond 128 points


def _dotted(axes: Axes, curve: Curve, theme: Theme) -> None:
    """What strategies are compared with."""
    (line,) = axes.plot(curve.x, curve.y, color=theme.light["quiet"], linewidth=1.2, linestyle=canvas.DOTS)
    line.set_label(canvas.legend_text(curve.name.short))


def _decision(axes: Axes, curve: Curve, theme: Theme) -> None:
    """A large open marker, above all lines and inside no frame."""
    if curve.decision is not None:
        look, (x, y) = series(curve.name.look), curve.decision
        (mark,) = axes.plot([x], [y], look.marker, color=theme.light["surface"], markersize=9.5, zorder=4)
        mark.set(markeredgecolor=theme.light[look.colour], markeredgewidth=1.8, clip_on=False)


def _swept(axes: Axes, name: Name, points: Sequence[SweptMetric], x: Values, ends: Values, theme: Theme) -> None:
    """One strategy; strokes of neighbouring ones are a little apart, so that each is seen, and stay within the axis."""
    look = series(name.look)
    colour = theme.light[look.colour]
    y = [float("nan") if point.value is None else point.value for point in points]
    (drawn,) = axes.plot(x, y, color=colour, linewidth=1.5, linestyle=look.dash, marker=look.marker, markersize=6)
    drawn.set(markeredgewidth=0, label=canvas.legend_text(name.short))
    places, heights = list[float](), list[float]()
    for at, point in zip(x, points, strict=True):  # one path of short strokes
        if point.lower is not None and point.upper is not None:
            places += (at, at, at)
            heights += (max(point.lower, ends[0]), min(point.upper, ends[1]), float("nan"))
    axes.plot(places, heights, color=colour, linewidth=1.2, alpha=0.7)


def _ends(lines: Sequence[SweptLine], settings: Values, best: float | None) -> Iterator[tuple[str, float, float]]:
    """Where the name of each line stands; a line that stops early has its name where it does."""
    for name, points in lines:
        known = [(at, point.value) for at, point in zip(settings, points, strict=True) if point.value is not None]
        if known:
            yield (name.short, *known[-1])
    if best is not None:
        yield (_BEST, settings[-1], best)


def _log_axis(axes: Axes, ticks: Values, labels: Sequence[str]) -> None:
    axes.set_xscale("log")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xticks(ticks, labels)


def _staircase(points: Sequence[Traded], right: float, bottom: float) -> tuple[list[float], list[float]]:
    """Recall that is within reach at each number of false alerts, by taking one strategy or another."""
    front = sorted((row.false_alarms_per_1000, row.recall) for _, row in points if not row.beaten_by)
    x, y = [front[0][0]], [bottom]
    for false_alarms, recall in front:
        x += [false_alarms, false_alarms]
        y += [y[-1], recall]
    return [*x, right], [*y, y[-1]]


def _mark(axes: Axes, name: Name, row: TradeoffRow, theme: Theme) -> None:
    """A ring tells a strategy on the front also where the line is hidden."""
    look, place = series(name.look), (row.false_alarms_per_1000, row.recall)
    (mark,) = axes.plot(*place, look.marker, color=theme.light[look.colour], markersize=8.5, markeredgewidth=0)
    mark.set(label=canvas.legend_text(name.short), clip_on=False, zorder=4)
    if not row.beaten_by:
        (ring,) = axes.plot(*place, "o", markersize=15, markeredgecolor=theme.light["ink"], markerfacecolor="none")
        ring.set(clip_on=False, zorder=3)


@dataclass(frozen=True)
class Panel:
    """The strategies of one chart.

    Parameters
    ----------
    suffix : str
        Tells its key from those of its neighbours; nothing where it has none.
    words : str
        The same for a reader.
    calibrated : bool
        Whether these are strategies inside CalibratedClassifierCV, but for baseline to compare with.
    """

    names: tuple[Name, ...]
    suffix: str
    words: str
    calibrated: bool


def is_calibrated(facts: Facts, name: Name) -> bool:
    """Tell whether this is another strategy again, inside CalibratedClassifierCV."""
    return any(name.label == f"{other.label}{CALIBRATED}" for other in facts.strategies)


def name_all(facts: Facts, labels: Iterable[str]) -> tuple[Name, ...]:
    """Name every strategy of the job, then those among these labels that it doesn't list."""
    every = list(dict.fromkeys([*(name.label for name in facts.strategies), *labels]))
    more = range(len(facts.strategies), len(every))
    short, looks = abbreviate_all(every, _LABEL_LENGTH), facts.further_looks(len(more))
    return (*facts.strategies, *(Name(every[at], short[at], at, look) for at, look in zip(more, looks, strict=True)))


def part_strategies(facts: Facts, drawn: Sequence[Name]) -> tuple[Panel, ...]:
    """Part strategies into panels of as many as there are colours; baseline stands in each, to compare with.

    Parameters
    ----------
    drawn : sequence of Name
        Those that have a line, one at least.

    Returns
    -------
    tuple of Panel
        Those that ran calibrated in panels of their own.
    """
    first = tuple(name for name in drawn if name == facts.baseline)
    panels = []
    for calibrated in (False, True):
        names = [name for name in drawn if name != facts.baseline and is_calibrated(facts, name) == calibrated]
        parts = part_evenly(names, N_COLOURS - len(first)) if names or (first and not calibrated) else ()
        kind = ("-calibrated", ", calibrated") if calibrated else ("", "")
        for place, part in enumerate(parts):
            suffix, words = map("".join, zip(kind, part_words(place, len(parts)), strict=True))
            panels.append(Panel((*first, *part), suffix, words, calibrated))
    return tuple(panels)


def part_evenly(items: Sequence[_Item], most: int) -> tuple[tuple[_Item, ...], ...]:
    """Part items, in their order, into as few parts as hold at most so many each; one part at least.

    The parts differ by one item at most.
    """
    n_parts = max(1, -(-len(items) // most))
    size, more = divmod(len(items), n_parts)
    starts = [place * size + min(place, more) for place in range(n_parts + 1)]
    return tuple(tuple(items[start:stop]) for start, stop in pairwise(starts))


def part_words(place: int, n_parts: int) -> tuple[str, str]:
    """Give what tells one part from the others: in a key, and to a reader; nothing where there is one part only."""
    return (f"-part{place + 1}", f", {place + 1} of {n_parts}") if n_parts > 1 else ("", "")
