"""How categories reach samplers: as categories, by index, or as one-hot columns that degrade a run."""

from __future__ import annotations

import numpy as np
import pytest
from factories import make_dataset, make_entry, make_training_part

from job.strategies.recipes import recipe_of


def resample(name, **table):
    part = make_training_part(make_dataset(200, 40, **table))
    return part, recipe_of(make_entry(name)).resample(part)


def one_hot_blocks(part, X):
    blocks, start = [], len(part.preparation.numeric_)
    for count in part.preparation.category_counts_:
        blocks.append(X[:, start : start + count])
        start += count
    return blocks


@pytest.mark.parametrize("name", ["smote", "custom", "SMOTENC"])
def test_synthetic_rows_have_one_category_in_each_column(name):
    """smote and custom make rows with exactly one category, never a mixture"""
    part, resampled = resample(name, n_numeric=2, n_categorical=2)
    assert resampled.n_synthetic == 120
    for block in one_hot_blocks(part, resampled.X):
        np.testing.assert_array_equal(np.ones(len(block)), block.sum(axis=1))
        assert {0.0, 1.0} == set(np.unique(block))


@pytest.mark.parametrize("name", ["smote", "custom", "SMOTEN"])
def test_categories_alone_are_enough(name):
    """a table of nothing but categories is resampled as categories"""
    part, resampled = resample(name, n_numeric=0, n_categorical=3)
    assert () == resampled.degraded
    for block in one_hot_blocks(part, resampled.X):
        np.testing.assert_array_equal(np.ones(len(block)), block.sum(axis=1))


@pytest.mark.parametrize("name", ["RandomOverSampler", "RandomUnderSampler", "TomekLinks", "EditedNearestNeighbours"])
def test_samplers_that_choose_rows_only_choose_rows(name):
    """every row that such a sampler returns is a row of the training part, and it is not degraded"""
    part, resampled = resample(name, n_numeric=2, n_categorical=2)
    real = {row.tobytes() for row in part.preparation.encode(part.codes)}
    assert all(row.tobytes() in real for row in np.ascontiguousarray(resampled.X))
    assert () == resampled.degraded


@pytest.mark.parametrize("name", ["ADASYN", "BorderlineSMOTE", "SVMSMOTE", "SMOTETomek", "ClusterCentroids"])
def test_other_samplers_are_degraded_by_categories(name):
    """a sampler that makes rows without knowing categories says so, and only where there are any"""
    _, mixed = resample(name, n_numeric=3, n_categorical=1)
    _, numbers = resample(name, n_numeric=3)
    assert "one-hot" in mixed.degraded[-1]
    assert () == numbers.degraded


def test_whole_numbers_stay_whole():
    """custom's synthetic rows have whole numbers where the column has only whole numbers"""
    part, resampled = resample("custom", n_numeric=1, n_integer=2)
    back = part.preparation.numbers_[-1].inverse_transform(resampled.X)
    np.testing.assert_allclose(np.round(back[:, 1:]), back[:, 1:], atol=1e-9)
    assert not np.allclose(np.round(back[:, 0]), back[:, 0])
