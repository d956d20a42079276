"""Rows that are the same in every feature."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from job.data.difficulty.leakage import number_identical, share_near_duplicates


@given(
    rows=st.lists(st.tuples(st.sampled_from([0.0, -0.0, 1.5, np.nan]), st.sampled_from(["a", "b", None])), max_size=12)
)
def test_rows_share_a_number_where_they_are_the_same(rows) -> None:
    """0 equals -0, missing equals missing, and numbers rise with the first appearance"""
    X = pd.DataFrame({"x": [x for x, _ in rows], "c": pd.Categorical([c for _, c in rows], categories=["a", "b"])})
    X["x"] = X["x"].astype(float)
    keys = [("missing" if np.isnan(x) else x + 0.0, c) for x, c in rows]
    shared = [key for key in dict.fromkeys(keys) if keys.count(key) > 1]

    assert [shared.index(key) if key in shared else -1 for key in keys] == number_identical(X).tolist()


def copy_nearly(rows: np.ndarray, n_copies: int, jitter: float = 1e-4) -> np.ndarray:
    luck = np.random.default_rng(1)
    return np.concatenate([rows + jitter * luck.normal(size=rows.shape) for _ in range(n_copies)])


def share(rows: Any, groups: np.ndarray | None = None) -> float:
    frame = pd.DataFrame(rows)
    found, _ = share_near_duplicates(lambda part: part.to_numpy(float), frame, frame.to_numpy(float), groups, 0)
    return found


def draw(n_rows: int, n_columns: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(n_rows, n_columns))


@pytest.mark.parametrize("n_copies", [2, 3, 8, 16])
def test_near_duplicates_are_found(n_copies: int) -> None:
    """each case twice, three times or sixteen times, and whatever equals one of them"""
    rows = copy_nearly(draw(100, 4), n_copies)
    assert 1.0 == share(rows)
    assert 1.0 == share(1e200 * rows)
    assert 1.0 == share(np.concatenate([rows, rows[:50]]))
    assert pytest.approx(2 / 11, abs=0.02) == share(np.concatenate([draw(460, 4)[100:], rows[:40], rows[100:140]]))


@pytest.mark.parametrize("n_columns", [1, 2, 5])
def test_smooth_columns_have_no_near_duplicates(n_columns: int) -> None:
    """in one dimension one row in a hundred is 100 times nearer by chance, in more hardly any, whatever the tails"""
    rows = draw(3000, n_columns)
    for each in (rows, np.exp(2 * rows), np.round(rows, 1), np.repeat(rows[:500], 2, axis=0)):
        assert share(each) <= 0.03


def test_categories_make_no_near_duplicates() -> None:
    """two rows of one combination of categories may be near in the only number, by its tails alone"""
    luck = np.random.default_rng(0)
    codes = np.hstack([np.eye(10)[luck.integers(0, 10, 1200)] for _ in range(3)])
    assert share(codes) == 0
    assert share(np.column_stack([codes, np.exp(2 * luck.normal(size=1200)) / 50])) <= 0.03


def test_near_duplicates_of_one_group_do_not_count() -> None:
    """a split that keeps groups together doesn't part them"""
    rows, cases = copy_nearly(draw(100, 4), 3), np.tile(np.arange(100), 3)
    assert 0.0 == share(rows, cases)
    assert 1.0 == share(rows, np.arange(300))


def test_near_duplicates_are_sought_among_all_rows() -> None:
    """of many rows some are asked, but a sample of their neighbours would part the pairs"""
    rows = copy_nearly(draw(4000, 3), 2)
    found, n_asked = share_near_duplicates(lambda part: part.to_numpy(float), pd.DataFrame(rows), rows[:100], None, 0)
    assert n_asked == 1000
    assert found > 0.98


@pytest.mark.parametrize("n_rows", [1, 2, 3])
def test_a_handful_of_rows_has_no_near_duplicates(n_rows: int) -> None:
    """without a third row there is nothing to be nearer than"""
    assert 0.0 == share(copy_nearly(draw(1, 2), n_rows))
