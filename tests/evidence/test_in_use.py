"""Precision, alerts, cost and probabilities at another share of positives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from predictions import make_noisy_prediction, make_prediction

from job.data.splits import Split
from job.evaluation.grid import RunKey
from job.evaluation.metrics.calibration_metrics import correct_prior
from job.evaluation.metrics.run_metrics import Prediction
from job.evidence.net_benefit import build_in_use, precision_interval
from job.evidence.runs import by_place
from job.spec.job_spec import EvaluationSpec


def in_use_of(predictions: Sequence[Prediction | None], **evaluation: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is said of the only strategy, each prediction about the first rows of as many as there are."""
    length = max((len(each.y) for each in predictions if each), default=1)
    y = next((each.y for each in predictions if each is not None and len(each.y) == length), np.array([1]))
    y = np.tile(y, 3)  # two thirds of the rows train
    splits = [
        Split(place, 0, np.arange(length, len(y)), np.arange(len(each.y) if each else 1))
        for place, each in enumerate(predictions)
    ]
    keyed = {RunKey("s", "c", split.repeat, 0): each for split, each in zip(splits, predictions, strict=True)}
    spec = EvaluationSpec.model_validate(evaluation)
    built = build_in_use(by_place(keyed, ["s"], ["c"]), splits, spec, y)
    assert built is not None
    return built.rows[0], built


def drawn(n_true: int, n_false: int, n_positive: int = 30, n_rest: int = 70) -> Prediction:
    """Decisions with these counts."""
    decisions = np.r_[np.arange(n_positive) < n_true, np.arange(n_rest) < n_false]
    y = np.r_[np.ones(n_positive), np.zeros(n_rest)]
    return make_prediction(y, 0.2 + 0.6 * decisions, decisions, prevalence_resampled=0.3)


def test_without_a_prevalence_in_use_nothing_is_said() -> None:
    """the section then says what to set"""
    assert None is build_in_use({}, [], EvaluationSpec(), np.array([0, 1]))


def test_a_file_thinned_to_30_per_cent_reads_55_per_cent_where_3_are_right() -> None:
    """the audit's pair: 24 of 30 minority rows and 20 of 70 others raise an alert; then 1 % are positive"""
    row, built = in_use_of([drawn(24, 20)] * 6, prevalence_in_use=0.01, cost={"false_negative": 50})
    recall, rate = 24 / 30, 20 / 70
    alerts, false = 0.01 * recall + 0.99 * rate, 0.99 * rate
    assert pytest.approx(0.01 * recall / alerts) == row.precision.value
    assert pytest.approx((0.545, 0.027), abs=0.001) == (row.precision.in_data, row.precision.value)
    assert pytest.approx((1000 * alerts, 1000 * false)) == (row.alerts_per_1000, row.false_alarms_per_1000)
    assert pytest.approx(1000 * (0.01 * (1 - recall) * 50 + false)) == row.expected_cost_per_1000
    assert row.precision.lower < row.precision.value < row.precision.upper
    assert (0.01, 6) == (built.prevalence, row.n)


def test_probabilities_are_corrected_to_it() -> None:
    """Saerens et al.: mean and Brier score are those of a sample whose classes are weighted to the prevalence"""
    prediction = make_noisy_prediction(200, 4)
    row, _ = in_use_of([prediction], prevalence_in_use=0.02)
    weights = np.where(prediction.y == 1, 0.02 / prediction.y.mean(), 0.98 / (1 - prediction.y.mean()))
    for state, p in (("own", prediction.scores), ("corrected", correct_prior(prediction.scores, 0.02, 0.5))):
        assert pytest.approx(np.average(p, weights=weights)) == getattr(row, state).mean_predicted
        assert pytest.approx(np.average((p - prediction.y) ** 2, weights=weights)) == getattr(row, state).brier
    assert row.corrected.brier < row.own.brier


def test_what_does_not_exist_is_null_and_has_a_reason() -> None:
    """no result, one class, no alert, no probabilities, no cost"""
    one_class = make_prediction([1, 1], [0.2, 0.9])
    for nothing in ([None], [one_class]):
        row, _ = in_use_of(nothing, prevalence_in_use=0.1)
        assert {"strategy": "s", "classifier": "c", "n": 0} == row.model_dump(exclude_unset=True, exclude={"reason"})
        assert "both classes" in row.reason
    row, _ = in_use_of([drawn(0, 0)] * 5, prevalence_in_use=0.1)
    assert (None, 0.0, None) == (row.precision, row.alerts_per_1000, row.expected_cost_per_1000)
    assert "no alert" in row.reason
    row, _ = in_use_of([make_prediction([0, 1], [-2, 3], is_probability=False)], prevalence_in_use=0.1)
    assert (None, None) == (row.own, row.corrected)
    assert "no probabilities" in row.reason


def test_the_interval_takes_the_shared_training_rows_three_times() -> None:
    """s² (1/J + 3 n_test/n_train) of log(r/f): once covered 80 %, twice 91.5 % of 200 simulated jobs"""
    rates = np.array([(0.7, 0.2), (0.8, 0.24), (0.75, 0.18), (0.72, 0.25), (0.78, 0.21), (0.8, 0.2)])
    lower, upper = precision_interval(rates, 0.25, (1e6, 1e6), 0.01, 0.95)
    mean = rates.mean(axis=0)
    variance = np.var(rates[:, 0] / mean[0] - rates[:, 1] / mean[1], ddof=1) * (1 / 6 + 0.75)
    reach = (np.log(upper / (1 - upper)) - np.log(lower / (1 - lower))) / 2
    assert pytest.approx(2.5706 * np.sqrt(variance), rel=1e-3) == reach


@pytest.mark.parametrize("n_splits", [1, 4, 5, 20])
@pytest.mark.parametrize(("n_true", "n_false"), [(3, 0), (0, 3), (30, 70), (30, 0), (1, 1)])
def test_the_interval_holds_its_value_also_at_the_ends(n_true, n_false, n_splits) -> None:
    """no false alert, no true one, an alert on every row: never a width of nothing, as splits that agree would have"""
    row, _ = in_use_of([drawn(n_true, n_false)] * n_splits, prevalence_in_use=0.01)
    found = row.precision
    assert 0 <= found.lower <= found.value <= found.upper <= 1
    assert found.upper - found.lower > 1e-4
    assert ("corrected t" if n_splits > 4 else "binomial") == found.method


def test_one_split_has_the_interval_of_simel() -> None:
    """log(r/f) of one test part, half a row added on either side"""
    row, _ = in_use_of([drawn(20, 10)], prevalence_in_use=0.05)
    r, f = 20.5 / 31, 10.5 / 71
    se = np.sqrt(1 / 20.5 - 1 / 31 + 1 / 10.5 - 1 / 71)
    odds = 0.05 / 0.95 * r / f * np.exp(np.array([-1, 1]) * 1.95996 * se)
    assert pytest.approx(odds / (1 + odds), rel=1e-4) == [row.precision.lower, row.precision.upper]


@given(st.floats(0, 1, exclude_min=True, exclude_max=True), st.integers(0, 30), st.integers(0, 70))
def test_any_prevalence_has_numbers(prevalence, n_true, n_false) -> None:
    """also one that nobody will ever see"""
    row, _ = in_use_of([drawn(n_true, n_false)] * 5, prevalence_in_use=prevalence)
    numbers = [row.alerts_per_1000, row.own.brier, *(value for _, value in row.precision or ())]
    assert all(np.isfinite(value) for value in numbers if not isinstance(value, str))
