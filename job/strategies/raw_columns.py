"""A table as its owner has it, made into the features that a data set has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from job.errors import DataError
from job.spec.file_keys import numbers_among

Texts = Sequence[str]
Coded = Mapping[str, Texts]

UNKNOWN = "\x00unknown"
"""What stands for a category that the data set doesn't have; no file holds it."""


class RawColumns(TransformerMixin, BaseEstimator):
    """Read columns of a data frame as the job read those of the data set.

    Parameters
    ----------
    numbers : list of str
        Columns that become numbers; what is none becomes missing.
    categories : dict of str to list of str
        The categories of each other column, in the order of their codes. A value that is none of them becomes one of
        its own, which no classifier has seen.
    booleans : list of str
        Columns of categories that hold true and false, in any case.
    missing : list of str
        Texts that stand for a missing value.
    decimal : str
        The decimal mark of numbers that are text.
    """

    def __init__(
        self, numbers: Texts, categories: Coded, booleans: Texts = (), missing: Texts = (), decimal: str = "."
    ) -> None:
        self.numbers = numbers
        self.categories = categories
        self.booleans = booleans
        self.missing = missing
        self.decimal = decimal

    def fit(self, X: Any, y: object = None) -> RawColumns:
        """Learn nothing: everything is known from the data set."""
        return self

    def transform(self, X: Any) -> pd.DataFrame:
        """Read the columns.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n_rows, n_columns), or array where all features are numbers
            Has every feature; other columns are passed over.

        Returns
        -------
        pandas.DataFrame of shape (n_rows, n_features)
            As `job.data.dataset.Dataset` has it: numbers first, then categories.

        Raises
        ------
        DataError
            Where a column is not there.
        """
        frame = X if isinstance(X, pd.DataFrame) else self._named(np.asarray(X))
        names = [*self.numbers, *self.categories]
        if absent := [name for name in names if name not in frame.columns]:
            raise DataError(f"the rows have no column {absent[0]!r} (needed: {', '.join(map(repr, names))})")
        numbers = {name: self._number(frame[name]) for name in self.numbers}
        return pd.DataFrame({**numbers, **{name: self._category(frame[name], name) for name in self.categories}})

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def _named(self, X: np.ndarray) -> pd.DataFrame:
        if self.categories or X.ndim != 2 or X.shape[1] != len(self.numbers):
            raise DataError(f"got an array of shape {X.shape}; give a data frame with the columns of the data")
        return pd.DataFrame(X, columns=list(self.numbers))

    def _number(self, values: pd.Series) -> np.ndarray:
        if not pd.api.types.is_numeric_dtype(values.dtype):
            values = self._text(values)
            if self.decimal == ",":
                values = values.where(~values.str.contains(".", regex=False, na=False)).str.replace(",", ".")
        numbers = np.asarray(pd.to_numeric(values, errors="coerce"), dtype=np.float64).copy()
        numbers[~np.isfinite(numbers) | np.isin(numbers, numbers_among(self.missing, self.decimal))] = np.nan
        return numbers

    def _category(self, values: pd.Series, name: str) -> pd.Categorical:
        texts = self._text(values)
        if name in self.booleans:
            texts = texts.str.lower()
        known = [*self.categories[name], UNKNOWN]
        return pd.Categorical(texts.where(texts.isna() | texts.isin(known), UNKNOWN), categories=known)

    def _text(self, values: pd.Series) -> pd.Series:
        """Write values as the file would: whole numbers without a point, what is missing as nothing."""
        written = map(_text, values.astype(object))
        present = [None if text in self.missing else text for text in written]
        return pd.Series(present, index=values.index, dtype="str")


def _text(value: Any) -> str | None:
    if value is None or value is pd.NA or value != value:
        return None
    if isinstance(value, bool | np.bool_):
        return str(value).lower()
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()
