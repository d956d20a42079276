"""The corrected resampled t-test against scipy and baycomp, and its edges."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from baycomp import CorrelatedTTest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from job.evidence.statistics.paired_t import GROUPED_HOLDOUT, compare_over_splits, weigh_training
from job.names import METRICS

ROPE, CONFIDENCE = 0.01, 0.95

# (J, n_test, n_train): repeated hold-out, five folds once and ten times, ten folds, half and half
DESIGNS = {
    "hold-out": (20, 400, 1600),
    "five folds": (5, 200, 800),
    "repeated folds": (50, 200, 800),
    "ten folds": (10, 100, 900),
    "halves": (8, 500, 500),
}


def draw(n_splits: int, seed: int, gain: float = 0.02) -> tuple[np.ndarray, np.ndarray]:
    luck = np.random.default_rng(seed)
    shared = luck.normal(0.6, 0.05, n_splits)
    return shared + gain + luck.normal(0, 0.02, n_splits), shared + luck.normal(0, 0.02, n_splits)


def compare(left, right, n_test, n_train, rope=ROPE, confidence=CONFIDENCE, training=0.0):
    n_splits = np.shape(left)[-1]
    sizes = np.broadcast_to(n_test, n_splits).astype(float), np.broadcast_to(n_train, n_splits).astype(float)
    return compare_over_splits(np.asarray(left, float), np.asarray(right, float), sizes, rope, confidence, training)


def by_scipy(differences, variance_factor, confidence=CONFIDENCE):
    """p and interval from scipy's own distribution object."""
    scale = np.sqrt(np.var(differences, ddof=1) * variance_factor)
    posterior = stats.t(len(differences) - 1, loc=np.mean(differences), scale=scale)
    p_value = 2 * min(posterior.cdf(0), posterior.sf(0))
    return p_value, *posterior.interval(confidence)


@pytest.mark.parametrize("gain", [0.0, 0.02, -0.15])
@pytest.mark.parametrize("design", DESIGNS)
def test_it_agrees_with_scipy(design, gain):
    """p and interval are those of scipy's t distribution with the corrected variance"""
    n_splits, n_test, n_train = DESIGNS[design]
    left, right = draw(n_splits, 7, gain)
    found = compare(left, right, n_test, n_train)

    expected = by_scipy(left - right, 1 / n_splits + n_test / n_train)
    np.testing.assert_allclose(expected, [found.p_value, found.lower, found.upper], rtol=1e-9, atol=1e-12)


def test_without_test_rows_it_is_the_paired_t_test():
    """the correction is the only difference from scipy's paired t-test"""
    left, right = draw(20, 3)
    found = compare(left, right, 0, 1600)

    expected = stats.ttest_rel(left, right)
    interval = expected.confidence_interval(CONFIDENCE)
    np.testing.assert_allclose(
        [expected.pvalue, *interval], [found.p_value, found.lower, found.upper], rtol=1e-9, atol=1e-12
    )


