from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from job.data.difficulty.minority_types import Clusters, find_clusters


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
