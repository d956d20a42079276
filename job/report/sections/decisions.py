"""What decisions are worth: net benefit, the prevalence in use, and how stable probabilities are."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from job.report.charts.canvas import Picture
from job.report.charts.figures import Curve, draw_net_benefit
from job.report.charts.panels import is_calibrated
from job.report.facts import Facts, Found
from job.report.layout import Heading, Line, Name, Number, Row, Section, Table, Words, tabulate
from job.report.metric_columns import Footnotes
from job.text import listed, number, percent, plain, sentence

_MOST_LINES = 6  # beside alerts on all rows and on none
_AXES = ("threshold probability", "net benefit per 1,000 rows")
_ALL, _NONE = "treat all", "treat none"
_CAPTION = (
    "Net benefit against threshold probability (log scale), mean over splits, {}. A model is useful at the thresholds "
    "where its line is above both “treat all” and 0, which is “treat none”.{}"
)
_NOT_ASKED = (
    "Precision and alerts on this page hold where {} of the rows are of the minority, as in the data. If the data were "
    "thinned or sampled by label, set evaluation.prevalence_in_use to the true share: this section then says what "
    "precision, alerts, cost and probabilities become there."
)
_ASSUMED = (
    "This assumes that the rows of each class look there as they do in the data: recall and false-positive rate then "
    "stay, and only the shares of the classes change. Intervals are for a model trained on as many rows, on fresh rows."
)
_BENEFIT = (
    "Net benefit per 1,000 rows at some thresholds, after the prior correction; in brackets with the probabilities as "
    "they are, where that differs. 9 : 1 means that one minority row is worth nine false alerts."
)
_IN_USE = (
    "Where {} of the rows are of the minority ({} in the data), at each strategy's own decision. Mean predicted and "
    "Brier score are of probabilities corrected to that share, in brackets of those as they are."
)
_STABILITY = (
    "How far two models' probabilities for one row are apart: the median and, in brackets, what 95 % of the rows stay "
    "below. The last columns are the share of rows that the two models decide differently."
)
_ABSENT = "These results have no net benefit."

Cells = Callable[[Found], Sequence[str | None]]


@dataclass(frozen=True)
class Decisions:
    """What decisions are worth; tables and picture are None, and texts empty, where there is nothing to show."""

    absent: str
    picture: Picture | None
    benefit: Table | None
    in_use: Table | None
    prevalence: str
    stability: Table | None
    shared: str


def build(facts: Facts) -> Section:
    """Build the section."""
    results = facts.results
    found = results.get("net_benefit")
    if found is None:
        return Section("decisions", "Decisions", Decisions(_ABSENT, None, None, None, "", None, ""))
    stability, in_use = results["stability"], results["in_use"]
    content = Decisions(
        "",
        _draw(facts, found),
        _benefit(facts, found),
        _in_use(facts, in_use) if in_use else None,
        _ASSUMED if in_use else _NOT_ASKED.format(percent(facts.dataset["prevalence"])),
        None if stability["reason"] else _stability(facts, stability),
        f"Not measured: {sentence(stability['reason'])}" if stability["reason"] else _shared(stability),
    )
    return Section("decisions", "Decisions", content)


def _shared(stability: Found) -> str:
    share, times = percent(stability["train_share"]), number(stability["most_times"], 1)
    return (
        f"Each model is trained on {share} of the rows, so two of them share most of what they learned from, and the "
        f"table understates how much would change with another data set of this size. Between training sets that share "
        f"no row, differences are 1 to {times} times as large: close to 1 for a single deep tree, close to {times} for "
        "a smooth model such as logistic regression, between them for forests and boosting."
    )


def _draw(facts: Facts, found: Found) -> Picture | None:
    """Draw the curves of the recommended classifier: baseline's, the recommended strategy's, then the others'."""
    headline = (facts.results.get("verdict") or {}).get("headline") or {}
    recommended = headline.get("recommended") or {}
    classifier = _named(facts.classifiers, recommended.get("classifier"))
    known = {row["strategy"]: row for row in found["rows"] if row["classifier"] == classifier.label and row["own"]}
    names = [name for name in facts.strategies if name.label in known]
    first = (facts.baseline.label, recommended.get("strategy"))
    names.sort(key=lambda name: (name.label not in first, is_calibrated(facts, name)))
    curves: dict[tuple[float, ...], Curve] = {}
    alike = []
    for name in names:
        row = known[name.label]
        y = tuple(_scaled(row["corrected"] or row["own"]))
        if y in curves:
            alike.append(f"{name.short} and {curves[y].name.short}")
        elif len(curves) < _MOST_LINES:
            curves[y] = Curve(name, tuple(found["thresholds"]), y)
    if not curves:
        return None
    everybody = Curve(Name(_ALL, _ALL, 0), tuple(found["thresholds"]), tuple(_scaled(found["treat_all"])))
    title = f"Net benefit with {classifier.short}"
    table = _numbers(f"net_benefit-{classifier.index}-numbers", title, [*curves.values(), everybody])
    caption = _CAPTION.format(_where(facts), f" Equal lines, drawn once: {'; '.join(alike)}." if alike else "")
    shown = _shown(found)
    alt = _alt(title, [*curves.values(), everybody], shown)
    picture = draw_net_benefit(list(curves.values()), everybody, _AXES, _ticks(found), alt, caption, table)
    return replace(picture, title=classifier.short)


