"""Which rows a class is made more of, towards or away from which neighbour, and how far."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import RandomState

from job.samplers.neighbours import Indices, find_neighbours, measure_distances
from job.samplers.space import Floats, Points
from job.samplers.threads import ALONE, Workers

AFFINITY_NEIGHBORS = 5
_BLOCK_COPIES = 16_384  # in the processor's cache
_GOLDEN_RATIO = 0.6180339887498949
_PLASTIC_RATIO = 0.7548776662466927  # a second sequence, which must not move in step with the first


@dataclass(frozen=True, eq=False)
class Plan:
    """Synthetic row t is ``(1 - steps[t]) * P[seeds[t]] + steps[t] * P[partners[t]]``."""

    seeds: Indices
    partners: Indices
    steps: Floats
    neighbours: Indices  # (n_rows, k), k = 0 for a single row
    affinity: Floats  # (n_rows,)


def plan_rows(
    own: Points,
    others: Points,
    n_new: int,
    k_neighbors: int,
    extrapolation: float,
    random_state: RandomState,
    workers: Workers = ALONE,
) -> Plan:
    """Plan `n_new` synthetic rows of the class whose points are `own`, in an order that its content decides."""
    n = len(own)
    k = min(k_neighbors, n - 1)
    shifts = random_state.random_sample(n)
    if k == 0:
        zeros = np.zeros(n_new, np.intp)
        return Plan(zeros, zeros, np.zeros(n_new), np.empty((1, 0), np.intp), np.ones(1))
    k_affinity = min(AFFINITY_NEIGHBORS, n - 1)
    neighbours, distances = find_neighbours(own, max(k, k_affinity), workers)
    affinity = measure_affinity(own, others, distances[:, :k_affinity], workers)
    copies = count_copies(affinity, n_new)
    seeds = np.repeat(np.arange(n), copies)
    partners = choose_partners(neighbours[:, :k], affinity, copies)
    steps = spread_steps(copies, shifts)
    steps *= 1.0 + extrapolation
    steps -= extrapolation
    return Plan(seeds, partners, steps, neighbours[:, :k], affinity)


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
