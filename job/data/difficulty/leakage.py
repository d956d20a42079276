"""How well each column alone tells the classes apart, and which rows contradict each other."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import rankdata

LEAST_ROWS_PER_CATEGORY = 10


@dataclass(frozen=True)
class Duplicates:
    """Rows that are equal in every feature.

    Parameters
    ----------
    n_repeated : int
        Rows that equal an earlier one.
    n_conflicting, n_conflicting_minority : int
        Rows, and minority rows among them, that equal a row of another class.
    """

    n_repeated: int
    n_conflicting: int
    n_conflicting_minority: int


def score_columns(X: pd.DataFrame, y: np.ndarray) -> dict[str, float | None]:
    """Compute the area under the ROC curve of every feature, used alone as a score.

    AUC = (Σ of the minority's ranks - n₁(n₁ + 1)/2) / (n₁ n₀), ranks in the middle for ties, and 1 - AUC where that is
    more. A missing number is tried as the lowest and as the highest value; a category's score is the share of its rows
    that are minority.

    Parameters
    ----------
    X : pandas.DataFrame of shape (n_rows, n_features)
        Features as in `job.data.dataset.Dataset`.
    y : ndarray of shape (n_rows,) of 0 and 1
        Both there.

    Returns
    -------
    dict of str to float or None
        0.5 to 1; None for a column with so many categories (fewer than ten rows each) that any would seem to tell.

    References
    ----------
    .. [1] Hanley, McNeil (1982). The meaning and use of the area under a receiver operating characteristic (ROC)
       curve. Radiology 143, 29-36.
    """
    return {str(name): _score(X[name], y) for name in X.columns}


def find_equal_columns(X: pd.DataFrame) -> tuple[tuple[str, ...], ...]:
    """Group the features that have the same content in every row, missing cells included.

    Parameters
    ----------
    X : pandas.DataFrame of shape (n_rows, n_features)

    Returns
    -------
    tuple of tuple of str
        Groups of two or more, in the order of their first column. Categories are equal if they part the rows alike,
        whatever they are called.
    """
    groups: dict[bytes, list[str]] = {}
    for name in X.columns:
        groups.setdefault(hashlib.sha256(_content(X[name]).tobytes()).digest(), []).append(str(name))
    return tuple(tuple(names) for names in groups.values() if len(names) > 1)


def count_duplicates(X: pd.DataFrame, y: np.ndarray) -> Duplicates:
    """Count rows that are equal in every feature, and those among them that carry different labels.

    Parameters
    ----------
    X : pandas.DataFrame of shape (n_rows, n_features)
    y : ndarray of shape (n_rows,) of 0 and 1

    Returns
    -------
    Duplicates
    """
    row = np.zeros(len(X), dtype=np.int64)
    for name in X.columns:  # numbers the distinct rows so far; such a number times that of a value fits 64 bits
        if row.max(initial=-1) == len(row) - 1:
            break  # no two rows are equal in the columns so far
        codes = _codes(X[name])
        row = pd.factorize(row * (int(codes.max(initial=0)) + 1) + codes)[0]
    n_distinct = int(row.max(initial=-1)) + 1
    of_minority = np.bincount(row[y == 1], minlength=n_distinct)
    of_majority = np.bincount(row[y == 0], minlength=n_distinct)
    both = (of_minority > 0) & (of_majority > 0)
    return Duplicates(len(row) - n_distinct, int((of_minority + of_majority)[both].sum()), int(of_minority[both].sum()))


def _codes(column: pd.Series) -> np.ndarray:
    """Number the distinct values, a missing one included."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy().astype(np.int64) + 1
    return np.asarray(pd.factorize(column.to_numpy(), use_na_sentinel=True)[0], dtype=np.int64) + 1


def _content(column: pd.Series) -> np.ndarray:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return np.asarray(pd.factorize(_codes(column))[0], dtype=np.int64)
    return np.where(np.isnan(column.to_numpy(dtype=np.float64)), np.nan, column.to_numpy(dtype=np.float64) + 0.0)


def _score(column: pd.Series, y: np.ndarray) -> float | None:
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes = _codes(column)
        n_rows = np.bincount(codes)
        if LEAST_ROWS_PER_CATEGORY * np.count_nonzero(n_rows) > len(codes):
            return None
        shares = np.bincount(codes, weights=y, minlength=len(n_rows)) / np.maximum(n_rows, 1)
        return _auc(shares[codes], y)
    values = column.to_numpy(dtype=np.float64)
    if not np.isnan(values).any():
        return _auc(values, y)
    return max(_auc(np.where(np.isnan(values), end, values), y) for end in (-np.inf, np.inf))


def _auc(scores: np.ndarray, y: np.ndarray) -> float:
    ranks = rankdata(scores)
    n_minority = int(y.sum())
    pairs = n_minority * (len(y) - n_minority)
    area = float((ranks[y == 1].sum() - n_minority * (n_minority + 1) / 2) / pairs)
    return max(area, 1 - area)
