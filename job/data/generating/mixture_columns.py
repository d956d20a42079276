"""What there is to say about each column of a mixture."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from job.data.dataset import Column, Note
from job.data.generating.views import CATEGORIES, INTEGER_SCALE
from job.data.quoting import quoted

_WHY = {
    "continuous": ("number", "a normal"),
    "integer": ("integer", f"a normal, times {INTEGER_SCALE:g} and rounded"),
    "category": ("category", f"a normal, cut into {len(CATEGORIES)} categories"),
    "noise": ("number", "a normal that is the same in both classes"),
}


def kind_of(name: str) -> str:
    """Tell the kind of a column by its name: ``integer`` of ``integer_3``."""
    return name.rpartition("_")[0]


def describe_columns(frame: pd.DataFrame) -> tuple[Column, ...]:
    """Say of every column what it is, the target last.

    Parameters
    ----------
    frame : pandas.DataFrame of shape (n_rows, n_columns)

    Returns
    -------
    tuple of Column
        One without two different values is left out, as one of a file would be; of a category, gaps are a value too.
    """
    target = Column("target", "category", "target", 0, 2, "the class, with labels flipped where label_noise says so")
    return (*(_describe_column(str(name), frame[name]) for name in frame.columns), target)


def note_left_out(columns: Iterable[Column]) -> tuple[Note, ...]:
    """Note each column that is left out, with the reason.

    Parameters
    ----------
    columns : iterable of Column

    Returns
    -------
    tuple of Note
    """
    return tuple(_note(column) for column in columns if column.role == "dropped")


def _describe_column(name: str, values: pd.Series) -> Column:
    kind, why = _WHY[kind_of(name)]
    n_missing, n_distinct = int(values.isna().sum()), int(values.nunique())
    gaps_are_a_value = kind == "category" and 0 < n_missing < len(values)
    if n_distinct + gaps_are_a_value < 2:
        why = "all its present values are equal" if n_distinct else "all its values are missing"
        return Column(name, "constant", "dropped", n_missing, n_distinct, why)
    return Column(name, kind, "feature", n_missing, n_distinct, why)


def _note(column: Column) -> Note:
    code = "constant" if column.n_distinct else "all-missing"
    return Note(code, f"Column {quoted(column.name)} is left out: {column.why}.", column.name)
