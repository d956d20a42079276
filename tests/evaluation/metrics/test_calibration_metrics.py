"""Metrics of probabilities against scikit-learn, scipy and formulas written another way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from predictions import CONTEXT, make_noisy_prediction, make_prediction, probabilities
from scipy.optimize import brentq
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss

from job.evaluation.metrics.calibration_metrics import correct_prior, evaluate_probabilities, fit_calibration
from job.evaluation.metrics.metric_registry import Undefined
from job.evaluation.metrics.run_metrics import evaluate_metrics

SLOPE, INTERCEPT = "calibration_slope", "calibration_intercept"
inner = st.floats(0.001, 0.999)
rows_of_probabilities = st.lists(st.tuples(st.integers(0, 1), probabilities), min_size=1, max_size=30)


def slope_of(y, p):
    """Fit with scikit-learn, without a penalty."""
    x = logit(np.clip(p, 1e-6, 1 - 1e-6))
    model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-12, max_iter=1000)
    return float(model.fit(x[:, None] / x.std(), y).coef_[0, 0] / x.std())


def intercept_of(y, p):
    """Find where the expected number of positive rows is the one found."""
    x = logit(np.clip(p, 1e-6, 1 - 1e-6))
    return brentq(lambda a: expit(a + x).sum() - y.sum(), -40, 40, xtol=1e-13)


@given(rows_of_probabilities)
def test_brier_and_log_loss_are_scikit_learns(rows):
    """Both errors are scikit-learn's, log loss of probabilities clipped at 1e-15."""
    y, p = (np.array(column) for column in zip(*rows, strict=True))
    found = evaluate_probabilities(y, p)
    assert pytest.approx(brier_score_loss(y, p, pos_label=1), abs=1e-15) == found["brier"]
    clipped = np.clip(p, 1e-15, 1 - 1e-15)
    assert pytest.approx(log_loss(y, clipped, labels=[0, 1]), rel=1e-9) == found["log_loss"]
    assert pytest.approx(sum(p) / len(p)) == found["mean_predicted"]


def test_being_sure_and_wrong_costs_much_but_not_everything():
    """A probability of 0 for what came true counts as 1e-15, so log loss stays finite."""
    found = evaluate_probabilities(np.array([1, 0]), np.array([0.0, 0.0]))
    assert pytest.approx(-np.log(1e-15) / 2) == found["log_loss"]


@given(inner, inner, inner)
def test_the_prior_correction_multiplies_the_odds(p, train, resampled):
    """The odds are multiplied by the ratio of the prior odds, before over after resampling."""
    odds = p / (1 - p) * (train / (1 - train)) / (resampled / (1 - resampled))
    assert pytest.approx(odds / (1 + odds)) == correct_prior(np.array([p]), train, resampled)[0]


@given(st.lists(probabilities, min_size=1), inner)
def test_without_resampling_the_correction_changes_no_bit(p, prevalence):
    """Equal prevalences leave the probabilities as they are."""
    np.testing.assert_array_equal(np.array(p), correct_prior(np.array(p), prevalence, prevalence))


@given(inner, inner)
def test_certainty_stays_certain(train, resampled):
    """No prior can change a probability of 0 or 1."""
    np.testing.assert_array_equal([0.0, 1.0], correct_prior(np.array([0.0, 1.0]), train, resampled))


def test_the_correction_takes_back_what_a_changed_prior_did():
    """The posterior under a balanced prior, corrected, is the posterior under the true one."""
    x = np.linspace(-4, 4, 50)
    likelihoods = np.exp(-((x - 1) ** 2) / 2), np.exp(-((x + 1) ** 2) / 2)
    posterior = [
        prior * likelihoods[0] / (prior * likelihoods[0] + (1 - prior) * likelihoods[1]) for prior in (0.04, 0.5)
    ]
    np.testing.assert_allclose(posterior[0], correct_prior(posterior[1], 0.04, 0.5))


def test_corrected_metrics_are_those_of_corrected_probabilities():
    """Each corrected metric is the plain one of p·a/(p·a + (1 - p)·b)."""
    prediction = make_noisy_prediction(300, seed=3)
    values, _ = evaluate_metrics(prediction, prediction, CONTEXT)
    a, b = 0.1 / 0.5, 0.9 / 0.5
    p = prediction.scores * a / (prediction.scores * a + (1 - prediction.scores) * b)
    assert pytest.approx(brier_score_loss(prediction.y, p)) == values["brier_corrected"]
    assert pytest.approx(log_loss(prediction.y, p)) == values["log_loss_corrected"]
    assert pytest.approx(p.mean()) == values["mean_predicted_corrected"]


def test_without_resampling_corrected_metrics_equal_the_raw_ones():
    """For strategies that leave the prior alone, corrected and raw columns agree to the bit."""
    noisy = make_noisy_prediction(300, seed=3)
    prediction = make_prediction(noisy.y, noisy.scores, prevalence_train=0.123, prevalence_resampled=0.123)
    values, _ = evaluate_metrics(prediction, prediction, CONTEXT)
    for name in ("brier", "log_loss", "mean_predicted"):
        assert values[name] == values[f"{name}_corrected"]


@pytest.mark.parametrize(("train", "resampled"), [(0.0, 0.5), (0.1, 1.0), (1.0, 1.0), (0.1, 0.0), (0.1, float("nan"))])
def test_a_prior_without_one_class_cannot_be_corrected(train, resampled):
    """Where one class was absent the correction would divide by 0, so it has a reason instead."""
    assert isinstance(correct_prior(np.array([0.2]), train, resampled), Undefined)


