"""How hard the classes are to tell apart, whatever the classifier: measures of Lorena et al. 2019."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from job.data.difficulty.minority_types import count_minority_of_rows, shrink

_HUGE = 1e100


@dataclass(frozen=True)
class Overlap:
    """How far the classes overlap: F1 with its column, N1 and N3 with the rows that each was measured on."""

    f1: float
    f1_column: str
    n1: float
    n1_minority: float
    n1_rows: int
    n3: float
    n3_minority: float
    n3_rows: int


def fisher_ratios(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Compute Fisher's discriminant ratio of every column: spread between the classes over spread within them.

    r_i = Σ_c n_c (μ_ci - μ_i)² / Σ_c Σ_{x in c} (x_i - μ_ci)²: each class's spread is summed once.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_columns), float64
        Prepared columns.
    y : ndarray of shape (n_rows,) of 0 and 1
        Both there.

    Returns
    -------
    ndarray of shape (n_columns,), float64
        0 where a column tells nothing, infinity where it has one value in each class, another in the other.

    References
    ----------
    .. [1] Lorena, Garcia, Lehmann, Souto, Ho (2019). How complex is your classification problem? A survey on measuring
       classification complexity. ACM Computing Surveys 52(5), 107.
    """
    if np.abs(X).max(initial=0.0) > _HUGE:  # a column's ratio is the same in any unit
        X = np.column_stack([shrink(column, len(X)) for column in X.T])
    mean = X.mean(axis=0)
    between, within = np.zeros(X.shape[1]), np.zeros(X.shape[1])
    for label in (0, 1):
        rows = X[y == label]
        centre = rows.mean(axis=0)
        between += len(rows) * (centre - mean) ** 2
        within += ((rows - centre) ** 2).sum(axis=0)
    round_off = within <= np.finfo(float).eps * len(X) * np.maximum(between, mean**2)
    ratios = np.divide(between, within, out=np.full(X.shape[1], np.inf), where=~round_off)
    return np.asarray(np.where(between <= np.finfo(float).eps * len(X) * mean**2, 0.0, ratios))


def maximum_fisher_ratio(ratios: np.ndarray) -> float:
    """Compute F1 = 1 / (1 + max_i r_i): 0 where one column tells the classes apart, 1 where none tells anything.

    Parameters
    ----------
    ratios : ndarray of shape (n_columns,)
        From `fisher_ratios`.

    Returns
    -------
    float

    References
    ----------
    .. [1] Lorena et al. (2019), as in `fisher_ratios`.
    """
    return float(1 / (1 + ratios.max(initial=0.0)))


def find_borderline(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Find the rows that the minimum spanning tree joins to a row of another class; their share is N1.

    N1 = 1/n Σ_i I(there is a j with (x_i, x_j) in the tree and y_i ≠ y_j): vertices, not edges.

    The tree is Prim's over Euclidean distances, from the first row on, and takes time n² and memory n. Where distances
    are equal there are several such trees; then a row is joined to one of its own class where it can be, and the same
    data in the same order always gives the same tree.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_columns), float64
        Prepared columns.
    y : ndarray of shape (n_rows,) of 0 and 1

    Returns
    -------
    ndarray of shape (n_rows,) of bool

    References
    ----------
    .. [1] Lorena et al. (2019), as in `fisher_ratios`.
    .. [2] Prim (1957). Shortest connection networks and some generalizations. Bell System Technical Journal 36,
       1389-1401.
    """
    columns = np.ascontiguousarray(shrink(X, X.shape[1]).T)
    waiting = np.arange(1, len(X))
    nearest = np.full(len(waiting), np.inf)
    parent = np.zeros(len(waiting), dtype=np.intp)
    is_borderline = np.zeros(len(X), dtype=bool)
    columns, newest, point = columns[:, 1:], 0, columns[:, 0]
    while len(waiting):
        squares = ((columns - point[:, None]) ** 2).sum(axis=0)
        closer = (squares < nearest) | ((squares == nearest) & (y[waiting] == y[newest]))
        nearest[closer], parent[closer] = squares[closer], newest
        place = int(np.argmin(nearest))
        newest, point = int(waiting[place]), columns[:, place].copy()
        if y[newest] != y[parent[place]]:
            is_borderline[[newest, parent[place]]] = True
        last = len(waiting) - 1
        for part in (waiting, nearest, parent, columns.T):
            part[place] = part[last]
        waiting, nearest, parent, columns = waiting[:last], nearest[:last], parent[:last], columns[:, :last]
    return is_borderline


def nearest_neighbor_errors(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Compute, for every row, whether its nearest other row has another class; the mean is N3.

    N3 = 1/n Σ_i I(NN(x_i) ≠ y_i), the leave-one-out error of the nearest neighbour. Where several rows are nearest,
    their share of another class.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_columns), float64
        Prepared columns.
    y : ndarray of shape (n_rows,) of 0 and 1

    Returns
    -------
    ndarray of shape (n_rows,), float64

    References
    ----------
    .. [1] Lorena et al. (2019), as in `fisher_ratios`.
    """
    minority = count_minority_of_rows(X, y, np.arange(len(X)), k=1)
    return np.asarray(np.where(y == 1, 1 - minority, minority))
