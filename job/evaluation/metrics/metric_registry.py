"""What each metric is called, which way is better, and how splits are summarised; or why a value is undefined."""

from collections.abc import Mapping
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
NO_NEGATIVES = Undefined("the test part has only positive rows")


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
    unit : str
        What it counts; empty for pure numbers.
    statistic : {"mean", "median"}
        What summarises its values over splits.
    """

    name: str
    label: str
    better: Literal["higher", "lower"] | None
    unit: str = ""
    statistic: Literal["mean", "median"] = "mean"

    @property
    def description(self) -> str:
        """One sentence in plain words."""
        return _SENTENCES[self.name]


_SENTENCES: Mapping[str, str] = {
    "tn": "Negative rows predicted negative.",
    "fp": "Negative rows predicted positive: false alerts.",
    "fn": "Positive rows predicted negative: missed.",
    "tp": "Positive rows predicted positive: found.",
    "recall": "Share of the positive rows that are predicted positive.",
    "specificity": "Share of the negative rows that are predicted negative.",
    "precision": "Share of the predicted positives that are positive.",
    "f1": "Harmonic mean of precision and recall.",
    "mcc": "Matthews' correlation between decisions and labels: 1 is perfect, 0 is chance.",
    "balanced_accuracy": "Mean of recall and specificity.",
    "geometric_mean": "Square root of recall times specificity.",
    "accuracy": "Share of all rows that are predicted correctly.",
    "false_alarms_per_1000": "False positives in every 1,000 rows.",
    "expected_cost_per_1000": "Cost of false negatives and false positives in every 1,000 rows.",
    "roc_auc": "Probability that a random positive row scores higher than a random negative row; no threshold matters.",
    "average_precision": "Precision averaged over all the recalls that thresholds reach; a random ranking scores "
    "slightly above the share of positive rows.",
    "brier": "Mean squared difference between the predicted probability and the label (0 or 1).",
    "log_loss": "Mean of -log of the probability predicted for the true class; confident errors cost most.",
    "mean_predicted": "Mean predicted probability of the positive class; compare with the prevalence.",
    "calibration_slope": "1 is ideal; below 1 the probabilities are too extreme, above 1 too moderate.",
    "calibration_intercept": "0 is ideal; below 0 the probabilities are too high on average, above 0 too low.",
    "brier_corrected": "Brier score after correcting the probabilities for the share of positive rows that "
    "resampling changed; exact for class weights and random over- and under-sampling only.",
    "log_loss_corrected": "Log loss after the same correction.",
    "mean_predicted_corrected": "Mean probability after the same correction.",
    "recall_at_baseline_fpr": "Recall of the ranking at baseline's number of false positives.",
    "rank_gain_at_own_fpr": "Recall above that of baseline's ranking at this strategy's number of false positives.",
    "precision_at_baseline_recall": "Highest precision of the ranking at a recall at least as high as baseline's.",
    "recall_at_alerts": "Share of the positive rows among the highest scores, as many as the alert budget allows.",
}

METRICS: tuple[Metric, ...] = (
    Metric("tn", "True negatives", None, "rows"),
    Metric("fp", "False positives", "lower", "rows"),
    Metric("fn", "False negatives", "lower", "rows"),
    Metric("tp", "True positives", None, "rows"),
    Metric("recall", "Recall", "higher", "share"),
    Metric("specificity", "Specificity", "higher", "share"),
    Metric("precision", "Precision", "higher", "share"),
    Metric("f1", "F1", "higher"),
    Metric("mcc", "MCC", "higher"),
    Metric("balanced_accuracy", "Balanced accuracy", "higher"),
    Metric("geometric_mean", "Geometric mean", "higher"),
    Metric("accuracy", "Accuracy", "higher", "share"),
    Metric("false_alarms_per_1000", "False alerts per 1,000", "lower", "per 1,000 rows"),
    Metric("expected_cost_per_1000", "Cost per 1,000", "lower", "cost per 1,000 rows"),
    Metric("roc_auc", "ROC AUC", "higher"),
    Metric("average_precision", "Average precision", "higher"),
    Metric("brier", "Brier score", "lower"),
    Metric("log_loss", "Log loss", "lower"),
    Metric("mean_predicted", "Mean predicted", None),
    Metric("calibration_slope", "Calibration slope", None, statistic="median"),
    Metric("calibration_intercept", "Calibration intercept", None, "log odds", statistic="median"),
    Metric("brier_corrected", "Brier score, corrected", "lower"),
    Metric("log_loss_corrected", "Log loss, corrected", "lower"),
    Metric("mean_predicted_corrected", "Mean predicted, corrected", None),
    Metric("recall_at_baseline_fpr", "Recall at baseline's false-positive rate", "higher", "share"),
    Metric("rank_gain_at_own_fpr", "Rank gain at own false-positive rate", "higher", "difference of shares"),
    Metric("precision_at_baseline_recall", "Precision at baseline's recall", "higher", "share"),
    Metric("recall_at_alerts", "Recall at alerts", "higher", "share"),
)
"""Every metric, in the order of `job.names.METRICS`."""
