"""Tuning on inner folds: what it sees, what it chooses, and what is made once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from factories import SEEDS, make_dataset, make_entry
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import make_scorer
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, TunedThresholdClassifierCV, cross_val_score
from sklearn.preprocessing import StandardScaler

from job.data.dataset import Dataset
from job.evaluation.evaluate_unit import DEGRADED, FAILED, NOT_APPLICABLE, OK, Outcome, evaluate_unit
from job.evaluation.grid import Unit
from job.names import STRATEGIES
from job.spec.job_spec import PreparationSpec
from job.spec.strategy_entries import Entry, calibrated
from job.strategies.candidates import Tuning, list_candidates
from job.strategies.inner_folds import balanced_accuracy
from job.strategies.resampling import Resample

DATASET = make_dataset(200, 40)
N_TRAIN = 140
TUNING = Tuning(seed=5, metric="average_precision", in_time=False)
TREE: dict[str, Any] = {
    "name": "decision_tree",
    "tune": {"n_candidates": 4, "space": {"max_depth": [1, 2, 3, 5, 8], "min_samples_leaf": {"int": [1, 20]}}},
}
LOGISTIC: dict[str, Any] = {"name": "logistic_regression", "tune": {"n_candidates": 6}}
CALIBRATED = {"name": "smote", "label": "calibrated"}


def entry_of(entry: str | dict[str, Any]) -> Entry:
    made = make_entry(entry) if isinstance(entry, str) else make_entry(**entry)
    return calibrated(made) if made.label == "calibrated" else made


def make_unit(strategy: Any, classifiers: Any, dataset: Dataset = DATASET, tuning: Tuning = TUNING) -> Unit:
    rows = np.arange(dataset.n_rows, dtype=np.int32)
    return Unit(
        strategy=entry_of(strategy),
        classifiers=tuple(map(entry_of, classifiers)),
        repeat=0,
        fold=0,
        train=rows[:N_TRAIN],
        test=rows[N_TRAIN:],
        preparation=PreparationSpec(),
        seeds=SEEDS,
        tuning=tuning,
    )


def evaluate(strategy: Any, *classifiers: Any, dataset: Dataset = DATASET, **more: Any) -> tuple[Outcome, ...]:
    return evaluate_unit(make_unit(strategy, classifiers, dataset, **more), dataset)


def spoil_test_rows(dataset: Dataset) -> Dataset:
    """Another data set with the same training rows: test rows of another world, with every label turned."""
    X, y = dataset.X.copy(), dataset.y.copy()
    X.iloc[N_TRAIN:] = 1e3 + 50 * np.random.default_rng(1).normal(size=(dataset.n_rows - N_TRAIN, X.shape[1]))
    y[N_TRAIN:] = 1 - y[N_TRAIN:]
    return replace(dataset, X=X, y=y)


SLOW = ("KMeansSMOTE",)
DEAR = ("InstanceHardnessThreshold",)
ALL = [*STRATEGIES, {"name": "smote", "tune": {"n_candidates": 3}}, {"name": "custom", "tune": True}, CALIBRATED]


@pytest.mark.parametrize(
    "strategy", [pytest.param(e, marks=pytest.mark.long) if e in DEAR else e for e in ALL], ids=str
)
def test_tuning_sees_no_test_row(strategy: Any) -> None:
    """test rows of another world change neither what any strategy chooses nor what it is chosen by"""
    (before,), (after,) = (evaluate(strategy, TREE, dataset=each) for each in (DATASET, spoil_test_rows(DATASET)))
    assert before.status == after.status
    if before.status in (FAILED, NOT_APPLICABLE):
        assert strategy in ("SMOTENC", *SLOW), before.reason
        return
    assert before.tuned is not None
    assert before.tuned.score is not None, before.reason
    assert before.tuned == after.tuned
    assert (before.threshold, before.n_resampled) == (after.threshold, after.n_resampled)
    assert not np.array_equal(before.scores, after.scores)


def folds_of(dataset: Dataset, n_folds: int = 3) -> list[tuple[np.ndarray, np.ndarray]]:
    splitter = StratifiedKFold(n_folds, shuffle=True, random_state=SEEDS.inner_folds)
    return list(splitter.split(np.zeros(N_TRAIN), dataset.y[:N_TRAIN]))


@pytest.mark.parametrize("strategy", ["baseline", "smote"])
@pytest.mark.parametrize("metric", ["average_precision", "roc_auc"])
def test_candidates_are_scored_as_scikit_learn_does(strategy: str, metric: str) -> None:
    """a pipeline that prepares and resamples inside each inner fold, on scikit-learn's own folds, means the same"""
    (outcome,) = evaluate(strategy, LOGISTIC, tuning=replace(TUNING, metric=metric))
    X, y = DATASET.X.to_numpy()[:N_TRAIN], DATASET.y[:N_TRAIN].astype(int)
    means = []
    for candidate in list_candidates(5, make_entry(strategy), make_entry(**LOGISTIC)):
        samplers = [] if strategy == "baseline" else [SMOTE(random_state=SEEDS.sampler)]
        model = LogisticRegression(random_state=SEEDS.classifier, **candidate.classifier)
        pipeline = make_pipeline(StandardScaler(), *samplers, model)
        means.append(cross_val_score(pipeline, X, y, cv=folds_of(DATASET), scoring=metric).mean())
    assert outcome.tuned is not None
    assert outcome.tuned.candidate == int(np.argmax(np.round(means, 12)))
    np.testing.assert_allclose(outcome.tuned.score, max(means), rtol=1e-9)
    np.testing.assert_allclose(outcome.tuned.score_of_default, means[0], rtol=1e-9)


