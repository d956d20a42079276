"""What alerts are worth at each exchange rate between errors, and what they become at another prevalence."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from scipy.special import expit, logit, ndtri, stdtrit

from job.data.splits import Split
from job.evaluation.metrics.decision_metrics import Rates
from job.evaluation.metrics.metric_registry import Undefined
from job.evaluation.metrics.run_metrics import Prediction
from job.evidence.runs import Cells, Place, correct, named
from job.evidence.statistics.paired_t import LEAST_PAIRS
from job.results.decision_facts import ErrorsInUse, InUse, InUseRow, NetBenefit, NetBenefitRow, PrecisionInUse
from job.spec.job_spec import CostSpec, EvaluationSpec

_STEPS = (1, 1.5, 2, 3, 4, 5, 7)
_TWENTIETHS = tuple(step / 20 for step in range(2, 20))
_LOWEST, _FIRST, _LAST = 1e-6, 0.01, (0.98, 0.99)
_NO_SCORES = "no run of it has scores"
_NO_PROBABILITIES = "the classifier gives no probabilities"
_ONE_CLASS = "no test part has rows of both classes"
_NO_RUN = "no run has a result on a test part with rows of both classes"
_NO_ALERT = "no alert was raised on any test part"
_SHARED = 3.0

Parts = Sequence[tuple[Split, Prediction]]


def build_net_benefit(cells: Cells, evaluation: EvaluationSpec, prevalence: float) -> NetBenefit:
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
    in_use, cost = evaluation.prevalence_in_use, cost_threshold(evaluation.cost)
    share = prevalence if in_use is None else in_use
    thresholds = threshold_grid(share, cost)
    labels = {split: each.y for cell in cells.values() for split, each in cell.items()}
    return NetBenefit(
        prevalence=share,
        cost_threshold=cost,
        thresholds=thresholds.tolist(),
        treat_all=_mean([net_benefit(labels[s], np.ones(len(labels[s])), thresholds, in_use) for s in sorted(labels)]),
        treat_none=(0.0,) * len(thresholds),
        rows=tuple(_curves(place, [*cell.values()], thresholds, in_use) for place, cell in cells.items()),
    )


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
    recall, false_rate = true / positives, false / negatives
    return np.asarray(prevalence * recall - odds * ((1 - prevalence) * false_rate))


def _curves(place: Place, cell: Sequence[Prediction], thresholds: np.ndarray, in_use: float | None) -> NetBenefitRow:
    probable = [prediction for prediction in cell if prediction.is_probability]
    own = [net_benefit(each.y, each.scores, thresholds, in_use) for each in probable]
    mended = [(each.y, p) for each in probable if not isinstance(p := correct(each, in_use), Undefined)]
    corrected = [net_benefit(y, p, thresholds, in_use) for y, p in mended] if len(mended) == len(probable) else []
    n = int(sum(np.isfinite(curve).all() for curve in own))
    reason = None if n else _ONE_CLASS if probable else _NO_PROBABILITIES if cell else _NO_SCORES
    return NetBenefitRow(**named(place), n=n, own=_mean(own), corrected=_mean(corrected), reason=reason)


def _mean(curves: Iterable[np.ndarray]) -> tuple[float, ...] | None:
    known = [curve for curve in curves if np.isfinite(curve).all()]
    return tuple(np.mean(known, axis=0).tolist()) if known else None


def build_in_use(cells: Cells, splits: Sequence[Split], evaluation: EvaluationSpec, y: np.ndarray) -> InUse | None:
    """Weight each strategy's decisions and probabilities to ``prevalence_in_use``; None where the spec has none.

    Recall r and false-positive rate f, means over splits, stay what they are, so precision at the prevalence π' is
    π'r / (π'r + (1 - π')f). ``precision.in_data`` is the same at the prevalence of the data. ``own`` are the errors
    there of the probabilities as they are, ``corrected`` of those corrected to π' (Saerens et al. 2002).
    """
    prevalence = evaluation.prevalence_in_use
    if prevalence is None:
        return None
    by_split, rows = {(split.repeat, split.fold): split for split in splits}, []
    for place, cell in cells.items():
        parts = [(by_split[at], prediction) for at, prediction in cell.items() if not prediction.ranking.lacks]
        rows.append(_weigh(place, parts, evaluation, prevalence, y))
    return InUse(prevalence=prevalence, prevalence_of_data=float(y.mean()), rows=tuple(rows))


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


def _weigh(place: Place, parts: Parts, evaluation: EvaluationSpec, prevalence: float, y: np.ndarray) -> InUseRow:
    if not parts:
        return InUseRow(**named(place), n=0, reason=_NO_RUN)
    counts = [each.counts for _, each in parts]
    rates = np.array([(one.tp / one.positives, one.fp / one.negatives) for one in counts])
    recall, false_positive_rate = rates.mean(axis=0).tolist()
    there, cost = Rates(recall, false_positive_rate, prevalence), evaluation.cost
    own = _errors(parts, prevalence, corrected=False)
    reasons = [*([] if rates.any() else [_NO_ALERT]), *([] if own else [_NO_PROBABILITIES])]
    return InUseRow(
        **named(place),
        n=len(parts),
        reason="; ".join(reasons) or None,
        recall=recall,
        false_positive_rate=false_positive_rate,
        precision=_precision(parts, rates, evaluation.confidence, prevalence, y) if rates.any() else None,
        alerts_per_1000=there.alerts_per_1000,
        false_alarms_per_1000=there.false_alarms_per_1000,
        expected_cost_per_1000=there.cost((cost.false_negative, cost.false_positive)) if cost else None,
        own=own,
        corrected=_errors(parts, prevalence, corrected=True),
    )


def _precision(parts: Parts, rates: np.ndarray, confidence: float, prevalence: float, y: np.ndarray) -> PrecisionInUse:
    recall, false_rate = rates.mean(axis=0)
    there, here = (float(Rates(recall, false_rate, share).precision) for share in (prevalence, y.mean()))
    over_splits, tests = len(parts) >= LEAST_PAIRS, [split.test for split, _ in parts]
    labels = [y[np.unique(np.concatenate(tests))]] if over_splits else [y[test] for test in tests]
    positive, other = (float(np.mean([np.count_nonzero(part == label) for part in labels])) for label in (1, 0))
    ratio = sum(map(len, tests)) / sum(len(split.train) for split, _ in parts)
    lower, upper = precision_interval(rates, ratio, (positive, other), prevalence, confidence)
    method, low, high = "corrected t" if over_splits else "binomial", min(lower, there), max(upper, there)
    return PrecisionInUse(value=there, lower=low, upper=high, method=method, in_data=here)


def _errors(parts: Parts, prevalence: float, corrected: bool) -> ErrorsInUse | None:
    """Mean probability and Brier score at a prevalence, means over splits."""
    found = []
    for _, each in parts:
        p = correct(each, prevalence) if corrected else each.scores
        if not each.is_probability or isinstance(p, Undefined):
            return None
        positive = each.y == 1
        values = [(p[positive], (1 - p[positive]) ** 2), (p[~positive], p[~positive] ** 2)]
        means = [[float(value.mean()) for value in part] for part in values]
        found.append(np.average(means, axis=0, weights=(prevalence, 1 - prevalence)))
    mean, brier = np.mean(found, axis=0).tolist()
    return ErrorsInUse(mean_predicted=mean, brier=brier)
