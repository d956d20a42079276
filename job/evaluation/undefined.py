"""A metric's value is a number, or the sentence that says why there is none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Undefined:
    """A number that doesn't exist.

    Parameters
    ----------
    why : str
        A few words without a full stop, to follow a colon.
    """

    why: str


Value = float | Undefined

NO_POSITIVES = Undefined("the test part has no positive row")
NO_NEGATIVES = Undefined("the test part has positive rows only")
