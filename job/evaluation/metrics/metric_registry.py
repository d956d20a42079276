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
    description : str
        One sentence in plain words.
    unit : str
        What it counts; empty for pure numbers.
    statistic : {"mean", "median"}
        What summarises its values over splits.
    """

    name: str
    label: str
    better: Literal["higher", "lower"] | None
    description: str
    unit: str = ""
    statistic: Literal["mean", "median"] = "mean"


METRICS: tuple[Metric, ...] = (
    Metric("tn", "True negatives", None, "Rows of the rest that raised no alarm.", "rows"),
    Metric("fp", "False alarms", "lower", "Rows of the rest that raised an alarm.", "rows"),
    Metric("fn", "Missed", "lower", "Positive rows that raised no alarm.", "rows"),
    Metric("tp", "Found", None, "Positive rows that raised an alarm.", "rows"),
    Metric("recall", "Recall", "higher", "Share of the positive rows that were found.", "share"),
    Metric("specificity", "Specificity", "higher", "Share of the rest that raised no alarm.", "share"),
    Metric("precision", "Precision", "higher", "Share of the alarms that were right.", "share"),
    Metric("f1", "F1", "higher", "Harmonic mean of precision and recall."),
    Metric("mcc", "MCC", "higher", "Matthews' correlation between decisions and labels: 1 is perfect, 0 is chance."),
    Metric("balanced_accuracy", "Balanced accuracy", "higher", "Mean of recall and specificity."),
    Metric("geometric_mean", "Geometric mean", "higher", "Square root of recall times specificity."),
    Metric("accuracy", "Accuracy", "higher", "Share of all rows that were decided rightly.", "share"),
    Metric(
        "false_alarms_per_1000",
        "False alarms per 1,000",
        "lower",
        "False alarms for every 1,000 rows.",
        "per 1,000 rows",
    ),
    Metric(
        "expected_cost_per_1000",
        "Cost per 1,000",
        "lower",
        "What missed positive rows and false alarms cost for every 1,000 rows.",
        "cost per 1,000 rows",
    ),
    Metric(
        "roc_auc",
        "ROC AUC",
        "higher",
        "Chance that a positive row has a higher score than a row of the rest, whatever the threshold.",
    ),
    Metric(
        "average_precision",
        "Average precision",
        "higher",
        "Precision averaged over all the recalls that thresholds reach; a random order has a little more than the "
        "share of positive rows.",
    ),
    Metric("brier", "Brier score", "lower", "Mean squared distance of the probability from what came true."),
    Metric(
        "log_loss",
        "Log loss",
        "lower",
        "Mean of -log of the probability given to what came true; sure and wrong costs most.",
    ),
    Metric(
        "mean_predicted", "Mean predicted", None, "Mean probability of being positive; compare with the prevalence."
    ),
    Metric(
        "calibration_slope",
        "Calibration slope",
        None,
        "1 is right; below 1 the probabilities are too extreme, above 1 too timid.",
        statistic="median",
    ),
    Metric(
        "calibration_intercept",
        "Calibration intercept",
        None,
        "0 is right; below 0 the probabilities are too high on the whole, above 0 too low.",
        "log odds",
        statistic="median",
    ),
    Metric(
        "brier_corrected",
        "Brier score, corrected",
        "lower",
        "Brier score after the probabilities were corrected for what resampling did to the share of positive rows; "
        "exact for class weights and random over- and under-sampling only.",
    ),
    Metric("log_loss_corrected", "Log loss, corrected", "lower", "Log loss after the same correction."),
    Metric(
        "mean_predicted_corrected", "Mean predicted, corrected", None, "Mean probability after the same correction."
    ),
    Metric(
        "recall_at_baseline_fpr",
        "Recall at baseline's false-positive rate",
        "higher",
        "Recall that the ranking reaches with as many false alarms as baseline raises.",
        "share",
    ),
    Metric(
        "rank_gain_at_own_fpr",
        "Rank gain at own false-positive rate",
        "higher",
        "Recall beyond what baseline's ranking reaches with as many false alarms as this strategy raises.",
        "difference of shares",
    ),
    Metric(
        "precision_at_baseline_recall",
        "Precision at baseline's recall",
        "higher",
        "Highest precision that the ranking reaches while finding at least as many positive rows as baseline finds.",
        "share",
    ),
    Metric(
        "recall_at_alerts",
        "Recall at alerts",
        "higher",
        "Share of the positive rows among the highest scores, as many as can be looked at.",
        "share",
    ),
)
"""Every metric, in the order of `job.names.METRICS`."""
