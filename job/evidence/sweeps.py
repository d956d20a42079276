"""How far to resample, and what imbalance does: curves over the settings of a sweep, with intervals over splits."""

from collections.abc import Sequence
from dataclasses import replace

from job.data.splits import Split
from job.evaluation import grid
from job.evaluation.grid import LEAST_MINORITY, Study, ratio_of
from job.evaluation.metrics.metric_registry import METRICS
from job.evidence.curves import build_best_possible
from job.evidence.runs import INTERCEPT_CORRECTED, Measurement, Place, StudyRuns, count_reasons, named
from job.evidence.statistics.family import question_of
from job.results import study_facts as facts
from job.spec.job_spec import JobSpec

RATIO_METRICS = ("recall", "precision", "average_precision", "roc_auc", "brier")
IMBALANCE_METRICS = (
    "recall", "average_precision", "roc_auc", "brier_corrected", "log_loss_corrected", "mean_predicted_corrected",
    "calibration_slope", INTERCEPT_CORRECTED,
)  # fmt: skip
_NOTHING = 0.02  # a fall in recall or average precision that nobody would notice
_SURE = 0.95
_MEDIANS = {metric.name for metric in METRICS if metric.statistic == "median"} | {INTERCEPT_CORRECTED}


def build_sweeps(spec: JobSpec, runs: StudyRuns) -> facts.Sweeps:
    """Summarise both sweeps, each where the spec asks for it."""
    runs = replace(runs, splits=runs.splits[: grid.SWEEP_SPLITS])
    ratio = _sweep_ratio(spec, runs) if spec.evaluation.ratio_sweep else None
    imbalance = _sweep_imbalance(spec, runs) if spec.evaluation.imbalance_sweep else None
    return facts.Sweeps(ratio=ratio, imbalance=imbalance)


def _sweep_ratio(spec: JobSpec, runs: StudyRuns) -> facts.RatioSweep:
    strategies = tuple(entry.label for entry in grid.swept_strategies(spec))
    classifiers = tuple(entry.label for entry in grid.study_classifiers(spec)[0])
    return facts.RatioSweep(
        n_splits=len(runs.splits),
        ratios=tuple(ratio_of(step, runs.dataset) for step in range(grid.RATIO_STEPS)),
        strategies=strategies,
        classifiers=classifiers,
        curves=tuple(_ratio_curve(spec, runs, (s, c)) for c in classifiers for s in strategies),
    )


def _ratio_curve(spec: JobSpec, runs: StudyRuns, place: Place) -> facts.RatioCurve:
    """At the data's own ratio nothing is resampled, which is baseline's run of the grid."""
    own = None if grid.study_classifiers(spec)[1] else Study(grid.RATIO, 0)
    measured = [runs.measure_all(spec.baseline.label, place[1], own)]
    measured += [runs.measure_all(*place, Study(grid.RATIO, step)) for step in range(1, grid.RATIO_STEPS)]
    steps = [(at_step, ratio_of(step, runs.dataset)) for step, at_step in enumerate(measured)]
    points = tuple(_point(runs, at_step, ratio, RATIO_METRICS) for at_step, ratio in steps)
    return facts.RatioCurve(**named(place), points=points, chosen=choose_ratio(spec, runs, place, measured))


def _sweep_imbalance(spec: JobSpec, runs: StudyRuns) -> facts.ImbalanceSweep:
    classifier, ratios = grid.study_classifiers(spec)[0][0].label, tuple(grid.imbalance_ratios(spec))
    strategies = tuple(entry.label for entry in grid.thinned_strategies(spec))
    listed = {spec.baseline.label, *(entry.label for entry in spec.strategies)}

    def point(strategy: str, ratio: float) -> facts.SweepPoint:
        measured = runs.measure_all(strategy, classifier, Study(grid.IMBALANCE, ratio))
        return _point(runs, measured, ratio, IMBALANCE_METRICS)

    found = facts.ImbalanceSweep(
        n_splits=len(runs.splits),
        classifier=classifier,
        strategies=strategies,
        listed=tuple(label in listed for label in strategies),
        least_minority=LEAST_MINORITY,
        ratios=ratios,
        sizes=tuple(_sizes(spec.baseline.label, classifier, runs, ratio) for ratio in ratios),
        curves=tuple(
            facts.ImbalanceCurve(strategy=label, points=tuple(point(label, ratio) for ratio in ratios))
            for label in strategies
        ),
        best_possible=build_best_possible(runs.dataset, runs.splits).metrics,
    )
    return found.model_copy(update={"effect": name_effect(found)})


