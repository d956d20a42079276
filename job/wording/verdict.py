"""The two answers for one oversampler and classifier, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from job.evidence.verdict import rules
from job.evidence.words import Naming, decimal, more_or_fewer, p_text, percent, rounded, signed
from job.text import counted

Row = Mapping[str, Any]

METRIC_WORDS: Mapping[str, str] = {"average_precision": "average precision", "roc_auc": "ROC AUC", "recall": "recall"}

RANKING_TITLES: Mapping[str, str] = {
    rules.UNTESTED: "Untested",
    rules.BETTER: "Better",
    rules.WORSE: "Worse",
    rules.EQUIVALENT: "Equivalent",
    rules.PROBABLY_BETTER: "Probably better",
    rules.PROBABLY_WORSE: "Probably worse",
    rules.OPEN: "Open",
}
"""Code of the ranking answer -> what tables call it."""

DECISION_TITLES: Mapping[str, str] = {
    rules.MOVED_THRESHOLD: "A different threshold",
    rules.MORE_THAN_THRESHOLD: "More than a threshold",
    rules.NO_CHANGE: "No change",
    rules.OPEN: "Open",
}
"""Code of the decision answer -> what tables call it."""

_SHORTAGES: Mapping[str, str] = {
    "splits": "{found} with both results, {needed} needed",
    "test_rows": "one split with {found} in its test part, {needed} needed there (or five splits)",
    "rows": "{found} over all test parts, {needed} needed",
    "groups": "{found} with a minority row, {needed} needed",
}
_COUNTED: Mapping[str, str] = {
    "splits": "split",
    "test_rows": "minority row",
    "rows": "minority row",
    "groups": "group",
}


def describe_shortage(shortage: Row) -> str:
    """Say what there is too little of, without a full stop."""
    what = str(shortage["what"])
    found = counted(shortage["found"], _COUNTED[what])
    return f"too few {_COUNTED[what]}s ({_SHORTAGES[what].format(found=found, needed=shortage['needed'])})"


def describe_difference(tested: Row, confidence: float) -> str:
    """Write a difference with its interval: ``+0.031 (simultaneous 95 % interval +0.012 to +0.050)``."""
    difference = signed(tested["difference"])
    if tested["lower"] is None:
        return f"{difference} on every split" if tested["reason"] else difference
    limits = f"{signed(tested['lower'])} to {signed(tested['upper'])}"
    return f"{difference} (simultaneous {100 * confidence:g} % interval {limits})"


def describe_probability(tested: Row, metric: str = "") -> str:
    """Say how likely a gain or loss (in a metric) beyond the ROPE is, or neither; nothing without a test."""
    found = {kind: tested[f"probability_{kind}"] for kind in ("better", "equivalent", "worse")}
    if found["equivalent"] is None:
        return ""
    rope = decimal(tested["rope"], 4 if tested["rope"] < 0.0095 else 3)
    kind = max(found, key=lambda each: found[each])
    what = {"better": "a gain{} beyond", "equivalent": "a difference{} within", "worse": "a loss{} beyond"}[kind]
    return f"{percent(found[kind])} probability of {what.format(f' in {metric}' if metric else '')} {rope}"


def describe_ranking(row: Row, confidence: float, naming: Naming = str) -> str:
    """Say whether the strategy ranks better than baseline, with difference, interval and probability."""
    tested, code = row["ranking"], row["ranking"]["code"]
    strategy, classifier, baseline = (naming(str(row[key])) for key in ("strategy", "classifier", "reference"))
    if code == rules.UNTESTED:
        return f"{strategy} can't be tested with {classifier}: {describe_shortage(tested['shortage'])}."
    start = {
        rules.BETTER: f"{strategy} ranks better than {baseline} with {classifier}",
        rules.WORSE: f"{strategy} ranks worse than {baseline} with {classifier}",
        rules.EQUIVALENT: f"{strategy} and {baseline} rank alike with {classifier}",
        rules.PROBABLY_BETTER: f"{strategy} probably ranks better than {baseline} with {classifier}",
        rules.PROBABLY_WORSE: f"{strategy} probably ranks worse than {baseline} with {classifier}",
        rules.OPEN: f"Whether {strategy} ranks better than {baseline} with {classifier} is open",
    }[code]
    metric = METRIC_WORDS[tested["metric"]]
    p_adjusted = tested["p_adjusted"]
    found = [describe_probability(tested), "" if p_adjusted is None else f"adjusted {p_text(p_adjusted)}"]
    facts = "; ".join(text for text in found if text)
    return f"{start}: {metric} {describe_difference(tested, confidence)}{f'; {facts}' if facts else ''}."


def describe_decision(row: Row) -> str:
    """Say what the strategy's own decisions find and cost beside baseline's, and how much of that is a threshold."""
    tested, code = row["decision"], row["decision"]["code"]
    means = row["means"]
    recall, alerts = (_change(means[metric]) for metric in ("recall", "false_alarms_per_1000"))
    if recall is None or alerts is None:
        return "There are no decisions to compare."
    found = more_or_fewer(100 * recall, "of every 100 minority rows", "of every 100 minority rows")
    raised = more_or_fewer(alerts, "false alert", "false alerts")
    start = f"At its own decision threshold it finds {found} and raises {raised} per 1,000 rows"
    share = tested["share_found_by_baseline"]
    same = "" if share is None else f"with as many alerts, baseline finds {_share(share)}"
    if code == rules.MOVED_THRESHOLD:
        moved = "lower" if recall > 0 else "higher"
        return f"{start}. Most of that is a {moved} decision threshold{f': {same}' if same else ''}."
    if code == rules.MORE_THAN_THRESHOLD:
        return f"{start}. That is more than a different threshold{f': {same}' if same else ''}."
    if code == rules.NO_CHANGE:
        return f"{start}: no practical change in recall."
    return f"{start}. How much of that is a different threshold is open{f': {same}' if same else ''}."


def describe_needed(power: Row, n_positive: int) -> str:
    """Say how many minority rows would settle what is open; nothing where that is unknown."""
    if power["low"] is None:
        return ""
    low, high = rounded(power["low"]), rounded(power["high"])
    gain = decimal(power["gain"], 4 if power["gain"] < 0.0095 else 3)
    return (
        f"A true difference of {gain} would be shown with about {low} to {high} minority rows; the data has "
        f"{n_positive:,}."
    )


def _share(share: float) -> str:
    points = round(100 * share)
    return "as much or more" if points >= 100 else "none of that gain" if points <= 0 else f"{points} % of that gain"


def _change(means: Row) -> float | None:
    mine, theirs = means["strategy"], means["baseline"]
    return None if mine is None or theirs is None else float(mine - theirs)
