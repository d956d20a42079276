"""The groups in which the page shows metrics; a test holds that every metric stands in one of them."""

from __future__ import annotations

from dataclasses import dataclass

CONFUSION = ("tn", "fp", "fn", "tp")


@dataclass(frozen=True)
class Group:
    """Metrics that answer one kind of question.

    Parameters
    ----------
    reading : str
        How to read them.
    """

    key: str
    title: str
    reading: str
    metrics: tuple[str, ...]


GROUPS = (
    Group(
        "decision",
        "Decisions",
        "What comes of each strategy's own decision. These change as soon as the decision threshold moves, "
        "even when the classifier has learnt nothing new.",
        (
            "recall",
            "specificity",
            "precision",
            "false_alarms_per_1000",
            "expected_cost_per_1000",
        ),
    ),
    Group(
        "decision-scores",
        "Decisions, each in one score",
        "The same decisions summed up. Each score weighs missed rows against false alarms in its own way, so they "
        "needn't agree; accuracy alone says little where the minority is rare.",
        ("f1", "mcc", "balanced_accuracy", "geometric_mean", "accuracy"),
    ),
    Group(
        "ranking",
        "Ranking",
        "How well the scores put minority rows before the others, whatever the threshold.",
        ("roc_auc", "average_precision"),
    ),
    Group(
        "probabilities",
        "Probabilities",
        "Whether a predicted probability can be taken at its word.",
        ("brier", "log_loss", "mean_predicted", "calibration_slope", "calibration_intercept"),
    ),
    Group(
        "corrected-probabilities",
        "Probabilities, corrected",
        "The same after the arithmetic that takes the changed class shares of resampling or weighting out again. It is "
        "exact for class weights and random over- and under-sampling only; where SMOTE and its kin leave an error, "
        "“calibrated: true” is the remedy.",
        ("brier_corrected", "log_loss_corrected", "mean_predicted_corrected"),
    ),
    Group(
        "equal-footing",
        "On equal footing",
        "Strategies at the same number of false alarms, the same recall or the same number of alarms, where none can "
        "gain by moving its threshold. They describe; the ranking metric decides.",
        ("recall_at_baseline_fpr", "rank_gain_at_own_fpr", "precision_at_baseline_recall", "recall_at_alerts"),
    ),
)
