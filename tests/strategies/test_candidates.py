"""Candidates and the inner folds in time that they are compared on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from factories import make_entry
from hypothesis import given
from hypothesis import strategies as st

from job.names import CLASSIFIERS, STRATEGIES
from job.spec.strategy_entries import ClassifierEntry, StrategyEntry
from job.spec.tune_spec import SPACES
from job.strategies.candidates import budget_of, list_candidates, with_parameters
from job.strategies.inner_folds import tuning_folds
from job.strategies.recipes import check_entry

TREE: dict[str, Any] = {"name": "decision_tree", "tune": {"n_candidates": 12}}
SPACE = {
    "a": [3, None, "x"],
    "b": {"log": [0.001, 1000.0]},
    "c": {"uniform": [-1.0, 1.0]},
    "d": {"int": [2, 4]},
    "e": {"log_int": [1, 9]},
}


def tuned(name: str, n: int, **more: Any) -> StrategyEntry:
    return StrategyEntry.model_validate({"name": name, "tune": {"n_candidates": n}, **more})


def test_a_classifier_has_the_same_candidates_for_every_strategy() -> None:
    """whatever the strategy, tuned or not, and whatever its budget; the defaults come first"""
    tree = ClassifierEntry.model_validate(TREE)
    plain = list_candidates(7, StrategyEntry.model_validate("baseline"), tree)
    assert 12 == len(plain)
    assert {} == plain[0].classifier
    for name in STRATEGIES:
        found = list_candidates(7, StrategyEntry.model_validate(name), tree)
        assert plain == found
    for n in (3, 12, 30):
        found = list_candidates(7, tuned("smote", n), tree)
        assert max(n, 12) == len(found)
        assert [each.classifier for each in plain] == [each.classifier for each in found[:12]]
        assert ({}, {}) == (found[0].strategy, found[0].classifier)


def test_a_strategy_has_the_same_candidates_with_every_classifier() -> None:
    """and a larger budget begins with a smaller one's"""
    logistic, tree = make_entry("logistic_regression"), make_entry(**TREE)
    alone, both, more = (
        [each.strategy for each in list_candidates(7, tuned("custom", n), classifier)]
        for n, classifier in ((12, logistic), (12, tree), (40, logistic))
    )
    assert alone == both == more[:12]


def test_candidates_hang_on_the_seed_of_the_job() -> None:
    """another seed, other candidates; the same for all splits, which know no other seed here"""
    first, second = (list_candidates(seed, tuned("smote", 5), make_entry("knn")) for seed in (1, 2))
    assert first != second
    assert first[0] == second[0]


@given(seed=st.integers(0, 2**32 - 1))
def test_what_is_drawn_is_in_its_range(seed: int) -> None:
    """choices, numbers and whole numbers, ends included"""
    entry = make_entry(name="smote", tune={"n_candidates": 30, "space": SPACE})
    drawn = [each.strategy for each in list_candidates(seed, entry, make_entry("knn"))[1:]]
    assert all(each["a"] in SPACE["a"] for each in drawn)
    for name, low, high in (("b", 0.001, 1000), ("c", -1, 1), ("d", 2, 4), ("e", 1, 9)):
        assert all(low <= each[name] <= high for each in drawn)
    assert all(isinstance(each[name], int) for each in drawn for name in "de")


def test_draws_are_spread_as_the_space_says() -> None:
    """by the logarithm, evenly, and every whole number and choice"""
    entry = make_entry(name="smote", tune={"n_candidates": 1000, "space": SPACE})
    drawn = [each.strategy for each in list_candidates(3, entry, make_entry("knn"))[1:]]
    logs, even = np.log10([each["b"] for each in drawn]), np.array([each["c"] for each in drawn])
    assert abs(logs.mean()) < 0.2
    assert abs(np.mean(logs > 1.5) - 0.25) < 0.05
    assert abs(np.mean(even > 0.5) - 0.25) < 0.05
    assert {2, 3, 4} == {each["d"] for each in drawn}
    assert {*range(1, 10)} == {each["e"] for each in drawn}
    assert sum(each["e"] == 1 for each in drawn) > 2 * sum(each["e"] == 9 for each in drawn)
    assert {3, None, "x"} == {each["a"] for each in drawn}


def test_a_pair_has_the_larger_budget() -> None:
    """of candidates and of inner folds, each by itself"""
    strategy = make_entry(name="smote", tune={"n_candidates": 30, "inner_folds": 2})
    classifier = make_entry(name="knn", tune={"n_candidates": 5, "inner_folds": 4})
    assert (30, 4) == budget_of(strategy, classifier)
    assert (5, 4) == budget_of(make_entry("smote"), classifier)
    assert (0, 0) == budget_of(make_entry("smote"), make_entry("knn"))


def test_parameters_of_the_spec_are_kept() -> None:
    """what params fix isn't searched, and what is searched wins over the default"""
    entry = make_entry(name="decision_tree", params={"max_depth": 4, "criterion": "entropy"}, tune=True)
    assert entry.tune is not None
    assert ["min_samples_leaf"] == [*entry.tune.space]
    changed = with_parameters(entry, {"min_samples_leaf": 3})
    assert {"max_depth": 4, "criterion": "entropy", "min_samples_leaf": 3} == changed.params
    assert (None, entry.label) == (changed.tune, changed.label)


def test_the_share_of_weights_can_be_searched() -> None:
    """it is no parameter of the sampler"""
    entry = make_entry(name="custom", weights="prevalence", tune=True)
    assert "custom (weighted) (tuned)" == entry.label
    changed = with_parameters(entry, {"real_share": 0.2, "k_neighbors": 4})
    assert ({"k_neighbors": 4}, 0.2) == (changed.params, changed.weights and changed.weights.real_share)


@pytest.mark.parametrize("name", [name for name in SPACES if name in {**CLASSIFIERS, **STRATEGIES}])
def test_every_shipped_space_is_allowed(name: str) -> None:
    """its parameters exist, and the ends of its ranges are allowed"""
    kind = "classifiers" if name in CLASSIFIERS else "strategies"
    assert [] == [*check_entry(kind, 0, make_entry(name=name, tune=True))]


def test_every_named_classifier_has_a_space() -> None:
    """so that tune: true works with each"""
    assert {*CLASSIFIERS} <= {*SPACES}


@given(
    times=st.lists(st.integers(0, 60), min_size=30, max_size=120),
    n_folds=st.integers(2, 5),
    seed=st.integers(0, 99),
)
def test_inner_folds_in_time_test_on_later_rows(times: list[int], n_folds: int, seed: int) -> None:
    """of both classes, no row twice, and no group on both sides"""
    luck, time = np.random.default_rng(seed), np.array(times)
    y, groups = luck.integers(0, 2, len(time)), luck.integers(0, 20, len(time))
    folds, why = tuning_folds(y, groups, time, 0, n_folds)
    assert (why is None) == (len(folds) == n_folds)
    for train, test in folds:
        assert time[train].max() < time[test].min()
        assert not {*groups[train]} & {*groups[test]}
        assert {0, 1} == {*y[train]} == {*y[test]}
    tested = np.concatenate([test for _, test in folds]) if folds else np.zeros(0)
    assert len(tested) == len({*tested.tolist()})
