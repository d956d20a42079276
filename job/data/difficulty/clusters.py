"""Into how many clusters the minority falls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from job.data.difficulty.minority_types import N_NEIGHBORS, find_nearest, gather_neighborhood

LEAST_ROWS = 3


@dataclass(frozen=True)
class Clusters:
    """The minority's clusters.

    Parameters
    ----------
    sizes : tuple of int
        Rows of each cluster of at least three, largest first.
    n_alone : int
        Minority rows in none of them.
    """

    sizes: tuple[int, ...]
    n_alone: int


def find_clusters(X: np.ndarray, y: np.ndarray) -> Clusters:
    """Find the clusters of the minority: what neighbourhood joins without a gap.

    Two minority rows are joined where one is among the five nearest distinct rows of the other, whatever their class;
    a cluster is what such joints connect. So majority rows part clusters, and so does emptiness: a cluster without a
    majority row nearby still ends where its five nearest neighbours are found inside it. Of distances that are equal
    the row whose columns sort first counts.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_columns), float64
        Prepared columns.
    y : ndarray of shape (n_rows,) of 0 and 1

    Returns
    -------
    Clusters

    References
    ----------
    .. [1] Jo, Japkowicz (2004). Class imbalances versus small disjuncts. SIGKDD Explorations 6(1), 40-49.
    .. [2] Maier, Hein, von Luxburg (2009). Optimal construction of k-nearest-neighbor graphs for identifying noisy
       clusters. Theoretical Computer Science 410, 1749-1764.
    """
    neighborhood = gather_neighborhood(X, y)
    minority = np.flatnonzero(neighborhood.minority)
    found = find_nearest(neighborhood, neighborhood.X[minority], N_NEIGHBORS + 1)[:, 1:]  # the first is the row itself
    place = np.full(len(neighborhood.X), -1)
    place[minority] = np.arange(len(minority))
    source, column = np.nonzero(neighborhood.minority[found])
    edges = (np.ones(len(source)), (source, place[found[source, column]]))
    joints = coo_array(edges, shape=(len(minority), len(minority)))
    _, cluster = connected_components(joints, directed=False)
    sizes = np.bincount(cluster, weights=neighborhood.minority[minority]).astype(np.int64)
    large = sizes[sizes >= LEAST_ROWS]
    return Clusters(tuple(int(size) for size in np.sort(large)[::-1]), int(sizes.sum() - large.sum()))
