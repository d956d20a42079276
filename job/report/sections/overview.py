"""The main numbers of every strategy, the share of the minority that each finds, and what that costs."""

from collections.abc import Sequence
from dataclasses import dataclass

from job.evidence.strategy_kinds import BOTH, REPEATED, SYNTHETIC
from job.report.charts.canvas import Description, Picture
from job.report.charts.spread_chart import Panel, Spread, SpreadRow, draw_spreads
from job.report.facts import Facts
from job.report.layout import Name, Number, Section, Table, tabulate
from job.report.metric_columns import BY_NAME, build_metric_table
from job.report.sections.asked import describe_spread
from job.text import NO_VALUE, counted, listed, number

_METRICS = ("recall", "false_alarms_per_1000")
_LABELS = ("minority\nrecall", "false alerts\nper 1,000")
_CAPTION = (
    "Left: share of the minority rows found. Right: the false alerts that come with it. Each at the strategy's own "
    "decision threshold; a thin tick is one split, the line the range over splits, the marker the mean"
)
_ADDS = {SYNTHETIC: "synthetic rows", BOTH: "synthetic rows", REPEATED: "repeats rows"}
_DECISION = ("recall", "precision", "false_alarms_per_1000")


def describe_price(facts: Facts, classifier: Name) -> str:
    """Say how many minority rows are found, at how many false alerts, and what becomes of the ranking.

    Returns
    -------
    str
        Nothing where baseline or every other strategy has no recall.
    """
    recalls = {name: facts.summary(name, classifier, "recall").value for name in facts.strategies}
    found = {name: round(100 * recall) for name, recall in recalls.items() if recall is not None}
    if facts.baseline not in found or len(found) == 1:
        return ""
    best = max((name for name in found if name != facts.baseline), key=lambda name: recalls[name] or 0.0)
    alarms, alarms_of_best = (_mean(facts, name, classifier, _METRICS[1]) for name in (facts.baseline, best))
    start = f"Of every 100 minority rows {facts.baseline.short} finds {found[facts.baseline]}, and it raises {alarms}"
    start += " false alerts in 1,000 rows"
    if found[best] <= found[facts.baseline]:
        return f"{start}; no strategy finds more."
    gain = f"{start}; {best.short} finds the most, {found[best]}, and raises {alarms_of_best}."
    return f"{gain} {_describe_ranking(facts, best, classifier)}".rstrip()


def _mean(facts: Facts, strategy: Name, classifier: Name, metric: str) -> str:
    return number(facts.summary(strategy, classifier, metric).value, facts.decimals(classifier, metric))


def _describe_ranking(facts: Facts, best: Name, classifier: Name) -> str:
    """The metric that ranks strategies is the one that moving a threshold cannot buy."""
    here, there = (_mean(facts, name, classifier, facts.primary) for name in (facts.baseline, best))
    if NO_VALUE in (here, there):
        return ""
    apart = f"{here} with {facts.baseline.short} and {there} with {best.short}"
    shown = f"{here} with both" if here == there else apart
    return f"{BY_NAME[facts.primary].label}, which no threshold changes, is {shown}."


def draw_recall(facts: Facts, classifier: Name) -> Picture | None:
    """Draw recall and false alerts of every strategy with one classifier; None where no strategy has any recall."""
    rows = _rows(facts, classifier)
    if not any(row.spreads[0] for row in rows):
        return None
    references = [None if spread is None else spread.mean for spread in rows[0].spreads]
    columns = zip(_METRICS, _LABELS, references, strict=True)
    panels = [Panel(label, metric == "recall", reference) for metric, label, reference in columns]
    decimals = tuple(facts.decimals(classifier, metric) for metric in _METRICS)
    alt, table = _alt(facts, classifier, rows, decimals), _table(facts, classifier, decimals)
    return draw_spreads(rows, panels, Description(alt, _caption(facts, rows), table))


def explain_no_recall(classifier: Name) -> str:
    """Say that there is nothing to draw."""
    return f"No chart: no strategy has a recall with {classifier.short} on any split."


def _rows(facts: Facts, classifier: Name) -> list[SpreadRow]:
    recommended = facts.headline.recommended
    rows = []
    for name in facts.strategies:
        stands_out = recommended is not None and recommended.place == (name.label, classifier.label)
        spreads = tuple(_spread(facts, name, classifier, metric) for metric in _METRICS)
        missing = _explain_missing(facts, name, classifier)
        rows.append(SpreadRow(name, _ADDS.get(facts.kind(name), ""), stands_out, spreads, missing))
    return rows


