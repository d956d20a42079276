"""Recall against false alerts at each strategy's own decision, and which strategies no other beats."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from job.report.charts.canvas import Block, Description, Picture
from job.report.charts.lines import Curve, Traded, draw_trades, name_plainly
from job.report.facts import Facts
from job.report.layout import Heading, Line, Name, Section, Table, rows_of, tabulate
from job.report.metric_columns import Footnotes, measure
from job.results.job_facts import TradeoffRow
from job.text import counted, listed, number

_METRICS = ("recall", "false_alarms_per_1000")
_MOST_NAMED = 3
_MOST_TOLD = 6
_CAPTION = (
    "Recall against false alerts per 1,000 rows, means at each strategy's own decision threshold. Ringed strategies "
    "are on the Pareto front; those below the line are dominated."
)
_MOVED_WORDS = "Dotted line: {} at other thresholds (its mean ROC curve)."


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
    return Section("tradeoff", "Recall against false alerts", content)


def _block(facts: Facts, classifier: Name) -> Block:
    points = rows_of(facts.strategies, classifier, facts.results.tradeoff)
    if not points:
        return Block(classifier, (f"No strategy has decisions to show with {classifier.short}.",))
    sentences = _sentences(facts, points, facts.decimals(classifier, _METRICS[1]))
    if absent := [name.short for name in facts.strategies if name not in dict(points)]:
        sentences.append(f"Not in the chart, without decisions on test parts with minority rows: {listed(absent)}.")
    return Block(classifier, tuple(sentences), pictures=(_draw(facts, classifier, points),))


def _sentences(facts: Facts, points: Sequence[Traded], decimals: int) -> list[str]:
    front = [(name, row) for name, row in points if not row.beaten_by]
    front.sort(key=lambda one: (one[1].false_alarms_per_1000, one[1].recall))
    told = _told(front, decimals)
    if len(points) == 1:
        return [f"{told}; there is nothing to weigh that against."]
    beaten = [_beaten(facts, *point) for point in points if point[1].beaten_by]
    if not beaten:
        every = f"All {counted(len(front), 'strategy', 'strategies')}" if len(front) != 2 else "Both strategies"
        return [f"{every} are on the Pareto front: {told}."]
    start = f"Only {front[0][0].short} is on the Pareto front" if len(front) == 1 else "On the Pareto front"
    return [f"{start}: {told}.", *beaten]


def _told(points: Sequence[Traded], decimals: int) -> str:
    """Tell what each finds at what price; where there are many, only of the first and the last."""
    found = [(name.short, number(100 * at.recall), number(at.false_alarms_per_1000, decimals)) for name, at in points]
    first = "{} finds {} of 100 minority rows at {} false alerts in 1,000 rows".format(*found[0])
    if len(found) <= _MOST_TOLD:
        return "; ".join([first, *("{} {} at {}".format(*one) for one in found[1:])])
    between = listed(name for name, _, _ in found[1:-1])
    return f"{first}; with more and more false alerts follow {between}; {'{} finds {} at {}'.format(*found[-1])}"


def _beaten(facts: Facts, name: Name, row: TradeoffRow) -> str:
    names = [facts.name_shortly(label) for label in row.beaten_by]
    names = [*names[:_MOST_NAMED], f"{len(names) - _MOST_NAMED} others"] if len(names) > _MOST_NAMED + 1 else names
    is_advised = name != facts.baseline and row.place == getattr(facts.headline.recommended, "place", None)
    why = "; it is recommended for its ranking, which this chart doesn't show" if is_advised else ""
    return f"{name.short} is dominated by {listed(names)}{why}."


def _draw(facts: Facts, classifier: Name, points: Sequence[Traded]) -> Picture:
    moved, caption = None, _CAPTION
    if roc := facts.curve(facts.baseline, classifier, "roc"):  # what its ranking would reach at every number of alerts
        others = 1000 * (1 - facts.test_share)
        moved = Curve(name_plainly("other thresholds"), [others * rate for rate in roc.x], roc.y)
        caption = f"{_CAPTION} {_MOVED_WORDS.format(facts.baseline.short)}"
    decimals = [facts.decimals(classifier, metric) for metric in _METRICS]
    told = []
    for name, row in points:
        where = f"{number(row.recall, decimals[0])} at {number(row.false_alarms_per_1000, decimals[1])}"
        told.append(f"{name.short} {where} ({'dominated' if row.beaten_by else 'on the Pareto front'})")
    alt = f"Minority recall at false alerts in 1,000 rows with {classifier.short}: {'; '.join(told)}."
    return draw_trades(points, moved, Description(alt, caption, _table(facts, classifier, points)))


def _table(facts: Facts, classifier: Name, points: Sequence[Traded]) -> Table:
    footnotes, by_name = Footnotes(), dict(points)
    lines: list[Line] = []
    for name in facts.strategies:
        numbers = [replace(measure(facts, name, classifier, metric, footnotes), difference=None) for metric in _METRICS]
        told = ["no decisions", "", ""]
        if row := by_name.get(name):
            winners = [facts.name_shortly(label) for label in row.beaten_by]
            share = f"{row.n_front:,} of {row.n_pairs:,}" if row.n_pairs else ""
            told = ["no" if winners else "yes", listed(winners or ["none"]), share]
        lines.append((name, (*numbers, *told)))
    headings = (
        Heading("Recall", "higher", numeric=True),
        Heading("False alerts", "lower", "per 1,000 rows", numeric=True),
        Heading("On the Pareto front"),
        Heading("Dominated by"),
        Heading("Splits", hint="on the Pareto front", numeric=True),
    )
    caption = f"Recall against false alerts with {classifier.short}: the numbers of the chart"
    return tabulate(f"tradeoff-{classifier.index}", caption, headings, lines, footnotes.all())
