"""Where rows lie: nearest neighbours, types of minority rows, clusters, overlap of the classes, and the PCA plane."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

N_NEIGHBORS = 5
TYPES = ("safe", "borderline", "rare", "outlier")

MOST_ROWS = 20_000
MOST_CELLS = 2_000_000

_LEAST_ROWS = 1_000
_LEAST_OF_CLUSTER = 3
_MOST_EXPONENT = 510  # the square of 2 ** 511 still has room below the largest float
_CANDIDATES = 32
_TIE = 1e-9
_BLOCK_CELLS = 4_000_000
_LEAST_OF_TYPE = (3.5, 1.5, 0.5)  # own-class neighbours among five, halves upwards
_HUGE = 1e100
_TIE_OF_AXES = 1e-7
_NEGLIGIBLE = 1e-6
_LOADING_DECIMALS = 6

Luck = np.random.RandomState | np.random.Generator


@dataclass(frozen=True, eq=False)
class Neighborhood:
    """Rows among which neighbours are sought, each distinct row once.

    Parameters
    ----------
    X : ndarray of shape (n_distinct, n_columns), float64
    minority, majority : ndarray of shape (n_distinct,) of int64
        How many rows of either class are equal to it.
    """

    X: np.ndarray
    minority: np.ndarray
    majority: np.ndarray


def gather_neighborhood(X: np.ndarray, y: np.ndarray) -> Neighborhood:
    """Gather equal rows.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_columns), float64
        Prepared columns: what a classifier is fitted on.
    y : ndarray of shape (n_rows,) of 0 and 1
        1 for the minority.

    Returns
    -------
    Neighborhood
    """
    distinct, place = np.unique(X, axis=0, return_inverse=True)
    n_rows, minority = np.bincount(place), np.bincount(place[y == 1], minlength=len(distinct))
    return Neighborhood(distinct, minority, n_rows - minority)


def count_minority_neighbors(
    neighborhood: Neighborhood, X: np.ndarray, own: np.ndarray | None = None, k: int = N_NEIGHBORS
) -> np.ndarray:
    """Count the minority rows among each row's k nearest reference rows, by Euclidean distance.

    Rows that tie at the k-th distance count by their expectation, had the places left been drawn among them; so
    duplicates and whole numbers make no count depend on the order of rows. Ties are seen among the 32 nearest
    distinct rows. Where there are fewer than k reference rows, the count is scaled up to k.

    Parameters
    ----------
    neighborhood : Neighborhood
    X : ndarray of shape (n_rows, n_columns), float64
        Prepared like the reference rows.
    own : ndarray of shape (n_rows,) of 0 and 1, or None
        Labels, where the rows are among the reference rows themselves: then none is its own neighbour.
    k : int

    Returns
    -------
    ndarray of shape (n_rows,), float64
        0 to k.

    Raises
    ------
    ValueError
        Where no reference row is left.
    """
    counts = np.empty(len(X))
    for block, distances, found in _search(neighborhood, X):
        minority, majority = (part[found].astype(np.float64) for part in (neighborhood.minority, neighborhood.majority))
        if own is not None:  # take each row itself out of what equals it
            itself = distances[:, 0] == 0
            minority[itself & (own[block] == 1), 0] -= 1
            majority[itself & (own[block] == 0), 0] -= 1
        counts[block] = _expect(distances, minority, minority + majority, k)
    return counts


def count_minority_of_rows(X: np.ndarray, y: np.ndarray, rows: np.ndarray, k: int = N_NEIGHBORS) -> np.ndarray:
    """Count the minority rows among the k nearest other rows of the same data.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_columns), float64
    y : ndarray of shape (n_rows,) of 0 and 1
    rows : ndarray of int
        The rows to count for.
    k : int

    Returns
    -------
    ndarray of shape (len(rows),), float64
        As in `count_minority_neighbors`.
    """
    return count_minority_neighbors(gather_neighborhood(X, y), X[rows], y[rows], k)


def type_minority(counts: np.ndarray) -> np.ndarray:
    """Tell the type of minority rows: 4 or 5 minority neighbours are safe, 2 or 3 borderline, 1 rare, 0 an outlier.

    Parameters
    ----------
    counts : ndarray of shape (n_rows,), float64
        Minority rows among the five nearest; what ties make fractions of is rounded, halves upwards.

    Returns
    -------
    ndarray of shape (n_rows,) of int
        Positions in `TYPES`.

    References
    ----------
    .. [1] Napierala, Stefanowski (2016). Types of minority class examples and their influence on learning classifiers
       from imbalanced data. Journal of Intelligent Information Systems 46, 563-597, section 4.
    """
    return np.asarray(np.sum([counts < least - _TIE for least in _LEAST_OF_TYPE], axis=0))


def thin(y: np.ndarray, n_columns: int, random_state: int, most_rows: int = MOST_ROWS) -> np.ndarray:
    """Choose the rows among which neighbours are sought: all, or a stratified sample that is searched in time.

    Parameters
    ----------
    y : ndarray of shape (n_rows,) of 0 and 1
    n_columns : int
        Of the prepared rows.
    random_state : int
    most_rows : int

    Returns
    -------
    ndarray of int
        Ascending row numbers: at most `most_rows`, and, above 1,000 rows, no more than hold 2,000,000 numbers. Each
        class keeps its share, and at least one row.
    """
    most = min(most_rows, max(_LEAST_ROWS, MOST_CELLS // max(n_columns, 1)))
    return draw_stratified(y, most, np.random.RandomState(random_state))


def draw_stratified(y: np.ndarray, n: int, random: Luck, least: int = 1) -> np.ndarray:
    """Draw n rows, ascending, in which each class keeps its share, and `least` rows where it has them; or all rows."""
    if len(y) <= n:
        return np.arange(len(y))
    n_minority = int(np.clip(round(n * float(np.mean(y))), min(least, int(y.sum())), y.sum()))
    drawn = [draw(np.flatnonzero(y == label), size, random) for label, size in ((1, n_minority), (0, n - n_minority))]
    return np.sort(np.concatenate(drawn))


def draw(rows: np.ndarray, n: int, random: Luck) -> np.ndarray:
    """Draw n of these rows without repetition, all of them where there are no more; ascending."""
    return rows if len(rows) <= n else np.sort(random.choice(rows, n, replace=False))


def _search(neighborhood: Neighborhood, X: np.ndarray) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
    """Find the nearest distinct reference rows, block by block; where distances would overflow, in a larger unit."""
    reference = neighborhood.X
    largest = max(float(np.abs(each).max(initial=0.0)) for each in (reference, X))
    factor = find_shrinkage(largest, X.shape[1])
    if factor != 1.0:
        reference, X = reference * factor, X * factor
    size = max(1, _BLOCK_CELLS // (_CANDIDATES * max(X.shape[1], 1)))  # their differences fit into 32 MB
    for start in range(0, len(X), size):
        block = slice(start, start + size)
        yield block, *search_exactly(reference, X[block], _CANDIDATES)


def search_exactly(reference: np.ndarray, X: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Find the nearest reference rows of each row by Euclidean distance; of equally far ones the earlier first.

    A fast search gets distances from a product of matrices, whose round-off parts what is equally far and hides small
    distances, and whose last bits vary with the number of threads; so they are computed again, one by one.

    Returns
    -------
    distances, found : ndarray of shape (n_rows, at most n)
    """
    with threadpool_limits(limits=1):
        search = NearestNeighbors(n_neighbors=min(n, len(reference)), algorithm="brute").fit(reference)
        found = np.sort(search.kneighbors(X, return_distance=False), axis=1)
        distances = np.sqrt(((X[:, None, :] - reference[found]) ** 2).sum(axis=2))
    order = np.argsort(distances, axis=1, kind="stable")
    return np.take_along_axis(distances, order, axis=1), np.take_along_axis(found, order, axis=1)


