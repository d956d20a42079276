"""Features that give the label away."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from job.data.dataset import Note
from job.data.quoting import quoted

_ROWS_PER_CATEGORY = 10


def note_leaks(X: pd.DataFrame, y: np.ndarray) -> Iterator[Note]:
    """Note each feature that alone parts positive rows from all others without an error.

    Parameters
    ----------
    X : pandas.DataFrame of shape (n_rows, n_features)
        Features.
    y : ndarray of shape (n_rows,)
        1 for the positive label, 0 for all others.

    Yields
    ------
    Note
    """
    positive = y == 1
    for name in X.columns:
        values = X[name]
        is_category = isinstance(values.dtype, pd.CategoricalDtype)
        parts = _categories_part(values, positive) if is_category else _numbers_part(values.to_numpy(), positive)
        if parts:
            text = (
                f"Column {quoted(name)} alone tells the label of every row. If it was written after the label was "
                "known, list it under data.file.drop."
            )
            yield Note("tells-the-label", text, name)


def _categories_part(values: pd.Series, positive: np.ndarray) -> bool:
    codes = values.cat.codes.to_numpy().astype(np.int64) + 1
    n_categories = len(values.cat.categories) + 1
    if n_categories * _ROWS_PER_CATEGORY > len(codes):
        return False
    n_rows = np.bincount(codes, minlength=n_categories)
    n_positive = np.bincount(codes, weights=positive, minlength=n_categories)
    return bool(((n_positive == 0) | (n_positive == n_rows)).all())


def _numbers_part(values: np.ndarray, positive: np.ndarray) -> bool:
    if np.isnan(values).any():
        return False
    inside, outside = values[positive], values[~positive]
    return bool(inside.min() > outside.max() or inside.max() < outside.min())
