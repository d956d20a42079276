"""The data in two dimensions, and where each sampler puts its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

from job.report.charts.canvas import Description, Picture
from job.report.charts.figures import ADDED, MAJORITY, MINORITY, TYPE_LOOKS, Cloud, Limits, Point, draw_clouds
from job.report.facts import Facts
from job.report.layout import Heading, Line, Number, Section, tabulate
from job.results.job_facts import MadePoints
from job.results.job_facts import Picture as Found
from job.text import counted, listed, number, percent, sentence

MOST_SAMPLERS = 6
"""Most samplers that are pictured."""

_TAIL = 0.01
_ROOM = 0.5
_EDGE = 0.04
_DECIMALS = 2


@dataclass(frozen=True)
class Pictures:
    """The pictures.

    Parameters
    ----------
    absent : str
        Why there are none.
    reading : str
        What the directions are, and how much of the variance they show.
    pictures : tuple of Picture
        The data, then each sampler.
    missing : tuple of str
        Why a sampler has no picture, one sentence each.
    """

    absent: str
    reading: str = ""
    pictures: tuple[Picture, ...] = ()
    missing: tuple[str, ...] = ()


def build(facts: Facts) -> Section:
    """Build the section."""
    found = facts.results.picture
    content = Pictures(sentence(f"The data could not be drawn: {found.reason}")) if found.reason else _content(facts)
    return Section("picture", "PCA projection", content)


def _content(facts: Facts) -> Pictures:
    found = facts.results.picture
    minority = [point for kind in found.minority for point in kind.points]
    points = [*found.majority.points, *minority, *(point for row in found.strategies for point in row.points)]
    limits = _range([x for x, _ in points]), _range([y for _, y in points])
    drawn = [row for row in found.strategies if row.reason is None]
    pictures, data = [_draw_data(found, limits, len(minority))], Cloud("majority", found.majority.points, MAJORITY)
    clouded: list[tuple[list[str], MadePoints]] = []
    for row in drawn:  # weights move no row: equal clouds are drawn once
        if twin := next((labels for labels, one in clouded if (one.n, one.points) == (row.n, row.points)), None):
            twin.append(row.strategy)
        else:
            clouded.append(([row.strategy], row))
    for labels, row in clouded[:MOST_SAMPLERS]:
        clouds = (data, Cloud("added", row.points, ADDED), Cloud("minority", minority, MINORITY))
        index, shown = facts.strategy(row.strategy).index, _shown(len(row.points), row.n, "rows")
        names = ", ".join(facts.strategy(label).short for label in labels)
        centres = f"their centre at ({_centre(row.points)}), that of the minority at ({_centre(minority)})"
        told = f"Rows that {names} added, in the same directions: {shown}, {centres}, over the same rows of the data."
        caption = f"{shown[0].upper()}{shown[1:]} that {names} added, over the same rows of the data."
        pictures.append(_draw(found, clouds, limits, f"{index}", names, told, caption))
    without = ((facts.strategy(row.strategy).short, row.reason) for row in found.strategies if row.reason is not None)
    missing = [sentence(f"{name} has no picture: {reason}") for name, reason in without]
    if late := [facts.strategy(label).short for labels, _ in clouded[MOST_SAMPLERS:] for label in labels]:
        missing.append(f"Only the first {counted(MOST_SAMPLERS, 'sampler')} have a picture, so not {listed(late)}.")
    return Pictures("", _reading(found, points, limits), tuple(pictures), tuple(missing))


def _range(values: Sequence[float]) -> tuple[float, float]:
    """Where all but the farthest lie, with room beside it, but no farther than they reach."""
    ordered = sorted(values)
    cut = int(_TAIL * (len(ordered) - 1))
    low, high = ordered[cut], ordered[-1 - cut]
    room = _ROOM * (high - low)
    low, high = (max(ordered[0], low - room), min(ordered[-1], high + room)) if room else (ordered[0], ordered[-1])
    edge = _EDGE * (high - low) or 1.0
    return low - edge, high + edge


def _reading(found: Found, points: Sequence[Point], limits: Limits) -> str:
    sample = f" (a stratified sample of {found.n_fitted:,})" if found.n_fitted < found.n_train else ""
    columns = counted(found.n_columns, "prepared column")
    said = f"The {found.n_train:,} training rows of the first split{sample}"
    if found.one_direction:
        said += (
            f" vary in one direction only ({columns}), which is drawn from left to right; up and down points are "
            "spread at random, so that each can be seen."
        )
    else:
        said += (
            f" in the two directions in which their {columns} vary most (principal components). These show "
            f"{percent(sum(found.shares))} of the variance: points that overlap here may be apart in others."
        )
    inside = (all(low <= value <= high for value, (low, high) in zip(point, limits, strict=True)) for point in points)
    if not (outside := len(points) - sum(inside)):
        return said
    verbs = ("lies", "is") if outside == 1 else ("lie", "are")
    beyond = sentence(f"{counted(outside, 'point')} {verbs[0]} far outside and {verbs[1]} drawn at the edge")
    return f"{said} {beyond}"


def _shown(n: int, total: int, noun: str) -> str:
    return f"all {n:,} {noun}" if n == total else f"{n:,} of {total:,} {noun}"


def _draw_data(found: Found, limits: Limits, n_minority: int) -> Picture:
    majority = found.majority
    clouds = [Cloud("majority", majority.points, MAJORITY)]
    clouds += [Cloud(kind.type, kind.points, TYPE_LOOKS[kind.type]) for kind in found.minority]
    kinds = listed(f"{len(kind.points)} {kind.type}" for kind in found.minority)
    shown = _shown(len(majority.points), majority.n, "majority rows")
    shown += f" and {_shown(n_minority, found.n_minority, 'minority rows')}"
    caption = f"{sentence(shown)} Types go by the five nearest training rows in all columns, not by this picture."
    alt = f"The data in two directions that show {percent(sum(found.shares))} of the variance: {shown} ({kinds})."
    return _draw(found, clouds, limits, "data", "The data", alt, caption)


def _draw(
    found: Found, clouds: Sequence[Cloud], limits: Limits, key: str, title: str, alt: str, caption: str
) -> Picture:
    if found.one_direction:
        axes_names = "the one direction", "spread at random"
    else:
        first, second = (percent(share) for share in found.shares)
        axes_names = f"first direction ({first} of the variance)", f"second direction ({second})"
    headings: list[Heading | str] = ["Points", "Centre, first direction", "Centre, second direction"]
    for side in ("first", "second"):
        headings.append(Heading(f"Spread, {side} direction", hint="standard deviation", numeric=True))
    lines: list[Line] = []
    for cloud in clouds:
        if cloud.points:
            sides = list(zip(*cloud.points, strict=True))
            measured = (*map(fmean, sides), *map(pstdev, sides))
            lines.append((cloud.name, (Number(len(cloud.points)), *(Number(value, _DECIMALS) for value in measured))))
    what = "the data" if key == "data" else title
    table = tabulate(f"picture-{key}", f"Where the points of {what} lie", headings, lines, first="Rows")
    return draw_clouds(clouds, limits, axes_names, Description(alt, caption, table, title))


def _centre(points: Sequence[Point]) -> str:
    return ", ".join(number(fmean(side), _DECIMALS) for side in zip(*points, strict=True))
