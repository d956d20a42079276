"""What is recommended, and why the luckiest of many is not."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from judged import make_roles, make_runs_of

from job.evidence.cases import Question
from job.evidence.headline import build_headline, choose, find_survivors
from job.evidence.measured import measure_runs

QUESTION = Question("average_precision", 0.01, 0.95)
NAMES = ("baseline", "class_weight", "threshold", "smote", "custom")


def measure(means, costs, n_splits=20, noise=0.01, seed=0):
    """Runs whose primary metric has these means, on one classifier, and whose cost is the same on every split."""
    luck = np.random.default_rng(seed)
    shared = luck.normal(0, 0.05, n_splits)
    values = {
        label: {
            "average_precision": (mean + shared + luck.normal(0, noise, n_splits)).tolist(),
            "expected_cost_per_1000": [costs[label]] * n_splits,
        }
        for label, mean in means.items()
    }
    return measure_runs(make_runs_of(values), [(label, "c") for label in means])


def verdicts_of(codes):
    return [
        {"strategy": label, "classifier": "c", "code": code, "numbers": {"recall_difference": 0.1}}
        for label, code in codes.items()
    ]


def comparisons_of(p_values):
    return [
        {"strategy": label, "classifier": "c", "metric": "average_precision", "reference": "baseline", "p_value": p}
        for label, p in p_values.items()
    ]


EQUAL = dict.fromkeys(NAMES, 0.5)
COSTS = {"baseline": 300.0, "class_weight": 250.0, "threshold": 240.0, "smote": 200.0, "custom": 100.0}


def test_the_cheapest_of_those_that_are_as_good_is_recommended():
    """an oversampler without a confirmed gain is passed over, however cheap it is"""
    choice = choose(measure(EQUAL, COSTS), [], make_roles(NAMES), QUESTION)
    assert set(NAMES) == {strategy for strategy, _ in choice.candidates}
    assert ("threshold", "c") == choice.recommended
    assert 5 == len(choice.compared.places)


def test_an_oversampler_with_a_confirmed_gain_stays():
    """it competes on cost like the rest"""
    choice = choose(measure(EQUAL, COSTS), [("smote", "c")], make_roles(NAMES), QUESTION)
    assert ("smote", "c") == choice.recommended
    dear = {**COSTS, "smote": 900.0}
    assert ("threshold", "c") == choose(measure(EQUAL, dear), [("smote", "c")], make_roles(NAMES), QUESTION).recommended


def test_what_is_clearly_worse_is_no_candidate():
    """the cheapest doesn't win where a test tells it from the best"""
    means = {**EQUAL, "threshold": 0.3, "class_weight": 0.3}
    choice = choose(measure(means, COSTS), [], make_roles(NAMES), QUESTION)
    assert {"baseline", "smote", "custom"} == {strategy for strategy, _ in choice.candidates}
    assert ("baseline", "c") == choice.recommended


def test_where_only_unconfirmed_oversamplers_are_left_the_best_without_is_recommended():
    """then the best that add no rows are compared among themselves"""
    means = {**EQUAL, "custom": 0.9, "baseline": 0.3}
    choice = choose(measure(means, COSTS), [], make_roles(NAMES), QUESTION)
    assert (("custom", "c"),) == choice.candidates
    assert ("threshold", "c") == choice.recommended


def test_ties_go_in_the_order_of_the_registry():
    """equal costs leave the simplest strategy, whatever the order of the spec"""
    names = ("baseline", "threshold", "class_weight")
    roles = make_roles(names, order={"baseline": 0, "class_weight": 1, "threshold": 2})
    costs = {"baseline": 200.0, "class_weight": 100.0, "threshold": 100.0 + 1e-12}
    assert ("class_weight", "c") == choose(measure(dict.fromkeys(names, 0.5), costs), [], roles, QUESTION).recommended


@pytest.mark.parametrize("n_splits", [1, 4])
def test_without_a_test_nothing_is_recommended(n_splits):
    """too few splits cannot tell anything from the best"""
    measured = measure(EQUAL, COSTS, n_splits)
    assert choose(measured, [], make_roles(NAMES), QUESTION).recommended is None
    headline = build_headline(
        measured,
        verdicts_of({"smote": "too_few_splits"}),
        comparisons_of({"smote": None}),
        make_roles(NAMES),
        QUESTION,
        0.1,
    )
    assert ("cannot_tell", None) == (headline["code"], headline["recommended"])


def test_a_lucky_combination_with_one_split_is_not_the_best():
    """what was scored too seldom to be tested is no candidate, whatever its mean"""
    measured = measure({**EQUAL, "smote": 0.9}, COSTS)
    measured.values[measured.places["smote", "c"], :, 1:] = np.nan
    choice = choose(measured, [], make_roles(NAMES), QUESTION)
    assert choice.best != ("smote", "c")
    assert ("smote", "c") not in choice.candidates


def fail(measured, label, splits):
    """Have the runs of a strategy fail on these splits."""
    values = measured.values.copy()
    values[measured.places[label, "c"], :, splits] = np.nan
    return dataclasses.replace(measured, values=values)


