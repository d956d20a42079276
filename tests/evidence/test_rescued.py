from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from factories import DEFAULT_PREPARATION, make_dataset, make_spec
from sklearn.preprocessing import StandardScaler

from job.data.dataset import Dataset
from job.data.difficulty import TYPES
from job.data.splits import Split
from job.evaluation.grid import RunKey
from job.evaluation.metrics.run_metrics import Prediction
from job.evidence.diagnosis import describe_minority_types
from job.evidence.rescued import MOST_TEST_ROWS, build_rescued
from job.results.study_facts import Rescued


def make_splits(dataset: Dataset, n_splits: int = 2, test_share: float = 0.3) -> tuple[Split, ...]:
    made = []
    for repeat in range(n_splits):
        order = np.random.default_rng(repeat).permutation(dataset.n_rows).astype(np.int32)
        n_test = int(test_share * dataset.n_rows)
        made.append(Split(repeat, 0, np.sort(order[n_test:]), np.sort(order[:n_test])))
    return tuple(made)


def make_prediction(dataset: Dataset, split: Split, seed: int) -> Prediction:
    decisions = (np.random.default_rng(seed).random(len(split.test)) < 0.4).astype(np.int8)
    return Prediction(dataset.y[split.test], decisions.astype(float), decisions, False, 0.1, 0.1)


def make_predictions(
    dataset: Dataset, splits: Sequence[Split], strategies: Sequence[str] = ("baseline", "smote")
) -> dict[RunKey, Prediction | None]:
    return {
        RunKey(strategy, "c", split.repeat, split.fold): make_prediction(dataset, split, 10 * split.repeat + place)
        for split in splits
        for place, strategy in enumerate(strategies)
    }


def rescued_of(dataset: Dataset, splits: Sequence[Split], predictions: dict[RunKey, Prediction | None]) -> Rescued:
    return build_rescued(make_spec(), dataset, splits, predictions)


def neighbors_by_hand(dataset: Dataset, split: Split) -> np.ndarray:
    """Minority rows among the five nearest training rows of every test row, through all distances."""
    scaler = StandardScaler().fit(dataset.X.iloc[split.train].to_numpy())
    train, test = (scaler.transform(dataset.X.iloc[rows].to_numpy()) for rows in (split.train, split.test))
    distances = np.linalg.norm(test[:, None] - train[None], axis=2)
    return dataset.y[split.train][np.argsort(distances, axis=1)[:, :5]].sum(axis=1)


def type_by_hand(count: int) -> str:
    return {5: "safe", 4: "safe", 3: "borderline", 2: "borderline", 1: "rare", 0: "outlier"}[count]


def test_every_row_is_counted_where_it_belongs() -> None:
    """found, rescued, lost and false alerts agree with a loop over all test rows"""
    dataset = make_dataset(400, 80)
    splits = make_splits(dataset)
    predictions = make_predictions(dataset, splits)
    rescued = rescued_of(dataset, splits, predictions)
    n, found, gained, lost, alarms, quiet = (Counter[Any]() for _ in range(6))
    for split in splits:
        decided = {name: predictions[RunKey(name, "c", split.repeat, 0)].decisions for name in ("baseline", "smote")}
        for place, count in enumerate(neighbors_by_hand(dataset, split)):
            before, after = (decided[name][place] == 1 for name in ("baseline", "smote"))
            if dataset.y[split.test[place]]:
                kind = type_by_hand(count)
                n[kind] += 1
                found[kind] += after
                gained[kind] += after and not before
                lost[kind] += before and not after
            else:
                quiet[count] += 1
                alarms[count] += after
    rows = {row.type: row for row in rescued.recall if row.strategy == "smote"}
    assert list(rows) == list(TYPES)
    for kind, row in rows.items():
        assert (n[kind], found[kind], gained[kind], lost[kind]) == (row.n, row.found, row.rescued, row.lost)
        assert row.recall == (found[kind] / n[kind] if n[kind] else None)
    by_neighbors = [row for row in rescued.false_alarms if row.strategy == "smote"]
    assert [(quiet[count], alarms[count]) for count in range(6)] == [(row.n, row.alarms) for row in by_neighbors]
    assert [n[kind] for kind in TYPES] == [row.n for row in rescued.types]
    assert [quiet[count] for count in range(6)] == [row.n for row in rescued.neighborhoods]


def test_baseline_rescues_nothing_from_itself() -> None:
    """the strategy that others are compared with neither rescues nor loses a row"""
    dataset = make_dataset()
    splits = make_splits(dataset)
    rows = rescued_of(dataset, splits, make_predictions(dataset, splits)).recall
    assert {(0, 0)} == {(row.rescued, row.lost) for row in rows if row.strategy == "baseline"}


