"""Rows that are the same in every feature."""

from __future__ import annotations

import numpy as np
import pandas as pd

ALONE = -1


def number_identical(X: pd.DataFrame) -> np.ndarray:
    """Give rows that are the same in every feature one number.

    Parameters
    ----------
    X : pandas.DataFrame of shape (n_rows, n_features)
        Features; missing values are equal to each other.

    Returns
    -------
    ndarray of shape (n_rows,) of int64
        0, 1, 2, ... in the order of first appearance; `ALONE` for a row like no other.
    """
    numbers = np.full(len(X), ALONE, dtype=np.int64)
    # A hash finds the few rows that may be alike in one pass; only these are compared whole.
    hashes = pd.util.hash_pandas_object(X, index=False).to_numpy()
    candidates = np.flatnonzero(pd.Series(hashes).duplicated(keep=False).to_numpy())
    if len(candidates):
        codes = _code_cells(X.iloc[candidates])
        _, first, place, count = np.unique(codes, axis=0, return_index=True, return_inverse=True, return_counts=True)
        shared = np.flatnonzero(count > 1)
        order = np.full(len(count), ALONE, dtype=np.int64)
        order[shared[np.argsort(first[shared])]] = np.arange(len(shared))
        numbers[candidates] = order[place.ravel()]
    return numbers


def _code_cells(X: pd.DataFrame) -> np.ndarray:
    """Number the values of each column; missing ones are a value too."""
    return np.column_stack([pd.factorize(X[name], use_na_sentinel=False)[0] for name in X.columns])
