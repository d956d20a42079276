"""Net benefit against the package dcurves, and against a version that counts row by row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from predictions import make_noisy_prediction, make_prediction, probabilities

from job.evaluation.grid import RunKey
from job.evaluation.metrics.calibration_metrics import correct_prior
from job.evaluation.metrics.run_metrics import Prediction
from job.evidence.net_benefit import build_net_benefit, net_benefit, threshold_grid
from job.evidence.runs import by_place
from job.spec.job_spec import EvaluationSpec

THEIRS = json.loads((Path(__file__).parent / "dcurves.json").read_text())


def curves_of(*predictions: Prediction | None, prevalence: float = 0.1, **evaluation: Any) -> tuple[Any, Any]:
    """What is said of the only strategy, and of all."""
    keyed = {RunKey("s", "c", repeat, 0): prediction for repeat, prediction in enumerate(predictions)}
    built = build_net_benefit(by_place(keyed, ["s"], ["c"]), EvaluationSpec.model_validate(evaluation), prevalence)
    (row,) = built.rows
    return row, built


@pytest.mark.parametrize("case", THEIRS["cases"])
def test_net_benefit_is_that_of_dcurves(case) -> None:
    """to 1e-12: ties with a threshold, probabilities of 0 and 1, and a prevalence that is given, included"""
    y, thresholds = np.array(case["y"]), np.array(THEIRS["thresholds"])
    for theirs, p in (("model", np.array(case["p"])), ("all", np.ones(len(y))), ("none", np.zeros(len(y)))):
        found = net_benefit(y, p, thresholds, case["prevalence"])
        np.testing.assert_allclose(found, case[theirs], rtol=0, atol=1e-12)


@given(st.lists(st.tuples(st.integers(0, 1), probabilities), min_size=1, max_size=12), st.none() | st.floats(0.01, 0.9))
def test_net_benefit_counts_row_by_row(rows, prevalence) -> None:
    """true alerts less false ones at the exchange rate of the threshold; another prevalence needs both classes"""
    y, p = np.array([label for label, _ in rows]), np.array([score for _, score in rows])
    thresholds = np.array([1e-7, 0.1, 0.25, 0.5, 0.99])
    found = net_benefit(y, p, thresholds, prevalence)
    for at, value in zip(thresholds, found, strict=True):
        true, false = sum(y[p >= at] == 1), sum(y[p >= at] == 0)
        if prevalence is None:
            assert pytest.approx(true / len(y) - false / len(y) * at / (1 - at)) == value
        elif len(set(y)) < 2:
            assert np.isnan(value)
        else:
            recall, false_positive_rate = true / sum(y == 1), false / sum(y == 0)
            benefit = prevalence * recall - (1 - prevalence) * false_positive_rate * at / (1 - at)
            assert pytest.approx(benefit) == value


def test_curves_are_means_over_splits_of_own_and_corrected_probabilities() -> None:
    """beside an alert on every row and on none, whose net benefit is 0"""
    predictions = [make_noisy_prediction(80, seed) for seed in (1, 2)]
    row, built = curves_of(*predictions)
    at = np.array(built.thresholds)
    corrected = [correct_prior(each.scores, 0.1, 0.5) for each in predictions]
    expected = np.mean([net_benefit(each.y, each.scores, at) for each in predictions], axis=0)
    assert expected.tolist() == list(row.own)
    mended = np.mean([net_benefit(each.y, p, at) for each, p in zip(predictions, corrected, strict=True)], axis=0)
    assert mended.tolist() == list(row.corrected) != list(row.own)
    assert 2 == row.n
    prevalence = np.mean([each.y.mean() for each in predictions])
    assert (prevalence - (1 - prevalence) * at / (1 - at)).tolist() == pytest.approx(list(built.treat_all))
    assert {0.0} == set(built.treat_none)


def test_at_a_prevalence_in_use_probabilities_are_corrected_to_it() -> None:
    """and both rates are weighted to it, for the alert on every row too"""
    prediction = make_noisy_prediction(80, 3)
    row, built = curves_of(prediction, prevalence_in_use=0.02)
    at = np.array(built.thresholds)
    p = correct_prior(prediction.scores, 0.02, 0.5)
    assert net_benefit(prediction.y, p, at, 0.02).tolist() == list(row.corrected)
    assert (0.02 - 0.98 * at / (1 - at)).tolist() == pytest.approx(list(built.treat_all))
    assert 0.02 == built.prevalence


@pytest.mark.parametrize(
    ("predictions", "evaluation", "why"),
    [
        ([None], {}, "no run of it has scores"),
        ([make_prediction([0, 1], [-3, 4], is_probability=False)], {}, "the classifier gives no probabilities"),
        ([make_prediction([1, 1], [0.2, 0.4])], {"prevalence_in_use": 0.1}, "no test part has rows of both classes"),
    ],
)
def test_what_has_no_curve_has_a_reason(predictions, evaluation, why) -> None:
    """no scores, no probabilities, one class where another prevalence is asked"""
    row, _ = curves_of(*predictions, **evaluation)
    assert (None, None, why, 0) == (row.own, row.corrected, row.reason, row.n)


def test_without_a_prior_there_is_no_corrected_curve() -> None:
    """a classifier that saw one class only"""
    odd = make_prediction([0, 1], [0.2, 0.7], prevalence_resampled=1.0)
    row, _ = curves_of(make_prediction([0, 1], [0.2, 0.7]), odd)
    assert row.own is not None
    assert row.corrected is None


@given(st.floats(0, 1, exclude_min=True, exclude_max=True), st.none() | st.floats(0.001, 0.999))
def test_there_are_at_most_60_thresholds(prevalence, cost) -> None:
    """however rare the minority; they rise, lie inside (0, 1), and hold the prevalence and the cost's threshold"""
    grid = threshold_grid(prevalence, cost)
    assert len(grid) <= 60
    assert np.all(np.diff(grid) > 0)
    assert 0 < grid[0] <= max(prevalence, 0.01)
    assert grid[-1] < 1
    assert {prevalence, *([] if cost is None else [cost])} <= set(grid)


@pytest.mark.parametrize(
    ("cost", "at"),
    [((9, 1), 0.1), ((0, 1), None), ((1, 0), None), ((1e12, 1e-12), 1e-24), (None, None)],
)
def test_a_cost_has_its_threshold(cost, at) -> None:
    """c_fp / (c_fp + c_fn), unless one kind of error costs nothing"""
    spec = {"cost": dict(zip(("false_negative", "false_positive"), cost, strict=True))} if cost else {}
    _, built = curves_of(make_noisy_prediction(40, 1), **spec)
    assert pytest.approx(at) == built.cost_threshold
    assert at is None or built.cost_threshold in built.thresholds