def test_failed_runs_make_nothing_better():
    """what has no value where others have one is not ranked, and is named with its number of splits"""
    whole = measure({**EQUAL, "threshold": 0.48}, COSTS, noise=0.001)
    hard = np.argsort(whole.of(("threshold", "c"), "average_precision"))[:12]
    measured = fail(whole, "threshold", hard)
    kept = np.nanmean(measured.of(("threshold", "c"), "average_precision"))
    assert kept > whole.of(("baseline", "c"), "average_precision").mean()  # the luck that must not count
    headline = build_headline(measured, [], [], make_roles(NAMES), QUESTION, 0.1)
    assert {"strategy": "class_weight", "classifier": "c"} == headline["recommended"]
    assert 4 == headline["numbers"]["n_tried"]
    assert [{"strategy": "threshold", "classifier": "c", "n_splits": 8}] == headline["numbers"]["left_out"]
    assert 20 == headline["numbers"]["n_splits_scored"]


def test_where_all_have_failed_somewhere_the_fullest_are_ranked_on_what_they_share():
    """each lacks one split of 20: they are compared on the other 18, and the one of 8 is left out"""
    measured = measure(EQUAL, COSTS)
    for label, splits in (("baseline", [0]), ("class_weight", [1]), ("threshold", range(12)), ("smote", range(3))):
        measured = fail(measured, label, list(splits))
    measured = fail(measured, "custom", [0, 2])
    choice = choose(measured, [], make_roles(NAMES), QUESTION)
    assert (("baseline", "c"), ("class_weight", "c")) == choice.compared.places
    assert tuple(range(2, 20)) == choice.compared.splits
    assert ("class_weight", "c") == choice.recommended
    assert [8, 17, 18] == [n for _, n in choice.compared.left_out]


def test_splits_on_which_nothing_has_a_value_leave_nobody_out():
    """a test part without positives is nobody's fault"""
    measured = measure(EQUAL, COSTS)
    for label in NAMES:
        measured = fail(measured, label, [3, 4])
    assert () == choose(measured, [], make_roles(NAMES), QUESTION).compared.left_out


@pytest.mark.parametrize(
    ("p_values", "survivors"),
    [
        ({"smote": 0.01, "custom": 0.02}, ["smote", "custom"]),
        ({"smote": 0.03, "custom": 0.04}, []),
        ({"smote": 0.01, "custom": 0.9}, ["smote"]),
        ({"smote": None, "custom": 0.04}, ["custom"]),
    ],
)
def test_a_gain_has_to_survive_all_oversamplers(p_values, survivors):
    """Holm is over every oversampler × classifier, beyond the family of the comparison itself"""
    verdicts = verdicts_of(dict.fromkeys(p_values, "ranks_better"))
    found = find_survivors(verdicts, comparisons_of(p_values), "baseline", QUESTION)
    assert [(label, "c") for label in survivors] == list(found)


def test_only_a_better_ranking_can_survive():
    """a small p alone is no gain"""
    verdicts = verdicts_of({"smote": "ranks_worse", "custom": "curves_cross"})
    assert () == find_survivors(verdicts, comparisons_of({"smote": 0.0, "custom": 0.0}), "baseline", QUESTION)


@pytest.mark.parametrize(
    ("codes", "p_value", "code"),
    [
        ({}, None, "no_oversampling_strategy"),
        ({"smote": "too_few_rows", "custom": "too_few_splits"}, 0.5, "cannot_tell"),
        ({"smote": "undecided", "custom": "too_few_splits"}, 0.5, "undecided"),
        ({"smote": "undecided", "custom": "mostly_threshold"}, 0.5, "no_help"),
        ({"smote": "equivalent", "custom": "ranks_worse"}, 0.5, "no_help"),
        ({"smote": "ranks_better", "custom": "undecided"}, 0.04, "not_confirmed"),
        ({"smote": "ranks_better", "custom": "undecided"}, 0.001, "helps"),
    ],
)
def test_the_code_of_the_headline(codes, p_value, code):
    """it follows from the verdicts and from what is recommended"""
    headline = build_headline(
        measure(EQUAL, COSTS),
        verdicts_of(codes),
        comparisons_of(dict.fromkeys(codes, p_value)),
        make_roles(NAMES),
        QUESTION,
        0.1,
    )
    assert code == headline["code"]
    assert (headline["recommended"] is None) == (code == "cannot_tell")


def test_a_confirmed_gain_that_costs_more_is_not_needed():
    """then the headline says both"""
    headline = build_headline(
        measure(EQUAL, {**COSTS, "smote": 900.0}),
        verdicts_of({"smote": "ranks_better", "custom": "undecided"}),
        comparisons_of({"smote": 0.001, "custom": 0.5}),
        make_roles(NAMES),
        QUESTION,
        0.1,
    )
    assert "helps_but_not_needed" == headline["code"]
    assert {"strategy": "threshold", "classifier": "c"} == headline["recommended"]
    assert {"strategy": "smote", "classifier": "c"} == headline["numbers"]["about"]
