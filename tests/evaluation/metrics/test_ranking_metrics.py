"""Metrics of rankings against scikit-learn, and against versions that try every threshold or every order of ties."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from predictions import decision_functions, labels, make_noisy_prediction
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

from job.evaluation.metrics.metric_registry import Undefined
from job.evaluation.metrics.ranking_metrics import (
    average_precision,
    build_ranking,
    precision_at_true_alarms,
    rank_gain,
    read_precision_recall,
    read_roc,
    recall_at_alerts,
    recall_at_false_alarms,
    roc_auc,
)

GRID = np.linspace(0, 1, 101)


@st.composite
def scored_rows(draw, *, both_classes=True, most=12):
    """Draw labels and scores with many ties."""
    n = draw(st.integers(2, most))
    y = draw(st.lists(labels, min_size=n, max_size=n).filter(lambda drawn: not both_classes or len(set(drawn)) == 2))
    return np.array(y), np.array(draw(st.lists(decision_functions, min_size=n, max_size=n)))


def counts_at_thresholds(y, scores):
    """Try every threshold: (false alerts, true alerts) of each, and of none."""
    return [(0, 0)] + [
        (int(((scores >= t) & (y == 0)).sum()), int(((scores >= t) & (y == 1)).sum()))
        for t in sorted(set(scores.tolist()), reverse=True)
    ]


def highest_on_the_curve(y, scores, false_alarms):
    """Look at every segment of the ROC curve that covers the given count, in exact fractions."""
    points = counts_at_thresholds(y, scores)
    found = []
    for (x0, y0), (x1, y1) in pairwise(points):
        if x0 <= false_alarms <= x1:
            share = Fraction(false_alarms - x0, x1 - x0) if x1 > x0 else 1
            found.append(y0 + share * (y1 - y0))
    return float(max(found) / int(y.sum()))


def expected_among_first(y, scores, n_alerts):
    """Average over every order of the rows that sorting by score allows."""
    found = []
    for order in permutations(range(len(y))):
        if all(scores[a] >= scores[b] for a, b in pairwise(order)):
            found.append(y[list(order[:n_alerts])].sum() / y.sum())
    return np.mean(found)


@given(scored_rows())
def test_roc_auc_is_scikit_learns(rows):
    """The area is scikit-learn's, ties included."""
    assert pytest.approx(roc_auc_score(*rows), abs=1e-12) == roc_auc(build_ranking(*rows))


@given(scored_rows())
def test_roc_auc_is_the_share_of_pairs_in_order(rows):
    """The area is the share of pairs in which the positive row wins, a tie counting half."""
    y, scores = rows
    pairs = [(a > b) + (a == b) / 2 for a in scores[y == 1] for b in scores[y == 0]]
    assert pytest.approx(np.mean(pairs), abs=1e-12) == roc_auc(build_ranking(y, scores))


@given(scored_rows())
def test_average_precision_is_scikit_learns(rows):
    """Average precision is scikit-learn's, ties included."""
    assert pytest.approx(average_precision_score(*rows), abs=1e-12) == average_precision(build_ranking(*rows))


@pytest.mark.parametrize("digits", [2, 9])
@pytest.mark.parametrize("seed", range(3))
def test_large_rankings_agree_with_scikit_learn(seed, digits):
    """What holds for ten rows holds for many thousands."""
    prediction = make_noisy_prediction(20_000, seed, digits=digits)
    expected = [f(prediction.y, prediction.scores) for f in (roc_auc_score, average_precision_score)]
    assert pytest.approx(expected, rel=1e-12) == [f(prediction.ranking) for f in (roc_auc, average_precision)]


@given(scored_rows())
def test_the_points_are_scikit_learns(rows):
    """The curve's points are scikit-learn's before it drops those on a line."""
    fpr, tpr, _ = roc_curve(*rows, drop_intermediate=False)
    ranking = build_ranking(*rows)
    np.testing.assert_allclose(fpr, ranking.false_alarms / ranking.negatives)
    np.testing.assert_allclose(tpr, ranking.true_alarms / ranking.positives)


@given(scored_rows(), st.data())
def test_recall_is_read_at_the_top_of_the_curve(rows, data):
    """At a false-positive rate the highest recall counts, linear between points."""
    y, scores = rows
    false_alarms = data.draw(st.integers(0, int((y == 0).sum())))
    expected = highest_on_the_curve(y, scores, false_alarms)
    assert pytest.approx(expected, abs=1e-12) == recall_at_false_alarms(build_ranking(y, scores), false_alarms)


@given(scored_rows(), st.data())
def test_rank_gain_is_a_difference_of_two_readings(rows, data):
    """The gain is the strategy's curve minus baseline's, at one false-positive rate."""
    y, scores = rows
    other = np.array(data.draw(st.permutations(scores.tolist())))
    false_alarms = data.draw(st.integers(0, int((y == 0).sum())))
    expected = highest_on_the_curve(y, scores, false_alarms) - highest_on_the_curve(y, other, false_alarms)
    found = rank_gain(build_ranking(y, scores), build_ranking(y, other), false_alarms)
    assert pytest.approx(expected, abs=1e-12) == found