@pytest.mark.parametrize("digits", [2, 9])
@pytest.mark.parametrize("skill", [-1.0, 0.1, 1.0, 4.0])
@pytest.mark.parametrize("seed", range(3))
def test_slope_and_intercept_are_the_maximum_likelihood_fit(seed, skill, digits):
    """Newton's method arrives where scikit-learn and a root finder arrive."""
    prediction = make_noisy_prediction(150, seed, skill=skill, noise=2.0, digits=digits)
    found = fit_calibration(prediction.y, prediction.scores)
    assert pytest.approx(slope_of(prediction.y, prediction.scores), rel=1e-6) == found[SLOPE]
    assert pytest.approx(intercept_of(prediction.y, prediction.scores), abs=1e-9) == found[INTERCEPT]


@given(st.integers(0, 2**32 - 1), st.integers(20, 60), st.floats(0, 1), st.floats(0.01, 8))
def test_the_fit_solves_its_equations_whatever_the_scores(seed, n, share_extreme, spread):
    """With probabilities of 0 and 1 among them, parameters are found wherever the classes overlap."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    p = np.where(rng.random(n) < share_extreme, rng.integers(0, 2, n), expit(spread * rng.normal(size=n)))
    found = fit_calibration(y, p)
    x = np.clip(p, 1e-6, 1 - 1e-6)
    overlap = x[y == 0].max() > x[y == 1].min() and x[y == 1].max() > x[y == 0].min()
    if overlap and len(np.unique(np.round(x, 12))) >= 10:
        assert pytest.approx(slope_of(y, p), rel=1e-5, abs=1e-7) == found[SLOPE]
        assert pytest.approx(intercept_of(y, p), abs=1e-8) == found[INTERCEPT]
    else:
        assert isinstance(found[SLOPE], Undefined)
        assert found[SLOPE] == found[INTERCEPT]


def test_true_probabilities_have_a_slope_of_1_and_an_intercept_of_0():
    """Probabilities that say what happens are calibrated."""
    rng = np.random.default_rng(0)
    p = rng.uniform(0.02, 0.98, 200_000)
    found = fit_calibration((rng.random(len(p)) < p).astype(int), p)
    assert pytest.approx({SLOPE: 1.0, INTERCEPT: 0.0}, abs=0.02) == found


def test_directions():
    """Too extreme is a slope below 1, too high an intercept below 0."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=20_000)
    y = (rng.random(len(x)) < expit(x)).astype(int)
    assert pytest.approx(0.5, abs=0.05) == fit_calibration(y, expit(2 * x))[SLOPE]
    assert pytest.approx(-1.0, abs=0.1) == fit_calibration(y, expit(x + 1))[INTERCEPT]


separated = np.linspace(0.1, 0.9, 40)


@pytest.mark.parametrize(
    ("y", "p", "why"),
    [
        (np.arange(40) >= 20, separated, "separate the classes"),
        (np.arange(40) < 20, separated, "separate the classes"),
        # One shared value between the classes: no overlap yet, so still no finite solution.
        (np.arange(40) >= 20, np.where(np.arange(40) == 20, separated[19], separated), "separate the classes"),
        (np.zeros(40), separated, "no positive row"),
        (np.ones(40), separated, "only positive rows"),
        (np.arange(40) % 5 == 0, separated, "fewer than 10 rows of the rarer class"),
        (np.arange(40) % 5 != 0, separated, "fewer than 10 rows of the rarer class"),
        (np.arange(40) % 2, np.round(separated, 1), "fewer than 10 distinct"),
        (np.arange(40) % 2, np.full(40, 0.3), "fewer than 10 distinct"),
        # Distinct by round-off alone.
        (np.arange(40) % 2, 0.3 + np.arange(40) * 1e-16, "fewer than 10 distinct"),
        # Distinct, but all of it below the clip.
        (np.arange(40) % 2, separated * 1e-7, "fewer than 10 distinct"),
    ],
)
def test_where_there_is_no_sensible_fit_there_is_a_reason(y, p, why):
    """Separated classes, few rows and few distinct values give a reason, and no huge number."""
    found = fit_calibration(y.astype(int), p)
    assert {SLOPE, INTERCEPT} == set(found)
    for value in found.values():
        assert isinstance(value, Undefined)
        assert why in value.why


def test_ten_of_each_are_enough():
    """Ten minority rows and ten distinct probabilities are not fewer than ten."""
    p = np.tile(np.linspace(0.05, 0.95, 10), 4)
    y = np.isin(np.arange(40), np.r_[0:20:3, 24, 28, 35])
    assert 10 == y.sum()
    found = fit_calibration(y.astype(int), p)
    assert pytest.approx(slope_of(y, p), rel=1e-6) == found[SLOPE]


@pytest.mark.parametrize("gap", [1e-3, 1e-6, 1e-9, 1e-13])
def test_classes_that_all_but_separate_end_in_a_number_or_a_reason(gap):
    """However steep the solution, the search ends without a warning, and a number is the solution."""
    p = np.concatenate([np.linspace(0.01, 0.02, 20), [0.5 - gap, 0.5 + gap], np.linspace(0.98, 0.99, 20)])
    y = np.concatenate([np.zeros(20), [1, 0], np.ones(20)]).astype(int)
    with np.errstate(divide="raise", over="raise", invalid="raise"):
        found = fit_calibration(y, p)[SLOPE]
    if isinstance(found, Undefined):
        assert "separate" in found.why
    else:
        # The rows mirror each other around 1/2, so the intercept is 0 and one equation is left. Its terms are
        # written with the small tail of the logistic function, or round-off would hide them.
        x = logit(p)
        sign = 2 * y - 1
        assert pytest.approx(brentq(lambda b: (x * sign * expit(-b * x * sign)).sum(), 0.1, 200), rel=1e-3) == found
