"""What a gain in recall is made of."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from judged import make_tested

from job.evaluation.metrics.run_metrics import Prediction
from job.evidence.statistics.family import Question
from job.evidence.verdict.rules import grade_decision, read_at_same_alerts
from job.results.verdict_facts import Interval

QUESTION = Question("average_precision", None, 0.95)


@pytest.mark.parametrize(
    ("recall", "rank_gain", "code"),
    [
        ((0.3, 0.001, 0.0), (0.02, -0.05, 0.10), "moved_threshold"),
        ((0.3, 0.001, 0.0), (0.20, 0.10, 0.30), "more_than_threshold"),
        ((0.3, 0.001, 0.0), (0.10, -0.02, 0.22), "open"),
        ((0.3, 0.001, 0.0), (0.14, 0.13, 0.149), "moved_threshold"),
        ((0.5, 0.001, 0.0), (0.15, 0.05, 0.25), "more_than_threshold"),
        ((-0.3, 0.001, 0.0), (-0.02, -0.10, 0.05), "moved_threshold"),
        ((-0.3, 0.001, 0.0), (-0.20, -0.30, -0.10), "more_than_threshold"),
        ((0.3, 0.2, 0.0), (0.0, -0.1, 0.1), "open"),
        ((0.001, 0.9, 0.96), (0.0, -0.1, 0.1), "no_change"),
    ],
)
def test_the_first_rule_that_holds_decides(recall, rank_gain, code):
    """more or fewer alerts alike; half of the difference is the border"""
    difference, p_adjusted, equivalent = recall
    tested = make_tested(difference=difference, p_adjusted=p_adjusted, probability_equivalent=equivalent)
    found = Interval(**dict(zip(("difference", "lower", "upper"), rank_gain, strict=True)))
    assert code == grade_decision(tested, found, True, QUESTION)
    assert "open" == grade_decision(tested, found, False, QUESTION)


def test_without_spread_the_value_itself_speaks():
    """the same reading on every split has no interval"""
    nothing = Interval(difference=0.0, lower=None, upper=None)
    assert "moved_threshold" == grade_decision(make_tested(difference=0.3, p_adjusted=0.001), nothing, True, QUESTION)
    same = make_tested(difference=0.0, p_adjusted=1.0, probability_equivalent=None)
    assert "no_change" == grade_decision(same, nothing, True, QUESTION)


def predict(y, scores, cut):
    return Prediction(y, scores, (scores >= cut).astype(np.int8), True, 0.1, 0.1)


@given(st.integers(0, 10_000), st.floats(0.2, 0.8), st.floats(0.2, 0.8))
def test_a_threshold_alone_is_found_whole_by_baseline(seed, low, high):
    """the same scores cut elsewhere: with as many alerts baseline finds exactly as many"""
    luck = np.random.default_rng(seed)
    y = (luck.random(60) < 0.3).astype(np.int8)
    y[:2] = 0, 1
    scores = luck.random(60)
    mine, theirs = predict(y, scores, low), predict(y, scores, high)
    recall, share = read_at_same_alerts([(mine, theirs)])
    assert recall == pytest.approx(mine.counts.tp / y.sum())
    assert share is None or share == pytest.approx(1)


def test_nothing_shared_has_no_reading():
    """and no share of a gain that isn't there"""
    assert (None, None) == read_at_same_alerts([])
