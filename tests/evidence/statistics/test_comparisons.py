"""What stands in the rows of comparisons: families, directions, left-out pairs and reasons."""

from __future__ import annotations

import math

import numpy as np
import pytest
from judged import make_roles, make_runs_of

from job.evaluation.metrics.metric_registry import METRICS
from job.evidence.statistics.comparisons import COLUMNS, RANKING, ZERO_TO_ONE, compare_strategies, list_pairs
from job.evidence.statistics.family import Question, adjust_holm
from job.evidence.statistics.measured import measure_runs
from job.evidence.statistics.paired_t import compare_over_splits

QUESTION = Question("average_precision", 0.01, 0.95)
STRATEGIES = ("baseline", "class_weight", "threshold", "smote", "custom")


def draw_values(strategies=STRATEGIES, n_splits=20, seed=1):
    """One value for each strategy, metric and split."""
    luck = np.random.default_rng(seed)
    return {
        strategy: {metric.name: (0.5 + 0.1 * luck.random(n_splits)).tolist() for metric in METRICS}
        for strategy in strategies
    }


def rows_of(values, roles=None, question=QUESTION):
    roles = make_roles(tuple(values)) if roles is None else roles
    runs = make_runs_of(values)
    measured = measure_runs(runs, [(strategy, "c") for strategy in values])
    rows = compare_strategies(measured, list_pairs(roles, values, ["c"]), roles, question)
    return {(row.metric, row.strategy, row.reference): row for row in rows}


def test_each_strategy_against_baseline_and_ours_against_smote():
    """every metric has a row for each, and none for baseline against itself"""
    pairs = [(strategy, "baseline") for strategy in STRATEGIES[1:]] + [("custom", "smote")]
    expected = [(metric.name, *pair) for metric in METRICS for pair in pairs]
    assert expected == list(rows_of(draw_values()))


def test_there_may_be_several_of_ours_and_of_smote_or_none():
    """each of ours is compared with each SMOTE"""
    roles = make_roles(("b", "s1", "s2", "o1", "o2"), smotes=("s1", "s2"), customs=("o1", "o2"))
    pairs = [(pair.left[0], pair.right[0]) for pair in list_pairs(roles, ("b", "s1", "s2", "o1", "o2"), ["c"])]
    assert [("o1", "s1"), ("o1", "s2"), ("o2", "s1"), ("o2", "s2")] == [pair for pair in pairs if pair[1] != "b"]
    assert [] == list_pairs(make_roles(("b",)), ("b",), ["c"])


def test_columns_of_the_file():
    """the file has these columns in this order, and every row of the results has them"""
    names = (
        "metric, classifier, strategy, reference, n_splits, difference, lower, upper, p_value, p_adjusted, "
        "probability_better, probability_equivalent, probability_worse, method"
    )
    assert tuple(names.split(", ")) == COLUMNS
    assert all(set(COLUMNS) <= set(dict(row)) for row in rows_of(draw_values()).values())


def test_differences_are_strategy_minus_reference():
    """a row has the numbers of the paired test on the same splits"""
    values = draw_values()
    row = rows_of(values)["recall", "smote", "baseline"]
    left, right = (np.array(values[label]["recall"]) for label in ("smote", "baseline"))
    found = compare_over_splits(left, right, (np.full(20, 400.0), np.full(20, 1600.0)), 0.01, 0.95)
    names = ("difference", "lower", "upper", "p_value", "se")
    assert [float(getattr(found, name)) for name in names] == [getattr(row, name) for name in names]
    assert (20, 0, "corrected_resampled_t", None) == (row.n_splits, row.n_left_out, row.method, row.reason)


@pytest.mark.parametrize("metric", [metric for metric in METRICS if metric.name in ZERO_TO_ONE])
def test_better_is_the_good_direction_of_the_metric(metric):
    """a rise is better where more is better, and a fall where less is"""
    values = draw_values(("baseline", "smote"))
    values["smote"][metric.name] = [value + 0.2 for value in values["smote"][metric.name]]
    row = rows_of(values)[metric.name, "smote", "baseline"]
    better, worse = row.probability_better, row.probability_worse
    assert row.difference > 0
    assert (better > 0.99) == (metric.better == "higher")
    assert (worse > 0.99) == (metric.better == "lower")
    assert math.isclose(1, better + worse + row.probability_equivalent)


def test_a_method_that_counts_training_rows_is_named():
    """rankings, recall, precision and f1 keep the corrected t-test; false alerts, Brier score and the like don't, and
    their intervals are wider"""
    rows = rows_of(draw_values())
    for metric in ("average_precision", "roc_auc", "recall", "precision", "f1"):
        assert "corrected_resampled_t" == rows[metric, "smote", "baseline"].method
    for metric in ("false_alarms_per_1000", "brier", "log_loss", "mean_predicted", "expected_cost_per_1000"):
        assert "corrected_resampled_t_training" == rows[metric, "smote", "baseline"].method
    values = {label: {**each, "recall": each["false_alarms_per_1000"]} for label, each in draw_values().items()}
    narrow, wide = (rows_of(values)[metric, "smote", "baseline"] for metric in ("recall", "false_alarms_per_1000"))
    assert narrow.difference == wide.difference
    assert 1.4 < wide.se / narrow.se < 1.6
    intercept = rows["calibration_intercept", "smote", "baseline"]
    assert ("none", None) == (intercept.method, intercept.lower)
    assert "training rows" in intercept.reason


