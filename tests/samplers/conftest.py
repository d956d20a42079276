"""Tables for the sampler's tests, made instead of pasted."""

from __future__ import annotations

import numpy as np
import pytest


def make_table(n_rows=200, n_columns=4, n_minority=30, *, seed=0, levels=None):
    """Return X and y, the minority (label 1) in the first rows; `levels` gives small whole numbers, full of ties."""
    rng = np.random.RandomState(seed)
    if levels:
        X = rng.randint(0, levels, (n_rows, n_columns)).astype(np.float64)
    else:
        X = rng.standard_normal((n_rows, n_columns))
    y = (np.arange(n_rows) < n_minority).astype(int)
    X[:n_minority] += 1
    return X, y


@pytest.fixture
def table():
    """The factory itself."""
    return make_table
