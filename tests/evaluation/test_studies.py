"""Runs beside the grid, against plain scikit-learn and imbalanced-learn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from factories import DEFAULT_PREPARATION, make_dataset, make_entry, make_spec
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.preprocessing import StandardScaler

from job.data.dataset import Dataset
from job.data.splits import build_splits
from job.evaluation.evaluate_unit import FAILED, NOT_APPLICABLE, OK, arrange, evaluate_unit
from job.evaluation.grid import Study, Unit, count_grid_runs, count_runs, enumerate_units, ratio_of, seeds_of

DATASET = make_dataset(300, 45, n_numeric=4)
SEEDS = seeds_of(42, 0, 0)


def make_unit(study: Study | None = None, strategy: str = "smote", dataset: Dataset = DATASET) -> Unit:
    test = np.flatnonzero(np.arange(dataset.n_rows) % 4 == 0).astype(np.int32)
    return Unit(
        strategy=make_entry(strategy),
        classifiers=(make_entry("logistic_regression"),),
        repeat=0,
        fold=0,
        train=np.setdiff1d(np.arange(dataset.n_rows, dtype=np.int32), test),
        test=test,
        preparation=DEFAULT_PREPARATION,
        seeds=SEEDS,
        study=study,
    )


def part_of(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return DATASET.X.to_numpy()[rows], DATASET.y[rows]


def smote_scores(train: np.ndarray, test: np.ndarray, ratio: float) -> np.ndarray:
    """What anyone would write: scale, resample to a ratio, fit."""
    model = make_pipeline(
        StandardScaler(),
        SMOTE(sampling_strategy=ratio, random_state=SEEDS.sampler),
        LogisticRegression(random_state=SEEDS.classifier),
    ).fit(*part_of(train))
    return model.predict_proba(part_of(test)[0])[:, 1]


def test_a_step_of_the_ratio_sweep_is_plain_imbalanced_learn() -> None:
    """step 3 of 0 to 5 resamples to the data's own ratio to the power of 2/5"""
    unit = make_unit(Study("ratio_sweep", 3))

    (outcome,) = evaluate_unit(unit, DATASET)

    expected = smote_scores(unit.train, unit.test, (45 / 255) ** 0.4)
    assert (OK, None) == (outcome.status, outcome.y)
    np.testing.assert_allclose(outcome.scores, expected, rtol=1e-9)


def test_the_steps_lead_from_the_own_ratio_to_balance() -> None:
    """six ratios that grow by one factor"""
    ratios = [ratio_of(step, DATASET) for step in range(6)]

    assert (pytest.approx(45 / 255), 1.0) == (ratios[0], ratios[-1])
    np.testing.assert_allclose(np.diff(np.log(ratios)), np.log(255 / 45) / 5)


def test_the_inner_split_is_the_first_fold_that_thresholds_are_tuned_on() -> None:
    """it trains on four fifths of the training part, tests on one, and never sees the test part"""
    unit = make_unit(Study("ratio_sweep_inner", 5))
    folds = StratifiedKFold(5, shuffle=True, random_state=SEEDS.inner_folds)
    inner_train, inner_test = next(folds.split(unit.train, DATASET.y[unit.train]))

    (outcome,) = evaluate_unit(unit, DATASET)

    np.testing.assert_array_equal(DATASET.y[unit.train[inner_test]], outcome.y)
    expected = smote_scores(unit.train[inner_train], unit.train[inner_test], 1.0)
    np.testing.assert_allclose(outcome.scores, expected, rtol=1e-9)


def test_a_training_part_beyond_a_ratio_is_left_as_it_is_with_the_reason() -> None:
    """groups may leave a training part with more minority than a step asks for: nothing is run, and it is said"""
    unit = make_unit(Study("ratio_sweep", 1))
    rich = replace(unit, train=np.concatenate([unit.train[DATASET.y[unit.train] == 1], unit.train[:40]]))

    (outcome,) = evaluate_unit(rich, DATASET)

    assert NOT_APPLICABLE == outcome.status
    assert outcome.reason.startswith("the training part has a ratio of")


def test_the_leak_is_what_resampling_before_the_split_gives() -> None:
    """SMOTE on all rows, then train_test_split: the scores of a plain script, on synthetic rows and real ones"""
    unit = make_unit(Study("leak"))
    X = StandardScaler().fit_transform(DATASET.X.to_numpy())
    X, y = SMOTE(random_state=SEEDS.sampler).fit_resample(X, DATASET.y)
    rows = np.arange(len(y))
    train, test = train_test_split(rows, test_size=0.25, stratify=y, random_state=SEEDS.sampler)
    model = LogisticRegression(random_state=SEEDS.classifier).fit(X[train], y[train])

    (outcome,) = evaluate_unit(unit, DATASET)

    np.testing.assert_array_equal(y[test], outcome.y)
    np.testing.assert_array_equal(test < 300, outcome.is_real)
    np.testing.assert_allclose(outcome.scores, model.predict_proba(X[test])[:, 1], rtol=1e-9)


