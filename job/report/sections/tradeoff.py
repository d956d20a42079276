"""Recall against false alarms at each strategy's own decision, and which strategies no other beats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from job.report.charts.canvas import Picture
from job.report.charts.figures import Curve
from job.report.charts.trade_chart import Point, Trade, draw_trades, find_winners
from job.report.facts import Facts
from job.report.layout import Heading, Line, Name, Section, Table, tabulate
from job.report.metric_columns import Footnotes, measure
from job.text import counted, listed, number

_METRICS = ("recall", "false_alarms_per_1000")
_MOST_NAMED = 3
_MOST_TOLD = 6
_CAPTION = (
    "Minority rows found (up) against false alarms (to the right), means at each strategy's own decision. Ringed "
    "strategies are on the front; what lies below the line is beaten."
)
_MOVED_WORDS = "The dotted line is what {} would reach if only its threshold were moved (its mean ROC curve)."


@dataclass(frozen=True)
class Standing:
    """Where one strategy stands.

    Parameters
    ----------
    trade : Trade
        Means over splits.
    beaten_by : tuple of Name
        None for a strategy on the front.
    """

    name: Name
    trade: Trade
    beaten_by: tuple[Name, ...]


@dataclass(frozen=True)
class Tradeoff:
    """One classifier's strategies.

    Parameters
    ----------
    sentences : tuple of str
        Who is on the front, who is beaten by whom, and who has no decision.
    """

    classifier: Name
    sentences: tuple[str, ...]
    picture: Picture | None


@dataclass(frozen=True)
class Tradeoffs:
    """All classifiers.

    Parameters
    ----------
    many_splits : bool
        Whether a strategy may be on the front by luck on some splits only.
    """

    baseline: str
    many_splits: bool
    blocks: tuple[Tradeoff, ...]


def build(facts: Facts) -> Section:
    """Build the section."""
    blocks = tuple(_tradeoff(facts, classifier) for classifier in facts.classifiers)
    return Section(
        "tradeoff", "Recall against false alarms", Tradeoffs(facts.baseline.short, facts.n_splits > 1, blocks)
    )


def _tradeoff(facts: Facts, classifier: Name) -> Tradeoff:
    standings = _standings(facts, classifier)
    known = [standing.name for standing in standings]
    absent = [name.short for name in facts.strategies if name not in known]
    sentences = [*_sentences(facts, classifier, standings)]
    if absent and standings:
        sentences.append(f"Not in the chart, because no split has its decisions with minority rows: {listed(absent)}.")
    return Tradeoff(classifier, tuple(sentences), _draw(facts, classifier, standings))


def _standings(facts: Facts, classifier: Name) -> list[Standing]:
    found = [(name, trade) for name in facts.strategies if (trade := _trade(facts, name, classifier)) is not None]
    winners = find_winners([trade for _, trade in found])
    return [
        Standing(name, trade, tuple(found[place][0] for place in places))
        for (name, trade), places in zip(found, winners, strict=True)
    ]


def _trade(facts: Facts, strategy: Name, classifier: Name) -> Trade | None:
    rows = [facts.summary(strategy, classifier, metric) for metric in _METRICS]
    recall, alarms = (None if row is None else row["value"] for row in rows)
    return None if recall is None or alarms is None else Trade(recall, alarms)


def _sentences(facts: Facts, classifier: Name, standings: Sequence[Standing]) -> tuple[str, ...]:
    if not standings:
        return (f"No strategy has decisions to show with {classifier.short}.",)
    decimals = facts.decimals(classifier, _METRICS[1])
    front = sorted(
        (one for one in standings if not one.beaten_by), key=lambda one: (one.trade.false_alarms, one.trade.recall)
    )
    told = _told(front, decimals)
    if len(standings) == 1:
        return (f"{told}; there is nothing to weigh that against.",)
    beaten = [one for one in standings if one.beaten_by]
    if not beaten:
        start = f"All {counted(len(front), 'strategy', 'strategies')} are on the front: each finds more by raising more"
        return (f"{start} false alarms. {told}.",)
    start = f"Only {front[0].name.short} is on the front" if len(front) == 1 else "On the front"
    return (f"{start}: {told}.", *(_beaten(one) for one in beaten))


def _told(standings: Sequence[Standing], decimals: int) -> str:
    """Tell what each finds at what price; where there are many, only of the first and the last."""
    pairs = [
        (one.name.short, number(100 * one.trade.recall), number(one.trade.false_alarms, decimals)) for one in standings
    ]
    name, found, alarms = pairs[0]
    first = f"{name} finds {found} of 100 minority rows at {alarms} false alarms in 1,000 rows"
    if len(pairs) <= _MOST_TOLD:
        return "; ".join([first, *(f"{name} {found} at {alarms}" for name, found, alarms in pairs[1:])])
    between, (name, found, alarms) = listed(name for name, _, _ in pairs[1:-1]), pairs[-1]
    return f"{first}; more and more find {between}; {name} finds {found} at {alarms}"


def _beaten(standing: Standing) -> str:
    names = [name.short for name in standing.beaten_by]
    more = len(names) - _MOST_NAMED
    if more > 1:
        names = [*names[:_MOST_NAMED], f"{more} others"]
    return f"{standing.name.short} is beaten by {listed(names)}."


def _draw(facts: Facts, classifier: Name, standings: Sequence[Standing]) -> Picture | None:
    if not standings:
        return None
    moved = _moved(facts, classifier)
    caption = f"{_CAPTION} {_MOVED_WORDS.format(facts.baseline.short)}" if moved else _CAPTION
    points = [Point(one.name, one.trade, not one.beaten_by) for one in standings]
    return draw_trades(points, moved, _alt(facts, classifier, standings), caption, _table(facts, classifier, standings))


def _moved(facts: Facts, classifier: Name) -> Curve | None:
    """What baseline's ranking would reach at every number of false alarms."""
    curve = facts.curve(facts.baseline, classifier, "roc")
    if not curve:
        return None
    name = f"{facts.baseline.short}, moved"
    others = 1000 * (1 - facts.test_share)
    return Curve(Name(name, name, 0), tuple(others * rate for rate in curve["x"]), tuple(curve["y"]))


