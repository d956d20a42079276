"""Where rows lie, and where samplers put theirs."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import pytest
from factories import make_dataset, make_entry, make_spec

from job.data.dataset import Dataset
from job.data.difficulty import TYPES, count_minority_of_rows, type_minority
from job.data.splits import build_splits
from job.evaluation.evaluate_unit import Outcome, evaluate_unit
from job.evaluation.grid import enumerate_units
from job.evidence.picture import MOST_MAJORITY, MOST_MINORITY, build_picture
from job.results.job_facts import Picture
from job.spec.job_spec import JobSpec
from job.strategies.preparation import Preparation

STRATEGIES = ["class_weight", "smote", "custom", "RandomUnderSampler"]


def spec_of(strategies: list[Any] = STRATEGIES, **sections: Any) -> JobSpec:
    return make_spec(
        strategies=strategies, classifiers=["gaussian_nb"], split={"method": "holdout", "n_repeats": 1}, **sections
    )


def outcomes_of(spec: JobSpec, dataset: Dataset) -> list[Outcome]:
    units = enumerate_units(spec, build_splits(dataset, spec.split))
    return [outcome for unit in units for outcome in evaluate_unit(unit, dataset)]


def picture_of(dataset: Dataset, spec: JobSpec | None = None) -> Picture:
    spec = spec or spec_of()
    outcomes = [outcome for outcome in outcomes_of(spec, dataset) if outcome.key.study is None]
    return build_picture(spec, dataset, build_splits(dataset, spec.split), outcomes)


def points_of(found: Picture) -> np.ndarray:
    groups = [found.majority, *found.minority, *found.strategies]
    return np.array([point for group in groups for point in group.points])


def test_every_sampler_has_its_rows_or_a_reason() -> None:
    """samplers are there in the order of the spec, with how many rows they added; what adds none says so"""
    dataset = make_dataset(400, 60)
    found = picture_of(dataset)
    n_train, n_minority = 320, 48
    assert [
        ("smote", n_train - 2 * n_minority, 200, None),
        ("custom", n_train - 2 * n_minority, 200, None),
        ("RandomUnderSampler", 0, 0, "it added no row of the minority"),
    ] == [(row.strategy, row.n, len(row.points), row.reason) for row in found.strategies]
    assert (n_train, n_minority) == (found.n_train, found.n_minority)
    assert n_train - n_minority == found.majority.n == len(found.majority.points)


def test_points_are_the_training_rows_of_the_first_split() -> None:
    """with two prepared columns the distances between points are those between rows, and types are theirs"""
    dataset = make_dataset(200, 40, n_numeric=2)
    spec = spec_of(["smote"])
    (split,) = build_splits(dataset, spec.split)
    X = Preparation().fit(dataset.X.iloc[split.train]).transform(dataset.X.iloc[split.train])
    y = dataset.y[split.train]
    types = type_minority(count_minority_of_rows(X, y, np.flatnonzero(y == 1)))
    found = picture_of(dataset, spec)
    assert np.bincount(types, minlength=4).tolist() == [len(kind.points) for kind in found.minority]
    assert list(TYPES) == [kind.type for kind in found.minority]
    norms = np.sort(np.linalg.norm(X[y == 0] - X.mean(axis=0), axis=1))
    drawn = np.sort(np.linalg.norm(np.array(found.majority.points), axis=1))
    assert np.allclose(norms, drawn, atol=0.01)
    assert pytest.approx(1, abs=1e-3) == sum(found.shares)


def test_large_data_is_drawn_in_part() -> None:
    """at most 400, 200 and 200 points, the same ones each time, rounded to a thousandth of their span"""
    dataset = make_dataset(3000, 500, n_numeric=4)
    found = picture_of(dataset)
    assert MOST_MAJORITY == len(found.majority.points)
    assert MOST_MINORITY == sum(len(kind.points) for kind in found.minority)
    assert [200, 200, 0] == [len(row.points) for row in found.strategies]
    assert np.allclose(points_of(found), np.round(points_of(found), 3), atol=1e-12)
    assert found == picture_of(dataset)


def test_copies_lie_on_the_rows_that_they_copy() -> None:
    """every point of RandomOverSampler is a point of the minority"""
    found = picture_of(make_dataset(150, 30), spec_of(["RandomOverSampler"]))
    minority = {tuple(point) for kind in found.minority for point in kind.points}
    (copies,) = found.strategies
    assert copies.points
    assert {tuple(point) for point in copies.points} <= minority


def test_mixed_data_with_gaps_is_drawn() -> None:
    """categories count by their prepared columns, and gaps are filled as in the runs"""
    dataset = make_dataset(200, 40, n_numeric=1, n_integer=1, n_categorical=2, missing=0.2)
    found = picture_of(dataset)
    assert found.n_columns > 4
    assert not found.one_direction
    assert np.isfinite(points_of(found)).all()
    assert [None, None] == [row.reason for row in found.strategies[:2]]


def test_categories_alone_are_drawn() -> None:
    """data without a number has directions too"""
    found = picture_of(make_dataset(200, 40, n_numeric=0, n_categorical=2))
    assert found.reason is None
    assert len(points_of(found))


def test_one_column_is_spread_across_its_line() -> None:
    """one prepared column has one direction; the other coordinate is luck, and the results say so"""
    found = picture_of(make_dataset(200, 40, n_numeric=1))
    assert (True, (1.0,)) == (found.one_direction, found.shares)
    assert np.ptp(points_of(found), axis=0).min() > 1


def test_two_minority_rows_are_enough() -> None:
    """the smallest minority that a job takes has its picture, whatever becomes of the samplers"""
    split = {"method": "holdout", "n_repeats": 1, "test_size": 0.5}
    found = picture_of(make_dataset(60, 2), make_spec(strategies=STRATEGIES, classifiers=["gaussian_nb"], split=split))
    assert found.reason is None
    assert found.n_minority == sum(len(kind.points) for kind in found.minority)
    assert ["smote", "custom", "RandomUnderSampler"] == [row.strategy for row in found.strategies]


def test_a_sampler_that_fails_has_its_reason() -> None:
    """what a sampler raised stands where its points would be, and the others keep theirs"""
    broken = make_entry(**{"class": "imblearn.over_sampling.KMeansSMOTE", "params": {"cluster_balance_threshold": 1.0}})
    found = picture_of(make_dataset(150, 30, shift=0.0), spec_of(["smote", broken.model_dump(by_alias=True)]))
    smote, failed = found.strategies
    assert smote.points
    assert not failed.points
    assert "No clusters found" in failed.reason


@pytest.mark.parametrize(
    ("column", "scale", "reason"),
    [
        (lambda y: np.where(y, 1e200, -1e200), "standard", "too large to be scaled"),
        (lambda y: np.where(y, 1e200, -1e200), "none", "too large to be drawn"),
    ],
)
def test_what_cannot_be_drawn_has_its_reason(column: Any, scale: str, reason: str) -> None:
    """values past what can be scaled, or drawn, fail no job"""
    dataset = make_dataset(100, 30)
    dataset = dataclasses.replace(dataset, X=dataset.X.assign(x0=column(dataset.y)))
    found = picture_of(dataset, spec_of(["smote"], preparation={"scale": scale}))
    assert reason in found.reason
    assert () == found.strategies == found.shares


def test_columns_that_are_all_alike_have_no_picture() -> None:
    """where nothing varies there is no direction"""
    dataset = make_dataset(100, 30)
    dataset = dataclasses.replace(dataset, X=pd.DataFrame({"x0": np.ones(100)}))
    assert "no prepared column varies" in picture_of(dataset, spec_of(["smote"])).reason
