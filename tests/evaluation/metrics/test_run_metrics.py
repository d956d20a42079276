"""What holds for every metric, and for the table of them."""

from __future__ import annotations

import json
import math
import warnings
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from predictions import CONTEXT, make_noisy_prediction, make_prediction, pairs_of_predictions

from job import names
from job.evaluation.metrics.metric_registry import METRICS
from job.evaluation.metrics.run_metrics import MetricContext, evaluate_metrics

COMPARED = ("recall_at_baseline_fpr", "rank_gain_at_own_fpr", "precision_at_baseline_recall")
OF_PROBABILITIES = tuple(
    name for name in names.METRICS if name.startswith(("brier", "log_loss", "mean_predicted", "calibration_"))
)
OF_RANKINGS = (
    "roc_auc",
    "average_precision",
    "recall_at_baseline_fpr",
    "precision_at_baseline_recall",
    "recall_at_alerts",
)


def value_of(name, prediction, baseline=None, context=CONTEXT):
    """Compute one metric."""
    return evaluate_metrics(prediction, baseline or prediction, context)[0][name]


def test_the_table_has_every_name_in_order():
    """The table and the registry of names agree, so tables, files and specs speak of the same metrics."""
    assert names.METRICS == tuple(metric.name for metric in METRICS)


def test_each_metric_says_what_it_is():
    """Every metric has a label of its own and one sentence."""
    assert len(METRICS) == len({metric.label for metric in METRICS}) == len({metric.description for metric in METRICS})
    for metric in METRICS:
        assert metric.description.endswith(".")
        assert 1 == metric.description.replace("1.", "").count(". ") + 1
        assert metric.label.strip() == metric.label != ""


def test_which_way_is_better():
    """Errors and costs are better lower, counts that depend on the test part alone and means have no better."""
    found = {metric.name: metric.better for metric in METRICS}
    lower = {"fp", "fn", "false_alarms_per_1000", "expected_cost_per_1000", "brier", "log_loss"}
    lower |= {"brier_corrected", "log_loss_corrected"}
    neither = {"tn", "tp", "mean_predicted", "mean_predicted_corrected", "calibration_slope", "calibration_intercept"}
    expected = {name: "lower" if name in lower else None if name in neither else "higher" for name in names.METRICS}
    assert expected == found


def test_only_calibration_parameters_are_summarised_by_the_median():
    """A slope of one split can be huge, so its splits are summarised by the median."""
    assert {"calibration_slope", "calibration_intercept"} == {m.name for m in METRICS if m.statistic == "median"}


def test_a_metric_is_frozen():
    """Nobody can change the table of metrics for others."""
    with pytest.raises(FrozenInstanceError):
        METRICS[0].label = "other"


@pytest.mark.parametrize("metric", [metric for metric in METRICS if metric.better], ids=lambda metric: metric.name)
def test_better_means_better(metric):
    """A perfect ranking and decision beats a reversed one on every metric that has a better."""
    y = np.arange(40) >= 30
    right = make_prediction(y, np.linspace(0.01, 0.99, 40), y)
    wrong = make_prediction(y, np.linspace(0.99, 0.01, 40), ~y)
    some = make_prediction(y, np.linspace(0.99, 0.01, 40), np.arange(40) >= 35)
    good, bad = (value_of(metric.name, prediction, some) for prediction in (right, wrong))
    assert good > bad if metric.better == "higher" else good < bad


@given(pairs_of_predictions(), st.booleans(), st.floats(0, 2000))
def test_every_metric_is_a_finite_number_or_has_a_reason(pair, has_baseline, alerts):
    """Undefined is None and a reason: never NaN, never infinite, never a library's warning."""
    prediction, baseline = pair
    context = MetricContext(9.0, 1.0, alerts)
    with warnings.catch_warnings(), np.errstate(divide="raise", over="raise", invalid="raise"):
        warnings.simplefilter("error")
        values, reasons = evaluate_metrics(prediction, baseline if has_baseline else None, context)

    assert list(names.METRICS) == list(values)
    assert {name for name, value in values.items() if value is None} == set(reasons)
    assert all(math.isfinite(value) for value in values.values() if value is not None)
    assert all(reason.strip() == reason != "" for reason in reasons.values())
    assert values == json.loads(json.dumps(values, allow_nan=False))


@given(pairs_of_predictions())
def test_values_are_within_their_range(pair):
    """Shares stay between 0 and 1, correlations and gains between -1 and 1."""
    values, _ = evaluate_metrics(*pair, CONTEXT)
    units = {metric.name: metric.unit for metric in METRICS}
    for name, value in values.items():
        if value is None or name.startswith(("calibration", "log_loss", "expected_cost")):
            continue
        low = -1 if name in ("mcc", "rank_gain_at_own_fpr") else 0
        high = {"rows": len(pair[0].y), "per 1,000 rows": 1000}.get(units[name], 1)
        assert low <= value <= high, name


