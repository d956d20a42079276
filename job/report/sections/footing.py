"""How much of a gain in recall is a better ranking, and how much a moved threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from job.report.charts.canvas import Picture
from job.report.charts.figures import Parted, draw_parts
from job.report.facts import Facts
from job.report.layout import Cell, Heading, Line, Name, Number, Section, Table, tabulate
from job.report.metric_columns import BY_NAME, Footnotes, measure
from job.text import decimals_for, number, signed

_PARTS = (("threshold", "quiet"), ("ranking", "accent"))
_READINGS = ("recall_at_baseline_fpr", "precision_at_baseline_recall", "recall_at_alerts")
_CAPTION = (
    "Share of the minority rows found beyond baseline's, parted into what a moved threshold and what a better ranking "
    "brought; the stroke is the whole."
)
_NO_GAIN = (
    "No split has both this strategy's decisions and baseline's with minority rows and others among the test rows."
)


@dataclass(frozen=True)
class Gain:
    """What one strategy gains over baseline, mean and standard deviation over the splits where both have decisions.

    Parameters
    ----------
    recall, ranking : tuple of float
        Of each split: the whole, and the ranking's part.
    """

    strategy: Name
    recall: tuple[float, ...]
    ranking: tuple[float, ...]

    @property
    def threshold(self) -> tuple[float, ...]:
        """What is left of the whole without the ranking's part."""
        return tuple(whole - part for whole, part in zip(self.recall, self.ranking, strict=True))


@dataclass(frozen=True)
class Footing:
    """One classifier's strategies on equal footing.

    Parameters
    ----------
    sentence : str
        What the strategy that finds most gains, and by what; nothing where none gains.
    """

    classifier: Name
    sentence: str
    picture: Picture | None
    table: Table


@dataclass(frozen=True)
class Footings:
    """All classifiers."""

    baseline: str
    blocks: tuple[Footing, ...]


def build(facts: Facts) -> Section:
    """Build the section."""
    blocks = tuple(_footing(facts, classifier) for classifier in facts.classifiers)
    return Section("footing", "Ranking or threshold?", Footings(facts.baseline.short, blocks))


def _footing(facts: Facts, classifier: Name) -> Footing:
    gains = [_gain(facts, strategy, classifier) for strategy in facts.strategies[1:]]
    measured = [gain for gain in gains if gain.recall]
    table = _table(facts, classifier, gains)
    return Footing(classifier, _sentence(facts, measured), _draw(classifier, measured, table), table)


def _gain(facts: Facts, strategy: Name, classifier: Name) -> Gain:
    before = {(run["repeat"], run["fold"]): run["metrics"]["recall"] for run in facts.runs(facts.baseline, classifier)}
    pairs = []
    for run in facts.runs(strategy, classifier):
        reference = before.get((run["repeat"], run["fold"]))
        recall, ranking = run["metrics"]["recall"], run["metrics"]["rank_gain_at_own_fpr"]
        if reference is not None and recall is not None and ranking is not None:
            pairs.append((recall - reference, ranking))
    return Gain(strategy, tuple(recall for recall, _ in pairs), tuple(ranking for _, ranking in pairs))


def _sentence(facts: Facts, gains: Sequence[Gain]) -> str:
    """Say in natural frequencies what the largest gain in recall is made of."""
    best = max(gains, key=lambda gain: fmean(gain.recall), default=None)
    if best is None:
        return f"There is nothing to compare {facts.baseline.short} with."
    whole, ranking = (round(100 * fmean(values)) for values in (best.recall, best.ranking))
    if whole <= 0:
        return f"No strategy finds more minority rows than {facts.baseline.short}."
    name, baseline = best.strategy.short, facts.baseline.short
    start = f"Of every 100 minority rows {name} finds {whole:,} more than {baseline}"
    if ranking <= 0:
        return f"{start}; the ranking of {baseline} would find as many with as many false alarms: a moved threshold."
    if ranking >= whole:
        return f"{start}; with as many false alarms {baseline} would not find them: a better ranking."
    return f"{start}: {whole - ranking:,} by a moved threshold, {ranking:,} by a better ranking."


def _draw(classifier: Name, gains: Sequence[Gain], table: Table) -> Picture | None:
    if not gains:
        return None
    rows = [Parted(gain.strategy, (fmean(gain.threshold), fmean(gain.ranking))) for gain in gains]
    parts = [
        f"{row.name.short} {signed(sum(row.parts), 3)}, threshold {signed(row.parts[0], 3)}, "
        f"ranking {signed(row.parts[1], 3)}"
        for row in rows
    ]
    alt = f"Gain in minority recall over baseline with {classifier.short}: {'; '.join(parts)}."
    return draw_parts(rows, _PARTS, "gain in recall", alt, _CAPTION, _numbers(table, gains))


def _numbers(table: Table, gains: Sequence[Gain]) -> Table:
    lines: list[Line] = []
    for gain in gains:
        means = (signed(fmean(values), 4) for values in (gain.recall, gain.threshold, gain.ranking))
        lines.append((gain.strategy, (*means, Number(len(gain.recall)))))
    caption = f"{table.caption}: the numbers of the chart"
    return tabulate(f"{table.key}-parts", caption, ("Gain", "By threshold", "By ranking", "Splits"), lines)


def _table(facts: Facts, classifier: Name, gains: Sequence[Gain]) -> Table:
    footnotes, decimals = Footnotes(), _decimals(gains)
    lines: list[Line] = []
    by_strategy = {gain.strategy: gain for gain in gains}
    for name in facts.strategies:
        own = _gains(facts, by_strategy[name], classifier, decimals, footnotes) if name in by_strategy else [""] * 4
        lines.append((name, [*own, *(measure(facts, name, classifier, metric, footnotes) for metric in _READINGS)]))
    headings: tuple[Heading | str, ...] = (
        Heading("Recall gain", "higher", "own decision", numeric=True),
        "by threshold",
        Heading("by ranking", "higher", "rank gain", numeric=True),
        Heading("More false alarms", "lower", "per 1,000 rows", numeric=True),
        *(Heading(BY_NAME[metric].label, "higher", numeric=True) for metric in _READINGS),
    )
    caption = f"Ranking and threshold with {classifier.short}"
    return tabulate(f"footing-{classifier.index}", caption, headings, lines, footnotes.all(), of_metrics=True)


def _decimals(gains: Sequence[Gain]) -> int:
    """As many for the whole as for its parts, so that they add up to the eye."""
    spreads = sorted(stdev(gain.ranking) for gain in gains if len(gain.ranking) > 1)
    return decimals_for(spreads[len(spreads) // 2] if spreads else None, 3)


def _gains(facts: Facts, gain: Gain, classifier: Name, decimals: int, footnotes: Footnotes) -> Sequence[Cell | str]:
    if not gain.recall:
        return tuple(Number(None, footnote=footnotes.letter(_NO_GAIN)) for _ in range(4))
    row = facts.summary(gain.strategy, classifier, "false_alarms_per_1000")
    alarms = None if row is None else row["difference"]
    places = facts.decimals(classifier, "false_alarms_per_1000")
    parts = (gain.recall, gain.threshold, gain.ranking)
    return (*(_with_spread(values, decimals) for values in parts), signed(alarms, places))


def _with_spread(values: Sequence[float], decimals: int) -> str:
    mean = signed(fmean(values), decimals)
    return f"{mean} ± {number(stdev(values), decimals)}" if len(values) > 1 else mean
