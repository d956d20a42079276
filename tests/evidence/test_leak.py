"""The leak beside the honest score, and the proof, from runs that were really made."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from factories import make_dataset, make_spec
from sklearn.metrics import average_precision_score, recall_score
from study_factories import make_against, make_imbalance_sweep

from job.data.generating.classification import generate_classification
from job.data.splits import Split, build_splits
from job.evaluation.evaluate_unit import evaluate_unit
from job.evaluation.grid import RunKey, Study, enumerate_units
from job.evaluation.metrics.run_metrics import metric_context
from job.evidence.leak import build_leak, count_identical, prove_no_leak
from job.evidence.runs import StudyRuns
from job.evidence.sweeps import build_sweeps, name_effect, name_worth
from job.spec.load_spec import load_spec


def run(spec, dataset) -> StudyRuns:
    splits = build_splits(dataset, spec.split)
    outcomes = tuple(outcome for unit in enumerate_units(spec, splits) for outcome in evaluate_unit(unit, dataset))
    return StudyRuns(outcomes, splits, dataset, metric_context(spec, dataset), 0.95)


DATASET = make_dataset(240, 40, n_numeric=4)
SPEC = make_spec(
    strategies=["smote", "custom", "RandomOverSampler"],
    classifiers=["logistic_regression", "knn"],
    split={"n_repeats": 6},
    evaluation={"ratio_sweep": ["smote"], "imbalance_sweep": [1, 3, 15]},
)


@pytest.fixture(scope="module")
def runs() -> StudyRuns:
    return run(SPEC, DATASET)


def find(rows, **wanted):
    (row,) = [row for row in rows if all(getattr(row, key) == value for key, value in wanted.items())]
    return row


def test_the_leak_stands_beside_the_honest_score(runs) -> None:
    """means over the first five splits, of the grid's own runs and of the leaked ones"""
    row = find(build_leak(SPEC, runs).scores, classifier="knn", metric="average_precision")
    by_key = {outcome.key: outcome for outcome in runs.outcomes}
    honest, leaked, real = [], [], []
    for split in runs.splits[:5]:
        plain = by_key[RunKey("smote", "knn", split.repeat, 0)]
        after = by_key[RunKey("smote", "knn", split.repeat, 0, Study("leak"))]
        honest.append(average_precision_score(DATASET.y[split.test], plain.scores))
        leaked.append(average_precision_score(after.y, after.scores))
        real.append(average_precision_score(after.y[after.is_real], after.scores[after.is_real]))

    assert 5 == row.n
    assert pytest.approx(np.mean(real) - np.mean(honest)) == row.gain
    np.testing.assert_allclose(
        [row.honest, row.leaked_real_rows, row.leaked], np.mean([honest, real, leaked], axis=1), rtol=1e-12
    )


def test_smote_is_run_for_the_leak_where_no_spec_lists_it() -> None:
    """with default parameters, honest runs included, and the results say that it isn't listed"""
    spec = make_spec(strategies=["baseline", {"name": "custom", "label": "smote"}])
    leak = build_leak(spec, run(spec, DATASET))

    assert (False, "smote (default)", 2) == (leak.is_listed, leak.strategy, leak.n_splits)
    assert all(row.honest is not None and row.n == 2 for row in leak.scores)
    assert leak.share_synthetic == pytest.approx(leak.n_test_synthetic / leak.n_test)


def test_a_leak_that_cannot_be_made_has_its_reason() -> None:
    """the job goes on without it"""
    spec = make_spec(strategies=[{"name": "smote", "params": {"sampling_strategy": {1: 5}}}])
    leak = build_leak(spec, run(spec, DATASET))

    assert {None} == {each for row in leak.scores for each in (row.honest, row.leaked, row.leaked_real_rows, row.gain)}
    assert leak.share_synthetic is None
    assert all(2 == row.reasons["leaked"][0].n for row in leak.scores)


def test_this_job_does_not_leak(runs) -> None:
    """nothing is found, and much was looked at"""
    proof = prove_no_leak(runs.outcomes, runs.splits, DATASET)

    for check in (proof.synthetic_in_test, proof.rows_in_both, proof.parents_outside, proof.new_rows_in_test):
        assert (0, None) == (check.n_found, check.reason)
        assert check.n_checked > 100
    assert (("custom", "RandomOverSampler"), ("smote",)) == (
        proof.parents_outside.strategies,
        proof.parents_outside.untold,
    )
    assert proof.groups_in_both.n_found is None


