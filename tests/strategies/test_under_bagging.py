"""Bagging with under-sampling: imbalanced-learn's, around any classifier."""

from __future__ import annotations

import numpy as np
import pytest
from factories import SEEDS, make_dataset, make_entry, make_training_part
from imblearn.ensemble import BalancedBaggingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from job.spec.strategy_entries import calibrated
from job.strategies.recipes import check_entry, recipe_of

DATASET = make_dataset(300, 40, n_numeric=3)


def fit(classifier, entry=None, **params):
    recipe, part = recipe_of(entry or make_entry("under_bagging", params=params)), make_training_part(DATASET)
    return recipe.fit(classifier, part, recipe.resample(part))


@pytest.mark.parametrize("params", [{}, {"n_estimators": 3, "replacement": True, "random_state": 5}])
def test_it_is_the_ensemble_of_imbalanced_learn(params):
    """on the prepared rows, with the split's seed unless the spec has one"""
    part = make_training_part(DATASET)
    X = part.preparation.encode(part.codes)
    expected = BalancedBaggingClassifier(DecisionTreeClassifier(), **{"random_state": SEEDS.sampler, **params})
    fitted = fit(DecisionTreeClassifier(), **params)

    np.testing.assert_array_equal(expected.fit(X, part.y).predict_proba(X), fitted.model.predict_proba(part.X))
    assert len(fitted.model[-1].estimators_) == params.get("n_estimators", 10)


def test_it_tells_what_its_models_saw():
    """rows and positives of a model in the mean: as many of both classes, none of them synthetic"""
    fitted = fit(LogisticRegression())
    trained_on = [pipeline[0].sample_indices_ for pipeline in fitted.model[-1].estimators_]

    assert fitted.prevalence == 0.5
    assert (0, round(np.mean([len(rows) for rows in trained_on]))) == (fitted.seen.n_synthetic, fitted.seen.n_rows)
    assert fitted.seen.n_rows == pytest.approx(2 * fitted.seen.n_positive, abs=1)
    assert 30 <= fitted.seen.n_positive <= 50
    in_folds = fit(LogisticRegression(), calibrated(make_entry("under_bagging"))).seen
    assert in_folds.n_rows == pytest.approx(0.8 * fitted.seen.n_rows, rel=0.2)


def test_a_ratio_other_than_even_is_seen():
    """the prevalence is that of what is left"""
    fitted = fit(LogisticRegression(), sampling_strategy=0.5)
    assert fitted.prevalence == pytest.approx(1 / 3)
    assert fitted.seen.n_rows == pytest.approx(3 * fitted.seen.n_positive, abs=2)


def test_votes_are_no_probabilities():
    """where a classifier has none, that is said, and no prior is corrected"""
    fitted = fit(SVC())
    assert fitted.degraded == (fitted.prevalence,)
    assert "SVC gives no probabilities" in fitted.prevalence
    assert fit(GaussianNB()).degraded == ()


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"n_estimators": 0}, "got 0, must be an integer >= 1"),
        ({"estimator": "svc"}, "is set by the job"),
        ({"sampler": "x"}, "is set by the job"),
        ({"n_estimator": 3}, "did you mean n_estimators?"),
    ],
)
def test_its_parameters_are_the_ensembles(params, expected):
    """checked as others are"""
    ((_, message),) = check_entry("strategies", 0, make_entry("under_bagging", params=params))
    assert expected in message


def test_it_is_described_by_the_number_of_its_models():
    """the library's own where the spec has none"""
    ten, three = (make_entry("under_bagging", params=params) for params in ({}, {"n_estimators": 3}))
    assert ["10 models", "3 models"] == [
        next(words for words in ("10 models", "3 models") if words in recipe_of(entry).describe(0, 3))
        for entry in (ten, three)
    ]
