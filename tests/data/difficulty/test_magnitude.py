"""Huge values overflow nowhere, and tell what the same values tell in another unit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from job.data.difficulty.class_overlap import find_borderline, fisher_ratios, nearest_neighbor_errors
from job.data.difficulty.minority_types import count_minority_of_rows, find_clusters, find_shrinkage, shrink
from job.data.difficulty.plane import fit_plane
from job.strategies.preparation import Preparation

RNG = np.random.default_rng(0)
Y = (RNG.random(80) < 0.3).astype(np.int8)
X = RNG.normal(size=(80, 3)) + Y[:, None]
UNITS = [2.0**500, 2.0**800, 2.0**1020]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(
    "measure",
    [
        fisher_ratios,
        find_borderline,
        nearest_neighbor_errors,
        lambda X, y: count_minority_of_rows(X, y, np.flatnonzero(y)),
        lambda X, y: find_clusters(X, y).sizes,
    ],
)
@pytest.mark.filterwarnings("error")
def test_a_unit_changes_no_measure(measure, unit):
    """numbers near the largest float give no warning, and what the same rows give in a small unit"""
    np.testing.assert_allclose(measure(X, Y), measure(X * unit, Y), rtol=1e-12)


@pytest.mark.filterwarnings("error")
def test_a_huge_column_takes_nothing_from_the_others():
    """each column's ratio is its own"""
    huge = X * np.array([2.0**1020, 1.0, 1.0])
    np.testing.assert_allclose(fisher_ratios(X, Y), fisher_ratios(huge, Y), rtol=1e-12)


@pytest.mark.filterwarnings("error")
def test_rows_whose_sum_overflows_have_no_plane():
    """there is no direction to draw, and no warning"""
    assert (0, 3) == fit_plane(np.abs(X) * 2.0**1022).axes.shape


@pytest.mark.parametrize("impute", ["median", "most_frequent"])
@pytest.mark.filterwarnings("error")
def test_huge_values_are_left_as_they_are(impute):
    """without scaling they are prepared without a warning"""
    values = pd.DataFrame({"a": np.abs(X[:, 0]) * 2.0**1022, "b": X[:, 1] * 2.0**1021})
    np.testing.assert_array_equal(values, Preparation(scale="none", impute=impute).fit(values).transform(values))


@given(st.floats(0, 1.7e308), st.integers(1, 10**6))
def test_squares_stay_finite_and_what_fits_stays_itself(largest, n_terms):
    """the sum of so many squared differences of values up to the largest is finite; ordinary values aren't touched"""
    factor = find_shrinkage(largest, n_terms)
    assert np.isfinite(n_terms * (2 * (largest * factor)) ** 2)
    assert factor == 1.0 or largest > 1e140
    values = np.array([largest, -largest])
    assert (shrink(values, n_terms) is values) == (factor == 1.0)