def test_the_chosen_candidate_is_what_is_fitted() -> None:
    """scores are those of the untuned entries with the parameters that were chosen"""
    strategy = {"name": "smote", "tune": {"n_candidates": 4, "space": {"k_neighbors": [1, 2, 9]}}}
    (outcome,) = evaluate(strategy, TREE)
    assert outcome.tuned is not None
    assert outcome.tuned.candidate > 0
    sampler = {"name": "smote", "params": dict(outcome.tuned.strategy)}
    tree = {"name": "decision_tree", "params": dict(outcome.tuned.classifier)}
    (expected,) = evaluate_unit(make_unit(sampler, [tree]), DATASET)
    np.testing.assert_array_equal(expected.scores, outcome.scores)
    np.testing.assert_array_equal(expected.decisions, outcome.decisions)


def test_a_threshold_is_tuned_after_the_choice_on_the_same_folds() -> None:
    """threshold chooses what baseline does, and its cut-off is scikit-learn's on the inner folds of tuning"""
    (plain,), (moved,) = (evaluate(name, LOGISTIC) for name in ("baseline", "threshold"))
    assert plain.tuned == moved.tuned
    np.testing.assert_array_equal(plain.scores, moved.scores)
    assert moved.tuned is not None
    model = LogisticRegression(random_state=SEEDS.classifier, **moved.tuned.classifier)
    tuned = TunedThresholdClassifierCV(
        make_pipeline(StandardScaler(), model), scoring=make_scorer(balanced_accuracy), cv=folds_of(DATASET)
    ).fit(DATASET.X.to_numpy()[:N_TRAIN], DATASET.y[:N_TRAIN].astype(int))
    assert moved.threshold == pytest.approx(tuned.best_threshold_, abs=1e-9)


def test_calibration_chooses_what_the_strategy_does() -> None:
    """candidates are compared by the strategy's own scores, then the chosen one is calibrated"""
    (plain,), (inside,) = (evaluate(entry, TREE) for entry in ("smote", CALIBRATED))
    assert plain.tuned == inside.tuned
    assert not np.array_equal(plain.scores, inside.scores)


def watch_folds(monkeypatch: pytest.MonkeyPatch) -> list[tuple[pd.Index, np.ndarray]]:
    """Note the rows of every training part that is resampled."""
    seen: list[tuple[pd.Index, np.ndarray]] = []
    resample = Resample.resample

    def noting(self: Resample, part: Any) -> Any:
        seen.append((part.X.index, part.y))
        return resample(self, part)

    monkeypatch.setattr(Resample, "resample", noting)
    return seen


