"""Cut-offs: the advised one where the spec asks for one, the others to choose from, and which is cheapest when."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from job.evaluation import cutoff as codes
from job.evidence import cutoffs
from job.evidence.words import decimal, whole
from job.report.facts import Facts
from job.report.formats import number, percent, plain
from job.report.section import Section
from job.report.table import Heading, Name, Row, Table, Words
from job.report.words import listed, sentence

Found = Mapping[str, Any]

_TINY = 1e-4

_HEADINGS: Mapping[str, tuple[str, str | None, str, int]] = {
    "recall": ("Recall", "higher", "", 2),
    "precision": ("Precision", "higher", "", 2),
    "false_alarms_per_1000": ("False alerts", "lower", "per 1,000 rows", 1),
    "alerts_per_1000": ("Alerts", None, "per 1,000 rows", 1),
    "expected_cost_per_1000": ("Expected cost", "lower", "per 1,000 rows", 1),
}
_POINTS = {
    cutoffs.BASELINE_FALSE_ALARMS: "baseline's false alerts",
    cutoffs.AS_MANY_AS_POSITIVES: "as many alerts as minority rows",
    cutoffs.RECALL_80: "recall 0.8",
    cutoffs.BALANCED: "balanced errors",
}
_REASONS = {
    codes.NO_CUTOFF_KEEPS: "no cut-off keeps what the spec asks for on the inner folds of most splits",
    codes.NO_INNER_FOLDS: "the training parts are too small for inner folds with both classes",
    codes.INNER_FOLDS_FAILED: "the strategy failed on inner folds",
    codes.NOTHING_ASKED: "the spec asks for none",
    cutoffs.NO_SCORES: "no run has scores on a test part with both classes",
}
_LIMITS = {
    "false_alarms_per_1000": "at most {} false alerts per 1,000 rows",
    "recall": "a recall of at least {}",
    "precision": "a precision of at least {}",
}


@dataclass(frozen=True)
class Block:
    """One classifier.

    Parameters
    ----------
    classifier : Name
    advised : Table or None
        None where the spec asks for no cut-off.
    notes : tuple of str
        Which strategies have none, and why.
    menu : Table or None
        None where no strategy has scores.
    ranges : Table
    """

    classifier: Name
    advised: Table | None
    notes: tuple[str, ...]
    menu: Table | None
    ranges: Table


@dataclass(frozen=True)
class Cutoffs:
    """All classifiers.

    Parameters
    ----------
    request : str
        What the spec asks for.
    blocks : tuple of Block
    """

    request: str
    blocks: tuple[Block, ...]


def build(facts: Facts) -> Section:
    """Build the section.

    Parameters
    ----------
    facts : Facts

    Returns
    -------
    Section
    """
    decisions = facts.results["decisions"]
    blocks = tuple(_block(facts, classifier, decisions) for classifier in facts.classifiers)
    return Section("cutoffs", "Cut-offs", Cutoffs(describe_request(decisions), blocks))


def describe_request(decisions: Found) -> str:
    """Say what the spec asks of the cut-off, and what was done about it."""
    request = decisions["request"]
    prevalence, limit, cost = request["prevalence_in_use"], request["limit"], request["cost"]
    used = "" if prevalence is None else f" All numbers here are for data with {percent(prevalence)} positive rows."
    if decisions["asked"] is None:
        return (
            "The spec asks for no cut-off, so none is advised: give evaluation.cost, evaluation.alerts_per_1000 or "
            f"evaluation.limit to have one.{used}"
        )
    bounds = [_LIMITS[name].format(plain(bound)) for name, bound in (limit or {}).items()]
    if request["alerts_per_1000"] is not None:
        bounds.append(f"at most {plain(request['alerts_per_1000'])} alerts per 1,000 rows")
    if cost is not None:
        miss, alarm = plain(cost["false_negative"]), plain(cost["false_positive"])
        bounds.insert(0, f"the lowest cost, where a missed minority row costs {miss} and a false alert {alarm}")
    aimed = " It is aimed at these and doesn't promise them on other rows: the table shows what the test parts gave."
    return (
        f"The spec asks for {listed(bounds)}. The cut-off is chosen on inner folds of each training part, the same way "
        f"for every strategy.{aimed if limit or request['alerts_per_1000'] is not None else ''}{used}"
    )


def tell_menu(decisions: Found, strategy: str, classifier: str) -> str:
    """List the cut-offs of one pair that could be chosen, in natural frequencies.

    Parameters
    ----------
    decisions : Mapping
        As in results.json.
    strategy, classifier : str
        Labels.

    Returns
    -------
    str
        Nothing where the pair has no scores.
    """
    points = _of(decisions["menu"], strategy, classifier)["points"]
    told = [
        f"{_cut(point)} ({_point(decisions, strategy, point)}) finds {whole(100 * point['recall'])}"
        f"{'' if place else ' of every 100 minority rows'} with {whole(point['false_alarms_per_1000'])}"
        f"{'' if place else ' false alerts per 1,000 rows'}"
        for place, point in enumerate(points)
    ]
    return f"The cut-off is yours to choose: {'; '.join(told)}." if told else ""


def tell_ranges(decisions: Found, strategy: str, classifier: str) -> str:
    """Say for which cost ratios each choice is the cheapest.

    Parameters
    ----------
    decisions, strategy, classifier
        As in `tell_menu`.

    Returns
    -------
    str
        Nothing where the pair has no scores.
    """
    ranges = _of(decisions["cost_ranges"], strategy, classifier)["ranges"]
    return sentence("; ".join(_tell_range(found, len(ranges)) for found in ranges)) if ranges else ""


def tell_cutoff(cutoff: Found | None) -> str:
    """Write a cut-off as a table has it: a threshold, or what is done without one."""
    return "–" if cutoff is None else _cut(cutoff)


def _tell_range(found: Found, n_ranges: int) -> str:
    choice = {
        cutoffs.OWN: "the model as it is",
        cutoffs.NEVER_ALERT: "no alert at all",
        cutoffs.ALWAYS_ALERT: "an alert on every row",
    }.get(found["choice"]) or f"the cut-off {_threshold(found['threshold'])}"
    if n_ranges == 1:
        return f"at any cost ratio {choice}"
    if found["to"] is None:
        return f"beyond that {choice}"
    upper = f"{_ratio(found['to'])} : 1"
    return f"up to {upper} {choice}" if found["from"] == 0 else f"from {_ratio(found['from'])} to {upper} {choice}"


def _block(facts: Facts, classifier: Name, decisions: Found) -> Block:
    rows = [(name, _of(decisions["rows"], name.label, classifier.label)) for name in facts.strategies]
    asked = decisions["asked"] is not None
    without = [(name, row) for name, row in rows if asked and row["cutoff"] is None]
    notes = (
        *(f"No cut-off for {name.short}: {_REASONS[row['reason']]}." for name, row in without),
        *dict.fromkeys(sentence(f"{name.short}: {text}") for name, row in rows for text in row["details"]),
    )
    advised = _advised(facts, classifier, rows, decisions) if asked else None
    return Block(classifier, advised, notes, _menu(facts, classifier, decisions), _ranges(facts, classifier, decisions))


def _advised(facts: Facts, classifier: Name, rows: Sequence[tuple[Name, Found]], decisions: Found) -> Table:
    shown = facts.with_values(cutoffs.FACTS)
    lines = [
        Row(name, (Words(tell_cutoff(row["cutoff"])), *(_measured(row, fact) for fact in shown))) for name, row in rows
    ]
    for action, told in ((cutoffs.NEVER_ALERT, "no alert at all"), (cutoffs.ALWAYS_ALERT, "an alert on every row")):
        lines.append(Row(told, (Words("–"), *(_measured(decisions[action], fact) for fact in shown))))
    return Table(
        f"cutoffs-{classifier.index}",
        f"Advised cut-off with {classifier.short}, and what it gave on the test parts ({facts.confidence} intervals)",
        "Strategy",
        (Heading("Cut-off", numeric=True), *_headings(shown)),
        tuple(lines),
    )


def _menu(facts: Facts, classifier: Name, decisions: Found) -> Table | None:
    shown = facts.with_values(cutoffs.FACTS)
    lines = [
        Row(
            f"{name.short}: {_point(decisions, name.label, point)}",
            (Words(_cut(point)), *(_measured(point, fact) for fact in shown)),
        )
        for name in facts.strategies
        for point in _of(decisions["menu"], name.label, classifier.label)["points"]
    ]
    if not lines:
        return None
    return Table(
        f"cutoffs-menu-{classifier.index}",
        f"Cut-offs to choose from with {classifier.short}",
        "Strategy and point of its curve",
        (Heading("Cut-off", numeric=True), *_headings(shown)),
        tuple(lines),
    )


def _ranges(facts: Facts, classifier: Name, decisions: Found) -> Table:
    lines = [
        Row(name, (Words(tell_ranges(decisions, name.label, classifier.label) or "–"),)) for name in facts.strategies
    ]
    return Table(
        f"cutoffs-costs-{classifier.index}",
        f"Cheapest choice by cost ratio with {classifier.short}",
        "Strategy",
        (Heading("Cheapest choice", hint="cost of a missed minority row : cost of a false alert"),),
        tuple(lines),
        of_strategies=True,
    )


def _headings(shown: Sequence[str]) -> Iterator[Heading]:
    for fact in shown:
        label, better, hint, _ = _HEADINGS[fact]
        yield Heading(label, better, hint, numeric=True)


def _measured(row: Found, fact: str) -> Words:
    decimals = _HEADINGS[fact][3]
    interval = (row.get("intervals") or {}).get(fact)
    limits = "" if interval is None else f" ({' to '.join(number(limit, decimals) for limit in interval)})"
    return Words(f"{number(row[fact], decimals)}{limits}")


def _point(decisions: Found, strategy: str, point: Found) -> str:
    is_own = point["point"] == cutoffs.BASELINE_FALSE_ALARMS and strategy == decisions["rows"][0]["strategy"]
    return "the model as it is" if is_own else _POINTS[point["point"]]


def _of(rows: Sequence[Found], strategy: str, classifier: str) -> Found:
    return next(row for row in rows if (row["strategy"], row["classifier"]) == (strategy, classifier))


def _cut(cutoff: Found) -> str:
    told = {cutoffs.NEVER_ALERT: "no alert", cutoffs.ALWAYS_ALERT: "every row"}
    return told.get(cutoff["action"]) or _threshold(cutoff["threshold"])


def _threshold(threshold: float) -> str:
    """Two digits that tell it from 0 or 1, which it may be as near to as a probability gets."""
    near = min(abs(threshold), abs(1 - threshold))
    if 0 < abs(threshold) < _TINY:
        return f"{threshold:.1e}"
    return decimal(threshold, 2 if near >= 0.095 or near == 0 else min(1 - math.floor(math.log10(near)), 16))


def _ratio(ratio: float) -> str:
    return whole(ratio) if ratio >= 0.95 else f"{ratio:.2g}"
