from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from judged import make_run

from job.evaluation.grid import RunKey
from job.evaluation.metrics.run_metrics import Prediction
from job.evidence.curves import GRID, average_curves, with_decisions
from job.evidence.runs import by_place
from job.evidence.summary import summarize_runs
from job.names import METRICS


def make_prediction(y, scores):
    y, scores = np.asarray(y), np.asarray(scores, dtype=float)
    return Prediction(
        y=y,
        scores=scores,
        decisions=(scores > 0.5).astype(np.int8),
        is_probability=True,
        prevalence_train=0.5,
        prevalence_resampled=0.5,
    )


def curves_of(*predictions):
    keyed = {RunKey("s", "c", repeat, 0): prediction for repeat, prediction in enumerate(predictions)}
    return {curve.kind: curve for curve in average_curves(by_place(keyed, ["s", "gone"], ["c"]))}


def highest_precision(y, scores, recall):
    """Try every threshold."""
    found = []
    for threshold in np.unique(scores):
        alarms = scores >= threshold
        if (y[alarms] == 1).sum() / (y == 1).sum() >= recall - 1e-9:
            found.append((y[alarms] == 1).mean())
    return max(found)


rows = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 6)), min_size=2, max_size=40).filter(
    lambda rows: len({label for label, _ in rows}) == 2
)


@given(rows)
def test_precision_at_recall_tries_every_threshold(rows):
    """each point of the precision-recall curve is the best precision among thresholds that reach the recall"""
    y, scores = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    expected = [highest_precision(y, scores, recall) for recall in GRID]
    np.testing.assert_allclose(expected, curves_of(make_prediction(y, scores))["precision_recall"].y)


@given(rows)
def test_roc_ends_at_one_and_never_falls(rows):
    """the mean ROC curve rises from the recall without false alerts to 1"""
    y, scores = (np.array(column) for column in zip(*rows, strict=True))
    recall = np.array(curves_of(make_prediction(y, scores))["roc"].y)
    assert recall[-1] == 1
    assert (np.diff(recall) >= 0).all()
    best_without_false_alarm = (scores[y == 1] > scores[y == 0].max()).mean()
    np.testing.assert_allclose(best_without_false_alarm, recall[0])


def test_curves_are_averaged_point_by_point():
    """two splits' curves average vertically, and splits without a class are left out"""
    perfect, useless = make_prediction([0, 1], [0, 1]), make_prediction([0, 1], [1, 1])
    one_class = make_prediction([0, 0], [0, 1])
    curve = curves_of(perfect, useless, one_class)["precision_recall"]
    assert 2 == curve.n
    np.testing.assert_allclose(np.full(101, 0.75), curve.y)


def test_a_strategy_decides_on_its_own_mean_curve():
    """at its mean recall, or at its mean false-positive rate, between two points of the grid; nowhere without a mean"""
    curves = curves_of(make_prediction([0, 1, 0, 1], [0.1, 0.4, 0.6, 0.9])).values()
    runs = [make_run("s", metrics=dict.fromkeys(METRICS, 0.5) | {"recall": 0.505, "specificity": 0.755})]
    found = {one.kind: one for one in with_decisions(curves, summarize_runs(runs, ["s"], ["c"], "s"))}
    for kind, x in (("precision_recall", 0.505), ("roc", 0.245)):
        (at, y), curve = found[kind].decision, found[kind]
        left = math.floor(100 * x)
        assert pytest.approx((x, (curve.y[left] + curve.y[left + 1]) / 2)) == (at, y)
    lost = [make_run("s", metrics=dict.fromkeys(METRICS))]
    assert {None} == {one.decision for one in with_decisions(curves, summarize_runs(lost, ["s"], ["c"], "s"))}
