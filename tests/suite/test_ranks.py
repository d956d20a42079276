"""Ranks and their tests beside scipy's, beside a few lines of arithmetic, and beside Demšar's own example."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from job.suite.build_suite import average_blocks, find_cliques, rank_treatments, signed_rank_p

# Demšar (2006), table 6: AUC of C4.5 in four variants on 14 data sets.
DEMSAR = np.array(
    [
        [0.763, 0.768, 0.771, 0.798], [0.599, 0.591, 0.590, 0.569], [0.954, 0.971, 0.968, 0.967],
        [0.628, 0.661, 0.654, 0.657], [0.882, 0.888, 0.886, 0.898], [0.936, 0.931, 0.916, 0.931],
        [0.661, 0.668, 0.609, 0.685], [0.583, 0.583, 0.563, 0.625], [0.775, 0.838, 0.866, 0.875],
        [1.000, 1.000, 1.000, 1.000], [0.940, 0.962, 0.965, 0.962], [0.619, 0.666, 0.614, 0.669],
        [0.972, 0.981, 0.9751, 0.975], [0.957, 0.978, 0.946, 0.970],
    ]
)  # fmt: skip
ALONE = np.arange(14)

tables = st.integers(3, 5).flatmap(
    lambda k: st.lists(st.lists(st.sampled_from([0.1, 0.2, 0.25, 0.5]), min_size=k, max_size=k), min_size=2, max_size=8)
)


def rank_by_counting(row) -> list[float]:
    """The mean of the places that equal values share, counted one by one."""
    return [sum(other > own for other in row) + (sum(other == own for other in row) + 1) / 2 for own in row]


def friedman_by_hand(values: np.ndarray) -> float:
    """Friedman's statistic with its correction for ties, from sums of ranks."""
    n, k = values.shape
    ranks = np.array([rank_by_counting(row) for row in values])
    ties = sum(t**3 - t for row in values for t in (list(row).count(v) for v in set(row)))
    correction = 1 - ties / (n * k * (k * k - 1))
    sums = ranks.sum(axis=0)
    return (12 / (n * k * (k + 1)) * (sums**2).sum() - 3 * n * (k + 1)) / correction


def range_is_within(q: float, k: int) -> float:
    """The probability that k standard normal values lie within q of each other, by the lowest of them."""
    lowest = np.linspace(-9, 9, 20_001)
    others = stats.norm.cdf(lowest + q) - stats.norm.cdf(lowest)
    return float(k * np.trapezoid(stats.norm.pdf(lowest) * others ** (k - 1), lowest))


def wilcoxon_by_hand(differences: list[float]) -> float:
    """Zeros dropped, every choice of signs counted; beyond 13 with ties, the normal approximation."""
    kept = [value for value in differences if value]
    twice = [round(2 * rank) for rank in rank_by_counting([-abs(value) for value in kept])]
    above = sum(rank for rank, value in zip(twice, kept, strict=True) if value > 0)
    least = min(above, sum(twice) - above)
    if len(kept) > 13 and len(set(map(abs, kept))) < len(kept):
        return float(2 * stats.norm.cdf((least - sum(twice) / 2) / math.sqrt(sum(rank**2 for rank in twice) / 4)))
    counts = Counter({0: 1})
    for rank in twice:
        counts += Counter({total + rank: n for total, n in counts.items()})
    return min(1.0, 2 * sum(n for total, n in counts.items() if total <= least) / 2 ** len(kept))


def test_it_is_the_example_of_the_paper() -> None:
    """average ranks 3.143, 2.000, 2.893, 1.964 and χ² = 9.28, which the paper has without the correction for ties"""
    found = rank_treatments(DEMSAR, ALONE, level=0.05)

    assert found.ranks == pytest.approx([3.143, 2.0, 2.893, 1.964], abs=5e-4)
    plain = 12 * 14 / (4 * 5) * ((found.ranks**2).sum() - 4 * 25 / 4)
    assert plain == pytest.approx(9.28, abs=0.02)
    assert found.chi2 == pytest.approx(friedman_by_hand(DEMSAR))
    assert found.critical_difference == pytest.approx(2.569 * math.sqrt(4 * 5 / (6 * 14)), abs=1e-3)


@given(tables)
def test_ranks_and_friedman_with_ties(rows) -> None:
    """as counted, and as scipy has it"""
    values = np.array(rows)
    found = rank_treatments(values, np.arange(len(values)), level=0.05)

    assert found.ranks == pytest.approx(np.mean([rank_by_counting(row) for row in rows], axis=0))
    assert found.ranks.sum() == pytest.approx(values.shape[1] * (values.shape[1] + 1) / 2)
    if np.ptp(values, axis=1).any():
        expected = stats.friedmanchisquare(*values.T)
        assert (found.chi2, found.p_value) == pytest.approx((expected.statistic, expected.pvalue))
        assert found.chi2 == pytest.approx(friedman_by_hand(values))
    else:
        assert found.p_value == 1


