"""Metrics of decisions against scikit-learn and imbalanced-learn."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from imblearn.metrics import geometric_mean_score, sensitivity_score, specificity_score
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    confusion_matrix,
    f1_score,
    matthews_corrcoef,
    precision_score,
    recall_score,
)

from job.evaluation.metrics.decision_metrics import Counts, Rates, count_decisions, evaluate_decisions
from job.evaluation.metrics.metric_registry import Undefined

counts = st.builds(Counts, *[st.integers(0, 6)] * 4).filter(lambda found: found.rows > 0)
THEIRS = {
    "recall": recall_score,
    "precision": precision_score,
    "f1": f1_score,
    "mcc": matthews_corrcoef,
    "accuracy": accuracy_score,
}


def rows_of(found):
    """Labels and decisions that have these counts."""
    y = [0] * (found.tn + found.fp) + [1] * (found.fn + found.tp)
    decisions = [0] * found.tn + [1] * found.fp + [0] * found.fn + [1] * found.tp
    return np.array(y), np.array(decisions)


def evaluate(found, false_negative=9.0, false_positive=1.0):
    """Evaluate with the costs of the usual example."""
    return evaluate_decisions(found, (false_negative, false_positive))


@given(counts)
def test_counts_are_those_of_the_confusion_matrix(found):
    """tn, fp, fn, tp are scikit-learn's confusion matrix."""
    y, decisions = rows_of(found)
    expected = Counts(*confusion_matrix(y, decisions, labels=[0, 1]).ravel().tolist())
    assert expected == count_decisions(y, decisions) == found


@pytest.mark.parametrize("name", THEIRS)
@given(found=counts)
@example(found=Counts(5, 0, 0, 0))
@example(found=Counts(0, 0, 0, 5))
@example(found=Counts(3, 0, 2, 0))
@example(found=Counts(3, 2, 0, 0))
@example(found=Counts(0, 3, 0, 2))
def test_metrics_are_scikit_learns_and_undefined_where_it_warns(name, found):
    """Each metric is scikit-learn's, and None exactly where scikit-learn warns."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        theirs = THEIRS[name](*rows_of(found))
    ours = evaluate(found)[name]
    if any(w.category is UndefinedMetricWarning or "single label" in str(w.message) for w in caught):
        assert isinstance(ours, Undefined)
    else:
        assert pytest.approx(theirs, abs=1e-12) == ours


@given(counts.filter(lambda found: found.positives and found.negatives))
def test_means_of_recall_and_specificity_are_the_libraries(found):
    """With both classes there, specificity, balanced accuracy and geometric mean are the libraries'."""
    y, decisions = rows_of(found)
    ours = evaluate(found)
    assert pytest.approx(specificity_score(y, decisions)) == ours["specificity"]
    assert pytest.approx(sensitivity_score(y, decisions)) == ours["recall"]
    assert pytest.approx(balanced_accuracy_score(y, decisions)) == ours["balanced_accuracy"]
    assert pytest.approx(geometric_mean_score(y, decisions)) == ours["geometric_mean"]


@pytest.mark.parametrize(
    ("found", "missing"),
    [(Counts(3, 1, 0, 0), {"recall"}), (Counts(0, 0, 2, 3), {"specificity"})],
)
def test_with_one_class_what_needs_the_other_has_a_reason(found, missing):
    """Balanced accuracy and geometric mean don't go on with the one class that there is."""
    values = evaluate(found)
    undefined = {name for name, value in values.items() if isinstance(value, Undefined)}
    assert missing | {"balanced_accuracy", "geometric_mean"} == undefined


def test_no_alarm_leaves_precision_undefined_and_nothing_else():
    """A classifier that never raises an alert has a recall and F1 of 0, but no precision."""
    values = evaluate(Counts(tn=8, fp=0, fn=2, tp=0))
    assert {"precision"} == {name for name, value in values.items() if isinstance(value, Undefined)}
    assert (0.0, 0.0, 0.0, 0.5) == tuple(values[name] for name in ("recall", "f1", "mcc", "balanced_accuracy"))
    assert "no row is predicted positive" in values["precision"].why


@given(counts, st.floats(0, 1000), st.floats(0, 1000))
def test_alarms_and_costs_are_for_every_1000_rows(found, false_negative, false_positive):
    """False alerts and costs are sums over rows, for 1,000 of them."""
    y, decisions = rows_of(found)
    costs = [
        false_negative if label > decision else false_positive if decision > label else 0.0
        for label, decision in zip(y, decisions, strict=True)
    ]
    values = evaluate(found, false_negative, false_positive)
    assert pytest.approx(1000 * np.mean(costs)) == values["expected_cost_per_1000"]
    assert pytest.approx(1000 * np.mean(decisions > y)) == values["false_alarms_per_1000"]


def test_mcc_of_many_rows_does_not_overflow():
    """Ten million rows multiply to more than 64 bits hold."""
    million = 10**6
    values = evaluate(Counts(tn=7 * million, fp=million, fn=million, tp=million))
    assert pytest.approx((7 - 1) / (2 * 8 * 2 * 8) ** 0.5) == values["mcc"]


def test_the_issues_own_example():
    """Repeat 0 of the default, baseline × logistic regression: recall 0.381."""
    values = evaluate(Counts(tn=350, fp=8, fn=26, tp=16))
    assert 0.381 == round(values["recall"], 3)
    assert 20.0 == values["false_alarms_per_1000"]
    assert 1000 * (26 * 9 + 8) / 400 == values["expected_cost_per_1000"]


def test_a_file_thinned_to_30_per_cent_from_1_reads_55_per_cent_precision_where_3_is_true() -> None:
    """the audit's pair: the same recall and false-positive rate at another share of positives"""
    recall, false_positive_rate = 0.80, 0.80 * 0.3 * 45 / (55 * 0.7)
    assert pytest.approx(0.55) == Rates(recall, false_positive_rate, 0.3).precision
    assert pytest.approx(0.028, abs=0.001) == Rates(recall, false_positive_rate, 0.01).precision


@given(counts.filter(lambda found: found.positives and found.negatives))
def test_at_the_prevalence_of_the_data_nothing_changes(found: Counts) -> None:
    """precision, alerts and cost are then those of the counts"""
    theirs = evaluate_decisions(found, (7.0, 2.0))
    ours = Rates(found.tp / found.positives, found.fp / found.negatives, found.positives / found.rows)
    assert pytest.approx(theirs["expected_cost_per_1000"]) == ours.cost((7.0, 2.0))
    assert pytest.approx(1000 * found.alarms / found.rows) == ours.alerts_per_1000
    precision = theirs["precision"]
    assert np.isnan(ours.precision) if isinstance(precision, Undefined) else pytest.approx(precision) == ours.precision


def test_rates_take_arrays() -> None:
    """a curve at once; without an alert there is no precision"""
    rates = Rates(np.array([0.0, 1.0]), np.array([0.0, 1.0]), 0.01)
    with np.errstate(all="raise"):
        assert np.isnan(rates.precision[0])
    assert [0.01, 1000.0] == pytest.approx([rates.precision[1], rates.alerts_per_1000[1]])
