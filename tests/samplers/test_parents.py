"""The plan: affinity, copies, neighbours and steps, each held to its definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from job.samplers.affinity_smote import AffinitySMOTE, affinity_oversample
from job.samplers.parents import choose_partners, count_copies, measure_affinity, spread_steps
from job.samplers.space import Points
from tests.samplers.slow import oversample

weights = st.lists(st.floats(0, 1), min_size=1, max_size=30).map(np.array)


def make_points(*values):
    """Return points on a line."""
    numbers = np.array(values, dtype=np.float64)[:, None]
    return Points(numbers, np.empty((len(values), 0)), mismatch=1.0, unrelated=2.0, has_missing=False)


@pytest.mark.parametrize("n_minority", [2, 4, 6, 11, 60])
@pytest.mark.parametrize("params", [{}, {"k_neighbors": 3}, {"extrapolation": 0.0}])
def test_it_is_the_method_written_out_row_by_row(table, n_minority, params):
    """A loop over rows in plain Python gives the same new rows."""
    X, y = table(200, 3, n_minority, seed=n_minority)
    X[:, 1] *= 100
    result, _ = affinity_oversample(X, y, random_state=5, clip=False, **params)
    np.testing.assert_allclose(result[200:], oversample(X, y, seed=5, **params), rtol=1e-9, atol=1e-9)


def test_affinity_by_hand():
    """Distances 1 to the own class and 3 to the others give 3/4; one own row among the five nearest counts 1.5/6."""
    own, others = make_points(0, 1), make_points(3, 3.5, 4, 4.5, 5)
    affinity = measure_affinity(own, others, np.array([[1.0], [1.0]]))
    assert [3 / 4 * (1.5 / 6), 2 / 3 * (1.5 / 6)] == affinity.tolist()


def test_company_counts_own_rows_among_the_five_nearest():
    """Own rows at 1 to 5 and others in between leave two own ones among the five nearest."""
    own, others = make_points(0, 1, 2, 3, 4, 5), make_points(-0.5, 0.5, 1.5)
    affinity = measure_affinity(own, others, np.array([[1.0, 2, 3, 4, 5]] * 6))
    closeness = (2.5 / 3) / (3 + 2.5 / 3)
    assert affinity[0] == pytest.approx(closeness * 2.5 / 6)


@given(weights, st.integers(0, 500))
def test_copies_are_the_expected_number_rounded_up_or_down(affinity, n_new):
    """Counts add up, and none is off by a whole copy."""
    copies = count_copies(affinity, n_new)
    share = affinity / affinity.sum() if affinity.sum() else np.full(len(affinity), 1 / len(affinity))
    assert n_new == copies.sum()
    assert (np.abs(copies - share * n_new) < 1 + 1e-6).all()


@given(st.lists(st.integers(0, 40), min_size=2, max_size=20).filter(any).map(np.array), st.data())
def test_neighbours_share_a_row_s_copies_by_their_affinity(copies, data):
    """Each neighbour gets its expected number rounded up or down, row after row."""
    n, k = len(copies), data.draw(st.integers(1, len(copies) - 1))
    neighbours = np.array([[(row + 1 + rank) % n for rank in range(k)] for row in range(n)])
    affinity = np.array(data.draw(st.lists(st.floats(0, 1), min_size=n, max_size=n)))
    partners = np.split(choose_partners(neighbours, affinity, copies), np.cumsum(copies)[:-1])
    for row, used in enumerate(partners):
        weights = affinity[neighbours[row]]
        share = weights / weights.sum() if weights.sum() else np.full(k, 1 / k)
        assert len(used) == copies[row]
        assert (np.abs([(used == j).sum() for j in neighbours[row]] - share * copies[row]) < 1 + 1e-6).all()


@given(st.lists(st.integers(0, 40), min_size=1, max_size=20).filter(any).map(np.array), st.integers(0, 100))
def test_each_copy_has_a_part_of_its_own(copies, seed):
    """A row's n steps lie one in each n-th of [0, 1)."""
    seeds = np.repeat(np.arange(len(copies)), copies)
    shifts = np.random.RandomState(seed).random_sample(len(copies))
    steps = spread_steps(copies, shifts)
    for row, n in enumerate(copies):
        parts = np.sort(np.floor(steps[seeds == row] * n - shifts[row] + 0.5))
        assert list(range(n)) == parts.tolist()


def test_a_row_among_its_own_kind_gets_more_copies(table):
    """A minority row amid the majority is used less than one in the minority's midst."""
    X, y = table(300, 2, 40)
    X[:40] += 6
    X[0] = 0.0
    sampler = AffinitySMOTE(random_state=0)
    sampler.fit_resample(X, y)
    copies = np.bincount(sampler.parents_[:, 0], minlength=40)
    assert copies[0] * 4 < np.median(copies[1:40])


def test_doubtful_neighbours_are_avoided(table):
    """A minority row amid the majority is hardly ever another one's neighbour."""
    X, y = table(300, 2, 12)
    X[:12] += 8
    X[0] = 0.0
    sampler = AffinitySMOTE(random_state=0, k_neighbors=11)
    sampler.fit_resample(X, y)
    times = np.bincount(sampler.parents_[:, 1], minlength=12)
    assert times[0] * 10 < np.median(times[1:])
