"""The two directions in which rows vary most."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from job.data.difficulty import fit_plane


def make_rows(n: int, scales: list[float], seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    turn = np.linalg.qr(random.normal(size=(len(scales), len(scales))))[0]
    return random.normal(size=(n, len(scales))) * scales @ turn + 7.0


@pytest.mark.parametrize(("n", "n_columns"), [(300, 6), (8, 40), (30, 2)])
def test_directions_are_principal_components(n: int, n_columns: int) -> None:
    """axes, up to their sign, and shares are those of scikit-learn, with more rows than columns or fewer"""
    X = make_rows(n, list(np.linspace(5, 1, n_columns)))
    plane = fit_plane(X)
    expected = PCA(2).fit(X)
    assert np.allclose(np.abs(expected.components_), np.abs(plane.axes), atol=1e-4)
    assert pytest.approx(expected.explained_variance_ratio_, abs=1e-4) == plane.shares
    assert np.allclose(np.abs(expected.transform(X)), np.abs(plane.place(X)), atol=1e-2)


@given(seed=st.integers(0, 50), sign=st.sampled_from([-1, 1]))
def test_signs_are_fixed(seed: int, sign: int) -> None:
    """the loading furthest from 0 is positive, whichever way round the rows are"""
    plane = fit_plane(sign * make_rows(40, [4.0, 2.0, 1.0], seed))
    assert all(axis[np.argmax(np.abs(np.round(axis, 6)))] > 0 for axis in plane.axes)


def test_round_off_chooses_no_direction() -> None:
    """where all directions vary alike, the first columns are taken, in whatever order the rows are summed"""
    X = np.array([[a, b, c] for a in (0.0, 1.0) for b in (0.0, 1.0) for c in (0.0, 1.0)] * 5)
    noise = 1e-13 * np.random.default_rng(1).normal(size=X.shape)
    for rows in (X, X[::-1], X + noise):
        assert np.allclose([[1, 0, 0], [0, 1, 0]], fit_plane(rows).axes, atol=1e-4)


def test_a_tie_of_loadings_has_a_sign() -> None:
    """two equal columns with loadings alike but for their sign: the first is positive"""
    X = np.array([[0.0, 0.0], [3.0, 3.0], [1.0, 2.0], [2.0, 1.0]])
    half = np.sqrt(0.5)
    assert np.allclose([[half, half], [half, -half]], fit_plane(X).axes, atol=1e-4)


@pytest.mark.parametrize(
    ("X", "n_axes"),
    [
        (np.arange(5.0)[:, None], 1),
        (np.outer(np.arange(5.0), [1, 2, 3]), 1),
        (np.outer(np.arange(3.0), np.ones(9)), 1),
        (np.ones((4, 3)), 0),
        (np.ones((1, 3)), 0),
        (np.array([[1e308, 0.0], [-1e308, 1.0]]), 1),
    ],
)
def test_fewer_directions_than_two_are_told(X: np.ndarray, n_axes: int) -> None:
    """rows on a line have one axis and equal rows none, without a warning"""
    plane = fit_plane(X)
    assert n_axes == len(plane.axes) == len(plane.shares)
    assert (len(X), n_axes) == plane.place(X).shape