def test_the_proof_finds_a_leak() -> None:
    """test rows among the training rows, parents from the test part, groups on both sides: each is counted"""
    dataset = make_dataset(200, 40, n_groups=30)
    test = np.arange(150, 200, dtype=np.int32)
    spec = make_spec(strategies=["custom"], split={"n_repeats": 1})
    (honest,) = build_splits(dataset, spec.split)
    leaking = Split(0, 0, np.arange(200, dtype=np.int32), test)
    units = [replace(unit, train=leaking.train, test=test) for unit in enumerate_units(spec, (honest,))]
    outcomes = [outcome for unit in units if unit.study is None for outcome in evaluate_unit(unit, dataset)]
    one_too_many = replace(outcomes[0], scores=np.append(outcomes[0].scores, 0.5))

    proof = prove_no_leak([one_too_many, *outcomes[1:]], (leaking,), dataset)

    n_test_groups = len(np.unique(dataset.groups[test]))
    assert 1 == proof.synthetic_in_test.n_found
    assert 50 == proof.rows_in_both.n_found
    assert 0 < proof.parents_outside.n_found < proof.parents_outside.n_checked
    assert n_test_groups == proof.groups_in_both.n_found == proof.groups_in_both.n_checked


def test_identical_rows_are_counted_and_named() -> None:
    """rows 1, 5 and 9 are one case, rows 2 and 3 another that no split parts, missing values included"""
    dataset = make_dataset(10, 4, n_categorical=1)
    X = dataset.X.copy()
    X.iloc[0, 0] = np.nan
    X.iloc[[4, 8]] = X.iloc[0].to_numpy()
    X.iloc[2] = X.iloc[1].to_numpy()
    X["c0"] = pd.Categorical(X["c0"])
    y = np.array([1, 0, 0, 1, 1, 0, 0, 0, 0, 1], dtype=np.int8)
    rows = np.arange(10, dtype=np.int32)
    splits = [Split(0, 0, rows[:6], rows[6:]), Split(1, 0, rows[4:], rows[:4])]

    found = count_identical(splits, replace(dataset, X=X, y=y))

    assert {
        "n_rows": 5,
        "n_sets": 2,
        "n_mean": 1.0,
        "n_most": 1,
        "n_test_mean": 4.0,
        "sets": ({"rows": (1, 5, 9), "n": 3, "one_label": False},),
    } == found.model_dump()


def test_a_point_of_the_ratio_sweep_is_the_mean_of_its_runs(runs) -> None:
    """the left end is baseline's runs of the grid, the right end resamples to 1 like the grid's own smote"""
    sweep = build_sweeps(SPEC, runs).ratio
    curve = find(sweep.curves, strategy="smote", classifier="knn")
    by_key = {outcome.key: outcome for outcome in runs.outcomes}

    for place, strategy in ((0, "baseline"), (5, "smote")):
        values = [
            average_precision_score(DATASET.y[s.test], by_key[RunKey(strategy, "knn", s.repeat, 0)].scores)
            for s in runs.splits
        ]
        point = curve.points[place].metrics["average_precision"]
        np.testing.assert_allclose(point.values, values, rtol=1e-12)
        assert pytest.approx(np.mean(values)) == point.value
        assert point.lower < point.value < point.upper


def test_the_training_data_chooses_by_the_inner_split_alone(runs) -> None:
    """in each split the step whose inner average precision is highest, the lowest of equals"""
    chosen = find(build_sweeps(SPEC, runs).ratio.curves, classifier="knn").chosen
    ratios = build_sweeps(SPEC, runs).ratio.ratios
    by_key = {outcome.key: outcome for outcome in runs.outcomes}
    expected = []
    for split in runs.splits:
        inner = [
            by_key[RunKey("smote" if step else "baseline", "knn", split.repeat, 0, Study("ratio_sweep_inner", step))]
            for step in range(6)
        ]
        scores = [average_precision_score(outcome.y, outcome.scores) for outcome in inner]
        expected.append(ratios[int(np.argmax(scores))])

    assert tuple(expected) == chosen.ratios
    assert 6 == sum(chosen.counts) == chosen.n
    against = chosen.against_own
    assert pytest.approx(chosen.chosen - chosen.own) == against.difference
    assert against.lower < against.difference < against.upper
    assert name_worth(against) == against.code


