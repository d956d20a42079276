"""What came of a run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from job.evaluation.attempt import Attempt
from job.evaluation.cutoff import Cutoff
from job.evaluation.resampling_audit import ResamplingAudit
from job.evaluation.unit import RunKey, Unit

OK, DEGRADED, FAILED, NOT_APPLICABLE = "ok", "degraded", "failed", "not_applicable"
STATUSES = (OK, DEGRADED, FAILED, NOT_APPLICABLE)


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of one run; metrics are computed from it later.

    Parameters
    ----------
    key : RunKey
    status : {"ok", "degraded", "failed", "not_applicable"}
    reason : str or None
        Why it isn't ``ok``.
    warnings : tuple of str
        The libraries' own words, each once.
    scores : ndarray of shape (n_test,), float64, or None
        Probability of the positive label where the classifier has one, else its decision function.
    decisions : ndarray of shape (n_test,), int8, or None
    is_probability : bool
    threshold : float or None
        The decision threshold, where it was tuned.
    cutoff : Cutoff or None
        The advised one, chosen on the training part; None where nothing was asked, and for a strategy that scores
        like baseline: its cut-off is baseline's.
    prevalence_resampled : float, str or None
        Share of positive rows that the classifier saw, weights included; or why it is not known.
    n_resampled, n_resampled_positive, n_synthetic : int or None
        Rows that the classifier was fitted on, and those added by resampling.
    y : ndarray of shape (n_test,), int8, or None
        Labels of the rows that were scored, where these are not the split's test part.
    is_real : ndarray of shape (n_test,) of bool, or None
        Which of them are rows of the data set, where not all are.
    audit : ResamplingAudit or None
        What was found among the resampled rows, where any were added.
    seconds_resample, seconds_fit : float
        Wall time; never part of results.
    """

    key: RunKey
    status: str
    reason: str | None = None
    warnings: tuple[str, ...] = ()
    scores: np.ndarray | None = None
    decisions: np.ndarray | None = None
    is_probability: bool = False
    threshold: float | None = None
    cutoff: Cutoff | None = None
    prevalence_resampled: float | str | None = None
    n_resampled: int | None = None
    n_resampled_positive: int | None = None
    n_synthetic: int | None = None
    y: np.ndarray | None = None
    is_real: np.ndarray | None = None
    audit: ResamplingAudit | None = None
    seconds_resample: float = 0.0
    seconds_fit: float = 0.0


def fail_unit(unit: Unit, reason: str) -> tuple[Outcome, ...]:
    """Make the outcomes of a unit that no worker survived."""
    return tuple(Outcome(key, FAILED, reason=reason) for key in unit.keys)


def without_scores(key: RunKey, status: str, attempt: Attempt) -> Outcome:
    """Make the outcome of a run that came to nothing."""
    return Outcome(key, status, reason=attempt.error, warnings=attempt.warnings)
