"""The chart of the share of the minority that each strategy finds."""

from __future__ import annotations

from collections.abc import Sequence

from job.report.canvas import Picture
from job.report.facts import Facts
from job.report.figures import Spread, draw_spreads
from job.report.formats import number
from job.report.metric_table import fallback_decimals
from job.report.table import Heading, Name, Number, Row, Table
from job.report.words import counted, listed

_CAPTION = (
    "Share of the minority rows that were found, at each strategy's own decision. A fine stroke is one split, the "
    "line their range, the marker their mean"
)


def draw_recall(facts: Facts, classifier: Name) -> Picture | None:
    """Draw the recall of every strategy with one classifier; None where no strategy has any.

    Parameters
    ----------
    facts : Facts
    classifier : Name

    Returns
    -------
    Picture or None
    """
    spreads = [spread for strategy in facts.strategies if (spread := _spread(facts, strategy, classifier))]
    if not spreads:
        return None
    decimals = facts.decimals(classifier, "recall", fallback_decimals("recall"))
    table = _table(facts, classifier, decimals)
    alt = _alt(facts, classifier, spreads, decimals)
    reference = spreads[0].mean if spreads[0].name == facts.baseline else None
    return draw_spreads(spreads, reference, "minority recall", alt, _caption(facts, spreads), table)


def explain_no_recall(classifier: Name) -> str:
    """Say that there is nothing to draw."""
    return f"No chart: no strategy has a recall with {classifier.short} on any split."


def _caption(facts: Facts, spreads: Sequence[Spread]) -> str:
    drawn = [spread.name for spread in spreads]
    line = f"; the dotted line is the mean of {facts.baseline.short}" if facts.baseline in drawn else ""
    absent = [strategy.short for strategy in facts.strategies if strategy not in drawn]
    rest = f" Without recall on any split: {listed(absent)}." if absent else ""
    return f"{_CAPTION}{line}.{rest}"


def _spread(facts: Facts, strategy: Name, classifier: Name) -> Spread | None:
    row = facts.summary(strategy, classifier, "recall")
    if row is None or row["value"] is None:
        return None
    values = facts.values(strategy, classifier, "recall")
    return Spread(strategy, row["value"], row["low"], row["high"], values)


def _alt(facts: Facts, classifier: Name, spreads: Sequence[Spread], decimals: int) -> str:
    parts = [
        f"{spread.name.short} {number(spread.mean, decimals)} "
        f"({number(spread.low, decimals)} to {number(spread.high, decimals)})"
        for spread in spreads
    ]
    over = f"mean and range over {counted(facts.n_splits, 'split')}"
    missing = len(facts.strategies) - len(spreads)
    rest = f" Without a value: {counted(missing, 'strategy', 'strategies')}." if missing else ""
    return f"Minority recall with {classifier.short}, {over}: {'; '.join(parts)}.{rest}"


def _table(facts: Facts, classifier: Name, decimals: int) -> Table:
    rows = []
    for strategy in facts.strategies:
        found = facts.summary(strategy, classifier, "recall")
        keys = ("value", "sd", "low", "high")
        cells = [Number(found[key] if found else None, decimals) for key in keys]
        rows.append(Row(strategy, (*cells, Number(found["n"] if found else 0))))
    headings = ("Mean", "Standard deviation", "Lowest", "Highest", "Splits")
    return Table(
        f"recall-{classifier.index}",
        f"Minority recall with {classifier.short}: the numbers of the chart",
        "Strategy",
        tuple(Heading(heading, numeric=True) for heading in headings),
        tuple(rows),
        of_strategies=True,
    )
