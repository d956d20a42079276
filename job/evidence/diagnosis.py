"""The diagnosis of a data set, in the columns that its classifiers get."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from job.data.dataset import Dataset
from job.data.difficulty.diagnose import MOST_ROWS, Prepared, diagnose
from job.data.difficulty.leakage import share_near_duplicates
from job.data.difficulty.minority_types import thin
from job.errors import StrategyError
from job.spec.job_spec import PreparationSpec
from job.strategies.preparation import Preparation


def build_diagnosis(
    dataset: Dataset, preparation: PreparationSpec, minority_types: Mapping[str, Any], seed: int
) -> dict[str, Any]:
    """Prepare the columns, fitted on all rows, and diagnose the data set.

    Parameters
    ----------
    dataset : Dataset
    preparation : PreparationSpec
    minority_types : Mapping
        From `job.evidence.rescued.describe_minority_types`.
    seed : int
        Of the samples that stand for a large data set.

    Returns
    -------
    dict
        As `job.data.difficulty.diagnose.diagnose`.
    """
    prepared, near_duplicates, reason = None, None, None
    try:
        fitted = Preparation(**preparation.model_dump()).fit(dataset.X)
        prepared = _prepare(dataset, fitted, seed)
        near_duplicates = share_near_duplicates(fitted.transform, dataset.X, prepared.X, dataset.groups, seed)
    except StrategyError as error:
        reason = str(error)
    return diagnose(dataset, prepared, minority_types["types"], reason, seed, near_duplicates)


def _prepare(dataset: Dataset, fitted: Preparation, seed: int) -> Prepared:
    spread = zip(fitted.categorical_, fitted.category_counts_, strict=True)
    names = (*fitted.numeric_, *(name for name, count in spread for _ in range(count)))
    rows = thin(dataset.y, len(names), seed, MOST_ROWS)
    return Prepared(rows, fitted.transform(dataset.X.iloc[rows]), dataset.y[rows], names)
