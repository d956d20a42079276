"""Discrete columns are found by their values and keep to them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from job.samplers.affinity_smote import AffinitySMOTE
from job.samplers.survey import LEAST_REPEATS, MOST_LEVELS, find_levels

small_numbers = st.lists(st.sampled_from([-1.5, -0.0, 0.0, 1.0, 2.0, 7.0, np.nan]), min_size=1, max_size=80)


def make_column(n_values, n_rows):
    """Return one column of `n_rows` rows that holds `n_values` values in turn, which aren't whole."""
    return (np.arange(n_rows) % n_values * 0.3 + 0.1)[:, None]


@pytest.mark.parametrize("n_values", [2, 3, 7, MOST_LEVELS])
def test_few_values_that_repeat_make_a_column_discrete(n_values):
    """Up to 50 values with five rows for each are a discrete column's."""
    X = make_column(n_values, n_values * LEAST_REPEATS)
    assert np.unique(X).tolist() == find_levels(X, np.array([0]))[0].tolist()


@pytest.mark.parametrize(
    ("n_values", "n_rows"), [(1, 50), (MOST_LEVELS + 1, 2_000), (10, 10 * LEAST_REPEATS - 1), (40, 40)]
)
def test_constants_measurements_and_small_tables_are_not_discrete(n_values, n_rows):
    """One value, more than 50, or fewer than five rows for each are none."""
    assert {} == find_levels(make_column(n_values, n_rows), np.array([0]))


def test_values_that_come_late_count_too():
    """All rows are looked at, block by block."""
    X = np.zeros((200_000, 2))
    X[-1, 0], X[-200:, 1] = 3.0, np.arange(200)
    assert {0: [0.0, 3.0]} == {column: levels.tolist() for column, levels in find_levels(X, np.arange(2)).items()}


@given(small_numbers)
def test_levels_are_the_distinct_values(values):
    """Whatever the order, zeros of either sign and missing cells."""
    X = np.array(values)[:, None]
    expected = np.unique(X[~np.isnan(X)] + 0.0)
    enough = 1 < len(expected) <= len(values) // LEAST_REPEATS
    found = {column: levels.tobytes() for column, levels in find_levels(X, np.array([0])).items()}
    assert ({0: expected.tobytes()} if enough else {}) == found
    backwards = {column: levels.tobytes() for column, levels in find_levels(X[::-1], np.array([0])).items()}
    assert found == backwards


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_matrix])
def test_new_rows_hold_values_that_were_seen(table, make):
    """A discrete column's new values are among those observed, a continuous column's are not."""
    X, y = table(400, 3, 40)
    X[:, 1] = np.round(X[:, 1] * 2) / 7
    X_resampled, _ = AffinitySMOTE(random_state=0).fit_resample(make(X), y)
    new = (X_resampled.toarray() if sparse.issparse(X_resampled) else X_resampled)[400:]
    assert np.isin(new[:, 1], X[:, 1]).all()
    assert not np.isin(new[:, 0], X[:, 0]).all()


def test_without_clip_values_are_the_formula_s(table):
    """clip=False leaves a discrete column's values in between as they are."""
    X, y = table(400, 3, 40)
    X[:, 1] = np.round(X[:, 1] * 2) / 7
    sampler = AffinitySMOTE(random_state=0, clip=False)
    new = sampler.fit_resample(X, y)[0][400:, 1]
    seed, neighbour = X[sampler.parents_, 1].T
    assert ((1 - sampler.weights_) * seed + sampler.weights_ * neighbour).tolist() == new.tolist()
