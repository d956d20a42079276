"""What each metric is called, which way is better, and how splits are summarised; or why a value is undefined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


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


@dataclass(frozen=True)
class Metric:
    """One metric.

    Parameters
    ----------
    name : str
        As in `job.names.METRICS` and in files.
    label : str
        Short, for tables.
    better : {"higher", "lower"} or None
        Which way is better; None where neither is.
    statistic : {"mean", "median"}
        What summarises its values over splits.
    unit : str
        What it counts; empty for pure numbers.
    description : str
        One sentence in plain words.
    """

    name: str
    label: str
    better: Literal["higher", "lower"] | None
    statistic: Literal["mean", "median"]
    unit: str
    description: str


def _metric(
    name: str,
    label: str,
    better: Literal["higher", "lower"] | None,
    description: str,
    unit: str = "",
    statistic: Literal["mean", "median"] = "mean",
) -> Metric:
    return Metric(name, label, better, statistic, unit, description)


METRICS: tuple[Metric, ...] = (
    _metric("tn", "True negatives", None, "Rows of the rest that raised no alarm.", "rows"),
    _metric("fp", "False alarms", "lower", "Rows of the rest that raised an alarm.", "rows"),
    _metric("fn", "Missed", "lower", "Positive rows that raised no alarm.", "rows"),
    _metric("tp", "Found", None, "Positive rows that raised an alarm.", "rows"),
    _metric("recall", "Recall", "higher", "Share of the positive rows that were found.", "share"),
    _metric("specificity", "Specificity", "higher", "Share of the rest that raised no alarm.", "share"),
    _metric("precision", "Precision", "higher", "Share of the alarms that were right.", "share"),
    _metric("f1", "F1", "higher", "Harmonic mean of precision and recall."),
    _metric("mcc", "MCC", "higher", "Matthews' correlation between decisions and labels: 1 is perfect, 0 is chance."),
    _metric("balanced_accuracy", "Balanced accuracy", "higher", "Mean of recall and specificity."),
    _metric("geometric_mean", "Geometric mean", "higher", "Square root of recall times specificity."),
    _metric("accuracy", "Accuracy", "higher", "Share of all rows that were decided rightly.", "share"),
    _metric(
        "false_alarms_per_1000",
        "False alarms per 1,000",
        "lower",
        "False alarms for every 1,000 rows.",
        "per 1,000 rows",
    ),
    _metric(
        "expected_cost_per_1000",
        "Cost per 1,000",
        "lower",
        "What missed positive rows and false alarms cost for every 1,000 rows.",
        "cost per 1,000 rows",
    ),
    _metric(
        "roc_auc",
        "ROC AUC",
        "higher",
        "Chance that a positive row has a higher score than a row of the rest, whatever the threshold.",
    ),
    _metric(
        "average_precision",
        "Average precision",
        "higher",
        "Precision averaged over all the recalls that thresholds reach; a random order has a little more than the "
        "share of positive rows.",
    ),
    _metric("brier", "Brier score", "lower", "Mean squared distance of the probability from what came true."),
    _metric(
        "log_loss",
        "Log loss",
        "lower",
        "Mean of -log of the probability given to what came true; sure and wrong costs most.",
    ),
    _metric(
        "mean_predicted", "Mean predicted", None, "Mean probability of being positive; compare with the prevalence."
    ),
    _metric(
        "calibration_slope",
        "Calibration slope",
        None,
        "1 is right; below 1 the probabilities are too extreme, above 1 too timid.",
        statistic="median",
    ),
    _metric(
        "calibration_intercept",
        "Calibration intercept",
        None,
        "0 is right; below 0 the probabilities are too high on the whole, above 0 too low.",
        "log odds",
        statistic="median",
    ),
    _metric(
        "brier_corrected",
        "Brier score, corrected",
        "lower",
        "Brier score after the probabilities were corrected for what resampling did to the share of positive rows; "
        "exact for class weights and random over- and under-sampling only.",
    ),
    _metric("log_loss_corrected", "Log loss, corrected", "lower", "Log loss after the same correction."),
    _metric(
        "mean_predicted_corrected", "Mean predicted, corrected", None, "Mean probability after the same correction."
    ),
    _metric(
        "recall_at_baseline_fpr",
        "Recall at baseline's false-positive rate",
        "higher",
        "Recall that the ranking reaches with as many false alarms as baseline raises.",
        "share",
    ),
    _metric(
        "rank_gain_at_own_fpr",
        "Rank gain at own false-positive rate",
        "higher",
        "Recall beyond what baseline's ranking reaches with as many false alarms as this strategy raises.",
        "difference of shares",
    ),
    _metric(
        "precision_at_baseline_recall",
        "Precision at baseline's recall",
        "higher",
        "Highest precision that the ranking reaches while finding at least as many positive rows as baseline finds.",
        "share",
    ),
    _metric(
        "recall_at_alerts",
        "Recall at alerts",
        "higher",
        "Share of the positive rows among the highest scores, as many as can be looked at.",
        "share",
    ),
)
"""Every metric, in the order of `job.names.METRICS`."""
