"""Synthetic rows written straight into the output, block by block, so that no temporary is larger than a block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from job.samplers.plan import Plan
from job.samplers.space import Floats
from job.samplers.threads import Workers

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
    keep_equal: bool  # where the parents have the same value, the synthetic row has it too


@dataclass(frozen=True, eq=False)
class _Workspace:
    """One thread's memory, all arrays of one block's shape."""

    seed: Floats
    partner: Floats
    term: Floats
    block: Floats
    lowest: Floats  # a row of bounds beside each row, since one row for all keeps the processor in short loops
    highest: Floats

    def cut(self, n_rows: int) -> _Workspace:
        """Return the first rows of each array."""
        return _Workspace(*(array[:n_rows] for array in vars(self).values()))


def write_rows_into(target: NDArray[Any], rows: Floats, plan: Plan, rules: ColumnRules, workers: Workers) -> None:
    """Write the synthetic rows into an array of their shape; float64 is computed in its place, without a copy."""
    votes = _vote(rows, plan, rules)
    in_place = target.dtype == np.float64

    def write_span(span: slice) -> None:
        for part, block in _write_blocks(rows, plan, rules, votes, span, target if in_place else None):
            if not in_place:
                target[part] = block

    workers.run(write_span, workers.split(target.shape))


def write_rows(rows: Floats, plan: Plan, rules: ColumnRules) -> Iterator[Floats]:
    """Yield the synthetic rows block by block; the next block uses the same memory."""
    whole = slice(0, len(plan.seeds))
    for _, block in _write_blocks(rows, plan, rules, _vote(rows, plan, rules), whole, None):
        yield block


def _write_blocks(
    rows: Floats, plan: Plan, rules: ColumnRules, votes: Floats | None, span: slice, target: Floats | None
) -> Iterator[tuple[slice, Floats]]:
    size = min(max(1, BLOCK_CELLS // max(rows.shape[1], 1)), max(1, span.stop - span.start))
    seed, partner, term, spare = np.empty((4, size, rows.shape[1]))
    lowest, highest = (np.tile(bound, (size, 1)) for bound in (rules.lowest, rules.highest))
    space = _Workspace(seed, partner, term, spare, lowest, highest)
    rows = rows + 0.0 if rules.keep_equal else rows  # 0.0 of -0.0: they are equal, so that either may be the larger
    has_missing = bool(np.isnan(rows).any())
    for start in range(span.start, span.stop, size):
        part = slice(start, min(start + size, span.stop))
        cut = space.cut(part.stop - part.start)
        block = cut.block if target is None else target[part]
        _interpolate(rows, plan, part, rules, cut, block)
        if has_missing:
            # The closer parent decides whether a cell is missing, which keeps the share of missing cells.
            np.copyto(block, np.where(plan.steps[part, None] <= 0.5, cut.seed, cut.partner), where=np.isnan(block))
        np.maximum(block, cut.lowest, out=block)
        np.minimum(block, cut.highest, out=block)
        _keep_kinds(rules, votes, plan.seeds[part], block)
        yield part, block


def _interpolate(rows: Floats, plan: Plan, part: slice, rules: ColumnRules, space: _Workspace, block: Floats) -> None:
    steps = plan.steps[part, None]
    np.take(rows, plan.seeds[part], axis=0, out=space.seed, mode="clip")
    np.take(rows, plan.partners[part], axis=0, out=space.partner, mode="clip")
    with np.errstate(over="ignore"):
        if rules.keep_equal:
            # The same sum in another order, in which equal parents leave no rounding error: it would give trees a
            # threshold that parts synthetic rows from real ones.
            np.subtract(space.partner, space.seed, out=space.term)
            block[:] = steps
            block *= space.term
            block += space.seed
        else:
            np.multiply(space.seed, 1.0 - steps, out=block)
            np.multiply(space.partner, steps, out=space.term)
            block += space.term
    if len(rules.two_valued):
        # One row decides for all these columns, so that the dummy columns of one category stay a category.
        columns = rules.two_valued
        block[:, columns] = np.where(steps <= 0.5, space.seed[:, columns], space.partner[:, columns])


def _keep_kinds(rules: ColumnRules, votes: Floats | None, seeds: NDArray[np.intp], block: Floats) -> None:
    """Round to whole numbers and to levels, and fill in the categories that were voted for."""
    for column in rules.integer:
        if int(column) not in rules.levels:
            np.rint(block[:, column], out=block[:, column])
    for column, levels in rules.levels.items():
        block[:, column] = round_to_levels(block[:, column], levels)
    if votes is not None:
        block[:, rules.categorical] = votes[seeds]


def _vote(rows: Floats, plan: Plan, rules: ColumnRules) -> Floats | None:
    return vote(rows[:, rules.categorical], plan) if len(rules.categorical) else None


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