def test_rows_of_a_group_stay_on_one_side(monkeypatch: pytest.MonkeyPatch) -> None:
    """inner training parts are those of StratifiedGroupKFold"""
    dataset, seen = make_dataset(200, 40, n_groups=25), watch_folds(monkeypatch)
    evaluate("RandomOverSampler", TREE, dataset=dataset)
    splitter = StratifiedGroupKFold(3, shuffle=True, random_state=SEEDS.inner_folds)
    y, groups = dataset.y[:N_TRAIN], dataset.groups[:N_TRAIN]
    expected = [train for train, _ in splitter.split(y, y, groups)]
    assert 1 + len(expected) == len(seen)
    for wanted, (index, _) in zip(expected, seen[1:], strict=True):
        np.testing.assert_array_equal(wanted, index)


def test_time_stays_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """inner training parts are the earliest rows, each longer than the last"""
    time, seen = np.random.default_rng(3).permutation(200).astype(float), watch_folds(monkeypatch)
    (outcome,) = evaluate(
        "RandomOverSampler", TREE, dataset=replace(DATASET, time=time), tuning=replace(TUNING, in_time=True)
    )
    assert OK == outcome.status
    sizes = [len(index) for index, _ in seen[1:]]
    assert sizes == sorted(sizes)
    for index, _ in seen[1:]:
        others = np.setdiff1d(np.arange(N_TRAIN), index)
        assert time[index].max() < time[others].min()


def test_an_inner_fold_is_resampled_once_for_equal_samplers(monkeypatch: pytest.MonkeyPatch) -> None:
    """for all candidates and all classifiers of a unit; once more for each other set of sampler parameters"""
    seen = watch_folds(monkeypatch)
    evaluate("RandomOverSampler", TREE, LOGISTIC, "knn")
    assert 1 + 3 == len(seen)
    seen.clear()
    strategy = {"name": "RandomOverSampler", "tune": {"n_candidates": 9, "space": {"sampling_strategy": [0.5, 0.8]}}}
    outcomes = evaluate(strategy, TREE, LOGISTIC)
    kinds = [
        {str(each.strategy) for each in list_candidates(5, make_entry(**strategy), make_entry(**classifier))}
        for classifier in (TREE, LOGISTIC)
    ]
    chosen = sum(bool(outcome.tuned and outcome.tuned.strategy) for outcome in outcomes)
    assert 1 < len(kinds[0]) <= len(kinds[1])
    assert 1 + 3 * len(kinds[1]) + chosen == len(seen)


def test_a_candidate_that_cannot_be_fitted_is_left_out() -> None:
    """a ratio below the data's own, which imbalanced-learn refuses"""
    strategy = {"name": "smote", "tune": {"n_candidates": 3, "space": {"sampling_strategy": [0.01]}}}
    (outcome,) = evaluate(strategy, "logistic_regression")
    assert (OK, 0) == (outcome.status, outcome.tuned and outcome.tuned.candidate)


def test_without_inner_folds_the_defaults_stay() -> None:
    """degraded, with the reason"""
    y = DATASET.y.copy()
    y[:N_TRAIN] = 0
    y[3] = 1
    (outcome,) = evaluate("baseline", TREE, dataset=replace(DATASET, y=y))
    assert DEGRADED == outcome.status
    assert str(outcome.reason).startswith("not tuned (3 inner folds asked for, but the training part has 1 minority")
    assert (0, None) == (outcome.tuned and outcome.tuned.candidate, outcome.tuned and outcome.tuned.score)


def test_what_cannot_be_combined_is_not_tuned() -> None:
    """class_weight with neighbours"""
    (outcome,) = evaluate("class_weight", {"name": "knn", "tune": {"n_candidates": 3}})
    assert (NOT_APPLICABLE, "KNeighborsClassifier takes no class_weight", None) == (
        outcome.status,
        outcome.reason,
        outcome.tuned,
    )


def test_untuned_classifiers_of_a_unit_are_as_ever() -> None:
    """a tuned one beside them changes nothing"""
    alone = evaluate_unit(replace(make_unit("smote", ["decision_tree"]), tuning=None), DATASET)[0]
    beside = evaluate("smote", LOGISTIC, "decision_tree")[1]
    np.testing.assert_array_equal(alone.scores, beside.scores)
    assert beside.tuned is None
