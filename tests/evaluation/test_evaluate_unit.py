from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from factories import SEEDS, make_dataset, make_entry
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from job.evaluation.evaluate_unit import DEGRADED, FAILED, NOT_APPLICABLE, OK, _PreparedSplits, evaluate_unit
from job.evaluation.grid import Unit
from job.spec.job_spec import PreparationSpec
from job.strategies.preparation import Preparation

DATASET = make_dataset(200, 40)


def make_unit(strategy="baseline", classifiers=("logistic_regression",), dataset=DATASET):
    rows = np.arange(dataset.n_rows, dtype=np.int32)
    return Unit(
        strategy=_entry(strategy),
        classifiers=tuple(_entry(classifier) for classifier in classifiers),
        repeat=0,
        fold=0,
        train=rows[:140],
        test=rows[140:],
        preparation=PreparationSpec(),
        seeds=SEEDS,
    )


def _entry(name):
    return make_entry(**{"class": f"hostile.{name}"}) if name[0].isupper() and name != "ADASYN" else make_entry(name)


def evaluate(*args, **kwargs):
    return evaluate_unit(make_unit(*args, **kwargs), DATASET)


def test_baseline_is_plain_scikit_learn():
    """baseline's scores and decisions are those of a scaler and a classifier on the training rows"""
    scaler = StandardScaler().fit(DATASET.X.to_numpy()[:140])
    train, test = (scaler.transform(part) for part in (DATASET.X.to_numpy()[:140], DATASET.X.to_numpy()[140:]))
    plain = LogisticRegression(random_state=SEEDS.classifier).fit(train, DATASET.y[:140])
    (outcome,) = evaluate()
    assert (OK, None, True) == (outcome.status, outcome.reason, outcome.is_probability)
    np.testing.assert_allclose(plain.predict_proba(test)[:, 1], outcome.scores, rtol=1e-12)
    np.testing.assert_array_equal(plain.predict(test), outcome.decisions)


def test_one_classifier_of_a_unit_is_as_good_as_alone():
    """what else a unit fits changes no classifier's scores"""
    together = evaluate("smote", ("logistic_regression", "random_forest", "decision_tree"))
    for outcome, name in zip(together, ("logistic_regression", "random_forest", "decision_tree"), strict=True):
        (alone,) = evaluate("smote", (name,))
        np.testing.assert_array_equal(alone.scores, outcome.scores)


@pytest.mark.parametrize(
    ("strategy", "reason"),
    [
        ("Raises", "ValueError: no luck with 140 rows second line"),
        ("Exits", "SystemExit: 0"),
        ("ReturnsNan", "ReturnsNan returned rows with missing or infinite values"),
        ("ReturnsOneClass", "ReturnsOneClass returned the labels [1], expected 0 and 1"),
        ("ReturnsWrongWidth", "ReturnsWrongWidth returned X of shape (140, 2) and y of shape (140,), expected (n, 3)"),
    ],
)
def test_a_strategy_that_misbehaves_fails_with_its_reason(strategy, reason):
    """whatever a sampler raises or returns ends in one line of reason for each of its runs"""
    outcomes = evaluate(strategy, ("logistic_regression", "knn"))
    assert [FAILED, FAILED] == [outcome.status for outcome in outcomes]
    assert all(outcome.reason.startswith(reason) and outcome.scores is None for outcome in outcomes)


def test_a_sampler_cannot_change_the_training_part():
    """a sampler that overwrites its input spoils its own runs only"""
    before = DATASET.X.copy()
    evaluate("ChangesItsInput")
    assert before.equals(DATASET.X)


def test_a_sampler_without_a_seed_repeats():
    """a class that draws from numpy's global generator gives the same rows in every process"""
    np.random.seed(0)
    (first,) = evaluate("DrawsFromGlobalLuck")
    np.random.seed(1)
    (second,) = evaluate("DrawsFromGlobalLuck")
    np.testing.assert_array_equal(first.scores, second.scores)


def test_warnings_are_kept_once_and_without_addresses():
    """a library's words stand in the outcome once each, and repeat from run to run"""
    (outcome,) = evaluate("Warns")
    assert ("UserWarning: this data is odd", "RuntimeWarning: seen by <object object>") == outcome.warnings
    assert outcome.status == OK


