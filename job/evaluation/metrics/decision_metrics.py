"""Metrics of the decisions of one run: from the four counts of its confusion matrix."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from job.evaluation.metrics.metric_registry import NO_NEGATIVES, NO_POSITIVES, Undefined, Value

_NONE_PREDICTED = Undefined("no row is predicted positive")
_NOTHING_POSITIVE = Undefined("the test part has no positive row, and none is predicted positive")
_NO_COST = Undefined("no cost in the spec")
_ONE_LABEL = Undefined("all test rows have one label, and every decision was that label")


@dataclass(frozen=True)
class Counts:
    """The confusion counts of one test part.

    Parameters
    ----------
    tn, fp, fn, tp : int
        Rows; positive is the minority label, and a decision for it is an alert.
    """

    tn: int
    fp: int
    fn: int
    tp: int

    @property
    def positives(self) -> int:
        """Positive rows of the test part."""
        return self.fn + self.tp

    @property
    def negatives(self) -> int:
        """Rows of the rest in the test part."""
        return self.tn + self.fp

    @property
    def alarms(self) -> int:
        """Rows that were decided positive."""
        return self.fp + self.tp

    @property
    def rows(self) -> int:
        """Rows of the test part."""
        return self.positives + self.negatives


def count_decisions(y: np.ndarray, decisions: np.ndarray) -> Counts:
    """Count right and wrong decisions of either kind.

    Parameters
    ----------
    y, decisions : ndarray of shape (n_rows,) of 0 and 1
        The labels, and what was decided.

    Returns
    -------
    Counts
        The four counts.
    """
    positive, alarm = y == 1, decisions == 1
    tp = int(np.count_nonzero(positive & alarm))
    fp = int(np.count_nonzero(alarm)) - tp
    fn = int(np.count_nonzero(positive)) - tp
    return Counts(tn=len(y) - tp - fp - fn, fp=fp, fn=fn, tp=tp)


def evaluate_decisions(counts: Counts, cost: tuple[float, float] | None) -> Mapping[str, Value]:
    """Compute every metric that reads the four counts only.

    Recall, specificity, precision, F1 and accuracy are the usual ratios, undefined where scikit-learn returns 0 with
    a warning. Balanced accuracy is the mean of recall and specificity, the geometric mean the root of their product;
    both are undefined when either is, although scikit-learn (with a warning) and imbalanced-learn then go on with the
    one class that there is.

    Parameters
    ----------
    counts : Counts
        Of one test part, with a row at least.
    cost : (float, float) or None
        What a missed positive row and a false alert cost; None where nobody said.

    Returns
    -------
    Mapping[str, Value]
        Name -> value.

    References
    ----------
    .. [1] Brodersen, Ong, Stephan, Buhmann (2010). The balanced accuracy and its posterior distribution. ICPR.
    .. [2] Kubat, Matwin (1997). Addressing the curse of imbalanced training sets: one-sided selection. ICML.
    .. [3] Elkan (2001). The foundations of cost-sensitive learning. IJCAI, section 1 (expected cost).
    """
    recall: Value = counts.tp / counts.positives if counts.positives else NO_POSITIVES
    specificity: Value = counts.tn / counts.negatives if counts.negatives else NO_NEGATIVES
    wrong = counts.fp + counts.fn
    return {
        **vars(counts),
        "recall": recall,
        "specificity": specificity,
        "precision": counts.tp / counts.alarms if counts.alarms else _NONE_PREDICTED,
        "f1": 2 * counts.tp / (2 * counts.tp + wrong) if counts.tp + wrong else _NOTHING_POSITIVE,
        "mcc": matthews_correlation(counts),
        "balanced_accuracy": _combine(recall, specificity, lambda a, b: (a + b) / 2),
        "geometric_mean": _combine(recall, specificity, lambda a, b: math.sqrt(a * b)),
        "accuracy": (counts.rows - wrong) / counts.rows,
        "false_alarms_per_1000": 1000 * counts.fp / counts.rows,
        "expected_cost_per_1000": 1000 * (counts.fn * cost[0] + counts.fp * cost[1]) / counts.rows
        if cost
        else _NO_COST,
    }


def matthews_correlation(counts: Counts) -> Value:
    """Compute Matthews' correlation of decisions and labels.

    Where labels or decisions are all alike the formula is 0/0. As in scikit-learn the value is then 0, the limit as
    the counts approach that case; only when labels and decisions are all one and the same label, where scikit-learn
    warns, is there none.

    Parameters
    ----------
    counts : Counts
        Of one test part.

    Returns
    -------
    Value
        Between -1 and 1.

    References
    ----------
    .. [1] Matthews (1975). Comparison of the predicted and observed secondary structure of T4 phage lysozyme.
       Biochimica et Biophysica Acta 405, 442-451.
    .. [2] Chicco, Jurman (2020). The advantages of the Matthews correlation coefficient over F1 score and accuracy.
       BMC Genomics 21:6 (the limit 0).
    """
    if counts.rows in (counts.tn, counts.tp):
        return _ONE_LABEL
    # Python's integers are exact: products of four counts would overflow 64 bits.
    product = counts.alarms * counts.positives * counts.negatives * (counts.rows - counts.alarms)
    return (counts.tp * counts.tn - counts.fp * counts.fn) / math.sqrt(product) if product else 0.0


@dataclass(frozen=True, eq=False)
class Rates:
    """What decisions come to at a prevalence: numbers, or arrays with one for each decision.

    Where the positives have another share than in the data, both rates stay and their weights change [1]_.

    Parameters
    ----------
    recall, false_positive_rate : float or ndarray
    prevalence : float or ndarray

    References
    ----------
    .. [1] Elkan (2001). The foundations of cost-sensitive learning. IJCAI, section 3 (a change in base rate).
    """

    recall: Any
    false_positive_rate: Any
    prevalence: Any

    @property
    def false_alarms_per_1000(self) -> Any:
        """Of 1,000 rows."""
        return 1000 * (1 - self.prevalence) * self.false_positive_rate

    @property
    def alerts_per_1000(self) -> Any:
        """Of 1,000 rows, right and false ones."""
        return 1000 * self.prevalence * self.recall + self.false_alarms_per_1000

    @property
    def missed_per_1000(self) -> Any:
        """Of 1,000 rows."""
        return 1000 * self.prevalence * (1 - self.recall)

    @property
    def precision(self) -> Any:
        """NaN without an alert."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.divide(1000 * self.prevalence * self.recall, self.alerts_per_1000)

    def cost(self, cost: tuple[float, float]) -> Any:
        """Of 1,000 rows."""
        return self.missed_per_1000 * cost[0] + self.false_alarms_per_1000 * cost[1]


def _combine(recall: Value, specificity: Value, formula: Callable[[float, float], float]) -> Value:
    """Apply a formula to two values, unless one of them doesn't exist."""
    if isinstance(recall, Undefined):
        return recall
    return specificity if isinstance(specificity, Undefined) else formula(recall, specificity)
