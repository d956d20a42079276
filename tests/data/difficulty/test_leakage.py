from __future__ import annotations

from collections import defaultdict
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from job.data.difficulty.leakage import count_duplicates, find_equal_columns, score_columns

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
