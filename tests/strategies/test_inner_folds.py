"""Thresholds tuned on inner folds, against plain scikit-learn to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from factories import SEEDS, make_dataset
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import TunedThresholdClassifierCV

from job.strategies.inner_folds import Threshold, balanced_accuracy, split_rows

DATASET = make_dataset(400, 60)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=300))
def test_balanced_accuracy_is_scikit_learns(pairs):
    """whatever is decided about rows of both classes, the score has scikit-learn's bits"""
    y, decisions = np.array([(0, 0), (1, 1), *pairs], dtype=np.int8).T
    assert balanced_accuracy_score(y, decisions) == balanced_accuracy(y, decisions)


@pytest.mark.parametrize("params", [{}, {"scoring": "balanced_accuracy"}, {"scoring": "f1"}, {"thresholds": 7}])
def test_the_tuned_model_is_scikit_learns(params):
    """threshold, score and everything that is kept are those of a TunedThresholdClassifierCV that nobody hurried"""
    X, y = DATASET.X.to_numpy(), DATASET.y
    folds, _ = split_rows(y, None, SEEDS.inner_folds, 5)
    plain = TunedThresholdClassifierCV(LogisticRegression(), **params, cv=folds).fit(X, y)
    tuned = Threshold("", params).tune(LogisticRegression(), X, y, folds)
    assert (plain.best_threshold_, plain.best_score_) == (tuned.best_threshold_, tuned.best_score_)
    assert repr(plain.get_params()) == repr(tuned.get_params())
    assert repr(plain._curve_scorer) == repr(tuned._curve_scorer)
    np.testing.assert_array_equal(plain.predict(X), tuned.predict(X))
