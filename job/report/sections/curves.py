"""Precision-recall and ROC curves, mean over splits, and the best possible classifier where it is known."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from job.report.charts.canvas import Picture
from job.report.charts.figures import Curve, draw_curves
from job.report.charts.panels import Panel, part_strategies
from job.report.facts import Facts, Found, fallback_decimals
from job.report.layout import Line, Name, Number, Section, Table, tabulate
from job.text import decimals_for, listed, number, percent, sentence

_NAME = Name("best possible", "best possible", 0)
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


def describe_best_possible(facts: Facts) -> str:
    """Say what the best possible classifier reaches, or why that isn't known."""
    found = facts.results["best_possible"]
    if found["reason"]:
        return sentence(str(found["reason"]))
    values = listed(_value(row) for row in found["metrics"])
    over = "on average over the same test parts" if facts.n_splits > 1 else "on the same test part"
    return (
        f"The data was drawn from a known mixture, so the best possible classifier is known too: {over} its scores, "
        f"the true probabilities, have {values}. A strategy can be ahead of it by luck only."
    )


def best_possible_curve(facts: Facts, kind: str) -> Curve | None:
    """Find the mean curve of the best possible classifier.

    Returns
    -------
    Curve or None
        None where the truth isn't known, or no test part has rows of both classes.
    """
    rows = (row for row in facts.results["best_possible"]["curves"] if row["kind"] == kind)
    row = next(rows, None)
    return None if row is None else Curve(_NAME, tuple(row["x"]), tuple(row["y"]))


def _value(row: Found) -> str:
    metric = str(row["metric"])
    if row["value"] is None:
        return f"no {_WORDS[metric]} ({row['reason']})"
    decimals = decimals_for(row["sd"], fallback_decimals(metric))
    spread = f" ± {number(row['sd'], decimals)}" if row["sd"] is not None else ""
    return f"{_WORDS[metric]} {number(row['value'], decimals)}{spread}"


