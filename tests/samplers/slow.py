"""AffinitySMOTE once more, row by row in plain Python, to hold the fast one to."""

from __future__ import annotations

import math

import numpy as np

PHI, RHO = 0.6180339887498949, 0.7548776662466927


def distance(a, b):
    return math.sqrt(sum((x - z) ** 2 for x, z in zip(a, b, strict=True)))


def measure_affinity(i, own, others):
    """Return the affinity of the own row i."""
    to_own = sorted(distance(own[i], own[j]) for j in range(len(own)) if j != i)[:5]
    to_others = sorted(distance(own[i], other) for other in others)[:5]
    nearest = sorted([(d, 0) for d in to_own] + [(d, 1) for d in to_others])[:5]
    company = sum(kind == 0 for _, kind in nearest)
    mean_own = sum(to_own) / len(to_own)
    to_others = to_others[: len(to_own)]
    mean_others = sum(to_others) / len(to_others)
    closeness = mean_others / (mean_own + mean_others) if mean_own + mean_others else 0.5
    return closeness * (company + 0.5) / 6


def oversample(X, y, *, k_neighbors=15, extrapolation=0.5, seed=0):
    """Return the new rows of label 1 that balance it with label 0, unclipped."""
    spread = [np.std(column) or 1.0 for column in X.T]
    own = sorted(tuple(row) for row in X[y == 1])
    others = [tuple(row / spread) for row in X[y == 0]]
    scaled = [tuple(np.array(row) / spread) for row in own]
    n, n_new = len(own), len(others) - len(own)
    k = min(k_neighbors, n - 1)
    shifts = np.random.RandomState(seed).random_sample(n)
    affinities = [measure_affinity(i, scaled, others) for i in range(n)]
    total = sum(affinities)
    new, passed, taken = [], 0.0, 0
    for i, affinity in enumerate(affinities):
        passed += affinity
        copies = max(0, min(n_new, math.ceil(passed / total * n_new - 0.5)) - taken)
        if i == n - 1:
            copies = n_new - taken
        taken += copies
        neighbours = sorted((j for j in range(n) if j != i), key=lambda j: (distance(scaled[i], scaled[j]), j))[:k]
        golden, plastic = (i * PHI + 0.5) % 1, (i * RHO + 0.5) % 1
        stride = max(1, round(copies * PHI))
        while copies and math.gcd(stride, copies) > 1:
            stride += 1
        partners = share_out(neighbours, affinities, copies, golden)
        for t in range(copies):
            part = (int(plastic * copies) + t * stride) % copies
            w = (part + shifts[i]) / copies * (1 + extrapolation) - extrapolation
            new.append([(1 - w) * a + w * b for a, b in zip(own[i], own[partners[t]], strict=True)])
    return np.array(new)


def share_out(neighbours, affinities, copies, offset):
    """Return each copy's neighbour: each gets the share of its affinity."""
    shares = [affinities[j] for j in neighbours]
    if not sum(shares):
        shares = [1.0] * len(neighbours)
    partners, passed = [], 0.0
    for j, share in zip(neighbours, shares, strict=True):
        passed += share
        partners += [j] * (math.ceil(passed / sum(shares) * copies - offset - 1e-12) - len(partners))
    return partners + [neighbours[-1]] * (copies - len(partners))
