"""The family of tests: Holm over all of it, and intervals that never contradict the adjusted p."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from judged import make_runs_of

from job.evidence.statistics.family import Question, adjust_holm, judge_family
from job.evidence.statistics.measured import measure_runs

QUESTION = Question("average_precision", None, 0.95)


def family_of(gains: dict[str, list[float]], question: Question = QUESTION):
    luck = np.random.default_rng(1)
    baseline = 0.5 + 0.02 * luck.normal(size=10)
    values = {"baseline": {"average_precision": baseline.tolist()}}
    values |= {label: {"average_precision": (baseline + gain).tolist()} for label, gain in gains.items()}
    measured = measure_runs(make_runs_of(values), [(label, "c") for label in values])
    return judge_family(measured, [((label, "c"), ("baseline", "c")) for label in gains], "average_precision", question)


@given(
    st.lists(st.tuples(st.floats(-0.1, 0.1), st.floats(0.001, 0.1)), min_size=1, max_size=8),
    st.integers(0, 1000),
)
def test_an_interval_excludes_zero_exactly_where_holm_rejects(pairs, seed):
    """so no label can contradict the interval beside it"""
    luck = np.random.default_rng(seed)
    gains = {f"s{at}": gain + spread * luck.normal(size=10) for at, (gain, spread) in enumerate(pairs)}
    tested = family_of(gains)
    for each in tested:
        excludes = each.lower > 0 or each.upper < 0
        assert excludes == (each.p_adjusted < QUESTION.level)
    assert adjust_holm(np.array([each.p_value for each in tested])) == pytest.approx([e.p_adjusted for e in tested])


def test_a_lone_test_has_the_plain_interval():
    """the family of one is its own test; more of them widen what isn't shown"""
    spread = 0.02 * np.random.default_rng(3).normal(size=10)
    (alone,) = family_of({"a": spread})
    beside = family_of({"a": spread, "b": 0.5 * spread, "c": 0.2 + 0.1 * spread})[0]
    assert alone.p_value == alone.p_adjusted
    assert alone.difference == pytest.approx((alone.lower + alone.upper) / 2)
    assert beside.upper - beside.lower > alone.upper - alone.lower
    assert alone.difference == beside.difference


@pytest.mark.parametrize(("baseline", "rope"), [(0.5, 0.010), (0.05, 0.0019), (0.9, 0.0036)])
def test_the_automatic_rope_is_relative_to_average_precision(baseline, rope):
    """.04 in log odds at any prevalence; one that was given, or another metric, keeps its width"""
    assert round(QUESTION.rope_of("average_precision", baseline), 4) == rope
    assert QUESTION.rope_of("roc_auc", baseline) == 0.01
    assert Question("average_precision", 0.02, 0.95).rope_of("average_precision", baseline) == 0.02


def test_probabilities_add_up_around_the_rope():
    """better, equivalent and worse leave nothing over"""
    for each in family_of({"a": 0.01 * np.random.default_rng(5).normal(size=10), "b": np.full(10, 0.01)}):
        found = (each.probability_better, each.probability_equivalent, each.probability_worse)
        assert None in found or sum(found) == pytest.approx(1)
        assert each.rope == pytest.approx(0.04 * 0.25, rel=0.02)


def test_the_same_value_on_every_split_has_no_interval():
    """and says why"""
    (same,) = family_of({"a": np.zeros(10)})
    assert (0.0, None, None, 1.0) == (same.difference, same.lower, same.upper, same.p_value)
    assert "same on every split" in same.reason