def _explain_missing(facts: Facts, strategy: Name, classifier: Name) -> str:
    """Say why a row is empty."""
    states = {run.status for run in facts.runs(strategy, classifier)}
    return {"failed": "failed", "not_applicable": "not applicable"}.get("".join(states), "no value")


def _caption(facts: Facts, rows: Sequence[SpreadRow]) -> str:
    line = f"; the dotted line is the mean of {facts.baseline.short}" if rows[0].spreads[0] else ""
    bold = [row.name.short for row in rows if row.stands_out]
    return f"{_CAPTION}{line}.{f' Recommended: {bold[0]}.' if bold else ''}"


def _spread(facts: Facts, strategy: Name, classifier: Name, metric: str) -> Spread | None:
    row = facts.summary(strategy, classifier, metric)
    if row.value is None or row.low is None or row.high is None:
        return None
    return Spread(row.value, row.low, row.high, facts.values(strategy, classifier, metric))


def _alt(facts: Facts, classifier: Name, rows: Sequence[SpreadRow], decimals: Sequence[int]) -> str:
    parts = []
    for row in rows:
        found, alarms = row.spreads
        if found is not None:
            raised = "" if alarms is None else f" at {number(alarms.mean, decimals[1])} false alerts in 1,000 rows"
            limits = f"{number(found.low, decimals[0])} to {number(found.high, decimals[0])}"
            parts.append(f"{row.name.short} {number(found.mean, decimals[0])} ({limits}){raised}")
    over = f"mean and range over {counted(facts.n_splits, 'split')}"
    without = [f"{row.name.short} ({row.missing})" for row in rows if row.spreads[0] is None]
    if len(without) > 3:
        without = [counted(len(without), "strategy", "strategies")]
    rest = f" Without a value: {listed(without)}." if without else ""
    return f"Minority recall with {classifier.short}, {over}: {'; '.join(parts)}.{rest}"


def _table(facts: Facts, classifier: Name, decimals: Sequence[int]) -> Table:
    rows = []
    for strategy in facts.strategies:
        found, alarms = (facts.summary(strategy, classifier, metric) for metric in _METRICS)
        cells = [Number(value, decimals[0]) for value in (found.value, found.sd, found.low, found.high)]
        cells += [Number(value, decimals[1]) for value in (alarms.value, alarms.low, alarms.high)]
        rows.append((strategy, (*cells, Number(found.n))))
    headings = ("Mean", "Standard deviation", "Lowest", "Highest", "False alerts", "Fewest", "Most", "Splits")
    caption = f"Minority recall and false alerts in 1,000 rows with {classifier.short}: the numbers of the chart"
    return tabulate(f"recall-{classifier.index}", caption, headings, rows)


@dataclass(frozen=True)
class Block:
    """What is shown for one classifier.

    Parameters
    ----------
    price : str
        What more recall costs, in a sentence or two.
    picture : Picture or None
        None for the classifier whose chart stands in the answer, and where there is none to draw.
    """

    classifier: Name
    price: str
    table: Table
    picture: Picture | None
    why_no_picture: str


@dataclass(frozen=True)
class Overview:
    """The main numbers.

    Parameters
    ----------
    blocks : tuple of Block
        One for each classifier.
    spread : str
        What stands behind the ± sign.
    """

    blocks: tuple[Block, ...]
    spread: str
    baseline: str


def build(facts: Facts) -> Section:
    """Build the section."""
    blocks = tuple(_block(facts, classifier) for classifier in facts.classifiers)
    content = Overview(blocks, describe_spread(facts), facts.baseline.short)
    return Section("overview", "Main metrics", content)


def _block(facts: Facts, classifier: Name) -> Block:
    metrics = (*_DECISION, *dict.fromkeys((facts.primary, "average_precision")), "mean_predicted")
    key, caption = f"main-{classifier.index}", f"Main metrics with {classifier.short}"
    hints = {"mean_predicted": f"true share {number(facts.test_share, 3)}"}
    table = build_metric_table(facts, classifier, metrics, key, caption, hints=hints)
    is_above = classifier == facts.main_classifier
    picture = None if is_above else draw_recall(facts, classifier)
    why = "" if is_above or picture else explain_no_recall(classifier)
    return Block(classifier, describe_price(facts, classifier), table, picture, why)
