"""Numbers as the page prints them, and where each metric stands."""

from __future__ import annotations

MEDIANS = ("calibration_slope", "calibration_intercept")
# The columns of every metric table, written down here a second time on purpose.
TABLES = {
    "main": ("recall", "precision", "false_alarms_per_1000", "average_precision", "mean_predicted"),
    "decision": ("recall", "specificity", "precision", "false_alarms_per_1000", "expected_cost_per_1000"),
    "decision-scores": ("f1", "mcc", "balanced_accuracy", "geometric_mean", "accuracy"),
    "ranking": ("roc_auc", "average_precision"),
    "probabilities": ("brier", "log_loss", "mean_predicted", *MEDIANS),
    "corrected-probabilities": ("brier_corrected", "log_loss_corrected", "mean_predicted_corrected"),
    "equal-footing": (
        "recall_at_baseline_fpr",
        "rank_gain_at_own_fpr",
        "precision_at_baseline_recall",
        "recall_at_alerts",
    ),
    "confusion": ("tn", "fp", "fn", "tp"),
}


def number_of(text: str) -> tuple[float, float]:
    """A printed number, and the most that rounding can have moved it."""
    plain = text.strip().removeprefix("±").strip().replace("\u2212", "-").replace(",", "")
    decimals = len(plain.partition(".")[2])
    return float(plain), 0.5 * 10**-decimals + 1e-9


def assert_printed(expected: float, text: str) -> None:
    """The text is this number, rounded."""
    value, rounding = number_of(text)
    assert abs(expected - value) <= rounding, f"{text} is not {expected}"