def test_the_leak_feigns_a_better_ranking() -> None:
    """where labels are pure noise, neighbours that were resampled first make them look learnt"""
    noise = make_dataset(600, 60, n_numeric=5, shift=0.0)
    unit = make_unit(Study("leak"), dataset=noise)
    unit = replace(unit, classifiers=(make_entry("knn"),))

    (leaked,) = evaluate_unit(unit, noise)
    (honest,) = evaluate_unit(replace(unit, study=None), noise)

    real = leaked.is_real
    assert average_precision_score(noise.y[unit.test], honest.scores) < 0.25
    assert average_precision_score(leaked.y[real], leaked.scores[real]) > 0.4


def test_thinning_keeps_the_number_of_rows() -> None:
    """twice the minority's rows at any ratio, of the training part only; the test part is untouched"""
    unit = make_unit()
    n_minority = int(DATASET.y[unit.train].sum())
    thinned = {ratio: arrange(replace(unit, study=Study("imbalance_sweep", ratio)), DATASET) for ratio in (1, 2, 4)}

    for ratio, part in thinned.items():
        assert 2 * n_minority == len(part.train) == len(np.unique(part.train))
        assert round(2 * n_minority / (1 + ratio)) == DATASET.y[part.train].sum()
        assert np.isin(part.train, unit.train).all()
        np.testing.assert_array_equal(unit.test, part.test)


def test_thinned_parts_are_nested() -> None:
    """the minority of a higher ratio is a part of that of a lower one, so that curves differ by what was taken"""
    unit = make_unit()
    few, many = (arrange(replace(unit, study=Study("imbalance_sweep", ratio)), DATASET).train for ratio in (4, 2))

    assert np.isin(few[DATASET.y[few] == 1], many).all()
    assert np.isin(many[DATASET.y[many] == 0], few).all()


@pytest.mark.parametrize(
    ("dataset", "ratio", "reason"),
    [
        (DATASET, 20, "3 minority rows would be left of 34, fewer than 5"),
        (make_dataset(120, 50), 9, "68 majority rows would be needed, and the training part has 52"),
    ],
)
def test_a_ratio_that_cannot_be_is_left_out_with_its_reason(dataset, ratio, reason) -> None:
    """too few minority rows, or too few of the others"""
    (outcome,) = evaluate_unit(make_unit(Study("imbalance_sweep", ratio), "baseline", dataset), dataset)

    assert NOT_APPLICABLE == outcome.status
    assert reason == outcome.reason


@pytest.mark.parametrize("study", [Study("leak"), Study("ratio_sweep", 2), Study("imbalance_sweep", 2)])
def test_a_study_that_fails_says_why(study) -> None:
    """whatever a sampler raises ends in the outcome of its own unit"""
    unit = replace(make_unit(study), strategy=make_entry(**{"class": "hostile.Raises"}))

    (outcome,) = evaluate_unit(unit, DATASET)

    assert FAILED == outcome.status
    assert outcome.reason


SPECS = {
    "nothing asked": {},
    "no smote": {"strategies": ["custom"]},
    "sweeps": {
        "strategies": ["custom", {"name": "smote", "label": "other"}],
        "classifiers": ["logistic_regression", "knn"],
        "evaluation": {"ratio_sweep": ["other", "custom"], "imbalance_sweep": [5, 1, 2]},
        "split": {"method": "kfold", "n_splits": 3, "n_repeats": 5},
    },
    "calibrated": {"evaluation": {"calibrated": True}, "split": {"n_repeats": 12}},
}


@pytest.mark.parametrize("name", SPECS)
def test_what_is_counted_is_what_is_enumerated(name) -> None:
    """the runs of the grid and those beside it, each under a key of its own"""
    spec = make_spec(**SPECS[name])
    units = list(enumerate_units(spec, build_splits(make_dataset(), spec.split)))
    keys = [key for unit in units for key in unit.keys]

    assert count_runs(spec) == len(keys) == len(set(keys))
    assert count_grid_runs(spec) == sum(key.study is None for key in keys)


def test_few_runs_stand_beside_the_grid() -> None:
    """the leak on the first five splits, sweeps on the first ten, the thinning with the first classifier"""
    spec = make_spec(
        classifiers=["logistic_regression", "knn"],
        evaluation={"ratio_sweep": ["smote"], "imbalance_sweep": [1, 2, 5]},
        split={"n_repeats": 30},
    )
    kinds = [
        key.study.kind
        for unit in enumerate_units(spec, build_splits(make_dataset(), spec.split))
        for key in unit.keys
        if key.study
    ]

    assert {
        "leak": 5 * 2,
        "ratio_sweep": 10 * 5 * 2,
        "ratio_sweep_inner": 10 * 6 * 2,
        "imbalance_sweep": 10 * 3 * 3,
    } == {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}


def test_the_grid_does_not_depend_on_what_stands_beside_it() -> None:
    """sweeps and calibration change no unit of the strategies that a spec lists"""
    plain = make_spec(split={"n_repeats": 2})
    asked = make_spec(
        split={"n_repeats": 2}, evaluation={"calibrated": True, "ratio_sweep": ["smote"], "imbalance_sweep": [2]}
    )
    splits = build_splits(make_dataset(), plain.split)
    more = {unit.keys: unit for unit in enumerate_units(asked, splits)}
    for unit in enumerate_units(plain, splits):
        assert (unit.seeds, unit.strategy) == (more[unit.keys].seeds, more[unit.keys].strategy)
