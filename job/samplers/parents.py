"""Which rows of each class become synthetic rows' seeds, towards or away from which neighbour, and how far."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray
from scipy import sparse

from job.samplers.neighbours import find_neighbours, measure_distances
from job.samplers.space import Floats, Indices, Points, Scale, fit_scale
from job.samplers.survey import Hashes, choose_rows
from job.samplers.threads import ALONE, Workers

OTHER_ROWS = 2_000  # at most so many rows stand for the other classes
SCALE_ROWS = 4_000  # and so many for a column's spread
AFFINITY_NEIGHBORS = 5
_BLOCK_COPIES = 16_384  # in the processor's cache
_GOLDEN_RATIO = 0.6180339887498949
_PLASTIC_RATIO = 0.7548776662466927  # a second sequence, which must not move in step with the first


@dataclass(frozen=True, eq=False)
class Settings:
    """What the sampler was asked for, columns by position."""

    k_neighbors: int
    extrapolation: float
    clip: bool
    scale: bool
    categorical: Indices
    integer: Indices
    random_state: RandomState


@dataclass(frozen=True, eq=False)
class Plan:
    """Synthetic row t of one class is ``(1 - steps[t]) * rows[seeds[t]] + steps[t] * rows[partners[t]]``."""

    label: Any
    index: Indices  # the numbers that its rows have in X
    rows: Floats
    seeds: Indices
    partners: Indices
    steps: Floats
    neighbours: Indices  # (n_rows, k), k = 0 for a single row
    affinity: Floats  # (n_rows,)

    @property
    def parents(self) -> Indices:
        """The two parents of each synthetic row, as row numbers of X."""
        return np.column_stack((self.index[self.seeds], self.index[self.partners]))


def plan_classes(
    X: Any, y: NDArray[Any], targets: Mapping[Any, int], settings: Settings, hashes: Hashes, workers: Workers
) -> tuple[Plan, ...]:
    """Plan each class's synthetic rows; X is an array or CSR matrix with NaN for missing cells, `hashes` its rows'."""
    wanted = {label: n_new for label, n_new in targets.items() if n_new > 0}
    if not wanted:
        return ()
    categorical = settings.categorical
    numeric = np.setdiff1d(np.arange(X.shape[1]), categorical)
    scale = fit_scale(dense_rows(X, choose_rows(hashes, SCALE_ROWS))[:, numeric], settings.scale)
    plans = []
    for label, n_new in wanted.items():
        index, rest = np.flatnonzero(y == label), np.flatnonzero(y != label)
        rows = dense_rows(X, index)
        order = order_rows(rows)
        index, rows = index[order], rows[order]
        own = _points(rows, numeric, categorical, scale, None)
        chosen = dense_rows(X, rest[choose_rows(hashes[rest], OTHER_ROWS)])
        others = _points(chosen, numeric, categorical, scale, own.mismatch)
        plans.append(Plan(label, index, rows, *_plan_rows(own, others, n_new, settings, workers)))
    return tuple(plans)


def describe_degradations(plans: tuple[Plan, ...], k_neighbors: int) -> tuple[str, ...]:
    """Say, in one sentence for each class and cause, what could not be done as asked."""
    sentences = []
    for plan in plans:
        n, new = len(plan.index), len(plan.seeds)
        label = plan.label.item() if isinstance(plan.label, np.generic) else plan.label
        if n == 1:
            sentences.append(f"Class {label!r} has 1 row, no neighbour: its {new} synthetic rows repeat that row.")
            continue
        if n <= k_neighbors:
            sentences.append(f"Class {label!r} has {n} rows, so k_neighbors was lowered from {k_neighbors} to {n - 1}.")
        if bool(np.all((plan.rows == plan.rows[0]) | np.isnan(plan.rows) & np.isnan(plan.rows[0]))):
            sentences.append(f"All {n} rows of class {label!r} are the same: its {new} synthetic rows repeat them.")
    return tuple(sentences)


def dense_rows(X: Any, index: Indices) -> Floats:
    """Return these rows as a float64 array of their own."""
    rows = X[index].toarray() if sparse.issparse(X) else X[index]
    return np.ascontiguousarray(rows, dtype=np.float64)


def order_rows(rows: Floats) -> Indices:
    """Return the lexicographic order of rows, by as few columns as tell them apart.

    Bit patterns are compared, so that -0.0 comes before 0.0 and missing cells have their place too.
    """
    n_columns = min(1, rows.shape[1])
    while True:
        bits = rows[:, :n_columns].copy().view(np.int64)
        bits ^= (bits >> 63) & np.int64(0x7FFFFFFFFFFFFFFF)
        order = np.lexsort(bits.T[::-1])
        head = bits[order]
        if n_columns >= rows.shape[1] or bool((head[1:] != head[:-1]).any(axis=1).all()):
            return order
        n_columns = min(4 * n_columns, rows.shape[1])


def _points(rows: Floats, numeric: Indices, categorical: Indices, scale: Scale, mismatch: float | None) -> Points:
    numbers, codes = scale.apply(rows[:, numeric]), np.ascontiguousarray(rows[:, categorical])
    mismatch = _category_cost(numbers) if mismatch is None else mismatch
    unrelated = 2.0 * float(scale.variance.sum()) + mismatch * len(categorical)
    return Points(numbers, codes, mismatch, unrelated, bool(np.isnan(numbers).any() or np.isnan(codes).any()))


def _category_cost(numbers: Floats) -> float:
    """Return the squared median standard deviation of the class's numeric columns, SMOTE-NC's cost; 1 without any."""
    present = ~np.isnan(numbers)
    count = np.maximum(present.sum(axis=0), 1)
    center = np.where(present, numbers, 0.0).sum(axis=0) / count
    variance = (np.where(present, numbers - center, 0.0) ** 2).sum(axis=0) / count
    cost = float(np.median(variance)) if len(variance) else 0.0
    return cost if cost > 0 else 1.0


def _plan_rows(
    own: Points, others: Points, n_new: int, settings: Settings, workers: Workers
) -> tuple[Indices, Indices, Floats, Indices, Floats]:
    """Choose seeds, partners and steps in an order that the class's content decides; also return what decided."""
    n = len(own)
    k = min(settings.k_neighbors, n - 1)
    shifts = settings.random_state.random_sample(n)
    if k == 0:
        zeros = np.zeros(n_new, np.intp)
        return zeros, zeros, np.zeros(n_new), np.empty((1, 0), np.intp), np.ones(1)
    k_affinity = min(AFFINITY_NEIGHBORS, n - 1)
    neighbours, distances = find_neighbours(own, max(k, k_affinity), workers)
    affinity = measure_affinity(own, others, distances[:, :k_affinity], workers)
    copies = count_copies(affinity, n_new)
    steps = spread_steps(copies, shifts)
    steps *= 1.0 + settings.extrapolation
    steps -= settings.extrapolation
    neighbours = neighbours[:, :k]
    return np.repeat(np.arange(n), copies), choose_partners(neighbours, affinity, copies), steps, neighbours, affinity


