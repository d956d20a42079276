"""The chart of the share of the minority that each strategy finds, beside the false alarms that it raises."""

from __future__ import annotations

from collections.abc import Sequence

from job.evidence.strategy_kinds import ADDING, REPEATED, find_kinds
from job.report.canvas import Picture
from job.report.facts import Facts
from job.report.formats import number
from job.report.metric_table import fallback_decimals
from job.report.spread_chart import Panel, Spread, SpreadRow, draw_spreads
from job.report.table import Heading, Name, Number, Row, Table
from job.report.words import counted, listed

_METRICS = ("recall", "false_alarms_per_1000")
_LABELS = ("minority\nrecall", "false alarms\nper 1,000")
_CAPTION = (
    "Left: share of the minority rows found. Right: false alarms in 1,000 rows, its price. Each at the strategy's own "
    "decision; a fine stroke is one split, the line their range, the marker their mean"
)


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
    decimals = tuple(facts.decimals(classifier, metric, fallback_decimals(metric)) for metric in _METRICS)
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
        rows.append(Row(strategy, (*cells, Number(found["n"] if found else 0))))
    headings = ("Mean", "Standard deviation", "Lowest", "Highest", "False alarms", "Fewest", "Most", "Splits")
    return Table(
        f"recall-{classifier.index}",
        f"Minority recall and false alarms in 1,000 rows with {classifier.short}: the numbers of the chart",
        "Strategy",
        tuple(Heading(heading, numeric=True) for heading in headings),
        tuple(rows),
        of_strategies=True,
    )
