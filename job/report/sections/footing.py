"""How much of a gain in recall is a better ranking, and how much a moved threshold."""

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
    "Share of the minority rows found beyond baseline's, parted into what a moved threshold and what a better ranking "
    "brought; the stroke is the whole."
)
_NO_GAIN = (
    "No split has both this strategy's decisions and baseline's with minority rows and others among the test rows."
)

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
    return Block(classifier, (_sentence(facts, gains),), (table,), pictures)


def _sentence(facts: Facts, gains: Gains) -> str:
    """Say in natural frequencies what the largest gain in recall is made of."""
    baseline = facts.baseline.short
    if not gains:
        return f"There is nothing to compare {baseline} with."
    name = max(gains, key=lambda each: gains[each][0].mean)
    whole, _, ranking = (round(100 * part.mean) for part in gains[name])
    if whole <= 0:
        return f"No strategy finds more minority rows than {baseline}."
    start = f"Of every 100 minority rows {name.short} finds {whole:,} more than {baseline}"
    if ranking <= 0:
        return f"{start}; the ranking of {baseline} would find as many with as many false alarms: a moved threshold."
    if ranking >= whole:
        return f"{start}; with as many false alarms {baseline} would not find them: a better ranking."
    return f"{start}: {whole - ranking:,} by a moved threshold, {ranking:,} by a better ranking."


def _draw(classifier: Name, gains: Gains, table: Table) -> Picture:
    told = "; ".join(
        "{} {}, threshold {}, ranking {}".format(name.short, *(signed(part.mean, 3) for part in gain))
        for name, gain in gains.items()
    )
    lines: list[Line] = [
        (name, (*(signed(part.mean, 4) for part in gain), Number(gain[0].n))) for name, gain in gains.items()
    ]
    caption = f"{table.caption}: the numbers of the chart"
    numbers = tabulate(f"{table.key}-parts", caption, ("Gain", "By threshold", "By ranking", "Splits"), lines)
    alt = f"Gain in minority recall over baseline with {classifier.short}: {told}."
    rows = [(name, [part.mean for part in parts]) for name, (_, *parts) in gains.items()]
    return draw_parts(rows, _PARTS, "gain in recall", Description(alt, _CAPTION, numbers))


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
        alarms = facts.summary(name, classifier, _ALARMS).difference
        return (
            *(_with_spread(part, decimals) for part in gains[name]),
            signed(alarms, facts.decimals(classifier, _ALARMS)),
        )

    lines: list[Line] = [
        (name, [*parts(name), *(measure(facts, name, classifier, metric, footnotes) for metric in _READINGS)])
        for name in facts.strategies
    ]
    headings: tuple[Heading | str, ...] = (
        Heading("Recall gain", "higher", "own decision", numeric=True),
        "by threshold",
        Heading("by ranking", "higher", "rank gain", numeric=True),
        Heading("More false alarms", "lower", "per 1,000 rows", numeric=True),
        *(Heading(BY_NAME[metric].label, "higher", numeric=True) for metric in _READINGS),
    )
    caption = f"Ranking and threshold with {classifier.short}"
    return tabulate(f"footing-{classifier.index}", caption, headings, lines, footnotes.all(), of_metrics=True)


def _with_spread(part: GainPart, decimals: int) -> str:
    mean = signed(part.mean, decimals)
    return mean if part.sd is None else f"{mean} ± {number(part.sd, decimals)}"
