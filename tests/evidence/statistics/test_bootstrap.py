from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from predictions import CONTEXT, make_noisy_prediction, pairs_of_predictions

from job.evaluation.metrics.run_metrics import Prediction, evaluate_metrics
from job.evidence.statistics import bootstrap
from job.evidence.statistics.bootstrap import (
    MOST_UNITS,
    N_DRAWS,
    Units,
    compare_over_draws,
    count_weighted,
    deal_units,
    draw_weights,
    enough_to_draw,
    evaluate_weighted,
    order_rows,
)
from job.names import METRICS

ONE_STEP = ("calibration_slope", "calibration_intercept")


def weights_of(y, groups=None, seed=5, time=None):
    """How often each row of the test part stands in each sample, one row for each sample."""
    units = deal_units(len(y), None if groups is None else np.asarray(groups), seed, time)
    return np.concatenate(list(draw_weights(units, seed)), axis=1)[units.of_row].T


def evaluate(strategy: Prediction, baseline: Prediction, weights: np.ndarray, units: Units | None = None):
    """Every metric of a strategy on samples, one a column of the weights of units (of rows, unless told otherwise)."""
    units = Units(np.arange(len(strategy.y))) if units is None else units
    ordered, reference = (order_rows(each, units) for each in (strategy, baseline))
    counts = count_weighted(ordered, weights)
    return evaluate_weighted(ordered, weights, counts, count_weighted(reference, weights), CONTEXT)


def repeat(prediction: Prediction, times: np.ndarray) -> Prediction:
    """The prediction on a sample where row i stands so many times."""
    rows = np.repeat(np.arange(len(prediction.y)), times)
    return Prediction(
        prediction.y[rows],
        prediction.scores[rows],
        prediction.decisions[rows],
        prediction.is_probability,
        prediction.prevalence_train,
        prediction.prevalence_resampled,
    )


def test_rows_are_drawn_whatever_their_class():
    """every sample has as many rows as the test part, and its share of positive rows varies as in a new test part:
    binomially, so that false alerts, costs and Brier scores vary as they would there"""
    y = np.repeat([0, 1], [70, 40])
    weights = weights_of(y)
    assert (N_DRAWS, 110) == weights.shape
    assert {110.0} == set(weights.sum(axis=1))
    np.testing.assert_allclose(40 * 70 / 110, weights[:, y == 1].sum(axis=1).var(), rtol=0.1)
    np.testing.assert_allclose(1, weights.mean(axis=0), atol=0.15)
    np.testing.assert_allclose(1, weights.var(), atol=0.05)


def test_rows_of_a_time_are_drawn_in_blocks():
    """8 rows that follow each other in time, of 512, stand in a sample together, so that what rows of one time share
    counts as often as they do"""
    time = np.random.default_rng(3).permutation(512)
    ordered = weights_of(np.zeros(512), time=time)[:, np.argsort(time)]
    assert {512.0} == set(ordered.sum(axis=1))
    next_to, apart = (np.corrcoef(ordered[:, 100], ordered[:, 100 + lag])[0, 1] for lag in (1, 8))
    np.testing.assert_allclose([7 / 8, 0], [next_to, apart], atol=0.07)
    shared = np.sin(np.arange(512) / 10)  # what changes slowly varies more in blocks than row by row
    assert (ordered @ shared).std() > 2 * (weights_of(np.zeros(512)) @ shared).std()


def test_groups_are_drawn_whole():
    """rows of one group stand in a sample equally often, in time or not, and there are as many groups as there were"""
    y = np.array([1, 0, 0, 0, 1, 1, 0, 0, 0])
    groups = np.array([7, 7, 3, 3, 5, 5, 9, 9, 2])
    weights = weights_of(y, groups)
    np.testing.assert_array_equal(weights, weights_of(y, groups, time=np.arange(9)))
    for group in set(groups.tolist()):
        members = weights[:, groups == group]
        assert (members == members[:, :1]).all()
    assert {5.0} == set(sum(weights[:, groups == group][:, 0] for group in set(groups.tolist())).tolist())


