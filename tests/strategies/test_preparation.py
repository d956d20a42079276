from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from factories import make_dataset
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, RobustScaler, StandardScaler

from job.errors import StrategyError
from job.strategies.preparation import Preparation


def test_numbers_are_imputed_and_scaled_as_scikit_learn_does():
    """`transform` equals SimpleImputer and StandardScaler on the training part, applied to other rows"""
    dataset = make_dataset(missing=0.2)
    train, test = dataset.X[:80], dataset.X[80:]
    expected = make_pipeline(SimpleImputer(strategy="median"), StandardScaler()).fit(train.to_numpy())
    actual = Preparation().fit(train)
    np.testing.assert_array_equal(expected.transform(test.to_numpy()), actual.transform(test))


@pytest.mark.parametrize("impute", ["median", "mean", "most_frequent"])
@pytest.mark.parametrize(("n_rows", "n_categorical"), [(120, 0), (121, 1)])
def test_both_steps_are_scikit_learns_to_the_bit(impute, n_rows, n_categorical):
    """what is done in one array gives the bits of the pipeline that is kept, also where a column has no value"""
    X = make_dataset(n_rows, n_categorical=n_categorical, missing=0.2).X
    X["empty"] = np.nan
    preparation = Preparation(impute=impute).fit(X)
    numbers = X[preparation.numeric_].to_numpy(dtype=float)
    imputer = SimpleImputer(strategy=impute, keep_empty_features=True)
    expected = make_pipeline(imputer, StandardScaler()).fit(numbers)
    np.testing.assert_array_equal(imputer.statistics_, preparation.numbers_[0].statistics_)
    for fitted in (expected, preparation.numbers_):
        np.testing.assert_array_equal(fitted.transform(numbers), preparation.codes(X)[:, : numbers.shape[1]])


@pytest.mark.parametrize(("scale", "scaler"), [("robust", RobustScaler()), ("none", "passthrough")])
def test_other_scales(scale, scaler):
    """`scale` chooses RobustScaler, or no scaling at all"""
    X = make_dataset().X
    expected = X.to_numpy() if scaler == "passthrough" else scaler.fit_transform(X.to_numpy())
    np.testing.assert_array_equal(expected, Preparation(scale=scale).fit(X).transform(X))


@pytest.mark.parametrize("max_categories", [2, 3, 20])
def test_categories_are_encoded_as_one_hot_encoder_does(max_categories):
    """a category column spreads to the columns of OneHotEncoder, missing and infrequent ones included"""
    rng = np.random.default_rng(0)
    letters = rng.choice(list("abcdef"), 300, p=[0.4, 0.3, 0.1, 0.1, 0.05, 0.05]).astype(object)
    letters[rng.random(300) < 0.1] = None
    X = pd.DataFrame({"c": pd.Categorical(letters)})
    train, test = X[:200], X[200:]
    encoder = OneHotEncoder(
        max_categories=max_categories, handle_unknown="infrequent_if_exist", sparse_output=False
    ).fit(train.to_numpy())
    expected = encoder.transform(test.to_numpy())
    actual = Preparation(max_categories=max_categories).fit(train).transform(test)
    # the order of columns differs (missing comes last there, first here); which rows are together must not
    assert sorted(map(tuple, expected.T)) == sorted(map(tuple, actual.T))


def test_an_unseen_category_is_no_category():
    """a category that the training part doesn't have is all zeros where nothing is infrequent"""
    X = pd.DataFrame({"c": pd.Categorical(["a", "b", "a", "b", "z"])})
    actual = Preparation().fit(X[:4]).transform(X[4:])
    np.testing.assert_array_equal(np.zeros((1, 2)), actual)


def test_an_unseen_category_is_infrequent_where_some_are():
    """a category that the training part doesn't have joins the infrequent ones"""
    X = pd.DataFrame({"c": pd.Categorical(["a"] * 5 + ["b", "c", "d"] + ["z"])})
    preparation = Preparation(max_categories=2).fit(X[:8])
    np.testing.assert_array_equal(preparation.transform(X[7:8]), preparation.transform(X[8:]))


def test_numbers_come_before_categories_in_codes():
    """codes are numbers in their order, then one column of whole numbers for each category column"""
    dataset = make_dataset(n_numeric=2, n_categorical=2)
    mixed = dataset.X[["c0", "x0", "c1", "x1"]]
    preparation = Preparation().fit(mixed)
    codes = preparation.codes(mixed)
    assert (["x0", "x1"], ["c0", "c1"]) == (preparation.numeric_, preparation.categorical_)
    assert (120, 4) == codes.shape
    np.testing.assert_array_equal(codes[:, 2:], np.round(codes[:, 2:]))


def test_all_missing_in_training_is_still_a_number():
    """a column without any value in the training part becomes a constant instead of an error"""
    X = pd.DataFrame({"a": [np.nan] * 4, "b": [1.0, 2.0, 3.0, 4.0]})
    assert np.isfinite(Preparation().fit(X).transform(X)).all()


def test_values_too_large_are_named():
    """values whose square is no float64 end in a sentence with the column's name"""
    X = pd.DataFrame({"b": [1.0, 2.0, 3.0], "huge": [1e300, -1e300, 5e299]})
    with pytest.raises(StrategyError, match="'huge' holds values too large"):
        Preparation().fit(X)
    assert np.isfinite(Preparation(scale="robust").fit(X).codes(X)).all()


def test_snap_makes_whole_numbers_whole_in_their_own_units():
    """snapped columns hold whole numbers once scaling is undone; the others are as they were"""
    dataset = make_dataset(n_numeric=2, n_integer=2)
    preparation = Preparation().fit(dataset.X)
    off = preparation.codes(dataset.X) + 0.01
    snapped = preparation.snap(off, dataset.integer)
    np.testing.assert_allclose(dataset.X[["k0", "k1"]], preparation.numbers_[-1].inverse_transform(snapped)[:, 2:])
    np.testing.assert_array_equal(off[:, :2], snapped[:, :2])
