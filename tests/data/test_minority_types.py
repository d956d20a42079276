from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from job.data.difficulty import (
    TYPES,
    Clusters,
    count_minority_neighbors,
    count_minority_of_rows,
    find_borderline,
    find_clusters,
    find_shrinkage,
    fisher_ratios,
    fit_plane,
    gather_neighborhood,
    nearest_neighbor_errors,
    shrink,
    thin,
    type_minority,
)
from job.strategies.preparation import Preparation


def count_by_hand(train: np.ndarray, y: np.ndarray, row: np.ndarray, k: int = 5) -> Fraction:
    """The expected number of minority rows among the k nearest, ties drawn at random, in whole numbers."""
    squares = ((train - row) ** 2).sum(axis=1)
    order = sorted(range(len(y)), key=lambda index: squares[index])
    wanted = min(k, len(y))
    farthest = squares[order[wanted - 1]]
    closer = [index for index in order if squares[index] < farthest]
    level = [index for index in order if squares[index] == farthest]
    expected = sum(int(y[index]) for index in closer) + Fraction(
        (wanted - len(closer)) * sum(int(y[index]) for index in level), len(level)
    )
    return expected * k / wanted


grids = st.lists(
    st.tuples(st.integers(-2, 2), st.integers(-2, 2), st.integers(0, 1), st.integers(0, 1)), min_size=2, max_size=30
)


@given(grids)
def test_ties_and_duplicates_count_by_their_expectation(rows: list[tuple[int, int, int, int]]) -> None:
    """on a small grid, full of ties and duplicates, counts are the expected ones, whatever the order of rows"""
    table = np.array(rows, dtype=float)
    X, y = table[:, :3], table[:, 3].astype(np.int8)
    every = np.arange(len(y))
    expected = [float(count_by_hand(np.delete(X, row, 0), np.delete(y, row), X[row])) for row in every]
    np.testing.assert_allclose(count_minority_of_rows(X, y, every), expected, atol=1e-9)
    backwards = count_minority_of_rows(X[::-1], y[::-1], every)[::-1]
    np.testing.assert_allclose(backwards, expected, atol=1e-9)


@given(grids, grids)
def test_test_rows_are_counted_against_the_training_part(
    train: list[tuple[int, int, int, int]], test: list[tuple[int, int, int, int]]
) -> None:
    """a test row's equal in the training part is a neighbour like any other"""
    known, asked = np.array(train, dtype=float), np.array(test, dtype=float)
    found = count_minority_neighbors(gather_neighborhood(known[:, :3], known[:, 3]), asked[:, :3])
    expected = [float(count_by_hand(known[:, :3], known[:, 3].astype(int), row)) for row in asked[:, :3]]
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_without_ties_it_is_plain_nearest_neighbours() -> None:
    """on continuous data counts are whole numbers, those of a search through all distances"""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(700, 9)), (rng.random(700) < 0.2).astype(np.int8)
    distances = np.linalg.norm(X[:, None] - X[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    expected = y[np.argsort(distances, axis=1)[:, :5]].sum(axis=1)
    assert expected.tolist() == count_minority_of_rows(X, y, np.arange(700)).tolist()


def test_far_from_the_origin_ties_are_still_ties() -> None:
    """columns that aren't centred cost no digits: round-off parts nothing that is equally far"""
    X = np.array([[1e6, 1e6], [1e6 + 1, 1e6], [1e6 - 1, 1e6], [1e6, 1e6 + 1], [1e6, 1e6 - 1], [1e6 + 1e-3, 1e6]])
    y = np.array([1, 1, 0, 0, 0, 1])
    assert [0.25 + 1] == pytest.approx(count_minority_of_rows(X, y, np.array([0]), k=2).tolist())


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([5, 4], "safe"),
        ([3, 2], "borderline"),
        ([1], "rare"),
        ([0], "outlier"),
        ([3.5, 3.5 - 1e-12], "safe"),
        ([1.5, 3.4], "borderline"),
        ([0.5, 1.4], "rare"),
        ([0.4], "outlier"),
    ],
)
def test_types_follow_the_paper(counts: list[float], expected: str) -> None:
    """4 or 5 of five neighbours make a row safe, 2 or 3 borderline, 1 rare, none an outlier"""
    assert {expected} == {TYPES[place] for place in type_minority(np.array(counts, dtype=float))}


