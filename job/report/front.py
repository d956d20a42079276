"""Which of several points no other beats: the Pareto front of more found against fewer false alarms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_DIGITS = 12  # a mean of the same counts in another order may differ by its last bits


@dataclass(frozen=True)
class Trade:
    """What one decision finds, and what it pays.

    Parameters
    ----------
    false_alarms : float
        In 1,000 rows.
    """

    recall: float
    false_alarms: float

    def beats(self, other: Trade) -> bool:
        """Whether this finds at least as much with no more false alarms, and does better in one of the two."""
        more = round(self.recall - other.recall, _DIGITS)
        fewer = round(other.false_alarms - self.false_alarms, _DIGITS)
        return more >= 0 and fewer >= 0 and (more > 0 or fewer > 0)


def find_winners(trades: Sequence[Trade]) -> tuple[tuple[int, ...], ...]:
    """Find for each trade those that beat it; the front are the trades that none beats.

    Returns
    -------
    tuple of tuple of int
        Positions in `trades`, ascending; equal trades don't beat each other.
    """
    return tuple(tuple(place for place, other in enumerate(trades) if other.beats(trade)) for trade in trades)
