"""How far to resample, and what imbalance does: curves over the settings of a sweep, with intervals over splits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from job.data.splits import Split
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
from job.evidence.statistics.family import question_of
from job.evidence.study_runs import INTERCEPT_CORRECTED, Measurement, StudyRuns, count_reasons
from job.spec.job_spec import JobSpec

RATIO_METRICS = ("recall", "precision", "average_precision", "roc_auc", "brier")
IMBALANCE_METRICS = (
    "recall",
    "average_precision",
    "roc_auc",
    "brier_corrected",
    "log_loss_corrected",
    "mean_predicted_corrected",
    "calibration_slope",
    INTERCEPT_CORRECTED,
)
_MEDIANS = {metric.name for metric in METRICS if metric.statistic == "median"} | {INTERCEPT_CORRECTED}


def build_sweeps(spec: JobSpec, runs: StudyRuns) -> dict[str, Any]:
    """Summarise both sweeps.

    Returns
    -------
    dict
        ``ratio`` and ``imbalance``, each null where the spec doesn't ask for it.
    """
    splits = runs.splits[:SWEEP_SPLITS]
    return {
        "ratio": _sweep_ratio(spec, runs, splits) if spec.evaluation.ratio_sweep else None,
        "imbalance": _sweep_imbalance(spec, runs, splits) if spec.evaluation.imbalance_sweep else None,
    }


def _sweep_ratio(spec: JobSpec, runs: StudyRuns, splits: Sequence[Split]) -> dict[str, Any]:
    return {
        "n_splits": len(splits),
        "ratios": [ratio_of(step, runs.dataset) for step in range(RATIO_STEPS)],
        "strategies": [entry.label for entry in swept_strategies(spec)],
        "classifiers": [entry.label for entry in spec.classifiers],
        "curves": [
            _ratio_curve(spec, runs, splits, (strategy.label, classifier.label))
            for classifier in spec.classifiers
            for strategy in swept_strategies(spec)
        ],
    }


def _ratio_curve(spec: JobSpec, runs: StudyRuns, splits: Sequence[Split], names: tuple[str, str]) -> dict[str, Any]:
    """At the data's own ratio nothing is resampled, which is baseline's run of the grid."""
    strategy, classifier = names
    measured = [[runs.measure(spec.baseline.label, classifier, split, None) for split in splits]]
    measured += [
        [runs.measure(strategy, classifier, split, Study(RATIO, step)) for split in splits]
        for step in range(1, RATIO_STEPS)
    ]
    points = [
        _point(runs, at_step, splits, ratio_of(step, runs.dataset), RATIO_METRICS)
        for step, at_step in enumerate(measured)
    ]
    chosen = choose_ratio(spec, runs, splits, names, measured)
    return {"strategy": strategy, "classifier": classifier, "points": points, "chosen": chosen}


def _sweep_imbalance(spec: JobSpec, runs: StudyRuns, splits: Sequence[Split]) -> dict[str, Any]:
    classifier, ratios = spec.classifiers[0].label, imbalance_ratios(spec)
    strategies = [entry.label for entry in thinned_strategies(spec)]
    listed = {spec.baseline.label, *(entry.label for entry in spec.strategies)}

    def measure(strategy: str, ratio: float) -> list[Measurement]:
        return [runs.measure(strategy, classifier, split, Study(IMBALANCE, ratio)) for split in splits]

    return {
        "n_splits": len(splits),
        "classifier": classifier,
        "strategies": strategies,
        "listed": [label in listed for label in strategies],
        "least_minority": LEAST_MINORITY,
        "ratios": list(ratios),
        "sizes": [_sizes(spec, runs, splits, ratio) for ratio in ratios],
        "curves": [
            {
                "strategy": label,
                "points": [_point(runs, measure(label, ratio), splits, ratio, IMBALANCE_METRICS) for ratio in ratios],
            }
            for label in strategies
        ],
        "best_possible": build_best_possible(runs.dataset, splits)["metrics"],
    }


def _sizes(spec: JobSpec, runs: StudyRuns, splits: Sequence[Split], ratio: float) -> dict[str, Any]:
    """Rows that the thinned training parts have, as baseline saw them; or why there are none."""
    name, classifier = spec.baseline.label, spec.classifiers[0].label
    outcomes = [runs.outcome(name, classifier, split, Study(IMBALANCE, ratio)) for split in splits]
    seen = [(o.n_resampled, o.n_resampled_positive) for o in outcomes if o.n_resampled is not None]
    if not seen:
        return {"ratio": ratio, "n_rows": None, "n_minority": None, "reason": outcomes[0].reason}
    rows, minority = (sum(part[place] or 0 for part in seen) / len(seen) for place in (0, 1))
    return {"ratio": ratio, "n_rows": rows, "n_minority": minority, "reason": None}


def _point(
    runs: StudyRuns, measured: Sequence[Measurement], splits: Sequence[Split], ratio: float, metrics: Sequence[str]
) -> dict[str, Any]:
    summaries = {
        metric: runs.summarize([each.metrics.get(metric) for each in measured], splits, metric in _MEDIANS)
        for metric in metrics
    }
    return {"ratio": ratio, "metrics": summaries, "reasons": count_reasons(measured)}


def choose_ratio(
    spec: JobSpec,
    runs: StudyRuns,
    splits: Sequence[Split],
    names: tuple[str, str],
    measured: Sequence[Sequence[Measurement]],
) -> dict[str, Any]:
    """Choose in each split the ratio with the best primary metric on an inner split of its training part.

    Parameters
    ----------
    names : (str, str)
        Labels of strategy and classifier.
    measured : sequence of sequence of Measurement
        What each step came to on the test part of each split.

    Returns
    -------
    dict
        ``metric``, the primary one; ``counts``, how often each step was chosen; ``ratios``, the one chosen in each
        split, null where no step has a value; the metric on the test parts with the ratio ``chosen`` there, with the
        data's ``own`` ratio, and with ``full`` resampling to 1, each over the ``n`` splits that have all three; and
        ``against_own``, chosen less own as in `StudyRuns.compare`. Of equals the lowest ratio is taken: it makes the
        fewest rows.
    """
    metric = spec.evaluation.primary
    steps = [_best_step(spec, runs, split, names, metric) for split in splits]
    complete = []
    for place, (split, step) in enumerate(zip(splits, steps, strict=True)):
        if step is not None:
            found = (measured[at][place].metrics.get(metric) for at in (step, 0, RATIO_STEPS - 1))
            values = [value for value in found if value is not None]
            if len(values) == 3:
                complete.append((split, values))
    kept = [split for split, _ in complete]
    readings = {name: [values[place] for _, values in complete] for place, name in enumerate(("chosen", "own", "full"))}
    means = {name: sum(values) / len(values) if values else None for name, values in readings.items()}
    against_own = None
    if means["own"] is not None:
        rope = question_of(spec).rope_of(metric, means["own"])
        against_own = runs.compare(readings["chosen"], readings["own"], kept, rope)
    return {
        "metric": metric,
        "counts": [steps.count(step) for step in range(RATIO_STEPS)],
        "ratios": [None if step is None else ratio_of(step, runs.dataset) for step in steps],
        **means,
        "n": len(complete),
        "against_own": against_own,
    }


def _best_step(spec: JobSpec, runs: StudyRuns, split: Split, names: tuple[str, str], metric: str) -> int | None:
    strategy, classifier = names
    best, highest = None, float("-inf")
    for step in range(RATIO_STEPS):
        label = strategy if step else spec.baseline.label
        value = runs.measure(label, classifier, split, Study(INNER_RATIO, step)).metrics.get(metric)
        if value is not None and value > highest:
            best, highest = step, value
    return best
