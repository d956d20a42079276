"""Strategies inside CalibratedClassifierCV, against plain scikit-learn and imbalanced-learn."""

from __future__ import annotations

import numpy as np
import pytest
from factories import DEFAULT_PREPARATION, make_dataset, make_entry
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import StandardScaler

from job.evaluation.evaluate_unit import DEGRADED, FAILED, NOT_APPLICABLE, OK, Outcome, evaluate_unit
from job.evaluation.grid import Unit, seeds_of
from job.spec.strategy_entries import calibrated

DATASET = make_dataset(300, 45, n_numeric=4)
SEEDS = seeds_of(42, 0, 0)
TRAIN, TEST = np.arange(220, dtype=np.int32), np.arange(220, 300, dtype=np.int32)


def evaluate(strategy: str, classifier: str = "logistic_regression", train=TRAIN, dataset=DATASET, **parts) -> Outcome:
    unit = Unit(
        strategy=calibrated(make_entry(strategy, **parts)),
        classifiers=(make_entry(classifier),),
        repeat=0,
        fold=0,
        train=train,
        test=TEST,
        preparation=DEFAULT_PREPARATION,
        seeds=SEEDS,
    )
    (outcome,) = evaluate_unit(unit, dataset)
    return outcome


def calibrate(*steps) -> CalibratedClassifierCV:
    """What anyone would write: the whole pipeline inside, on the folds that thresholds are tuned on."""
    folds = StratifiedKFold(5, shuffle=True, random_state=SEEDS.inner_folds)
    pipeline = make_pipeline(StandardScaler(), *steps, LogisticRegression(random_state=SEEDS.classifier))
    return CalibratedClassifierCV(pipeline, cv=folds).fit(DATASET.X.to_numpy()[TRAIN], DATASET.y[TRAIN])


@pytest.mark.parametrize(
    ("strategy", "steps"),
    [("baseline", ()), ("threshold", ()), ("smote", (SMOTE(random_state=SEEDS.sampler),))],
)
def test_it_is_plain_scikit_learn(strategy, steps) -> None:
    """probabilities are those of CalibratedClassifierCV around scaling, resampling and classifier"""
    outcome = evaluate(strategy)

    assert (OK, True) == (outcome.status, outcome.is_probability)
    expected = calibrate(*steps).predict_proba(DATASET.X.to_numpy()[TEST])[:, 1]
    np.testing.assert_allclose(outcome.scores, expected, rtol=1e-9)


def test_it_decides_at_one_half() -> None:
    """the decision is that of the calibrated probability"""
    outcome = evaluate("smote")

    np.testing.assert_array_equal(outcome.scores > 0.5, outcome.decisions == 1)


def test_the_threshold_is_tuned_on_the_folds_of_the_calibration() -> None:
    """balanced accuracy, mean over the inner test parts, is nowhere higher than at the tuned threshold"""
    outcome = evaluate("threshold")
    model = calibrate()
    X, y = DATASET.X.to_numpy()[TRAIN], DATASET.y[TRAIN]
    folds = StratifiedKFold(5, shuffle=True, random_state=SEEDS.inner_folds).split(X, y)
    parts = [
        (pair.predict_proba(X[test])[:, 1], y[test])
        for (_, test), pair in zip(folds, model.calibrated_classifiers_, strict=True)
    ]

    def balanced_accuracy(threshold: float) -> float:
        return np.mean([(p[y == 1] >= threshold).mean() + (p[y == 0] < threshold).mean() for p, y in parts]) / 2

    best = max(balanced_accuracy(threshold) for threshold in np.linspace(0, 1, 500))
    assert balanced_accuracy(outcome.threshold) >= best - 0.01
    np.testing.assert_array_equal(outcome.scores >= outcome.threshold, outcome.decisions == 1)


def test_calibrated_probabilities_need_no_prior_correction() -> None:
    """calibrators learn from rows as they come, so the prior is that of the training part"""
    outcome = evaluate("smote")

    assert DATASET.y[TRAIN].mean() == outcome.prevalence_resampled
    assert abs(outcome.scores.mean() - DATASET.y[TRAIN].mean()) < 0.05


def test_the_rows_that_classifiers_saw_are_told() -> None:
    """the mean over inner training parts: four fifths of the rows, resampled to balance"""
    outcome = evaluate("smote")
    n_rest = int((DATASET.y[TRAIN] == 0).sum())

    assert abs(2 * 0.8 * n_rest - outcome.n_resampled) <= 1
    assert outcome.n_resampled_positive * 2 == outcome.n_resampled
    assert 0 < outcome.n_synthetic < outcome.n_resampled_positive


def test_a_classifier_without_probabilities_gets_them() -> None:
    """calibration makes probabilities of a decision function"""
    assert evaluate("baseline", "svc").is_probability


def test_what_was_lowered_inside_is_told() -> None:
    """a small minority is smaller still in an inner training part"""
    train = np.concatenate([np.flatnonzero(DATASET.y[:220] == 1)[:6], np.flatnonzero(DATASET.y[:220] == 0)])

    outcome = evaluate("smote", train=train.astype(np.int32))

    assert DEGRADED == outcome.status
    assert "in inner folds: k_neighbors=5 was lowered to" in outcome.reason


def test_too_few_rows_for_two_folds_fail_with_their_reason() -> None:
    """one minority row cannot stand in two folds"""
    train = np.concatenate([np.flatnonzero(DATASET.y[:220] == 1)[:1], np.flatnonzero(DATASET.y[:220] == 0)])

    outcome = evaluate("baseline", train=train.astype(np.int32))

    assert FAILED == outcome.status
    assert outcome.reason.startswith("probabilities cannot be calibrated: ")


def test_what_cannot_exist_plainly_cannot_be_calibrated() -> None:
    """class weights need a classifier that takes them"""
    assert NOT_APPLICABLE == evaluate("class_weight", "knn").status


def test_nothing_learns_from_test_rows() -> None:
    """extreme values and turned labels in test rows leave every other test row's score as it was"""
    X, y = DATASET.X.copy(), DATASET.y.copy()
    X.iloc[-30:] = 1e6
    y[-30:] = 1 - y[-30:]
    planted = make_dataset(300, 45, n_numeric=4)
    planted = type(planted)(**{**vars(planted), "X": X, "y": y})

    np.testing.assert_array_equal(evaluate("smote").scores[:50], evaluate("smote", dataset=planted).scores[:50])
