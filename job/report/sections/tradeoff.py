"""Recall against false alarms at each strategy's own decision, and which strategies no other beats."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from job.report.charts.canvas import Block, Description, Picture
from job.report.charts.lines import Curve, Point, draw_trades, name_plainly
from job.report.facts import Facts
from job.report.layout import Heading, Line, Name, Section, Table, tabulate
from job.report.metric_columns import Footnotes, measure
from job.text import counted, listed, number

_METRICS = ("recall", "false_alarms_per_1000")
_MOST_NAMED = 3
_MOST_TOLD = 6
_DIGITS = 12  # a mean of the same counts in another order may differ by its last bits
_CAPTION = (
    "Minority rows found (up) against false alarms (to the right), means at each strategy's own decision. Ringed "
    "strategies are on the front; what lies below the line is beaten."
)
_MOVED_WORDS = "The dotted line is what {} would reach if only its threshold were moved (its mean ROC curve)."

Trade = tuple[float, float]
"""What a decision finds and what it pays: recall, and false alarms in 1,000 rows."""


@dataclass(frozen=True)
class Tradeoffs:
    """All classifiers.

    Parameters
    ----------
    many_splits : bool
        Whether a strategy may be on the front by luck on some splits only.
    blocks : tuple of Block
        Who is on the front, who is beaten by whom, and who has no decision.
    """

    baseline: str
    many_splits: bool
    blocks: tuple[Block, ...]


def build(facts: Facts) -> Section:
    """Build the section."""
    blocks = tuple(_block(facts, classifier) for classifier in facts.classifiers)
    content = Tradeoffs(facts.baseline.short, facts.n_splits > 1, blocks)
    return Section("tradeoff", "Recall against false alarms", content)


def find_winners(trades: Sequence[Trade]) -> tuple[tuple[int, ...], ...]:
    """Find for each trade those that beat it; the front are the trades that none beats.

    Returns
    -------
    tuple of tuple of int
        Positions in `trades`, ascending; equal trades don't beat each other.
    """
    return tuple(tuple(place for place, other in enumerate(trades) if _beats(other, trade)) for trade in trades)


def _beats(trade: Trade, other: Trade) -> bool:
    """Whether a trade finds at least as much with no more false alarms, and does better in one of the two."""
    more, fewer = round(trade[0] - other[0], _DIGITS), round(other[1] - trade[1], _DIGITS)
    return more >= 0 and fewer >= 0 and (more > 0 or fewer > 0)


def _block(facts: Facts, classifier: Name) -> Block:
    points = _points(facts, classifier)
    if not points:
        return Block(classifier, (f"No strategy has decisions to show with {classifier.short}.",))
    sentences = _sentences(points, facts.decimals(classifier, _METRICS[1]))
    known = [point.name for point in points]
    if absent := [name.short for name in facts.strategies if name not in known]:
        sentences.append(f"Not in the chart, because no split has its decisions with minority rows: {listed(absent)}.")
    return Block(classifier, tuple(sentences), pictures=(_draw(facts, classifier, points),))


def _points(facts: Facts, classifier: Name) -> list[Point]:
    trades: dict[Name, Trade] = {}
    for name in facts.strategies:
        recall, alarms = (facts.summary(name, classifier, metric).value for metric in _METRICS)
        if recall is not None and alarms is not None:
            trades[name] = recall, alarms
    names = list(trades)
    winners = find_winners(list(trades.values()))
    return [
        Point(name, *trades[name], tuple(names[place] for place in places))
        for name, places in zip(names, winners, strict=True)
    ]


def _sentences(points: Sequence[Point], decimals: int) -> list[str]:
    front = sorted((one for one in points if not one.beaten_by), key=lambda one: (one.false_alarms, one.recall))
    told = _told(front, decimals)
    if len(points) == 1:
        return [f"{told}; there is nothing to weigh that against."]
    beaten = [point for point in points if point.beaten_by]
    if not beaten:
        start = f"All {counted(len(front), 'strategy', 'strategies')} are on the front: each finds more by raising more"
        return [f"{start} false alarms. {told}."]
    start = f"Only {front[0].name.short} is on the front" if len(front) == 1 else "On the front"
    return [f"{start}: {told}.", *map(_beaten, beaten)]


def _told(points: Sequence[Point], decimals: int) -> str:
    """Tell what each finds at what price; where there are many, only of the first and the last."""
    found = [(one.name.short, number(100 * one.recall), number(one.false_alarms, decimals)) for one in points]
    first = "{} finds {} of 100 minority rows at {} false alarms in 1,000 rows".format(*found[0])
    if len(found) <= _MOST_TOLD:
        return "; ".join([first, *("{} {} at {}".format(*one) for one in found[1:])])
    between = listed(name for name, _, _ in found[1:-1])
    return f"{first}; more and more find {between}; {'{} finds {} at {}'.format(*found[-1])}"


def _beaten(point: Point) -> str:
    names = [name.short for name in point.beaten_by]
    more = len(names) - _MOST_NAMED
    if more > 1:
        names = [*names[:_MOST_NAMED], f"{more} others"]
    return f"{point.name.short} is beaten by {listed(names)}."


def _draw(facts: Facts, classifier: Name, points: Sequence[Point]) -> Picture:
    moved, caption = None, _CAPTION
    if roc := facts.curve(facts.baseline, classifier, "roc"):  # what its ranking would reach at every number of alarms
        others = 1000 * (1 - facts.test_share)
        moved = Curve(name_plainly(f"{facts.baseline.short}, moved"), [others * rate for rate in roc.x], roc.y)
        caption = f"{_CAPTION} {_MOVED_WORDS.format(facts.baseline.short)}"
    decimals = [facts.decimals(classifier, metric) for metric in _METRICS]
    told = "; ".join(
        f"{one.name.short} {number(one.recall, decimals[0])} at {number(one.false_alarms, decimals[1])} "
        f"({'beaten' if one.beaten_by else 'on the front'})"
        for one in points
    )
    alt = f"Minority recall at false alarms in 1,000 rows with {classifier.short}: {told}."
    return draw_trades(points, moved, Description(alt, caption, _table(facts, classifier, points)))


def _table(facts: Facts, classifier: Name, points: Sequence[Point]) -> Table:
    footnotes, by_name = Footnotes(), {point.name: point for point in points}
    fronts, n_pairs = _fronts(facts, classifier, list(by_name))
    lines: list[Line] = []
    for name in facts.strategies:
        numbers = [replace(measure(facts, name, classifier, metric, footnotes), difference=None) for metric in _METRICS]
        told = ["no decisions", "", ""]
        if name in by_name:
            winners = [other.short for other in by_name[name].beaten_by]
            share = f"{fronts[name]:,} of {n_pairs:,}" if n_pairs else ""
            told = ["no" if winners else "yes", listed(winners or ["nobody"]), share]
        lines.append((name, (*numbers, *told)))
    headings = (
        Heading("Recall", "higher", numeric=True),
        Heading("False alarms", "lower", "per 1,000 rows", numeric=True),
        Heading("On the front"),
        Heading("Beaten by"),
        Heading("Splits", hint="on the front", numeric=True),
    )
    caption = f"Recall against false alarms with {classifier.short}: the numbers of the chart"
    return tabulate(f"tradeoff-{classifier.index}", caption, headings, lines, footnotes.all())


def _fronts(facts: Facts, classifier: Name, names: Sequence[Name]) -> tuple[Counter[Name], int]:
    """On how many splits each strategy is on the front, and how many splits have decisions of them all."""
    splits: dict[tuple[int, int], list[Trade]] = {}
    for name in names:
        for run in facts.runs(name, classifier):
            recall, alarms = (run.metrics[metric] for metric in _METRICS)
            if recall is not None and alarms is not None:
                splits.setdefault(run.split, []).append((recall, alarms))
    whole = [find_winners(trades) for trades in splits.values() if len(trades) == len(names)]
    return Counter(name for found in whole for name, places in zip(names, found, strict=True) if not places), len(whole)
