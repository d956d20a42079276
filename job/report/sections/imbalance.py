"""What imbalance does: the same number of training rows, ever fewer of them positive."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from job.report.charts.canvas import Picture
from job.report.charts.lines import Sweep, draw_sweep, name_all
from job.report.facts import Facts
from job.report.layout import Line, Name, Section, Table, number_or_dash, tabulate
from job.report.sections.ratio_sweep import first_splits, tell_reasons
from job.results.study_facts import ImbalanceSweep, SweepPoint, ThinnedSize
from job.text import abbreviate, listed, number, plain, sentence

_X = "other rows for each minority row in training"
COLUMNS = {
    "recall": ("Recall", 3, ""),
    "average_precision": ("Average precision", 3, "average_precision"),
    "roc_auc": ("ROC AUC", 3, "roc_auc"),
    "brier_corrected": ("Brier score, corrected", 4, "brier"),
    "log_loss_corrected": ("Log loss, corrected", 3, "log_loss"),
    "mean_predicted_corrected": ("Mean predicted, corrected", 3, ""),
    "calibration_slope": ("Calibration slope", 2, ""),
    "calibration_intercept_corrected": ("Calibration intercept, corrected", 2, ""),
}
"""Metric -> its label, its decimals, and what the best possible classifier has beside it."""
DRAWN = {
    "recall": "Share of the minority rows that were found at the strategy's own decision threshold.",
    "average_precision": "Measures the ranking alone, at no threshold.",
    "brier_corrected": "Computed from probabilities corrected to the true prior; lower is better.",
}
_EFFECTS = {
    "nothing": "imbalance as such does no harm here.",
    "ranking": "average precision falls by at least as large a share as recall, so the ranking suffers.",
    "threshold": "recall falls by over twice the share that average precision does, so it is mostly the threshold.",
    "both": "recall falls by the larger share, average precision by over half of it: threshold and ranking.",
}

Curves = list[tuple[Name, list[SweepPoint]]]


@dataclass(frozen=True)
class Imbalance:
    """The sweep.

    Parameters
    ----------
    splits, n_rows : str
        On which splits it was made, and of how many rows.
    unlisted : str
        Strategies that the job doesn't have otherwise.
    left_out : tuple of str
        Ratios that could not be, with their reasons.
    """

    verdict: tuple[str, ...]
    splits: str
    n_rows: str
    unlisted: str
    confidence: str
    pictures: tuple[Picture, ...]
    table: Table | None
    left_out: tuple[str, ...]
    troubles: tuple[str, ...]


def build(facts: Facts) -> Section:
    """Build the section; it has no content where the spec doesn't ask for it."""
    sweep = facts.results.sweeps.imbalance
    content = None if sweep is None else _content(facts, sweep)
    return Section("imbalance", "Effect of imbalance", content, "" if sweep else "not requested")


def _content(facts: Facts, sweep: ImbalanceSweep) -> Imbalance:
    names = {name.label: name for name in name_all(facts, (curve.strategy for curve in sweep.curves))}
    sizes = {size.ratio: size for size in sweep.sizes if size.reason is None}
    drawn = ((curve.strategy, [point for point in curve.points if point.ratio in sizes]) for curve in sweep.curves)
    curves = [(names[label], points) for label, points in drawn]
    reasons = ((f"{name.short} at {_ratio(point.ratio)}", point.reasons) for name, points in curves for point in points)
    unlisted = [label for label, is_listed in zip(sweep.strategies, sweep.listed, strict=True) if not is_listed]
    left_out = ((_ratio(size.ratio), size.reason) for size in sweep.sizes if size.reason is not None)
    return Imbalance(
        tuple(_verdict(sweep, curves, list(sizes))),
        first_splits(sweep.n_splits),
        next((number(size.n_rows) for size in sizes.values()), ""),
        listed(abbreviate(label, 40) for label in unlisted) if unlisted else "",
        facts.confidence,
        tuple(_draw(sweep, curves, list(sizes))),
        _table(sweep, curves, sizes) if sizes else None,
        tuple(f"{ratio} is left out: {sentence(reason)}" for ratio, reason in left_out),
        tell_reasons(reasons),
    )


