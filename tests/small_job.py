"""A spec that runs in seconds, for tests that are about how a job is run and not about what it finds."""

from __future__ import annotations


def small_spec(
    n_repeats: int = 2, data: str = "generate: {kind: classification, n_samples: 300, weights: [0.9]}"
) -> str:
    """Write a spec of two strategies and one classifier."""
    return f"""\
title: A small job
data: {{{data}}}
split: {{n_repeats: {n_repeats}}}
strategies: [baseline, smote]
classifiers: [logistic_regression]
"""
