"""The main numbers of every strategy, the share of the minority that each finds, and what that costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from job.evidence.strategy_kinds import ADDING, REPEATED, find_kinds
from job.report.charts.canvas import Picture
from job.report.charts.spread_chart import Panel, Spread, SpreadRow, draw_spreads
from job.report.facts import Facts
from job.report.layout import Name, Number, Section, Table, tabulate
from job.report.metric_columns import BY_NAME, build_metric_table
from job.report.sections.asked import describe_spread
from job.text import counted, listed, number

_METRICS = ("recall", "false_alarms_per_1000")
_LABELS = ("minority\nrecall", "false alarms\nper 1,000")
_CAPTION = (
    "Left: share of the minority rows found. Right: false alarms in 1,000 rows, its price. Each at the strategy's own "
    "decision; a fine stroke is one split, the line their range, the marker their mean"
)
_DECISION = ("recall", "precision", "false_alarms_per_1000")


def describe_price(facts: Facts, classifier: Name) -> str:
    """Say how many minority rows are found, at how many false alarms, and what becomes of the ranking.

    Returns
    -------
    str
        Nothing where baseline or every other strategy has no recall.
    """
    others = [name for name in facts.strategies[1:] if _mean(facts, name, classifier, "recall") is not None]
    if not others or _mean(facts, facts.baseline, classifier, "recall") is None:
        return ""
    best = max(others, key=lambda name: _mean(facts, name, classifier, "recall") or 0.0)
    pair, decimals = (facts.baseline, best), facts.decimals(classifier, _METRICS[1])
    found, found_by_best = (round(100 * (_mean(facts, name, classifier, "recall") or 0.0)) for name in pair)
    alarms, alarms_of_best = (number(_mean(facts, name, classifier, _METRICS[1]), decimals) for name in pair)
    start = (
        f"Of every 100 minority rows {facts.baseline.short} finds {found}, "
        f"and it raises {alarms} false alarms in 1,000 rows"
    )
    if found_by_best <= found:
        return f"{start}; no strategy finds more."
    gain = f"{start}; {best.short} finds the most, {found_by_best}, and raises {alarms_of_best}."
    return f"{gain} {_ranking(facts, best, classifier)}".rstrip()


def _mean(facts: Facts, strategy: Name, classifier: Name, metric: str) -> float | None:
    row = facts.summary(strategy, classifier, metric)
    return None if row is None or row["value"] is None else float(row["value"])


def _ranking(facts: Facts, best: Name, classifier: Name) -> str:
    """The metric that ranks strategies is the one that moving a threshold cannot buy."""
    values = [_mean(facts, name, classifier, facts.primary) for name in (best, facts.baseline)]
    if None in values:
        return ""
    decimals = facts.decimals(classifier, facts.primary)
    there, here = (number(value, decimals) for value in values)
    shown = (
        f"{here} with both" if here == there else f"{here} with {facts.baseline.short} and {there} with {best.short}"
    )
    return f"{BY_NAME[facts.primary].label}, which no threshold changes, is {shown}."


def draw_recall(facts: Facts, classifier: Name) -> Picture | None:
    """Draw recall and false alarms of every strategy with one classifier; None where no strategy has any recall."""
    rows = _rows(facts, classifier)
    if not any(row.spreads[0] for row in rows):
        return None
    references = [None if spread is None else spread.mean for spread in rows[0].spreads]
    panels = [
        Panel(label, metric == "recall", reference)
        for metric, label, reference in zip(_METRICS, _LABELS, references, strict=True)
    ]
    decimals = tuple(facts.decimals(classifier, metric) for metric in _METRICS)
    table = _table(facts, classifier, decimals)
    return draw_spreads(rows, panels, _alt(facts, classifier, rows, decimals), _caption(facts, rows), table)


def explain_no_recall(classifier: Name) -> str:
    """Say that there is nothing to draw."""
    return f"No chart: no strategy has a recall with {classifier.short} on any split."


def _rows(facts: Facts, classifier: Name) -> list[SpreadRow]:
    kinds, recommended = find_kinds(facts.results), _recommended(facts)
    return [
        SpreadRow(
            strategy,
            _under(kinds[strategy.label]),
            (strategy.label, classifier.label) == recommended,
            tuple(_spread(facts, strategy, classifier, metric) for metric in _METRICS),
            _missing(facts, strategy, classifier),
        )
        for strategy in facts.strategies
    ]


def _recommended(facts: Facts) -> tuple[str, str] | None:
    place = (facts.results.get("verdict") or {"headline": {"recommended": None}})["headline"]["recommended"]
    return None if place is None else (place["strategy"], place["classifier"])


def _under(kind: str) -> str:
    if kind not in ADDING:
        return ""
    return "repeats rows" if kind == REPEATED else "synthetic rows"


def _missing(facts: Facts, strategy: Name, classifier: Name) -> str:
    """Say why a row is empty."""
    states = {run["status"] for run in facts.runs(strategy, classifier)}
    if states == {"failed"}:
        return "failed"
    return "not applicable" if states == {"not_applicable"} else "no value"


def _caption(facts: Facts, rows: Sequence[SpreadRow]) -> str:
    line = f"; the dotted line is the mean of {facts.baseline.short}" if rows[0].spreads[0] else ""
    bold = [row.name.short for row in rows if row.stands_out]
    return f"{_CAPTION}{line}.{f' Recommended: {bold[0]}.' if bold else ''}"


def _spread(facts: Facts, strategy: Name, classifier: Name, metric: str) -> Spread | None:
    row = facts.summary(strategy, classifier, metric)
    if row is None or row["value"] is None:
        return None
    return Spread(row["value"], row["low"], row["high"], facts.values(strategy, classifier, metric))


def _alt(facts: Facts, classifier: Name, rows: Sequence[SpreadRow], decimals: Sequence[int]) -> str:
    parts = []
    for row in rows:
        found, alarms = row.spreads
        if found is not None:
            raised = "" if alarms is None else f" at {number(alarms.mean, decimals[1])} false alarms in 1,000 rows"
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
        cells = [Number(found[key] if found else None, decimals[0]) for key in ("value", "sd", "low", "high")]
        cells += [Number(alarms[key] if alarms else None, decimals[1]) for key in ("value", "low", "high")]
        rows.append((strategy, (*cells, Number(found["n"] if found else 0))))
    headings = ("Mean", "Standard deviation", "Lowest", "Highest", "False alarms", "Fewest", "Most", "Splits")
    caption = f"Minority recall and false alarms in 1,000 rows with {classifier.short}: the numbers of the chart"
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
    return Section("overview", "Main numbers", content)


def _block(facts: Facts, classifier: Name) -> Block:
    ranking = dict.fromkeys((facts.primary, "average_precision"))
    table = build_metric_table(
        facts,
        classifier,
        (*_DECISION, *ranking, "mean_predicted"),
        f"main-{classifier.index}",
        f"Main numbers with {classifier.short}",
        caption_hidden=True,
        hints={"mean_predicted": f"true share {number(facts.test_share, 3)}"},
    )
    if classifier == facts.main_classifier:
        return Block(classifier, describe_price(facts, classifier), table, None, "")
    picture = draw_recall(facts, classifier)
    why = "" if picture else explain_no_recall(classifier)
    return Block(classifier, describe_price(facts, classifier), table, picture, why)
