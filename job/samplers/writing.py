"""Synthetic rows written straight into the output, block by block, so that no temporary is larger than a block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from job.samplers.plan import Plan
from job.samplers.space import Floats

BLOCK_CELLS = 65_536


@dataclass(frozen=True, eq=False)
class ColumnRules:
    """What holds for a column's synthetic values."""

    categorical: NDArray[np.intp]
    integer: NDArray[np.intp]
    lowest: Floats  # the range of each column's values
    highest: Floats
    levels: dict[int, Floats]  # of discrete columns, and of integer ones that aren't whole numbers: the values seen
    two_valued: NDArray[np.intp]  # columns that keep to the closer parent's value
    has_missing: bool
    keep_equal: bool  # where the parents have the same value, the synthetic row has it to the bit


def write_rows(
    rows: Floats, plan: Plan, rules: ColumnRules, target: Floats | None = None
) -> Iterator[tuple[slice, Floats]]:
    """Yield (positions, synthetic rows) block by block.

    Each block is a part of `target` where one is given, else of one array that the next block uses again.
    """
    votes = vote(rows[:, rules.categorical], plan) if len(rules.categorical) else None
    size = max(1, BLOCK_CELLS // max(rows.shape[1], 1))
    buffers = np.empty((4, min(size, len(plan.seeds)), rows.shape[1]))
    for start in range(0, len(plan.seeds), size):
        part = slice(start, min(start + size, len(plan.seeds)))
        seed, partner, term, spare = buffers[:, : part.stop - start]
        block = spare if target is None else target[part]
        _interpolate(rows, plan, part, rules, (seed, partner, term), block)
        for column in rules.integer:
            if int(column) not in rules.levels:
                np.rint(block[:, column], out=block[:, column])
        for column, levels in rules.levels.items():
            block[:, column] = round_to_levels(block[:, column], levels)
        if votes is not None:
            block[:, rules.categorical] = votes[plan.seeds[part]]
        yield part, block


def _interpolate(
    rows: Floats, plan: Plan, part: slice, rules: ColumnRules, buffers: tuple[Floats, Floats, Floats], block: Floats
) -> None:
    seed, partner, term = buffers
    steps = plan.steps[part, None]
    np.take(rows, plan.seeds[part], axis=0, out=seed, mode="clip")
    np.take(rows, plan.partners[part], axis=0, out=partner, mode="clip")
    with np.errstate(over="ignore"):
        np.multiply(seed, 1.0 - steps, out=block)
        np.multiply(partner, steps, out=term)
        block += term
    if rules.has_missing:
        # The closer parent decides whether a cell is missing, which keeps the share of missing cells.
        np.copyto(block, np.where(steps <= 0.5, seed, partner), where=np.isnan(block))
    if rules.keep_equal:
        # A rounding error here would give trees a threshold that parts synthetic rows from real ones.
        np.copyto(block, seed, where=seed == partner)
    if len(rules.two_valued):
        # One row decides for all these columns, so that the dummy columns of one category stay a category.
        columns = rules.two_valued
        block[:, columns] = np.where(steps <= 0.5, seed[:, columns], partner[:, columns])
    # Not np.clip, for which 0.0 and -0.0 are the same, so that either may come out.
    np.copyto(block, rules.lowest, where=block < rules.lowest)
    np.copyto(block, rules.highest, where=block > rules.highest)


def round_to_levels(values: Floats, levels: Floats) -> Floats:
    """Round to the nearest of the given ascending levels, to the lower one in a tie; NaN stays."""
    above = np.clip(np.searchsorted(levels, values), 1, max(len(levels) - 1, 1))
    low, high = levels[above - 1], levels[np.minimum(above, len(levels) - 1)]
    nearest = np.where(values - low <= high - values, low, high)
    rounded: Floats = np.where(np.isnan(values), values, nearest)
    return rounded


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
