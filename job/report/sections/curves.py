"""Precision-recall and ROC curves, mean over splits, and the best possible classifier where it is known."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from job.report.charts import lines as charts
from job.report.charts.canvas import Description, Picture
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
    "precision_recall": "An open marker is where a strategy decides: at its own recall, on its own curve.",
    "roc": "An open marker is where a strategy decides: at its own false-alarm rate, on its own curve.",
}
_CALIBRATED_WORDS = "Each strategy runs inside CalibratedClassifierCV{}. "
_LIMIT_WORDS = "The thin line is the best possible classifier, which knows how the data was drawn."


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
        "Precision against recall",
        "Every point is one threshold: how many minority rows it finds (to the right), and how many of its alarms are "
        "true (up). Strategies on the same curve rank rows equally well and differ by their threshold only; one whose "
        "curve lies higher finds more at the same price. Each split is read at the highest precision that keeps at "
        "least this recall.",
        "recall",
        "precision",
    ),
    Kind(
        "roc",
        "Recall against false alarms (ROC)",
        "The same thresholds, by the share of the other rows that raise a false alarm. With a rare minority even a "
        "small share is many rows: read the left edge.",
        "false-alarm rate",
        "recall",
    ),
)


@dataclass(frozen=True)
class CurveGroup:
    """The curves of one kind.

    Parameters
    ----------
    pictures : tuple of Picture
        One for each classifier that has any.
    missing : tuple of str
        A sentence for every curve that there isn't.
    """

    kind: Kind
    pictures: tuple[Picture, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Curves:
    """All curves.

    Parameters
    ----------
    best_possible : str
        What the best possible classifier reaches, or why that isn't known.
    """

    best_possible: str
    groups: tuple[CurveGroup, ...]


def build(facts: Facts) -> Section:
    """Build the section."""
    groups = tuple(CurveGroup(kind, tuple(_pictures(facts, kind)), tuple(_missing(facts, kind))) for kind in KINDS)
    return Section("curves", "Curves", Curves(_describe_best_possible(facts), groups))


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


def _pictures(facts: Facts, kind: Kind) -> Iterator[Picture]:
    limit = next(
        (Curve(_BEST, row.x, row.y) for row in facts.results.best_possible.curves if row.kind == kind.key), None
    )
    for classifier in facts.classifiers:
        curves = {
            name: Curve(name, found.x, found.y, found.decision)
            for name in facts.strategies
            if (found := facts.curve(name, classifier, kind.key))
        }
        for panel in charts.part_strategies(facts, tuple(curves)):
            yield _draw(facts, classifier, kind, panel, [curves[name] for name in panel.names], limit)


def _missing(facts: Facts, kind: Kind) -> Iterator[str]:
    """One sentence for all classifiers that lack the curves of the same strategies."""
    lacking: dict[tuple[Name, ...], list[str]] = {}
    for classifier in facts.classifiers:
        absent = tuple(name for name in facts.strategies if not facts.curve(name, classifier, kind.key))
        lacking.setdefault(absent, []).append(classifier.short)
    for absent, classifiers in lacking.items():
        if absent == facts.strategies:
            yield f"With {listed(classifiers)} there is no curve: no run gave scores of both classes."
        elif absent:
            names = listed(name.short for name in absent)
            yield f"With {listed(classifiers)} there is no curve of {names}: no run gave scores."


def _draw(
    facts: Facts, classifier: Name, kind: Kind, panel: charts.Panel, curves: Sequence[Curve], limit: Curve | None
) -> Picture:
    share = percent(facts.test_share)
    reference, told = Curve(name_plainly("no skill"), (0.0, 1.0), (0.0, 1.0)), "what scores at random would give"
    if kind.key == "precision_recall":
        reference = Curve(name_plainly(f"no skill, {share}"), (0.0, 1.0), (facts.test_share,) * 2)
        told = f"the share of minority rows in the test part, {share}: what alarms at random would get"
    over = "Mean curves over splits. " if facts.n_splits > 1 else ""
    above = f" {_LIMIT_WORDS}" if limit else ""
    beside = f"; {facts.baseline.short} is as it is, to compare with" if facts.baseline in panel.names else ""
    inside = _CALIBRATED_WORDS.format(beside) if panel.calibrated else ""
    title = f"{kind.title} with {classifier.short}{panel.words}"
    about = Description(
        _alt(title, kind, curves, limit),
        f"{inside}{over}The dotted line is {told}. {_DECISION_WORDS[kind.key]}{above}",
        _table(f"{kind.key}-{classifier.index}{panel.suffix}", title, kind, curves, limit),
        f"{classifier.short}{panel.words}",
    )
    return charts.draw_curves(curves, (kind.x, kind.y), reference, about, limit)


def _alt(title: str, kind: Kind, curves: Sequence[Curve], limit: Curve | None) -> str:
    parts = "; ".join(
        f"{curve.name.short} {listed(number(_read(curve, at), 2) for at in _READ_AT)}"
        for curve in (*curves, limit)
        if curve
    )
    said = f"{title}. Mean {kind.y} at {kind.x} {listed(f'{at:g}' for at in _READ_AT)}: {parts}."
    decided = [
        f"{curve.name.short} {number(curve.decision[0], 3)} ({kind.y} {number(curve.decision[1], 2)})"
        for curve in curves
        if curve.decision is not None
    ]
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
