"""What the strategy that finds most gains over baseline, and what it pays, in natural frequencies."""

from __future__ import annotations

from job.report.facts import Facts
from job.report.formats import number
from job.report.metric_table import BY_NAME, fallback_decimals
from job.report.table import Name


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
    found, found_by_best = (_of_hundred(facts, name, classifier) for name in (facts.baseline, best))
    alarms, alarms_of_best = (_alarms(facts, name, classifier) for name in (facts.baseline, best))
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


def _of_hundred(facts: Facts, strategy: Name, classifier: Name) -> int:
    return round(100 * (_mean(facts, strategy, classifier, "recall") or 0.0))


def _alarms(facts: Facts, strategy: Name, classifier: Name) -> str:
    metric = "false_alarms_per_1000"
    decimals = facts.decimals(classifier, metric, fallback_decimals(metric))
    return number(_mean(facts, strategy, classifier, metric), decimals)


def _ranking(facts: Facts, best: Name, classifier: Name) -> str:
    """The metric that ranks strategies is the one that moving a threshold cannot buy."""
    values = [_mean(facts, name, classifier, facts.primary) for name in (best, facts.baseline)]
    if None in values:
        return ""
    decimals = facts.decimals(classifier, facts.primary, fallback_decimals(facts.primary))
    there, here = (number(value, decimals) for value in values)
    shown = (
        f"{here} with both" if here == there else f"{here} with {facts.baseline.short} and {there} with {best.short}"
    )
    return f"{BY_NAME[facts.primary].label}, which no threshold changes, is {shown}."