def name_effect(sweep: facts.ImbalanceSweep) -> str:
    """Weigh what imbalance costs in recall, which moves with the threshold, against what it costs in the ranking."""
    kept = {size.ratio for size in sweep.sizes if size.reason is None}
    points = [point.metrics for point in sweep.curves[0].points if point.ratio in kept]
    ends = [(points[0][name].value, points[-1][name].value) for name in ("recall", "average_precision") if points[1:]]
    lost = [(had - has) / had if had else 0.0 for had, has in ends if had is not None and has is not None]
    if len(lost) < 2:
        return "unknown"
    recall, ranking = lost
    if max(lost) <= _NOTHING:
        return "nothing"
    if recall <= ranking:
        return "ranking"
    return "threshold" if ranking <= recall / 2 else "both"


def _sizes(baseline: str, classifier: str, runs: StudyRuns, ratio: float) -> facts.ThinnedSize:
    """Rows that the thinned training parts have, as baseline saw them; or why there are none."""
    outcomes = [runs.outcome(baseline, classifier, split, Study(grid.IMBALANCE, ratio)) for split in runs.splits]
    seen = [(o.n_resampled, o.n_resampled_positive) for o in outcomes if o.n_resampled is not None]
    if not seen:
        return facts.ThinnedSize(ratio=ratio, n_rows=None, n_minority=None, reason=outcomes[0].reason)
    rows, minority = (sum(part[place] or 0 for part in seen) / len(seen) for place in (0, 1))
    return facts.ThinnedSize(ratio=ratio, n_rows=rows, n_minority=minority, reason=None)


def _point(runs: StudyRuns, measured: Sequence[Measurement], ratio: float, metrics: Sequence[str]) -> facts.SweepPoint:
    found = {name: runs.summarize([each.metrics.get(name) for each in measured], name in _MEDIANS) for name in metrics}
    return facts.SweepPoint(ratio=ratio, metrics=found, reasons=count_reasons(measured))


def choose_ratio(
    spec: JobSpec, runs: StudyRuns, place: Place, measured: Sequence[Sequence[Measurement]]
) -> facts.ChosenRatio:
    """Choose in each split the ratio with the best primary metric on an inner split of its training part.

    `measured` is what each step came to on the test part of each split. The metric there with the ratio ``chosen``,
    with the data's ``own`` and with ``full`` resampling to 1 is a mean over the splits that have all three. Of equals
    the lowest ratio is taken: it makes the fewest rows.
    """
    metric = spec.evaluation.primary
    steps = [_best_step(spec, runs, split, place, metric) for split in runs.splits]
    kept: list[Split] = []
    readings: tuple[list[float], ...] = ([], [], [])
    for at, step in enumerate(steps):
        compared = () if step is None else (step, 0, grid.RATIO_STEPS - 1)
        values = [value for s in compared if (value := measured[s][at].metrics.get(metric)) is not None]
        if len(values) == len(readings):
            kept.append(runs.splits[at])
            for reading, value in zip(readings, values, strict=True):
                reading.append(value)
    chosen, own, full = (sum(values) / len(kept) if kept else None for values in readings)
    against_own = None
    if own is not None:
        told = runs.compare(readings[0], readings[1], kept, question_of(spec).rope_of(metric, own))
        against_own = told.model_copy(update={"code": name_worth(told)})
    return facts.ChosenRatio(
        metric=metric,
        counts=tuple(steps.count(step) for step in range(grid.RATIO_STEPS)),
        ratios=tuple(None if step is None else ratio_of(step, runs.dataset) for step in steps),
        chosen=chosen,
        own=own,
        full=full,
        n=len(kept),
        against_own=against_own,
    )


def name_worth(against: facts.AgainstOwn) -> str:
    """Say what choosing a ratio gains over no resampling, as far as the splits can tell."""
    lower, upper, difference = against.lower or 0.0, against.upper or 0.0, against.difference or 0.0
    if (against.probability_equivalent or 0.0) > _SURE:
        return "same"
    if lower > 0 and difference > against.rope:
        return "helps"
    return "harms" if upper < 0 and difference < -against.rope else "open"


def _best_step(spec: JobSpec, runs: StudyRuns, split: Split, place: Place, metric: str) -> int | None:
    best, highest = None, float("-inf")
    for step in range(grid.RATIO_STEPS):
        label = place[0] if step else spec.baseline.label
        value = runs.measure(label, place[1], split, Study(grid.INNER_RATIO, step)).metrics.get(metric)
        if value is not None and value > highest:
            best, highest = step, value
    return best
