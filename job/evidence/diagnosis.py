"""The diagnosis of a data set in the columns that its classifiers get, and what of it is a problem."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from job.data.dataset import Dataset
from job.data.difficulty.diagnose import MOST_ROWS, Prepared, diagnose
from job.data.geometry import N_NEIGHBORS, TYPES, count_minority_of_rows, draw, thin, type_minority
from job.data.leakage import share_near_duplicates
from job.errors import StrategyError
from job.spec.job_spec import PreparationSpec
from job.strategies.preparation import Preparation

MOST_ASKED = 2_000
MOST_ROWS_OF_ALL = 50_000
_TOLD = 2


def build_diagnosis(
    dataset: Dataset, preparation: PreparationSpec, minority_types: Mapping[str, Any], seed: int
) -> dict[str, Any]:
    """Prepare the columns, fitted on all rows, and diagnose the data set.

    Parameters
    ----------
    minority_types : Mapping
        From `describe_minority_types`.
    seed : int
        Of the samples that stand for a large data set.

    Returns
    -------
    dict
        As `job.data.difficulty.diagnose.diagnose`.
    """
    prepared, near_duplicates, reason = None, None, None
    try:
        fitted, rows = prepare_sample(dataset, preparation, seed)
        spread = zip(fitted.categorical_, fitted.category_counts_, strict=True)
        names = (*fitted.numeric_, *(name for name, count in spread for _ in range(count)))
        prepared = Prepared(rows, fitted.transform(dataset.X.iloc[rows]), dataset.y[rows], names)
        near_duplicates = share_near_duplicates(fitted.transform, dataset.X, prepared.X, dataset.groups, seed)
    except StrategyError as error:
        reason = str(error)
    return diagnose(dataset, prepared, minority_types["types"], reason, seed, near_duplicates)


def prepare_sample(
    dataset: Dataset, preparation: PreparationSpec, seed: int, rows: np.ndarray | None = None, most: int = MOST_ROWS
) -> tuple[Preparation, np.ndarray]:
    """Fit the preparation on all rows or some, and choose of these as many as can be searched for neighbours."""
    X, rows = (dataset.X, np.arange(dataset.n_rows)) if rows is None else (dataset.X.iloc[rows], rows)
    fitted = Preparation(**preparation.model_dump()).fit(X)
    n_columns = len(fitted.numeric_) + int(fitted.category_counts_.sum())
    return fitted, rows[thin(dataset.y[rows], n_columns, seed, most)]


def describe_minority_types(dataset: Dataset, preparation: PreparationSpec, seed: int) -> dict[str, Any]:
    """Count the types of the minority rows, each among all other rows of the data.

    Parameters
    ----------
    seed : int
        Of the sample, where the data is too large to be searched whole.

    Returns
    -------
    dict
        ``k``; ``n_rows`` and ``n_minority`` looked at, fewer than there are where a stratified sample stands for the
        whole; ``types``, each with its ``n`` and ``share``, null with a ``reason`` where columns cannot be scaled.
    """
    description = {"k": N_NEIGHBORS, "n_rows": 0, "n_minority": 0, "types": None, "reason": None}
    try:
        prepared, rows = prepare_sample(dataset, preparation, seed, most=MOST_ROWS_OF_ALL)
        X, y = prepared.transform(dataset.X.iloc[rows]), dataset.y[rows]
    except StrategyError as error:
        return {**description, "reason": str(error)}
    asked = draw(np.flatnonzero(y == 1), MOST_ASKED, np.random.RandomState(seed))
    types = type_minority(count_minority_of_rows(X, y, asked))
    counts = np.bincount(types, minlength=len(TYPES))
    named = [{"type": name, "n": int(n), "share": float(n / len(asked))} for name, n in zip(TYPES, counts, strict=True)]
    return {**description, "n_rows": len(y), "n_minority": len(asked), "types": named}


def describe_problems(results: Mapping[str, Any]) -> list[str]:
    """Describe what the diagnosis calls a problem, such as a column that gives the answer away.

    Parameters
    ----------
    results : Mapping
        What results.json holds.

    Returns
    -------
    list of str
        A sentence for each of the first two, and one that counts the others.
    """
    findings = (results["dataset"].get("diagnosis") or {}).get("findings", ())
    found = [_tell(finding) for finding in findings if finding["level"] == "problem"]
    more = len(found) - _TOLD
    return [*found[:_TOLD], *([f"{more} more {'are' if more > 1 else 'is'} told below."] if more > 0 else [])]


def _tell(finding: Mapping[str, Any]) -> str:
    """Say what was found, and in which columns."""
    found, columns = str(finding["found"]), finding["columns"]
    named = [*columns[:_TOLD], *(["..."] if len(columns) > _TOLD else [])]
    return f"{found.removesuffix('.')} ({', '.join(named)})." if named else found
