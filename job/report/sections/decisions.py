"""What decisions are worth: net benefit, the prevalence in use, and how stable probabilities are."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from job.report.charts.canvas import Block, Description, Picture
from job.report.charts.lines import Curve, draw_net_benefit, is_calibrated, name_plainly
from job.report.facts import Facts
from job.report.layout import Heading, Line, Name, Number, Section, Table, rows_of, tabulate
from job.report.metric_columns import Footnotes
from job.results.decision_facts import InUse, InUseRow, Movements, NetBenefit, NetBenefitRow, Stability
from job.text import listed, number, percent, plain, sentence

_MOST_LINES = 6  # beside alerts on all rows and on none
_AXES = ("threshold probability", "net benefit per 1,000 rows")
_ALL, _NONE = "treat all", "treat none"
_CAPTION = (
    "Net benefit against threshold probability (log scale), mean over splits, {}. A model is useful at the thresholds "
    "where its line is above both “treat all” and 0, which is “treat none”.{}"
)
_BENEFIT = "Net benefit per 1,000 rows with {} after the prior correction (in brackets without it, where that differs)"
_IN_USE = (
    "Where {} of the rows are minority rows ({} in the data), with {} at each strategy's own decision threshold. Mean "
    "predicted and Brier score are of probabilities corrected to that share, in brackets of those as they are."
)
_STABILITY = (
    "Difference between the probabilities that two models with {} give the same row: the median and, in brackets, the "
    "95th percentile over rows. The last columns are the share of rows that the two models classify differently."
)

Cells = Sequence[str | None]


@dataclass(frozen=True)
class Decisions:
    """What decisions are worth.

    Parameters
    ----------
    blocks : tuple of Block
        Net benefit as a chart and a table; in detail the prevalence in use and stability, where there are any.
    folds : tuple of str
        What these details are about.
    prevalence : str
        Of the data.
    unstable : str
        Why stability wasn't measured; nothing where it was.
    train_share, most_times : str
        How much of the data each model is trained on, and how much larger differences may be between other data sets.
    """

    blocks: tuple[Block, ...]
    folds: tuple[str, ...]
    prevalence: str
    in_use: bool
    unstable: str
    train_share: str
    most_times: str


def build(facts: Facts) -> Section:
    """Build the section."""
    stability, in_use = facts.results.stability, facts.results.in_use
    folds = [*(["Prevalence in use"] if in_use else []), *([] if stability.reason else ["Stability of probabilities"])]
    content = Decisions(
        tuple(_block(facts, name) for name in facts.classifiers),
        tuple(folds),
        percent(facts.dataset.prevalence),
        in_use is not None,
        sentence(stability.reason or ""),
        percent(stability.train_share),
        number(stability.most_times, 1),
    )
    return Section("decisions", "Decision curves (net benefit)", content)


def _block(facts: Facts, classifier: Name) -> Block:
    found, stability, in_use = facts.results.net_benefit, facts.results.stability, facts.results.in_use
    details = [_in_use(facts, classifier, in_use)] if in_use else []
    details += [] if stability.reason else [_stability(facts, classifier, stability)]
    picture = _draw(facts, classifier, found)
    pictures = () if picture is None else (picture,)
    return Block(classifier, (), (_benefit(facts, classifier, found),), pictures, details=tuple(details))


def _draw(facts: Facts, classifier: Name, found: NetBenefit) -> Picture | None:
    """Draw the curves of one classifier: baseline's, the recommended strategy's, then the others'."""
    recommended = facts.headline.recommended
    first = (facts.baseline.label, recommended.strategy if recommended else "")
    rows = rows_of(facts.strategies, classifier, found.rows)
    curves: dict[tuple[float, ...], Curve] = {}
    alike = []
    for name, row in sorted(rows, key=lambda pair: (pair[0].label not in first, is_calibrated(facts, pair[0]))):
        y = _per_thousand(row.corrected or row.own or ())
        if y in curves:
            alike.append(f"{name.short} and {curves[y].name.short}")
        elif y and len(curves) < _MOST_LINES:
            curves[y] = Curve(name, found.thresholds, y)
    if not curves or found.treat_all is None:
        return None
    everybody = Curve(name_plainly(_ALL), found.thresholds, _per_thousand(found.treat_all))
    all_curves = [*curves.values(), everybody]
    where = "probabilities after the prior correction"
    if in_use := facts.results.in_use:
        share = percent(in_use.prevalence)
        where = f"weighted to the prevalence in use, {share}, and probabilities corrected to it"
    title, shown = f"Net benefit with {classifier.short}", _shown(found)
    places = [found.thresholds.index(at) for at in shown]
    read = ((curve.name.short, listed(number(curve.y[place], 1) for place in places)) for curve in all_curves)
    told = "; ".join(f"{name} {values}" for name, values in read)
    alt = f"{title}. Net benefit per 1,000 rows at the thresholds {listed(map(plain, shown))}: {told}."
    caption = _CAPTION.format(where, f" Equal lines, drawn once: {'; '.join(alike)}." if alike else "")
    table = _numbers(f"net_benefit-{classifier.index}-numbers", title, all_curves)
    about = Description(alt, caption, table, classifier.short)
    ticks = [at for at in (*(10.0**-power for power in range(6, 0, -1)), 0.5) if at >= found.thresholds[0]]
    return draw_net_benefit(list(curves.values()), everybody, _AXES, ticks, about)


def _per_thousand(benefit: Sequence[float]) -> tuple[float, ...]:
    return tuple(1000 * value for value in benefit)


