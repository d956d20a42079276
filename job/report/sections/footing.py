"""How much of a gain in recall is a better ranking, and how much a different threshold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from job.report.charts.canvas import Block, Description, Picture
from job.report.charts.figures import draw_parts
from job.report.facts import Facts
from job.report.layout import Cell, Heading, Line, Name, Number, Section, Table, group_rows, tabulate
from job.report.metric_columns import BY_NAME, Footnotes, measure
from job.results.job_facts import GainPart
from job.text import decimals_for, number, signed

_PARTS = (("threshold", "quiet"), ("ranking", "accent"))
_READINGS = ("recall_at_baseline_fpr", "precision_at_baseline_recall", "recall_at_alerts")
_ALARMS = "false_alarms_per_1000"
_CAPTION = (
    "Gain in recall over baseline, divided into what a different threshold and what a better ranking contribute; the "
    "tick is the total."
)
_NO_GAIN = "No split has decisions of both this strategy and baseline on a test part with both classes."

Gains = Mapping[Name, Sequence[GainPart]]
"""Gain in recall over baseline of each strategy, what of it is the threshold's and what the ranking's."""


@dataclass(frozen=True)
class Footings:
    """All classifiers: what the strategy that finds most gains and by what, and the gains of all."""

    baseline: str
    blocks: tuple[Block, ...]


def build(facts: Facts) -> Section:
    """Build the section."""
    blocks = tuple(_block(facts, classifier) for classifier in facts.classifiers)
    return Section("footing", "Ranking or threshold?", Footings(facts.baseline.short, blocks))


def _block(facts: Facts, classifier: Name) -> Block:
    gains = group_rows(facts.strategies, classifier, facts.results.gains)
    table = _table(facts, classifier, gains)
    pictures = (_draw(classifier, gains, table),) if gains else ()
    return Block(classifier, (_sentence(facts, classifier, gains),), (table,), pictures)


def _sentence(facts: Facts, classifier: Name, gains: Gains) -> str:
    """Say in natural frequencies what a gain in recall is made of: that of what the answer quotes, else the largest."""
    baseline = facts.baseline.short
    if not gains:
        return f"There is nothing to compare {baseline} with."
    quoted = facts.quoted(gains, classifier)
    name = quoted or max(gains, key=lambda each: gains[each][0].mean)
    whole, _, ranking = (round(100 * part.mean) for part in gains[name])
    if whole <= 0:
        start = f"{quoted.short} finds no more" if quoted else "No strategy finds more"
        return f"{start} minority rows than {baseline}."
    start = f"Of every 100 minority rows {name.short} finds {whole:,} more than {baseline}"
    if ranking <= 0:
        return (
            f"{start}; at the same number of false alerts, {baseline} would find as many: only the threshold differs."
        )
    if ranking >= whole:
        return f"{start}; at the same number of false alerts, {baseline} would not find them: the ranking is better."
    return f"{start}: {whole - ranking:,} by a different threshold, {ranking:,} by a better ranking."


def _draw(classifier: Name, gains: Gains, table: Table) -> Picture:
    read = ([name.short, *(signed(part.mean, 3) for part in gain)] for name, gain in gains.items())
    told = "; ".join("{} {}, of which {} by threshold and {} by ranking".format(*each) for each in read)
    alt = f"Gain in minority recall over baseline with {classifier.short}: {told}."
    rows = [(name, [part.mean for part in parts]) for name, (_, *parts) in gains.items()]
    return draw_parts(rows, _PARTS, "gain in recall", Description(alt, _CAPTION, table))


def _table(facts: Facts, classifier: Name, gains: Gains) -> Table:
    footnotes = Footnotes()
    spreads = sorted(ranking.sd for _, _, ranking in gains.values() if ranking.sd is not None)
    # as many for the whole as for its parts, so that they add up to the eye
    decimals = decimals_for(spreads[len(spreads) // 2] if spreads else None, 3)

    def parts(name: Name) -> Sequence[Cell | str]:
        if name == facts.baseline:
            return ("",) * 4
        if name not in gains:
            return (Number(None, footnote=footnotes.letter(_NO_GAIN)),) * 4
        alarms = signed(facts.summary(name, classifier, _ALARMS).difference, facts.decimals(classifier, _ALARMS))
        return (*(_with_spread(part, decimals) for part in gains[name]), alarms)

    lines: list[Line] = []
    for name in facts.strategies:
        readings = (measure(facts, name, classifier, metric, footnotes) for metric in _READINGS)
        lines.append((name, [*parts(name), *readings]))
    headings: tuple[Heading | str, ...] = (
        Heading("Recall gain", "higher", "own threshold", numeric=True),
        "by threshold",
        Heading("by ranking", "higher", "rank gain", numeric=True),
        Heading("Additional false alerts", "lower", "per 1,000 rows", numeric=True),
        *(Heading(BY_NAME[metric].label, "higher", numeric=True) for metric in _READINGS),
    )
    caption = f"Ranking and threshold with {classifier.short}"
    return tabulate(f"footing-{classifier.index}", caption, headings, lines, footnotes.all(), of_metrics=True)


def _with_spread(part: GainPart, decimals: int) -> str:
    mean = signed(part.mean, decimals)
    return mean if part.sd is None else f"{mean} ± {number(part.sd, decimals)}"
