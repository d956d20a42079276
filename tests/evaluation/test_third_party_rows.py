"""No fit changes anything for another one: neither rows nor labels nor parameters."""

from __future__ import annotations

import ctypes
import random
from dataclasses import replace

import numpy as np
import pytest
from factories import SEEDS, make_dataset, make_entry, make_spec
from hostile import Duck
from sklearn.linear_model import RidgeClassifier, RidgeClassifierCV

from job.evaluation.all_rows import fit_on_all_rows
from job.evaluation.evaluate_unit import OK, evaluate_in_turn, evaluate_unit
from job.evaluation.grid import Study, Unit
from job.evaluation.third_party import attempt, fit_apart
from job.names import STRATEGIES
from job.spec.job_spec import PreparationSpec
from job.spec.strategy_entries import calibrated

OVERWRITING = ("Overwrites", "OverwritesLater", "OverwritesInSecret")
RIDGE = make_entry(
    **{"class": "sklearn.linear_model.RidgeClassifier", "params": {"copy_X": False, "solver": "cholesky"}}
)
THRESHOLD = make_entry("threshold", params={"thresholds": 5, "cv": 2})
TREE, BAYES = make_entry("decision_tree"), make_entry("gaussian_nb")
DATASET = make_dataset(120, 30)
MIXED = make_dataset(120, 30, n_categorical=1)


def hostile(name, **params):
    return make_entry(**{"class": f"hostile.{name}", "params": params})


def make_unit(strategy, *classifiers):
    rows = np.arange(120, dtype=np.int32)
    return Unit(strategy, classifiers, 0, 0, rows[:-30], rows[-30:], PreparationSpec(), SEEDS)


def assert_same(expected, actual):
    """Every number of a run, and what the run is said to be."""
    for name in ("scores", "decisions"):
        np.testing.assert_array_equal(getattr(expected, name), getattr(actual, name))
    for name in ("status", "reason", "threshold", "prevalence_resampled", "n_resampled", "n_resampled_positive"):
        assert getattr(expected, name) == getattr(actual, name), name


@pytest.mark.parametrize(
    "name",
    [*STRATEGIES, *map(calibrated, (make_entry("smote"), THRESHOLD))],
    ids=lambda name: getattr(name, "label", name),
)
def test_a_classifier_that_overwrites_changes_no_other_run(name):
    """a tree has the numbers that it has alone, beside trees that overwrite rows and labels, which have them too"""
    strategy = THRESHOLD if name == "threshold" else make_entry(name) if isinstance(name, str) else name
    dataset = MIXED if name == "SMOTENC" else DATASET
    (alone,) = evaluate_unit(make_unit(strategy, TREE), dataset)
    assert alone.scores is not None
    together = [RIDGE, *map(hostile, OVERWRITING), TREE]
    for outcome in evaluate_unit(make_unit(strategy, *together), dataset)[1:]:
        assert_same(alone, outcome)


def test_ridge_beside_a_tree():
    """the case of the field: copy_X: false centres the rows of every classifier after it"""
    (alone,) = evaluate_unit(make_unit(make_entry("baseline"), BAYES), DATASET)
    for ridge in (RIDGE, hostile("Overwrites")):
        assert_same(alone, evaluate_unit(make_unit(make_entry("baseline"), ridge, BAYES), DATASET)[1])


@pytest.mark.parametrize("name", OVERWRITING)
def test_the_leak_demonstration_is_apart_too(name):
    """one split of resampled rows serves all classifiers, its test rows included"""
    (alone,) = evaluate_unit(replace(make_unit(make_entry("smote"), TREE), study=Study("leak")), DATASET)
    for outcome in evaluate_unit(
        replace(make_unit(make_entry("smote"), hostile(name), TREE), study=Study("leak")), DATASET
    ):
        assert_same(alone, outcome)
        np.testing.assert_array_equal(alone.y, outcome.y)


