"""``baseline``: no resampling, no weights, the classifier's own decision."""

from __future__ import annotations

from job.strategies.recipe import Recipe


class Baseline(Recipe):
    """What every other strategy is compared with."""