def test_equal_seeds_give_equal_draws():
    """the draws are a function of the seed, however many rows stand in a chunk"""
    y = np.repeat([0, 1], [3000, 60])
    assert np.array_equal(weights_of(y, seed=1), weights_of(y, seed=1))
    assert not np.array_equal(weights_of(y, seed=1), weights_of(y, seed=2))


@pytest.mark.parametrize(
    ("n_positive", "n_groups", "enough"), [(39, None, False), (40, None, True), (40, 19, False), (60, 20, True)]
)
def test_few_positive_rows_are_not_drawn(n_positive, n_groups, enough):
    """it takes 40 positive rows, and 20 groups that have one"""
    y = np.repeat([1, 0], [n_positive, 500])
    groups = None if n_groups is None else np.arange(len(y)) % n_groups
    assert enough == enough_to_draw(y, groups)


@given(pairs_of_predictions(), st.data())
def test_weighted_metrics_are_metrics_of_repeated_rows(pair, data):
    """a row's weight counts as so many rows in every metric, with the same values undefined"""
    strategy, baseline = pair
    times = np.array(data.draw(st.lists(st.integers(0, 3), min_size=len(strategy.y), max_size=len(strategy.y))))
    if not times.sum():
        return
    found = evaluate(strategy, baseline, times[:, np.newaxis].astype(float))
    expected, _ = evaluate_metrics(repeat(strategy, times), repeat(baseline, times), CONTEXT)

    assert set(METRICS) == set(found)
    for name in METRICS:
        if name not in ONE_STEP:
            value = np.nan if expected[name] is None else expected[name]
            np.testing.assert_allclose(value, found[name][0], rtol=1e-9, atol=1e-9, err_msg=name)


def test_calibration_is_followed_to_first_order():
    """one Newton step from the whole test part moves with the refitted slope and intercept of each sample"""
    prediction = make_noisy_prediction(600, 3)
    weights = weights_of(prediction.y)[:300]
    found = evaluate(prediction, prediction, weights.T)
    fitted = [evaluate_metrics(repeat(prediction, row.astype(int)), None, CONTEXT)[0] for row in weights]
    for name in ONE_STEP:
        expected = np.array([values[name] for values in fitted])
        assert np.corrcoef(expected, found[name])[0, 1] > 0.98
        np.testing.assert_allclose(expected.std(), found[name].std(), rtol=0.1)


@given(pairs_of_predictions(), st.data())
def test_a_unit_counts_as_its_rows_do(pair, data):
    """rows that are drawn together give every metric the value that they give with the same weights one by one"""
    strategy, baseline = pair
    n = len(strategy.y)
    units = Units(np.unique(data.draw(st.lists(st.integers(0, 4), min_size=n, max_size=n)), return_inverse=True)[1])
    weights = np.array(data.draw(st.lists(st.integers(0, 3), min_size=units.n, max_size=units.n)), dtype=float)
    together = evaluate(strategy, baseline, weights[:, np.newaxis], units)
    apart = evaluate(strategy, baseline, weights[units.of_row][:, np.newaxis])
    for name in METRICS:
        np.testing.assert_allclose(apart[name], together[name], rtol=1e-9, atol=1e-9, err_msg=name)


@pytest.mark.parametrize(
    ("n_test", "n_groups", "n_units", "most"), [(MOST_UNITS, None, MOST_UNITS, 1), (50_000, None, 16_667, 3)]
)
def test_many_rows_are_drawn_in_bundles(n_test, n_groups, n_units, most):
    """up to 20,000 rows are drawn one by one; of more, some at random are drawn together, in 10,000 bundles or more"""
    units = deal_units(n_test, n_groups, seed=1)
    assert (n_units, most, 1) == (units.n, np.bincount(units.of_row).max(), units.length)
    if most > 1:
        neighbours = np.diff(np.flatnonzero(units.of_row == 0))
        assert (neighbours > 1).any()  # dealt at random, not as they follow each other


