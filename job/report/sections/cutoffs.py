"""Cut-offs: the advised one where the spec asks for one, the others to choose from, and which is cheapest when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from job.evidence import cutoffs
from job.evidence.words import whole
from job.report.facts import Facts
from job.report.layout import Heading, Name, Row, Section, Table, Words
from job.text import number, sentence
from job.wording import cutoffs as wording

Found = Mapping[str, Any]


_HEADINGS: Mapping[str, tuple[str, str | None, str, int]] = {
    "recall": ("Recall", "higher", "", 2),
    "precision": ("Precision", "higher", "", 2),
    "false_alarms_per_1000": ("False alerts", "lower", "per 1,000 rows", 1),
    "alerts_per_1000": ("Alerts", None, "per 1,000 rows", 1),
    "expected_cost_per_1000": ("Expected cost", "lower", "per 1,000 rows", 1),
}


@dataclass(frozen=True)
class Block:
    """One classifier.

    Parameters
    ----------
    advised : Table or None
        None where the spec asks for no cut-off.
    notes : tuple of str
        Which strategies have none, and why.
    menu : Table or None
        None where no strategy has scores.
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
    """

    request: str
    blocks: tuple[Block, ...]


def build(facts: Facts) -> Section:
    """Build the section."""
    decisions = facts.results["decisions"]
    blocks = tuple(_block(facts, classifier, decisions) for classifier in facts.classifiers)
    return Section("cutoffs", "Cut-offs", Cutoffs(wording.describe_request(decisions), blocks))


def _block(facts: Facts, classifier: Name, decisions: Found) -> Block:
    rows = [(name, wording.row_of(decisions["rows"], name.label, classifier.label)) for name in facts.strategies]
    asked = decisions["asked"] is not None
    without = [(name, row) for name, row in rows if asked and row["cutoff"] is None]
    notes = (
        *(f"No cut-off for {name.short}: {wording.REASONS[row['reason']]}." for name, row in without),
        *dict.fromkeys(sentence(f"{name.short}: {text}") for name, row in rows for text in row["details"]),
    )
    advised = _advised(facts, classifier, rows, decisions) if asked else None
    return Block(classifier, advised, notes, _menu(facts, classifier, decisions), _ranges(facts, classifier, decisions))


def _advised(facts: Facts, classifier: Name, rows: Sequence[tuple[Name, Found]], decisions: Found) -> Table:
    shown = facts.with_values(cutoffs.FACTS)
    lines = [
        Row(name, (Words(wording.tell_cutoff(row["cutoff"])), *(_measured(row, fact) for fact in shown)))
        for name, row in rows
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
            f"{name.short}: {wording.point_of(decisions, name.label, point)}",
            (Words(wording.tell_cutoff(point)), *(_measured(point, fact) for fact in shown)),
        )
        for name in facts.strategies
        for point in wording.row_of(decisions["menu"], name.label, classifier.label)["points"]
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


def build_menu(facts: Facts, strategy: Name, classifier: Name) -> Table | None:
    """Build the choices of one pair, from no alert to an alert on every row, with what each finds and when it pays."""
    decisions = facts.results["decisions"]
    pair = strategy.label, classifier.label
    points = [p for p in wording.row_of(decisions["menu"], *pair)["points"] if p["action"] == cutoffs.CUT]
    if not points:
        return None
    ranges = {
        (each["choice"], each["point"]): each for each in wording.row_of(decisions["cost_ranges"], *pair)["ranges"]
    }
    own = wording.row_of(decisions["rows"], *pair)["own"]
    named = {
        point["point"] for point in points if wording.point_of(decisions, strategy.label, point) == wording.AS_IT_IS
    }
    choices = [
        ("–", "no alert", decisions["never"], ranges.get((cutoffs.NEVER_ALERT, None))),
        *(
            (
                wording.tell_cutoff(point),
                wording.point_of(decisions, strategy.label, point),
                point,
                ranges.get((cutoffs.OWN, None) if point["point"] in named else (cutoffs.CUT, point["point"])),
            )
            for point in points
        ),
        *([] if named else [("own", wording.OWN_DECISION, own, ranges.get((cutoffs.OWN, None)))]),
        ("–", "an alert on every row", decisions["always"], ranges.get((cutoffs.ALWAYS_ALERT, None))),
    ]
    choices.sort(key=lambda choice: (choice[2]["false_alarms_per_1000"] or 0.0, choice[2]["recall"] or 0.0))
    return Table(
        "cutoffs-choices",
        f"The cut-off is yours to choose: {strategy.short} with {classifier.short}",
        "Choice",
        (
            Heading("Cut-off", numeric=True),
            Heading("Found", hint="of 100", numeric=True),
            Heading("False alerts", hint="per 1,000", numeric=True),
            Heading("Cheapest", hint="miss : false alert", numeric=True),
        ),
        tuple(
            Row(
                f"{name[0].upper()}{name[1:]}",
                (
                    Words(cut),
                    Words(whole(100 * (found["recall"] or 0.0))),
                    Words(number(found["false_alarms_per_1000"], 1)),
                    Words("–" if pays is None else wording.tell_range(pays)),
                ),
            )
            for cut, name, found, pays in choices
        ),
    )


def _ranges(facts: Facts, classifier: Name, decisions: Found) -> Table:
    lines = [
        Row(name, (Words(wording.tell_ranges(decisions, name.label, classifier.label) or "–"),))
        for name in facts.strategies
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