def test_no_class_weight_is_not_applicable():
    """class_weight with a classifier that takes none is no failure, and other classifiers still run"""
    knn, logistic = evaluate("class_weight", ("knn", "logistic_regression"))
    assert (NOT_APPLICABLE, "KNeighborsClassifier takes no class_weight") == (knn.status, knn.reason)
    assert logistic.status == OK


def test_without_probabilities_the_decision_function_ranks():
    """a classifier without predict_proba is ranked by decision_function and decides by its own predict"""
    (outcome,) = evaluate("baseline", ("NoProbabilities",))
    assert (OK, False) == (outcome.status, outcome.is_probability)
    np.testing.assert_array_equal(outcome.scores > 0, outcome.decisions == 1)


def test_threshold_works_without_probabilities():
    """the threshold of a decision function is tuned like any other"""
    (outcome,) = evaluate("threshold", ("NoProbabilities",))
    assert outcome.status == OK
    np.testing.assert_array_equal(outcome.scores >= outcome.threshold, outcome.decisions == 1)


def test_balanced_weights_stand_for_a_prevalence_of_one_half():
    """class_weight: balanced makes pi_s 0.5; resampling makes it the share of the resampled rows"""
    assert [0.5] == [outcome.prevalence_resampled for outcome in evaluate("class_weight")]
    assert [0.5] == [outcome.prevalence_resampled for outcome in evaluate("smote")]
    assert [DATASET.y[:140].mean()] == [outcome.prevalence_resampled for outcome in evaluate("baseline")]


def test_degradation_is_told_for_every_classifier():
    """a sampler that had to shrink marks all runs of its unit"""
    few = make_dataset(200, 5, seed=3)
    unit = make_unit("smote", ("logistic_regression", "knn"), few)
    unit = replace(unit, train=np.sort(np.r_[np.flatnonzero(few.y)[:3], np.flatnonzero(few.y == 0)[:100]]))
    outcomes = evaluate_unit(unit, few)
    assert [DEGRADED, DEGRADED] == [outcome.status for outcome in outcomes]
    assert all("k_neighbors=5 was lowered to 2" in outcome.reason for outcome in outcomes)


def test_a_split_is_prepared_once_for_its_strategies(monkeypatch):
    """strategies of one split share a preparation; another split has its own, and each its bytes alone"""
    fitted = []
    fit = Preparation.fit
    monkeypatch.setattr(Preparation, "fit", lambda self, X, y=None: (fitted.append(len(X)), fit(self, X, y))[1])
    strategies = ("baseline", "smote", "custom", "class_weight", "ADASYN")
    together, dataset = {}, replace(DATASET)
    for n_rows in (140, 120, 140):
        for strategy in strategies:
            unit = replace(make_unit(strategy), train=make_unit().train[:n_rows])
            together[strategy, n_rows] = evaluate_unit(unit, dataset)[0]
    assert [140, 120] == fitted
    fitted.clear()
    for (strategy, n_rows), outcome in together.items():
        unit = replace(make_unit(strategy), train=make_unit().train[:n_rows])
        (alone,) = evaluate_unit(unit, replace(DATASET))  # nothing is kept of another data set
        assert alone.scores.tobytes() == outcome.scores.tobytes()
    assert len(together) == len(fitted)


def test_prepared_splits_are_bounded(monkeypatch):
    """what is kept is bounded in bytes, and the last split is kept whatever it takes"""
    splits = _PreparedSplits()
    monkeypatch.setattr(splits, "most_bytes", 3 * 2 * 8 * 140 * DATASET.X.shape[1])
    units = [replace(make_unit(), seeds=replace(SEEDS, sampler=number)) for number in range(4)]
    first, *_, last = [splits.take(unit, DATASET) for unit in units]
    assert last is splits.take(units[-1], DATASET)
    assert first is not splits.take(units[0], DATASET)
    monkeypatch.setattr(splits, "most_bytes", 0)
    kept = splits.take(units[1], DATASET)
    assert kept is splits.take(units[1], DATASET)
    with pytest.raises(ValueError, match="read-only"):
        kept.codes[0] = 0
