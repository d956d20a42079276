"""The alert explorer: every strategy at the same number of alerts, for any number."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from job.evidence.alarms import choose_rates
from job.report.charts.alarm_chart import AlarmChart, draw_alarms, place_of
from job.report.charts.canvas import Block
from job.report.facts import Facts
from job.report.layout import Heading, Line, Name, Section, Table, rows_of, tabulate
from job.report.sections.asked import describe_cost
from job.results.decision_facts import AlarmsRow, OwnAlarms
from job.results.record import MaybeValues
from job.text import counted, listed, number, plain

_DIGITS = 7  # so that large costs of few missed rows still come out right

Found = Sequence[tuple[Name, AlarmsRow]]


@dataclass(frozen=True)
class Fact:
    """One thing that is known at every alert rate.

    Parameters
    ----------
    key : str
        As in the results.
    metric : str
        Whose spread says how many decimals it deserves.
    """

    key: str
    label: str
    metric: str
    better: str | None = None
    hint: str = ""

    @property
    def heading(self) -> Heading:
        """The head of its column."""
        return Heading(self.label, self.better, self.hint, numeric=True)


FACTS = (
    Fact("threshold", "Cut-off", ""),
    Fact("recall", "Recall", "recall_at_alerts", "higher"),
    Fact("precision", "Precision", "precision", "higher"),
    Fact("false_alarms_per_1000", "False alerts", "false_alarms_per_1000", "lower", "per 1,000 rows"),
    Fact("expected_cost_per_1000", "Expected cost", "expected_cost_per_1000", "lower", "per 1,000 rows"),
)


@dataclass(frozen=True)
class Explored(Block):
    """One classifier.

    Every strategy at the rate of the slider, then where it decides by itself; notes on what has no numbers, or fewer
    splits; and in detail each fact at ten rates.
    """

    chart: AlarmChart | None = None


@dataclass(frozen=True)
class Alarms:
    """The explorer.

    Parameters
    ----------
    absent : str
        Why there is none.
    rate : str
        Where the slider starts.
    start, last : int
        Positions of the slider.
    missed, false_alarm : str
        Costs, as an input takes them; nothing where none are given.
    cost : str
        Where the costs come from.
    numbers : markupsafe.Markup
        What the script reads: numbers only, as JSON that can stand in a page.
    """

    absent: str
    rate: str
    start: int
    last: int
    missed: str
    false_alarm: str
    cost: str
    blocks: tuple[Explored, ...]
    numbers: Markup


def build(facts: Facts) -> Section:
    """Build the section."""
    asked, rates = facts.results.evaluation, facts.results.alarms.rates
    start = min(range(len(rates)), key=lambda place: abs(rates[place] - asked.alerts_per_1000))
    scored = [row for row in facts.results.alarms.rows if row.n]
    found = {name: rows_of(facts.strategies, name, scored) for name in facts.classifiers}
    costs = asked.cost_false_negative, asked.cost_false_positive
    missed, false_alarm = ("" if cost is None else f"{cost:.6g}" for cost in costs)
    content = Alarms(
        "" if scored else "No run has scores, so there is nothing to explore.",
        plain(rates[start]),
        start,
        len(rates) - 1,
        missed,
        false_alarm,
        describe_cost(facts),
        tuple(_block(facts, name, start, rows) for name, rows in found.items()),
        _numbers(facts, found),
    )
    return Section("alarms", "Threshold explorer", content)


def _block(facts: Facts, classifier: Name, start: int, found: Found) -> Explored:
    notes = tuple(_notes(facts, classifier, found))
    if not found:
        return Explored(classifier, notes=notes)
    rates, decimals = facts.results.alarms.rates, decimals_of(facts, classifier)
    chosen = choose_rates(rates, facts.results.evaluation.alerts_per_1000)

    now = [(name, [number(_values(row, fact)[start], decimals[fact.key]) for fact in FACTS]) for name, row in found]
    caption = f"Alerts in 1,000 rows with {classifier.short}: {plain(rates[start])}"
    headings = [fact.heading for fact in FACTS]
    at_rate = tabulate(f"alarms-{classifier.index}", caption, headings, now, of_metrics=True)
    at_ten = (
        tabulate(
            f"alarms-{classifier.index}-{place}",
            f"{fact.label}{f' {fact.hint}' if fact.hint else ''} by alerts in 1,000 rows with {classifier.short}",
            [plain(rates[at]) for at in chosen],
            [(name, [number(_values(row, fact)[at], decimals[fact.key]) for at in chosen]) for name, row in found],
            of_strategies=False,
        )
        for place, fact in enumerate(FACTS)
        if facts.has_cost or fact.key != "expected_cost_per_1000"
    )
    tables = at_rate, _own(classifier, found, decimals)
    chart = draw_alarms(classifier, rates, start, found)
    return Explored(classifier, tables=tables, notes=notes, details=tuple(at_ten), chart=chart)


def decimals_of(facts: Facts, classifier: Name) -> dict[str, int]:
    """Decimals of each fact, as its spread supports them; a threshold has all that the page ever shows."""
    return {fact.key: facts.decimals(classifier, fact.metric) if fact.metric else 4 for fact in FACTS}


def _values(row: AlarmsRow, fact: Fact) -> MaybeValues:
    return getattr(row, fact.key) or (None,) * len(row.recall)  # costs may be unknown


def _notes(facts: Facts, classifier: Name, found: Found) -> Iterator[str]:
    known = [name for name, _ in found]
    if absent := [name.short for name in facts.strategies if name not in known]:
        yield f"No scores on any split with {classifier.short}: {listed(absent)}."
    for name, row in found:
        if row.n < facts.n_splits:
            yield f"{name.short} has scores on {row.n:,} of {counted(facts.n_splits, 'split')} only."


def _own(classifier: Name, found: Found, decimals: Mapping[str, int]) -> Table:
    lines: list[Line] = []
    for name, row in found:
        if own := row.own:
            raised = number(own.alarms_per_1000, decimals["false_alarms_per_1000"])
            lines.append((name, (raised, *(number(getattr(own, fact.key), decimals[fact.key]) for fact in FACTS))))
    headings = (Heading("Alerts", None, "per 1,000 rows", numeric=True), *(fact.heading for fact in FACTS))
    caption = f"Each strategy at its own decision threshold with {classifier.short}"
    return tabulate(f"alarms-{classifier.index}-own", caption, headings, lines, of_metrics=True)


def _numbers(facts: Facts, found: Mapping[Name, Found]) -> Markup:
    """Write what the script reads; no text of the user's is in it, and what HTML could take for markup is escaped."""
    rates, blocks = facts.results.alarms.rates, []
    for classifier, rows in found.items():
        places = decimals_of(facts, classifier)
        numbers = [_row_numbers(row, row.own, rates, places) for _, row in rows if row.own]
        blocks.append({"places": list(places.values()), "rows": numbers})
    names, x = [plain(rate) for rate in rates], [place_of(rate, rates) for rate in rates]
    value = {"rates": rates, "names": names, "x": x, "blocks": blocks}
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


def _row_numbers(
    row: AlarmsRow, own: OwnAlarms, rates: Sequence[float], places: Mapping[str, int]
) -> dict[str, object]:
    """What is shown is rounded here only, because rounding twice would differ."""
    rounded = {
        key: [None if value is None else round(value, places[key]) for value in values]
        for key, values in (("threshold", row.threshold), ("recall", row.recall))
    }
    found = [_short(rate - false) for rate, false in zip(rates, row.false_alarms_per_1000, strict=True)]
    here = {"rate": _short(own.alarms_per_1000), "found": _short(own.alarms_per_1000 - own.false_alarms_per_1000)}
    return {"minority": _short(row.minority_per_1000 or 0.0), **rounded, "found": found, "own": here}


def _short(value: float) -> float:
    """Keep enough of a number to compute with."""
    return float(f"{value:.{_DIGITS}g}")
