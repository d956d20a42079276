"""What a classifier returns is believed only where it is labels, probabilities or distances of two classes."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from factories import SEEDS, make_dataset, make_entry
from hostile import Says
from hypothesis import given
from hypothesis import strategies as st

from job.errors import StrategyError
from job.evaluation.evaluate_unit import FAILED, evaluate_unit
from job.evaluation.grid import Unit
from job.evaluation.third_party import score_and_decide
from job.spec.job_spec import PreparationSpec
from job.spec.strategy_entries import calibrated

ROWS = np.zeros((3, 2))
HALVES = [0.5, 0.5]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"probability": [0.4, 0.7]}, "predict_proba returned a row that sums to 1.1, expected rows that sum to 1"),
        ({"probability": [0.5, 0.499]}, "a row that sums to 0.999,"),
        ({"probability": [3.0, -2.0]}, "predict_proba returned 3, expected probabilities from 0 to 1"),
        ({"probability": [np.nan, np.nan]}, "predict_proba returned nan, expected probabilities from 0 to 1"),
        ({"probability": [1.0]}, r"predict_proba returned an array of shape \(3, 1\), expected \(3, 2\)"),
        ({"probability": [0.2, 0.3, 0.5]}, r"of shape \(3, 3\)"),
        ({"probability": 0.5}, r"of shape \(3,\)"),
        ({"probability": ["0.5", "0.5"]}, "predict_proba returned values such as .*'0.5'.*, expected numbers"),
        ({"probability": [0.5 + 0j, 0.5]}, "expected numbers"),
        ({"decision": np.inf}, "decision_function returned inf, expected finite numbers"),
        ({"decision": np.nan}, "decision_function returned nan"),
        ({"decision": [0.5]}, r"decision_function returned an array of shape \(3, 1\), expected \(3,\)"),
        ({"decision": None, "probability": None}, "predict_proba returned an array of shape"),
        ({"label": 7}, "predict returned 7, expected the labels 0 and 1"),
        ({"label": -1}, "predict returned -1"),
        ({"label": 0.5}, "predict returned 0.5"),
        ({"label": np.nan}, "predict returned nan"),
        ({"label": "1"}, "predict returned values such as .*'1'.*, expected numbers"),
        ({"label": None}, "predict returned values such as None, expected numbers"),
        ({"label": [1]}, r"predict returned an array of shape \(3, 1\), expected \(3,\)"),
    ],
)
def test_what_cannot_be_is_a_failure_with_its_reason(said, reason):
    """the method, what it returned and what it should have, whatever else is right"""
    with pytest.raises(StrategyError, match=reason):
        score_and_decide(Says(**{"probability": HALVES, **said}), ROWS, "Says")


@pytest.mark.parametrize("label", [True, 1, 1.0, np.float32(1), Fraction(1)])
def test_a_label_is_what_equals_one(label):
    """truth values, whole numbers and others that equal 1 are the positive label"""
    scores, decisions, is_probability = score_and_decide(Says(HALVES, label=label), ROWS, "Says")
    assert ([0.5] * 3, [1] * 3, True) == (scores.tolist(), decisions.tolist(), is_probability)
    assert (np.float64, np.int8) == (scores.dtype, decisions.dtype)


@given(st.floats(0, 1, width=32))
def test_float32_rounds(p):
    """probabilities in single precision sum to 1 as nearly as they can"""
    pair = np.array([np.float32(1) - np.float32(p), p], dtype=np.float32) * np.float32(1 + 2**-22)
    scores, _, _ = score_and_decide(Says(pair), ROWS, "Says")
    assert scores[0] == float(pair[1])


@pytest.mark.parametrize("classes", [(1, 0), ("0", "1"), (0, 1, 2), (1,), None])
@pytest.mark.parametrize("strategy", ["baseline", "threshold", "calibrated"])
def test_the_classes_are_the_labels_in_their_order(strategy, classes):
    """columns of probabilities in another order would turn the ranking upside down"""
    entry = calibrated(make_entry("baseline")) if strategy == "calibrated" else make_entry(strategy)
    says = make_entry(**{"class": "hostile.Says", "params": {"probability": HALVES, "classes": classes}})
    rows = np.arange(60, dtype=np.int32)
    unit = Unit(entry, (says,), 0, 0, rows[:45], rows[45:], PreparationSpec(), SEEDS)
    (outcome,) = evaluate_unit(unit, make_dataset(60, 20))
    assert outcome.status == FAILED
    assert "its classes_ must be [0, 1], but " in outcome.reason
