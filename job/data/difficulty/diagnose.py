"""How hard the minority is to learn, and what in the data should be looked at first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from job.data import geometry, leakage
from job.data.dataset import Dataset
from job.data.findings import Facts, find_all
from job.data.geometry import find_clusters, thin

MOST_ROWS = 20_000
MOST_TREE_ROWS = 10_000
MOST_SCORED_ROWS = 100_000
MOST_SIZES = 50
MOST_SCORES = 20


@dataclass(frozen=True, eq=False)
class Prepared:
    """Rows as a classifier gets them.

    Parameters
    ----------
    rows : ndarray of int
        Which rows of the data set these are.
    X : ndarray of shape (n_rows, n_columns), float64
    y : ndarray of shape (n_rows,) of 0 and 1
    names : tuple of str
        The feature that each column comes from.
    """

    rows: np.ndarray
    X: np.ndarray
    y: np.ndarray
    names: tuple[str, ...]


def diagnose(
    dataset: Dataset,
    prepared: Prepared | None,
    types: Sequence[dict[str, Any]] | None,
    reason: str | None,
    seed: int,
    near_duplicates: tuple[float, int] | None = None,
) -> dict[str, Any]:
    """Diagnose a data set: how hard its minority is, and what should be mended before anything is resampled.

    Distances are those between prepared columns. To bound the time, N3 and the clusters are those of at most 20,000
    rows (and 2,000,000 numbers), N1 of at most 10,000, single columns are scored on at most 100,000: stratified samples
    of a larger data set. Missing cells, equal columns and equal rows are counted in all rows.

    Parameters
    ----------
    dataset : Dataset
    prepared : Prepared or None
        All rows or a stratified sample; None where the columns cannot be prepared, and `reason` says why.
    types : sequence of dict or None
        Minority rows by type, as in ``dataset.minority_types``.
    reason : str or None
    seed : int
        Of the samples.
    near_duplicates : (float, int) or None
        From `job.data.leakage.share_near_duplicates`.

    Returns
    -------
    dict
        As ``dataset.diagnosis`` in results.json: counts, ``types``, ``overlap`` (F1 with its column, N1 and N3, both
        also among the minority rows alone, and the rows that each was measured on), ``clusters``, ``scores`` (the
        columns that alone tell most, by their AUC), ``duplicates``, ``near_duplicates`` (the ``share`` of rows that
        have one, among ``n_rows`` that were looked at), and ``findings``: ``code``, ``level`` (note, warning, problem),
        the ``columns`` it is about, ``found`` and ``advice``, a sentence each.
    """
    scored = thin(dataset.y, 1, seed, MOST_SCORED_ROWS)
    scores = leakage.score_columns(dataset.X.iloc[scored], dataset.y[scored])
    known = sorted(((score, name) for name, score in scores.items() if score is not None), key=lambda pair: -pair[0])
    facts = Facts(
        dataset=dataset,
        types=None if types is None else {row["type"]: int(row["n"]) for row in types},
        overlap=None if prepared is None else _measure_overlap(prepared, seed),
        clusters=None if prepared is None else find_clusters(prepared.X, prepared.y),
        scores=tuple((name, score) for score, name in known),
        equal_columns=leakage.find_equal_columns(dataset.X),
        duplicates=leakage.count_duplicates(dataset.X, dataset.y),
        near_duplicates=None if near_duplicates is None else near_duplicates[0],
    )
    clusters = facts.clusters
    return {
        "n_rows": dataset.n_rows,
        "n_minority": dataset.n_positive,
        "imbalance_ratio": dataset.imbalance_ratio,
        "types": facts.types,
        "overlap": facts.overlap,
        "clusters": None
        if clusters is None
        else {"n": len(clusters.sizes), "sizes": list(clusters.sizes[:MOST_SIZES]), "n_alone": clusters.n_alone},
        "reason": reason,
        "scores": [{"column": name, "auc": score} for name, score in facts.scores[:MOST_SCORES]],
        "equal_columns": [list(names) for names in facts.equal_columns],
        "duplicates": asdict(facts.duplicates),
        "near_duplicates": None
        if near_duplicates is None
        else dict(zip(("share", "n_rows"), near_duplicates, strict=True)),
        "findings": [asdict(finding) for finding in find_all(facts)],
    }


def _measure_overlap(prepared: Prepared, seed: int) -> dict[str, Any]:
    ratios = geometry.fisher_ratios(prepared.X, prepared.y)
    errors = geometry.nearest_neighbor_errors(prepared.X, prepared.y)
    inside = thin(prepared.y, prepared.X.shape[1], seed, MOST_TREE_ROWS)
    is_borderline = geometry.find_borderline(prepared.X[inside], prepared.y[inside])
    return {
        "f1": geometry.maximum_fisher_ratio(ratios),
        "f1_column": prepared.names[int(np.argmax(ratios))],
        "n1": float(is_borderline.mean()),
        "n1_minority": float(is_borderline[prepared.y[inside] == 1].mean()),
        "n1_rows": len(inside),
        "n3": float(errors.mean()),
        "n3_minority": float(errors[prepared.y == 1].mean()),
        "n3_rows": len(errors),
    }