def test_rows_are_pooled_and_told_apart() -> None:
    """a row that several test parts hold counts each time, and once among the distinct ones"""
    dataset = make_dataset(100, 20)
    (split,) = make_splits(dataset, 1)
    again = dataclasses.replace(split, repeat=1)
    rescued = rescued_of(dataset, (split, again), make_predictions(dataset, (split, again)))
    assert all(row.n == 2 * row.n_distinct for row in (*rescued.types, *rescued.neighborhoods))
    assert pytest.approx(1) == sum(row.share for row in rescued.types)
    assert 2 == rescued.n_splits


def test_missing_runs_count_for_nobody() -> None:
    """rows of a failed run aren't counted for its strategy, nor is anything rescued where baseline failed"""
    dataset = make_dataset(200, 40)
    splits = make_splits(dataset)
    predictions = make_predictions(dataset, splits)
    whole = rescued_of(dataset, splits, predictions)
    predictions[RunKey("baseline", "c", 0, 0)] = None
    half = rescued_of(dataset, splits, predictions)
    for before, after in zip(whole.recall, half.recall, strict=True):
        if before.strategy == "smote":
            assert (before.n, before.found) == (after.n, after.found)
            assert after.n_pairs <= before.n_pairs
        else:
            assert after.n == after.n_pairs <= before.n
    nobody = rescued_of(dataset, splits, dict.fromkeys(predictions))
    assert {(0, None)} == {(row.n, row.recall) for row in nobody.recall}
    assert {(0, None)} == {(row.n, row.rate) for row in nobody.false_alarms}
    assert whole.types == nobody.types


def test_missing_values_categories_and_few_minority_rows_are_typed() -> None:
    """columns are those that classifiers get: imputed and spread; three minority rows are typed like any others"""
    dataset = make_dataset(150, 3, n_numeric=2, n_integer=1, n_categorical=2, missing=0.2)
    splits = make_splits(dataset)
    rescued = rescued_of(dataset, splits, make_predictions(dataset, splits))
    assert sum(int(dataset.y[split.test].sum()) for split in splits) == sum(row.n for row in rescued.types)
    described = describe_minority_types(dataset, DEFAULT_PREPARATION, 0)
    assert (150, 3, 3) == (described.n_rows, described.n_minority, sum(row.n for row in described.types))
    assert 0 == described.types[0].n  # two others of one's own cannot make a row safe


def test_the_summary_types_each_row_among_all_others() -> None:
    """a minority of its own is safe, one scattered over the majority is made of outliers"""
    rng = np.random.default_rng(0)
    y = np.repeat([1, 0], [30, 300]).astype(np.int8)
    far = make_dataset(330, 30)
    apart = dataclasses.replace(
        far, X=pd.DataFrame({"x": rng.normal(size=330) + 50 * y, "z": rng.normal(size=330)}), y=y
    )
    shares = {row.type: row.share for row in describe_minority_types(apart, DEFAULT_PREPARATION, 0).types}
    assert {"safe": 1.0, "borderline": 0.0, "rare": 0.0, "outlier": 0.0} == shares
    lonely = np.arange(330) % 110 == 0
    line = dataclasses.replace(far, X=pd.DataFrame({"x": np.arange(330.0)}), y=lonely.astype(np.int8))
    assert 3 == describe_minority_types(line, DEFAULT_PREPARATION, 0).types[3].n


def test_columns_that_cannot_be_scaled_have_their_reason() -> None:
    """where preparation fails nothing is typed, and the reason stands there"""
    dataset = make_dataset()
    huge = dataclasses.replace(dataset, X=dataset.X.assign(x0=np.where(dataset.y, 1e200, -1e200)))
    splits = make_splits(huge)
    rescued = rescued_of(huge, splits, make_predictions(huge, splits))
    described = describe_minority_types(huge, DEFAULT_PREPARATION, 0)
    assert 0 == rescued.n_splits == sum(row.n for row in rescued.types)
    assert "too large to be scaled" in rescued.reason
    assert described.types is None
    assert "too large to be scaled" in described.reason


def test_large_data_is_sampled_and_says_so() -> None:
    """more training or test rows than can be searched in time are sampled by class, the same ones each time"""
    dataset = make_dataset(60_000, 6_000)
    splits = make_splits(dataset, 1)
    predictions = make_predictions(dataset, splits)
    rescued = rescued_of(dataset, splits, predictions)
    n_minority = int(dataset.y[splits[0].test].sum())
    assert rescued.sampled
    assert min(n_minority, MOST_TEST_ROWS) == sum(row.n for row in rescued.types)
    assert MOST_TEST_ROWS == sum(row.n for row in rescued.neighborhoods)
    assert rescued == rescued_of(dataset, splits, predictions)
    assert not rescued_of(make_dataset(), make_splits(make_dataset()), {}).sampled
