"""Cut-offs: the advised one where the spec asks for one, the others to choose from, and which is cheapest when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from job.evidence.verdict import cutoff_advice as cutoffs
from job.report.charts.canvas import Block
from job.report.facts import Facts
from job.report.layout import Heading, Line, Name, Section, Table, rows_of, tabulate
from job.results.decision_facts import Choice, Decisions, MenuPoint
from job.text import number, sentence, whole
from job.wording import cutoffs as wording

_HEADINGS: Mapping[str, tuple[str, str | None, str, int]] = {
    "recall": ("Recall", "higher", "", 2),
    "precision": ("Precision", "higher", "", 2),
    "false_alarms_per_1000": ("False alerts", "lower", "per 1,000 rows", 1),
    "alerts_per_1000": ("Alerts", None, "per 1,000 rows", 1),
    "expected_cost_per_1000": ("Expected cost", "lower", "per 1,000 rows", 1),
}


_NO_INTERVALS: Mapping[str, tuple[float, float] | None] = MappingProxyType({})


@dataclass(frozen=True)
class Cutoffs:
    """All classifiers.

    Parameters
    ----------
    request : str
        What the spec asks for.
    blocks : tuple of Block
        What is advised, where the spec asks for a cut-off, and the cheapest choices; which strategies have none, and
        why; and the menu, where any strategy has scores.
    """

    request: str
    blocks: tuple[Block, ...]


def build(facts: Facts) -> Section:
    """Build the section."""
    decisions = facts.results.decisions
    blocks = tuple(_block(facts, classifier, decisions) for classifier in facts.classifiers)
    return Section("cutoffs", "Cut-offs", Cutoffs(wording.describe_request(decisions), blocks))


def _block(facts: Facts, classifier: Name, decisions: Decisions) -> Block:
    rows = rows_of(facts.strategies, classifier, decisions.rows)
    advised, notes = [], []
    if decisions.asked is not None:
        advised = [_advised(facts, classifier, decisions)]
        notes = [f"No cut-off for {name.short}: {wording.REASONS[row.reason]}." for name, row in rows if row.reason]
    notes += dict.fromkeys(sentence(f"{name.short}: {text}") for name, row in rows for text in row.details)
    lines: list[Line] = [
        (name, (wording.tell_ranges(decisions, name.label, classifier.label) or "–",)) for name in facts.strategies
    ]
    headings = (Heading("Cheapest of these", hint="cost of a missed minority row : cost of a false alert"),)
    key, caption = f"cutoffs-costs-{classifier.index}", f"Cheapest choice by cost ratio with {classifier.short}"
    tables, menu = (*advised, tabulate(key, caption, headings, lines)), _menu(facts, classifier, decisions)
    return Block(classifier, tables=tables, notes=tuple(notes), details=(menu,) if menu.rows else ())


def _advised(facts: Facts, classifier: Name, decisions: Decisions) -> Table:
    lines: list[Line] = [
        (name, _measured(facts, row, wording.tell_cutoff(row.cutoff), row.intervals))
        for name, row in rows_of(facts.strategies, classifier, decisions.rows)
    ]
    lines.append(("no alert at all", _measured(facts, decisions.never, "–")))
    lines.append(("an alert on every row", _measured(facts, decisions.always, "–")))
    kept = f"its results on the test parts ({facts.confidence} intervals)"
    caption = f"Advised cut-off with {classifier.short}, and {kept}"
    return tabulate(f"cutoffs-{classifier.index}", caption, _headings(facts), lines)


def _menu(facts: Facts, classifier: Name, decisions: Decisions) -> Table:
    lines: list[Line] = [
        (
            f"{name.short}: {wording.point_of(decisions, name.label, point)}",
            _measured(facts, point, _describe_cut(point)),
        )
        for name, menu in rows_of(facts.strategies, classifier, decisions.menu)
        for point in menu.points
    ]
    key, caption = f"cutoffs-menu-{classifier.index}", f"Cut-offs to choose from with {classifier.short}"
    first = "Strategy and point of its curve"
    return tabulate(key, caption, _headings(facts), lines, first=first)


def _describe_cut(point: MenuPoint) -> str:
    """Write the median cut-off of a point; where it is no alert at all, some splits may have alerts yet."""
    some = point.action == cutoffs.NEVER_ALERT and (point.alerts_per_1000 or 0.0) > 0
    return f"{wording.tell_cutoff(point)}{' on most splits' if some else ''}"


def build_menu(facts: Facts, strategy: Name, classifier: Name) -> Table | None:
    """Build the choices of one pair, from no alert to an alert on every row, with what each finds and when it pays."""
    decisions, pair = facts.results.decisions, (strategy.label, classifier.label)
    points = [point for point in wording.row_of(decisions.menu, *pair).points if point.action == cutoffs.CUT]
    if not points:
        return None
    ranges = wording.row_of(decisions.cost_ranges, *pair).ranges
    pays = {(each.choice, each.point): wording.tell_range(each) for each in ranges}
    never, always, own = (
        pays.get((choice, None), "–") for choice in (cutoffs.NEVER_ALERT, cutoffs.ALWAYS_ALERT, cutoffs.OWN)
    )
    choices: list[tuple[str, str, Choice, str]] = [("no alert", "–", decisions.never, never)]
    for point in points:
        name = wording.point_of(decisions, strategy.label, point)
        pay = own if name == wording.AS_IT_IS else pays.get((cutoffs.CUT, point.point), "–")
        choices.append((name, wording.tell_cutoff(point), point, pay))
    if wording.AS_IT_IS not in [name for name, *_ in choices]:
        found = wording.row_of(decisions.rows, *pair).own
        choices.append((wording.OWN_DECISION, wording.tell_own_cutoff(facts.results, *pair), found, own))
    choices.append(("an alert on every row", "–", decisions.always, always))
    choices.sort(key=lambda choice: (choice[2].false_alarms_per_1000 or 0.0, choice[2].recall or 0.0))
    lines: list[Line] = [
        (
            f"{name[0].upper()}{name[1:]}",
            (cut, whole(100 * (found.recall or 0.0)), number(found.false_alarms_per_1000, 1), pay),
        )
        for name, cut, found, pay in choices
    ]
    hints = {"Cut-off": "", "Found": "of 100", "False alerts": "per 1,000", "Cheapest at": "miss : false alert"}
    headings = [Heading(label, hint=hint, numeric=True) for label, hint in hints.items()]
    caption = f"The cut-off is yours to choose: {strategy.short} with {classifier.short}"
    return tabulate("cutoffs-choices", caption, headings, lines, first="Choice")


def _headings(facts: Facts) -> Iterator[Heading]:
    yield Heading("Cut-off", numeric=True)
    for fact in facts.with_values(cutoffs.FACTS):
        label, better, hint, _ = _HEADINGS[fact]
        yield Heading(label, better, hint, numeric=True)


def _measured(
    facts: Facts, found: Choice, cut: str, intervals: Mapping[str, tuple[float, float] | None] = _NO_INTERVALS
) -> Iterator[str]:
    """A cut-off and what it gives, with intervals where there are any."""
    yield cut
    for fact in facts.with_values(cutoffs.FACTS):
        decimals, interval = _HEADINGS[fact][3], intervals.get(fact)
        limits = f" ({' to '.join(number(limit, decimals) for limit in interval)})" if interval else ""
        yield f"{number(getattr(found, fact), decimals)}{limits}"
