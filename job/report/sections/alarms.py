"""The alarm explorer: every strategy at the same number of alarms, for any number."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from job.report.charts.alarm_chart import AlarmChart, draw_alarms, place_of
from job.report.facts import Facts, Found
from job.report.layout import Heading, Line, Name, Section, Table, tabulate
from job.report.sections.asked import describe_cost
from job.text import counted, listed, number, plain

_ABSENT = "These results hold no numbers at other alarm rates: they were written by a version that had none."
_N_RATES = 10
_ROUND_STEPS = (1, 2, 5)
_NEAR = 1.15
_DIGITS = 7  # so that large costs of few missed rows still come out right
_NO_NUMBERS = Markup("")


@dataclass(frozen=True)
class Fact:
    """One thing that is known at every alarm rate.

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


FACTS = (
    Fact("threshold", "Threshold", ""),
    Fact("recall", "Recall", "recall_at_alerts", "higher"),
    Fact("precision", "Precision", "precision", "higher"),
    Fact("false_alarms_per_1000", "False alarms", "false_alarms_per_1000", "lower", "per 1,000 rows"),
    Fact("expected_cost_per_1000", "Expected cost", "expected_cost_per_1000", "lower", "per 1,000 rows"),
)


@dataclass(frozen=True)
class Block:
    """One classifier.

    Parameters
    ----------
    notes : tuple of str
        Which strategies have no numbers, or fewer splits.
    at_rate, own : Table or None
        Every strategy at the rate of the slider, and where it decides by itself; None where none has numbers.
    tables : tuple of Table
        One for each fact, at ten rates.
    """

    classifier: Name
    notes: tuple[str, ...]
    at_rate: Table | None
    own: Table | None
    chart: AlarmChart | None
    tables: tuple[Table, ...]


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
    rate: str = ""
    start: int = 0
    last: int = 0
    missed: str = ""
    false_alarm: str = ""
    cost: str = ""
    blocks: tuple[Block, ...] = ()
    numbers: Markup = _NO_NUMBERS


def build(facts: Facts) -> Section:
    """Build the section."""
    alarms = facts.results.get("alarms")
    return Section("alarms", "Alarm explorer", Alarms(_ABSENT) if alarms is None else _content(facts, alarms))


def choose_rates(rates: Sequence[float], budget: float) -> tuple[int, ...]:
    """Choose the ten rates of the tables: round numbers around the budget, and the budget itself.

    Parameters
    ----------
    rates : sequence of float
        Alarms per 1,000 rows; the budget is one of them.

    Returns
    -------
    tuple of int
        Positions, rising.
    """
    near = {
        place: abs(math.log(rate / budget))
        for place, rate in enumerate(rates)
        if rate == budget or (_is_round(rate) and not 1 / _NEAR < rate / budget < _NEAR)
    }
    return tuple(sorted(sorted(near, key=lambda place: (near[place], place))[:_N_RATES]))


def _is_round(rate: float) -> bool:
    return any(f"{rate:e}".startswith(f"{step}.000000e") for step in _ROUND_STEPS)


def _content(facts: Facts, alarms: Found) -> Alarms:
    asked = facts.results["evaluation"]
    rates, budget = alarms["rates"], asked["alerts_per_1000"]
    start = min(range(len(rates)), key=lambda place: abs(rates[place] - budget))
    of_classifier = [
        [row for row in alarms["rows"] if row["classifier"] == name.label and row["n"]] for name in facts.classifiers
    ]
    found = list(zip(facts.classifiers, of_classifier, strict=True))
    return Alarms(
        "" if any(of_classifier) else "No run has scores, so there is nothing to explore.",
        plain(rates[start]),
        start,
        len(rates) - 1,
        _price(asked["cost_false_negative"]),
        _price(asked["cost_false_positive"]),
        describe_cost(facts),
        tuple(_block(facts, name, rates, start, rows) for name, rows in found),
        _numbers(facts, rates, found),
    )


def _price(cost: float | None) -> str:
    return "" if cost is None else f"{cost:.6g}"


def _block(facts: Facts, classifier: Name, rates: Sequence[float], start: int, rows: Sequence[Found]) -> Block:
    names = {name.label: name for name in facts.strategies}
    found = [(names[row["strategy"]], row) for row in rows]
    notes = _notes(facts, classifier, found)
    if not found:
        return Block(classifier, notes, None, None, None, ())
    places = decimals_of(facts, classifier)
    return Block(
        classifier,
        notes,
        _at_rate(classifier, found, places, rates, start),
        _own(classifier, found, places),
        draw_alarms(classifier, rates, start, found),
        tuple(
            _at_ten(facts, classifier, found, fact, places[fact.key], rates)
            for fact in FACTS
            if found[0][1][fact.key] is not None
        ),
    )


