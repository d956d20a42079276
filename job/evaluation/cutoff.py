"""The advised cut-off: chosen on inner folds of the training part, for the cost, capacity or limit of the spec."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit, logit
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression

from job.evaluation.metrics.calibration_metrics import LOGIT_CLIP
from job.evaluation.metrics.decision_metrics import Rates
from job.evaluation.metrics.ranking_metrics import Ranking, build_ranking
from job.evaluation.third_party import score
from job.spec.job_spec import LIMITS, JobSpec
from job.strategies.inner_folds import fit_inner_models
from job.strategies.recipe import Fitted, Recipe, TrainingPart

NEVER, ALWAYS = math.inf, -math.inf
"""The thresholds of an alert on no row and on every row: a row raises an alert where its score >= the threshold."""

COST, ALERTS, LIMIT = "cost", "alerts", "limit"

NOTHING_ASKED = "nothing_asked"
NO_CUTOFF_KEEPS = "no_cutoff_keeps_the_limit"
NO_INNER_FOLDS = "no_inner_folds"
INNER_FOLDS_FAILED = "inner_folds_failed"

TRUST_IN_CALIBRATION = 0.5
"""Weight of the cost that calibrated scores expect, beside the cost counted: benchmarks/verdict_costs.py says why."""

_ROUND_OFF = 1e-9


@dataclass(frozen=True)
class Request:
    """What a spec asks of a cut-off.

    Parameters
    ----------
    cost : (float, float) or None
        Of a missed positive row and of a false alert.
    alerts_per_1000 : float or None
        The capacity, where one is written.
    limit : (str, float) or None
        One of `job.spec.job_spec.LIMITS` and its value.
    prevalence : float or None
        Share of positive rows where the model will be used; None takes that of the rows at hand.
    """

    cost: tuple[float, float] | None = None
    alerts_per_1000: float | None = None
    limit: tuple[str, float] | None = None
    prevalence: float | None = None

    @property
    def asked(self) -> str | None:
        """What decides between cut-offs; None where nothing does, and none is chosen."""
        found = ((COST, self.cost), (ALERTS, self.alerts_per_1000), (LIMIT, self.limit))
        return next((name for name, value in found if value is not None), None)


def request_of(spec: JobSpec) -> Request:
    """Read what a spec asks; only what is written counts."""
    evaluation = spec.evaluation
    cost, limit = evaluation.cost, evaluation.limit
    bounds = {} if limit is None else {key: getattr(limit, key) for key in LIMITS}
    prices = None if cost is None else (cost.false_negative, cost.false_positive)
    bound = next(((key, value) for key, value in bounds.items() if value is not None), None)
    return Request(prices, evaluation.alerts_per_1000, bound, evaluation.prevalence_in_use)


@dataclass(frozen=True)
class Cutoff:
    """The cut-off of one run.

    Parameters
    ----------
    threshold : float or None
        `NEVER` and `ALWAYS` included; None where none can be advised.
    reason : str or None
        The code that says why there is none.
    detail : str or None
        Why there are fewer inner folds than asked for, or what they failed of.
    """

    threshold: float | None
    reason: str | None = None
    detail: str | None = None


def read_rates(ranking: Ranking, prevalence: float | None) -> Rates:
    """Read every cut-off of a ranking, from an alert on no row to one on every row."""
    share = ranking.positives / (ranking.positives + ranking.negatives) if prevalence is None else prevalence
    return Rates(ranking.true_alarms / ranking.positives, ranking.false_alarms / ranking.negatives, share)


def cut_points(scores: np.ndarray) -> np.ndarray:
    """List the thresholds of `read_rates`: midpoints between neighbouring scores, between `NEVER` and `ALWAYS`."""
    lower, upper = (np.unique(scores)[::-1][part] for part in (slice(1, None), slice(None, -1)))
    middle = lower / 2 + upper / 2
    between = (lower < middle) & (middle <= upper)  # neighbours among floats have nothing between them
    return np.concatenate([[NEVER], np.where(between, middle, upper), [ALWAYS]])


def choose_cutoff(
    y: np.ndarray, scores: np.ndarray, request: Request, is_probability: bool, trust: float = TRUST_IN_CALIBRATION
) -> Cutoff:
    """Choose the cut-off for what is asked, on rows that the model was not fitted on.

    With a cost it is the cheapest, by the mean of two estimates: the cost counted on the rows, and the one that
    calibrated scores expect, whose minimum alone is Bayes' cut c_fp / (c_fp + c_fn) [1]_. Without a cost it has the
    highest recall; under a limit on recall alone, the fewest false alerts. An alert on no row or on every row is a
    cut-off like others. Of cut-offs that are equally good it raises the fewest alerts.

    Parameters
    ----------
    y : ndarray of shape (n_rows,) of 0 and 1
    scores : ndarray of shape (n_rows,)
    request : Request
        Something is asked.
    is_probability : bool
    trust : float
        Weight of the calibrated estimate, 0 to 1.

    Returns
    -------
    Cutoff

    References
    ----------
    .. [1] Elkan (2001). The foundations of cost-sensitive learning. IJCAI, section 1 (and section 2 for another
       prevalence, as in Saerens, Latinne, Decaestecker (2002), Neural Computation 14, 21-41).
    """
    ranking = build_ranking(y, scores)
    if ranking.lacks:
        return Cutoff(None, NO_INNER_FOLDS)
    rates = read_rates(ranking, request.prevalence)
    kept = np.flatnonzero(_keeps(rates, request))
    if not len(kept):
        return Cutoff(None, NO_CUTOFF_KEEPS)
    if request.cost is not None:
        cost = (1 - trust) * rates.cost(request.cost)
        if trust:
            cost = cost + trust * _expect(y, scores, rates.prevalence, is_probability).cost(request.cost)
        best = kept[np.argmin(_rounded(cost[kept]))]
    else:
        missed, alarms = -rates.recall[kept], rates.false_positive_rate[kept]
        on_recall_only = request.alerts_per_1000 is None and request.limit is not None and request.limit[0] == "recall"
        best = kept[np.lexsort((missed, alarms) if on_recall_only else (alarms, missed))[0]]
    return Cutoff(float(cut_points(scores)[best]))


def find_cutoff(
    request: Request, recipe: Recipe, classifier: BaseEstimator, part: TrainingPart, fitted: Fitted, name: str
) -> Cutoff:
    """Choose the cut-off of a fitted strategy on inner folds of its training part.

    Parameters
    ----------
    request : Request
    recipe : Recipe
    classifier : estimator
        Not fitted.
    part : TrainingPart
    fitted : Fitted
        What the strategy made of the whole training part.
    name : str
        What messages call the classifier.

    Returns
    -------
    Cutoff
    """
    models, why_not = fit_inner_models(recipe, classifier, part, fitted)
    scored = [(test, *score(model, part.X.iloc[test], name)) for model, test in models]
    if not scored:
        return Cutoff(None, NO_INNER_FOLDS, why_not)
    rows = np.concatenate([test for test, _, _ in scored])
    scores = np.concatenate([found for _, found, _ in scored])
    return replace(choose_cutoff(part.y[rows], scores, request, scored[0][2]), detail=why_not)


def _keeps(rates: Rates, request: Request) -> np.ndarray:
    """Tell which cut-offs keep the limit and the capacity; where no alert is raised there is no precision to keep."""
    keeps = np.ones(len(rates.recall), dtype=bool)
    if request.alerts_per_1000 is not None:
        keeps &= rates.alerts_per_1000 <= request.alerts_per_1000 + _ROUND_OFF
    if request.limit is not None:
        name, bound = request.limit
        value = getattr(rates, name)
        keeps &= value <= bound + _ROUND_OFF if name == "false_alarms_per_1000" else value >= bound - _ROUND_OFF
    return keeps


def _expect(y: np.ndarray, scores: np.ndarray, prevalence: float, is_probability: bool) -> Rates:
    """Read every cut-off by what calibrated scores expect of the rows above it, in place of their labels."""
    p = _calibrate(y, scores, is_probability)
    place = np.unique(-scores, return_inverse=True)[1]
    true, false = (np.append(0, np.cumsum(np.bincount(place, weights=share))) for share in (p, 1 - p))
    return Rates(true / true[-1], false / false[-1], prevalence)


def _calibrate(y: np.ndarray, scores: np.ndarray, is_probability: bool) -> np.ndarray:
    """Map scores to probabilities by beta calibration, on Platt's targets: finite where scores separate the classes.

    A slope for either end of the scale, each of them rising, or else the other one alone (Kull, Silva Filho, Flach
    2017, Electronic Journal of Statistics 11, 5052-5080).
    """
    margin = logit(np.clip(scores, LOGIT_CLIP, 1 - LOGIT_CLIP)) if is_probability else _standardized(scores)
    ends = np.column_stack([-np.logaddexp(0, -margin), np.logaddexp(0, margin)])
    n_positive, n_rest = int(y.sum()), int(len(y) - y.sum())
    target = np.where(y == 1, (n_positive + 1) / (n_positive + 2), 1 / (n_rest + 2))
    labels, weights = np.repeat([1, 0], len(y)), np.concatenate([target, 1 - target])
    for used in ([0, 1], [0], [1]):
        model = LogisticRegression(C=np.inf, max_iter=1000)
        model.fit(np.tile(ends[:, used], (2, 1)), labels, sample_weight=weights)
        if (model.coef_ >= 0).all():
            return np.asarray(expit(model.decision_function(ends[:, used])))
    return np.full(len(y), target.mean())


def _standardized(scores: np.ndarray) -> np.ndarray:
    scale = np.abs(scores).max()
    scaled = scores / scale if scale > 0 else scores  # squares of huge scores would overflow
    spread = scaled.std()
    return np.asarray((scaled - scaled.mean()) / spread) if spread > 0 else np.zeros(len(scores))


def _rounded(cost: np.ndarray) -> np.ndarray:
    """Leave out what is round-off beside the largest cost, so that equals are equal."""
    scale = np.abs(cost).max()
    return np.round(cost / scale, 9) if scale > 0 else cost


def median_cutoff(thresholds: Sequence[float]) -> float:
    """Take the median over splits; between an alert on no or on every row and a cut-off, it is the cut-off."""
    ordered = sorted(thresholds)
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    if math.isfinite(low) == math.isfinite(high):
        return high if math.isinf(high) else low / 2 + high / 2
    return low if math.isfinite(low) else high