def _named(names: Sequence[Name], label: str | None) -> Name:
    return next((name for name in names if name.label == label), names[0])


def _where(facts: Facts) -> str:
    in_use = facts.results["in_use"]
    if in_use:
        return f"weighted to the prevalence in use, {percent(in_use['prevalence'])}, and probabilities corrected to it"
    return "probabilities after the prior correction"


def _scaled(benefit: Sequence[float]) -> list[float]:
    return [1000 * value for value in benefit]


def _shown(found: Found) -> list[float]:
    """Thresholds worth a column: what the costs ask for, the prevalence, the middle between it and .5, and .5."""
    grid, prevalence = found["thresholds"], found["prevalence"]
    middle = min(grid, key=lambda at: abs(math.log(at) - math.log(prevalence * 0.5) / 2))
    asked = {prevalence, middle, 0.5, found["cost_threshold"]} - {None}
    return sorted(asked)


def _ticks(found: Found) -> list[float]:
    first = found["thresholds"][0]
    decades = (10.0**-power for power in range(6, 0, -1))
    return [at for at in (*decades, 0.5) if at >= first]


def _alt(title: str, curves: Sequence[Curve], shown: Sequence[float]) -> str:
    parts = []
    for curve in curves:
        values = (number(curve.y[curve.x.index(at)], 1) for at in shown)
        parts.append(f"{curve.name.short} {listed(values)}")
    at = listed(plain(at) for at in shown)
    return f"{title}. Net benefit per 1,000 rows at the thresholds {at}: {'; '.join(parts)}."


def _numbers(key: str, title: str, curves: Sequence[Curve]) -> Table:
    decimals = _decimals(max((value for curve in curves for value in curve.y if value > 0), default=1e-3) / 1000)
    lines: list[Line] = [
        (plain(at), [number(curve.y[place], decimals) for curve in curves]) for place, at in enumerate(curves[0].x)
    ]
    caption = f"{title}, per 1,000 rows, at each threshold"
    return tabulate(key, caption, [curve.name.short for curve in curves], lines, first="Threshold")


def _decimals(share: float) -> int:
    """As many as show three digits of so many rows in 1,000."""
    return min(max(2 - math.floor(math.log10(1000 * share)), 0), 6)