def _expect(distances: np.ndarray, minority: np.ndarray, rows: np.ndarray, k: int) -> np.ndarray:
    """Count minority rows up to the k-th nearest, what ties there by its expectation."""
    so_far = np.cumsum(rows, axis=1)
    wanted = np.minimum(k, so_far[:, -1])
    if not wanted.all():
        raise ValueError("there is no other row to be a neighbour")
    last = np.argmax(so_far >= wanted[:, None], axis=1)
    farthest = np.take_along_axis(distances, last[:, None], axis=1)
    closer = distances < farthest * (1 - _TIE)
    level = ~closer & (distances <= farthest * (1 + _TIE))
    places_left = wanted - (rows * closer).sum(axis=1)
    share = (minority * level).sum(axis=1) / (rows * level).sum(axis=1)
    return np.asarray(((minority * closer).sum(axis=1) + places_left * share) * (k / wanted))


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
    nearest = [found[:, 1 : N_NEIGHBORS + 1] for _, _, found in _search(neighborhood, neighborhood.X[minority])]
    found = np.concatenate(nearest)  # without the first, which is the row itself
    place = np.full(len(neighborhood.X), -1)
    place[minority] = np.arange(len(minority))
    source, column = np.nonzero(neighborhood.minority[found])
    edges = (np.ones(len(source)), (source, place[found[source, column]]))
    joints = coo_array(edges, shape=(len(minority), len(minority)))
    _, cluster = connected_components(joints, directed=False)
    sizes = np.bincount(cluster, weights=neighborhood.minority[minority]).astype(np.int64)
    large = sizes[sizes >= _LEAST_OF_CLUSTER]
    return Clusters(tuple(int(size) for size in np.sort(large)[::-1]), int(sizes.sum() - large.sum()))


