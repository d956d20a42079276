"""What every strategy finds, and what that costs, at any number of alerts: equal footing without probabilities."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from job.evaluation.metrics.run_metrics import MetricContext, Prediction
from job.evidence.runs import Cells, Place, named
from job.results.decision_facts import Alarms, AlarmsRow, OwnAlarms

_STEPS = (10, 12, 14, 16, 18, 20, 25, 30, 35, 40, 45, 50, 60, 70, 80, 90)
_DECADES_BELOW_BUDGET = 2
_ROUND_OFF = 1e-9  # a rate times a count may miss its whole number by that much
_NO_SCORES = "no run of it has scores"
_N_RATES = 10
_ROUND = ("1.000000", "2.000000", "5.000000")
_NEAR = 1.15
_MEANS = ("threshold", "recall", "precision", "false_alarms_per_1000")


def build_alarms(cells: Cells, context: MetricContext) -> Alarms:
    """Read every strategy × classifier at the same numbers of alerts, means over its splits.

    On each test part the rows with the highest scores raise the alerts, as many as the rate allows. Rows that tie at
    the border count by their expectation, and so does a fraction of a row, as in `recall_at_alerts` [1]_.

    References
    ----------
    .. [1] McSherry, Najork (2008). Computing information retrieval performance measures efficiently in the presence
       of tied scores. ECIR, section 3.
    """
    rates = alarm_rates(context.alerts_per_1000)
    rows = tuple(_read(place, [*cell.values()], rates, context) for place, cell in cells.items())
    return Alarms(rates=rates.tolist(), rows=rows)


def alarm_rates(budget: float) -> np.ndarray:
    """Choose alerts per 1,000 rows whose steps grow: from about a hundredth of the budget, which is one, to 1,000."""
    first = min(math.floor(math.log10(budget)) - _DECADES_BELOW_BUDGET, 0)
    rounded = (float(f"{step}e{decade - 1}") for decade in range(first, 3) for step in _STEPS)
    return np.array(sorted({*rounded, float(budget), 1000.0}))


def choose_rates(rates: Sequence[float], budget: float) -> tuple[int, ...]:
    """Choose the ten rates of the tables: round numbers around the budget, and the budget itself.

    Parameters
    ----------
    rates : sequence of float
        Alerts per 1,000 rows; the budget is one of them.

    Returns
    -------
    tuple of int
        Positions, rising.
    """
    near = {
        place: abs(math.log(rate / budget))
        for place, rate in enumerate(rates)
        if rate == budget or (f"{rate:e}".partition("e")[0] in _ROUND and not 1 / _NEAR < rate / budget < _NEAR)
    }
    return tuple(sorted(sorted(near, key=lambda place: (near[place], place))[:_N_RATES]))


def _read(place: Place, predictions: Sequence[Prediction], rates: np.ndarray, context: MetricContext) -> AlarmsRow:
    if not predictions:
        return AlarmsRow(**named(place), n=0, reason=_NO_SCORES)
    raised = _mean([1000 * prediction.decisions.mean() for prediction in predictions])
    minority = _mean([1000 * prediction.y.mean() for prediction in predictions])
    own = OwnAlarms(alarms_per_1000=raised, **_summarize([_own(each) for each in predictions], context))
    found = _summarize([_at_rates(each, rates) for each in predictions], context)
    return AlarmsRow(**named(place), n=len(predictions), reason=None, minority_per_1000=minority, **found, own=own)


def _at_rates(prediction: Prediction, rates: np.ndarray) -> np.ndarray:
    """Count true alerts on one test part at each rate."""
    ranking, n_rows = prediction.ranking, len(prediction.y)
    n_alarms = rates * n_rows / 1000
    true_alarms = np.interp(n_alarms, ranking.true_alarms + ranking.false_alarms, ranking.true_alarms)
    last = np.ceil(n_alarms - _ROUND_OFF).astype(int).clip(1, n_rows) - 1
    return _counted(true_alarms, n_alarms, np.sort(prediction.scores)[::-1][last], prediction)


def _own(prediction: Prediction) -> np.ndarray:
    """Count true alerts on one test part where the strategy decides."""
    raised, counts = prediction.scores[prediction.decisions == 1], prediction.counts
    lowest = raised.min() if len(raised) else np.nan
    return _counted(np.array(counts.tp), np.array(counts.tp + counts.fp), np.array(lowest), prediction)


def _counted(
    true_alarms: np.ndarray, n_alarms: np.ndarray, threshold: np.ndarray, prediction: Prediction
) -> np.ndarray:
    """Stack what `_MEANS` names, and the minority rows missed per 1,000."""
    n_rows, positives = len(prediction.y), prediction.ranking.positives
    nothing = np.full(true_alarms.shape, np.nan)
    recall = true_alarms / positives if positives else nothing
    precision = np.divide(true_alarms, n_alarms, out=nothing.copy(), where=n_alarms > 0)
    false_alarms, missed = 1000 * (n_alarms - true_alarms) / n_rows, 1000 * (positives - true_alarms) / n_rows
    return np.stack([threshold, recall, precision, false_alarms, missed])


def _summarize(readings: Sequence[np.ndarray], context: MetricContext) -> dict[str, Any]:
    """Average what was read over the splits that have it; costs follow, as they are linear in the two errors."""
    means = [_mean([reading[place] for reading in readings]) for place in range(len(_MEANS) + 1)]
    cost = None
    if context.cost is not None:
        cost = (np.asarray(means[-1]) * context.cost[0] + np.asarray(means[-2]) * context.cost[1]).tolist()
    return {**dict(zip(_MEANS, means, strict=False)), "expected_cost_per_1000": cost}


def _mean(readings: Iterable[np.ndarray | float]) -> Any:
    """Average over splits, as a plain number or a list of them; None where no split has one."""
    stacked = np.stack([np.asarray(reading, dtype=np.float64) for reading in readings])
    known = ~np.isnan(stacked)
    n_known = known.sum(axis=0)
    total = np.where(known, stacked, 0.0).sum(axis=0)
    mean = np.where(n_known > 0, total / np.maximum(n_known, 1), np.nan)
    found = [None if math.isnan(value) else value for value in np.atleast_1d(mean).tolist()]
    return found if mean.ndim else found[0]