def _benefit(facts: Facts, found: Found) -> Table:
    shown, decimals = _shown(found), _decimals(found["prevalence"])
    places = [found["thresholds"].index(at) for at in shown]

    def cells(row: Found) -> list[str | None]:
        if not row["own"]:
            return [None] * len(places)
        own = [number(1000 * row["own"][place], decimals) for place in places]
        corrected = [number(1000 * row["corrected"][place], decimals) for place in places] if row["corrected"] else own
        return [new if new == old else f"{new} ({old})" for new, old in zip(corrected, own, strict=True)]

    why = {found["prevalence"]: ", prevalence", found["cost_threshold"]: ", your costs"}
    headings = [
        Heading(f"at {plain(at)}{why.get(at, '')}", hint=f"{(1 - at) / at:.3g} : 1", numeric=True) for at in shown
    ]
    table = _table(facts, "net-benefit", _BENEFIT, headings, found["rows"], cells)
    references = tuple(
        Row(label, (Words(""), *(Words(number(1000 * found[key][place], decimals)) for place in places)))
        for label, key in ((_ALL, "treat_all"), (_NONE, "treat_none"))
    )
    return replace(table, rows=(*references, *table.rows))


def _in_use(facts: Facts, found: Found) -> Table:
    has_cost = any(row.get("expected_cost_per_1000") is not None for row in found["rows"])
    columns = ["Recall", "Precision in the data", "Precision in use", "Alerts", *(["Cost"] if has_cost else [])]
    hints = {"Precision in use": f"{facts.confidence} interval", "Alerts": "per 1,000 rows", "Cost": "per 1,000 rows"}

    def cells(row: Found) -> list[str | None]:
        if not row["n"]:
            return [None] * (len(columns) + 2)
        precision = row["precision"]
        numbers = [number(row["recall"], 3), None, None, number(row["alerts_per_1000"], 1)]
        if precision:
            bounds = " to ".join(percent(precision[end]) for end in ("lower", "upper"))
            numbers[1:3] = percent(precision["in_data"]), f"{percent(precision['value'])} ({bounds})"
        cost = [number(row["expected_cost_per_1000"], 1)] if has_cost else []
        return [*numbers, *cost, _errors(row, "mean_predicted"), _errors(row, "brier")]

    headings = [Heading(column, hint=hints.get(column, ""), numeric=True) for column in columns]
    headings += [Heading("Mean predicted", numeric=True), Heading("Brier score", "lower", numeric=True)]
    caption = _IN_USE.format(percent(found["prevalence"]), percent(found["prevalence_of_data"]))
    return _table(facts, "in-use", caption, headings, found["rows"], cells)


def _errors(row: Found, key: str) -> str | None:
    if not row["own"]:
        return None
    own = number(row["own"][key], 4)
    return f"{number(row['corrected'][key], 4)} ({own})" if row["corrected"] else own


def _stability(facts: Facts, found: Found) -> Table:
    def cells(row: Found) -> list[str | None]:
        return [
            *(_moved(row[state], kind) for state in ("corrected", "own") for kind in ("minority", "rest")),
            *(percent((row["changed"] or {}).get(kind)) for kind in ("minority", "rest")),
        ]

    kinds = ("Minority rows", "Other rows")
    headings = [
        *(Heading(kind, hint=hint, numeric=True) for hint in ("corrected", "as they are") for kind in kinds),
        *(Heading(kind, hint="other decision", numeric=True) for kind in kinds),
    ]
    return _table(facts, "stability", _STABILITY, headings, found["rows"], cells)


def _moved(state: Found | None, kind: str) -> str | None:
    values = state and state[kind]
    return f"{number(values['median'], 3)} ({number(values['p95'], 3)})" if values else None


def _table(
    facts: Facts, key: str, caption: str, headings: Sequence[Heading], rows: Sequence[Found], of: Cells
) -> Table:
    """One row for each strategy and classifier; what has no number is a dash with its reason."""
    footnotes = Footnotes()
    laid: list[Line] = []
    for row in rows:
        letter = footnotes.letter(sentence(row["reason"] or ""))
        cells = (Number(None, footnote=letter) if text is None else text for text in of(row))
        classifier = _named(facts.classifiers, row["classifier"]).short
        laid.append((_named(facts.strategies, row["strategy"]), (classifier, *cells)))
    return tabulate(key, caption, (Heading("Classifier"), *headings), laid, footnotes.all())
