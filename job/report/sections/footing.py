"""How much of a gain in recall is a better ranking, and how much a moved threshold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from job.report.charts.canvas import Block, Description, Picture
from job.report.charts.figures import draw_parts
from job.report.facts import Facts
from job.report.layout import Cell, Heading, Line, Name, Number, Section, Table, tabulate
from job.report.metric_columns import BY_NAME, Footnotes, measure
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

Gain = tuple[Sequence[float], ...]
"""Gain in recall over baseline, what of it is the threshold's and what the ranking's, on the splits where both have
decisions."""


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
    gains = {name: gain for name in facts.strategies[1:] if (gain := _gain(facts, name, classifier))}
    table = _table(facts, classifier, gains)
    pictures = (_draw(classifier, gains, table),) if gains else ()
    return Block(classifier, (_sentence(facts, gains),), (table,), pictures)


def _gain(facts: Facts, strategy: Name, classifier: Name) -> Gain:
    before = {run.split: run.metrics["recall"] for run in facts.runs(facts.baseline, classifier)}
    found = []
    for run in facts.runs(strategy, classifier):
        reference, recall, ranking = before.get(run.split), run.metrics["recall"], run.metrics["rank_gain_at_own_fpr"]
        if reference is not None and recall is not None and ranking is not None:
            found.append((recall - reference, recall - reference - ranking, ranking))
    return tuple(zip(*found, strict=True))


def _sentence(facts: Facts, gains: Mapping[Name, Gain]) -> str:
    """Say in natural frequencies what the largest gain in recall is made of."""
    baseline = facts.baseline.short
    if not gains:
        return f"There is nothing to compare {baseline} with."
    name = max(gains, key=lambda each: fmean(gains[each][0]))
    whole, _, ranking = (round(100 * fmean(values)) for values in gains[name])
    if whole <= 0:
        return f"No strategy finds more minority rows than {baseline}."
    start = f"Of every 100 minority rows {name.short} finds {whole:,} more than {baseline}"
    if ranking <= 0:
        return f"{start}; the ranking of {baseline} would find as many with as many false alarms: a moved threshold."
    if ranking >= whole:
        return f"{start}; with as many false alarms {baseline} would not find them: a better ranking."
    return f"{start}: {whole - ranking:,} by a moved threshold, {ranking:,} by a better ranking."


def _draw(classifier: Name, gains: Mapping[Name, Gain], table: Table) -> Picture:
    means = {name: [fmean(values) for values in gain] for name, gain in gains.items()}
    told = "; ".join(
        f"{name.short} {signed(threshold + ranking, 3)}, threshold {signed(threshold, 3)}, ranking {signed(ranking, 3)}"
        for name, (_, threshold, ranking) in means.items()
    )
    lines: list[Line] = [
        (name, (*(signed(mean, 4) for mean in means[name]), Number(len(gain[0])))) for name, gain in gains.items()
    ]
    caption = f"{table.caption}: the numbers of the chart"
    numbers = tabulate(f"{table.key}-parts", caption, ("Gain", "By threshold", "By ranking", "Splits"), lines)
    alt = f"Gain in minority recall over baseline with {classifier.short}: {told}."
    rows = [(name, parts) for name, (_, *parts) in means.items()]
    return draw_parts(rows, _PARTS, "gain in recall", Description(alt, _CAPTION, numbers))


def _table(facts: Facts, classifier: Name, gains: Mapping[Name, Gain]) -> Table:
    footnotes = Footnotes()
    spreads = sorted(stdev(ranking) for _, _, ranking in gains.values() if len(ranking) > 1)
    # as many for the whole as for its parts, so that they add up to the eye
    decimals = decimals_for(spreads[len(spreads) // 2] if spreads else None, 3)

    def parts(name: Name) -> Sequence[Cell | str]:
        if name == facts.baseline:
            return ("",) * 4
        if name not in gains:
            return (Number(None, footnote=footnotes.letter(_NO_GAIN)),) * 4
        alarms = facts.summary(name, classifier, _ALARMS).difference
        return (
            *(_with_spread(values, decimals) for values in gains[name]),
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


def _with_spread(values: Sequence[float], decimals: int) -> str:
    mean = signed(fmean(values), decimals)
    return f"{mean} ± {number(stdev(values), decimals)}" if len(values) > 1 else mean
