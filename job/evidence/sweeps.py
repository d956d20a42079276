"""How far to resample, and what imbalance does: curves over the settings of a sweep, with intervals over splits."""

from __future__ import annotations

from collections.abc import Sequence

from job.data.splitting.splits import Split
from job.evaluation.grid import (
    IMBALANCE,
    INNER_RATIO,
    RATIO,
    RATIO_STEPS,
    SWEEP_SPLITS,
    Study,
    imbalance_ratios,
    swept_strategies,
    thinned_strategies,
)
from job.evaluation.metrics.metric_registry import METRICS
from job.evaluation.studies import LEAST_MINORITY, ratio_of
from job.evidence.curves import build_best_possible
from job.evidence.runs import INTERCEPT_CORRECTED, Measurement, Place, StudyRuns, count_reasons, named
from job.evidence.statistics.family import question_of
from job.results.study_facts import (
    ChosenRatio,
    ImbalanceCurve,
    ImbalanceSweep,
    RatioCurve,
    RatioSweep,
    SweepPoint,
    Sweeps,
    ThinnedSize,
)
from job.spec.job_spec import JobSpec

RATIO_METRICS = ("recall", "precision", "average_precision", "roc_auc", "brier")
IMBALANCE_METRICS = (
    "recall", "average_precision", "roc_auc", "brier_corrected", "log_loss_corrected", "mean_predicted_corrected",
    "calibration_slope", INTERCEPT_CORRECTED,
)  # fmt: skip
_MEDIANS = {metric.name for metric in METRICS if metric.statistic == "median"} | {INTERCEPT_CORRECTED}


def build_sweeps(spec: JobSpec, runs: StudyRuns) -> Sweeps:
    """Summarise both sweeps, each where the spec asks for it."""
    splits = runs.splits[:SWEEP_SPLITS]
    return Sweeps(
        ratio=_sweep_ratio(spec, runs, splits) if spec.evaluation.ratio_sweep else None,
        imbalance=_sweep_imbalance(spec, runs, splits) if spec.evaluation.imbalance_sweep else None,
    )


def _sweep_ratio(spec: JobSpec, runs: StudyRuns, splits: Sequence[Split]) -> RatioSweep:
    strategies, classifiers = (
        tuple(each.label for each in found) for found in (swept_strategies(spec), spec.classifiers)
    )
    return RatioSweep(
        n_splits=len(splits),
        ratios=tuple(ratio_of(step, runs.dataset) for step in range(RATIO_STEPS)),
        strategies=strategies,
        classifiers=classifiers,
        curves=tuple(_ratio_curve(spec, runs, splits, (s, c)) for c in classifiers for s in strategies),
    )


def _ratio_curve(spec: JobSpec, runs: StudyRuns, splits: Sequence[Split], place: Place) -> RatioCurve:
    """At the data's own ratio nothing is resampled, which is baseline's run of the grid."""
    measured = [[runs.measure(spec.baseline.label, place[1], split, None) for split in splits]]
    measured += [
        [runs.measure(*place, split, Study(RATIO, step)) for split in splits] for step in range(1, RATIO_STEPS)
    ]
    points = tuple(
        _point(runs, at_step, splits, ratio_of(step, runs.dataset), RATIO_METRICS)
        for step, at_step in enumerate(measured)
    )
    return RatioCurve(**named(place), points=points, chosen=choose_ratio(spec, runs, splits, place, measured))


