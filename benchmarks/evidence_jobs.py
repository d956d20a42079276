"""Jobs that are judged and never reported: from a spec to comparisons and verdict in one process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from job.data.dataset import Dataset
from job.data.splits import Split, build_splits, settle_split
from job.evaluation.evaluate_unit import evaluate_unit
from job.evaluation.grid import RunKey, build_unit, strategies_of
from job.evaluation.metrics.run_metrics import (
    MetricContext,
    Prediction,
    build_prediction,
    evaluate_metrics,
    metric_context,
)
from job.evidence.runs import collect_runs
from job.evidence.verdict.build_verdict import Judged, judge_strategies
from job.pipeline import load_data
from job.results.job_facts import Run
from job.spec.job_spec import JobSpec

Ended = tuple[JobSpec, Dataset, tuple[Split, ...], list[Run], dict[RunKey, Prediction | None], MetricContext]
"""What `judge_strategies` takes."""

_STRATEGIES = (
    "baseline",
    "class_weight",
    "threshold",
    "smote",
    "custom",
    "ADASYN",
    "BorderlineSMOTE",
    "RandomOverSampler",
)
_CLASSIFIERS = ("logistic_regression", "hist_gradient_boosting", "random_forest")


def judge_job(sections: Mapping[str, Any]) -> Judged:
    """Run a spec in this process and judge it."""
    return judge_strategies(*run_job(sections))


def run_job(sections: Mapping[str, Any]) -> Ended:
    """Run a spec in this process."""
    spec = JobSpec.model_validate(sections)
    spec, dataset = settle_split(spec, load_data(spec, Path()))
    splits = build_splits(dataset, spec.split)
    outcomes = [
        outcome
        for split in splits
        for strategy in strategies_of(spec)
        for outcome in evaluate_unit(build_unit(spec, split, strategy), dataset)
    ]
    by_split = {(split.repeat, split.fold): split for split in splits}
    predictions = {
        outcome.key: build_prediction(outcome, by_split[outcome.key.repeat, outcome.key.fold], dataset)
        for outcome in outcomes
    }
    context = metric_context(spec, dataset)
    runs = collect_runs(outcomes, predictions, splits, dataset, context, spec.baseline.label)
    return spec, dataset, splits, runs, predictions, context


def make_runs_of_a_job(n_repeats: int, n_strategies: int, n_classifiers: int) -> Ended:
    """Make the runs of a job whose scores are drawn, on 2,000 rows.

    Parameters
    ----------
    n_repeats, n_strategies, n_classifiers : int

    Returns
    -------
    tuple
        What `judge_strategies` takes.
    """
    spec = JobSpec.model_validate(
        {
            "data": {"generate": {"kind": "classification", "n_samples": 2000, "weights": [0.9]}},
            "split": {"n_repeats": n_repeats},
            "strategies": list(_STRATEGIES[:n_strategies]),
            "classifiers": list(_CLASSIFIERS[:n_classifiers]),
        }
    )
    dataset = load_data(spec, Path())
    splits = build_splits(dataset, spec.split)
    context = metric_context(spec, dataset)
    luck = np.random.default_rng(0)
    predictions: dict[RunKey, Prediction | None] = {}
    runs = []
    for split in splits:
        for classifier in spec.classifiers:
            for entry in strategies_of(spec):
                key = RunKey(entry.label, classifier.label, split.repeat, split.fold)
                prediction = _draw_prediction(dataset.y[split.test], luck)
                predictions[key] = prediction
                baseline = predictions[RunKey(spec.baseline.label, classifier.label, split.repeat, split.fold)]
                metrics, undefined = evaluate_metrics(prediction, baseline, context)
                runs.append(_make_run(key, split, dataset, metrics, undefined))
    return spec, dataset, splits, runs, predictions, context


def _draw_prediction(y: np.ndarray, luck: np.random.Generator) -> Prediction:
    scores = 1 / (1 + np.exp(2 - 2 * y + luck.normal(size=len(y))))
    return Prediction(y, scores, (scores > 0.5).astype(np.int8), True, 0.1, 0.5)


def _make_run(
    key: RunKey, split: Split, dataset: Dataset, metrics: Mapping[str, float | None], undefined: Mapping[str, str]
) -> Run:
    n_positive = int(dataset.y[split.train].sum())
    return Run(
        strategy=key.strategy,
        classifier=key.classifier,
        repeat=key.repeat,
        fold=key.fold,
        status="ok",
        reason=None,
        warnings=(),
        n_train=len(split.train),
        n_train_positive=n_positive,
        n_resampled=len(split.train),
        n_resampled_positive=n_positive,
        n_synthetic=0,
        n_test=len(split.test),
        n_test_positive=int(dataset.y[split.test].sum()),
        threshold=None,
        metrics=metrics,
        undefined=undefined,
    )