def test_a_vertical_stretch_is_reached_only_at_its_foot():
    """Between two points the line goes to the foot of the next vertical stretch, not to its top."""
    # (0, 0) to (1/2, 0) is one threshold, then up to (1/2, 1): at a quarter the recall is still 0.
    ranking = build_ranking(np.array([0, 0, 1, 0, 0]), np.array([3.0, 3, 2, 1, 1]))
    assert 0.0 == recall_at_false_alarms(ranking, 1)
    assert 1.0 == recall_at_false_alarms(ranking, 2)


@given(scored_rows(), st.data())
def test_a_decision_on_the_curve_is_read_at_least_as_high(rows, data):
    """Read at its own false-positive rate, a decision by threshold has at least its own recall."""
    y, scores = rows
    threshold = data.draw(st.sampled_from(scores.tolist()))
    alarms = scores >= threshold
    false_alarms, recall = int((alarms & (y == 0)).sum()), (alarms & (y == 1)).sum() / y.sum()
    assert recall <= recall_at_false_alarms(build_ranking(y, scores), false_alarms)


@given(scored_rows(both_classes=False), st.data())
def test_precision_is_the_best_among_thresholds_with_that_recall(rows, data):
    """Of all thresholds that find as many positive rows as baseline, the most precise counts."""
    y, scores = rows
    n_positive = int(y.sum())
    true_alarms = data.draw(st.integers(0, n_positive))
    found = precision_at_true_alarms(build_ranking(y, scores), true_alarms)
    if true_alarms == 0:
        assert isinstance(found, Undefined)
        assert ("no positive row" in found.why) == (n_positive == 0)
    else:
        enough = [(x, t) for x, t in counts_at_thresholds(y, scores) if t >= true_alarms]
        assert pytest.approx(max(t / (x + t) for x, t in enough)) == found


@given(scored_rows(both_classes=False, most=6).filter(lambda rows: rows[0].any()), st.data())
def test_ties_at_the_border_count_by_their_expectation(rows, data):
    """Recall at alerts is its mean over every order of tied rows."""
    n_alerts = data.draw(st.integers(0, len(rows[0])))
    expected = expected_among_first(*rows, n_alerts)
    assert pytest.approx(expected, abs=1e-12) == recall_at_alerts(build_ranking(*rows), n_alerts)


@given(scored_rows(), st.floats(0, 12))
def test_a_fraction_of_an_alert_finds_its_fraction(rows, n_alerts):
    """Between two whole numbers of alerts the expectation is linear."""
    ranking = build_ranking(*rows)
    below, above = (recall_at_alerts(ranking, n) for n in (np.floor(n_alerts), np.floor(n_alerts) + 1))
    expected = below + (n_alerts - np.floor(n_alerts)) * (above - below)
    assert pytest.approx(expected, abs=1e-9) == recall_at_alerts(ranking, n_alerts)


@given(scored_rows(), st.floats(0, 1e6))
def test_more_alerts_than_rows_find_everything(rows, surplus):
    """Whoever can look at every row finds every positive one."""
    assert 1.0 == recall_at_alerts(build_ranking(*rows), len(rows[0]) + surplus)


@pytest.mark.parametrize(("label", "why"), [(0, "no positive row"), (1, "only positive rows")])
@pytest.mark.parametrize(
    "metric",
    [
        roc_auc,
        average_precision,
        lambda ranking: recall_at_false_alarms(ranking, 0),
        lambda ranking: rank_gain(ranking, ranking, 0),
    ],
)
def test_one_class_has_no_curve(metric, label, why):
    """With one class only there is no curve to read, and the reason says which is missing."""
    found = metric(build_ranking(np.full(4, label), np.array([1.0, 2, 2, 3])))
    assert isinstance(found, Undefined)
    assert why in found.why


def test_recall_at_alerts_needs_no_rest():
    """With only positive rows, a third of the rows are a third of the positive rows."""
    ranking = build_ranking(np.ones(3, dtype=int), np.array([1.0, 2, 3]))
    assert pytest.approx(1 / 3) == recall_at_alerts(ranking, 1)
    assert isinstance(recall_at_alerts(build_ranking(np.zeros(3, dtype=int), np.arange(3.0)), 1), Undefined)


@given(scored_rows())
def test_curves_for_figures_read_like_the_metrics(rows):
    """A grid point that is a count's own rate is read as the metric reads that count."""
    y, scores = rows
    ranking = build_ranking(y, scores)
    n_negative, n_positive = ranking.negatives, ranking.positives
    expected = [recall_at_false_alarms(ranking, n) for n in range(n_negative + 1)]
    np.testing.assert_array_equal(expected, read_roc(ranking, np.arange(n_negative + 1) / n_negative))
    expected = [precision_at_true_alarms(ranking, n) for n in range(1, n_positive + 1)]
    found = read_precision_recall(ranking, np.arange(1, n_positive + 1) / n_positive)
    np.testing.assert_array_equal(expected, found)


@pytest.mark.parametrize("seed", range(3))
def test_the_precision_recall_reading_is_the_envelope_of_scikit_learns_curve(seed):
    """On the grid the reading is the highest precision whose recall is at least that asked for."""
    prediction = make_noisy_prediction(300, seed, digits=2)
    precision, recall, _ = precision_recall_curve(prediction.y, prediction.scores)
    expected = [precision[:-1][recall[:-1] >= point - 1e-9].max() for point in GRID]
    np.testing.assert_allclose(expected, read_precision_recall(prediction.ranking, GRID))