def _sweep_imbalance(spec: JobSpec, runs: StudyRuns, splits: Sequence[Split]) -> ImbalanceSweep:
    classifier, ratios = spec.classifiers[0].label, imbalance_ratios(spec)
    strategies = tuple(entry.label for entry in thinned_strategies(spec))
    listed = {spec.baseline.label, *(entry.label for entry in spec.strategies)}

    def point(strategy: str, ratio: float) -> SweepPoint:
        measured = [runs.measure(strategy, classifier, split, Study(IMBALANCE, ratio)) for split in splits]
        return _point(runs, measured, splits, ratio, IMBALANCE_METRICS)

    return ImbalanceSweep(
        n_splits=len(splits),
        classifier=classifier,
        strategies=strategies,
        listed=tuple(label in listed for label in strategies),
        least_minority=LEAST_MINORITY,
        ratios=tuple(ratios),
        sizes=tuple(_sizes(spec, runs, splits, ratio) for ratio in ratios),
        curves=tuple(
            ImbalanceCurve(strategy=label, points=tuple(point(label, ratio) for ratio in ratios))
            for label in strategies
        ),
        best_possible=build_best_possible(runs.dataset, splits).metrics,
    )


def _sizes(spec: JobSpec, runs: StudyRuns, splits: Sequence[Split], ratio: float) -> ThinnedSize:
    """Rows that the thinned training parts have, as baseline saw them; or why there are none."""
    name, classifier = spec.baseline.label, spec.classifiers[0].label
    outcomes = [runs.outcome(name, classifier, split, Study(IMBALANCE, ratio)) for split in splits]
    seen = [(o.n_resampled, o.n_resampled_positive) for o in outcomes if o.n_resampled is not None]
    if not seen:
        return ThinnedSize(ratio=ratio, n_rows=None, n_minority=None, reason=outcomes[0].reason)
    rows, minority = (sum(part[place] or 0 for part in seen) / len(seen) for place in (0, 1))
    return ThinnedSize(ratio=ratio, n_rows=rows, n_minority=minority, reason=None)


def _point(
    runs: StudyRuns, measured: Sequence[Measurement], splits: Sequence[Split], ratio: float, metrics: Sequence[str]
) -> SweepPoint:
    summaries = {
        metric: runs.summarize([each.metrics.get(metric) for each in measured], splits, metric in _MEDIANS)
        for metric in metrics
    }
    return SweepPoint(ratio=ratio, metrics=summaries, reasons=count_reasons(measured))


def choose_ratio(
    spec: JobSpec,
    runs: StudyRuns,
    splits: Sequence[Split],
    place: Place,
    measured: Sequence[Sequence[Measurement]],
) -> ChosenRatio:
    """Choose in each split the ratio with the best primary metric on an inner split of its training part.

    `measured` is what each step came to on the test part of each split. The metric there with the ratio ``chosen``,
    with the data's ``own`` and with ``full`` resampling to 1 is a mean over the splits that have all three. Of equals
    the lowest ratio is taken: it makes the fewest rows.
    """
    metric = spec.evaluation.primary
    steps = [_best_step(spec, runs, split, place, metric) for split in splits]
    kept: list[Split] = []
    readings: tuple[list[float], ...] = ([], [], [])
    for at, (split, step) in enumerate(zip(splits, steps, strict=True)):
        found = () if step is None else (measured[s][at].metrics.get(metric) for s in (step, 0, RATIO_STEPS - 1))
        values = [value for value in found if value is not None]
        if len(values) == len(readings):
            kept.append(split)
            for reading, value in zip(readings, values, strict=True):
                reading.append(value)
    chosen, own, full = (sum(values) / len(kept) if kept else None for values in readings)
    against_own = None
    if own is not None:
        against_own = runs.compare(readings[0], readings[1], kept, question_of(spec).rope_of(metric, own))
    return ChosenRatio(
        metric=metric,
        counts=tuple(steps.count(step) for step in range(RATIO_STEPS)),
        ratios=tuple(None if step is None else ratio_of(step, runs.dataset) for step in steps),
        chosen=chosen,
        own=own,
        full=full,
        n=len(kept),
        against_own=against_own,
    )


def _best_step(spec: JobSpec, runs: StudyRuns, split: Split, place: Place, metric: str) -> int | None:
    best, highest = None, float("-inf")
    for step in range(RATIO_STEPS):
        label = place[0] if step else spec.baseline.label
        value = runs.measure(label, place[1], split, Study(INNER_RATIO, step)).metrics.get(metric)
        if value is not None and value > highest:
            best, highest = step, value
    return best