def test_many_groups_are_drawn_whole_in_bundles():
    """a bundle holds whole groups, and in time it holds rows that follow each other"""
    groups = np.repeat(np.arange(30_000), 2)
    units = deal_units(len(groups), groups, seed=1)
    assert 15_000 == units.n
    np.testing.assert_array_equal(units.of_row[::2], units.of_row[1::2])
    in_time = deal_units(60_000, None, 1, time=np.arange(60_000)[::-1])
    np.testing.assert_array_equal(np.arange(60_000)[::-1] // 3, in_time.of_row)
    assert 13 == in_time.length  # 39 rows, about the cube root of 60,000


def test_bundles_and_fewer_points_keep_the_spread(monkeypatch):
    """every metric, and its difference from baseline, varies in bundles and with few points as it does row by row"""
    strategy, baseline = make_noisy_prediction(4000, 3), make_noisy_prediction(4000, 3, noise=1.05)
    spreads = []
    for most in (4000, 1000):
        monkeypatch.setattr(bootstrap, "MOST_UNITS", most)
        monkeypatch.setattr(bootstrap, "MOST_POINTS", 300)
        units = deal_units(4000, None, seed=1)
        weights = np.concatenate(list(draw_weights(units, seed=2)), axis=1)
        found, reference = (evaluate(each, baseline, weights, units) for each in (strategy, baseline))
        spreads.append([(found[name].std(), (found[name] - reference[name]).std()) for name in METRICS])
    np.testing.assert_allclose(*spreads, rtol=0.12)


def compare(difference, drawn, rope=0.01, confidence=0.95):
    drawn = np.asarray(drawn, float)
    return compare_over_draws(
        (np.asarray(difference + 0.5), np.asarray(0.5)), (drawn + 0.5, np.full(len(drawn), 0.5)), rope, confidence
    )


def test_the_interval_and_p_are_counted_on_the_draws():
    """percentiles, p from the smaller tail with one added to each, and shares of the draws beyond the rope"""
    drawn = np.random.default_rng(1).normal(0.02, 0.01, N_DRAWS)
    found = compare(0.021, drawn)
    np.testing.assert_allclose(np.quantile(drawn, [0.025, 0.975]), [found.lower, found.upper], atol=1e-12)
    np.testing.assert_allclose(2 * (1 + np.sum(drawn <= 0)) / 2001, found.p_value)
    expected = [np.mean(drawn < -0.01), np.mean(np.abs(drawn) <= 0.01), np.mean(drawn > 0.01)]
    np.testing.assert_allclose(expected, [found.below, found.within, found.above], atol=1e-12)
    np.testing.assert_allclose(0.021, found.difference)
    np.testing.assert_allclose(drawn.std(ddof=1), found.se)
    assert 1 == found.n_splits


@pytest.mark.parametrize(("drawn", "p_value"), [([0.1] * 999 + [0.2] * 1001, 2 / 2001), ([0, -1, 1, 0] * 500, 1.0)])
def test_p_is_never_zero_nor_above_one(drawn, p_value):
    """the smallest p is 2/2001, and ties with zero count for both sides"""
    np.testing.assert_allclose(p_value, compare(0.1, drawn).p_value)


def test_draws_without_a_value_are_left_out():
    """what is undefined on some samples is judged by the others, unless they are the fewer"""
    drawn = np.random.default_rng(2).normal(0, 0.1, N_DRAWS)
    some, most = drawn.copy(), drawn.copy()
    some[:500], most[:1001] = np.nan, np.nan
    found = compare(0.0, some)
    np.testing.assert_allclose(np.quantile(drawn[500:], 0.025), found.lower, atol=1e-12)
    assert not compare(0.0, most).tested


def test_identical_rankings_have_no_interval():
    """where no sample differs p is 1 and the rest doesn't exist"""
    found = compare(0.0, np.zeros(N_DRAWS))
    assert (True, False, 1.0, 0.0) == (found.tested, found.varies, found.p_value, found.difference)
    assert np.isnan([found.lower, found.upper, found.within]).all()
