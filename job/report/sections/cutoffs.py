"""Cut-offs: the advised one where the spec asks for one, the others to choose from, and which is cheapest when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from job.evidence.verdict import cutoff_advice as cutoffs
from job.evidence.words import whole
from job.report.facts import Facts, Found
from job.report.layout import Heading, Line, Name, Section, Table, tabulate
from job.text import number, sentence
from job.wording import cutoffs as wording

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
    lines: list[Line] = [(name, _measured(facts, row, wording.tell_cutoff(row["cutoff"]))) for name, row in rows]
    lines.append(("no alert at all", _measured(facts, decisions[cutoffs.NEVER_ALERT], "–")))
    lines.append(("an alert on every row", _measured(facts, decisions[cutoffs.ALWAYS_ALERT], "–")))
    kept = f"what it gave on the test parts ({facts.confidence} intervals)"
    caption = f"Advised cut-off with {classifier.short}, and {kept}"
    return tabulate(f"cutoffs-{classifier.index}", caption, _headings(facts), lines)


def _menu(facts: Facts, classifier: Name, decisions: Found) -> Table | None:
    lines: list[Line] = [
        (
            f"{name.short}: {wording.point_of(decisions, name.label, point)}",
            _measured(facts, point, wording.tell_cutoff(point)),
        )
        for name in facts.strategies
        for point in wording.row_of(decisions["menu"], name.label, classifier.label)["points"]
    ]
    key, caption = f"cutoffs-menu-{classifier.index}", f"Cut-offs to choose from with {classifier.short}"
    first = "Strategy and point of its curve"
    return tabulate(key, caption, _headings(facts), lines, first=first) if lines else None


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
        ("–", "no alert", decisions["never"], (cutoffs.NEVER_ALERT, None)),
        ("–", "an alert on every row", decisions["always"], (cutoffs.ALWAYS_ALERT, None)),
    ]
    if not named:
        choices.insert(1, ("own", wording.OWN_DECISION, own, (cutoffs.OWN, None)))
    choices[1:1] = [
        (
            wording.tell_cutoff(point),
            wording.point_of(decisions, strategy.label, point),
            point,
            (cutoffs.OWN, None) if point["point"] in named else (cutoffs.CUT, point["point"]),
        )
        for point in points
    ]
    choices.sort(key=lambda choice: (choice[2]["false_alarms_per_1000"] or 0.0, choice[2]["recall"] or 0.0))
    lines: list[Line] = []
    for cut, name, found, place in choices:
        recall, false_alarms = whole(100 * (found["recall"] or 0.0)), number(found["false_alarms_per_1000"], 1)
        pays = wording.tell_range(ranges[place]) if place in ranges else "–"
        lines.append((f"{name[0].upper()}{name[1:]}", (cut, recall, false_alarms, pays)))
    hints = {"Cut-off": "", "Found": "of 100", "False alerts": "per 1,000", "Cheapest": "miss : false alert"}
    headings = [Heading(label, hint=hint, numeric=True) for label, hint in hints.items()]
    caption = f"The cut-off is yours to choose: {strategy.short} with {classifier.short}"
    return tabulate("cutoffs-choices", caption, headings, lines, first="Choice")


def _ranges(facts: Facts, classifier: Name, decisions: Found) -> Table:
    headings = (Heading("Cheapest choice", hint="cost of a missed minority row : cost of a false alert"),)
    lines: list[Line] = [
        (name, (wording.tell_ranges(decisions, name.label, classifier.label) or "–",)) for name in facts.strategies
    ]
    key, caption = f"cutoffs-costs-{classifier.index}", f"Cheapest choice by cost ratio with {classifier.short}"
    return tabulate(key, caption, headings, lines)


def _headings(facts: Facts) -> Iterator[Heading]:
    yield Heading("Cut-off", numeric=True)
    for fact in facts.with_values(cutoffs.FACTS):
        label, better, hint, _ = _HEADINGS[fact]
        yield Heading(label, better, hint, numeric=True)


def _measured(facts: Facts, row: Found, cut: str) -> Iterator[str]:
    """A cut-off and what it gives, with intervals where there are any."""
    yield cut
    for fact in facts.with_values(cutoffs.FACTS):
        decimals, interval = _HEADINGS[fact][3], (row.get("intervals") or {}).get(fact)
        limits = "" if interval is None else f" ({' to '.join(number(limit, decimals) for limit in interval)})"
        yield f"{number(row[fact], decimals)}{limits}"
