"""Metrics of probabilities: how far they are off, in which direction, and what a prior correction mends."""

from collections.abc import Mapping

import numpy as np
from scipy.special import expit

from job.evaluation.metrics.metric_registry import NO_NEGATIVES, NO_POSITIVES, Undefined, Value

LOG_LOSS_CLIP = 1e-15
LOGIT_CLIP = 1e-6
LEAST_ROWS = 10
LEAST_DISTINCT = 10

_DISTINCT_DIGITS = 12  # what differs only beyond is round-off: the mean of equal trees, say
_TOLERANCE = 1e-10
_MOST_STEPS = 100

_SEPARATED = Undefined("the scores separate the classes, so there is no finite solution")
_NEARLY_SEPARATED = Undefined("the scores all but separate the classes: no finite solution was found")
_NO_PRIOR = Undefined("the prior correction needs both classes in the training part, before and after resampling")


def evaluate_probabilities(y: np.ndarray, p: np.ndarray) -> Mapping[str, Value]:
    """Compute the errors of probabilities and their mean.

    Parameters
    ----------
    y : ndarray of shape (n_rows,) of 0 and 1
        Labels.
    p : ndarray of shape (n_rows,), float64
        Probability of the positive label.

    Returns
    -------
    Mapping[str, Value]
        ``brier``, the mean squared error; ``log_loss``, the mean of -log of the probability that the label that came
        true was given, with p clipped at 1e-15; ``mean_predicted``, the mean of p.

    References
    ----------
    .. [1] Brier (1950). Verification of forecasts expressed in terms of probability. Monthly Weather Review 78, 1-3.
    .. [2] Good (1952). Rational decisions. Journal of the Royal Statistical Society B 14, 107-114.
    """
    means = (float(np.mean(each)) for each in error_terms(y, p))
    return dict(zip(("brier", "log_loss", "mean_predicted"), means, strict=True))


