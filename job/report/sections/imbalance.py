"""What imbalance does: the same number of training rows, ever fewer of them positive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from job.report.charts.canvas import Picture
from job.report.charts.lines import Scale, draw_lines
from job.report.facts import Facts, Found
from job.report.layout import Line, Name, Number, Section, Table, tabulate
from job.report.sections import sweep_tables
from job.text import abbreviate, abbreviate_all, listed, number, plain, sentence

_X = "other rows for each minority row in training"
DRAWN = (
    ("recall", "Recall", "Share of the minority rows that were found at the strategy's own decision.", True),
    ("average_precision", "Average precision", "Of the ranking alone, whatever the threshold.", True),
    (
        "brier_corrected",
        "Brier score, corrected",
        "Of probabilities corrected to the true prior; lower is better.",
        False,
    ),
)
COLUMNS = (
    ("recall", "Recall", 3),
    ("average_precision", "Average precision", 3),
    ("roc_auc", "ROC AUC", 3),
    ("brier_corrected", "Brier score, corrected", 4),
    ("log_loss_corrected", "Log loss, corrected", 3),
    ("mean_predicted_corrected", "Mean predicted, corrected", 3),
    ("calibration_slope", "Calibration slope", 2),
    ("calibration_intercept_corrected", "Calibration intercept, corrected", 2),
)
_OF_THE_BEST = {
    "average_precision": "average_precision",
    "roc_auc": "roc_auc",
    "brier_corrected": "brier",
    "log_loss_corrected": "log_loss",
}
_LESS_THAN_HALF = 0.5
_NOTHING = 0.02  # a fall in recall or average precision that nobody would notice


@dataclass(frozen=True)
class Imbalance:
    """The sweep.

    Parameters
    ----------
    missing : str
        Why there is none; nothing where there is one.
    left_out : tuple of str
        Ratios that could not be, with their reasons.
    """

    missing: str = ""
    verdict: tuple[str, ...] = ()
    how: str = ""
    pictures: tuple[Picture, ...] = ()
    table: Table | None = None
    left_out: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()


def build(facts: Facts) -> Section:
    """Build the section."""
    title = "Impact of imbalance"
    sweep = (facts.results.get("sweeps") or {}).get("imbalance")
    if not sweep:
        missing = (
            "Not asked for. List ratios under evaluation.imbalance_sweep, [1, 2, 5, 10] say, and the training part is "
            "thinned to each of them at the same number of rows."
        )
        return Section("imbalance", title, Imbalance(missing))
    curves = _kept_curves(facts, sweep)
    sizes = [size for size in sweep["sizes"] if size["reason"] is None]
    content = Imbalance(
        verdict=_verdict(sweep, curves, sizes),
        how=_how(facts, sweep, sizes),
        pictures=tuple(picture for drawn in DRAWN if (picture := _draw(sweep, curves, sizes, drawn)) is not None),
        table=_table(sweep, curves, sizes) if sizes else None,
        left_out=tuple(
            f"{_ratio(size['ratio'])} is left out: {sentence(str(size['reason']))}"
            for size in sweep["sizes"]
            if size["reason"] is not None
        ),
        troubles=sweep_tables.gather_reasons(
            (f"{name.short} at {_ratio(point['ratio'])}", point["reasons"])
            for name, points in curves
            for point in points
        ),
    )
    return Section("imbalance", title, content)


def _kept_curves(facts: Facts, sweep: Found) -> list[tuple[Name, list[Found]]]:
    """Each strategy by its name on the page, with the points of those ratios that could be."""
    known = {name.label: name for name in facts.strategies}
    labels = [str(curve["strategy"]) for curve in sweep["curves"]]
    short = dict(zip(labels, abbreviate_all(labels, 24), strict=True))
    looks = facts.further_looks(len(labels))
    kept = {size["ratio"] for size in sweep["sizes"] if size["reason"] is None}
    return [
        (
            known.get(label) or Name(label, short[label], len(facts.strategies) + place, looks[place]),
            [point for point in curve["points"] if point["ratio"] in kept],
        )
        for place, (label, curve) in enumerate(zip(labels, sweep["curves"], strict=True))
    ]


def _verdict(sweep: Found, curves: Sequence[tuple[Name, Sequence[Found]]], sizes: Sequence[Found]) -> tuple[str, ...]:
    """Say in words how far recall falls, and how far the ranking does."""
    if len(sizes) < 2:
        return ("Fewer than two ratios could be had, so there is nothing to compare.",)
    name, points = curves[0]
    ends = [
        [point["metrics"][metric]["value"] for point in (points[0], points[-1])]
        for metric in ("recall", "average_precision")
    ]
    if any(value is None for pair in ends for value in pair):
        return (f"{name.short} has no value at one of the ends, so there is nothing to compare.",)
    (recall, recall_after), (ranking, ranking_after) = ends
    shortened = abbreviate(str(sweep["classifier"]), 40)
    told = (
        f"From {_ratio(sizes[0]['ratio'])} to {_ratio(sizes[-1]['ratio'])}, at the same number of training rows, the "
        f"recall of {name.short} with {shortened} goes from {number(recall, 2)} to {number(recall_after, 2)}, its "
        f"average precision from {number(ranking, 3)} to {number(ranking_after, 3)}: "
        f"{_meaning(recall, recall_after, ranking, ranking_after)}"
    )
    others = [
        f"{other.short} has recall {number(at[-1]['metrics']['recall']['value'], 2)} and average precision "
        f"{number(at[-1]['metrics']['average_precision']['value'], 3)}"
        for other, at in curves[1:]
        if at[-1]["metrics"]["recall"]["value"] is not None
    ]
    return (told, *([f"At {_ratio(sizes[-1]['ratio'])}, {listed(others)}."] if others else []))


def _meaning(recall: float, recall_after: float, ranking: float, ranking_after: float) -> str:
    lost_recall = (recall - recall_after) / recall if recall else 0.0
    lost_ranking = (ranking - ranking_after) / ranking if ranking else 0.0
    if lost_recall <= _NOTHING and lost_ranking <= _NOTHING:
        return "imbalance as such does no harm here."
    if lost_recall <= lost_ranking:
        return "imbalance costs the ranking at least as much as it moves the threshold."
    if lost_ranking <= _LESS_THAN_HALF * lost_recall:
        return "imbalance moves the threshold more than the ranking."
    return "imbalance moves the threshold, and it costs the ranking nearly as much."


def _how(facts: Facts, sweep: Found, sizes: Sequence[Found]) -> str:
    rows = f"{number(sizes[0]['n_rows'], 0)} rows, " if sizes else ""
    unlisted = [
        abbreviate(str(label), 40)
        for label, listed_ in zip(sweep["strategies"], sweep["listed"], strict=True)
        if not listed_
    ]
    added = (
        f" {listed(unlisted)} with default parameters: this job's strategies don't have it otherwise."
        if unlisted
        else ""
    )
    return (
        f"On {sweep_tables.first_splits(sweep['n_splits'])}, the training part was thinned to {rows}twice its "
        "minority, with both classes drawn at random, so that only the mix differs; the test part is untouched. "
        "Probabilities are corrected to the prior of the whole training part, which is exact for class weights and "
        "random over- and under-sampling only; “calibrated: true” doesn't rest on it. Strokes are "
        f"{facts.confidence} intervals of the mean over splits that share rows; the last two columns are "
        f"medians.{added}"
    )


def _draw(
    sweep: Found,
    curves: Sequence[tuple[Name, Sequence[Found]]],
    sizes: Sequence[Found],
    drawn: tuple[str, str, str, bool],
) -> Picture | None:
    metric, label, reading, is_share = drawn
    lines = [sweep_tables.line_of(name, points, metric) for name, points in curves]
    if not any(value is not None for line in lines for value in line.y):
        return None
    settings = [_ratio(size["ratio"]) for size in sizes]
    scale = Scale(_X, sweep_tables.in_lower_case(label), tuple(float(size["ratio"]) for size in sizes), is_share)
    best = _best(sweep, metric)
    told = f" The best possible has {number(best, 3)}." if best is not None else ""
    dotted = f" The dotted line is what the best possible classifier would reach, {number(best, 3)}." if told else ""
    alt = f"{label} at {listed(settings)}: {sweep_tables.tell_points(lines)}.{told}"
    table = sweep_tables.points_table(f"imbalance-{metric}", f"{label} at each imbalance ratio", settings, lines)
    reference = None if best is None else ("best possible", best)
    return draw_lines(lines, scale, reference, alt, f"{label}. {reading}{dotted}", table)


def _best(sweep: Found, metric: str) -> float | None:
    wanted = _OF_THE_BEST.get(metric)
    return next((row["value"] for row in sweep["best_possible"] if row["metric"] == wanted), None)


def _table(sweep: Found, curves: Sequence[tuple[Name, Sequence[Found]]], sizes: Sequence[Found]) -> Table:
    lines: list[Line] = []
    missing = False
    for name, points in curves:
        for point, size in zip(points, sizes, strict=True):
            cells = [_cell(point["metrics"][metric]["value"], decimals) for metric, _, decimals in COLUMNS]
            missing = missing or any(cell.footnote for cell in cells)
            lines.append((f"{name.short} at {_ratio(point['ratio'])}", (Number(size["n_minority"]), *cells)))
    best = [_best(sweep, metric) for metric, _, _ in COLUMNS]
    if any(value is not None for value in best):
        of_best = (_cell(value, decimals, "b") for value, (_, _, decimals) in zip(best, COLUMNS, strict=True))
        lines.append(("best possible", (Number(None, footnote="b"), *of_best)))
    footnotes = []
    if missing:
        footnotes.append(("a", "No split has a value: no run has such a score, or it has no finite solution."))
    if any(value is not None for value in best):
        footnotes.append(("b", "The posterior has no decision of its own and no training rows, and is calibrated."))
    headings = ("Minority rows in training", *(label for _, label, _ in COLUMNS))
    caption = f"Every ratio with {abbreviate(str(sweep['classifier']), 40)}, mean over splits"
    return tabulate("imbalance-all", caption, headings, lines, tuple(footnotes), first="Strategy and ratio")


def _cell(value: float | None, decimals: int, letter: str = "a") -> Number:
    return Number(value, decimals, footnote="" if value is not None else letter)


def _ratio(value: float) -> str:
    return f"{plain(float(value))}:1"