def test_four_minority_rows_can_at_best_be_borderline() -> None:
    """a tight cluster of four has three of its own among five neighbours, which the definition calls borderline"""
    X = np.vstack(
        [np.random.default_rng(1).normal(size=(4, 2)) / 100, np.random.default_rng(2).normal(size=(50, 2)) + 9]
    )
    y = np.repeat([1, 0], [4, 50])
    assert ["borderline"] * 4 == [TYPES[place] for place in type_minority(count_minority_of_rows(X, y, np.arange(4)))]


def test_fewer_rows_than_neighbours_are_scaled_up() -> None:
    """of three other rows one is minority: five thirds of five"""
    X, y = np.array([[0.0], [1.0], [2.0], [4.0]]), np.array([1, 1, 0, 0])
    assert [pytest.approx(5 / 3)] == count_minority_of_rows(X, y, np.array([0])).tolist()


def test_a_row_alone_has_no_neighbour() -> None:
    """one row only is an error of the caller"""
    with pytest.raises(ValueError, match="no other row"):
        count_minority_of_rows(np.zeros((1, 2)), np.array([1]), np.array([0]))


def test_large_data_is_thinned_by_class() -> None:
    """a sample keeps each class's share, is drawn from its seed, and never loses the minority"""
    y = np.zeros(100_000, dtype=np.int8)
    y[np.random.default_rng(0).choice(100_000, 1_000, replace=False)] = 1
    rows = thin(y, 30, 7)
    assert 20_000 == len(rows) == len(set(rows.tolist()))
    assert 200 == y[rows].sum()
    assert (np.diff(rows) > 0).all()
    assert rows.tolist() == thin(y, 30, 7).tolist()
    assert rows.tolist() != thin(y, 30, 8).tolist()
    assert 2_000 == len(thin(y, 1_000, 7))
    rarest = np.zeros(100_000, dtype=np.int8)
    rarest[5] = 1
    assert 1 == rarest[thin(rarest, 30, 7)].sum()
    assert list(range(500)) == thin(y[:500], 100_000, 7).tolist()


def clusters_by_hand(X: np.ndarray, y: np.ndarray) -> Clusters:
    """Join minority rows to those among their five nearest, one by one."""
    owner = {int(row): int(row) for row in np.flatnonzero(y)}
    for row in list(owner):
        distances = np.linalg.norm(X - X[row], axis=1)
        distances[row] = np.inf
        for other in np.argsort(distances)[:5]:
            if y[other]:
                old, new = owner[row], owner[int(other)]
                owner = {name: new if group == old else group for name, group in owner.items()}
    sizes = sorted((list(owner.values()).count(group) for group in set(owner.values())), reverse=True)
    large = tuple(size for size in sizes if size >= 3)
    return Clusters(large, sum(sizes) - sum(large))


@given(st.integers(0, 10_000), st.integers(8, 80), st.floats(0.05, 0.95))
def test_clusters_are_what_neighbourhood_connects(seed: int, n: int, share: float) -> None:
    """on data without ties, clusters are those of a search row by row"""
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(n, 2)), (rng.random(n) < share).astype(np.int8)
    y[0] = 1
    assert clusters_by_hand(X, y) == find_clusters(X, y)


def test_duplicates_are_one_place() -> None:
    """equal rows are in one cluster and count each, and don't hide what is near them"""
    X = np.repeat([[0.0], [1.0], [2.0], [50.0], [60.0], [61.0], [62.0], [63.0], [64.0], [65.0]], 20, axis=0)
    y = np.repeat([1, 1, 1, 0, 0, 0, 0, 0, 0, 0], 20)
    assert Clusters((60,), 0) == find_clusters(X, y)


def test_a_few_rows_are_enough() -> None:
    """one minority row is alone, and data of two rows has its answer"""
    assert Clusters((), 1) == find_clusters(np.array([[0.0], [1.0]]), np.array([1, 0]))
    assert Clusters((), 2) == find_clusters(np.array([[0.0], [1.0]]), np.array([1, 1]))
    assert Clusters((3,), 0) == find_clusters(np.array([[0.0], [1.0], [2.0]]), np.array([1, 1, 1]))


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_tells_nothing(seed: int) -> None:
    """shuffled rows fall into the same clusters, ties included"""
    rng = np.random.default_rng(seed)
    X, y = rng.integers(0, 6, size=(200, 3)).astype(float), (rng.random(200) < 0.3).astype(np.int8)
    order = rng.permutation(200)
    assert find_clusters(X, y) == find_clusters(X[order], y[order])


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
