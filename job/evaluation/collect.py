"""From outcomes to rows of results: every metric of every run, computed after all runs are in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from job.data.dataset import Dataset
from job.data.splitting.splits import Split
from job.evaluation.evaluate import Outcome
from job.evaluation.metrics import MetricContext, Prediction, evaluate_metrics
from job.evaluation.runs import RunKey, Unit
from job.names import METRICS
from job.spec.job_spec import JobSpec

NO_PROBABILITY = "the classifier gives no probabilities; rows are ranked by its decision function"


def metric_context(spec: JobSpec, dataset: Dataset) -> MetricContext:
    """Fill in what metrics need to know beside a run: the costs and the number of alarms.

    Parameters
    ----------
    spec : JobSpec
    dataset : Dataset

    Returns
    -------
    MetricContext
        Where the spec is silent, costs are unknown, and rankings are read at as many alerts as there are minority rows.
    """
    cost, alerts = spec.evaluation.cost, spec.evaluation.alerts_per_1000
    return MetricContext(
        cost_false_negative=None if cost is None else cost.false_negative,
        cost_false_positive=None if cost is None else cost.false_positive,
        alerts_per_1000=1000 * dataset.prevalence if alerts is None else alerts,
    )


def build_prediction(
    outcome: Outcome, split: Split, dataset: Dataset, y: np.ndarray | None = None
) -> Prediction | None:
    """Join a run's scores with the labels of its test rows (or with `y`); None where the run has no scores."""
    if outcome.scores is None or outcome.decisions is None or outcome.prevalence_resampled is None:
        return None
    return Prediction(
        y=dataset.y[split.test] if y is None else y,
        scores=outcome.scores,
        decisions=outcome.decisions,
        is_probability=outcome.is_probability,
        prevalence_train=float(np.mean(dataset.y[split.train])),
        prevalence_resampled=outcome.prevalence_resampled,
        why_no_probability="" if outcome.is_probability else NO_PROBABILITY,
    )


def build_study_prediction(
    outcome: Outcome, split: Split, dataset: Dataset, real_only: bool = False
) -> Prediction | None:
    """Join the scores of a run beside the grid with the labels of the rows that it scored.

    Parameters
    ----------
    outcome : Outcome
    split : Split
        Its whole training part is what probabilities are corrected to, also where a run has seen less of it.
    dataset : Dataset
    real_only : bool
        Whether synthetic rows that were scored are left out.

    Returns
    -------
    Prediction or None
        None where the run has no scores.
    """
    prediction = build_prediction(outcome, split, dataset, outcome.y)
    if prediction is None or not real_only or outcome.is_real is None:
        return prediction
    kept = outcome.is_real
    return replace(
        prediction, y=prediction.y[kept], scores=prediction.scores[kept], decisions=prediction.decisions[kept]
    )


def order_outcomes(units: Iterable[Unit], outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Sort outcomes into the order of the grid, whatever order they came in.

    Raises
    ------
    RuntimeError
        Where a run is missing or came twice: a bug of ours.
    """
    by_key: dict[RunKey, Outcome] = {}
    for outcome in outcomes:
        if outcome.key in by_key:
            raise RuntimeError(f"run {outcome.key} came twice")
        by_key[outcome.key] = outcome
    keys = [key for unit in units for key in unit.keys]
    if missing := [key for key in keys if key not in by_key]:
        raise RuntimeError(f"{len(missing)} of {len(keys)} runs are missing, the first is {missing[0]}")
    return [by_key[key] for key in keys]


def collect_runs(
    outcomes: Iterable[Outcome],
    predictions: Mapping[RunKey, Prediction | None],
    splits: Iterable[Split],
    dataset: Dataset,
    context: MetricContext,
    baseline: str,
) -> list[dict[str, Any]]:
    """Make one row of results for each run.

    Parameters
    ----------
    outcomes : iterable of Outcome
        In the order of the grid.
    predictions : Mapping of RunKey to Prediction or None
    splits : iterable of Split
    dataset : Dataset
    context : MetricContext
    baseline : str
        Label of the strategy that others are compared with.

    Returns
    -------
    list of dict
        As ``runs`` in results.json.
    """
    by_split = {(split.repeat, split.fold): split for split in splits}
    rows = []
    for outcome in outcomes:
        key = outcome.key
        split = by_split[key.repeat, key.fold]
        reference = predictions[RunKey(baseline, key.classifier, key.repeat, key.fold)]
        prediction = predictions[key]
        if prediction is None:  # why stands once, in the row's reason
            metrics: dict[str, float | None] = dict.fromkeys(METRICS)
            undefined: dict[str, str] = {}
        else:
            metrics, undefined = evaluate_metrics(prediction, reference, context)
        rows.append({**_facts(outcome, split, dataset), "metrics": metrics, "undefined": undefined})
    return rows


def _facts(outcome: Outcome, split: Split, dataset: Dataset) -> dict[str, Any]:
    return {
        "strategy": outcome.key.strategy,
        "classifier": outcome.key.classifier,
        "repeat": outcome.key.repeat,
        "fold": outcome.key.fold,
        "status": outcome.status,
        "reason": outcome.reason,
        "warnings": list(outcome.warnings),
        "n_train": len(split.train),
        "n_train_positive": int(dataset.y[split.train].sum()),
        "n_resampled": outcome.n_resampled,
        "n_resampled_positive": outcome.n_resampled_positive,
        "n_synthetic": outcome.n_synthetic,
        "n_test": len(split.test),
        "n_test_positive": int(dataset.y[split.test].sum()),
        "threshold": outcome.threshold,
    }
