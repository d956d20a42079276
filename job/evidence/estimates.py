"""Many paired differences at once, and what can be said of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

T_TEST, TRAINING_T_TEST = "corrected_resampled_t", "corrected_resampled_t_training"
BOOTSTRAP, NO_TEST = "paired_bootstrap_one_split", "none"
ROUND_OFF = 1e-12  # a spread of differences that small, beside the values themselves, is no variation


@dataclass(frozen=True, eq=False)
class Estimates:
    """What the splits, or the test rows of the only split, say about paired differences.

    All are arrays of one shape, with NaN for what doesn't exist.

    Parameters
    ----------
    n_splits : ndarray of int
        Pairs: splits where both have a value.
    difference : ndarray
        Mean difference.
    se : ndarray
        Its standard error, corrected for the overlap of the splits.
    lower, upper : ndarray
        Limits of its interval.
    p_value : ndarray
        Two-sided, of no difference.
    below, within, above : ndarray
        Probability that the true difference is below -rope, within, and above the rope; they add up to 1.
    tested : ndarray of bool
        Whether there were pairs enough for a test.
    varies : ndarray of bool
        Whether the pairs differ from each other at all; there is no interval where they don't.
    method : ndarray of str
        "corrected_resampled_t", "corrected_resampled_t_training" (where training rows count more than test rows) or
        "paired_bootstrap_one_split".
    """

    n_splits: np.ndarray
    difference: np.ndarray
    se: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    p_value: np.ndarray
    below: np.ndarray
    within: np.ndarray
    above: np.ndarray
    tested: np.ndarray
    varies: np.ndarray
    method: np.ndarray
