from __future__ import annotations

import numpy as np
import pytest
from problexity.classification import n3

from job.data.difficulty import (
    find_borderline,
    fisher_ratios,
    maximum_fisher_ratio,
    nearest_neighbor_errors,
)


def draw(n: int, seed: int, shift: float = 1.0, n_columns: int = 4) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    y = (np.arange(n) % 5 == 0).astype(np.int8)
    return rng.normal(size=(n, n_columns)) + shift * y[:, None], y


def fisher_by_hand(column: np.ndarray, y: np.ndarray) -> float:
    between = within = 0.0
    for label in (0, 1):
        values = [float(value) for value, found in zip(column, y, strict=True) if found == label]
        mean = sum(values) / len(values)
        between += len(values) * (mean - float(column.mean())) ** 2
        within += sum((value - mean) ** 2 for value in values)
    return between / within


def tree_by_hand(X: np.ndarray) -> list[tuple[int, int]]:
    """Kruskal's minimum spanning tree, edge by edge."""
    n = len(X)
    edges = sorted((float(np.linalg.norm(X[i] - X[j])), i, j) for i in range(n) for j in range(i))
    owner, tree = list(range(n)), []
    for _, i, j in edges:
        if owner[i] != owner[j]:
            tree.append((i, j))
            old, new = owner[i], owner[j]
            owner = [new if name == old else name for name in owner]
    return tree


@pytest.mark.parametrize("seed", range(5))
def test_fisher_ratio_is_the_papers(seed: int) -> None:
    """each column's ratio is the spread between over that within, every class counted once, and F1 is of the largest"""
    X, y = draw(150, seed)
    expected = [fisher_by_hand(column, y) for column in X.T]
    np.testing.assert_allclose(fisher_ratios(X, y), expected, rtol=1e-12)
    assert pytest.approx(1 / (1 + max(expected))) == maximum_fisher_ratio(fisher_ratios(X, y))


def test_fisher_ratio_of_columns_that_tell_all_or_nothing() -> None:
    """a constant column tells nothing, one that is constant in each class tells all, also far from 0"""
    y = np.array([1, 1, 0, 0, 0])
    X = np.column_stack([np.zeros(5), np.full(5, 0.1 + 1e6), y, 3.3 + 7.7 * y])
    assert [0.0, 0.0, np.inf, np.inf] == fisher_ratios(X, y).tolist()
    assert (0.0, 1.0) == (maximum_fisher_ratio(fisher_ratios(X, y)), maximum_fisher_ratio(fisher_ratios(X[:, :2], y)))


@pytest.mark.parametrize("seed", range(8))
def test_borderline_rows_are_those_of_the_tree(seed: int) -> None:
    """N1 counts the vertices that Kruskal's tree joins to another class, not its edges"""
    X, y = draw(70, seed)
    crossing = [edge for edge in tree_by_hand(X) if y[edge[0]] != y[edge[1]]]
    expected = {row for edge in crossing for row in edge}
    assert expected == set(np.flatnonzero(find_borderline(X, y)).tolist())
    assert len(expected) != len(crossing)


def test_borderline_rows_may_be_duplicates() -> None:
    """equal rows are joined at distance 0, whatever their class, and classes far apart are joined once"""
    X = np.array([[0.0], [0.0], [5.0], [5.0], [100.0]])
    assert [True, True, False, False, False] == find_borderline(X, np.array([1, 0, 0, 0, 0])).tolist()
    far = find_borderline(np.array([[0.0], [1.0], [2.0], [50.0], [51.0]]), np.array([1, 1, 1, 0, 0]))
    assert [False, False, True, True, False] == far.tolist()
    assert [False] == find_borderline(np.zeros((1, 3)), np.array([1])).tolist()


@pytest.mark.parametrize("seed", range(5))
def test_nearest_neighbor_error_is_problexitys(seed: int) -> None:
    """N3 agrees with problexity where no distances are equal"""
    X, y = draw(200, seed)
    assert pytest.approx(n3(X, y), abs=1e-12) == nearest_neighbor_errors(X, y).mean()


def test_nearest_neighbor_error_shares_ties() -> None:
    """of two equally near rows one of another class makes half an error"""
    errors = nearest_neighbor_errors(np.array([[0.0], [1.0], [-1.0]]), np.array([1, 0, 1]))
    assert [0.5, 1.0, 0.0] == errors.tolist()