def test_counts_are_whole_numbers():
    """results.json says 350, not 350.0."""
    values, _ = evaluate_metrics(make_prediction([0, 1], [0.2, 0.9]), None, CONTEXT)
    assert {int} == {type(values[name]) for name in ("tn", "fp", "fn", "tp")}


def test_without_probabilities_their_metrics_have_a_reason():
    """A classifier without predict_proba is ranked by its decision function, and told why the rest is missing."""
    prediction = make_prediction([0, 1, 0], [-2, 3, 0.1], is_probability=False)
    values, reasons = evaluate_metrics(prediction, prediction, CONTEXT)
    why = "the classifier gives no probabilities; rows are ranked by its decision function"
    assert dict.fromkeys(OF_PROBABILITIES, why) == reasons
    assert 1.0 == values["roc_auc"]


def test_when_baseline_failed_only_comparisons_are_missing():
    """One failed run takes no other run's metrics along, but those that compare with it."""
    prediction = make_noisy_prediction(200, seed=1)
    values, reasons = evaluate_metrics(prediction, None, CONTEXT)
    assert set(COMPARED) == set(reasons)
    assert all("baseline" in reason for reason in reasons.values())
    assert {name: value_of(name, prediction) for name in names.METRICS if name not in COMPARED} == {
        name: value for name, value in values.items() if name not in COMPARED
    }


@given(pairs_of_predictions(both_classes=True))
def test_baseline_gains_nothing_over_itself(pair):
    """The rank gain of baseline is 0 by definition."""
    baseline = pair[1]
    assert 0.0 == value_of("rank_gain_at_own_fpr", baseline)


@given(pairs_of_predictions(both_classes=True))
def test_the_same_ranking_gains_nothing_at_any_threshold(pair):
    """A strategy that only moves the decision threshold has a rank gain of exactly 0."""
    prediction, baseline = pair
    moved = replace(prediction, scores=baseline.scores)
    assert 0.0 == value_of("rank_gain_at_own_fpr", moved, baseline)


@given(pairs_of_predictions(both_classes=True), st.data())
def test_no_ranking_metric_gains_by_moving_a_threshold(pair, data):
    """Metrics of rankings don't look at the strategy's own decision."""
    prediction, baseline = pair
    n = len(prediction.y)
    other = np.array(data.draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)), dtype=np.int8)
    moved = replace(prediction, decisions=other)
    for name in OF_RANKINGS:
        assert value_of(name, prediction, baseline) == value_of(name, moved, baseline)


@given(pairs_of_predictions(both_classes=True))
def test_metrics_of_rankings_see_only_the_order(pair):
    """Scores that are replaced by their rank leave every metric of rankings as it is."""
    prediction, baseline = pair
    ranks = np.unique(prediction.scores, return_inverse=True)[1] - 3.0
    ranked = replace(prediction, scores=ranks, is_probability=False)
    for name in (*OF_RANKINGS, "rank_gain_at_own_fpr"):
        assert value_of(name, prediction, baseline) == value_of(name, ranked, baseline)


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_rows_is_irrelevant(seed):
    """counts, curves and calibration don't change by a bit when rows come in another order."""
    prediction = make_noisy_prediction(500, seed, digits=3)
    order = np.random.default_rng(seed).permutation(500)
    shuffled = replace(
        prediction, y=prediction.y[order], scores=prediction.scores[order], decisions=prediction.decisions[order]
    )
    values, shuffled_values = (evaluate_metrics(p, p, CONTEXT)[0] for p in (prediction, shuffled))
    means = {name for name in OF_PROBABILITIES if not name.startswith("calibration")}
    for name in names.METRICS:
        expected = pytest.approx(values[name], rel=1e-13) if name in means else values[name]
        assert expected == shuffled_values[name], name


@pytest.mark.parametrize("scores", [[0.1, np.nan], [0.1, np.inf]])
def test_scores_that_are_not_finite_are_a_bug(scores):
    """A number that isn't one never becomes a metric."""
    with pytest.raises(ValueError, match="finite"):
        evaluate_metrics(make_prediction([0, 1], scores), None, CONTEXT)


def test_baseline_of_other_rows_is_a_bug():
    """Comparing two splits is never done by accident."""
    with pytest.raises(ValueError, match="same test rows"):
        evaluate_metrics(make_prediction([0, 1], [0.1, 0.9]), make_prediction([1, 0], [0.1, 0.9]), CONTEXT)
