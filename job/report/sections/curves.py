"""Precision-recall and ROC curves, mean over splits, and the best possible classifier where it is known."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from job.report.charts import lines as charts
from job.report.charts.canvas import Block, Description, Picture
from job.report.charts.lines import Curve, name_plainly
from job.report.facts import Facts, fallback_decimals
from job.report.layout import Line, Name, Number, Section, Table, tabulate
from job.results.decision_facts import MeanMetric
from job.text import decimals_for, listed, number, percent, sentence

_BEST = name_plainly("best possible")
_WORDS = {
    "average_precision": "average precision",
    "roc_auc": "area under the ROC curve",
    "brier": "Brier score",
    "log_loss": "log loss",
}
_READ_AT = (0.2, 0.5, 0.8)
_TABLE_STEP = 10
_DECISION_WORDS = {
    "precision_recall": "Open markers: each strategy's own decision threshold, at its recall on its curve.",
    "roc": "Open markers: each strategy's own decision threshold, at its false-positive rate on its curve.",
}
_CALIBRATED_WORDS = "Each strategy runs inside CalibratedClassifierCV{}. "
_LIMIT_WORDS = "Thin line: the best possible classifier, which knows how the data was drawn."


@dataclass(frozen=True)
class Kind:
    """One kind of curve.

    Parameters
    ----------
    key : str
        As in the results.
    x, y : str
        What the axes measure.
    """

    key: str
    title: str
    reading: str
    x: str
    y: str


KINDS = (
    Kind(
        "precision_recall",
        "Precision-recall curve",
        "Every point is one threshold: how many minority rows it finds (to the right), and how many of its alerts are "
        "true (up). Strategies on the same curve rank rows equally well and differ by their threshold only; one whose "
        "curve lies higher finds more at the same price. For each split, the curve has the highest precision at "
        "this recall or above.",
        "recall",
        "precision",
    ),
    Kind(
        "roc",
        "ROC curve",
        "The same thresholds, by the share of the other rows that are false positives. With a rare minority even a "
        "small share is many rows: read the left edge.",
        "false-positive rate",
        "recall",
    ),
)


@dataclass(frozen=True)
class Curves:
    """All curves.

    Parameters
    ----------
    best_possible : str
        What the best possible classifier reaches, or why that isn't known.
    blocks : tuple of Block
        The curves of each classifier, and a note for those that there aren't.
    """

    best_possible: str
    kinds: tuple[Kind, ...]
    blocks: tuple[Block, ...]


def build(facts: Facts) -> Section:
    """Build the section."""
    blocks = []
    for name in facts.classifiers:
        pictures = tuple(picture for kind in KINDS for picture in _pictures(facts, name, kind))
        notes = tuple(dict.fromkeys(note for kind in KINDS for note in _missing(facts, name, kind)))
        blocks.append(Block(name, pictures=pictures, notes=notes))
    content = Curves(_describe_best_possible(facts), KINDS, tuple(blocks))
    return Section("curves", "Precision-recall and ROC curves", content)


def _describe_best_possible(facts: Facts) -> str:
    """Say what the best possible classifier reaches, or why that isn't known."""
    found = facts.results.best_possible
    if found.reason:
        return sentence(found.reason)
    over = "on average over the same test parts" if facts.n_splits > 1 else "on the same test part"
    return (
        f"The data was drawn from a known mixture, so the best possible classifier is known too: {over} its scores, "
        f"the true probabilities, have {listed(map(_tell, found.metrics))}. A strategy can be ahead of it by luck only."
    )


def _tell(row: MeanMetric) -> str:
    if row.value is None:
        return f"no {_WORDS[row.metric]} ({row.reason})"
    decimals = decimals_for(row.sd, fallback_decimals(row.metric))
    spread = f" ± {number(row.sd, decimals)}" if row.sd is not None else ""
    return f"{_WORDS[row.metric]} {number(row.value, decimals)}{spread}"