def measure_affinity(own: Points, others: Points, own_distances: Floats, workers: Workers = ALONE) -> Floats:
    r"""Tell how sure each row is of its class, between 0 and 1.

    .. math:: a_i = \frac{\bar d_M(i)}{\bar d_M(i) + \bar d_P(i)} \cdot \frac{c_i + 1/2}{6}

    with the mean distances to the nearest rows of the other classes and of the own one, and the number :math:`c_i` of
    own rows among the five nearest of all; its share is estimated as by Krichevsky and Trofimov, which keeps every row
    in the game. The first factor is 1/2 where both distances are 0; without other rows all affinities are.
    """
    n, k = own_distances.shape
    if len(others) == 0:
        return np.full(n, 0.5)
    other_distances = measure_distances(own, others, min(AFFINITY_NEIGHBORS, len(others)), workers)
    to_own = _mean(own_distances)
    to_others = _mean(other_distances[:, :k])
    both = to_own + to_others
    closeness: Floats = np.where(both > 0, to_others / np.where(both > 0, both, 1.0), 0.5)
    return closeness * ((_count_company(own_distances, other_distances) + 0.5) / (AFFINITY_NEIGHBORS + 1))


def _count_company(own_distances: Floats, other_distances: Floats) -> Indices:
    """Count the own class's rows among each row's five nearest; at equal distance the own row comes first."""
    company = np.zeros(len(own_distances), np.intp)
    for rank, distance in enumerate(own_distances.T, start=1):
        company += (other_distances < distance[:, None]).sum(axis=1) + rank <= AFFINITY_NEIGHBORS
    return company


