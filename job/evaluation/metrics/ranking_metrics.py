"""Metrics of the ranking of one run: ROC AUC, average precision and readings of both curves; ties share a threshold."""

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma

from job.evaluation.metrics.metric_registry import NO_NEGATIVES, NO_POSITIVES, Undefined, Value

_ROUND_OFF = 1e-9  # a share of the grid times a count may miss its whole number by that much
_LEAST_TO_HALVE = 4
_TOO_FEW_TO_HALVE = Undefined(f"fewer than {_LEAST_TO_HALVE} positive rows can't be halved")
_BASELINE_FOUND_NONE = Undefined("the recall of baseline is 0, which every threshold reaches")


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
        False alerts of the decision, on the same test part: its false-positive rate times the rows of the rest.

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
        False alerts of the strategy's decision.

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
    """Precision at every threshold that raises an alert."""
    return np.asarray(ranking.true_alarms[1:] / (ranking.true_alarms[1:] + ranking.false_alarms[1:]))


def _true_alarms_at(ranking: Ranking, false_alarms: np.ndarray | float) -> np.ndarray:
    """Read the curve at counts of false alerts: the top of a vertical stretch, linear between points."""
    right = np.searchsorted(ranking.false_alarms, false_alarms, side="right")
    left = right - 1
    right = np.minimum(right, len(ranking.false_alarms) - 1)
    width = np.maximum(ranking.false_alarms[right] - ranking.false_alarms[left], 1)
    share = (false_alarms - ranking.false_alarms[left]) / width
    return np.asarray(ranking.true_alarms[left] + share * (ranking.true_alarms[right] - ranking.true_alarms[left]))


def _best_precisions_at(ranking: Ranking, true_alarms: np.ndarray | float) -> np.ndarray:
    """Highest precision among thresholds with at least so many true alerts."""
    best_from_here = np.maximum.accumulate(_precisions(ranking)[::-1])[::-1]
    return np.asarray(best_from_here[np.searchsorted(ranking.true_alarms[1:], true_alarms, side="left")])


def _snap(counts: np.ndarray) -> np.ndarray:
    """Undo the round-off of a share times a count."""
    whole = np.round(counts)
    return np.asarray(np.where(np.abs(counts - whole) < _ROUND_OFF, whole, counts))
