"""The share of positive rows that a classifier learns from counts its own weights."""

from __future__ import annotations

import numpy as np
import pytest
from factories import SEEDS, make_dataset, make_entry
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from job.evaluation.evaluate import evaluate_unit
from job.evaluation.leaked import evaluate_leak
from job.evaluation.runs import Unit
from job.spec.model import PreparationSpec
from job.strategies.prevalence import prevalence_seen

Y = np.array([0, 0, 0, 1, 0, 0, 1, 0], dtype=np.int8)


class Boosted(BaseEstimator):
    """A classifier with the one weight of gradient boosting libraries."""

    def __init__(self, scale_pos_weight=None):
        self.scale_pos_weight = scale_pos_weight


@given(st.integers(1, 9), st.integers(1, 9))
def test_a_weight_counts_as_rows_do(rest, positive):
    """weights of whole numbers are the share of rows repeated so often"""
    repeated = np.repeat(Y, np.where(Y == 1, positive, rest))
    found = prevalence_seen(LogisticRegression(class_weight={0: rest, 1: positive}), Y)
    assert pytest.approx(repeated.mean()) == found


@pytest.mark.parametrize(
    ("classifier", "expected"),
    [
        (LogisticRegression(), 0.25),
        (KNeighborsClassifier(), 0.25),
        (LogisticRegression(class_weight="balanced"), 0.5),
        (LogisticRegression(class_weight={1: 3}), 0.5),
        (RandomForestClassifier(class_weight="balanced_subsample"), 0.5),
        (Boosted(), 0.25),
        (Boosted(scale_pos_weight=3), 0.5),
    ],
)
def test_the_share_of_each_kind_of_weight(classifier, expected):
    """none, balanced, numbers, and the weight of the positive class alone"""
    assert expected == prevalence_seen(classifier, Y)


def test_one_class_alone_has_no_balance():
    """a share of 0 stays 0"""
    assert 0.0 == prevalence_seen(LogisticRegression(class_weight="balanced"), np.zeros(4, dtype=np.int8))


def make_unit(strategy, params):
    rows = np.arange(120, dtype=np.int32)
    return Unit(
        strategy=make_entry(strategy),
        classifiers=(make_entry("logistic_regression", params=params),),
        repeat=0,
        fold=0,
        train=rows[:-30],
        test=rows[-30:],
        preparation=PreparationSpec(),
        seeds=SEEDS,
    )


@pytest.mark.parametrize("strategy", ["baseline", "threshold"])
def test_one_model_has_one_correction(strategy):
    """a classifier with balanced weights of its own is corrected as under the strategy that sets them"""
    dataset = make_dataset()
    (own,) = evaluate_unit(make_unit(strategy, {"class_weight": "balanced"}), dataset)
    (set_by_strategy,) = evaluate_unit(make_unit("class_weight", {}), dataset)
    np.testing.assert_array_equal(own.scores, set_by_strategy.scores)
    assert set_by_strategy.prevalence_resampled == own.prevalence_resampled == 0.5


def test_the_strategy_weights_take_the_place_of_the_own():
    """class_weight with a classifier that brings weights has those of the strategy only"""
    dataset = make_dataset()
    (outcome,) = evaluate_unit(make_unit("class_weight", {"class_weight": {0: 1, 1: 100}}), dataset)
    assert 0.5 == outcome.prevalence_resampled


def test_resampled_rows_are_weighed_too():
    """weights that oppose resampling lead back: one in two rows with a third of the weight is a quarter"""
    dataset = make_dataset()
    (outcome,) = evaluate_unit(make_unit("smote", {"class_weight": {0: 3, 1: 1}}), dataset)
    assert 0.25 == outcome.prevalence_resampled


def test_the_leaked_evaluation_counts_weights():
    """resampling before the split doesn't change what weights are"""
    dataset = make_dataset()
    (outcome,) = evaluate_leak(make_unit("baseline", {"class_weight": "balanced"}), dataset)
    assert 0.5 == outcome.prevalence_resampled