@dataclass(frozen=True)
class Kind:
    """One kind of curve.

    Parameters
    ----------
    key : str
        As in the results.
    x, y : str
        What the axes measure.
    metric : str
        The metric that sums the curve up.
    decides : str
        The metric of the decision that x measures.
    """

    key: str
    title: str
    reading: str
    x: str
    y: str
    metric: str
    decides: str


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
        "average_precision",
        "recall",
    ),
    Kind(
        "roc",
        "Recall against false alarms (ROC)",
        "The same thresholds, by the share of the other rows that raise a false alarm. With a rare minority even a "
        "small share is many rows: read the left edge.",
        "false-alarm rate",
        "recall",
        "roc_auc",
        "specificity",
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
    return Section(
        "curves", "Curves", Curves(describe_best_possible(facts), tuple(_group(facts, kind) for kind in KINDS))
    )


def _group(facts: Facts, kind: Kind) -> CurveGroup:
    pictures = (picture for classifier in facts.classifiers for picture in _pictures(facts, classifier, kind))
    return CurveGroup(kind, tuple(pictures), _missing(facts, kind))


def _pictures(facts: Facts, classifier: Name, kind: Kind) -> Iterator[Picture]:
    curves = {curve.name: curve for curve in _curves(facts, classifier, kind)}
    for panel in part_strategies(facts, tuple(curves)):
        yield _draw(facts, classifier, kind, panel, [curves[name] for name in panel.names])


def _missing(facts: Facts, kind: Kind) -> tuple[str, ...]:
    """One sentence for all classifiers that lack the curves of the same strategies."""
    lacking: dict[tuple[Name, ...], list[str]] = {}
    for classifier in facts.classifiers:
        absent = tuple(name for name in facts.strategies if not facts.curve(name, classifier, kind.key))
        lacking.setdefault(absent, []).append(classifier.short)
    sentences = []
    for absent, classifiers in lacking.items():
        if len(absent) == len(facts.strategies):
            sentences.append(f"With {listed(classifiers)} there is no curve: no run gave scores of both classes.")
        elif absent:
            names = listed(name.short for name in absent)
            sentences.append(f"With {listed(classifiers)} there is no curve of {names}: no run gave scores.")
    return tuple(sentences)


def _curves(facts: Facts, classifier: Name, kind: Kind) -> list[Curve]:
    found = ((strategy, facts.curve(strategy, classifier, kind.key)) for strategy in facts.strategies)
    return [
        Curve(strategy, tuple(row["x"]), tuple(row["y"]), _decision(facts, strategy, classifier, kind, row))
        for strategy, row in found
        if row
    ]


def _decision(facts: Facts, strategy: Name, classifier: Name, kind: Kind, curve: Found) -> tuple[float, float] | None:
    """Where on its own curve the strategy decides, on average: at its recall, or at its false-alarm rate."""
    summary = facts.summary(strategy, classifier, kind.decides)
    if summary is None or summary["value"] is None:
        return None
    at = float(summary["value"]) if kind.decides == "recall" else 1 - float(summary["value"])
    return at, _interpolate(curve["x"], curve["y"], at)


def _interpolate(x: Sequence[float], y: Sequence[float], at: float) -> float:
    right = min(max(bisect_left(x, at), 1), len(x) - 1)
    share = (at - x[right - 1]) / (x[right] - x[right - 1])
    return y[right - 1] + share * (y[right] - y[right - 1])


def _draw(facts: Facts, classifier: Name, kind: Kind, panel: Panel, curves: Sequence[Curve]) -> Picture:
    title = f"{kind.title} with {classifier.short}{panel.words}"
    over = "Mean curves over splits. " if facts.n_splits > 1 else ""
    limit = best_possible_curve(facts, kind.key)
    above = f" {_LIMIT_WORDS}" if limit else ""
    beside = f"; {facts.baseline.short} is as it is, to compare with" if facts.baseline in panel.names else ""
    inside = _CALIBRATED_WORDS.format(beside) if panel.calibrated else ""
    caption = f"{inside}{over}{_reference_words(facts, kind)} {_DECISION_WORDS[kind.key]}{above}"
    picture = draw_curves(
        curves,
        (kind.x, kind.y),
        _reference(facts, kind),
        _alt(title, kind, curves, limit),
        caption,
        _table(f"{kind.key}-{classifier.index}{panel.suffix}", title, kind, curves, limit),
        limit,
    )
    return replace(picture, title=f"{classifier.short}{panel.words}")


def _reference(facts: Facts, kind: Kind) -> Curve:
    if kind.key == "roc":
        return Curve(Name("no skill", "no skill", 0), (0.0, 1.0), (0.0, 1.0))
    share = facts.test_share
    name = f"no skill, {percent(share)}"
    return Curve(Name(name, name, 0), (0.0, 1.0), (share, share))


def _reference_words(facts: Facts, kind: Kind) -> str:
    if kind.key == "roc":
        return "The dotted line is what scores at random would give."
    share = percent(facts.test_share)
    return f"The dotted line is the share of minority rows in the test part, {share}: what alarms at random would get."


def _alt(title: str, kind: Kind, curves: Sequence[Curve], limit: Curve | None) -> str:
    parts = []
    for curve in (*curves, *([limit] if limit else [])):
        values = (number(_read(curve, at), 2) for at in _READ_AT)
        parts.append(f"{curve.name.short} {listed(values)}")
    at = listed(f"{at:g}" for at in _READ_AT)
    said = f"{title}. Mean {kind.y} at {kind.x} {at}: {'; '.join(parts)}."
    decided = [
        f"{curve.name.short} {number(curve.decision[0], 3)} ({kind.y} {number(curve.decision[1], 2)})"
        for curve in curves
        if curve.decision is not None
    ]
    return f"{said} Own decisions at {kind.x}: {'; '.join(decided)}." if decided else said


def _read(curve: Curve, at: float) -> float | None:
    nearest = min(range(len(curve.x)), key=lambda index: abs(curve.x[index] - at))
    return curve.y[nearest]


def _table(key: str, caption: str, kind: Kind, curves: Sequence[Curve], limit: Curve | None) -> Table:
    """Strategies in rows, every tenth point in columns: as wide for twelve strategies as for two."""
    places = range(0, len(curves[0].x), _TABLE_STEP)
    headings = (*(f"{curves[0].x[place]:.1f}" for place in places), f"Own {kind.x}", f"{kind.y.capitalize()} there")
    lines: list[Line] = []
    for curve in (*curves, *([limit] if limit else [])):
        values = (*(curve.y[place] for place in places), *(curve.decision or (None, None)))
        lines.append((curve.name.short if curve is limit else curve.name, [Number(value, 3) for value in values]))
    return tabulate(key, f"{caption}: mean {kind.y} at each {kind.x}", headings, lines, of_strategies=True)
