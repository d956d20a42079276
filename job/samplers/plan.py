"""Which rows a class is made more of, towards or away from which neighbour, and how far."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import RandomState

from job.samplers.neighbours import Indices, find_neighbours, nearest
from job.samplers.space import Floats, Points

AFFINITY_NEIGHBORS = 5
_GOLDEN_RATIO = 0.6180339887498949


@dataclass(frozen=True, eq=False)
class Plan:
    """Synthetic row t is ``(1 - steps[t]) * P[seeds[t]] + steps[t] * P[partners[t]]``."""

    seeds: Indices
    partners: Indices
    steps: Floats
    neighbours: Indices  # (n_rows, k), k = 0 for a single row
    affinity: Floats  # (n_rows,)


def plan_rows(
    own: Points, others: Points, n_new: int, k_neighbors: int, extrapolation: float, random_state: RandomState
) -> Plan:
    """Plan `n_new` synthetic rows of the class whose points are `own`, in an order that its content decides."""
    n = len(own)
    k = min(k_neighbors, n - 1)
    shift = random_state.random_sample()
    shifts = random_state.random_sample(n)
    offsets = np.floor(random_state.random_sample(n) * max(k, 1)).astype(np.intp)
    if k == 0:
        zeros = np.zeros(n_new, np.intp)
        return Plan(zeros, zeros, np.zeros(n_new), np.empty((1, 0), np.intp), np.ones(1))
    k_affinity = min(AFFINITY_NEIGHBORS, n - 1)
    neighbours, distances = find_neighbours(own, max(k, k_affinity))
    affinity = measure_affinity(own, others, distances[:, :k_affinity])
    copies = count_copies(affinity, n_new, shift)
    seeds = np.repeat(np.arange(n), copies)
    copy_number = np.arange(n_new) - np.repeat(np.cumsum(copies) - copies, copies)
    partners = neighbours[seeds, (offsets[seeds] + copy_number) % k]
    steps = shifts[seeds] + copy_number * _GOLDEN_RATIO
    steps -= np.floor(steps)
    steps *= 1.0 + extrapolation
    steps -= extrapolation
    return Plan(seeds, partners, steps, neighbours[:, :k], affinity)


def measure_affinity(own: Points, others: Points, own_distances: Floats) -> Floats:
    r"""Tell how much nearer a row is to its own class than to the others.

    .. math:: r_i = \frac{\bar d_M(i)}{\bar d_M(i) + \bar d_P(i)}

    with the mean distances to the nearest rows of the other classes and of the own one; 0.5 where both are 0, and
    where there are no other rows.
    """
    n, k = own_distances.shape
    if len(others) == 0:
        return np.full(n, 0.5)
    k_others = min(k, len(others))
    to_own = _mean(own_distances)
    to_others = _mean(nearest(own, others, k_others)[1])
    both = to_own + to_others
    return np.where(both > 0, to_others / np.where(both > 0, both, 1.0), 0.5)


def count_copies(affinity: Floats, n_new: int, shift: float) -> Indices:
    """Share `n_new` copies out by systematic resampling: one random shift, then equal steps along the summed weights.

    Each row's count is its expected number rounded down or up, so that luck moves no row by more than one copy.
    """
    squares = affinity * affinity
    edges = np.cumsum(squares * squares)
    if edges[-1] == 0:
        edges = np.arange(1.0, len(affinity) + 1)
    reached = np.ceil(edges / edges[-1] * n_new - shift)
    reached[-1] = n_new
    copies: Indices = np.diff(np.minimum(reached, n_new), prepend=0).astype(np.intp)
    return copies


def _mean(distances: Floats) -> Floats:
    """Average along rows, in the order of the columns."""
    total = np.zeros(len(distances))
    for column in distances.T:
        total += column
    total /= distances.shape[1]
    return total