def find_shrinkage(largest: float, n_terms: int) -> float:
    """Find the power of two that makes sums of squared differences finite.

    Parameters
    ----------
    largest : float
        Largest absolute value.
    n_terms : int
        Squares that are summed.

    Returns
    -------
    float
        1 where nothing overflows. Multiplying by a power of two rounds nothing, so that ratios stay as they are.
    """
    exponent = math.frexp(largest)[1] + 1 + math.ceil(math.log2(max(n_terms, 1)) / 2)
    return 2.0 ** min(0, _MOST_EXPONENT - exponent)


def shrink(X: np.ndarray, n_terms: int) -> np.ndarray:
    """Multiply all values by one such power of two; the array itself where nothing overflows.

    Parameters
    ----------
    X : ndarray
        Finite.
    n_terms : int

    Returns
    -------
    ndarray of the same shape
    """
    factor = find_shrinkage(float(np.abs(X).max(initial=0.0)), n_terms)
    return X if factor == 1.0 else X * factor


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


def nearest_neighbor_errors(X: np.ndarray, y: np.ndarray, rows: np.ndarray | None = None) -> np.ndarray:
    """Compute, for every row or some, whether its nearest other row has another class; the mean is N3.

    N3 = 1/n Σ_i I(NN(x_i) ≠ y_i), the leave-one-out error of the nearest neighbour. Where several rows are nearest,
    their share of another class.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_columns), float64
        Prepared columns.
    y : ndarray of shape (n_rows,) of 0 and 1
    rows : ndarray of int, or None
        The rows to compute it for; None for all.

    Returns
    -------
    ndarray of shape (n_rows,) or (len(rows),), float64

    References
    ----------
    .. [1] Lorena et al. (2019), as in `fisher_ratios`.
    """
    rows = np.arange(len(X)) if rows is None else rows
    minority = count_minority_of_rows(X, y, rows, k=1)
    return np.asarray(np.where(y[rows] == 1, 1 - minority, minority))


@dataclass(frozen=True, eq=False)
class Plane:
    """Up to two directions through the centre of some rows.

    Parameters
    ----------
    centre : ndarray of shape (n_columns,)
    axes : ndarray of shape (n_axes, n_columns)
        Orthogonal, of length 1; the loading of each that is furthest from 0 is positive. One axis where the rows lie
        on a line, none where they are all equal, or so large that their sum is not finite.
    shares : tuple of float
        Each axis's share of the variance, rounded to four decimals.
    """

    centre: np.ndarray
    axes: np.ndarray
    shares: tuple[float, ...]

    def place(self, X: np.ndarray) -> np.ndarray:
        """Give coordinates to rows of the same columns.

        Parameters
        ----------
        X : ndarray of shape (n_rows, n_columns)

        Returns
        -------
        ndarray of shape (n_rows, n_axes)
        """
        with threadpool_limits(limits=1):
            return np.asarray((X - self.centre) @ self.axes.T)


def fit_plane(X: np.ndarray) -> Plane:
    """Find the first two principal components.

    Of directions with equal variance any mixture would do, and round-off would choose one; so earlier columns (earlier
    rows, where these are fewer) count for a ten-millionth more.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_columns), float64
        At least one row and one column, finite.

    Returns
    -------
    Plane
    """
    with np.errstate(over="ignore", invalid="ignore"):  # rows whose sum overflows have no plane
        centre = X.mean(axis=0)
        moved = X - centre
    largest = float(np.abs(moved).max())
    if not largest > 0 or not np.isfinite(largest):
        return Plane(centre, np.empty((0, X.shape[1])), ())
    moved /= largest
    with threadpool_limits(limits=1):
        products = moved.T @ moved if X.shape[1] <= len(X) else moved @ moved.T
        total, n = float(np.trace(products)), len(products)
        products -= np.diag(np.linspace(0, _TIE_OF_AXES * total, n))
        values, vectors = eigh(products, subset_by_index=[max(0, n - 2), n - 1])
        axes = vectors.T[::-1] if X.shape[1] <= len(X) else vectors.T[::-1] @ moved
    kept = values[::-1] > _NEGLIGIBLE * total
    axes = np.array([axis / np.linalg.norm(axis) for axis in axes[kept]]).reshape(-1, X.shape[1])
    rounded = np.round(axes, _LOADING_DECIMALS)
    largest_loading = np.take_along_axis(rounded, np.abs(rounded).argmax(axis=1, keepdims=True), axis=1)
    axes = np.where(largest_loading >= 0, axes, -axes)
    return Plane(centre, axes, tuple(round(float(value / total), 4) for value in values[::-1][kept]))
