"""What a job could have shown, and how many rows would show more."""

from __future__ import annotations

import pytest
from judged import make_tested
from scipy import stats

from job.evidence.statistics.family import Question, Sizes, build_power

QUESTION = Question("average_precision", None, 0.95)


def row_of(n_others=0, n_positive=118, baseline=0.4, **changes):
    gains = {("smote", "c"): make_tested(**changes)}
    gains |= {(f"other_{at}", "c"): make_tested() for at in range(n_others)}
    sizes = Sizes(n_positive, n_positive, None, 20.0, 0.1)
    return build_power(gains, dict.fromkeys(gains, baseline), QUESTION, sizes).rows[0]


def test_detectable_is_the_published_formula():
    """(t_{1-a/2k} + t_{.8}) SE over k strategies"""
    for k in (1, 4):
        reach = stats.t.ppf(1 - 0.05 / (2 * k), 19) + stats.t.ppf(0.8, 19)
        assert reach * 0.02 == pytest.approx(row_of(n_others=k - 1, se=0.02).detectable)


def test_rows_grow_with_the_square_of_the_gain():
    """.01 takes 25 times the rows of .05"""
    large, small = (row_of(difference=gain, rope=0.001, se=0.05).needed for gain in (0.05, 0.01))
    assert 25 == pytest.approx(small / large)


def test_a_pair_that_hardly_differs_is_not_taken_at_its_word():
    """its own standard error would promise a gain from one to three rows"""
    row = row_of(difference=0.05, se=0.001)
    assert row.low >= 50
    smaller = row_of(difference=0.05, se=0.0001)
    assert row == smaller.model_copy(update={"se": 0.001, "detectable": row.detectable})


def test_without_a_standard_error_there_is_nothing_to_say():
    """no rows, and no number that stands for none"""
    row = row_of(se=None)
    assert [None] * 4 == [row.detectable, row.needed, row.low, row.high]
