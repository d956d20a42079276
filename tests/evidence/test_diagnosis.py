from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from factories import DEFAULT_PREPARATION, make_dataset

from job.data.dataset import Column, Dataset
from job.data.difficulty import MOST_ROWS
from job.data.generating.mixture import generate_mixture
from job.evidence import diagnosis
from job.evidence.diagnosis import MOST_TREE_ROWS, build_diagnosis, describe_minority_types
from job.results.job_facts import Diagnosis
from job.spec.generators import MixtureSpec
from job.spec.job_spec import PreparationSpec

AS_IT_IS = PreparationSpec.model_validate({"scale": "none"})


def diagnosis_of(dataset: Dataset, preparation: PreparationSpec = DEFAULT_PREPARATION) -> Diagnosis:
    types = describe_minority_types(dataset, preparation, 42)
    return build_diagnosis(dataset, preparation, types, 42)


def draw(**parameters: Any) -> Dataset:
    return generate_mixture(MixtureSpec.model_validate({"kind": "mixture", **parameters}))


def codes_of(diagnosis: Diagnosis) -> dict[str, str]:
    return {finding.code: finding.level for finding in diagnosis.findings}


def columns_of(diagnosis: Diagnosis, code: str, level: str | None = None) -> list[str]:
    found = [f for f in diagnosis.findings if f.code == code and level in (None, f.level)]
    return [column for finding in found for column in finding.columns]


def normal(z: float) -> float:
    return math.erfc(-z / math.sqrt(2)) / 2


@pytest.mark.parametrize("seed", range(10))
def test_disjuncts_are_recovered(seed: int) -> None:
    """five clusters of 40 rows, of sd 0.3 at places 4 away from the majority in ten columns, are five clusters of at
    least 36 rows each"""
    place = {"n_continuous": 10, "clusters": 5, "cluster_spread": 0.3, "separation": 4.0}
    dataset = draw(n_samples=2000, minority_share=0.1, **place, random_state=seed)
    found = diagnosis_of(dataset, AS_IT_IS)
    assert 5 == found.clusters.n
    assert all(36 <= size <= 40 for size in found.clusters.sizes)
    assert "warning" == codes_of(found)["small-disjuncts"]


@pytest.mark.parametrize("seed", range(10))
def test_one_cluster_is_one(seed: int) -> None:
    """a minority of one place has one cluster with at least 95 % of its rows, and no word about disjuncts"""
    dataset = draw(n_samples=2000, minority_share=0.1, separation=5.0, random_state=seed)
    found = diagnosis_of(dataset)
    assert 1 == found.clusters.n
    assert found.clusters.sizes[0] >= 190
    assert "small-disjuncts" not in codes_of(found)


@pytest.mark.parametrize("seed", range(10))
def test_types_are_recovered(seed: int) -> None:
    """a minority far away is safe but for the share that is scattered: of 30 % in ten columns, 25 to 32 % of the
    minority aren't safe, most of these rare or outliers"""
    place = {"n_samples": 2000, "minority_share": 0.1, "n_continuous": 10, "separation": 8.0, "random_state": seed}
    apart, scattered = (diagnosis_of(draw(**place, outliers=share), AS_IT_IS) for share in (0.0, 0.3))
    assert apart.types["safe"] >= 198
    assert 0.25 <= 1 - scattered.types["safe"] / 200 <= 0.32
    assert scattered.types["rare"] + scattered.types["outlier"] >= 40
    assert "many-outliers" not in codes_of(apart)


@pytest.mark.parametrize("seed", range(10))
def test_label_noise_is_recovered(seed: int) -> None:
    """where labels of classes far apart are flipped, the wrong ones are the minority's outliers: their share is within
    0.06 of the share of flipped rows among the minority, and there is a warning"""
    dataset = draw(n_samples=2000, minority_share=0.1, separation=8.0, label_noise=0.05, random_state=seed)
    found = diagnosis_of(dataset)
    flipped = 0.05 * 1800 / (0.05 * 1800 + 0.95 * 200)
    assert pytest.approx(flipped, abs=0.06) == (found.types["outlier"] + found.types["rare"]) / dataset.n_positive
    clean = diagnosis_of(draw(n_samples=2000, minority_share=0.1, separation=8.0, random_state=seed))
    assert found.overlap.n3 > clean.overlap.n3 + 0.05
    assert "warning" == codes_of(found)["many-outliers"]
    assert "many-outliers" not in codes_of(clean)


