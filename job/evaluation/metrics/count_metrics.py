"""Metrics of counts: of right and wrong decisions at one threshold, and of the two cumulative counts at every one."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import digamma

from job.evaluation.metrics.metric_registry import NO_NEGATIVES, NO_POSITIVES, Undefined, Value

_ROUND_OFF = 1e-9  # a share of the grid times a count may miss its whole number by that much
_LEAST_TO_HALVE = 4
_TOO_FEW_TO_HALVE = Undefined(f"fewer than {_LEAST_TO_HALVE} positive rows can't be halved")
_BASELINE_FOUND_NONE = Undefined("the recall of baseline is 0, which every threshold reaches")
_NO_ALARM = Undefined("no alarm was raised")
_NOTHING_POSITIVE = Undefined("the test part has no positive row, and no alarm was raised")
_NO_COST = Undefined("no cost in the spec")
_ONE_LABEL = Undefined("all test rows have one label, and every decision was that label")


@dataclass(frozen=True)
class Counts:
    """The confusion counts of one test part.

    Parameters
    ----------
    tn, fp, fn, tp : int
        Rows; positive is the minority label, and a decision for it is an alarm.
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
        What a missed positive row and a false alarm cost; None where nobody said.

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
        "tn": counts.tn,
        "fp": counts.fp,
        "fn": counts.fn,
        "tp": counts.tp,
        "recall": recall,
        "specificity": specificity,
        "precision": counts.tp / counts.alarms if counts.alarms else _NO_ALARM,
        "f1": 2 * counts.tp / (2 * counts.tp + wrong) if counts.tp + wrong else _NOTHING_POSITIVE,
        "mcc": matthews_correlation(counts),
        "balanced_accuracy": _combine(recall, specificity, lambda a, b: (a + b) / 2),
        "geometric_mean": _combine(recall, specificity, lambda a, b: math.sqrt(a * b)),
        "accuracy": (counts.rows - wrong) / counts.rows,
        "false_alarms_per_1000": 1000 * counts.fp / counts.rows,
        "expected_cost_per_1000": _NO_COST
        if cost is None
        else 1000 * (counts.fn * cost[0] + counts.fp * cost[1]) / counts.rows,
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


@dataclass(frozen=True)
class Rates:
    """Shares of all rows, as numbers or arrays: alerts that are right, false ones, and positive rows without one."""

    true_alarms: Any
    false_alarms: Any
    missed: Any

    @property
    def precision(self) -> Any:
        """Share of alerts that are right; NaN without an alert."""
        alarms = np.asarray(self.true_alarms + self.false_alarms, dtype=float)
        return np.divide(self.true_alarms, alarms, out=np.full(alarms.shape, np.nan), where=alarms > 0)[()]

    @property
    def alerts_per_1000(self) -> Any:
        """Alerts for each 1,000 rows, right or wrong."""
        return 1000 * (self.true_alarms + self.false_alarms)

    def cost_per_1000(self, false_negative: float, false_positive: float) -> Any:
        """What the errors cost for each 1,000 rows."""
        return 1000 * (self.missed * false_negative + self.false_alarms * false_positive)


def at_prevalence(recall: Any, false_positive_rate: Any, prevalence: float) -> Rates:
    """Say what decisions become where the positives have another share: both rates stay, their weights change [1]_.

    References
    ----------
    .. [1] Elkan (2001). The foundations of cost-sensitive learning. IJCAI, section 3 (a change in base rate).
    """
    return Rates(prevalence * recall, (1 - prevalence) * false_positive_rate, prevalence * (1 - recall))


def _combine(recall: Value, specificity: Value, formula: Callable[[float, float], float]) -> Value:
    """Apply a formula to two values, unless one of them doesn't exist."""
    if isinstance(recall, Undefined):
        return recall
    return specificity if isinstance(specificity, Undefined) else formula(recall, specificity)


@dataclass(frozen=True, eq=False)
class Ranking:
    """What lowering the threshold from above the highest score to the lowest brings, one point per distinct score.

    Parameters
    ----------
    true_alarms, false_alarms : ndarray of shape (n_distinct + 1,) of int64
        Positive rows, and rows of the rest, at or above each threshold; both start at 0 and end at their total.
    """

    true_alarms: np.ndarray
    false_alarms: np.ndarray

    @property
    def positives(self) -> int:
        """Positive rows."""
        return int(self.true_alarms[-1])

    @property
    def negatives(self) -> int:
        """Rows of the rest."""
        return int(self.false_alarms[-1])

    @property
    def lacks(self) -> Undefined | None:
        """Say which class is absent, if one is."""
        if not self.positives:
            return NO_POSITIVES
        return None if self.negatives else NO_NEGATIVES


