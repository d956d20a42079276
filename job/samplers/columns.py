"""Columns of a table: which are categorical or whole numbers, and how mixed columns become numbers and come back."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from job.samplers.space import Floats, Indices


def is_dataframe(X: Any) -> bool:
    """Tell a pandas DataFrame from an array, without importing pandas."""
    return hasattr(X, "iloc") and hasattr(X, "dtypes")


def is_mixed(X: Any) -> bool:
    """Tell whether X is a data frame whose columns differ in dtype or aren't plain numbers."""
    if not is_dataframe(X):
        return False
    dtypes = list(X.dtypes)
    if dtypes and all(hasattr(dtype, "fill_value") for dtype in dtypes):  # sparse columns
        return False
    return len(set(dtypes)) > 1 or not all(isinstance(d, np.dtype) and d.kind in "iuf" for d in dtypes)


def find_columns(
    selection: Any, parameter: str, n_columns: int, names: Sequence[Any] | None, automatic: Indices
) -> Indices:
    """Turn a selection of columns into their positions.

    Parameters
    ----------
    selection : None, "auto" or array-like of int, str or bool
        Positions, names, or a mask with one value for each column.
    parameter : str
        The parameter's name, for messages.
    n_columns : int
        The table's number of columns.
    names : sequence of str or None
        The columns' names, None for an array.
    automatic : ndarray of int
        What "auto" stands for.

    Returns
    -------
    positions : ndarray of int, ascending

    Raises
    ------
    ValueError
        A position, name or mask that doesn't fit the table.
    """
    if isinstance(selection, str):
        return automatic
    chosen = np.asarray(() if selection is None else selection)
    if chosen.ndim != 1:
        raise ValueError(f"{parameter} must be a list of columns, got an array of shape {chosen.shape}.")
    if chosen.size == 0:
        return np.empty(0, np.intp)
    if chosen.dtype.kind == "b":
        if len(chosen) != n_columns:
            raise ValueError(f"{parameter} is a mask of {len(chosen)} values, but X has {n_columns} columns.")
        return np.flatnonzero(chosen)
    if chosen.dtype.kind in "iu":
        if outside := [int(i) for i in chosen if not -n_columns <= i < n_columns]:
            raise ValueError(
                f"{parameter} names column {outside[0]}, but X has {n_columns} columns (0 to {n_columns - 1})."
            )
        return np.unique(chosen % n_columns).astype(np.intp)
    asked = chosen.tolist()
    if names is None:
        raise ValueError(f"{parameter} holds names ({asked[0]!r}), but X has none: pass a DataFrame, or positions.")
    known = list(names)
    if unknown := [name for name in asked if name not in known]:
        raise ValueError(f"{parameter} names {unknown[0]!r}, which is none of X's {len(known)} columns.")
    return np.unique([known.index(name) for name in asked]).astype(np.intp)


def category_columns(X: Any) -> Indices:
    """Return a data frame's categorical, text and boolean columns; an array has none that it tells of."""
    if not is_dataframe(X):
        return np.empty(0, np.intp)
    return np.array([i for i, dtype in enumerate(X.dtypes) if _is_category(dtype)], dtype=np.intp)


def integer_columns(X: Any) -> Indices:
    """Return the columns whose dtype holds whole numbers only (or truth values)."""
    if is_dataframe(X):
        return np.array([i for i, dtype in enumerate(X.dtypes) if getattr(dtype, "kind", "") in "iu"], dtype=np.intp)
    return np.arange(X.shape[1] if X.dtype.kind in "iub" else 0)


Levels = dict[int, NDArray[Any]]
"""The values behind the codes of each categorical column."""


def encode(X: Any, categorical: Indices) -> tuple[Floats, Levels]:
    """Write a mixed data frame as float64, categories as codes in the order of their values, missing cells as NaN.

    Raises
    ------
    ValueError
        A column outside `categorical` that holds something other than finite or missing numbers.
    """
    cells = np.empty(X.shape, np.float64)
    levels: Levels = {}
    for column in range(X.shape[1]):
        if column in categorical:
            cells[:, column], levels[column] = _encode_categories(np.asarray(X.iloc[:, column], dtype=object))
        else:
            cells[:, column] = _encode_numbers(X.iloc[:, column], X.columns[column])
    return cells, levels


def decode(X: Any, synthetic: Floats, levels: Levels) -> Any:
    """Append synthetic rows to the data frame they were made from, in its own types."""
    import pandas as pd

    columns = []
    for position, dtype in enumerate(X.dtypes):
        values = synthetic[:, position]
        if position in levels:
            named = np.append(levels[position], [None])  # the last one for codes that are missing
            values = named[np.where(np.isnan(values), len(named) - 1, values).astype(np.intp)]
        columns.append(pd.concat([X.iloc[:, position], pd.Series(values).astype(dtype)], ignore_index=True))
    frame = pd.concat(columns, axis=1)
    frame.columns = X.columns
    return frame


def _encode_categories(values: NDArray[Any]) -> tuple[Floats, NDArray[Any]]:
    present = np.array([not _is_missing(value) for value in values], dtype=bool)
    distinct = list(dict.fromkeys(values[present].tolist()))
    distinct.sort(key=lambda value: (type(value).__name__, value))
    code = {value: float(position) for position, value in enumerate(distinct)}
    levels = np.empty(len(distinct), dtype=object)
    levels[:] = distinct
    codes = np.full(len(values), np.nan)
    codes[present] = [code[value] for value in values[present].tolist()]
    return codes, levels


def _is_missing(value: Any) -> bool:
    """Tell None, pandas' NA (which answers no comparison), NaN and NaT (which differ from themselves)."""
    return value is None or type(value).__name__ == "NAType" or bool(value != value)


def _encode_numbers(values: Any, name: Any) -> Floats:
    advice = "Name it in categorical_features, or leave it out."
    if values.dtype.kind in "mM":
        raise ValueError(f"Column {name!r} holds dates or durations ({values.dtype}), not numbers. {advice}")
    try:
        cells = np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"Column {name!r} ({values.dtype}) does not hold numbers: {error}. {advice}") from error
    if n_infinite := int(np.isinf(cells).sum()):
        raise ValueError(f"Column {name!r} contains infinity in {n_infinite} of its {len(cells)} rows.")
    return cells


def _is_category(dtype: Any) -> bool:
    if isinstance(dtype, np.dtype):
        return dtype.kind in "ObUS"
    return dtype.name in ("category", "string", "str", "boolean")
