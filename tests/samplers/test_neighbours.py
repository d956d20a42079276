"""Neighbours and scales are those of their definitions, whatever search proposed them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics.pairwise import nan_euclidean_distances

from job.samplers.neighbours import find_neighbours, measure_distances, nearest, propose, split_cells
from job.samplers.space import Points, fit_scale
from job.samplers.survey import choose_rows, survey_table
from job.samplers.threads import open_workers


def make_points(numbers, codes=None, mismatch=1.0):
    """Return points with numbers, and codes where given."""
    codes = np.empty((len(numbers), 0)) if codes is None else codes
    return Points(numbers, codes, mismatch, 2.0 * numbers.shape[1], bool(np.isnan(numbers).any()))


def rank_all(distances, k):
    """Return the k nearest by (distance, position), from the whole matrix."""
    return np.argsort(distances, axis=1, kind="stable")[:, :k]


def sum_squares(numbers):
    """Return all squared distances, each summed column by column."""
    total = np.zeros((len(numbers), len(numbers)))
    for column in numbers.T:
        total += (column[:, None] - column) ** 2
    np.fill_diagonal(total, np.inf)
    return total


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 12), st.sampled_from([2, 4, 0]))
def test_neighbours_are_those_of_the_whole_matrix(seed, k, levels):
    """Also where most distances are tied, the k nearest by (distance, position) are found."""
    rng = np.random.RandomState(seed)
    size = (rng.randint(k + 1, 1200), rng.randint(1, 6))
    numbers = rng.randint(0, levels, size).astype(float) if levels else rng.standard_normal(size)
    found, distances = find_neighbours(make_points(numbers), k)
    squares = sum_squares(numbers)
    expected = rank_all(squares, k)
    assert np.array_equal(expected, found)
    assert np.array_equal(np.sqrt(np.take_along_axis(squares, expected, axis=1)), distances)


def test_missing_cells_are_left_out_of_distances():
    """Distances over the columns both rows have are scikit-learn's nan-Euclidean; rows that share none have one set."""
    rng = np.random.RandomState(0)
    numbers = rng.standard_normal((80, 6))
    numbers[rng.random_sample(numbers.shape) < 0.3] = np.nan
    _, distances = nearest(make_points(numbers), make_points(numbers), 20)
    matrix = nan_euclidean_distances(numbers)
    matrix[np.isnan(matrix)] = np.sqrt(2 * 6)
    expected = np.sort(matrix, axis=1)[:, :20]
    np.testing.assert_allclose(distances, expected, rtol=1e-12, atol=1e-7)


def test_another_category_adds_its_cost():
    """Numbers 3 apart, with two of three categories different at 8 each: a distance of 5."""
    points = make_points(np.array([[0.0], [3.0]]), np.array([[0.0, 1, 2], [1.0, 1, 0]]), mismatch=8.0)
    assert find_neighbours(points, 1)[1].tolist() == [[5.0], [5.0]]


@pytest.mark.parametrize("levels", [0, 2, 40])
def test_cells_part_the_rows_once_and_stay_small(levels):
    """Every row is in one cell, ascending, and of more than 4,000 rows each has from 1,000 to 2,000, ties or not."""
    rng = np.random.RandomState(0)
    numbers = rng.randint(0, levels, (20_000, 3)).astype(float) if levels else rng.standard_normal((20_000, 3))
    cells = split_cells(make_points(numbers))
    assert sorted(np.concatenate(cells).tolist()) == list(range(20_000))
    assert all(1_000 <= len(cell) <= 2_000 and (np.diff(cell) > 0).all() for cell in cells)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([0.0, 10.0, 1e3, 1e6]), st.integers(1, 60))
def test_no_row_that_a_search_left_out_is_nearer_than_it_says(seed, apart, n_columns):
    """Whatever float32 made of the distances, the bound holds for the exact ones, also in clusters far apart."""
    rng = np.random.RandomState(seed)
    others = rng.standard_normal((rng.randint(40, 400), n_columns))
    queries = rng.standard_normal((200, n_columns))
    others[::2, 0] += apart
    queries[:, 0] += apart
    n_candidates = rng.randint(1, len(others) // 2)
    candidates, nearest_left_out = propose(queries, others, n_candidates)
    squares = ((queries[:, None] - others) ** 2).sum(axis=2)
    np.put_along_axis(squares, candidates, np.inf, axis=1)
    assert (squares.min(axis=1) >= nearest_left_out * (1 - 1e-12)).all()


def test_a_search_is_sure_of_ordinary_data():
    """Among normal columns the bound lets nearly all candidates stand, else the fast search would be in vain."""
    rng = np.random.RandomState(0)
    queries, others = rng.standard_normal((500, 20)), rng.standard_normal((1_500, 20))
    candidates, nearest_left_out = propose(queries, others, 10)
    squares = ((queries[:, None] - others) ** 2).sum(axis=2)
    seventh = np.sort(squares, axis=1)[:, 6]
    assert (seventh < nearest_left_out).mean() > 0.99
    assert (np.sort(np.take_along_axis(squares, candidates, axis=1), axis=1)[:, 6] == seventh).mean() > 0.99


@pytest.mark.parametrize("n_threads", [2, 3])
def test_threads_change_no_neighbour_and_no_distance(n_threads):
    """In cells and in spans, several threads find what one finds."""
    rng = np.random.RandomState(0)
    points, others = make_points(rng.standard_normal((9_000, 4))), make_points(rng.standard_normal((2_000, 4)))
    with open_workers(n_threads) as workers:
        together, measured = find_neighbours(points, 7, workers), measure_distances(points, others, 5, workers)
    alone = find_neighbours(points, 7)
    assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))
    assert np.array_equal(measure_distances(points, others, 5), measured)


@pytest.mark.parametrize("factor", [1e-300, 1.0, 1e300])
def test_the_scale_is_the_standard_deviation(factor):
    """Columns come to mean 0 and unit standard deviation, also at the ends of what floats can hold."""
    rows = np.random.RandomState(0).standard_normal((500, 3)) * [1, 10, 0.1]
    scaled = fit_scale(rows * factor, standardize=True).apply(rows * factor)
    np.testing.assert_allclose(scaled, (rows - rows.mean(axis=0)) / rows.std(axis=0), rtol=1e-9, atol=1e-9)


def test_a_sample_by_hash_is_the_same_rows_in_any_order():
    """The rows chosen don't depend on where they stand."""
    X = np.random.RandomState(0).standard_normal((5_000, 3))
    order = np.random.RandomState(1).permutation(len(X))
    expected = X[choose_rows(survey_table(X).hashes, 300)]
    result = X[order][choose_rows(survey_table(X[order]).hashes, 300)]
    assert sorted(map(tuple, expected)) == sorted(map(tuple, result))


def test_many_copies_of_one_row_do_not_crowd_out_the_rest():
    """Of 90 % equal rows about nine in ten are chosen, not all or none."""
    X = np.random.RandomState(0).standard_normal((5_000, 2))
    X[:4_500] = X[0]
    chosen = choose_rows(survey_table(X).hashes, 1_000)
    assert 850 < (chosen < 4_500).sum() < 950
