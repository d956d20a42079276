"""Every metric of a run, from the scores and decisions of its test rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from job.data.dataset import Dataset
from job.data.splits import Split
from job.evaluation.evaluate_unit import Outcome
from job.evaluation.grid import RunKey, Unit
from job.evaluation.metrics import decision_metrics, ranking_metrics
from job.evaluation.metrics.calibration_metrics import correct_prior, evaluate_probabilities, fit_calibration
from job.evaluation.metrics.metric_registry import METRICS, Undefined, Value
from job.spec.job_spec import JobSpec

_PROBABILITY_METRICS = ("brier", "log_loss", "mean_predicted")
_CALIBRATION_METRICS = ("calibration_slope", "calibration_intercept")
_BASELINE_METRICS = ("recall_at_baseline_fpr", "rank_gain_at_own_fpr", "precision_at_baseline_recall")

NO_PROBABILITY = Undefined("the classifier gives no probabilities; rows are ranked by its decision function")
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
    """

    y: np.ndarray
    scores: np.ndarray
    decisions: np.ndarray
    is_probability: bool
    prevalence_train: float
    prevalence_resampled: float | str

    @cached_property
    def counts(self) -> decision_metrics.Counts:
        """Confusion counts of the decisions."""
        return decision_metrics.count_decisions(self.y, self.decisions)

    @cached_property
    def ranking(self) -> ranking_metrics.Ranking:
        """Counts at every threshold; sorted once, as each strategy asks baseline for its own."""
        return ranking_metrics.build_ranking(self.y, self.scores)

    @cached_property
    def calibration(self) -> Mapping[str, Value]:
        """Slope and intercept of its probabilities; fitted once, as bootstrap samples start there."""
        return fit_calibration(self.y, self.scores)


@dataclass(frozen=True)
class MetricContext:
    """What metrics need to know beside the run.

    Parameters
    ----------
    cost_false_negative, cost_false_positive : float or None
        What a missed positive row and a false alert cost; None where the spec gives no cost.
    alerts_per_1000 : float
        Of 1,000 rows, how many can be looked at.
    """

    cost_false_negative: float | None
    cost_false_positive: float | None
    alerts_per_1000: float

    @property
    def cost(self) -> tuple[float, float] | None:
        """Of a missed positive row and of a false alert, where both are known."""
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
        **decision_metrics.evaluate_decisions(prediction.counts, context.cost),
        "roc_auc": ranking_metrics.roc_auc(prediction.ranking),
        "average_precision": ranking_metrics.average_precision(prediction.ranking),
        **_evaluate_scores(prediction),
        **_compare(prediction, baseline),
        "recall_at_alerts": ranking_metrics.recall_at_alerts(prediction.ranking, n_alerts),
    }
    values = {metric.name: found[metric.name] for metric in METRICS}
    undefined = {name: value.why for name, value in values.items() if isinstance(value, Undefined)}
    return {name: None if isinstance(value, Undefined) else value for name, value in values.items()}, undefined


def _check(prediction: Prediction, baseline: Prediction | None) -> None:
    if not np.isfinite(prediction.scores).all():
        raise ValueError("scores must be finite")
    if baseline is not None and not np.array_equal(prediction.y, baseline.y):
        raise ValueError("baseline must have the same test rows")


def _evaluate_scores(prediction: Prediction) -> Mapping[str, Value]:
    """Metrics of probabilities, as they are and after the prior correction."""
    corrected_names = tuple(f"{name}_corrected" for name in _PROBABILITY_METRICS)
    if not prediction.is_probability:
        return dict.fromkeys((*_PROBABILITY_METRICS, *_CALIBRATION_METRICS, *corrected_names), NO_PROBABILITY)
    corrected = correct_prior(prediction.scores, prediction.prevalence_train, prediction.prevalence_resampled)
    own = {**evaluate_probabilities(prediction.y, prediction.scores), **prediction.calibration}
    if isinstance(corrected, Undefined):
        return own | dict.fromkeys(corrected_names, corrected)
    found = evaluate_probabilities(prediction.y, corrected).values()
    return own | dict(zip(corrected_names, found, strict=True))


def _compare(prediction: Prediction, baseline: Prediction | None) -> Mapping[str, Value]:
    """Metrics that compare a ranking with baseline's on equal footing: no strategy gains by moving a threshold."""
    if baseline is None:
        return dict.fromkeys(_BASELINE_METRICS, _NO_BASELINE)
    ranking, counts = prediction.ranking, baseline.counts
    values = (
        ranking_metrics.recall_at_false_alarms(ranking, counts.fp),
        ranking_metrics.rank_gain(ranking, baseline.ranking, prediction.counts.fp),
        ranking_metrics.precision_at_true_alarms(ranking, counts.tp),
    )
    return dict(zip(_BASELINE_METRICS, values, strict=True))


def metric_context(spec: JobSpec, dataset: Dataset) -> MetricContext:
    """Fill in what metrics need to know beside a run: the costs and the number of alerts.

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
    missed, alarm = (None, None) if cost is None else (cost.false_negative, cost.false_positive)
    return MetricContext(missed, alarm, 1000 * dataset.prevalence if alerts is None else alerts)


def build_prediction(
    outcome: Outcome, split: Split, dataset: Dataset, y: np.ndarray | None = None
) -> Prediction | None:
    """Join a run's scores with the labels of its test rows (or with `y`); None where the run has no scores."""
    if outcome.scores is None or outcome.decisions is None or outcome.prevalence_resampled is None:
        return None
    labels, share = dataset.y[split.test] if y is None else y, float(np.mean(dataset.y[split.train]))
    scored = outcome.scores, outcome.decisions, outcome.is_probability
    return Prediction(labels, *scored, share, outcome.prevalence_resampled)


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
    kept = {name: getattr(prediction, name)[outcome.is_real] for name in ("y", "scores", "decisions")}
    return replace(prediction, **kept)


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
