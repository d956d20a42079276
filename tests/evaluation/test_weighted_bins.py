"""Weighted HistGradientBoosting: the same model to the last bit, whatever the data."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.ensemble._hist_gradient_boosting import binning
from sklearn.ensemble._hist_gradient_boosting.binning import _find_binning_thresholds

from job.evaluation.weighted_bins import sorted_once

LUCK = np.random.RandomState(0)
SMOOTH = LUCK.normal(size=(3_000, 3))
COLUMNS = {
    "continuous": SMOOTH[:, 0],
    "ties": np.round(SMOOTH[:, 0], 2),
    "missing": np.where(LUCK.uniform(size=3_000) < 0.2, np.nan, SMOOTH[:, 0]),
    "duplicates": np.repeat(SMOOTH[:600, 0], 5),
    "huge": SMOOTH[:, 0] * 1e300,
    "a few values": np.round(SMOOTH[:, 0]),
    "constant": np.ones(3_000),
}
WEIGHTS = {
    "balanced": np.where(LUCK.uniform(size=3_000) < 0.1, 5.0, 0.5556),
    "any": LUCK.uniform(size=3_000),
    "some are zero": np.where(LUCK.uniform(size=3_000) < 0.3, 0.0, LUCK.uniform(size=3_000)),
    "equal": np.full(3_000, 0.1),
}


@pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS.keys())
@pytest.mark.parametrize("weights", WEIGHTS.values(), ids=WEIGHTS.keys())
@pytest.mark.parametrize("max_bins", [2, 3, 97, 255])
def test_edges_are_scikit_learns_own(column, weights, max_bins):
    """every edge has scikit-learn's bits: ties with other weights, missing values, weights of zero"""
    expected = _find_binning_thresholds(column, max_bins, weights)
    with sorted_once():
        np.testing.assert_array_equal(expected, _find_binning_thresholds(column, max_bins, weights))


@pytest.mark.parametrize("n_rows", [1_600, 210_000])
def test_models_are_scikit_learns_own(n_rows):
    """class weights give the same probabilities, also where edges come from 200,000 of more rows"""
    luck = np.random.RandomState(1)
    X = luck.normal(size=(n_rows, 3))
    X[:, 1] = np.round(X[:, 1], 2)
    X[luck.uniform(size=X.shape) < 0.05] = np.nan
    y = (np.nan_to_num(X[:, 0]) + luck.normal(size=n_rows) > 2).astype(int)

    def fit():
        model = HistGradientBoostingClassifier(max_iter=10, class_weight="balanced", random_state=0)
        return model.fit(X, y).predict_proba(X)

    expected = fit()
    with sorted_once():
        np.testing.assert_array_equal(expected, fit())


def test_a_column_is_sorted_once_and_scikit_learn_is_left_as_it_was(monkeypatch):
    """three edges of 254 are asked of scikit-learn, to see that it counts alike; afterwards it has its own function"""
    asked = []
    original = binning._weighted_percentile
    monkeypatch.setattr(binning, "_weighted_percentile", lambda *a, **k: (asked.append(a[2]), original(*a, **k))[1])
    counted = binning._weighted_percentile
    with sorted_once():
        _find_binning_thresholds(SMOOTH[:, 0], 255, WEIGHTS["any"])
    assert 3 == len(asked)
    assert counted is binning._weighted_percentile


def test_where_scikit_learn_counts_otherwise_its_own_edges_are_used(monkeypatch):
    """edges follow another release's definition of a percentile"""
    monkeypatch.setattr(binning, "_weighted_percentile", lambda column, weights, rank, average: rank + 1000.0)
    expected = _find_binning_thresholds(SMOOTH[:, 0], 97, WEIGHTS["any"])
    with sorted_once():
        np.testing.assert_array_equal(expected, _find_binning_thresholds(SMOOTH[:, 0], 97, WEIGHTS["any"]))
