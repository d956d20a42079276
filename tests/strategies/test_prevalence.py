"""The share of positive rows that a classifier learns from counts its own weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from factories import SEEDS, make_dataset, make_entry
from hypothesis import given
from hypothesis import strategies as st
from imblearn.ensemble import (
    BalancedBaggingClassifier,
    BalancedRandomForestClassifier,
    EasyEnsembleClassifier,
    RUSBoostClassifier,
)
from imblearn.under_sampling import RandomUnderSampler
from sklearn.base import BaseEstimator
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import BernoulliNB, ComplementNB, GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid
from sklearn.svm import SVC

from job.evaluation.evaluate_unit import evaluate_unit
from job.evaluation.grid import Study, Unit
from job.evaluation.metrics.calibration_metrics import correct_prior
from job.evaluation.metrics.run_metrics import MetricContext, Prediction, evaluate_metrics
from job.spec.job_spec import PreparationSpec
from job.strategies.prevalence import prevalence_seen

Y = np.array([0, 0, 0, 1, 0, 0, 1, 0], dtype=np.int8)


class Boosted(BaseEstimator):
    """A classifier with the weights of gradient boosting libraries, which take any parameter."""

    def __init__(self, scale_pos_weight=None, **others):
        self.all = {"scale_pos_weight": scale_pos_weight, **others}

    def get_params(self, deep=True):
        return dict(self.all)


@given(st.integers(1, 9), st.integers(1, 9))
def test_a_weight_counts_as_rows_do(rest, positive):
    """weights of whole numbers are the share of rows repeated so often"""
    repeated = np.repeat(Y, np.where(Y == 1, positive, rest))
    found = prevalence_seen(LogisticRegression(class_weight={0: rest, 1: positive}), Y)
    assert pytest.approx(repeated.mean()) == found


@pytest.mark.parametrize(
    ("classifier", "expected"),
    [
        (LogisticRegression(), 0.25),
        (KNeighborsClassifier(), 0.25),
        (LogisticRegression(class_weight="balanced"), 0.5),
        (LogisticRegression(class_weight={1: 3}), 0.5),
        (RandomForestClassifier(class_weight="balanced_subsample"), 0.5),
        (Boosted(), 0.25),
        (Boosted(scale_pos_weight=3), 0.5),
        (Boosted(is_unbalance=True), 0.5),
        (Boosted(auto_class_weights="Balanced"), 0.5),
        (Boosted(auto_class_weights="SqrtBalanced"), 1 / (1 + np.sqrt(3))),
        (Boosted(class_weights=[1, 3]), 0.5),
        (Boosted(class_weights={"0": 1, 1: 3}), 0.5),
        (SVC(class_weight="balanced", probability=True), 0.25),
        (GaussianNB(priors=[0.4, 0.6]), 0.6),
        (LinearDiscriminantAnalysis(priors=[1, 3]), 0.75),
        (MultinomialNB(fit_prior=False), 0.5),
        (BernoulliNB(class_prior=[0.1, 0.9], fit_prior=False), 0.9),
        (ComplementNB(), 0.5),
        (NearestCentroid(), 0.5),
        (NearestCentroid(priors="empirical"), 0.25),
        (BalancedRandomForestClassifier(), 0.5),
        (BalancedRandomForestClassifier(class_weight="balanced"), 0.75),
        (BalancedRandomForestClassifier(class_weight="balanced_subsample", bootstrap=True), 0.5),
        (BalancedRandomForestClassifier(sampling_strategy={0: 3}), 0.4),
        (BalancedBaggingClassifier(sampling_strategy="not majority"), 0.25),
        (BalancedBaggingClassifier(sampling_strategy=0.5), 1 / 3),
        (EasyEnsembleClassifier(), 0.5),
    ],
)
def test_the_share_of_each_kind_of_weight(classifier, expected):
    """none, balanced, numbers, the weight of the positive class alone, priors, and rows that it draws for itself"""
    assert pytest.approx(expected, rel=1e-15) == prevalence_seen(classifier, Y)


@pytest.mark.parametrize(
    ("classifier", "reason"),
    [
        (RUSBoostClassifier(), "RUSBoostClassifier draws rows of its own in every round"),
        (BalancedBaggingClassifier(sampler=RandomUnderSampler()), "weighs or draws the classes by its own sampler"),
        (BaggingClassifier(LogisticRegression(class_weight="balanced")), "by its own estimator__class_weight"),
        (Boosted(sampling_strategy=0.3), "Boosted weighs or draws the classes by its own sampling_strategy"),
        (Boosted(neg_bagging_fraction=0.1), "by its own neg_bagging_fraction"),
        (Boosted(class_weight=[1, 2]), "what Boosted makes of {'class_weight': [1, 2]} is not known"),
        (ComplementNB(norm=True), "the probabilities of ComplementNB with norm=True follow from no prior"),
    ],
)
def test_a_share_that_nobody_can_tell_has_a_reason(classifier, reason):
    """what a classifier draws or weighs in a way of its own is not passed off as the share of the rows"""
    assert reason in prevalence_seen(classifier, Y)


@pytest.mark.parametrize(
    "classifier",
    [
        GaussianNB(priors=[0.5, 0.5]),
        LinearDiscriminantAnalysis(priors=[0.3, 0.7]),
        SVC(class_weight="balanced", probability=True, random_state=0),
        BalancedRandomForestClassifier(30, max_depth=4, random_state=0),
        BalancedBaggingClassifier(n_estimators=20, sampling_strategy=0.5, random_state=0),
        EasyEnsembleClassifier(5, random_state=0),
    ],
    ids=lambda classifier: type(classifier).__name__,
)
@pytest.mark.filterwarnings("ignore:The `probability` parameter:FutureWarning")
def test_corrected_by_it_the_mean_is_about_the_true_share(classifier):
    """one in ten rows is positive; off by no more than 4 points, where raw probabilities can be off by 40"""
    rng = np.random.default_rng(0)
    y = (rng.random(1200) < 0.1).astype(np.int8)
    X = rng.normal(size=(1200, 3)) + y[:, None]
    p = classifier.fit(X[:600], y[:600]).predict_proba(X[600:])[:, 1]
    corrected = correct_prior(p, float(y[:600].mean()), prevalence_seen(classifier, y[:600]))
    assert abs(corrected.mean() - y[600:].mean()) < 0.04


def test_what_cannot_be_corrected_is_undefined_with_that_reason():
    """no corrected metric is the raw one without a word"""
    prediction = Prediction(np.array([0, 1]), np.array([0.2, 0.6]), np.array([0, 1]), True, 0.1, "nobody knows")
    values, reasons = evaluate_metrics(prediction, None, MetricContext(1, 1, 100))
    for name in ("brier", "log_loss", "mean_predicted"):
        assert values[name] is not None
        assert (None, "nobody knows") == (values[f"{name}_corrected"], reasons[f"{name}_corrected"])


def test_one_class_alone_has_no_balance():
    """a share of 0 stays 0"""
    assert 0.0 == prevalence_seen(LogisticRegression(class_weight="balanced"), np.zeros(4, dtype=np.int8))


def make_unit(strategy, params):
    rows = np.arange(120, dtype=np.int32)
    return Unit(
        strategy=make_entry(strategy),
        classifiers=(make_entry("logistic_regression", params=params),),
        repeat=0,
        fold=0,
        train=rows[:-30],
        test=rows[-30:],
        preparation=PreparationSpec(),
        seeds=SEEDS,
    )


@pytest.mark.parametrize("strategy", ["baseline", "threshold"])
def test_one_model_has_one_correction(strategy):
    """a classifier with balanced weights of its own is corrected as under the strategy that sets them"""
    dataset = make_dataset()
    (own,) = evaluate_unit(make_unit(strategy, {"class_weight": "balanced"}), dataset)
    (set_by_strategy,) = evaluate_unit(make_unit("class_weight", {}), dataset)
    np.testing.assert_array_equal(own.scores, set_by_strategy.scores)
    assert set_by_strategy.prevalence_resampled == own.prevalence_resampled == 0.5


def test_the_strategy_weights_take_the_place_of_the_own():
    """class_weight with a classifier that brings weights has those of the strategy only"""
    dataset = make_dataset()
    (outcome,) = evaluate_unit(make_unit("class_weight", {"class_weight": {0: 1, 1: 100}}), dataset)
    assert 0.5 == outcome.prevalence_resampled


def test_resampled_rows_are_weighed_too():
    """weights that oppose resampling lead back: one in two rows with a third of the weight is a quarter"""
    dataset = make_dataset()
    (outcome,) = evaluate_unit(make_unit("smote", {"class_weight": {0: 3, 1: 1}}), dataset)
    assert 0.25 == outcome.prevalence_resampled


def test_the_leaked_evaluation_counts_weights():
    """resampling before the split doesn't change what weights are"""
    dataset = make_dataset()
    (outcome,) = evaluate_unit(
        replace(make_unit("baseline", {"class_weight": "balanced"}), study=Study("leak")), dataset
    )
    assert 0.5 == outcome.prevalence_resampled