def _shown(found: NetBenefit) -> list[float]:
    """Thresholds worth a column: what the costs ask for, the prevalence, the middle between it and .5, and .5."""
    middle = min(found.thresholds, key=lambda at: abs(math.log(at) - math.log(found.prevalence * 0.5) / 2))
    return sorted({found.prevalence, middle, 0.5, found.cost_threshold or 0.5})


def _numbers(key: str, title: str, curves: Sequence[Curve]) -> Table:
    decimals = _decimals(max((value for curve in curves for value in curve.y if value > 0), default=1.0))
    at_each = enumerate(map(plain, curves[0].x))
    lines: list[Line] = [(at, [number(curve.y[place], decimals) for curve in curves]) for place, at in at_each]
    caption = f"{title}, per 1,000 rows, at each threshold"
    return tabulate(key, caption, [curve.name.short for curve in curves], lines, first="Threshold")


def _decimals(per_thousand: float) -> int:
    """As many as show three digits of so many rows in 1,000."""
    return min(max(2 - math.floor(math.log10(per_thousand)), 0), 6)


def _benefit(facts: Facts, classifier: Name, found: NetBenefit) -> Table:
    shown, decimals = _shown(found), _decimals(1000 * found.prevalence)
    places = [found.thresholds.index(at) for at in shown]

    def tell(benefit: Sequence[float]) -> list[str]:
        return [number(1000 * benefit[place], decimals) for place in places]

    def cells(row: NetBenefitRow) -> Cells:
        if not row.own:
            return [None] * len(places)
        own = tell(row.own)
        corrected = tell(row.corrected) if row.corrected else own
        return [new if new == old else f"{new} ({old})" for new, old in zip(corrected, own, strict=True)]

    why = {found.prevalence: ", prevalence", found.cost_threshold: ", your costs"}
    headings = [
        Heading(f"at {plain(at)}{why.get(at, '')}", hint=f"{(1 - at) / at:.3g} : 1", numeric=True) for at in shown
    ]
    both = ((_ALL, found.treat_all), (_NONE, found.treat_none))
    references: list[Line] = [(label, tell(benefit)) for label, benefit in both if benefit]
    rows = [(name, row.reason, cells(row)) for name, row in rows_of(facts.strategies, classifier, found.rows)]
    caption = _BENEFIT.format(classifier.short)
    return _table(f"net-benefit-{classifier.index}", caption, headings, rows, references)


def _in_use(facts: Facts, classifier: Name, found: InUse) -> Table:
    costs = ["Cost"] if any(row.expected_cost_per_1000 is not None for row in found.rows) else []
    hints = {"Precision in use": f"{facts.confidence} interval", "Alerts": "per 1,000 rows", "Cost": "per 1,000 rows"}
    columns = ["Recall", "Precision in the data", "Precision in use", "Alerts", *costs, "Mean predicted", "Brier score"]

    def cells(row: InUseRow) -> Cells:
        if not row.n:
            return [None] * len(columns)
        in_data, in_use = None, None
        if precision := row.precision:
            in_data, low, high = (percent(share) for share in (precision.in_data, precision.lower, precision.upper))
            in_use = f"{percent(precision.value)} ({low} to {high})"
        cost = [number(row.expected_cost_per_1000, 1) for _ in costs]
        return [number(row.recall, 3), in_data, in_use, number(row.alerts_per_1000, 1), *cost, *_errors(row)]

    better = {"Brier score": "lower"}
    headings = [Heading(each, better.get(each), hints.get(each, ""), numeric=True) for each in columns]
    caption = _IN_USE.format(percent(found.prevalence), percent(found.prevalence_of_data), classifier.short)
    rows = [(name, row.reason, cells(row)) for name, row in rows_of(facts.strategies, classifier, found.rows)]
    return _table(f"in-use-{classifier.index}", caption, headings, rows)


def _errors(row: InUseRow) -> Cells:
    states = row.own, row.corrected
    own, corrected = ([number(s.mean_predicted, 4), number(s.brier, 4)] if s else None for s in states)
    if own is None or corrected is None:
        return own or [None, None]
    return [f"{new} ({old})" for new, old in zip(corrected, own, strict=True)]


def _stability(facts: Facts, classifier: Name, found: Stability) -> Table:
    columns = product(("corrected", "as they are", "other decision"), ("Minority rows", "Other rows"))
    headings = [Heading(kind, hint=hint, numeric=True) for hint, kind in columns]
    rows = []
    for name, row in rows_of(facts.strategies, classifier, found.rows):
        changed = (row.changed.minority, row.changed.rest) if row.changed else (None, None)
        rows.append((name, row.reason, [*_moved(row.corrected), *_moved(row.own), *map(percent, changed)]))
    return _table(f"stability-{classifier.index}", _STABILITY.format(classifier.short), headings, rows)


def _moved(state: Movements | None) -> Cells:
    found = (state.minority, state.rest) if state else (None, None)
    return [f"{number(each.median, 3)} ({number(each.p95, 3)})" if each else None for each in found]


def _table(
    key: str,
    caption: str,
    headings: Sequence[Heading],
    rows: Iterable[tuple[Name, str | None, Cells]],
    references: Sequence[Line] = (),
) -> Table:
    """One row for each strategy; what has no number is a dash with its reason."""
    footnotes, lines = Footnotes(), [*references]
    for name, reason, found in rows:
        letter = footnotes.letter(sentence(reason or ""))
        cells = (Number(None, footnote=letter) if text is None else text for text in found)
        lines.append((name, cells))
    return tabulate(key, caption, headings, lines, footnotes.all(), of_strategies=True)