@pytest.mark.parametrize("seed", range(10))
def test_overlap_is_recovered(seed: int) -> None:
    """with unit normals one shift apart, F1, the AUC of the column and N3 are what theory says of them: within 0.02,
    0.02 and 0.035; N1 falls when the classes are moved apart, until they are called separable"""
    shift, share = 1.5, 0.3
    dataset = draw(n_samples=4000, minority_share=share, n_continuous=1, shift=[shift], random_state=seed)
    found = diagnosis_of(dataset)
    assert pytest.approx(1 / (1 + share * (1 - share) * shift**2), abs=0.02) == found.overlap.f1
    assert pytest.approx(normal(shift / math.sqrt(2)), abs=0.02) == found.scores[0].auc
    # Cover and Hart (1967): the error of the nearest neighbour nears the mean of twice the posterior's variance
    posterior = dataset.posterior
    assert posterior is not None
    assert pytest.approx(np.mean(2 * posterior * (1 - posterior)), abs=0.035) == found.overlap.n3
    apart = diagnosis_of(draw(n_samples=1000, minority_share=share, separation=9.0, random_state=seed))
    near = diagnosis_of(draw(n_samples=1000, minority_share=share, separation=1.0, random_state=seed))
    assert apart.overlap.n1 <= 0.01 < 0.2 < near.overlap.n1
    assert "separable" in codes_of(apart)
    assert "separable" not in codes_of(near)


def test_a_leak_is_a_problem() -> None:
    """a column that alone ranks with an AUC above 0.99 is named, one that only helps isn't"""
    dataset = make_dataset(400, 80, shift=1.0)
    noise = np.random.default_rng(0).normal(size=400)
    leaky = dataclasses.replace(dataset, X=dataset.X.assign(x1=dataset.y + 0.2 * noise))
    assert ["x1"] == columns_of(diagnosis_of(leaky), "gives-the-answer-away", "problem")
    assert "gives-the-answer-away" not in codes_of(diagnosis_of(dataset))


def test_near_duplicates_are_a_problem() -> None:
    """cases that are recorded twice with a jitter are called a problem that names groups; the same group is none"""
    cases = make_dataset(400, 40, n_numeric=4, n_categorical=1, shift=0.0)
    again = cases.X.assign(x0=cases.X["x0"] + 1e-5)
    X, y = pd.concat([cases.X, again], ignore_index=True), np.tile(cases.y, 2)
    twice = dataclasses.replace(cases, X=X, y=y)
    (found,) = [each for each in diagnosis_of(twice).findings if each.code == "near-duplicate-rows"]
    assert "problem" == found.level
    assert "100 % of the rows have a near-duplicate" in found.found
    assert "data.file.groups" in found.advice
    apart, together = (dataclasses.replace(twice, groups=each) for each in (np.arange(800), np.tile(np.arange(400), 2)))
    assert "near-duplicate-rows" not in codes_of(diagnosis_of(together))
    assert "near-duplicate-rows" in codes_of(diagnosis_of(apart))
    assert {"share": 0.0, "n_rows": 400} == dict(diagnosis_of(cases).near_duplicates)


def test_the_most_serious_come_first_and_every_finding_says_what_to_do() -> None:
    """levels are sorted, and codes, sentences and columns are there"""
    rows = np.r_[np.arange(300), np.arange(200, 230)]
    whole = make_dataset(300, 12, n_integer=1, n_categorical=1)
    y = whole.y[rows].copy()
    y[300:310] = 1 - y[300:310]
    X = whole.X.iloc[rows].reset_index(drop=True).assign(again=lambda frame: frame["x0"])
    X.loc[:170, "x1"] = np.nan
    X.loc[:80, "x2"] = np.nan
    X.loc[:5, "x0"] = np.nan
    columns = [Column(name, "number", "feature", int(X[name].isna().sum()), int(X[name].nunique()), "") for name in X]
    columns += [
        Column("same", "constant", "dropped", 0, 1, ""),
        Column("id", "text", "dropped", 0, 330, ""),
        Column("number", "integer", "feature", 0, 330, ""),
        Column("note", "category", "feature", 0, 330, ""),
    ]
    found = diagnosis_of(dataclasses.replace(whole, X=X, y=y, columns=tuple(columns)))
    order = ["problem", "warning", "note"]
    levels = [finding.level for finding in found.findings]
    assert sorted(levels, key=order.index) == levels
    assert all(finding.found.endswith(".") and finding.advice.endswith(".") for finding in found.findings)
    assert (["x1"], ["x2"], ["x0"]) == tuple(columns_of(found, "missing-values", level) for level in order)
    assert ["same"] == columns_of(found, "constant-columns")
    assert ["id", "number"] == columns_of(found, "near-unique-columns")
    assert {"conflicting-duplicates", "duplicate-rows", "few-minority-rows", "imbalanced"} <= set(codes_of(found))
    assert (30, 20, 10) == dataclasses.astuple(found.duplicates)


