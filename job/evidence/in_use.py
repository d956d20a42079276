"""What alerts and probabilities become where the share of positive rows differs from that of the data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from scipy.special import expit, logit, ndtri, stdtrit

from job.data.splits import Split
from job.evaluation.metrics.calibration_metrics import correct_prior
from job.evaluation.metrics.decision_metrics import at_prevalence
from job.evaluation.metrics.metric_registry import Undefined
from job.evaluation.metrics.run_metrics import Prediction
from job.evidence.predictions import Place, Predictions, by_place
from job.evidence.statistics.paired_t import LEAST_PAIRS
from job.spec.job_spec import EvaluationSpec

_NO_RUN = "no run has a result on a test part with rows of both classes"
_NO_ALERT = "no alert was raised on any test part"
_NO_PROBABILITIES = "the classifier gives no probabilities"
_SHARED = 3.0

Cell = list[tuple[Split, Prediction]]


def build_in_use(
    predictions: Predictions,
    splits: Sequence[Split],
    strategies: Iterable[str],
    classifiers: Iterable[str],
    evaluation: EvaluationSpec,
    y: np.ndarray,
) -> dict[str, Any] | None:
    """Weight each strategy's decisions and probabilities to ``prevalence_in_use``; None where the spec has none.

    Recall r and false-positive rate f, means over splits, stay what they are, so precision at the prevalence π' is
    π'r / (π'r + (1 - π')f). ``precision.in_data`` is the same at the prevalence of the data. ``own`` are the errors
    there of the probabilities as they are, ``corrected`` of those corrected to π' (Saerens et al. 2002).
    """
    prevalence = evaluation.prevalence_in_use
    if prevalence is None:
        return None
    by_split = {(split.repeat, split.fold): split for split in splits}
    cells: dict[Place, Cell] = {
        place: [(by_split[split], each) for split, each in found.items() if not each.ranking.lacks]
        for place, found in by_place(predictions).items()
    }
    return {
        "prevalence": prevalence,
        "prevalence_of_data": float(y.mean()),
        "rows": [
            {"strategy": strategy, "classifier": classifier}
            | _weigh(cells.get((strategy, classifier), []), evaluation, prevalence, y)
            for classifier in classifiers
            for strategy in strategies
        ],
    }


def precision_interval(
    rates: np.ndarray, ratio: float, n_rows: tuple[float, float], prevalence: float, confidence: float
) -> tuple[float, float]:
    """Give the interval of precision at a prevalence: that of log(r/f) [1]_, by the delta method.

    The variance is s²(1/J + 3 · n_test/n_train) over the splits. The corrected t-test takes n_test/n_train once,
    which is right for differences; a level also moves with the training rows that all splits share. Of 200 simulated
    jobs (benchmarks/verdict_prevalence.py) once covered 80 % at class weights, twice 91.5 % at a tuned threshold. It
    is never less than the binomial variance on as many rows, which is all there is with fewer than five splits.

    Parameters
    ----------
    rates : ndarray of shape (n_splits, 2)
        Recall and false-positive rate of each split.
    ratio : float
        Rows of the test parts for each row of the training parts.
    n_rows : (float, float)
        Positive and other rows that the rates are about.

    References
    ----------
    .. [1] Simel, Samsa, Matchar (1991). Likelihood ratios with confidence: sample size estimation for diagnostic test
       studies. Journal of Clinical Epidemiology 44, 763-770.
    """
    n, at = np.array(n_rows), (1 + confidence) / 2
    middle = (rates.mean(axis=0) * n + 0.5) / (n + 1)  # half a row more on either side: no rate of 0 or 1
    reach = ndtri(at) * math.sqrt(((1 - middle) / (middle * (n + 1))).sum())
    if len(rates) >= LEAST_PAIRS:
        linear = (rates / middle) @ (1, -1)
        variance = linear.var(ddof=1) * (1 / len(rates) + _SHARED * ratio)
        reach = max(reach, stdtrit(len(rates) - 1, at) * math.sqrt(variance))
    centre = logit(prevalence) + math.log(middle[0] / middle[1])
    return float(expit(centre - reach)), float(expit(centre + reach))


def _weigh(cell: Cell, evaluation: EvaluationSpec, prevalence: float, y: np.ndarray) -> dict[str, Any]:
    if not cell:
        return {"n": 0, "reason": _NO_RUN}
    counts = [each.counts for _, each in cell]
    rates = np.array([(one.tp / one.positives, one.fp / one.negatives) for one in counts])
    recall, false_positive_rate = rates.mean(axis=0).tolist()
    there = at_prevalence(recall, false_positive_rate, prevalence)
    cost = evaluation.cost
    own = _errors(cell, prevalence, corrected=False)
    reasons = [*([] if rates.any() else [_NO_ALERT]), *([] if own else [_NO_PROBABILITIES])]
    return {
        "n": len(cell),
        "recall": recall,
        "false_positive_rate": false_positive_rate,
        "precision": _precision(cell, rates, evaluation.confidence, prevalence, y) if rates.any() else None,
        "alerts_per_1000": there.alerts_per_1000,
        "false_alarms_per_1000": 1000 * there.false_alarms,
        "expected_cost_per_1000": cost and there.cost_per_1000(cost.false_negative, cost.false_positive),
        "own": own,
        "corrected": _errors(cell, prevalence, corrected=True),
        "reason": "; ".join(reasons) or None,
    }


def _precision(
    cell: Cell, rates: np.ndarray, confidence: float, prevalence: float, y: np.ndarray
) -> dict[str, float | str]:
    recall, false_positive_rate = rates.mean(axis=0)
    there, here = (
        float(at_prevalence(recall, false_positive_rate, share).precision) for share in (prevalence, y.mean())
    )
    over_splits, tests = len(cell) >= LEAST_PAIRS, [split.test for split, _ in cell]
    parts = [y[np.unique(np.concatenate(tests))]] if over_splits else [y[test] for test in tests]
    n_rows = tuple(float(np.mean([np.count_nonzero(part == label) for part in parts])) for label in (1, 0))
    ratio = sum(map(len, tests)) / sum(len(split.train) for split, _ in cell)
    lower, upper = precision_interval(rates, ratio, (n_rows[0], n_rows[1]), prevalence, confidence)
    return {
        "value": there,
        "lower": min(lower, there),
        "upper": max(upper, there),
        "method": "corrected t" if over_splits else "binomial",
        "in_data": here,
    }


def _errors(cell: Cell, prevalence: float, corrected: bool) -> dict[str, float] | None:
    """Mean probability and Brier score at a prevalence, means over splits."""
    found = []
    for _, each in cell:
        p = correct_prior(each.scores, prevalence, each.prevalence_resampled) if corrected else each.scores
        if not each.is_probability or isinstance(p, Undefined):
            return None
        positive = each.y == 1
        values = [(p[positive], (1 - p[positive]) ** 2), (p[~positive], p[~positive] ** 2)]
        means = [[float(value.mean()) for value in part] for part in values]
        found.append(np.average(means, axis=0, weights=(prevalence, 1 - prevalence)))
    mean, brier = np.mean(found, axis=0).tolist()
    return {"mean_predicted": mean, "brier": brier}
