"""Rows that are the same in every feature."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from job.data.identical import number_identical


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
