"""The runs beside the grid, found by what they are and measured like those of the grid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from job.data.dataset import Dataset
from job.data.splits import Split
from job.evaluation.grid import RunKey, Study
from job.evaluation.metrics.calibration_metrics import correct_prior, fit_calibration
from job.evaluation.metrics.metric_registry import Undefined
from job.evaluation.metrics.run_metrics import MetricContext, Prediction, build_study_prediction, evaluate_metrics
from job.evaluation.worker import Outcome
from job.evidence.predictions import number_or_none
from job.evidence.statistics.paired_t import compare_over_splits, finite

INTERCEPT_CORRECTED = "calibration_intercept_corrected"


@dataclass(frozen=True, eq=False)
class Measurement:
    """One run: its metrics, or why it has none.

    Parameters
    ----------
    metrics : Mapping of str to float or None
        Empty where the run has no scores.
    """

    metrics: Mapping[str, float | None]
    reason: str | None


@dataclass(frozen=True, eq=False)
class StudyRuns:
    """Every run of a job, ready to be asked.

    Parameters
    ----------
    confidence : float
        Of intervals.
    """

    outcomes: tuple[Outcome, ...]
    splits: tuple[Split, ...]
    dataset: Dataset
    context: MetricContext
    confidence: float

    @cached_property
    def _by_key(self) -> dict[RunKey, Outcome]:
        return {outcome.key: outcome for outcome in self.outcomes}

    def outcome(self, strategy: str, classifier: str, split: Split, study: Study | None) -> Outcome:
        """Return what came of one run."""
        return self._by_key[RunKey(strategy, classifier, split.repeat, split.fold, study)]

    def measure(
        self, strategy: str, classifier: str, split: Split, study: Study | None, real_only: bool = False
    ) -> Measurement:
        """Compute the metrics of one run.

        Parameters
        ----------
        strategy, classifier : str
            Labels.
        study : Study or None
            None for a run of the grid.
        real_only : bool
            Whether synthetic rows that were scored are left out.
        """
        outcome = self.outcome(strategy, classifier, split, study)
        prediction = build_study_prediction(outcome, split, self.dataset, real_only)
        if prediction is None:
            return Measurement({}, outcome.reason or "no scores")
        values, _ = evaluate_metrics(prediction, None, self.context)
        return Measurement({**values, INTERCEPT_CORRECTED: _intercept_corrected(prediction)}, outcome.reason)

    def summarize(
        self, values: Sequence[float | None], splits: Sequence[Split], median: bool = False
    ) -> dict[str, Any]:
        """Summarise a metric over splits.

        Parameters
        ----------
        values : sequence of float or None
            One for each split.
        median : bool
            Whether the median is meant; it has no interval.

        Returns
        -------
        dict
            ``value``, its interval ``lower`` to ``upper`` (that of a mean over splits that share rows, Nadeau & Bengio
            2003; null with fewer than five values or none that differ), ``n`` values, and the ``values`` themselves.
        """
        numbers = np.array([np.nan if value is None else value for value in values], dtype=float)
        defined = numbers[np.isfinite(numbers)]
        interval = self.compare(numbers, np.zeros_like(numbers), splits, 0.0)
        middle = np.median if median else np.mean
        return {
            "value": float(middle(defined)) if len(defined) else None,
            "lower": None if median else interval["lower"],
            "upper": None if median else interval["upper"],
            "n": len(defined),
            "values": list(values),
        }

    def compare(
        self, values: ArrayLike, reference: ArrayLike, splits: Sequence[Split], rope: float
    ) -> dict[str, float | None]:
        """Compare a metric with a reference on the same splits.

        Parameters
        ----------
        values, reference : sequence of float
            One for each split.
        rope : float
            Differences up to this are no practical difference.

        Returns
        -------
        dict
            Mean ``difference``, its interval ``lower`` to ``upper``, and the probability that the true one is within
            the ROPE; these three are null where there is no test (see `compare_over_splits`).
        """
        sizes = np.array([len(split.test) for split in splits]), np.array([len(split.train) for split in splits])
        found = compare_over_splits(np.asarray(values), np.asarray(reference), sizes, rope, self.confidence)
        return {
            "difference": finite(found.difference),
            "lower": finite(found.lower),
            "upper": finite(found.upper),
            "probability_equivalent": finite(found.within),
            "rope": rope,
        }


def count_reasons(measured: Iterable[Measurement]) -> list[dict[str, Any]]:
    """Count why runs have no scores.

    Returns
    -------
    list of dict
        ``reason`` and ``n`` runs, in the order of first appearance.
    """
    counts = Counter(str(each.reason) for each in measured if not each.metrics)
    return [{"reason": reason, "n": n} for reason, n in counts.items()]


def _intercept_corrected(prediction: Prediction) -> float | None:
    if not prediction.is_probability:
        return None
    corrected = correct_prior(prediction.scores, prediction.prevalence_train, prediction.prevalence_resampled)
    if isinstance(corrected, Undefined):
        return None
    return number_or_none(fit_calibration(prediction.y, corrected)["calibration_intercept"])
