from __future__ import annotations

import numpy as np
from factories import make_dataset, make_spec

from job.data.splits import build_splits
from job.evaluation.grid import count_grid_runs, enumerate_units, seeds_of
from job.names import STRATEGIES
from job.strategies.candidates import list_candidates


def units_of(spec):
    """The units of the grid; those beside it are tested in test_studies."""
    units = enumerate_units(spec, build_splits(make_dataset(), spec.split))
    return [unit for unit in units if unit.study is None]


def test_the_grid_is_counted_as_it_is_enumerated():
    """`count_grid_runs` is the number of runs that the enumerator yields, for every method of many splits"""
    for split in ({"method": "holdout", "n_repeats": 3}, {"method": "kfold", "n_splits": 4, "n_repeats": 2}):
        spec = make_spec(split=split, classifiers=["logistic_regression", "knn"])
        assert count_grid_runs(spec) == sum(len(unit.keys) for unit in units_of(spec))


def test_no_two_runs_share_a_key():
    """strategy, classifier, repeat and fold together name one run"""
    spec = make_spec(split={"method": "kfold", "n_splits": 3, "n_repeats": 2}, classifiers=["knn", "svc"])
    keys = [key for unit in units_of(spec) for key in unit.keys]
    assert len(keys) == len(set(keys)) == 3 * 2 * 2 * 2


def test_baseline_is_always_run_first():
    """baseline runs whether the spec lists it or not, once, before the others"""
    for strategies in (["smote"], ["smote", "baseline"], ["baseline", "smote"]):
        labels = [unit.strategy.label for unit in units_of(make_spec(strategies=strategies))]
        assert ["baseline", "smote"] * 2 == labels


def test_all_strategies_see_the_same_splits_and_seeds():
    """adding a strategy changes no other's rows or luck"""
    few, many = make_spec(), make_spec(strategies=["baseline", "custom", "smote", "ADASYN"])
    by_label = {(unit.strategy.label, unit.repeat): unit for unit in units_of(many)}
    for unit in units_of(few):
        same = by_label[unit.strategy.label, unit.repeat]
        np.testing.assert_array_equal(unit.train, same.train)
        np.testing.assert_array_equal(unit.test, same.test)
        assert unit.seeds == same.seeds


def test_all_strategies_have_the_same_candidates_and_inner_folds():
    """of a classifier on one split, tuned strategies and calibrated ones included"""
    tree = {"name": "decision_tree", "tune": {"n_candidates": 6}}
    strategies = [*STRATEGIES, {"name": "smote", "tune": {"n_candidates": 9}}]
    spec = make_spec(strategies=strategies, classifiers=["knn", tree], evaluation={"calibrated": True})
    for repeat in range(2):
        units = [unit for unit in units_of(spec) if unit.repeat == repeat]
        assert 2 * (len(STRATEGIES) + 1) == len(units)
        drawn = [list_candidates(unit.tuning.seed, unit.strategy, unit.classifiers[1]) for unit in units]
        assert all([each.classifier for each in drawn[0]] == [each.classifier for each in found[:6]] for found in drawn)
        assert all(({}, {}) == (found[0].strategy, found[0].classifier) for found in drawn)
        assert 1 == len({(unit.tuning, unit.seeds, unit.train.tobytes()) for unit in units})


def test_units_without_tuning_know_nothing_of_it():
    """nor do those beside the grid, where nothing is tuned"""
    spec = make_spec(classifiers=["knn", {"name": "knn", "tune": True}], evaluation={"ratio_sweep": ["smote"]})
    units = [*enumerate_units(spec, build_splits(make_dataset(), spec.split))]
    assert all((unit.tuning is None) == (unit.study is not None) for unit in units)
    assert {"knn"} == {key.classifier for unit in units if unit.study for key in unit.keys}
    assert all(unit.tuning is None for unit in units_of(make_spec()))


def test_seeds_differ_by_everything_that_they_depend_on():
    """seed, repeat, fold and role each change a seed"""
    seeds = [seeds_of(seed, repeat, fold) for seed in (0, 1) for repeat in (0, 1) for fold in (0, 1)]
    values = [value for each in seeds for value in (each.sampler, each.classifier, each.inner_folds)]
    assert len(values) == len(set(values))
    assert all(0 <= value < 2**31 for value in values)