def build_ranking(y: np.ndarray, scores: np.ndarray) -> Ranking:
    """Sort the rows by score, once; rows with equal scores share one threshold.

    Parameters
    ----------
    y : ndarray of shape (n_rows,) of 0 and 1
        Labels.
    scores : ndarray of shape (n_rows,), float64
        Higher means more likely positive; all finite.

    Returns
    -------
    Ranking
        The counts at every threshold.
    """
    order = np.argsort(scores)[::-1]
    ordered = scores[order]
    last_of_ties = np.append(np.flatnonzero(ordered[1:] != ordered[:-1]), len(ordered) - 1)
    true_alarms = np.cumsum(y[order], dtype=np.int64)[last_of_ties]
    false_alarms = last_of_ties + 1 - true_alarms
    return Ranking(np.append(0, true_alarms), np.append(0, false_alarms))


def roc_auc(ranking: Ranking) -> Value:
    """Compute the area under the ROC curve, ties counted half.

    Parameters
    ----------
    ranking : Ranking
        Of one test part.

    Returns
    -------
    Value
        Share of (positive, other) pairs in which the positive row has the higher score.

    References
    ----------
    .. [1] Hanley, McNeil (1982). The meaning and use of the area under a receiver operating characteristic (ROC)
       curve. Radiology 143, 29-36.
    """
    if ranking.lacks:
        return ranking.lacks
    heights = ranking.true_alarms[1:] + ranking.true_alarms[:-1]
    doubled_area = int((np.diff(ranking.false_alarms) * heights).sum())  # whole numbers: exact in any order
    return doubled_area / (2 * ranking.positives * ranking.negatives)


def average_precision(ranking: Ranking) -> Value:
    """Compute scikit-learn's average precision: the sum over thresholds of (R_n - R_{n-1}) P_n.

    Parameters
    ----------
    ranking : Ranking
        Of one test part.

    Returns
    -------
    Value
        Between 0 and 1.

    References
    ----------
    .. [1] Zhu (2004). Recall, precision and average precision. Working paper 2004-09, University of Waterloo.
    """
    if ranking.lacks:
        return ranking.lacks
    gained = np.diff(ranking.true_alarms)
    return float((gained * _precisions(ranking)).sum() / ranking.positives)


def expect_by_chance(n_rows: int, n_positive: int) -> float:
    """Compute the expectation of average precision over all orders of the rows, which exceeds the share of positives.

    (m - 1)/(n - 1) + (H_n/n) (n - m)/(n - 1), with m positives among n rows and H_n = 1 + 1/2 + ... + 1/n.

    Parameters
    ----------
    n_rows, n_positive : int
        Of one test part, with a positive row at least.

    Returns
    -------
    float

    References
    ----------
    .. [1] Bestgen (2015). Exact expected average precision of the random baseline for system evaluation. Prague
       Bulletin of Mathematical Linguistics 103, 131-138.
    """
    if n_rows == n_positive:
        return 1.0
    harmonic = float(digamma(n_rows + 1) + np.euler_gamma)
    return (n_positive - 1 + harmonic / n_rows * (n_rows - n_positive)) / (n_rows - 1)