def decimals_of(facts: Facts, classifier: Name) -> dict[str, int]:
    """Decimals of each fact, as its spread supports them; a threshold has all that the page ever shows."""
    return {fact.key: facts.decimals(classifier, fact.metric) if fact.metric else 4 for fact in FACTS}


def _notes(facts: Facts, classifier: Name, found: Sequence[tuple[Name, Found]]) -> tuple[str, ...]:
    absent = [name.short for name in facts.strategies if name not in [one for one, _ in found]]
    fewer = [
        f"{name.short} is read on {row['n']:,} of {counted(facts.n_splits, 'split')} only."
        for name, row in found
        if row["n"] < facts.n_splits
    ]
    gone = [f"Without scores on any split with {classifier.short}: {listed(absent)}."] if absent else []
    return (*gone, *fewer)


def _heading(fact: Fact) -> Heading:
    return Heading(fact.label, fact.better, fact.hint, numeric=True)


def _at_rate(
    classifier: Name, found: Sequence[tuple[Name, Found]], places: Mapping[str, int], rates: Sequence[float], start: int
) -> Table:
    lines: list[Line] = [
        (name, [number(_value(row, fact, start), places[fact.key]) for fact in FACTS]) for name, row in found
    ]
    caption = f"Alarms in 1,000 rows with {classifier.short}: {plain(rates[start])}"
    return tabulate(f"alarms-{classifier.index}", caption, map(_heading, FACTS), lines, of_metrics=True)


def _value(row: Found, fact: Fact, place: int) -> float | None:
    values: Sequence[float | None] | None = row[fact.key]  # costs may be unknown
    return None if values is None else values[place]


def _own(classifier: Name, found: Sequence[tuple[Name, Found]], places: Mapping[str, int]) -> Table:
    lines: list[Line] = []
    for name, row in found:
        raised = number(row["own"]["alarms_per_1000"], places["false_alarms_per_1000"])
        lines.append((name, (raised, *(number(row["own"][fact.key], places[fact.key]) for fact in FACTS))))
    headings = (Heading("Alarms", None, "per 1,000 rows", numeric=True), *map(_heading, FACTS))
    caption = f"Where each strategy decides by itself with {classifier.short}"
    return tabulate(f"alarms-{classifier.index}-own", caption, headings, lines, of_metrics=True)


def _at_ten(
    facts: Facts,
    classifier: Name,
    found: Sequence[tuple[Name, Found]],
    fact: Fact,
    decimals: int,
    rates: Sequence[float],
) -> Table:
    chosen = choose_rates(rates, facts.results["evaluation"]["alerts_per_1000"])
    lines: list[Line] = [(name, [number(row[fact.key][place], decimals) for place in chosen]) for name, row in found]
    caption = f"{fact.label}{f' {fact.hint}' if fact.hint else ''} by alarms in 1,000 rows with {classifier.short}"
    key = f"alarms-{classifier.index}-{FACTS.index(fact)}"
    return tabulate(key, caption, [plain(rates[place]) for place in chosen], lines, of_strategies=False)


def _numbers(facts: Facts, rates: Sequence[float], found: Sequence[tuple[Name, Sequence[Found]]]) -> Markup:
    """Write what the script reads; no text of the user's is in it, and what HTML could take for markup is escaped."""
    value = {
        "rates": list(rates),
        "names": [plain(rate) for rate in rates],
        "x": [place_of(rate, rates) for rate in rates],
        "blocks": [
            {"places": list(places.values()), "rows": [_row_numbers(row, rates, places) for row in rows]}
            for name, rows in found
            if (places := decimals_of(facts, name))
        ],
    }
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


def _row_numbers(row: Found, rates: Sequence[float], places: Mapping[str, int]) -> dict[str, Any]:
    own = row["own"]
    false_alarms = row["false_alarms_per_1000"]
    return {
        "minority": _short(row["minority_per_1000"]),
        **{fact: [_shown(value, places[fact]) for value in row[fact]] for fact in ("threshold", "recall")},
        "found": [_short(rate - false) for rate, false in zip(rates, false_alarms, strict=True)],
        "own": {
            "rate": _short(own["alarms_per_1000"]),
            "found": _short(own["alarms_per_1000"] - own["false_alarms_per_1000"]),
        },
    }


def _short(value: float) -> float:
    """Keep enough of a number to compute with."""
    return float(f"{value:.{_DIGITS}g}")


def _shown(value: float | None, decimals: int) -> float | None:
    """Keep what the page shows: rounded here only, because rounding twice would differ."""
    return None if value is None else round(value, decimals)