def _pictures(facts: Facts, classifier: Name, kind: Kind) -> Iterator[Picture]:
    best = (row for row in facts.results.best_possible.curves if row.kind == kind.key)
    limit = next((Curve(_BEST, row.x, row.y) for row in best), None)
    found = {name: facts.curve(name, classifier, kind.key) for name in facts.strategies}
    curves = {name: Curve(name, row.x, row.y, row.decision) for name, row in found.items() if row}
    for panel in charts.part_strategies(facts, tuple(curves)):
        yield _draw(facts, classifier, kind, panel, [curves[name] for name in panel.names], limit)


def _missing(facts: Facts, classifier: Name, kind: Kind) -> Iterator[str]:
    absent = tuple(name for name in facts.strategies if not facts.curve(name, classifier, kind.key))
    if absent == facts.strategies:
        yield f"With {classifier.short} there is no curve: no run gave scores of both classes."
    elif absent:
        names = listed(name.short for name in absent)
        yield f"With {classifier.short} there is no curve of {names}: no run gave scores."


def _draw(
    facts: Facts, classifier: Name, kind: Kind, panel: charts.Panel, curves: Sequence[Curve], limit: Curve | None
) -> Picture:
    share = percent(facts.test_share)
    reference, told = Curve(name_plainly("no skill"), (0.0, 1.0), (0.0, 1.0)), "random scores"
    if kind.key == "precision_recall":
        reference = Curve(name_plainly(f"no skill, {share}"), (0.0, 1.0), (facts.test_share,) * 2)
        told = f"random alerts, {share}"
    over = f"{kind.y.capitalize()} against {kind.x}{', mean over splits' if facts.n_splits > 1 else ''}. "
    above = f" {_LIMIT_WORDS}" if limit else ""
    beside = f"; {facts.baseline.short} is as it is, to compare with" if facts.baseline in panel.names else ""
    inside = _CALIBRATED_WORDS.format(beside) if panel.calibrated else ""
    title = f"{kind.title} with {classifier.short}{panel.words}"
    alt, caption = _alt(title, kind, curves, limit), f"{inside}{over}Dotted line: {told}. {_DECISION_WORDS[kind.key]}"
    table = _table(f"{kind.key}-{classifier.index}{panel.suffix}", title, kind, curves, limit)
    about = Description(alt, f"{caption}{above}", table, f"{kind.title}{panel.words}")
    return charts.draw_curves(curves, (kind.x, kind.y), reference, about, limit)


def _alt(title: str, kind: Kind, curves: Sequence[Curve], limit: Curve | None) -> str:
    drawn = (*curves, *([limit] if limit else []))
    parts = "; ".join(f"{one.name.short} {listed(number(_read(one, at), 2) for at in _READ_AT)}" for one in drawn)
    said = f"{title}. Mean {kind.y} at {kind.x} {listed(f'{at:g}' for at in _READ_AT)}: {parts}."
    own = ((curve.name.short, *curve.decision) for curve in curves if curve.decision is not None)
    decided = [f"{name} {number(x, 3)} ({kind.y} {number(y, 2)})" for name, x, y in own]
    return f"{said} Own decisions at {kind.x}: {'; '.join(decided)}." if decided else said


def _read(curve: Curve, at: float) -> float:
    return curve.y[min(range(len(curve.x)), key=lambda index: abs(curve.x[index] - at))]


def _table(key: str, caption: str, kind: Kind, curves: Sequence[Curve], limit: Curve | None) -> Table:
    """Strategies in rows, every tenth point in columns: as wide for twelve strategies as for two."""
    places = range(0, len(curves[0].x), _TABLE_STEP)
    headings = (*(f"{curves[0].x[place]:.1f}" for place in places), f"Own {kind.x}", f"{kind.y.capitalize()} there")
    lines: list[Line] = []
    for curve in (*curves, *([limit] if limit else [])):
        values = (*(curve.y[place] for place in places), *(curve.decision or (None, None)))
        lines.append((curve.name.short if curve is limit else curve.name, [Number(value, 3) for value in values]))
    return tabulate(key, f"{caption}: mean {kind.y} at each {kind.x}", headings, lines, of_strategies=True)
