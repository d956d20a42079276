"""What cannot run as asked shrinks by a stated rule, or fails with the numbers in its reason."""

from __future__ import annotations

from collections import Counter
from unittest.mock import patch

import numpy as np
import pytest
from factories import make_dataset, make_entry, make_training_part
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from imblearn.over_sampling import SMOTE
from sklearn.linear_model import LogisticRegression

from job.errors import StrategyError
from job.strategies import resampling
from job.strategies.inner_folds import split_rows
from job.strategies.recipes import recipe_of
from job.strategies.resampling import find_added, find_equal

NEEDS_NEIGHBOURS = ("smote", "SMOTE", "BorderlineSMOTE", "ADASYN", "SMOTEENN", "SMOTETomek", "NearMiss")


def inner_folds(part, n):
    return split_rows(part.y, part.groups, part.seeds.inner_folds, n)


def part_with(n_minority, n=80, **table):
    return make_training_part(make_dataset(n, n_minority, **table))


@pytest.mark.parametrize("name", NEEDS_NEIGHBOURS)
def test_neighbours_shrink_to_the_minority(name):
    """two minority rows are enough for every sampler that looks for neighbours, and the reason has both numbers"""
    resampled = recipe_of(make_entry(name)).resample(part_with(2))
    assert "2 minority rows" in resampled.degraded[0]
    assert "lowered to" in resampled.degraded[0]


def test_a_sampler_may_still_refuse():
    """where neighbours are not the only need, the sampler's own words say why it cannot run"""
    with pytest.raises(ValueError, match="All support vectors are considered as noise"):
        recipe_of(make_entry("SVMSMOTE")).resample(part_with(2))


@pytest.mark.parametrize("name", ["smote", "SMOTE", "BorderlineSMOTE", "ADASYN", "SMOTEENN"])
def test_one_row_has_no_neighbour(name):
    """one minority row fails with the number that would be needed"""
    with pytest.raises(StrategyError, match=r"needs at least 2 minority rows .* there is 1 minority row$"):
        recipe_of(make_entry(name)).resample(part_with(1))


def test_custom_survives_one_row():
    """custom repeats a single minority row and says so"""
    part = part_with(1)
    resampled = recipe_of(make_entry("custom")).resample(part)
    assert resampled.y.sum() == 79
    assert len(np.unique(resampled.X[resampled.y == 1], axis=0)) == 1
    assert resampled.degraded


def test_custom_names_the_minority_not_a_code():
    """the sampler's sentences speak of no class 1, which stands nowhere in the data"""
    custom = recipe_of(make_entry("custom", params={"k_neighbors": 5}))
    (sentence,) = custom.resample(part_with(4)).degraded
    assert "The minority class has 4 rows, so k_neighbors was lowered from 5 to 3." == sentence
    same = part_with(4)
    same.codes[same.y == 1] = 0.5
    _, sentence = custom.resample(same).degraded
    assert sentence.startswith("All 4 rows of the minority class are the same")


def test_smote_is_imbalanced_learns():
    """with enough rows, smote's rows are SMOTE's to the bit"""
    part = part_with(20)
    expected, _ = SMOTE(random_state=part.seeds.sampler).fit_resample(part.codes, part.y.astype(int))
    np.testing.assert_array_equal(expected, recipe_of(make_entry("smote")).resample(part).X)


def test_a_random_state_in_params_wins():
    """the spec's own random_state is used instead of the split's"""
    part = part_with(20)
    expected, _ = SMOTE(random_state=7).fit_resample(part.codes, part.y.astype(int))
    np.testing.assert_array_equal(expected, recipe_of(make_entry("smote", params={"random_state": 7})).resample(part).X)


@pytest.mark.parametrize(
    ("n_minority", "n_folds", "reason"),
    [(20, 5, None), (3, 3, "3 minority rows: 3 used"), (1, 0, "1 minority row, too few for any")],
)
def test_inner_folds_shrink(n_minority, n_folds, reason):
    """inner folds shrink to the minority rows; one row allows none"""
    folds, degraded = inner_folds(part_with(n_minority), 5)
    assert n_folds == len(folds)
    assert (reason is None) == (degraded is None)
    assert reason is None or reason in degraded


def test_inner_folds_keep_groups_together():
    """rows of one group are never on both sides of an inner fold"""
    part = part_with(30, 120, n_groups=15)
    folds, _ = inner_folds(part, 3)
    assert folds
    for train, test in folds:
        assert not set(part.groups[train]) & set(part.groups[test])


def fit_threshold(part, classifier):
    recipe = recipe_of(make_entry("threshold"))
    return recipe.fit(classifier, part, recipe.resample(part))


def test_one_row_leaves_the_threshold_alone():
    """without inner folds the classifier's own decision stays, and the reason says so"""
    part = part_with(1)
    fitted = fit_threshold(part, LogisticRegression())
    assert fitted.threshold is None
    assert "0.5" in fitted.degraded[0]
    plain = LogisticRegression().fit(part.codes, part.y)
    np.testing.assert_array_equal(plain.predict(part.codes), fitted.model.predict(part.X))


def test_constant_scores_leave_the_threshold_alone():
    """a classifier that scores all rows alike keeps 0.5"""
    from hostile import Constant

    fitted = fit_threshold(part_with(20), Constant())
    assert fitted.threshold is None
    assert "constant" in fitted.degraded[0]


def test_a_tuned_threshold_moves_the_decision_only():
    """threshold ranks exactly like baseline: same probabilities, other decisions"""
    part = make_training_part(make_dataset(300, 30))
    fitted = fit_threshold(part, LogisticRegression())
    plain = LogisticRegression().fit(part.codes, part.y)
    np.testing.assert_array_equal(plain.predict_proba(part.codes), fitted.model.predict_proba(part.X))
    assert fitted.model.predict(part.X).sum() > plain.predict(part.codes).sum()
    assert 0 < fitted.threshold < 0.5


def alike(rows):
    """The worst that hashes could be."""
    return np.zeros(len(rows), dtype=np.uint64)


BY_HASH = pytest.mark.parametrize("hash_rows", [resampling._hash_rows, alike])


def tables(n_most: int) -> st.SearchStrategy[np.ndarray]:
    values = st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5, 1e300, 5e-324])
    return st.integers(1, n_most).flatmap(lambda n: arrays(float, (n, 2), elements=values))


@BY_HASH
@given(rows=tables(12), others=tables(12))
def test_equal_rows_are_found_exactly(hash_rows, rows, others):
    """a row equals one of the others where all its numbers do, 0 and -0 alike, whatever the hashes are"""
    known = {tuple(row) for row in others.tolist()}
    with patch.object(resampling, "_hash_rows", hash_rows):
        assert [tuple(row) in known for row in rows.tolist()] == find_equal(rows, others).tolist()


@BY_HASH
@given(real=tables(6), resampled=tables(12))
def test_added_rows_are_counted_exactly(hash_rows, real, resampled):
    """as many of equal rows as there were are kept, the first ones, and the others were added"""
    if len(resampled) >= len(real) and np.array_equal(resampled[: len(real)], real):
        expected = list(range(len(real), len(resampled)))
    else:
        left, expected = Counter(map(tuple, real.tolist())), []
        for number, row in enumerate(map(tuple, resampled.tolist())):
            left[row] -= 1
            expected += [number] * (left[row] < 0)
    with patch.object(resampling, "_hash_rows", hash_rows):
        assert expected == find_added(real, resampled).tolist()