@given(tables)
def test_the_order_of_data_sets_changes_nothing(rows) -> None:
    """and neither does that of treatments, but for the order of their ranks"""
    values = np.array(rows)
    one, other = (rank_treatments(v, np.arange(len(v)), level=0.05) for v in (values, values[::-1, ::-1]))

    assert other.ranks[::-1] == pytest.approx(one.ranks)
    assert other.p_value == pytest.approx(one.p_value)


@pytest.mark.parametrize("level", [0.01, 0.05, 0.1])
@pytest.mark.parametrize("k", [2, 4, 9])
def test_nemenyis_difference_is_that_of_the_largest_of_normal_ranks(k, level) -> None:
    """whose range exceeds it with the probability of the level, by an integral of our own"""
    found = rank_treatments(np.random.default_rng(k).random((15, k)), np.arange(15), level)

    variance = k * (k + 1) / (12 * 15)  # of an average rank, were it independent of the others
    assert range_is_within(found.critical_difference / math.sqrt(variance), k) == pytest.approx(1 - level, abs=1e-6)


def test_two_treatments_have_wilcoxons_test_of_their_ranks() -> None:
    """Friedman's needs three"""
    values = np.array([[0.1, 0.2], [0.3, 0.5], [0.4, 0.1], [0.2, 0.9], [0.6, 0.7], [0.5, 0.5]])
    found = rank_treatments(values, np.arange(6), level=0.05)

    assert math.isnan(found.chi2)
    assert found.p_value == pytest.approx(wilcoxon_by_hand([1, 1, -1, 1, 1, 0]))
    assert rank_treatments(values[5:].repeat(3, axis=0), np.arange(3), level=0.05).p_value == 1


@pytest.mark.parametrize(("k", "q"), [(2, 1.960), (3, 2.343), (5, 2.728), (10, 3.164)])
def test_nemenyis_quantiles_are_those_of_the_paper(k, q) -> None:
    """table 5 (a) of Demšar (2006)"""
    values = np.random.default_rng(1).random((12, k))

    found = rank_treatments(values, np.arange(12), level=0.05)

    assert found.critical_difference == pytest.approx(q * math.sqrt(k * (k + 1) / (6 * 12)), abs=1e-3)


def test_a_family_counts_once() -> None:
    """with its mean rank; copies of a data set change nothing, and n is the number of families"""
    copies = np.concatenate([DEMSAR, DEMSAR[:3], DEMSAR[:3]])
    families = np.concatenate([ALONE, ALONE[:3], ALONE[:3]])
    one, other = rank_treatments(DEMSAR, ALONE, level=0.05), rank_treatments(copies, families, level=0.05)

    assert other.ranks == pytest.approx(one.ranks)
    assert (other.p_value, other.critical_difference) == pytest.approx((one.p_value, one.critical_difference))
    assert average_blocks(np.array([1.0, 3.0, 7.0]), np.array([0, 1, 0])).tolist() == [4.0, 3.0]


@given(st.lists(st.integers(10, 60), min_size=2, max_size=8), st.integers(0, 30))
def test_cliques_are_the_largest_runs_within_the_difference(ranks, reach) -> None:
    """every pair that is close enough is in one, none that isn't, and no clique lies in another"""
    values = np.array(ranks) / 10
    cliques = find_cliques(values, reach / 10)

    together = {frozenset((a, b)) for clique in cliques for a in clique for b in clique if a != b}
    close = {frozenset((a, b)) for a in range(len(ranks)) for b in range(a) if abs(values[a] - values[b]) <= reach / 10}
    assert together == close
    assert all(len(clique) > 1 for clique in cliques)
    assert not any(set(a) <= set(b) for a in cliques for b in cliques if a != b)
    assert all(values[a] <= values[b] for clique in cliques for a, b in pairwise(clique))


@settings(max_examples=20)  # scipy tries every choice of signs
@given(
    st.lists(st.integers(-5, 5), min_size=2, max_size=30)
    | st.lists(st.integers(-90, 90).filter(bool), min_size=2, max_size=30, unique_by=abs)
)
def test_wilcoxon_with_ties_and_zeros(differences) -> None:
    """scipy's of those that aren't zero, and that by hand; 1 where nothing differs"""
    found = signed_rank_p(np.array(differences, dtype=float))

    moved = [value for value in differences if value]
    assert found == pytest.approx(stats.wilcoxon(moved).pvalue if moved else 1)
    assert found == pytest.approx(wilcoxon_by_hand(differences))


def test_data_sets_without_a_difference_make_nothing_sure() -> None:
    """five gains among fifteen data sets: 1 in 16 by the signs, where scipy's normal approximation has less than .05"""
    differences = np.array([1.0, 2.0, 3.0, 4.0, 5.0] + 10 * [0.0])

    assert signed_rank_p(differences) == 1 / 16
    assert stats.wilcoxon(differences).pvalue < 0.05