def test_the_imbalance_sweep_leaves_out_what_cannot_be(runs) -> None:
    """4 of 32 minority rows at 15:1 are too few; the others are twice the minority"""
    sweep = build_sweeps(SPEC, runs).imbalance

    assert [64.0, 64.0, None] == [size.n_rows for size in sweep.sizes]
    assert [32.0, 16.0, None] == [size.n_minority for size in sweep.sizes]
    assert "4 minority rows would be left of 32, fewer than 5" == sweep.sizes[2].reason
    assert (True, True, True) == sweep.listed
    assert ["baseline", "smote", "custom"] == [curve.strategy for curve in sweep.curves]
    assert name_effect(sweep) == sweep.effect


def test_thinned_probabilities_are_corrected_to_the_whole_training_part(runs) -> None:
    """at 1:1 raw probabilities would average about one half; corrected ones are near the share of the minority"""
    sweep = build_sweeps(SPEC, runs).imbalance

    for curve in sweep.curves:
        assert abs(curve.points[0].metrics["mean_predicted_corrected"].value - 40 / 240) < 0.06


def test_recall_falls_with_imbalance_on_the_default_data() -> None:
    """the plain classifier's, from 1:1 to 20:1 at the same number of rows, in at least 90 % of the splits"""
    spec = load_spec(None).spec
    dataset = generate_classification(spec.data.generate)
    splits = build_splits(dataset, spec.split)
    ends = {Study("imbalance_sweep", ratio): ratio for ratio in (1.0, 20.0)}
    recall = {ratio: {} for ratio in ends.values()}
    for unit in enumerate_units(spec, splits):
        if unit.study in ends and unit.strategy.label == "baseline":
            (outcome,) = evaluate_unit(unit, dataset)
            recall[ends[unit.study]][unit.repeat] = recall_score(dataset.y[unit.test], outcome.decisions)

    falls = [recall[1.0][repeat] > recall[20.0][repeat] for repeat in recall[1.0]]
    assert 10 == len(falls)
    assert sum(falls) >= 9


def test_sweeps_that_were_not_asked_for_are_null() -> None:
    """and cost nothing"""
    spec = make_spec()

    sweeps = build_sweeps(spec, run(spec, DATASET))
    assert (None, None) == (sweeps.ratio, sweeps.imbalance)


@pytest.mark.parametrize(
    ("difference", "lower", "upper", "same", "code"),
    [
        (0.05, 0.01, 0.09, 0.03, "helps"),
        (-0.05, -0.09, -0.01, 0.03, "harms"),
        (0.05, -0.02, 0.12, 0.1, "open"),
        (0.009, 0.001, 0.017, 0.6, "open"),
        (0.0, -0.001, 0.001, 0.99, "same"),
        (0.05, None, None, None, "open"),
    ],
)
def test_a_choice_is_worth_what_its_interval_and_the_rope_say(difference, lower, upper, same, code) -> None:
    """a gain counts where it is beyond both; without an interval nothing is said"""
    assert code == make_against(difference, lower, upper, same).code


@pytest.mark.parametrize(
    ("recall", "ranking", "left_out", "effect"),
    [
        ((0.8,) * 5, (0.6,) * 5, (), "nothing"),
        ((0.8, 0.7, 0.6, 0.5, 0.4), (0.6, 0.5, 0.4, 0.3, 0.2), (), "ranking"),
        ((0.8, 0.7, 0.6, 0.5, 0.4), (0.6, 0.5, 0.5, 0.4, 0.38), (), "both"),
        ((0.8, 0.7, 0.6, 0.5, 0.4), (0.6, 0.6, 0.6, 0.6, 0.5), (), "threshold"),
        ((0.8, 0.8, 0.8, 0.8, 0.4), (0.6,) * 5, (20.0,), "nothing"),
        ((0.8, 0.7, 0.6, 0.5, None), (0.6,) * 5, (), "unknown"),
        ((0.8, 0.7, 0.6, 0.5, 0.4), (0.6,) * 5, (2.0, 5.0, 10.0, 20.0), "unknown"),
        ((0.0,) * 5, (0.6,) * 5, (), "nothing"),
    ],
)
def test_imbalance_costs_what_falls_from_end_to_end(recall, ranking, left_out, effect) -> None:
    """the ends are those of the ratios that could be; a fall is a share of what there was"""
    reasons = dict.fromkeys(left_out, "too few rows")
    assert effect == make_imbalance_sweep(recall=recall, ranking=ranking, left_out=reasons)["effect"]