def test_equal_columns_are_a_warning() -> None:
    """columns of one content are named together"""
    dataset = make_dataset()
    twice = dataclasses.replace(dataset, X=dataset.X.assign(again=dataset.X["x0"]))
    assert ["x0", "again"] == columns_of(diagnosis_of(twice), "duplicate-columns", "warning")


@pytest.mark.parametrize(("n_positive", "level"), [(19, "problem"), (49, "warning"), (50, None)])
def test_few_minority_rows_are_said(n_positive: int, level: str | None) -> None:
    """below 20 minority rows it is a problem, below 50 a warning"""
    assert level == codes_of(diagnosis_of(make_dataset(200, n_positive))).get("few-minority-rows")


def test_contradicting_rows_are_not_separable() -> None:
    """rows that stand there often, under either label, are joined by few edges of a tree, but not told apart"""
    dataset = make_dataset(1000, 100, n_numeric=1)
    X = pd.DataFrame({"x0": np.arange(1000.0) % 2})
    found = diagnosis_of(dataclasses.replace(dataset, X=X))
    assert found.overlap.n1 <= 0.01
    assert "separable" not in codes_of(found)
    assert "problem" == codes_of(found)["conflicting-duplicates"]


def test_a_handful_of_rows_has_no_kinds_worth_a_word() -> None:
    """five minority rows, which can hardly be safe, are too few, and nothing more is said of their neighbourhood"""
    codes = codes_of(diagnosis_of(make_dataset(200, 5, shift=0.0)))
    assert "few-minority-rows" in codes
    assert not {"mostly-unsafe", "many-outliers"} & set(codes)
    assert "mostly-unsafe" in codes_of(diagnosis_of(make_dataset(200, 6, shift=0.0)))


def test_columns_that_cannot_be_prepared_leave_the_rest() -> None:
    """where distances cannot be computed, what needs none is still there, with the reason"""
    dataset = make_dataset()
    huge = dataclasses.replace(dataset, X=dataset.X.assign(x0=np.where(dataset.y, 1e200, -1e200)))
    found = diagnosis_of(huge)
    assert (None, None, None) == (found.types, found.overlap, found.clusters)
    assert "too large to be scaled" in found.reason
    assert ["x0"] == columns_of(found, "gives-the-answer-away")


def test_categories_and_missing_values_are_measured() -> None:
    """mixed columns have every measure, and F1 names the feature that its column comes from"""
    dataset = make_dataset(300, 60, n_numeric=1, n_categorical=2, missing=0.1, shift=0.0)
    letters = pd.Categorical(np.where(dataset.y, "a", "b"))
    found = diagnosis_of(dataclasses.replace(dataset, X=dataset.X.assign(c1=letters)))
    assert "c1" == found.overlap.f1_column
    assert found.overlap.f1 < 1e-9
    assert 300 == found.overlap.n1_rows == found.overlap.n3_rows


def test_n3_of_large_classes_is_that_of_rows_that_stand_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """every row of a small class is compared, and some of a large one stand for the rest, within three errors"""
    dataset = draw(n_samples=3000, minority_share=0.1, separation=1.0, random_state=4)
    whole = diagnosis_of(dataset).overlap
    monkeypatch.setattr(diagnosis, "MOST_COMPARED", 400)
    some = diagnosis_of(dataset).overlap

    assert whole.n3_minority == some.n3_minority
    assert whole.n3 != some.n3
    of_majority = (whole.n3 - 0.1 * whole.n3_minority) / 0.9
    assert abs(whole.n3 - some.n3) < 3 * 0.9 * math.sqrt(of_majority * (1 - of_majority) / 400)
    assert 3000 == some.n3_rows


@pytest.mark.long
def test_large_data_is_sampled_by_class() -> None:
    """past a stated number of rows measures are of a stratified sample, the same one each time, and say of how many"""
    dataset = make_dataset(30_000, 600, n_numeric=2)
    found = diagnosis_of(dataset)
    assert (MOST_TREE_ROWS, MOST_ROWS) == (found.overlap.n1_rows, found.overlap.n3_rows)
    assert 400 == sum(found.clusters.sizes) + found.clusters.n_alone
    assert found == diagnosis_of(dataset)


def test_a_handful_of_rows_is_not_called_separable() -> None:
    """Four rows touch few others wherever they lie, which says nothing of how easy they are to find."""
    found = diagnosis_of(draw(n_samples=2000, minority_share=0.002, separation=0.5, random_state=1))
    assert found.overlap.n1 <= 0.01
    assert "separable" not in codes_of(found)
