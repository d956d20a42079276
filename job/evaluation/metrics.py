"""Every metric of one run, from the scores and decisions of its test rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from job.evaluation.calibration import correct_prior, evaluate_probabilities, fit_calibration
from job.evaluation.decisions import Counts, count_decisions, evaluate_decisions
from job.evaluation.metric_table import METRICS, Metric
from job.evaluation.ranking import (
    Ranking,
    average_precision,
    build_ranking,
    precision_at_true_alarms,
    rank_gain,
    recall_at_alerts,
    recall_at_false_alarms,
    roc_auc,
)
from job.evaluation.undefined import Undefined, Value

__all__ = ["METRICS", "Metric", "MetricContext", "Prediction", "evaluate_metrics"]

_PROBABILITY_METRICS = ("brier", "log_loss", "mean_predicted")
_CALIBRATION_METRICS = ("calibration_slope", "calibration_intercept")
_BASELINE_METRICS = ("recall_at_baseline_fpr", "rank_gain_at_own_fpr", "precision_at_baseline_recall")

_NO_PROBABILITY = "the classifier gives no probabilities"
_NO_BASELINE = Undefined("the run of baseline that it compares with has no result")


@dataclass(frozen=True, eq=False)
class Prediction:
    """What one run said about each test row, and what came true.

    Parameters
    ----------
    y : ndarray of shape (n_test,) of 0 and 1
        Labels.
    scores : ndarray of shape (n_test,), float64
        Probability of the positive label or, where there is none, the decision function; all finite.
    decisions : ndarray of shape (n_test,) of 0 and 1
        The strategy's own decision.
    is_probability : bool
        Whether scores are probabilities.
    prevalence_train, prevalence_resampled : float
        Share of positive rows in the training part, before and after resampling (0.5 for balanced class weights); or
        why the latter is not known.
    why_no_probability : str
        The reason that metrics of probabilities are then given.
    """

    y: np.ndarray
    scores: np.ndarray
    decisions: np.ndarray
    is_probability: bool
    prevalence_train: float
    prevalence_resampled: float | str
    why_no_probability: str = ""

    @cached_property
    def counts(self) -> Counts:
        """Confusion counts of the decisions."""
        return count_decisions(self.y, self.decisions)

    @cached_property
    def ranking(self) -> Ranking:
        """Counts at every threshold; sorted once, as each strategy asks baseline for its own."""
        return build_ranking(self.y, self.scores)


@dataclass(frozen=True)
class MetricContext:
    """What metrics need to know beside the run.

    Parameters
    ----------
    cost_false_negative, cost_false_positive : float or None
        What a missed positive row and a false alarm cost; None where the spec gives no cost.
    alerts_per_1000 : float
        Of 1,000 rows, how many can be looked at.
    """

    cost_false_negative: float | None
    cost_false_positive: float | None
    alerts_per_1000: float

    @property
    def cost(self) -> tuple[float, float] | None:
        """Of a missed positive row and of a false alarm, where both are known."""
        if self.cost_false_negative is None or self.cost_false_positive is None:
            return None
        return self.cost_false_negative, self.cost_false_positive


def evaluate_metrics(
    prediction: Prediction, baseline: Prediction | None, context: MetricContext
) -> tuple[dict[str, float | None], dict[str, str]]:
    """Compute every metric of one run.

    Parameters
    ----------
    prediction : Prediction
        Of the run.
    baseline : Prediction or None
        Of baseline with the same classifier on the same split (for baseline's own run, the same again); None when
        that run has no result.
    context : MetricContext
        Costs and alerts.

    Returns
    -------
    values : dict of str to float or None
        Every name of `job.names.METRICS`, in that order; counts are int; None where a metric is undefined.
    reasons : dict of str to str
        Why, for each None.

    Raises
    ------
    ValueError
        When scores are not finite, or when baseline has other test rows: bugs of the caller.
    """
    _check(prediction, baseline)
    n_alerts = context.alerts_per_1000 * len(prediction.y) / 1000
    found: dict[str, Value] = {
        **evaluate_decisions(prediction.counts, context.cost),
        "roc_auc": roc_auc(prediction.ranking),
        "average_precision": average_precision(prediction.ranking),
        **_evaluate_scores(prediction),
        **_compare(prediction, baseline),
        "recall_at_alerts": recall_at_alerts(prediction.ranking, n_alerts),
    }
    values = {metric.name: found[metric.name] for metric in METRICS}
    return (
        {name: None if isinstance(value, Undefined) else value for name, value in values.items()},
        {name: value.why for name, value in values.items() if isinstance(value, Undefined)},
    )


def _check(prediction: Prediction, baseline: Prediction | None) -> None:
    if not np.isfinite(prediction.scores).all():
        raise ValueError("scores must be finite")
    if baseline is not None and not np.array_equal(prediction.y, baseline.y):
        raise ValueError("baseline must have the same test rows")


def _evaluate_scores(prediction: Prediction) -> Mapping[str, Value]:
    """Metrics of probabilities, as they are and after the prior correction."""
    corrected_names = tuple(f"{name}_corrected" for name in _PROBABILITY_METRICS)
    if not prediction.is_probability:
        why = Undefined(prediction.why_no_probability or _NO_PROBABILITY)
        return dict.fromkeys((*_PROBABILITY_METRICS, *_CALIBRATION_METRICS, *corrected_names), why)
    corrected = correct_prior(prediction.scores, prediction.prevalence_train, prediction.prevalence_resampled)
    return {
        **evaluate_probabilities(prediction.y, prediction.scores),
        **fit_calibration(prediction.y, prediction.scores),
        **(
            dict.fromkeys(corrected_names, corrected)
            if isinstance(corrected, Undefined)
            else {f"{k}_corrected": v for k, v in evaluate_probabilities(prediction.y, corrected).items()}
        ),
    }


def _compare(prediction: Prediction, baseline: Prediction | None) -> Mapping[str, Value]:
    """Metrics that compare a ranking with baseline's on equal footing: no strategy gains by moving a threshold."""
    if baseline is None:
        return dict.fromkeys(_BASELINE_METRICS, _NO_BASELINE)
    return {
        "recall_at_baseline_fpr": recall_at_false_alarms(prediction.ranking, baseline.counts.fp),
        "rank_gain_at_own_fpr": rank_gain(prediction.ranking, baseline.ranking, prediction.counts.fp),
        "precision_at_baseline_recall": precision_at_true_alarms(prediction.ranking, baseline.counts.tp),
    }