@pytest.mark.parametrize("strategy", [make_entry("baseline"), THRESHOLD], ids=lambda entry: entry.label)
def test_what_is_taken_home_is_apart_too(strategy):
    """a model fitted on all rows changes neither the labels of the data set nor its own inner folds"""
    before = DATASET.y.copy()
    models = [fit_on_all_rows(make_spec(), DATASET, strategy, entry) for entry in (TREE, hostile("Overwrites"))]
    np.testing.assert_array_equal(before, DATASET.y)
    np.testing.assert_array_equal(*(model.predict(DATASET.X) for model in models))
    assert len({getattr(model[-1], "threshold", None) for model in models}) == 1


def test_rows_are_read_only_and_copied_only_where_that_fails():
    """a fit gets a read-only view; one that has to write then gets a copy, and the same luck"""
    rows, given = np.ones((4, 2)), []

    def fit(give):
        given.append((give(rows, Duck()), np.random.random(), random.random()))
        if len(given) == 1:
            raise RuntimeError("no fit") from ValueError("buffer source array is read-only")

    fit_apart(fit)
    (view, *luck), (copy, *again) = given
    assert (True, False) == (np.shares_memory(view, rows), view.flags.writeable)
    assert view is not rows  # or one fit could give it another shape for all
    assert (False, True) == (np.shares_memory(copy, rows), copy.flags.writeable)
    assert luck == again


@pytest.mark.parametrize(
    ("classifier", "writeable"),
    [(RidgeClassifier(), True), (RidgeClassifierCV(), True), (RidgeClassifier(copy_X=False), False), (Duck(), False)],
)
def test_no_row_is_copied_for_nothing(classifier, writeable):
    """scikit-learn copies read-only rows for some classifiers that copy them anyway: these get them as they are"""
    assert writeable == fit_apart(lambda give: give(np.ones((4, 2)), classifier)).flags.writeable


@pytest.mark.parametrize("overwrites", [False, True])
def test_rows_are_made_again_only_where_they_changed(overwrites):
    """rows that nobody could change serve all classifiers; after a change the ones left get them anew"""
    rows, unit, again = np.ones((4, 2)), make_unit(make_entry("baseline"), TREE, RIDGE, BAYES), []

    def evaluate(key, entry):
        if overwrites:
            ctypes.memset(rows.ctypes.data, 0, rows.nbytes)
        return key.classifier

    found = evaluate_in_turn(unit, rows, evaluate, lambda left: again.append(left.classifiers) or ("anew",))
    labels = [entry.label for entry in unit.classifiers]
    assert (found, again) == (((labels[0], "anew"), [(RIDGE, BAYES)]) if overwrites else (tuple(labels), []))


def test_another_failure_is_not_tried_again():
    """only a fit that had to write is worth a second one"""
    tries = []

    def fit(give):
        tries.append(give)
        raise ValueError("no luck")

    with pytest.raises(ValueError, match="no luck"):
        fit_apart(fit)
    assert len(tries) == 1


def test_parameters_are_copied_for_every_estimator_and_sampler():
    """what a fit takes out of a parameter is there for the next one"""
    eats = hostile("EatsItsParameters", depth={"is": [1]})
    for _ in range(2):
        outcomes = evaluate_unit(make_unit(make_entry("baseline"), eats, eats), DATASET)
        assert all(outcome.scores is not None for outcome in outcomes)
    sampler = make_entry(**{"class": "hostile.SamplesWithAppetite", "params": {"rows": {"n": [5]}}})
    for strategy in (sampler, calibrated(sampler), sampler):
        (outcome,) = evaluate_unit(make_unit(strategy, TREE), DATASET)
        assert (OK, 5) == (outcome.status, outcome.n_synthetic)


def test_a_failed_fit_keeps_its_own_reason() -> None:
    """also where its text can't be had, or it is its own cause"""

    class MuteError(ValueError):
        def __str__(self) -> str:
            raise KeyboardInterrupt("str")

    itself = ValueError("bad input")
    itself.__cause__ = itself
    for raised, reason in ((MuteError(), "MuteError: (no readable text)"), (itself, "ValueError: bad input")):

        def fail(give: object, raised: BaseException = raised) -> None:
            raise raised

        assert attempt(lambda fail=fail: fit_apart(fail), 1).error == reason
