"""How many of the alarms are right: what a false-alarm rate says to whoever has to look at them."""

from __future__ import annotations

from job.report.facts import Facts
from job.report.table import Name

_METRICS = ("recall", "false_alarms_per_1000")


def describe_right_alarms(facts: Facts, classifier: Name, strategy: Name, compared: Name | None) -> str:
    """Say which share of all alarms is right, and which share it is with another strategy.

    Parameters
    ----------
    compared : Name or None
        The same as `strategy`: then baseline is told beside it; another one: that one is.

    Returns
    -------
    str
        From recall and false alarms over the splits on which both have them; nothing where there are none.
    """
    other = None if compared is None else facts.baseline if compared == strategy else compared
    shown = [strategy] if other is None else [strategy, other]
    shares = _shares(facts, classifier, shown)
    if shares is None:
        return ""
    mine, *theirs = (_share(share) for share in shares)
    if other is None or shares[0] == shares[-1]:
        return f"{mine} of alarms right" if shares[0] is not None else mine
    beside = f"before {theirs[0]}" if compared == strategy else f"{other.short}: {theirs[0]}"
    return f"{mine}{' of alarms right' if shares[0] is not None else ''}, {beside}"


def _share(share: float | None) -> str:
    if share is None:
        return "no alarms"
    points = 100 * share
    return f"{points:.0f} %" if points >= 0.95 or points == 0 else "under 1 %"


def _shares(facts: Facts, classifier: Name, strategies: list[Name]) -> list[float | None] | None:
    """Right alarms of all, for each strategy; None for one without any alarm."""
    runs = zip(*(facts.runs(strategy, classifier) for strategy in strategies), strict=False)
    values = [[run["metrics"].get(metric) for run in split for metric in _METRICS] for split in runs]
    shared = [split for split in values if None not in split]
    if not shared:
        return None
    means = [sum(column) / len(shared) for column in zip(*shared, strict=True)]
    return [_right(1000 * facts.test_share * means[at], means[at + 1]) for at in range(0, len(means), 2)]


def _right(found: float, false_alarms: float) -> float | None:
    return found / (found + false_alarms) if found + false_alarms > 0 else None