def average_precision_of_halves(ranking: Ranking, n_halves: int, luck: np.random.Generator) -> Value:
    """Average the average precision of random halves of the rows, drawn class by class.

    It exceeds that of all rows by about what that exceeds its limit for many rows: both are about inversely
    proportional to the number of positive rows.

    Parameters
    ----------
    ranking : Ranking
    n_halves : int
        Even: halves of an odd number are drawn in pairs, one rounded down and one up.
    luck : Generator

    Returns
    -------
    Value
    """
    if ranking.lacks or ranking.positives < _LEAST_TO_HALVE:
        return ranking.lacks or _TOO_FEW_TO_HALVE
    gained = np.diff(ranking.true_alarms)
    steps = np.flatnonzero(gained)
    passed = np.diff(np.concatenate([[0], ranking.false_alarms[1:][steps], [ranking.negatives]]))
    found = []
    for odd in (0, 1):
        sizes = (half + odd * rest for half, rest in (divmod(ranking.positives, 2), divmod(ranking.negatives, 2)))
        true, false = (
            np.cumsum(luck.multivariate_hypergeometric(counts, size, n_halves // 2, method="marginals"), axis=1)
            for counts, size in zip((gained[steps], passed), sizes, strict=True)
        )
        alarms = np.maximum(true + false[:, :-1], 1)
        found.append((np.diff(true, axis=1, prepend=0) * true / alarms).sum(axis=1) / true[:, -1])
    return float(np.mean(found))


def read_roc(ranking: Ranking, rates: np.ndarray) -> np.ndarray:
    """Read the ROC curve: the highest recall at each false-positive rate, linear between points.

    Parameters
    ----------
    ranking : Ranking
        With rows of both classes.
    rates : ndarray
        False-positive rates, 0 to 1.

    Returns
    -------
    ndarray
        Recall at each.
    """
    return _true_alarms_at(ranking, _snap(rates * ranking.negatives)) / ranking.positives


def read_precision_recall(ranking: Ranking, recalls: np.ndarray) -> np.ndarray:
    """Read the precision-recall curve: the highest precision among thresholds whose recall is at least that asked for.

    Parameters
    ----------
    ranking : Ranking
        With a positive row at least.
    recalls : ndarray
        Recalls, 0 to 1.

    Returns
    -------
    ndarray
        Precision at each.
    """
    return _best_precisions_at(ranking, np.ceil(_snap(recalls * ranking.positives)))


def recall_at_alerts(ranking: Ranking, n_alerts: float) -> Value:
    """Compute the recall among the highest scores, where rows that tie at the border count by their expectation.

    Parameters
    ----------
    ranking : Ranking
        Of one test part.
    n_alerts : float
        Rows that can be looked at; may have a fraction, and may exceed the rows that there are.

    Returns
    -------
    Value
        Between 0 and 1.

    References
    ----------
    .. [1] McSherry, Najork (2008). Computing information retrieval performance measures efficiently in the presence
       of tied scores. ECIR, section 3 (the expectation over tied rows is linear in their number).
    """
    if not ranking.positives:
        return NO_POSITIVES
    alarms = ranking.true_alarms + ranking.false_alarms
    return float(np.interp(n_alerts, alarms, ranking.true_alarms) / ranking.positives)


def recall_at_false_alarms(ranking: Ranking, n_false_alarms: int) -> Value:
    """Read the ROC curve at a decision's false-positive rate: the highest recall there, linear between points.

    Parameters
    ----------
    ranking : Ranking
        Of one test part.
    n_false_alarms : int
        False alarms of the decision, on the same test part: its false-positive rate times the rows of the rest.

    Returns
    -------
    Value
        Between 0 and 1.

    References
    ----------
    .. [1] Fawcett (2006). An introduction to ROC analysis. Pattern Recognition Letters 27, 861-874, section 9.1.
    """
    if ranking.lacks:
        return ranking.lacks
    return float(_true_alarms_at(ranking, n_false_alarms) / ranking.positives)


def rank_gain(ranking: Ranking, baseline: Ranking, n_false_alarms: int) -> Value:
    """Subtract baseline's ROC curve from the strategy's, both read at the strategy's own false-positive rate.

    Parameters
    ----------
    ranking, baseline : Ranking
        Of one test part.
    n_false_alarms : int
        False alarms of the strategy's decision.

    Returns
    -------
    Value
        Between -1 and 1; 0 where both rank alike, whatever their thresholds.
    """
    if ranking.lacks:
        return ranking.lacks
    gained = _true_alarms_at(ranking, n_false_alarms) - _true_alarms_at(baseline, n_false_alarms)
    return float(gained / ranking.positives)


def precision_at_true_alarms(ranking: Ranking, n_true_alarms: int) -> Value:
    """Find the highest precision among the thresholds whose recall is at least that of baseline's decision.

    Parameters
    ----------
    ranking : Ranking
        Of one test part.
    n_true_alarms : int
        Positive rows that baseline's decision found on the same test part.

    Returns
    -------
    Value
        Between 0 and 1.
    """
    if not ranking.positives:
        return NO_POSITIVES
    return float(_best_precisions_at(ranking, n_true_alarms)) if n_true_alarms else _BASELINE_FOUND_NONE


def _precisions(ranking: Ranking) -> np.ndarray:
    """Precision at every threshold that raises an alarm."""
    return np.asarray(ranking.true_alarms[1:] / (ranking.true_alarms[1:] + ranking.false_alarms[1:]))


def _true_alarms_at(ranking: Ranking, false_alarms: np.ndarray | float) -> np.ndarray:
    """Read the curve at counts of false alarms: the top of a vertical stretch, linear between points."""
    right = np.searchsorted(ranking.false_alarms, false_alarms, side="right")
    left = right - 1
    right = np.minimum(right, len(ranking.false_alarms) - 1)
    width = np.maximum(ranking.false_alarms[right] - ranking.false_alarms[left], 1)
    share = (false_alarms - ranking.false_alarms[left]) / width
    return np.asarray(ranking.true_alarms[left] + share * (ranking.true_alarms[right] - ranking.true_alarms[left]))


def _best_precisions_at(ranking: Ranking, true_alarms: np.ndarray | float) -> np.ndarray:
    """Highest precision among thresholds with at least so many true alarms."""
    best_from_here = np.maximum.accumulate(_precisions(ranking)[::-1])[::-1]
    return np.asarray(best_from_here[np.searchsorted(ranking.true_alarms[1:], true_alarms, side="left")])


def _snap(counts: np.ndarray) -> np.ndarray:
    """Undo the round-off of a share times a count."""
    whole = np.round(counts)
    return np.asarray(np.where(np.abs(counts - whole) < _ROUND_OFF, whole, counts))