def test_a_practical_difference_is_meant_on_a_scale_from_0_to_1():
    """counts, costs, log loss and metrics without a good direction have no such probability, but all the rest"""
    for (metric, _, _), row in rows_of(draw_values()).items():
        probabilities = {
            each is None for each in (row.probability_better, row.probability_equivalent, row.probability_worse)
        }
        assert {metric not in ZERO_TO_ONE} == probabilities
        assert (row.p_value is None) == (metric == "calibration_intercept")
    assert all(metric.better for metric in METRICS if metric.name in ZERO_TO_ONE)


def test_a_rope_that_nobody_gave_fits_the_metric():
    """that of average precision follows baseline's, and Brier scores have none: any two would be equivalent"""
    rows = rows_of(draw_values(), question=Question("average_precision", None, 0.95))
    baseline = np.mean(draw_values()["baseline"]["average_precision"])
    for (metric, _, reference), row in rows.items():
        if reference == "baseline":
            is_meant = metric in ZERO_TO_ONE and not metric.startswith("brier")
            assert is_meant == (row.rope is not None) == (row.probability_equivalent is not None), metric
    assert 0.01 == rows["recall", "smote", "baseline"].rope
    assert math.isclose(0.04 * baseline * (1 - baseline), rows["average_precision", "smote", "baseline"].rope)


@pytest.mark.parametrize("metric", [metric.name for metric in METRICS])
def test_holm_is_over_the_strategies_of_one_metric_and_classifier(metric):
    """a tuned threshold is left out where it changes nothing, and ours against SMOTE stands alone"""
    rows = rows_of(draw_values())
    family = [label for label in STRATEGIES[1:] if label != "threshold" or metric not in RANKING]
    p_values = np.array([rows[metric, label, "baseline"].p_value for label in family])
    if metric == "calibration_intercept":  # isn't tested
        assert [None] * len(family) == [rows[metric, label, "baseline"].p_adjusted for label in family]
        return
    assert adjust_holm(p_values).tolist() == [rows[metric, label, "baseline"].p_adjusted for label in family]
    assert rows[metric, "custom", "smote"].p_adjusted is None
    if metric in RANKING:
        assert rows[metric, "threshold", "baseline"].p_adjusted is None


def test_classifiers_are_families_of_their_own():
    """a second classifier changes no number of the first"""
    roles = make_roles(STRATEGIES)
    first, second = (make_runs_of(draw_values(seed=seed), classifier=name) for seed, name in ((1, "c"), (2, "d")))
    places = [(strategy, classifier) for classifier in "cd" for strategy in STRATEGIES]
    both = compare_strategies(
        measure_runs(first + second, places), list_pairs(roles, STRATEGIES, "cd"), roles, QUESTION
    )
    assert list(rows_of(draw_values(seed=1)).values()) == [row for row in both if row.classifier == "c"]


def test_undefined_pairs_are_left_out_and_counted():
    """a split where either has no value doesn't count, and the row says how many"""
    values = draw_values(("baseline", "smote"))
    values["smote"]["precision"][3] = None
    values["baseline"]["precision"][8] = None
    row = rows_of(values)["precision", "smote", "baseline"]
    kept = [split for split in range(20) if split not in (3, 8)]
    expected = np.mean([values["smote"]["precision"][s] - values["baseline"]["precision"][s] for s in kept])
    assert (18, 2) == (row.n_splits, row.n_left_out)
    assert math.isclose(expected, row.difference)


@pytest.mark.parametrize(
    ("n_splits", "n_defined", "reason"),
    [
        (20, 0, "no split has a value for both"),
        (20, 4, "fewer than 5 splits have a value for both"),
        (4, 4, "fewer than 5 splits have a value for both"),
        (1, 1, "one split only, and a bootstrap over its test rows takes 40 positive ones"),
    ],
)
def test_without_a_test_the_reason_is_told(n_splits, n_defined, reason):
    """too few pairs give a mean difference where there is any pair, no interval, no p and the reason"""
    values = draw_values(("baseline", "smote"), n_splits)
    values["smote"]["recall"][n_defined:] = [None] * (n_splits - n_defined)
    row = rows_of(values)["recall", "smote", "baseline"]
    assert row.reason.startswith(reason)
    assert "none" == row.method
    assert (n_defined > 0) == (row.difference is not None)
    keys = ("lower", "upper", "p_value", "p_adjusted", "probability_better", "probability_worse", "se")
    assert [None] * len(keys) == [getattr(row, key) for key in keys]


def test_no_variation_is_told():
    """the same difference on every split: p is 1 only where there is none"""
    values = draw_values(("baseline", "smote", "custom"))
    values["smote"]["roc_auc"] = list(values["baseline"]["roc_auc"])
    values["custom"]["roc_auc"] = [value + 0.25 for value in values["baseline"]["roc_auc"]]
    rows = rows_of(values)
    same, apart = (rows["roc_auc", label, "baseline"] for label in ("smote", "custom"))
    assert (0.0, 1.0, None) == (same.difference, same.p_value, same.lower)
    assert (None, None) == (apart.p_value, apart.p_adjusted)
    assert math.isclose(0.25, apart.difference)
    assert same.reason.startswith("the difference is the same on every split")
    assert 1.0 == same.p_adjusted
