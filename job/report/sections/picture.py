"""The data in two dimensions, and where each sampler puts its rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from job.report.charts.canvas import Picture
from job.report.charts.scatter import ADDED, MAJORITY, MINORITY, TYPE_LOOKS, Cloud, Limits, Point, draw_clouds
from job.report.facts import Facts, Found
from job.report.layout import Heading, Line, Name, Number, Section, Table, tabulate
from job.text import counted, listed, number, percent, sentence

MOST_SAMPLERS = 6
"""Most samplers that are pictured."""

_TITLE = "Where the rows lie"
_ABSENT = "These results hold no picture of the data."
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
    found = facts.results.get("picture")
    return Section("picture", _TITLE, Pictures(_ABSENT) if found is None else _content(facts, found))


def _content(facts: Facts, found: Found) -> Pictures:
    if found["reason"] is not None:
        return Pictures(sentence(f"The data could not be drawn: {found['reason']}"))
    names = {name.label: name for name in facts.strategies}
    made = [(names[row["strategy"]], row) for row in found["strategies"]]
    drawn = [pair for pair in made if pair[1]["reason"] is None]
    limits = _limits(_all_points(found))
    pictures = [_picture_data(found, limits)]
    pictures += [_picture_sampler(found, limits, name, row) for name, row in drawn[:MOST_SAMPLERS]]
    missing = [
        sentence(f"{name.short} has no picture: {row['reason']}") for name, row in made if row["reason"] is not None
    ]
    if late := [name.short for name, _ in drawn[MOST_SAMPLERS:]]:
        missing.append(f"Only the first {counted(MOST_SAMPLERS, 'sampler')} have a picture: {listed(late)} have none.")
    return Pictures("", _reading(found, limits), tuple(pictures), tuple(missing))


def _all_points(found: Found) -> list[Point]:
    groups = [found["majority"], *found["minority"], *found["strategies"]]
    return [point for group in groups for point in group["points"]]


def _limits(points: Sequence[Point]) -> Limits:
    x, y = (_range([point[side] for point in points]) for side in (0, 1))
    return x, y


def _range(values: Sequence[float]) -> tuple[float, float]:
    """Where all but the farthest lie, with room beside it, but no farther than they reach."""
    ordered = sorted(values)
    cut = int(_TAIL * (len(ordered) - 1))
    low, high = ordered[cut], ordered[-1 - cut]
    room = _ROOM * (high - low)
    low, high = (max(ordered[0], low - room), min(ordered[-1], high + room)) if room else (ordered[0], ordered[-1])
    edge = _EDGE * (high - low) or 1.0
    return low - edge, high + edge


def _is_inside(point: Point, limits: Limits) -> bool:
    return all(low <= value <= high for value, (low, high) in zip(point, limits, strict=True))


def _reading(found: Found, limits: Limits) -> str:
    sample = f" (a stratified sample of {found['n_fitted']:,})" if found["n_fitted"] < found["n_train"] else ""
    columns = counted(found["n_columns"], "prepared column")
    rows = f"The {found['n_train']:,} training rows of the first split{sample}"
    if found["one_direction"]:
        said = (
            f"{rows} vary in one direction only ({columns}), which is drawn from left to right; up and down points are "
            "spread at random, so that each can be seen."
        )
    else:
        said = (
            f"{rows} in the two directions in which their {columns} vary most (principal components). These show "
            f"{percent(sum(found['shares']))} of the variance: what overlaps here may be apart in the rest."
        )
    outside = sum(not _is_inside(point, limits) for point in _all_points(found))
    verbs = ("lies", "is") if outside == 1 else ("lie", "are")
    beyond = sentence(f"{counted(outside, 'point')} {verbs[0]} far outside and {verbs[1]} drawn at the edge")
    return f"{said} {beyond}" if outside else said


def _axes_names(found: Found) -> tuple[str, str]:
    if found["one_direction"]:
        return "the one direction", "spread at random"
    first, second = (percent(share) for share in found["shares"])
    return f"first direction ({first} of the variance)", f"second direction ({second})"


def _shown(n: int, total: int, noun: str) -> str:
    return f"all {n:,} {noun}" if n == total else f"{n:,} of {total:,} {noun}"


def _picture_data(found: Found, limits: Limits) -> Picture:
    majority, minority = found["majority"]["points"], found["minority"]
    clouds = [Cloud("majority", majority, MAJORITY)]
    clouds += [Cloud(kind["type"], kind["points"], TYPE_LOOKS[kind["type"]]) for kind in minority]
    n_minority = sum(len(kind["points"]) for kind in minority)
    kinds = listed(f"{len(kind['points'])} {kind['type']}" for kind in minority)
    shown = (
        f"{_shown(len(majority), found['majority']['n'], 'majority rows')} and "
        f"{_shown(n_minority, found['n_minority'], 'minority rows')}"
    )
    caption = f"{sentence(shown)} Types go by the five nearest training rows in all columns, not by this picture."
    alt = f"The data in two directions that show {percent(sum(found['shares']))} of the variance: {shown} ({kinds})."
    table = _table("picture-data", "Where the points of the data lie", clouds)
    return replace(draw_clouds(clouds, limits, _axes_names(found), alt, caption, table), title="The data")


def _picture_sampler(found: Found, limits: Limits, name: Name, row: Found) -> Picture:
    minority = [point for kind in found["minority"] for point in kind["points"]]
    clouds = [
        Cloud("majority", found["majority"]["points"], MAJORITY),
        Cloud("added", row["points"], ADDED),
        Cloud("minority", minority, MINORITY),
    ]
    shown = _shown(len(row["points"]), row["n"], "rows")
    alt = (
        f"Rows that {name.short} added, in the same directions: {shown}, "
        f"{_middles(row['points'], minority)}, over the same rows of the data."
    )
    caption = f"{shown[0].upper()}{shown[1:]} that {name.short} added, over the same rows of the data."
    table = _table(f"picture-{name.index}", f"Where the points of {name.short} lie", clouds)
    return replace(draw_clouds(clouds, limits, _axes_names(found), alt, caption, table), title=name.short)


def _middles(added: Sequence[Point], minority: Sequence[Point]) -> str:
    made, real = (
        ", ".join(number(_mean([point[side] for point in points]), _DECIMALS) for side in (0, 1))
        for points in (added, minority)
    )
    return f"their centre at ({made}), that of the minority at ({real})"


def _table(key: str, caption: str, clouds: Sequence[Cloud]) -> Table:
    headings = ("Points", *(f"Centre, {side} direction" for side in ("first", "second")))
    spreads = (f"Spread, {side} direction" for side in ("first", "second"))
    hinted = (Heading(spread, hint="standard deviation", numeric=True) for spread in spreads)
    return tabulate(key, caption, (*headings, *hinted), [_row(cloud) for cloud in clouds if cloud.points], first="Rows")


def _row(cloud: Cloud) -> Line:
    sides = [[float(point[side]) for point in cloud.points] for side in (0, 1)]
    measured = (*map(_mean, sides), *map(_spread, sides))
    return cloud.name, (Number(len(cloud.points)), *(Number(value, _DECIMALS) for value in measured))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _spread(values: Sequence[float]) -> float:
    mean = _mean(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / len(values))
