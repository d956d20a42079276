"""What every strategy finds, and what that costs, at any number of alarms: equal footing without probabilities."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from job.evaluation.metrics.run_metrics import MetricContext, Prediction
from job.evidence.predictions import Predictions, by_place

_STEPS = (10, 12, 14, 16, 18, 20, 25, 30, 35, 40, 45, 50, 60, 70, 80, 90)
_DECADES_BELOW_BUDGET = 2
_ROUND_OFF = 1e-9  # a rate times a count may miss its whole number by that much
_NO_SCORES = "no run of it has scores"


def build_alarms(
    predictions: Predictions, strategies: Iterable[str], classifiers: Iterable[str], context: MetricContext
) -> dict[str, Any]:
    """Read every strategy × classifier at the same numbers of alarms, means over its splits.

    On each test part the rows with the highest scores raise the alarms, as many as the rate allows. Rows that tie at
    the border count by their expectation, and so does a fraction of a row, as in `recall_at_alerts` [1]_.

    Parameters
    ----------
    strategies, classifiers : iterable of str
        Labels, in the order of tables.

    Returns
    -------
    dict
        As ``alarms`` in results.json. ``rates`` are alarms per 1,000 rows. Each of ``rows`` has, at every rate,
        ``threshold`` (the lowest score that raises an alarm), ``recall``, ``precision``,
        ``false_alarms_per_1000`` and ``expected_cost_per_1000``, null without a cost; ``minority_per_1000``, the
        minority rows among the same test rows; and ``own``, the same where the strategy itself decides, with its
        ``alarms_per_1000``. Means are over the ``n`` splits that have scores, those of recall over splits with
        minority rows, and where a strategy raises no alarm it has neither precision nor threshold. Without any split
        there are no numbers but a ``reason``.

    References
    ----------
    .. [1] McSherry, Najork (2008). Computing information retrieval performance measures efficiently in the presence
       of tied scores. ECIR, section 3.
    """
    rates = alarm_rates(context.alerts_per_1000)
    cells = by_place(predictions)
    rows = [
        {"strategy": strategy, "classifier": classifier}
        | _read([*cells.get((strategy, classifier), {}).values()], rates, context)
        for classifier in classifiers
        for strategy in strategies
    ]
    return {"rates": rates.tolist(), "rows": rows}


def alarm_rates(budget: float) -> np.ndarray:
    """Choose alarm rates whose steps grow with them: from about a hundredth of the budget to every row.

    Parameters
    ----------
    budget : float
        Alarms per 1,000 rows that somebody has time for; one of the rates.

    Returns
    -------
    ndarray
        Alarms per 1,000 rows, rising, the last one 1,000.
    """
    first = min(math.floor(math.log10(budget)) - _DECADES_BELOW_BUDGET, 0)
    rounded = (float(f"{step}e{decade - 1}") for decade in range(first, 3) for step in _STEPS)
    return np.array(sorted({*rounded, float(budget), 1000.0}))


def _read(predictions: list[Prediction], rates: np.ndarray, context: MetricContext) -> dict[str, Any]:
    if not predictions:
        return {"n": 0, "reason": _NO_SCORES}
    at_rates = [_at_rates(prediction, rates) for prediction in predictions]
    own = [_own(prediction) for prediction in predictions]
    return {
        "n": len(predictions),
        "reason": None,
        "minority_per_1000": _mean([1000 * prediction.y.mean() for prediction in predictions]),
        **_summarize(at_rates, context),
        "own": {
            "alarms_per_1000": _mean([1000 * prediction.decisions.mean() for prediction in predictions]),
            **_summarize(own, context),
        },
    }


def _at_rates(prediction: Prediction, rates: np.ndarray) -> dict[str, np.ndarray]:
    """Count true alarms on one test part at each rate."""
    ranking, n_rows = prediction.ranking, len(prediction.y)
    n_alarms = rates * n_rows / 1000
    true_alarms = np.interp(n_alarms, ranking.true_alarms + ranking.false_alarms, ranking.true_alarms)
    last = np.ceil(n_alarms - _ROUND_OFF).astype(int).clip(1, n_rows) - 1
    return _counted(true_alarms, n_alarms, np.sort(prediction.scores)[::-1][last], prediction)


def _own(prediction: Prediction) -> dict[str, np.ndarray]:
    """Count true alarms on one test part where the strategy decides."""
    raised = prediction.scores[prediction.decisions == 1]
    lowest = raised.min() if len(raised) else np.nan
    counts = prediction.counts
    return _counted(np.array(counts.tp), np.array(counts.tp + counts.fp), np.array(lowest), prediction)


def _counted(
    true_alarms: np.ndarray, n_alarms: np.ndarray, threshold: np.ndarray, prediction: Prediction
) -> dict[str, np.ndarray]:
    n_rows, positives = len(prediction.y), prediction.ranking.positives
    nothing = np.full(true_alarms.shape, np.nan)
    return {
        "threshold": threshold,
        "recall": true_alarms / positives if positives else nothing,
        "precision": np.divide(true_alarms, n_alarms, out=nothing.copy(), where=n_alarms > 0),
        "false_alarms_per_1000": 1000 * (n_alarms - true_alarms) / n_rows,
        "missed_per_1000": 1000 * (positives - true_alarms) / n_rows,
    }


def _summarize(readings: list[dict[str, np.ndarray]], context: MetricContext) -> dict[str, Any]:
    """Average what was read over the splits that have it; costs follow, as they are linear in the two errors."""
    means = {name: _mean([reading[name] for reading in readings]) for name in readings[0]}
    missed, alarms = np.asarray(means.pop("missed_per_1000")), np.asarray(means["false_alarms_per_1000"])
    if context.cost is None:
        return {**means, "expected_cost_per_1000": None}
    cost = missed * context.cost[0] + alarms * context.cost[1]
    return {**means, "expected_cost_per_1000": cost.tolist()}


def _mean(readings: Iterable[np.ndarray | float]) -> Any:
    """Average over splits, as a plain number or a list of them; None where no split has one."""
    stacked = np.stack([np.asarray(reading, dtype=np.float64) for reading in readings])
    known = ~np.isnan(stacked)
    n_known = known.sum(axis=0)
    total = np.where(known, stacked, 0.0).sum(axis=0)
    mean = np.where(n_known > 0, total / np.maximum(n_known, 1), np.nan)
    found = [None if math.isnan(value) else value for value in np.atleast_1d(mean).tolist()]
    return found if mean.ndim else found[0]
