"""Net benefit: what alerts are worth at each exchange rate between a missed row and a false alert."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from job.evaluation.metrics.calibration_metrics import correct_prior
from job.evaluation.metrics.count_metrics import at_prevalence
from job.evaluation.metrics.metric_registry import Undefined
from job.evaluation.metrics.run_metrics import Prediction
from job.evidence.predictions import Predictions, by_place
from job.spec.job_spec import CostSpec, EvaluationSpec

_STEPS = (1, 1.5, 2, 3, 4, 5, 7)
_TWENTIETHS = tuple(step / 20 for step in range(2, 20))
_LOWEST, _FIRST, _LAST = 1e-6, 0.01, (0.98, 0.99)
_NO_SCORES = "no run of it has scores"
_NO_PROBABILITIES = "the classifier gives no probabilities"
_ONE_CLASS = "no test part has rows of both classes"


def build_net_benefit(
    predictions: Predictions,
    strategies: Iterable[str],
    classifiers: Iterable[str],
    evaluation: EvaluationSpec,
    prevalence: float,
) -> dict[str, Any]:
    """Average the net benefit of each strategy × classifier over the splits, beside alerts on all rows and on none.

    At a threshold t a row raises an alert where its probability is at least t; net benefit is TP/n - FP/n · t/(1 - t)
    [1]_, means over splits, as paired comparisons use them. ``own`` takes the probabilities as they are, ``corrected``
    after the prior correction. Where ``prevalence_in_use`` is given, both rates are weighted to that prevalence, and
    ``corrected`` corrects to it.

    References
    ----------
    .. [1] Vickers, Elkin (2006). Decision curve analysis: a novel method for evaluating prediction models. Medical
       Decision Making 26, 565-574.
    """
    in_use = evaluation.prevalence_in_use
    cost = cost_threshold(evaluation.cost)
    thresholds = threshold_grid(prevalence if in_use is None else in_use, cost)
    cells = by_place(predictions)
    labels = {(key.repeat, key.fold): each.y for key, each in predictions.items() if each is not None}
    everything = [net_benefit(y, np.ones(len(y)), thresholds, in_use) for y in labels.values()]
    return {
        "prevalence": prevalence if in_use is None else in_use,
        "cost_threshold": cost,
        "thresholds": thresholds.tolist(),
        "treat_all": _mean(everything),
        "treat_none": [0.0] * len(thresholds),
        "rows": [
            {"strategy": strategy, "classifier": classifier}
            | _curves([*cells.get((strategy, classifier), {}).values()], thresholds, in_use)
            for classifier in classifiers
            for strategy in strategies
        ],
    }


def cost_threshold(cost: CostSpec | None) -> float | None:
    """Return the probability above which an alert is worth its cost (Elkan 2001), where there is one inside (0, 1)."""
    if cost is None or not cost.false_positive or not cost.false_negative:
        return None
    return cost.false_positive / (cost.false_positive + cost.false_negative)


def threshold_grid(prevalence: float, cost: float | None) -> np.ndarray:
    """Choose rounded thresholds from a tenth of the prevalence to .99, at most 60; prevalence and cost among them.

    Below .1 they rise by factors, because what matters at a low prevalence lies there; from .1 on by twentieths.
    """
    low = min(max(prevalence / 10, _LOWEST), _FIRST)
    below = (float(f"{step}e{decade}") for decade in range(-7, -1) for step in _STEPS)
    marked = (value for value in (prevalence, cost) if value is not None)
    return np.array(sorted({*(value for value in below if value >= low), *_TWENTIETHS, *_LAST, *marked}))


def net_benefit(y: np.ndarray, p: np.ndarray, thresholds: np.ndarray, prevalence: float | None = None) -> np.ndarray:
    """Compute the net benefit on one test part; NaN where another prevalence is asked and a class is absent."""
    places = np.searchsorted(thresholds, p, side="right")  # thresholds that each row reaches: no sort of the rows
    counts = [np.bincount(places[y == label], minlength=len(thresholds) + 1) for label in (1, 0)]
    true, false = (count[::-1].cumsum()[::-1][1:] for count in counts)
    odds = thresholds / (1 - thresholds)
    if prevalence is None:
        return np.asarray((true - odds * false) / len(y))
    positives, negatives = (int(count.sum()) for count in counts)
    if not positives or not negatives:
        return np.full(len(thresholds), np.nan)
    rates = at_prevalence(true / positives, false / negatives, prevalence)
    return np.asarray(rates.true_alarms - odds * rates.false_alarms)


def _curves(cell: list[Prediction], thresholds: np.ndarray, in_use: float | None) -> dict[str, Any]:
    probable = [prediction for prediction in cell if prediction.is_probability]
    own = [net_benefit(each.y, each.scores, thresholds, in_use) for each in probable]
    mended = [(each.y, p) for each in probable if not isinstance(p := _corrected(each, in_use), Undefined)]
    corrected = [net_benefit(y, p, thresholds, in_use) for y, p in mended] if len(mended) == len(probable) else []
    n = sum(np.isfinite(curve).all() for curve in own)
    reason = None if n else _ONE_CLASS if probable else _NO_PROBABILITIES if cell else _NO_SCORES
    return {"n": int(n), "own": _mean(own), "corrected": _mean(corrected), "reason": reason}


def _corrected(prediction: Prediction, in_use: float | None) -> np.ndarray | Undefined:
    prevalence = prediction.prevalence_train if in_use is None else in_use
    return correct_prior(prediction.scores, prevalence, prediction.prevalence_resampled)


def _mean(curves: Iterable[np.ndarray]) -> list[float] | None:
    known = [curve for curve in curves if np.isfinite(curve).all()]
    return np.mean(known, axis=0).tolist() if known else None