def error_terms(y: np.ndarray, p: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the terms of each row, whose means are the Brier score, log loss and mean predicted probability."""
    clipped = np.clip(p, LOG_LOSS_CLIP, 1 - LOG_LOSS_CLIP)
    return (p - y) ** 2, -np.log(np.where(y == 1, clipped, 1 - clipped)), p


def correct_prior(p: np.ndarray, prevalence_train: float, prevalence_resampled: float | str) -> np.ndarray | Undefined:
    """Take back what resampling did to the prior: p·a / (p·a + (1 - p)·b).

    a = π/π_s and b = (1 - π)/(1 - π_s), where π is the prevalence of the training part and π_s the one that the
    classifier saw.

    Parameters
    ----------
    p : ndarray of shape (n_rows,), float64
        Probability of the positive label.
    prevalence_train, prevalence_resampled : float
        π and π_s; or why π_s is not known.

    Returns
    -------
    ndarray of shape (n_rows,), or Undefined
        The corrected probabilities; p itself, to the bit, where both prevalences are equal.

    References
    ----------
    .. [1] Elkan (2001). The foundations of cost-sensitive learning. IJCAI, theorem 2.
    .. [2] Saerens, Latinne, Decaestecker (2002). Adjusting the outputs of a classifier to new a priori probabilities:
       a simple procedure. Neural Computation 14, 21-41, equation 2.4.
    """
    if isinstance(prevalence_resampled, str):
        return Undefined(prevalence_resampled)
    if not (0 < prevalence_train < 1 and 0 < prevalence_resampled < 1):
        return _NO_PRIOR
    if prevalence_train == prevalence_resampled:
        return p
    positive = p * (prevalence_train / prevalence_resampled)
    rest = (1 - p) * ((1 - prevalence_train) / (1 - prevalence_resampled))
    return positive / (positive + rest)


def fit_calibration(y: np.ndarray, p: np.ndarray) -> Mapping[str, Value]:
    """Fit the two parameters that say how probabilities are off: unpenalised logistic regression of y on logit(p).

    Parameters
    ----------
    y : ndarray of shape (n_rows,) of 0 and 1
        Labels.
    p : ndarray of shape (n_rows,), float64
        Probability of the positive label, clipped at 1e-6 before its logit is taken.

    Returns
    -------
    Mapping[str, Value]
        ``calibration_slope``: below 1 the probabilities are too extreme. ``calibration_intercept``, fitted with the
        slope fixed at 1: below 0 they are too high. Both are undefined where the classes are separated (one of them
        being absent included), with fewer than 10 rows of the rarer class or 10 distinct p (to 12 decimals).

    References
    ----------
    .. [1] Cox (1958). Two further applications of a model for binary regression. Biometrika 45, 562-565.
    .. [2] Van Calster, McLernon, van Smeden, Wynants, Steyerberg (2019). Calibration: the Achilles heel of predictive
       analytics. BMC Medicine 17:230.
    .. [3] Albert, Anderson (1984). On the existence of maximum likelihood estimates in logistic regression models.
       Biometrika 71, 1-10 (a finite solution exists if and only if the classes overlap).
    """
    # Rows with equal p are one binomial observation: fewer terms, and sums that don't depend on the order of rows.
    distinct, place = np.unique(np.clip(p, LOGIT_CLIP, 1 - LOGIT_CLIP), return_inverse=True)
    rows = np.bincount(place)
    positives = np.bincount(place[y == 1], minlength=len(distinct))
    refusal = _refuse_calibration(distinct, rows, positives)
    if refusal is not None:
        return {"calibration_slope": refusal, "calibration_intercept": refusal}
    seen = np.log(distinct) - np.log1p(-distinct), rows, positives
    return {"calibration_slope": _fit_slope(*seen), "calibration_intercept": _fit_intercept(*seen)}


def _refuse_calibration(distinct: np.ndarray, rows: np.ndarray, positives: np.ndarray) -> Undefined | None:
    """Say why there is no finite or no sensible solution, given each distinct p in ascending order and its counts."""
    n_positive, n_rest = int(positives.sum()), int((rows - positives).sum())
    if not n_positive or not n_rest:
        return NO_NEGATIVES if n_positive else NO_POSITIVES
    if min(n_positive, n_rest) < LEAST_ROWS:
        return Undefined(f"fewer than {LEAST_ROWS} rows of the rarer class in the test part")
    if len(np.unique(np.round(distinct, _DISTINCT_DIGITS))) < LEAST_DISTINCT:
        return Undefined(f"fewer than {LEAST_DISTINCT} distinct probabilities")
    with_positive, with_rest = np.flatnonzero(positives), np.flatnonzero(rows - positives)
    if with_rest[-1] <= with_positive[0] or with_positive[-1] <= with_rest[0]:
        return _SEPARATED
    return None


def _fit_slope(logits: np.ndarray, rows: np.ndarray, positives: np.ndarray) -> Value:
    """Newton's method with halved steps on centred and scaled logits, which it needs far from a slope of 1."""
    n_rows = rows.sum()
    centre = (rows * logits).sum() / n_rows
    scale = np.sqrt((rows * (logits - centre) ** 2).sum() / n_rows)
    x = (logits - centre) / scale
    share = positives.sum() / n_rows
    point = np.array([np.log(share / (1 - share)), 0.0])
    for _ in range(_MOST_STEPS):
        step = _newton_step(x, rows, positives, point)
        if step is None:
            return _NEARLY_SEPARATED
        size, enough = 1.0, _loss(x, rows, positives, point) * (1 + 1e-12)  # the last steps change only round-off
        while _loss(x, rows, positives, point + size * step) > enough:
            size /= 2
        point = point + size * step
        if size == 1.0 and abs(step[1]) <= _TOLERANCE * max(scale, abs(point[1])):
            return float(point[1] / scale)
    return _NEARLY_SEPARATED


def _newton_step(x: np.ndarray, rows: np.ndarray, positives: np.ndarray, point: np.ndarray) -> np.ndarray | None:
    """Solve the 2 × 2 system by hand; None where the fit is so steep that it is singular."""
    expected = expit(point[0] + point[1] * x)
    residual = positives - rows * expected
    weight = rows * expected * (1 - expected)
    w, wx, wxx = weight.sum(), (weight * x).sum(), (weight * x * x).sum()
    determinant = w * wxx - wx * wx
    if not determinant > np.finfo(float).eps * w * wxx:
        return None
    r, rx = residual.sum(), (residual * x).sum()
    return np.array([(wxx * r - wx * rx) / determinant, (w * rx - wx * r) / determinant])


def _loss(x: np.ndarray, rows: np.ndarray, positives: np.ndarray, point: np.ndarray) -> float:
    """Negative log-likelihood."""
    predictor = point[0] + point[1] * x
    return float((rows * np.logaddexp(0, predictor) - positives * predictor).sum())


def _fit_intercept(logits: np.ndarray, rows: np.ndarray, positives: np.ndarray) -> Value:
    """Newton's method inside a bracket: a step that would leave it is replaced by its middle."""
    n_positive = positives.sum()
    share = n_positive / rows.sum()
    low, high = np.log(share / (1 - share)) - logits[[-1, 0]]
    point = (low + high) / 2
    for _ in range(_MOST_STEPS):
        expected = expit(point + logits)
        excess = n_positive - (rows * expected).sum()
        low, high = (point, high) if excess > 0 else (low, point)
        proposed = point + excess / (rows * expected * (1 - expected)).sum()
        target = proposed if low <= proposed <= high else (low + high) / 2
        step, point = target - point, target
        if abs(step) <= _TOLERANCE * max(1.0, abs(point)):
            break
    return float(point)