def count_copies(affinity: Floats, n_new: int) -> Indices:
    """Share `n_new` copies out by systematic resampling: equal steps along the summed weights.

    Each row's count is its expected number rounded down or up, so that no row is off by a whole copy. The steps begin
    half a step in, which makes the counts a function of the data alone.
    """
    edges = np.cumsum(affinity)
    if edges[-1] == 0:
        edges = np.arange(1.0, len(affinity) + 1)
    reached = np.ceil(edges / edges[-1] * n_new - 0.5)
    reached[-1] = n_new
    copies: Indices = np.diff(np.minimum(reached, n_new), prepend=0).astype(np.intp)
    return copies


def choose_partners(neighbours: Indices, affinity: Floats, copies: Indices) -> Indices:
    """Share each row's copies out among its neighbours by their affinities, by systematic resampling too.

    Returns
    -------
    ndarray of shape (sum of copies,)
        Row after row, for each neighbour its expected number rounded down or up.
    """
    weights = affinity[neighbours]
    weights[weights.sum(axis=1) == 0] = 1.0
    share = np.cumsum(weights, axis=1)
    share /= share[:, -1:]
    offsets = _sequence(len(copies), _GOLDEN_RATIO)
    reached = np.ceil(share * copies[:, None] - offsets[:, None]).astype(np.intp)
    return np.repeat(neighbours.ravel(), np.diff(reached, axis=1, prepend=0).ravel())


def spread_steps(copies: Indices, shifts: Floats) -> Floats:
    """Place each copy of a row in a part of [0, 1) of its own, all shifted alike; neighbouring copies far apart."""
    first = np.floor(_sequence(len(copies), _PLASTIC_RATIO) * copies).astype(np.intp)
    strides = _strides(copies)
    ends = np.cumsum(copies)
    steps = np.empty(ends[-1])
    size = max(1, _BLOCK_COPIES * len(copies) // max(int(ends[-1]), 1))
    for start in range(0, len(copies), size):
        rows = slice(start, start + size)
        number = copies[rows]
        parts = np.repeat(number, number)
        part = np.arange(len(parts)) - np.repeat(np.cumsum(number) - number, number)
        part *= np.repeat(strides[rows], number)
        part += np.repeat(first[rows], number)
        part %= parts
        end = ends[rows][-1]
        np.divide(part + np.repeat(shifts[rows], number), parts, out=steps[end - len(parts) : end])
    return steps


def _strides(copies: Indices) -> Indices:
    """Return for each number of parts a stride near its golden section that visits every part once."""
    strides: Indices = np.maximum(np.rint(copies * _GOLDEN_RATIO).astype(np.intp), 1)
    while len(shared := np.flatnonzero(np.gcd(strides, np.maximum(copies, 1)) > 1)):
        strides[shared] += 1
    return strides


def _sequence(n: int, ratio: float) -> Floats:
    """Return n numbers of [0, 1) that every stretch of the sequence spreads evenly."""
    turns = np.arange(n, dtype=np.float64) * ratio + 0.5
    turns -= np.floor(turns)
    return turns


def _mean(distances: Floats) -> Floats:
    """Average along rows, in the order of the columns."""
    total = np.zeros(len(distances))
    for column in distances.T:
        total += column
    total /= distances.shape[1]
    return total