@pytest.mark.parametrize("design", DESIGNS)
def test_it_agrees_with_baycomp(design):
    """probabilities, mean and variance are those of baycomp with runs = J n_test / n"""
    n_splits, n_test, n_train = DESIGNS[design]
    left, right = draw(n_splits, 11)
    runs = n_splits * n_test / (n_test + n_train)
    posterior = CorrelatedTTest(right, left, ROPE, int(runs))
    found = compare(left, right, n_test, n_train)

    assert runs == int(runs)
    np.testing.assert_allclose(posterior.probs(), [found.below, found.within, found.above], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose([posterior.mean, posterior.var], [found.difference, found.se**2], rtol=1e-9)
    interval = stats.t.interval(CONFIDENCE, posterior.df, posterior.mean, np.sqrt(posterior.var))
    np.testing.assert_allclose(interval, [found.lower, found.upper], rtol=1e-9)
    left_of_zero = CorrelatedTTest(right, left, 0, int(runs)).probs()[0]
    np.testing.assert_allclose(2 * min(left_of_zero, 1 - left_of_zero), found.p_value, rtol=1e-9, atol=1e-12)


def test_unequal_parts_count_by_their_means():
    """where parts differ in size, the correction is the mean test part over the mean training part"""
    left, right = draw(6, 5)
    n_test, n_train = np.array([90, 110, 130, 70, 95, 105]), np.array([410, 390, 370, 430, 405, 395])
    found = compare(left, right, n_test, n_train)

    expected = by_scipy(left - right, 1 / 6 + n_test.mean() / n_train.mean())
    np.testing.assert_allclose(expected, [found.p_value, found.lower, found.upper], rtol=1e-9)


def test_pairs_that_miss_a_value_are_left_out_whole():
    """what is undefined on either side is as if that split had never been made, its sizes included"""
    left, right = draw(12, 9)
    n_test, n_train = np.arange(100, 112), np.arange(400, 412)
    left[2], right[7] = np.nan, np.nan
    kept = [split for split in range(12) if split not in (2, 7)]
    found = compare(left, right, n_test, n_train)
    alone = compare(left[kept], right[kept], n_test[kept], n_train[kept])

    assert 10 == found.n_splits
    expected = by_scipy((left - right)[kept], 1 / 10 + n_test[kept].mean() / n_train[kept].mean())
    np.testing.assert_allclose(expected, [found.p_value, found.lower, found.upper], rtol=1e-9)
    for field in fields(alone):
        np.testing.assert_array_equal(getattr(alone, field.name), getattr(found, field.name))


def test_other_rows_of_the_array_change_nothing():
    """a comparison is the same alone and among many, to the last bit"""
    left, right = (np.stack(side) for side in zip(*(draw(20, seed) for seed in range(30)), strict=True))
    together, alone = compare(left, right, 400, 1600), compare(left[17], right[17], 400, 1600)

    for name in ("difference", "lower", "upper", "p_value", "below", "within", "above"):
        assert getattr(alone, name) == getattr(together, name)[17]


@pytest.mark.parametrize("n_splits", range(5))
def test_fewer_than_five_pairs_are_no_test(n_splits):
    """the mean difference is told, and nothing else"""
    left, right = np.full(20, np.nan), np.full(20, np.nan)
    left[:n_splits], right[:n_splits] = draw(20, 1)[0][:n_splits], draw(20, 1)[1][:n_splits]
    found = compare(left, right, 400, 1600)

    assert (n_splits, False) == (found.n_splits, found.tested)
    assert np.isnan([found.lower, found.upper, found.p_value, found.below, found.within, found.above, found.se]).all()
    if n_splits:
        np.testing.assert_allclose((left - right)[:n_splits].mean(), found.difference)
    else:
        assert np.isnan(found.difference)


@pytest.mark.parametrize(("gap", "p_value"), [(0.0, 1.0), (0.1, np.nan), (-0.3, np.nan)])
def test_without_variation_there_is_no_interval(gap, p_value):
    """p is 1 where nothing differs and doesn't exist where all splits differ by the same, round-off or not"""
    right = draw(20, 2)[1]
    found = compare(right + gap, right, 400, 1600)

    assert (True, False) == (found.tested, found.varies)
    np.testing.assert_array_equal(p_value, found.p_value)
    np.testing.assert_allclose(gap, found.difference, atol=1e-15)
    assert (found.difference == 0) == (gap == 0)
    assert np.isnan([found.lower, found.upper, found.below, found.within, found.above]).all()


def test_a_spread_whose_square_is_lost_is_no_variation():
    """1e-200 squared is 0: without this, a standard error of 0 would make everything sure"""
    found = compare(1e-200 * np.arange(5.0), np.zeros(5), 400, 1600)

    assert not found.varies
    assert np.isnan([found.se, found.p_value]).all()


values = st.lists(st.floats(-1, 1, allow_subnormal=False), min_size=5, max_size=12)


@given(values, st.floats(0, 0.4), st.floats(0.6, 0.99))
def test_its_parts_agree_with_each_other(differences, rope, confidence):
    """the interval holds zero exactly where p is above the level, and the probabilities add up to 1"""
    left = np.array(differences)
    found = compare(left, np.zeros(len(left)), 100, 400, rope, confidence)
    if not found.varies:
        return
    assert found.lower <= found.difference <= found.upper
    if abs(found.p_value - (1 - confidence)) > 1e-9:
        assert (found.lower <= 0 <= found.upper) == (found.p_value > 1 - confidence)
    np.testing.assert_allclose(1, found.below + found.within + found.above)


@given(values)
def test_swapping_sides_swaps_everything(differences):
    """left against right is the mirror image of right against left"""
    left, right = np.array(differences), np.zeros(len(differences))
    there, back = compare(left, right, 100, 400), compare(right, left, 100, 400)

    np.testing.assert_array_equal(there.p_value, back.p_value)
    np.testing.assert_array_equal([there.below, there.above], [back.above, back.below])
    np.testing.assert_array_equal([there.lower, there.upper], [-back.upper, -back.lower])


@pytest.mark.parametrize("test_share", [0.1, 0.2, 0.5])
@pytest.mark.parametrize("training", [0.0, 2.0, 20.0])
def test_training_rows_count_as_often_as_is_said(test_share, training):
    """where a difference is a sum over test rows plus a sum over training rows, the latter k times as important, the
    standard error is that of the mean over data sets"""
    luck = np.random.default_rng(4)
    n_rows, n_splits, n_jobs = 200, 40, 400
    n_test = round(test_share * n_rows)
    rows = luck.normal(size=(2, n_jobs, n_rows)) * np.sqrt([1, training])[:, np.newaxis, np.newaxis]
    is_test = luck.random((n_splits, n_rows)).argsort(axis=1) < n_test
    differences = rows[0] @ is_test.T / n_test + rows[1] @ ~is_test.T / (n_rows - n_test)
    found = compare(differences, np.zeros_like(differences), n_test, n_rows - n_test, training=training)
    np.testing.assert_allclose(found.difference.std(), np.sqrt((found.se**2).mean()), rtol=0.12)


def test_metrics_of_decisions_and_probabilities_depend_on_training_rows():
    """rankings, recall and precision keep the corrected t-test; what hangs on the place of the cut-off has wider
    intervals, most where it is tuned; the calibration intercept has none"""
    plain, tuned = weigh_training(METRICS, np.array([False, True]))
    of = dict(zip(METRICS, plain, strict=True))
    for name in ("average_precision", "roc_auc", "recall", "precision", "f1", "recall_at_baseline_fpr"):
        assert of[name] == 0
    for name in ("false_alarms_per_1000", "expected_cost_per_1000", "brier", "log_loss", "specificity", "accuracy"):
        assert of[name] > 0
    for name in ("false_alarms_per_1000", "specificity", "accuracy"):
        assert tuned[METRICS.index(name)] > of[name]
    assert of["mean_predicted"] > of["brier"]
    assert np.isnan(of["calibration_intercept"])
    grouped = weigh_training(METRICS, np.array([False]), GROUPED_HOLDOUT)[0]
    assert grouped[METRICS.index("average_precision")] == GROUPED_HOLDOUT
    assert grouped[METRICS.index("brier")] == of["brier"]


def test_without_a_weight_there_is_no_interval():
    """NaN for the weight of training rows is no test, whatever the splits"""
    left, right = draw(20, 7)
    found = compare(left, right, 400, 1600, training=np.nan)
    assert not found.tested
    assert np.isnan([found.lower, found.upper, found.p_value]).all()
    np.testing.assert_allclose((left - right).mean(), found.difference)
