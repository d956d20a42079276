"""Small, degenerate and extreme tables."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy import sparse

from job.samplers.affinity_smote import AffinitySMOTE, affinity_oversample


def resample(X, y, **params):
    """Resample with warnings as errors; return the fitted sampler and the new rows."""
    sampler = AffinitySMOTE(random_state=0, **params)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        X_resampled, y_resampled = sampler.fit_resample(X, y)
    assert np.isfinite(X_resampled).all()
    labels, counts = np.unique(y_resampled, return_counts=True)
    assert len(set(counts)) == 1, dict(zip(labels, counts, strict=True))
    return sampler, X_resampled[len(X) :]


def test_a_single_row_is_repeated_and_that_is_said(table):
    """A minority of one row is repeated, with a sentence that gives the numbers."""
    X, y = table(50, n_minority=1)
    sampler, new = resample(X, y)
    assert np.unique(new, axis=0).tolist() == [X[0].tolist()]
    assert sampler.degradations_ == ("Class 1 has 1 row, no neighbour: its 48 synthetic rows repeat that row.",)
    assert (sampler.parents_ == 0).all()


@pytest.mark.parametrize("n_minority", [2, 3, 9, 15])
def test_few_rows_lower_k(table, n_minority):
    """A minority of at most k rows uses all its other rows as neighbours and says so."""
    X, y = table(50, n_minority=n_minority)
    sampler, new = resample(X, y, clip=False)
    expected = f"Class 1 has {n_minority} rows, so k_neighbors was lowered from 15 to {n_minority - 1}."
    assert sampler.degradations_ == (expected,)
    assert len(np.unique(new, axis=0)) == len(new)


def test_enough_rows_degrade_nothing(table):
    """A minority of k + 1 rows is enough."""
    X, y = table(50, n_minority=16)
    assert resample(X, y)[0].degradations_ == ()


def test_equal_rows_are_repeated_and_that_is_said(table):
    """A minority of equal rows is repeated exactly."""
    X, y = table(60, n_minority=16)
    X[:16] = X[0]
    sampler, new = resample(X, y)
    assert np.unique(new, axis=0).tolist() == [X[0].tolist()]
    assert sampler.degradations_ == ("All 16 rows of class 1 are the same: its 28 synthetic rows repeat them.",)


def test_constant_columns_stay_constant(table):
    """A constant column is constant in the new rows, to the bit; unclipped, up to rounding."""
    X, y = table()
    X[:, 2] = 0.1
    assert set(resample(X, y)[1][:, 2]) == {0.1}
    assert np.abs(resample(X, y, clip=False)[1][:, 2] - 0.1).max() < 1e-16


def test_all_columns_constant():
    """A table without any variation is repeated."""
    _, new = resample(np.full((40, 3), 7.0), np.repeat([0, 1], [30, 10]))
    assert set(new.ravel()) == {7.0}


@pytest.mark.parametrize("shape", [(60, 1), (60, 5000)])
def test_very_few_and_very_many_columns(table, shape):
    """One column and 5,000 columns work."""
    X, y = table(*shape, n_minority=20)
    assert resample(X, y)[1].shape == (20, shape[1])


@pytest.mark.parametrize("factor", [1e-300, 1e-200, 1e200, 1e300])
@pytest.mark.parametrize("scale", [True, False])
def test_extreme_values_change_no_choice(table, factor, scale):
    """Distances neither overflow nor vanish: parents and weights are those of the same table at a usual size."""
    X, y = table()
    power = 2.0 ** np.round(np.log2(factor))
    usual, _ = resample(X, y, scale=scale)
    extreme, _ = resample(X * power, y, scale=scale)
    assert usual.parents_.tolist() == extreme.parents_.tolist()
    assert usual.weights_.tolist() == extreme.weights_.tolist()


@pytest.mark.parametrize("value", [1e300, -1e300, 1e-300])
@pytest.mark.parametrize("clip", [True, False])
def test_one_extreme_value(table, value, clip):
    """A single extreme value spoils no other row."""
    X, y = table()
    X[5, 1] = value
    sampler, new = resample(X, y, clip=clip)
    untouched = (sampler.parents_ != 5).all(axis=1)
    assert np.abs(new[untouched]).max() < 100


def test_the_largest_floats_stay_finite(table):
    """Reaching past the largest number stops at it."""
    X, y = table(60, 2, 20)
    X = X / np.abs(X).max() * 1e306
    X[:20] *= 1.7e308 / np.abs(X[:20]).max() / 100
    resample(X, y, clip=False)


def test_several_classes_are_resampled_each(table):
    """Every class that needs rows gets its own, from its own rows."""
    X, _ = table(100)
    y = np.repeat(["a", "b", "c"], [60, 30, 10])
    sampler, _ = resample(X, y)
    assert sampler.sampling_strategy_ == {"b": 30, "c": 50}
    assert (y[sampler.parents_[:30]] == "b").all()
    assert (y[sampler.parents_[30:]] == "c").all()


def test_classes_that_need_nothing_get_nothing(table):
    """A strategy that asks for what is there changes nothing and leaves empty records."""
    X, y = table()
    sampler = AffinitySMOTE(sampling_strategy={1: 30}, random_state=0)
    X_resampled, y_resampled = sampler.fit_resample(X, y)
    assert X.tobytes() == X_resampled.tobytes()
    assert y.tolist() == y_resampled.tolist()
    assert (sampler.parents_.shape, sampler.weights_.shape, sampler.degradations_) == ((0, 2), (0,), ())


def test_asking_for_fewer_rows_than_there_are_is_refused(table):
    """The error gives both numbers."""
    X, y = table()
    with pytest.raises(ValueError, match="there is 30 samples and 20 samples are asked"):
        AffinitySMOTE(sampling_strategy={1: 20}).fit_resample(X, y)


def test_a_class_larger_than_the_others_can_grow(table):
    """Also the majority can be given rows."""
    X, y = table()
    _, y_resampled = affinity_oversample(X, y, sampling_strategy={0: 400, 1: 100}, random_state=0)
    assert np.bincount(y_resampled).tolist() == [400, 100]


def test_minority_rows_that_coincide_with_the_majority(table):
    """Where every minority row is also a majority row no seed is preferred."""
    X, _ = table(20)
    sampler, _ = resample(np.tile(X, (6, 1)), np.repeat([1, 0], [20, 100]))
    assert np.bincount(sampler.parents_[:, 0]).tolist() == [4] * 20


@pytest.mark.parametrize("make", [sparse.csr_matrix, sparse.csc_matrix, sparse.csr_array, sparse.csc_array])
def test_sparse_gives_the_dense_result(table, make):
    """A sparse table gives the same numbers in its own kind, format and type."""
    X, y = table(3000, 6, 200)
    X[np.abs(X) < 0.7] = 0
    dense, _ = affinity_oversample(X, y, random_state=0)
    result, _ = affinity_oversample(make(X), y, random_state=0)
    assert type(result) is type(make(X))
    assert np.array_equal(dense, result.toarray())
