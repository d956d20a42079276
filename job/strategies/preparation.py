"""What turns columns into numbers: imputation, scaling and encoding, all fitted on the training part only.

Two views of the same rows are needed. ``codes`` keeps every category one column of whole numbers, for samplers
that know categories; ``encode`` spreads them to one column for each category, for classifiers and all other samplers.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OrdinalEncoder, RobustScaler, StandardScaler
from sklearn.utils.validation import check_is_fitted

from job.errors import StrategyError


class Preparation(TransformerMixin, BaseEstimator):
    """Impute, scale and encode the features of a data set.

    Parameters
    ----------
    scale : {"standard", "robust", "none"}, default="standard"
        How numeric columns are scaled.
    impute : {"median", "mean", "most_frequent"}, default="median"
        What a missing number becomes. A missing category is one of its own, joined like others where rare.
    max_categories : int, default=20
        Columns with more categories than that keep the most frequent ones; all rarer ones, and those
        that the training part doesn't have, become one infrequent category.

    Attributes
    ----------
    numeric_ : list of str
        Names of the numeric columns, the first columns of the codes.
    categorical_ : list of str
        Names of the category columns, the last columns of the codes.
    category_counts_ : ndarray of shape (n_categorical,), int
        Number of codes of each category column.
    """

    def __init__(self, *, scale: str = "standard", impute: str = "median", max_categories: int = 20) -> None:
        self.scale = scale
        self.impute = impute
        self.max_categories = max_categories

    def fit(self, X: pd.DataFrame, y: object = None) -> Preparation:
        """Learn the imputed values, the scale and the categories of the training part.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n_rows, n_features)
            Features as in `job.data.dataset.Dataset`.
        y : None
            Not used.

        Returns
        -------
        Preparation
            Itself, fitted.

        Raises
        ------
        StrategyError
            Where a column's spread is past what a float64 holds.
        """
        self.categorical_ = [name for name in X.columns if isinstance(X[name].dtype, pd.CategoricalDtype)]
        self.numeric_ = [name for name in X.columns if name not in set(self.categorical_)]
        if self.numeric_:
            numbers = self._numbers(X)
            if self.scale == "standard":
                ends = [end.reduce(numbers, axis=0, initial=0.0) for end in (np.fmin, np.fmax)]  # gaps aside
                with np.errstate(over="ignore"):  # without this check such a column would stay unscaled without a word
                    self._check_finite(np.square(ends))
            as_it_is = FunctionTransformer(feature_names_out="one-to-one")
            scaler = {"standard": StandardScaler(), "robust": RobustScaler(), "none": as_it_is}[self.scale]
            with np.errstate(over="ignore", invalid="ignore"):  # scikit-learn sums values to see whether all are finite
                imputer = self._fit_imputer(numbers)
                self.numbers_ = make_pipeline(imputer, scaler.fit(_fill(numbers, imputer.statistics_)))
        self.category_counts_ = np.zeros(0, dtype=int)
        if self.categorical_:
            encoder = OrdinalEncoder(
                max_categories=self.max_categories, handle_unknown="use_encoded_value", unknown_value=-1
            )
            codes = encoder.fit_transform(self._categories(X))
            self.categories_, self.category_counts_ = encoder, np.asarray(codes.max(axis=0), dtype=int) + 1
            # A column's infrequent category has the last code, as scikit-learn counts; -1 where it has none.
            columns = zip(encoder.infrequent_categories_, encoder.categories_, strict=True)
            self.infrequent_ = np.array([-1 if rare is None else len(known) - len(rare) for rare, known in columns])
        return self

    def codes(self, X: pd.DataFrame) -> np.ndarray:
        """Prepare rows, each category column as one column of codes.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n_rows, n_features)

        Returns
        -------
        ndarray of shape (n_rows, n_numeric + n_categorical), float64
            Scaled numbers first, then codes 0, 1, 2, ...; -1 is a category that the training part doesn't have.

        Raises
        ------
        StrategyError
            Where scaling takes a value past what a float64 holds.
        """
        check_is_fitted(self, "category_counts_")
        parts = []
        if self.numeric_:
            with np.errstate(over="ignore", invalid="ignore"):  # said below, with the column's name
                parts.append(self._scale(self._numbers(X)))
            self._check_finite(np.stack([end.reduce(parts[0], initial=0.0) for end in (np.minimum, np.maximum)]))
        if self.categorical_:
            codes = self.categories_.transform(self._categories(X))
            parts.append(np.where((codes < 0) & (self.infrequent_ >= 0), self.infrequent_, codes))
        return np.ascontiguousarray(parts[0] if len(parts) == 1 else np.hstack(parts))

    def encode(self, codes: np.ndarray) -> np.ndarray:
        """Spread the category columns of `codes` to one column of 0 and 1 for each category.

        Parameters
        ----------
        codes : ndarray of shape (n_rows, n_numeric + n_categorical)

        Returns
        -------
        ndarray of shape (n_rows, n_numeric + sum of category_counts_), float64
            The codes themselves where there are no categories: a large table is not copied.
        """
        if not self.categorical_:
            return codes.astype(np.float64, copy=False)
        n_numeric, counts = len(self.numeric_), self.category_counts_
        spread = [codes[:, n_numeric + j, None] == np.arange(count) for j, count in enumerate(counts)]
        return np.hstack([codes[:, :n_numeric], *spread]).astype(np.float64, copy=False)

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        """Prepare and encode rows: what a classifier is fitted on.

        Parameters
        ----------
        X : pandas.DataFrame of shape (n_rows, n_features)

        Returns
        -------
        ndarray of shape (n_rows, n_encoded), float64
        """
        return self.encode(self.codes(X))

    def snap(self, codes: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
        """Move the named columns to the nearest whole number in their own units.

        Parameters
        ----------
        codes : ndarray of shape (n_rows, n_numeric + n_categorical)
            Prepared rows, synthetic ones say.
        names : tuple of str
            Numeric columns that hold whole numbers only.

        Returns
        -------
        ndarray of shape (n_rows, n_numeric + n_categorical)
            A copy.
        """
        snapped = codes.copy()
        if names:
            scaler, columns = self.numbers_[-1], [self.numeric_.index(name) for name in names]
            whole = np.round(scaler.inverse_transform(codes[:, : len(self.numeric_)]))
            snapped[:, columns] = scaler.transform(whole)[:, columns]
        return snapped

    def _numbers(self, X: pd.DataFrame) -> np.ndarray:
        chosen = X if list(X.columns) == self.numeric_ else X[self.numeric_]  # choosing copies
        return np.asarray(chosen.to_numpy(dtype=np.float64))

    def _fit_imputer(self, numbers: np.ndarray) -> SimpleImputer:
        """Fit scikit-learn's; its masked arrays take thirty times as long for the same medians."""
        imputer = SimpleImputer(strategy=self.impute, keep_empty_features=True)
        if self.impute != "median":
            imputer.fit(numbers)
            return imputer
        imputer.fit(numbers[:1])
        there = (column[~np.isnan(column)] for column in numbers.T)
        imputer.statistics_ = np.array([np.median(values) if len(values) else 0.0 for values in there])
        return imputer

    def _scale(self, numbers: np.ndarray) -> np.ndarray:
        """Do what both steps do, to the bit, in one new array."""
        imputer, scaler = self.numbers_
        filled = _fill(numbers, imputer.statistics_)
        if self.scale == "none":
            return np.array(filled, order="C")
        scaled = np.subtract(filled, scaler.mean_ if self.scale == "standard" else scaler.center_, order="C")
        return np.asarray(np.divide(scaled, scaler.scale_, out=scaled))

    def _categories(self, X: pd.DataFrame) -> np.ndarray:
        # The data set's own codes: a missing value is -1 there, one more category here.
        return np.column_stack([X[name].cat.codes.to_numpy(dtype=np.int64) for name in self.categorical_])

    def _check_finite(self, ends: np.ndarray) -> None:
        """Name the column whose lowest or highest value isn't finite."""
        finite = np.isfinite(ends).all(axis=0)
        if not finite.all():
            name = self.numeric_[int(np.argmin(finite))]
            advice = "divide it by a power of ten, drop it, or set preparation.scale: robust"
            raise StrategyError(f"column {name!r} holds values too large to be scaled; {advice}")


def _fill(numbers: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Put each column's value into its gaps; the array itself where there are none."""
    gaps = np.isnan(numbers)
    if not gaps.any():
        return numbers
    filled = numbers.copy(order="K")  # as scikit-learn keeps it, since sums depend on the order
    np.copyto(filled, values, where=gaps)
    return filled
