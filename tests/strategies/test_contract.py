"""What every strategy of the registry promises, whatever it does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from factories import SEEDS, make_dataset, make_entry, make_training_part

from job.data.dataset import Dataset
from job.evaluation.evaluate_unit import DEGRADED, FAILED, OK, evaluate_unit
from job.evaluation.grid import Unit
from job.names import STRATEGIES
from job.spec.job_spec import PreparationSpec
from job.strategies.recipes import check_entry, recipe_of

TABLES = {
    "numbers": {"n_numeric": 4, "n_integer": 1},
    "mixed": {"n_numeric": 2, "n_categorical": 2, "missing": 0.05},
    "categories": {"n_numeric": 0, "n_categorical": 3},
}
# Why a strategy may fail on a table on which all others run: nothing else may.
ALLOWED_FAILURES = {
    ("SMOTENC", "numbers"): "needs a categorical column",
    ("SMOTENC", "categories"): "categorical",
    ("KMeansSMOTE", "categories"): "No clusters found",
    ("KMeansSMOTE", "mixed"): "No clusters found",
    ("ADASYN", "categories"): "majority class",
}

every_strategy = pytest.mark.parametrize("name", STRATEGIES)
every_table = pytest.mark.parametrize("table", TABLES)


def make_unit(name: str, dataset: Dataset, n_test: int = 60) -> Unit:
    rows = np.arange(dataset.n_rows, dtype=np.int32)
    return Unit(
        strategy=make_entry(name),
        classifiers=(make_entry("logistic_regression"), make_entry("decision_tree")),
        repeat=0,
        fold=0,
        train=rows[:-n_test],
        test=rows[-n_test:],
        preparation=PreparationSpec(),
        seeds=SEEDS,
    )


def plant(dataset: Dataset, rows: slice) -> Dataset:
    """Put values into some rows that would move every mean, scale, category and threshold that saw them."""
    X = dataset.X.copy()
    for name in X.columns:
        if isinstance(X[name].dtype, pd.CategoricalDtype):
            X[name] = X[name].cat.add_categories("planted")
            X.iloc[rows, X.columns.get_loc(name)] = "planted"
        else:
            X.iloc[rows, X.columns.get_loc(name)] = 1e6 * (1 - 2 * dataset.y[rows])
    y = dataset.y.copy()
    y[rows] = 1 - y[rows]
    return replace(dataset, X=X, y=y)


@every_table
@every_strategy
def test_it_runs_on_every_kind_of_table_and_learns_nothing_from_test_rows(name, table):
    """numbers, categories and both give scores, or a reason that is on the list above

    Extreme values, new categories and turned labels in test rows leave every other test row's score as it was.
    """
    dataset = make_dataset(200, 50, **TABLES[table])
    planted = plant(dataset, slice(-30, None))
    unit = make_unit(name, dataset)
    for expected, actual in zip(evaluate_unit(unit, dataset), evaluate_unit(unit, planted), strict=True):
        assert (expected.status, expected.reason) == (actual.status, actual.reason)
        if expected.status == FAILED:
            assert ALLOWED_FAILURES.get((name, table), "no failure") in expected.reason
        else:
            assert expected.status in (OK, DEGRADED)
            assert (expected.status == DEGRADED) == (expected.reason is not None)
            assert expected.scores.shape == expected.decisions.shape == (60,)
            np.testing.assert_array_equal(expected.scores[:30], actual.scores[:30])
            np.testing.assert_array_equal(expected.decisions[:30], actual.decisions[:30])
            assert expected.threshold == actual.threshold


@every_strategy
def test_it_repeats_to_the_bit(name):
    """the same training part and seeds give the same resampled rows"""
    first, second = (recipe_of(make_entry(name)).resample(part) for part in _two_parts(name))
    np.testing.assert_array_equal(first.X, second.X)
    np.testing.assert_array_equal(first.y, second.y)


@every_strategy
def test_it_leaves_the_training_part_alone(name):
    """resampling changes neither features nor labels of the training part"""
    part, untouched = _two_parts(name)
    recipe_of(make_entry(name)).resample(part)
    np.testing.assert_array_equal(untouched.codes, part.codes)
    np.testing.assert_array_equal(untouched.y, part.y)
    pd.testing.assert_frame_equal(untouched.X, part.X)


@every_strategy
def test_unknown_parameters_are_refused(name):
    """a parameter that no strategy takes is named before anything runs"""
    (complaint,) = check_entry("strategies", 0, make_entry(name, params={"no_such_thing": 1}))
    assert ("params", "no_such_thing") == complaint[0]
    assert "unknown parameter" in complaint[1]


@every_strategy
def test_its_defaults_are_accepted(name):
    """an entry without parameters has nothing wrong with it"""
    assert [] == check_entry("strategies", 0, make_entry(name))


@every_strategy
def test_it_is_described(name):
    """the report has words for every strategy on every kind of table"""
    recipe = recipe_of(make_entry(name))
    assert all(recipe.describe(n_categorical, n_numeric) for n_categorical, n_numeric in ((0, 3), (2, 3), (3, 0)))


def _two_parts(name: str):
    mixed = name == "SMOTENC"
    return tuple(
        make_training_part(make_dataset(200, 50, n_numeric=3, n_categorical=2 if mixed else 0)) for _ in range(2)
    )


@pytest.mark.parametrize("name", ["SMOTE", "SMOTEENN", "ClusterCentroids", "RandomUnderSampler"])
def test_new_rows_are_counted_whatever_was_taken_away(name):
    """rows that a sampler made are counted one by one, also where it removes others"""
    part = make_training_part(make_dataset(200, 50))
    resampled = recipe_of(make_entry(name)).resample(part)
    before = {row.tobytes() for row in part.preparation.encode(part.codes)}
    made = [row for row in resampled.X if row.tobytes() not in before]
    assert len(made) == resampled.n_synthetic


def test_repeated_rows_count_as_added():
    """a sampler that repeats rows adds as many as it repeats"""
    resampled = recipe_of(make_entry("RandomOverSampler")).resample(make_training_part(make_dataset(200, 50)))
    assert 100 == resampled.n_synthetic


@every_strategy
def test_it_resamples_to_a_ratio_or_says_why_not(name):
    """a strategy that may be swept comes near any ratio between the data's own and 1, and no other may be"""
    entry = make_entry(name)
    refusal = check_entry("ratio_sweep", 0, entry)
    if refusal:
        assert refusal[0][1].startswith(f"the ratio of {name} cannot be swept: ")
        return
    mixed = name == "SMOTENC"
    part = make_training_part(make_dataset(240, 40, n_numeric=3, n_categorical=2 if mixed else 0))
    resampled = recipe_of(make_entry(name, params={"sampling_strategy": 0.5})).resample(part)
    ratio = resampled.y.sum() / (resampled.y == 0).sum()
    # Those that clean afterwards, or choose by difficulty, come less near.
    assert abs(ratio - 0.5) < (0.3 if name in ("SMOTEENN", "SMOTETomek", "InstanceHardnessThreshold") else 0.05)