def _alt(facts: Facts, classifier: Name, standings: Sequence[Standing]) -> str:
    decimals = [facts.decimals(classifier, metric) for metric in _METRICS]
    parts = [
        f"{one.name.short} {number(one.trade.recall, decimals[0])} at {number(one.trade.false_alarms, decimals[1])} "
        f"({'beaten' if one.beaten_by else 'on the front'})"
        for one in standings
    ]
    return f"Minority recall at false alarms in 1,000 rows with {classifier.short}: {'; '.join(parts)}."


def _table(facts: Facts, classifier: Name, standings: Sequence[Standing]) -> Table:
    footnotes, by_name = Footnotes(), {one.name: one for one in standings}
    fronts, n_pairs = _fronts(facts, classifier, [one.name for one in standings])
    lines: list[Line] = []
    for name in facts.strategies:
        numbers = [replace(measure(facts, name, classifier, metric, footnotes), difference=None) for metric in _METRICS]
        told, standing = ["no decisions", "", ""], by_name.get(name)
        if standing is not None:
            beaten = listed(other.short for other in standing.beaten_by) if standing.beaten_by else "nobody"
            share = f"{fronts[name]:,} of {n_pairs:,}" if n_pairs else ""
            told = ["no" if standing.beaten_by else "yes", beaten, share]
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


def _fronts(facts: Facts, classifier: Name, names: Sequence[Name]) -> tuple[Mapping[Name, int], int]:
    """On how many splits each strategy is on the front, and how many splits have decisions of them all."""
    splits: dict[tuple[int, int], dict[Name, Trade]] = {}
    for name in names:
        for run in facts.runs(name, classifier):
            recall, alarms = (run["metrics"].get(metric) for metric in _METRICS)
            if recall is not None and alarms is not None:
                splits.setdefault((run["repeat"], run["fold"]), {})[name] = Trade(recall, alarms)
    whole = [trades for trades in splits.values() if len(trades) == len(names)]
    counts = dict.fromkeys(names, 0)
    for trades in whole:
        for name, places in zip(names, find_winners([trades[name] for name in names]), strict=True):
            counts[name] += not places
    return counts, len(whole)
