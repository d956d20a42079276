"""The paired bootstrap over test rows, for jobs that have one split only, and every metric on all of its samples."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.special import expit

from job.evaluation.metrics.calibration_metrics import LOGIT_CLIP, correct_prior, error_terms
from job.evaluation.metrics.metric_registry import Undefined
from job.evaluation.metrics.run_metrics import MetricContext, Prediction
from job.evidence.statistics.paired_t import BOOTSTRAP, ROUND_OFF, Estimates

N_DRAWS = 2000
LEAST_POSITIVES = 40
LEAST_GROUPS = 20
"""Groups with a positive row; with fewer no test holds its level, this one or the corrected t-test."""
MOST_UNITS = 20_000
"""Of more test rows, or groups, several are drawn together."""
MOST_POINTS = 2_000
"""Points at which a curve is read where there are more test rows than that."""
_MOST_CELLS = 500_000  # of one chunk of weights: 4 MB, which a cache may hold
_LEAST_DRAWS = 32  # of one chunk


def enough_to_draw(y: np.ndarray, groups: np.ndarray | None) -> bool:
    """Tell whether there are positive rows, and groups that have one, enough for a bootstrap.

    Returns
    -------
    bool
        With fewer than 40 positive rows the bootstrap rejects too often; rows of a few groups are no more than these.
    """
    n_groups = LEAST_GROUPS if groups is None else len(np.unique(groups[y == 1]))
    return bool(y.sum() >= LEAST_POSITIVES and n_groups >= LEAST_GROUPS)


@dataclass(frozen=True, eq=False)
class Units:
    """What is drawn from the test rows.

    Parameters
    ----------
    of_row : ndarray of shape (n_test,) of int
        The unit of each row, from 0.
    length : int
        Units that follow each other and are drawn together, the first after the last.
    """

    of_row: np.ndarray
    length: int = 1

    @property
    def n(self) -> int:
        """How many there are."""
        return int(self.of_row.max()) + 1

    def add_up(self, values: Iterable[np.ndarray]) -> np.ndarray:
        """Sum each row of `values`, of shape (n, n_test), by unit."""
        return np.stack([np.bincount(self.of_row, each, self.n) for each in values])


def deal_units(n_test: int, groups: np.ndarray | None, seed: int, time: np.ndarray | None = None) -> Units:
    """Say which rows are drawn together.

    Rows are drawn whatever their class, so that the share of positive rows varies as it would in other rows like
    these. Where rows belong to groups, whole groups are drawn; where they have a time, blocks of about n_test^(1/3)
    rows that follow each other. Of more than 20,000 rows or groups, as many as needed are drawn together, dealt at
    random or in the order of time: a variance from 10,000 sums of independent rows is right to 1.4 %, and a draw
    costs no more for more rows.

    Parameters
    ----------
    n_test : int
    groups : ndarray of shape (n_test,) or None
    seed : int
        Of what is dealt at random.
    time : ndarray of shape (n_test,) or None
        Not read where there are groups.

    Returns
    -------
    Units

    References
    ----------
    .. [1] Davison, Hinkley (1997). Bootstrap methods and their application. Cambridge, section 3.8 (whole groups).
    .. [2] Künsch (1989). The jackknife and the bootstrap for general stationary observations. Annals of Statistics 17,
       1217-1241 (blocks).
    """
    of_row = np.arange(n_test) if groups is None else np.unique(groups, return_inverse=True)[1]
    n_units = int(of_row.max()) + 1
    size = -(-n_units // MOST_UNITS)
    if groups is None and time is not None:
        of_row[np.argsort(time, kind="stable")] = np.arange(n_test)
        return Units(of_row // size, max(1, round(n_test ** (1 / 3) / size)))
    if size > 1:
        of_row = np.random.RandomState(seed).permutation(n_units)[of_row]
    return Units(of_row // size)


def draw_weights(units: Units, seed: int) -> Iterator[np.ndarray]:
    """Draw how often each unit stands in each bootstrap sample, a chunk of samples at a time.

    Yields
    ------
    ndarray of shape (n_units, n_draws_of_chunk), float64

    References
    ----------
    .. [1] Efron, Tibshirani (1993). An introduction to the bootstrap. Chapman & Hall, chapters 8 and 13.
    """
    n_units, length = units.n, units.length
    luck = np.random.RandomState(seed)
    left, most = N_DRAWS, max(_LEAST_DRAWS, _MOST_CELLS // n_units)
    while left:
        n_draws = min(left, most)
        counts = np.empty((n_draws, n_units))
        for draw in range(n_draws):  # one after the other: the size of a chunk changes no draw
            starts = luck.randint(0, n_units, -(-n_units // length))
            drawn = (starts[:, np.newaxis] + np.arange(length)).ravel()[:n_units] % n_units
            counts[draw] = np.bincount(drawn, minlength=n_units)
        yield np.ascontiguousarray(counts.T)
        left -= n_draws


def compare_over_draws(
    observed: tuple[np.ndarray, np.ndarray],
    draws: tuple[np.ndarray, np.ndarray],
    rope: float | np.ndarray,
    confidence: float,
) -> Estimates:
    """Compare two sets of values on the one split that there is.

    It is about these two fitted models, on rows like these: it says how much luck there is in the test rows, and
    nothing about that in the training rows.

    Parameters
    ----------
    observed : (ndarray, ndarray) of shape (...)
        Left and right on the test part itself; NaN where undefined.
    draws : (ndarray, ndarray) of shape (..., n_draws)
        The same on each bootstrap sample.
    rope, confidence : float
        As for splits.

    Returns
    -------
    Estimates
        Percentile intervals; p = 2 min(1 + #≤0, 1 + #≥0) / (n_draws + 1), at most 1; the probabilities are shares of
        the draws. Nothing where fewer than half of the samples have a value.
    """
    left, right = observed
    difference, drawn = left - right, draws[0] - draws[1]
    scale = np.maximum(np.abs(left), np.abs(right))
    drawn = np.where(np.abs(drawn) > ROUND_OFF * scale[..., np.newaxis], drawn, drawn * 0.0)
    difference = np.where(np.abs(difference) > ROUND_OFF * scale, difference, difference * 0.0)
    exists = np.isfinite(drawn)
    n_drawn = exists.sum(axis=-1)
    tested = np.isfinite(difference) & (2 * n_drawn >= drawn.shape[-1])
    low, high = (edge(np.where(exists, drawn, fill), axis=-1) for edge, fill in ((np.min, np.inf), (np.max, -np.inf)))
    varies = high - low > ROUND_OFF * scale
    lower, upper = _percentiles(drawn, n_drawn, confidence)
    p_value = np.minimum(2 * (1 + np.minimum((drawn <= 0).sum(-1), (drawn >= 0).sum(-1))) / (n_drawn + 1), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(exists, drawn, 0.0).sum(axis=-1) / n_drawn
        residual = np.where(exists, drawn - mean[..., np.newaxis], 0.0)
        deviation = np.sqrt((residual**2).sum(axis=-1) / (n_drawn - 1))
        width = np.asarray(rope)[..., np.newaxis]
        below, above = ((side.sum(axis=-1) / n_drawn) for side in (drawn < -width, drawn > width))

    def where_known(values: np.ndarray) -> np.ndarray:
        return np.where(tested & varies, values, np.nan)

    return Estimates(
        n_splits=np.isfinite(difference).astype(int),
        difference=difference,
        se=where_known(deviation),
        lower=where_known(lower),
        upper=where_known(upper),
        p_value=np.where(tested & ~varies & (difference == 0), 1.0, where_known(p_value)),
        below=where_known(below),
        within=where_known(np.maximum(1 - below - above, 0.0)),
        above=where_known(above),
        tested=tested,
        varies=varies,
        method=np.full(difference.shape, BOOTSTRAP),
    )


def _percentiles(drawn: np.ndarray, n_drawn: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """Linear between order statistics, as `numpy.quantile` has them, of the draws that exist."""
    ordered = np.sort(drawn, axis=-1)  # NaN last

    def at(share: float) -> np.ndarray:
        place = np.maximum(share * (n_drawn - 1), 0.0)
        first = np.floor(place).astype(int)
        second = np.minimum(first + 1, np.maximum(n_drawn - 1, 0))
        low, high = (np.take_along_axis(ordered, index[..., np.newaxis], -1)[..., 0] for index in (first, second))
        return np.asarray(low + (place - first) * (high - low))

    return at((1 - confidence) / 2), at((1 + confidence) / 2)


Samples = np.ndarray
"""One number for each bootstrap sample: shape (n_draws,), float64, NaN where undefined."""


@dataclass(frozen=True, eq=False)
class Ordered:
    """What every sample of one prediction has in common, added up over the rows of each unit.

    Parameters
    ----------
    kinds : ndarray of shape (4, n_units)
        Rows that count as tn, fp, fn, tp.
    rows, positives : csr_array of shape (n_points - 1, n_units)
        Rows, and positive ones, between two points of the curve. A point is needed only before and after scores that
        a positive row has: elsewhere the curve runs level.
    errors, corrected : ndarray of shape (3, n_units) or None
        What Brier score, log loss and mean probability are means of; the same after the prior correction.
    calibration : tuple of (float, ndarray), or None
        Slope and intercept of the test part, each with the terms of its Newton step.
    """

    kinds: np.ndarray
    rows: csr_array
    positives: csr_array
    errors: np.ndarray | None
    corrected: np.ndarray | None
    calibration: tuple[tuple[float, np.ndarray], tuple[float, np.ndarray]] | None


@dataclass(frozen=True, eq=False)
class WeightedCounts:
    """The counts of one prediction on every sample.

    Parameters
    ----------
    tn, fp, fn, tp : ndarray of shape (n_draws,)
        At the strategy's own decision.
    true_alarms, false_alarms : ndarray of shape (n_points, n_draws)
        At or above each point of the curve, from 0 to their total.
    """

    tn: np.ndarray
    fp: np.ndarray
    fn: np.ndarray
    tp: np.ndarray
    true_alarms: np.ndarray
    false_alarms: np.ndarray


def order_rows(prediction: Prediction, units: Units) -> Ordered:
    """Do once what all samples need: sort the rows, and compute what is summed over them."""
    positive, alarm = prediction.y == 1, prediction.decisions == 1
    kinds = np.stack([~positive & ~alarm, ~positive & alarm, positive & ~alarm, positive & alarm])
    rows, positives = _count_between_points(prediction, positive, units)
    errors = corrected = calibration = None
    if prediction.is_probability:
        errors = units.add_up(error_terms(prediction.y, prediction.scores))
        mended = correct_prior(prediction.scores, prediction.prevalence_train, prediction.prevalence_resampled)
        corrected = None if isinstance(mended, Undefined) else units.add_up(error_terms(prediction.y, mended))
        calibration = _prepare_calibration(prediction, units)
    return Ordered(units.add_up(kinds), rows, positives, errors, corrected, calibration)


def _count_between_points(prediction: Prediction, positive: np.ndarray, units: Units) -> tuple[csr_array, csr_array]:
    order = np.argsort(-prediction.scores, kind="stable")
    ordered, n_rows = prediction.scores[order], len(order)
    first_of_ties = np.append(0, np.flatnonzero(ordered[1:] != ordered[:-1]) + 1)
    ends = np.append(first_of_ties[1:], n_rows)
    has_positive = np.add.reduceat(positive[order], first_of_ties) > 0
    points = np.unique(np.concatenate([[0, n_rows], first_of_ties[has_positive], ends[has_positive]]))
    if n_rows > MOST_UNITS and len(points) > MOST_POINTS:
        points = points[np.linspace(0, len(points) - 1, MOST_POINTS).round().astype(int)]
    between = np.empty(n_rows, dtype=np.intp)
    between[order] = np.repeat(np.arange(len(points) - 1), np.diff(points))
    shape = len(points) - 1, units.n

    def count(chosen: np.ndarray) -> csr_array:
        places = between[chosen], units.of_row[chosen]
        return coo_array((np.ones(len(chosen)), places), shape=shape).tocsr()

    return count(np.arange(n_rows)), count(np.flatnonzero(positive))


def count_weighted(ordered: Ordered, weights: np.ndarray) -> WeightedCounts:
    """Count right and wrong decisions, and alerts at every point of the curve, on each sample."""
    tn, fp, fn, tp = ordered.kinds @ weights
    reached = (np.cumsum(each @ weights, axis=0) for each in (ordered.rows, ordered.positives))
    alarms, true_alarms = (np.concatenate([np.zeros((1, len(each.T))), each]) for each in reached)
    return WeightedCounts(tn, fp, fn, tp, true_alarms, alarms - true_alarms)


def evaluate_weighted(
    ordered: Ordered,
    weights: np.ndarray,
    counts: WeightedCounts,
    baseline: WeightedCounts | None,
    context: MetricContext,
) -> Mapping[str, Samples]:
    """Compute every metric on each sample, as `job.evaluation.metrics.run_metrics` does on the test part.

    Parameters
    ----------
    counts : WeightedCounts
        Of the same prediction.
    baseline : WeightedCounts or None
        Of baseline's prediction on the same samples.

    Returns
    -------
    Mapping[str, ndarray of shape (n_draws,)]
        Calibration slope and intercept take one Newton step from their values on the test part, which is what the
        bootstrap needs to first order and a hundred times faster than fitting each sample.

    References
    ----------
    .. [1] Moulton, Zeger (1991). Bootstrapping generalized linear models. Computational Statistics & Data Analysis 11,
       53-63 (the one-step bootstrap).
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        own = {**_decisions(counts, context), **_rankings(counts, context)}
        return {**own, **_against(counts, baseline), **_probabilities(ordered, weights, counts)}


def _decisions(counts: WeightedCounts, context: MetricContext) -> Mapping[str, Samples]:
    tn, fp, fn, tp = counts.tn, counts.fp, counts.fn, counts.tp
    rows, wrong = tn + fp + fn + tp, fp + fn
    cost_missed, cost_alarm = context.cost or (np.nan, np.nan)
    recall, specificity = tp / (tp + fn), tn / (tn + fp)
    product = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    mcc = np.where(product > 0, (tp * tn - fp * fn) / np.sqrt(product), 0.0)
    return {
        "tn": tn,
        "fp": fp,
        "fn": fn,
        "tp": tp,
        "recall": recall,
        "specificity": specificity,
        "precision": tp / (tp + fp),
        "f1": 2 * tp / (2 * tp + wrong),
        "mcc": np.where((tn == rows) | (tp == rows), np.nan, mcc),
        "balanced_accuracy": (recall + specificity) / 2,
        "geometric_mean": np.sqrt(recall * specificity),
        "accuracy": (tn + tp) / rows,
        "false_alarms_per_1000": 1000 * fp / rows,
        "expected_cost_per_1000": 1000 * (fn * cost_missed + fp * cost_alarm) / rows,
    }


def _rankings(counts: WeightedCounts, context: MetricContext) -> Mapping[str, Samples]:
    true, false = counts.true_alarms, counts.false_alarms
    positives, negatives = true[-1], false[-1]
    both = np.where((positives > 0) & (negatives > 0), 1.0, np.nan)
    gained = np.diff(true, axis=0)
    doubled_area = (np.diff(false, axis=0) * (true[1:] + true[:-1])).sum(axis=0)
    n_alerts = context.alerts_per_1000 * (positives + negatives) / 1000
    return {
        "roc_auc": both * doubled_area / (2 * positives * negatives),
        "average_precision": both * (gained * np.nan_to_num(_precisions(counts))).sum(axis=0) / positives,
        "recall_at_alerts": _read_at(true + false, true, n_alerts) / positives,
    }


def _against(counts: WeightedCounts, baseline: WeightedCounts | None) -> Mapping[str, Samples]:
    positives, negatives = counts.true_alarms[-1], counts.false_alarms[-1]
    names = ("recall_at_baseline_fpr", "rank_gain_at_own_fpr", "precision_at_baseline_recall")
    if baseline is None:
        return dict.fromkeys(names, np.full(len(positives), np.nan))
    both = np.where((positives > 0) & (negatives > 0), 1.0, np.nan)
    mine, theirs = (_read_at(each.false_alarms, each.true_alarms, counts.fp) for each in (counts, baseline))
    at_baseline = _read_at(counts.false_alarms, counts.true_alarms, baseline.fp)
    enough = counts.true_alarms[1:] >= baseline.tp
    best = np.where(enough, np.nan_to_num(_precisions(counts)), -np.inf).max(axis=0)
    values = both * at_baseline / positives, both * (mine - theirs) / positives
    return dict(zip(names, (*values, np.where(baseline.tp > 0, best, np.nan)), strict=True))


def _probabilities(ordered: Ordered, weights: np.ndarray, counts: WeightedCounts) -> Mapping[str, Samples]:
    names, nothing = ("brier", "log_loss", "mean_predicted"), np.full(weights.shape[1], np.nan)
    n_rows = counts.tn + counts.fp + counts.fn + counts.tp
    both = ordered.errors, ordered.corrected
    own, mended = ([nothing] * len(names) if terms is None else terms @ weights / n_rows for terms in both)
    found = dict(zip((*names, *(f"{name}_corrected" for name in names)), (*own, *mended), strict=True))
    if ordered.calibration is None:
        return {**found, "calibration_slope": nothing, "calibration_intercept": nothing}
    (slope, of_slope), (intercept, of_intercept) = ordered.calibration
    r, rx, w, wx, wxx = of_slope @ weights
    residual, weight = of_intercept @ weights
    slopes, intercepts = slope + (w * rx - wx * r) / (w * wxx - wx * wx), intercept + residual / weight
    return {**found, "calibration_slope": slopes, "calibration_intercept": intercepts}


def _prepare_calibration(
    prediction: Prediction, units: Units
) -> tuple[tuple[float, np.ndarray], tuple[float, np.ndarray]] | None:
    slope, intercept = (prediction.calibration[f"calibration_{name}"] for name in ("slope", "intercept"))
    if isinstance(slope, Undefined) or isinstance(intercept, Undefined):
        return None
    p = np.clip(prediction.scores, LOGIT_CLIP, 1 - LOGIT_CLIP)
    logits = np.log(p) - np.log1p(-p)
    shifted = expit(intercept + logits)
    of_intercept = np.stack([prediction.y - shifted, shifted * (1 - shifted)])
    of_slope = _slope_terms(prediction.y, logits, slope)
    return (slope, units.add_up(of_slope)), (intercept, units.add_up(of_intercept))


def _slope_terms(y: np.ndarray, logits: np.ndarray, slope: float) -> np.ndarray:
    """The terms of one Newton step for the slope, with the intercept that belongs to it on the test part."""
    free = _intercept_of(y, slope * logits)
    expected = expit(free + slope * logits)
    weight = expected * (1 - expected)
    x = logits - (weight * logits).sum() / weight.sum()
    return np.stack([y - expected, (y - expected) * x, weight, weight * x, weight * x * x])


def _intercept_of(y: np.ndarray, predictor: np.ndarray) -> float:
    """Solve for the intercept by bisection: the expected number of positive rows rises with it."""
    low, high = -100.0 - np.abs(predictor).max(), 100.0 + np.abs(predictor).max()
    for _ in range(100):
        middle = (low + high) / 2
        if middle in (low, high):  # no number lies between
            break
        low, high = (middle, high) if expit(middle + predictor).sum() < y.sum() else (low, middle)
    return float((low + high) / 2)


def _precisions(counts: WeightedCounts) -> np.ndarray:
    true, false = counts.true_alarms[1:], counts.false_alarms[1:]
    return np.asarray(true / (true + false))


def _read_at(x: np.ndarray, y: np.ndarray, at: np.ndarray) -> Samples:
    """Read a curve of each sample at one place: the top of a vertical stretch, linear between points."""
    left = np.maximum((x <= at).sum(axis=0) - 1, 0)
    right = np.minimum(left + 1, len(x) - 1)
    draws = np.arange(x.shape[1])
    width = np.where(x[right, draws] > x[left, draws], x[right, draws] - x[left, draws], 1.0)
    share = np.minimum((at - x[left, draws]) / width, 1.0)
    return np.asarray(y[left, draws] + share * (y[right, draws] - y[left, draws]))
