from __future__ import annotations

from collections import defaultdict
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from job.data.leakage import (
    count_duplicates,
    find_equal_columns,
    number_identical,
    score_columns,
    share_near_duplicates,
)

values = st.lists(
    st.tuples(st.integers(0, 1), st.one_of(st.integers(-2, 2).map(float), st.just(float("nan")))),
    min_size=4,
    max_size=40,
).filter(lambda rows: {label for label, _ in rows} == {0, 1})


def area_by_hand(scores: list[float], y: list[int]) -> float:
    """Pairs that stand the right way round, ties half, in the better direction."""
    wins = [
        (score > other) + 0.5 * (score == other)
        for (score, label), (other, other_label) in product(zip(scores, y, strict=True), repeat=2)
        if label == 1 and other_label == 0
    ]
    area = sum(wins) / len(wins)
    return max(area, 1 - area)


@given(values)
def test_a_number_is_scored_by_its_pairs(rows: list[tuple[int, float]]) -> None:
    """the AUC counts pairs, and a missing value is tried at either end"""
    y, numbers = [label for label, _ in rows], [value for _, value in rows]
    expected = max(
        area_by_hand([end if np.isnan(value) else value for value in numbers], y) for end in (-np.inf, np.inf)
    )
    found = score_columns(pd.DataFrame({"x": numbers}, dtype=float), np.array(y, dtype=np.int8))
    assert pytest.approx(expected) == found["x"]


def test_a_category_is_scored_by_its_shares() -> None:
    """categories are ranked by their share of minority rows, a missing one included; too many of them tell nothing"""
    y = np.array([1] * 20 + [0] * 40)
    letters = ["a"] * 18 + ["b"] * 2 + ["b"] * 20 + [None] * 20
    X = pd.DataFrame({"c": pd.Categorical(letters), "many": pd.Categorical([str(row) for row in range(60)])})
    share = {"a": 1.0, "b": 2 / 22, None: 0.0}
    expected = area_by_hand([share[letter] for letter in letters], y.tolist())
    assert {"c": pytest.approx(expected), "many": None} == score_columns(X, y)


def test_missing_cells_can_give_the_answer_away() -> None:
    """a column that is missing exactly where a row is minority scores 1"""
    y = np.arange(50) % 5 == 0
    column = np.where(y, np.nan, np.random.default_rng(0).normal(size=50))
    assert 1.0 == score_columns(pd.DataFrame({"x": column}), y.astype(np.int8))["x"]


cells = st.one_of(st.integers(0, 2).map(float), st.just(float("nan")))
tables = st.lists(
    st.tuples(cells, cells, st.sampled_from(["a", "b", None]), st.integers(0, 1)), min_size=1, max_size=30
)


@given(tables)
def test_duplicates_are_counted_row_by_row(rows: list[tuple[Any, ...]]) -> None:
    """repeated rows, and rows that equal one of another class, agree with a count by content"""
    labels: dict[str, list[int]] = defaultdict(list)
    for *content, label in rows:
        labels[repr(content)].append(label)
    X = pd.DataFrame([row[:3] for row in rows], columns=["x", "z", "c"])
    X = X.astype({"x": float, "z": float}).assign(c=pd.Categorical(X["c"]))
    found = count_duplicates(X, np.array([row[3] for row in rows], dtype=np.int8))
    both = [group for group in labels.values() if len(set(group)) == 2]
    assert len(rows) - len(labels) == found.n_repeated
    assert sum(map(len, both)) == found.n_conflicting
    assert sum(map(sum, both)) == found.n_conflicting_minority


def test_equal_columns_are_found() -> None:
    """columns with the same content are grouped, missing cells and renamed categories included"""
    number = pd.Series([1.0, np.nan, 3.0, 0.0])
    X = pd.DataFrame(
        {
            "a": number,
            "b": number[::-1].to_numpy(),
            "c": number.to_numpy(),
            "d": pd.Categorical(["x", "y", None, "x"]),
            "e": pd.Categorical(["no", "yes", None, "no"]),
            "f": pd.Categorical(["no", "yes", "yes", "no"]),
            "g": [1.0, np.nan, 3.0, -0.0],
        }
    )
    assert (("a", "c", "g"), ("d", "e")) == find_equal_columns(X)


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
