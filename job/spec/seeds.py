"""Seeds: what scikit-learn takes as ``random_state``."""

from __future__ import annotations

from job.spec.numbers import Whole

SEED = 42
"""The seed of a spec that names none."""


class Seed(Whole):
    """A seed, 0 to 2**32 - 1."""

    def __init__(self) -> None:
        super().__init__(0, 2**32 - 1)
