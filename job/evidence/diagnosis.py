"""The diagnosis of a data set in the columns that its classifiers get: how hard its minority is, and what is wrong."""

import numpy as np

from job.data import difficulty, leakage
from job.data.dataset import Dataset
from job.data.difficulty import MOST_ROWS, thin
from job.data.findings import Facts, find_all
from job.errors import StrategyError
from job.results.job_facts import Clusters, ColumnScore, Diagnosis, MinorityTypes, NearDuplicates, TypeCount
from job.spec.job_spec import PreparationSpec
from job.strategies.preparation import Preparation

MOST_ROWS_OF_ALL = 50_000
MOST_PREPARED = 100_000
MOST_TREE_ROWS = 10_000
MOST_COMPARED = 5_000
MOST_SCORED_ROWS = 100_000
MOST_ASKED = 2_000
MOST_SIZES = 50
MOST_SCORES = 20


def build_diagnosis(dataset: Dataset, preparation: PreparationSpec, counted: MinorityTypes, seed: int) -> Diagnosis:
    """Diagnose a data set: how hard its minority is, and what should be mended before anything is resampled.

    Distances are those between prepared columns. To bound the time, columns are prepared by at most 100,000 rows, N3
    and the clusters are those of at most 20,000 rows (and 2,000,000 numbers), N1 of at most 10,000, single columns are
    scored on at most 100,000: stratified samples of a larger data set, drawn by `seed`. N3 is estimated from
    at most 5,000 rows of each class, weighted by the size of their class. Missing cells, equal columns and equal rows
    are counted in all rows.
    """
    overlap, clusters, near_duplicates, reason = None, None, None, None
    try:
        fitted, rows = prepare_sample(dataset, preparation, seed)
        X, y = fitted.transform(dataset.X.iloc[rows]), dataset.y[rows]
        overlap, clusters = _measure_overlap(X, y, fitted, seed), difficulty.find_clusters(X, y)
        share, n_rows = leakage.share_near_duplicates(fitted.transform, dataset.X, X, dataset.groups, seed)
        near_duplicates = NearDuplicates(share=share, n_rows=n_rows)
    except StrategyError as error:
        reason = str(error)
    scored = difficulty.thin(dataset.y, 1, seed, MOST_SCORED_ROWS)
    scores = leakage.score_columns(dataset.X.iloc[scored], dataset.y[scored])
    known = sorted(((score, name) for name, score in scores.items() if score is not None), key=lambda pair: -pair[0])
    facts = Facts(
        dataset=dataset,
        types=None if counted.types is None else {each.type: each.n for each in counted.types},
        overlap=overlap,
        clusters=clusters,
        scores=tuple((name, score) for score, name in known),
        equal_columns=leakage.find_equal_columns(dataset.X),
        duplicates=leakage.count_duplicates(dataset.X, dataset.y),
        near_duplicates=None if near_duplicates is None else near_duplicates.share,
    )
    return Diagnosis(
        n_rows=dataset.n_rows,
        n_minority=dataset.n_positive,
        imbalance_ratio=dataset.imbalance_ratio,
        types=facts.types,
        overlap=overlap,
        clusters=Clusters(n=len(clusters.sizes), sizes=clusters.sizes[:MOST_SIZES], n_alone=clusters.n_alone)
        if clusters
        else None,
        reason=reason,
        scores=tuple(ColumnScore(column=name, auc=score) for name, score in facts.scores[:MOST_SCORES]),
        equal_columns=facts.equal_columns,
        duplicates=facts.duplicates,
        near_duplicates=near_duplicates,
        findings=find_all(facts),
    )


def _measure_overlap(X: np.ndarray, y: np.ndarray, fitted: Preparation, seed: int) -> difficulty.Overlap:
    spread = zip(fitted.categorical_, fitted.category_counts_, strict=True)
    names = (*fitted.numeric_, *(name for name, count in spread for _ in range(count)))
    draw, random = difficulty.draw, np.random.RandomState(seed)
    compared = np.sort(np.concatenate([draw(np.flatnonzero(y == c), MOST_COMPARED, random) for c in (0, 1)]))
    ratios, errors = difficulty.fisher_ratios(X, y), difficulty.nearest_neighbor_errors(X, y, compared)
    stands_for = np.bincount(y) / np.bincount(y[compared])
    inside = thin(y, X.shape[1], seed, MOST_TREE_ROWS)
    is_borderline = difficulty.find_borderline(X[inside], y[inside])
    return difficulty.Overlap(
        f1=difficulty.maximum_fisher_ratio(ratios),
        f1_column=names[int(np.argmax(ratios))],
        n1=float(is_borderline.mean()),
        n1_minority=float(is_borderline[y[inside] == 1].mean()),
        n1_rows=len(inside),
        n3=float(np.average(errors, weights=stands_for[y[compared]])),
        n3_minority=float(errors[y[compared] == 1].mean()),
        n3_rows=len(y),
    )


def prepare_sample(
    dataset: Dataset, preparation: PreparationSpec, seed: int, rows: np.ndarray | None = None, most: int = MOST_ROWS
) -> tuple[Preparation, np.ndarray]:
    """Fit the preparation on all rows or some, and choose of these as many as can be searched for neighbours.

    It is fitted on a stratified sample of at most 100,000: that moves a median by less than a hundredth of the
    spread.
    """
    rows = np.arange(dataset.n_rows) if rows is None else rows
    fitted_on = rows[difficulty.draw_stratified(dataset.y[rows], MOST_PREPARED, np.random.RandomState(seed))]
    fitted = Preparation(**preparation.model_dump()).fit(dataset.X.iloc[fitted_on])
    n_columns = len(fitted.numeric_) + int(fitted.category_counts_.sum())
    return fitted, rows[difficulty.thin(dataset.y[rows], n_columns, seed, most)]


def describe_minority_types(dataset: Dataset, preparation: PreparationSpec, seed: int) -> MinorityTypes:
    """Count the types of the minority rows, each among all other rows of the data, or of a sample where it is large."""
    try:
        prepared, rows = prepare_sample(dataset, preparation, seed, most=MOST_ROWS_OF_ALL)
        X, y = prepared.transform(dataset.X.iloc[rows]), dataset.y[rows]
    except StrategyError as error:
        return MinorityTypes(k=difficulty.N_NEIGHBORS, n_rows=0, n_minority=0, types=None, reason=str(error))
    asked = difficulty.draw(np.flatnonzero(y == 1), MOST_ASKED, np.random.RandomState(seed))
    kinds = difficulty.type_minority(difficulty.count_minority_of_rows(X, y, asked))
    counts = zip(difficulty.TYPES, np.bincount(kinds, minlength=len(difficulty.TYPES)).tolist(), strict=True)
    types = tuple(TypeCount(type=name, n=n, share=n / len(asked)) for name, n in counts)
    return MinorityTypes(k=difficulty.N_NEIGHBORS, n_rows=len(y), n_minority=len(asked), types=types, reason=None)
