"""The runs of a job: what each predicted, its row in results.json, and those beside the grid, measured like it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypedDict

import numpy as np
from numpy.typing import ArrayLike

from job.data.dataset import Dataset
from job.data.splits import Split
from job.evaluation.evaluate_unit import Outcome
from job.evaluation.grid import IMBALANCE, RunKey, Study
from job.evaluation.metrics.calibration_metrics import correct_prior, fit_calibration
from job.evaluation.metrics.metric_registry import METRICS, Undefined
from job.evaluation.metrics.run_metrics import MetricContext, Prediction, build_study_prediction, evaluate_metrics
from job.evidence.statistics.paired_t import compare_over_splits, finite
from job.results.job_facts import Run
from job.results.study_facts import AgainstOwn, ReasonCount, SweptMetric

Place = tuple[str, str]
"""Strategy and classifier, by their labels."""
Predictions = Mapping[RunKey, Prediction | None]
"""What each run of the grid predicted; None where it failed."""
Cells = Mapping[Place, Mapping[tuple[int, int], Prediction]]
"""The predictions of each strategy × classifier by (repeat, fold), in the order of tables."""

INTERCEPT_CORRECTED = "calibration_intercept_corrected"
_COPIED = ("status", "reason", "warnings", "threshold", "n_resampled", "n_resampled_positive", "n_synthetic")


class Labels(TypedDict):
    """Strategy and classifier as every row of results.json has them."""

    strategy: str
    classifier: str


def named(place: Place) -> Labels:
    """Labels of a row."""
    return {"strategy": place[0], "classifier": place[1]}


def by_place(predictions: Predictions, strategies: Sequence[str], classifiers: Iterable[str]) -> Cells:
    """Group what there is by strategy and classifier; a place without a result is empty."""
    found: dict[Place, dict[tuple[int, int], Prediction]] = {(s, c): {} for c in classifiers for s in strategies}
    for key, prediction in predictions.items():
        if prediction is not None and (key.strategy, key.classifier) in found:
            found[key.strategy, key.classifier][key.repeat, key.fold] = prediction
    return found


def number_or_none(value: float | Undefined) -> float | None:
    """What results.json holds of a metric."""
    return None if isinstance(value, Undefined) else value


def correct(prediction: Prediction, prevalence: float | None = None) -> np.ndarray | Undefined:
    """Probabilities after the prior correction, to the prevalence of the training part unless another is given."""
    target = prediction.prevalence_train if prevalence is None else prevalence
    return correct_prior(prediction.scores, target, prediction.prevalence_resampled)


def collect_runs(
    outcomes: Iterable[Outcome],
    predictions: Predictions,
    splits: Iterable[Split],
    dataset: Dataset,
    context: MetricContext,
    baseline: str,
) -> tuple[Run, ...]:
    """Make one row of results for each run, in their order; `baseline` is what its metrics are compared with."""
    by_split = {(split.repeat, split.fold): split for split in splits}
    positives = {key: (int(dataset.y[s.train].sum()), int(dataset.y[s.test].sum())) for key, s in by_split.items()}
    rows = []
    for outcome in outcomes:
        key, tuned = outcome.key, outcome.tuned
        split, prediction = by_split[key.repeat, key.fold], predictions[key]
        metrics: dict[str, float | None] = dict.fromkeys(metric.name for metric in METRICS)
        undefined: dict[str, str] = {}  # without a prediction, why stands once, in the row's reason
        if prediction is not None:
            reference = predictions[RunKey(baseline, key.classifier, key.repeat, key.fold)]
            metrics, undefined = evaluate_metrics(prediction, reference, context)
        n_train_positive, n_test_positive = positives[key.repeat, key.fold]
        run = {**vars(key), **{name: getattr(outcome, name) for name in _COPIED}}
        run |= {"n_train": len(split.train), "n_train_positive": n_train_positive}
        run |= {"n_test": len(split.test), "n_test_positive": n_test_positive}
        run |= {"metrics": metrics, "undefined": undefined, **({"tuned": vars(tuned)} if tuned else {})}
        rows.append(Run.model_validate(run))
    return tuple(rows)


@dataclass(frozen=True, eq=False)
class Measurement:
    """One run: its metrics (none where it has no scores), and why it has none or was degraded."""

    metrics: Mapping[str, float | None]
    reason: str | None


@dataclass(frozen=True, eq=False)
class StudyRuns:
    """Every run of a job, those beside the grid too, ready to be asked; `confidence` is that of intervals."""

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
        """Compute the metrics of one run, of the grid without a `study`; `real_only` leaves synthetic rows out."""
        outcome = self.outcome(strategy, classifier, split, study)
        prediction = build_study_prediction(outcome, split, self.dataset, real_only)
        if prediction is None:
            return Measurement({}, outcome.reason or "no scores")
        values, _ = evaluate_metrics(prediction, None, self.context)
        if study is not None and study.kind == IMBALANCE:
            values[INTERCEPT_CORRECTED] = _intercept_corrected(prediction)
        return Measurement(values, outcome.reason)

    def measure_all(
        self, strategy: str, classifier: str, study: Study | None, real_only: bool = False
    ) -> list[Measurement]:
        """Compute the metrics of one run on each split."""
        return [self.measure(strategy, classifier, split, study, real_only) for split in self.splits]

    def summarize(self, values: Sequence[float | None], median: bool = False) -> SweptMetric:
        """Summarise a metric that has one value on each split.

        The interval is that of a mean over splits that share rows (Nadeau & Bengio 2003); there is none with fewer
        than five values, where no two differ, and of a median.
        """
        numbers = np.array([np.nan if value is None else value for value in values], dtype=float)
        defined, middle = numbers[np.isfinite(numbers)], np.median if median else np.mean
        value = float(middle(defined)) if len(defined) else None
        interval = self.compare(numbers, np.zeros_like(numbers), self.splits, 0.0)
        lower, upper = (None, None) if median else (interval.lower, interval.upper)
        return SweptMetric(value=value, lower=lower, upper=upper, n=len(defined), values=tuple(values))

    def compare(self, values: ArrayLike, reference: ArrayLike, splits: Sequence[Split], rope: float) -> AgainstOwn:
        """Compare a metric with a reference on the same splits, as `compare_over_splits`."""
        sizes = np.array([len(split.test) for split in splits]), np.array([len(split.train) for split in splits])
        found = compare_over_splits(np.asarray(values), np.asarray(reference), sizes, rope, self.confidence)
        difference, lower, upper, within = map(finite, (found.difference, found.lower, found.upper, found.within))
        return AgainstOwn(difference=difference, lower=lower, upper=upper, probability_equivalent=within, rope=rope)


def count_reasons(measured: Iterable[Measurement]) -> tuple[ReasonCount, ...]:
    """Count why runs have no scores, in the order of first appearance."""
    counts = Counter(str(each.reason) for each in measured if not each.metrics)
    return tuple(ReasonCount(reason=reason, n=n) for reason, n in counts.items())


def _intercept_corrected(prediction: Prediction) -> float | None:
    corrected = correct(prediction) if prediction.is_probability else None
    if corrected is None or isinstance(corrected, Undefined):
        return None
    return number_or_none(fit_calibration(prediction.y, corrected)["calibration_intercept"])