def _verdict(sweep: ImbalanceSweep, curves: Curves, ratios: Sequence[float]) -> Iterator[str]:
    """Say in words how far recall falls, and how far the ranking does."""
    if len(ratios) < 2:
        yield "Fewer than two ratios were possible, so there is nothing to compare."
        return
    name, points = curves[0]
    recall, recall_after, ranking, ranking_after = (
        point.metrics[metric].value for metric in ("recall", "average_precision") for point in (points[0], points[-1])
    )
    if sweep.effect not in _EFFECTS:
        yield f"{name.short} has no value at one of the ends, so there is nothing to compare."
        return
    yield (
        f"From {_ratio(ratios[0])} to {_ratio(ratios[-1])}, at the same number of training rows, the recall of "
        f"{name.short} with {abbreviate(sweep.classifier, 40)} goes from {number(recall, 2)} to "
        f"{number(recall_after, 2)}, its average precision from {number(ranking, 3)} to {number(ranking_after, 3)}: "
        f"{_EFFECTS[sweep.effect]}"
    )
    told = []
    for other, points in curves[1:]:
        recall, ranking = (points[-1].metrics[metric].value for metric in ("recall", "average_precision"))
        if recall is not None:
            ranked = f"average precision {number(ranking, 3)}"
            told.append(f"{other.short} has recall {number(recall, 2)} and {ranked}")
    if told:
        yield f"At {_ratio(ratios[-1])}, {listed(told)}."


def _draw(sweep: ImbalanceSweep, curves: Curves, ratios: Sequence[float]) -> Iterator[Picture]:
    labels, known = [_ratio(ratio) for ratio in ratios], _best(sweep)
    for metric, reading in DRAWN.items():
        label, best = COLUMNS[metric][0], known[metric]
        dotted = f" The dotted line is what the best possible classifier would reach, {number(best, 3)}."
        picture = draw_sweep(
            f"imbalance-{metric}",
            label,
            [(name, [point.metrics[metric] for point in points]) for name, points in curves],
            Sweep(_X, "imbalance ratio", ratios, labels, listed(labels or [""])),
            label,
            f"{label}. {reading}{'' if best is None else dotted}",
            metric != "brier_corrected",
            best,
        )
        if picture:
            yield picture


def _best(sweep: ImbalanceSweep) -> dict[str, float | None]:
    """What the best possible classifier has in each column."""
    found = {row.metric: row.value for row in sweep.best_possible}
    return {metric: found.get(of_best) for metric, (_, _, of_best) in COLUMNS.items()}


def _table(sweep: ImbalanceSweep, curves: Curves, sizes: Mapping[float, ThinnedSize]) -> Table:
    lines: list[Line] = []
    footnotes = []
    for name, points in curves:
        for point in points:
            values = [(point.metrics[metric].value, decimals) for metric, (_, decimals, _) in COLUMNS.items()]
            cells = [number_or_dash(sizes[point.ratio].n_minority, 0), *(number_or_dash(*each) for each in values)]
            lines.append((f"{name.short} at {_ratio(point.ratio)}", cells))
    if any(point.metrics[metric].value is None for _, points in curves for point in points for metric in COLUMNS):
        footnotes.append(("a", "No split has a value: no run has such a score, or it has no finite solution."))
    best = _best(sweep)
    if any(value is not None for value in best.values()):
        of_best = (number_or_dash(best[metric], decimals, "b") for metric, (_, decimals, _) in COLUMNS.items())
        lines.append(("best possible", (number_or_dash(None, 0, "b"), *of_best)))
        footnotes.append(("b", "The posterior has no decision of its own and no training rows, and is calibrated."))
    headings = ("Minority rows in training", *(label for label, _, _ in COLUMNS.values()))
    caption = f"Every ratio with {abbreviate(sweep.classifier, 40)}, mean over splits"
    return tabulate("imbalance-all", caption, headings, lines, tuple(footnotes), first="Strategy and ratio")


def _ratio(value: float) -> str:
    return f"{plain(value)}:1"
