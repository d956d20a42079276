from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from job.evidence.statistics.family import adjust_holm

p_values = st.lists(st.one_of(st.floats(0, 1), st.just(float("nan"))), min_size=1, max_size=9)


def by_hand(p_values):
    """Step down from the smallest, in plain Python."""
    known = sorted((p, place) for place, p in enumerate(p_values) if p == p)
    adjusted, highest = [float("nan")] * len(p_values), 0.0
    for rank, (p, place) in enumerate(known):
        highest = max(highest, min(1.0, (len(known) - rank) * p))
        adjusted[place] = highest
    return adjusted


def test_a_worked_example():
    """.01 .04 .03 .005 become .03 .06 .06 .02"""
    np.testing.assert_allclose([0.03, 0.06, 0.06, 0.02], adjust_holm(np.array([0.01, 0.04, 0.03, 0.005])))


@given(p_values)
def test_it_is_the_step_down_procedure(p_values):
    """ties, order and p-values that don't exist make no difference"""
    np.testing.assert_allclose(by_hand(p_values), adjust_holm(np.array(p_values)))


def test_families_stand_along_the_last_axis():
    """each row is adjusted for itself"""
    families = np.array([[0.01, 0.2, 0.03], [0.5, np.nan, 0.001]])
    np.testing.assert_array_equal([adjust_holm(family) for family in families], adjust_holm(families))


def test_nobody_in_the_family():
    """no strategy, no p-value"""
    assert 0 == adjust_holm(np.zeros(0)).size
