"""Synthetic rows written straight into the output, block by block, so that no temporary is larger than a block."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from job.samplers.parents import Plan, Settings
from job.samplers.space import Floats, Indices
from job.samplers.survey import Survey, find_levels
from job.samplers.threads import Workers

BLOCK_CELLS = 65_536


@dataclass(frozen=True, eq=False)
class ColumnRules:
    """What holds for a column's synthetic values."""

    categorical: Indices
    integer: Indices  # columns that are rounded to whole numbers
    lowest: Floats  # the range of each column's values
    highest: Floats
    levels: dict[int, Floats]  # of discrete columns, and of integer ones that aren't whole numbers: the values seen
    two_valued: Indices  # columns that keep to the closer parent's value
    keep_equal: bool  # where the parents have the same value, the synthetic row has it too


def column_rules(X: Any, settings: Settings, survey: Survey, dtypes: Sequence[np.dtype[Any]]) -> ColumnRules:
    """Gather what holds for each column's synthetic values: from all rows of X, and from the type they are kept in."""
    lowest, highest = (survey.lowest, survey.highest) if settings.clip else _type_range(dtypes)
    numeric = np.setdiff1d(np.flatnonzero(lowest < highest), settings.categorical)
    discrete = find_levels(X, numeric) if settings.clip else {}
    levels = {int(column): seen for column in settings.integer if len(seen := _levels(X, column))}
    levels |= {column: seen for column, seen in discrete.items() if len(seen) > 2}
    return ColumnRules(
        categorical=settings.categorical,
        integer=np.setdiff1d(settings.integer, list(levels)),
        lowest=lowest,
        highest=highest,
        levels=levels,
        two_valued=np.array([column for column, seen in discrete.items() if len(seen) == 2], dtype=np.intp),
        keep_equal=settings.clip and not bool(np.isinf(highest - lowest).any()),  # else differences may overflow
    )


def _levels(X: Any, column: int) -> Floats:
    """Return the values seen in a column that aren't all whole numbers (a scaled one), none otherwise."""
    cells = X[:, [column]].toarray()[:, 0] if sparse.issparse(X) else X[:, column]
    cells = np.asarray(cells, dtype=np.float64)
    cells = cells[~np.isnan(cells)]
    return np.unique(cells) if bool((cells != np.rint(cells)).any()) else np.empty(0)


def _type_range(dtypes: Sequence[np.dtype[Any]]) -> tuple[Floats, Floats]:
    """Return the smallest and largest float64 that fits each column's type."""
    lowest, highest = np.empty((2, len(dtypes)))
    for column, dtype in enumerate(dtypes):
        if dtype.kind in "iu":
            limits = np.iinfo(dtype)
            lowest[column], highest[column] = limits.min, limits.max
            if int(highest[column]) > limits.max:  # 2**63 - 1 has no float64 of its own
                highest[column] = np.nextafter(highest[column], 0.0)
        elif dtype.kind == "b":
            lowest[column], highest[column] = 0.0, 1.0
        else:
            highest[column] = np.finfo(dtype if dtype.kind == "f" else np.float64).max
            lowest[column] = -highest[column]
    return lowest, highest


def write_rows_into(target: NDArray[Any], plans: Sequence[Plan], rules: ColumnRules, workers: Workers) -> None:
    """Write all synthetic rows into an array of their number; float64 is computed in its place, without a copy."""
    in_place, end = target.dtype == np.float64, 0
    for plan in plans:
        start, end = end, end + len(plan.seeds)
        write_span = partial(_write_span, target[start:end], plan, rules, _vote(plan, rules), in_place)
        workers.run(write_span, workers.split((end - start, target.shape[1])))


def _write_span(
    target: NDArray[Any], plan: Plan, rules: ColumnRules, votes: Floats | None, in_place: bool, span: slice
) -> None:
    for part, block in _write_blocks(plan, rules, votes, span, target if in_place else None):
        if not in_place:
            target[part] = block


def write_rows(plans: Sequence[Plan], rules: ColumnRules) -> Iterator[Floats]:
    """Yield all synthetic rows block by block; the next block uses the same memory."""
    for plan in plans:
        for _, block in _write_blocks(plan, rules, _vote(plan, rules), slice(0, len(plan.seeds)), None):
            yield block


def _write_blocks(
    plan: Plan, rules: ColumnRules, votes: Floats | None, span: slice, target: Floats | None
) -> Iterator[tuple[slice, Floats]]:
    size = min(max(1, BLOCK_CELLS // max(plan.rows.shape[1], 1)), max(1, span.stop - span.start))
    memory = np.empty((6, size, plan.rows.shape[1]))
    memory[4], memory[5] = rules.lowest, rules.highest  # one bound beside each cell keeps the processor in long loops
    # 0.0 of -0.0: they are equal, so that either may be the larger
    rows = plan.rows + 0.0 if rules.keep_equal else plan.rows
    has_missing = bool(np.isnan(rows).any())
    for start in range(span.start, span.stop, size):
        part = slice(start, min(start + size, span.stop))
        seed, partner, term, spare, lowest, highest = memory[:, : part.stop - start]
        np.take(rows, plan.seeds[part], axis=0, out=seed, mode="clip")
        np.take(rows, plan.partners[part], axis=0, out=partner, mode="clip")
        block, steps = spare if target is None else target[part], plan.steps[part, None]
        _interpolate(seed, partner, steps, rules.keep_equal, term, block)
        # One row decides for all columns of two values, so that the dummy columns of one category stay a category.
        closer = np.where(steps <= 0.5, seed, partner) if has_missing or len(rules.two_valued) else seed
        block[:, rules.two_valued] = closer[:, rules.two_valued]
        if has_missing:
            # The closer parent decides whether a cell is missing, which keeps the share of missing cells.
            np.copyto(block, closer, where=np.isnan(block))
        np.maximum(block, lowest, out=block)
        np.minimum(block, highest, out=block)
        block[:, rules.integer] = np.rint(block[:, rules.integer])
        for column, levels in rules.levels.items():
            block[:, column] = round_to_levels(block[:, column], levels)
        if votes is not None:
            block[:, rules.categorical] = votes[plan.seeds[part]]
        yield part, block


def _interpolate(seed: Floats, partner: Floats, steps: Floats, keep_equal: bool, term: Floats, block: Floats) -> None:
    with np.errstate(over="ignore"):
        if keep_equal:
            # The same sum in another order, in which equal parents leave no rounding error: it would give trees a
            # threshold that parts synthetic rows from real ones.
            np.subtract(partner, seed, out=term)
            block[:] = steps
            block *= term
            block += seed
        else:
            np.multiply(seed, 1.0 - steps, out=block)
            np.multiply(partner, steps, out=term)
            block += term


def _vote(plan: Plan, rules: ColumnRules) -> Floats | None:
    return vote(plan.rows[:, rules.categorical], plan) if len(rules.categorical) else None


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
