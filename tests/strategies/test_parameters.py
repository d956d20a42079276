from __future__ import annotations

import pytest
from factories import make_entry

from job.names import CLASSIFIERS
from job.strategies.recipes import check_entry


def complaints(kind, name, **params):
    return check_entry(kind, 0, make_entry(name, params=params))


@pytest.mark.parametrize(
    ("kind", "name", "params", "expected"),
    [
        ("strategies", "smote", {"k_neighbors": 0}, "got 0, must be an integer >= 1"),
        ("strategies", "smote", {"k_neighbors": True}, "got True, must be an integer >= 1"),
        ("strategies", "smote", {"k_neighbors": 2.5}, "got 2.5, must be an integer >= 1"),
        ("strategies", "custom", {"k_neighbors": -1}, "got -1, must be an integer >= 1"),
        ("strategies", "ADASYN", {"n_neighbors": "x"}, "got 'x', must be an integer >= 1"),
        ("strategies", "threshold", {"cv": 1}, "got 1, must be a whole number of inner folds >= 2"),
        ("strategies", "threshold", {"scoring": "f3"}, "got 'f3', must be the name of a scikit-learn scorer"),
        ("strategies", "class_weight", {"class_weight": "heavy"}, "got 'heavy', must be balanced"),
        ("strategies", "class_weight", {"class_weight": {0: 1, 1: True}}, "got {0: 1, 1: True}, must be balanced"),
        ("classifiers", "logistic_regression", {"C": -1}, "got -1, must be a number > 0"),
        ("classifiers", "logistic_regression", {"max_iter": "many"}, "got 'many', must be an integer >= 0"),
        ("classifiers", "random_forest", {"criterion": "ginny"}, "got 'ginny', must be one of entropy, gini, log_loss"),
        ("classifiers", "knn", {"weights": "far"}, "got 'far', must be one of distance, uniform or null"),
    ],
)
def test_a_value_that_the_class_refuses_is_named(kind, name, params, expected):
    """the message says what was got and what is allowed, at the parameter's own key"""
    ((path, message),) = complaints(kind, name, **params)
    assert ("params", *params) == path
    assert message.startswith(expected)


def test_an_unknown_parameter_names_the_nearest():
    """a slip of the pen is answered with the parameter that was meant"""
    ((path, message),) = complaints("classifiers", "random_forest", n_estimator=10)
    assert ("params", "n_estimator") == path
    assert "did you mean n_estimators?" in message


def test_every_wrong_parameter_is_told():
    """one entry's problems come all at once"""
    assert 3 == len(complaints("classifiers", "random_forest", n_estimators=0, max_depth=-1, nonsense=1))


@pytest.mark.parametrize(
    ("kind", "entry", "expected"),
    [
        (
            "classifiers",
            {"class": "sklearn.ensemble.VotingClassifier"},
            "VotingClassifier has no default for estimators",
        ),
        ("classifiers", {"class": "sklearn.linear_model.LogisticRegression"}, ""),
        ("strategies", {"class": "imblearn.over_sampling.SMOTENC"}, "SMOTENC has no default for categorical_features"),
        ("strategies", {"name": "SMOTENC"}, ""),
    ],
)
def test_what_a_class_needs_is_told_before_anything_runs(kind, entry, expected):
    """a parameter without a default is asked for, unless the job sets it itself"""
    told = [message for where, message in check_entry(kind, 0, make_entry(**entry)) if where == ("params",)]
    assert ([f"{expected}; give a value here"] if expected else []) == told


def test_what_the_job_sets_cannot_be_set():
    """columns are the job's to know, not the spec's"""
    ((_, message),) = complaints("strategies", "custom", categorical_features=[0])
    assert "is set by the job" in message


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_classifiers_accept_their_defaults_and_a_seed(name):
    """every classifier of the registry has nothing to complain about, with or without a seed"""
    assert [] == complaints("classifiers", name)
    if name not in ("knn", "gaussian_nb"):
        assert [] == complaints("classifiers", name, random_state=3)


@pytest.mark.parametrize(
    ("kind", "path", "expected"),
    [
        ("strategies", "sklearn.linear_model.LogisticRegression", "isn't a sampler"),
        ("strategies", "hostile.NotASampler", "isn't a sampler"),
        ("strategies", "imblearn.no_such.Thing", "cannot import imblearn.no_such"),
        ("strategies", "imblearn.over_sampling.SMOTTE", "has no class SMOTTE"),
        ("classifiers", "imblearn.over_sampling.SMOTE", "isn't a classifier"),
        ("classifiers", "sklearn.linear_model.LinearRegression", "cannot rank rows"),
        ("classifiers", "sklearn.ensemble.IsolationForest", "(estimator type: outlier_detector)"),
        ("classifiers", "sklearn.svm.OneClassSVM", "(estimator type: outlier_detector)"),
        ("classifiers", "sklearn.mixture.GaussianMixture", "(estimator type: density_estimator)"),
        ("classifiers", "hostile.Duck", "inherit sklearn.base.ClassifierMixin, before BaseEstimator"),
        ("classifiers", "hostile.WrongWay", "inherit sklearn.base.ClassifierMixin, before BaseEstimator"),
        ("classifiers", "hostile.CannotBeBuilt", "hostile.CannotBeBuilt cannot be built: RuntimeError: no licence"),
        ("classifiers", "sklearn.metrics.roc_auc_score", "has no class roc_auc_score"),
    ],
)
def test_a_class_that_is_not_what_it_should_be_is_named(kind, path, expected):
    """a dotted path is imported and looked at before anything runs"""
    ((where, message),) = check_entry(kind, 0, make_entry(**{"class": path}))
    assert ("class",) == where
    assert expected in message


def test_a_pipeline_without_a_classifier_is_none():
    """what an instance is depends on its parameters, so it is built with them"""
    entry = make_entry(**{"class": "sklearn.pipeline.Pipeline", "params": {"steps": [["nothing", "passthrough"]]}})
    ((where, message),) = check_entry("classifiers", 0, entry)
    assert ("class",) == where
    assert "sklearn.pipeline.Pipeline isn't a classifier" in message


@pytest.mark.parametrize(
    "path", ["hostile.NoProbabilities", "hostile.Old", "imblearn.ensemble.EasyEnsembleClassifier", "sklearn.svm.SVC"]
)
def test_classifiers_of_other_packages_pass(path):
    """also one that says what it is in the way of older packages"""
    assert [] == check_entry("classifiers", 0, make_entry(**{"class": path}))
