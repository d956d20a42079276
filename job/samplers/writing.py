"""Synthetic rows written straight into the output, block by block, so that no temporary is larger than a block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from job.samplers.plan import Plan
from job.samplers.space import Floats

BLOCK_CELLS = 262_144


@dataclass(frozen=True, eq=False)
class ColumnRules:
    """What holds for a column's synthetic values."""

    categorical: NDArray[np.intp]
    integer: NDArray[np.intp]
    lowest: Floats  # the range of each column's values
    highest: Floats
    levels: dict[int, Floats]  # of integer columns that aren't whole numbers (scaled ones): the values seen
    has_missing: bool


def write_rows(rows: Floats, plan: Plan, rules: ColumnRules) -> Iterator[tuple[slice, Floats]]:
    """Yield (positions, synthetic rows) block by block; the array is used again for the next block."""
    votes = vote(rows[:, rules.categorical], plan) if len(rules.categorical) else None
    size = max(1, BLOCK_CELLS // max(rows.shape[1], 1))
    first, second = np.empty((2, min(size, len(plan.seeds)), rows.shape[1]))
    for start in range(0, len(plan.seeds), size):
        part = slice(start, min(start + size, len(plan.seeds)))
        yield part, _interpolate(rows, plan, part, rules, votes, first, second)


def _interpolate(
    rows: Floats, plan: Plan, part: slice, rules: ColumnRules, votes: Floats | None, first: Floats, second: Floats
) -> Floats:
    seeds, partners, steps = plan.seeds[part], plan.partners[part], plan.steps[part, None]
    a = np.take(rows, seeds, axis=0, out=first[: len(seeds)], mode="clip")
    b = np.take(rows, partners, axis=0, out=second[: len(seeds)], mode="clip")
    closer = np.where(steps <= 0.5, a, b) if rules.has_missing else None
    with np.errstate(over="ignore"):
        a *= 1.0 - steps
        b *= steps
        a += b
    if closer is not None:
        # The closer parent decides whether a cell is missing, which keeps the share of missing cells.
        np.copyto(a, closer, where=np.isnan(a))
    np.clip(a, rules.lowest, rules.highest, out=a)
    for column in rules.integer:
        a[:, column] = round_to_levels(a[:, column], rules.levels.get(int(column)))
    if votes is not None:
        a[:, rules.categorical] = votes[seeds]
    return a


def round_to_levels(values: Floats, levels: Floats | None) -> Floats:
    """Round to whole numbers, or to the nearest of the given ascending levels; NaN stays."""
    if levels is None:
        return np.rint(values)
    above = np.clip(np.searchsorted(levels, values), 1, max(len(levels) - 1, 1))
    low, high = levels[above - 1], levels[np.minimum(above, len(levels) - 1)]
    nearest = np.where(values - low <= high - values, low, high)
    return np.where(np.isnan(values), values, nearest)


def vote(codes: Floats, plan: Plan) -> Floats:
    """Choose each row's categories by its neighbours' vote and its own, each weighted by its affinity.

    In a tie the row's own category wins, then its nearest neighbour's.
    """
    voters = np.column_stack((np.arange(len(codes)), plan.neighbours))
    weights = plan.affinity[voters]
    winners = np.empty_like(codes)
    for column in range(codes.shape[1]):
        cast = np.where(np.isnan(codes[:, column]), np.inf, codes[:, column])[voters]
        support = np.zeros(weights.shape)
        for voter in range(voters.shape[1]):
            support += weights[:, voter, None] * (cast == cast[:, voter, None])
        winner = cast[np.arange(len(cast)), support.argmax(axis=1)]
        winners[:, column] = np.where(np.isinf(winner), np.nan, winner)
    return winners
