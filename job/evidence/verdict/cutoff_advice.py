"""The advised cut-off of every strategy, what it gives on the test parts, and the other cut-offs one could choose."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from job.data.splits import Split
from job.evaluation.cutoff import (
    ALWAYS,
    NEVER,
    NOTHING_ASKED,
    Cutoff,
    Rates,
    Request,
    cut_points,
    describe_request,
    median_cutoff,
    request_of,
)
from job.evaluation.grid import RunKey, strategies_of
from job.evaluation.metrics.ranking_metrics import read_roc
from job.evaluation.metrics.run_metrics import Prediction
from job.evaluation.worker import Outcome
from job.evidence.predictions import Place, Predictions, named
from job.evidence.statistics.paired_t import compare_over_splits
from job.spec.job_spec import JobSpec
from job.strategies.recipes import recipe_of

FACTS = ("recall", "precision", "false_alarms_per_1000", "alerts_per_1000", "expected_cost_per_1000")
"""What every choice comes to, as means over test parts."""

OWN, CUT, NEVER_ALERT, ALWAYS_ALERT = "own", "cut", "never", "always"

BASELINE_FALSE_ALARMS = "baseline_false_alarms"
AS_MANY_AS_POSITIVES = "as_many_alerts_as_positives"
RECALL_80 = "recall_80"
BALANCED = "balanced_errors"
MENU = (BASELINE_FALSE_ALARMS, AS_MANY_AS_POSITIVES, RECALL_80, BALANCED)
"""The points of the menu, all read from one curve."""

NO_SCORES = "no_scores"

_RECALL = 0.8
_GRID = np.linspace(0, 1, 1001)
_ROUND_OFF = 1e-9

Row = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Part:
    """What a run gave on its test part, which has rows of both classes.

    Parameters
    ----------
    baseline : Prediction or None
        Baseline's, with the same classifier on the same split.
    sizes : (int, int)
        Rows of the test and of the training part.
    """

    prediction: Prediction
    baseline: Prediction | None
    cutoff: Cutoff
    sizes: tuple[int, int]


def build_decisions(
    spec: JobSpec, outcomes: Iterable[Outcome], predictions: Predictions, splits: Sequence[Split]
) -> dict[str, Any]:
    """Put together what is known of cut-offs.

    Parameters
    ----------
    outcomes : iterable of Outcome
        Of the runs that the spec lists.
    predictions : Predictions
        Of the same runs.

    Returns
    -------
    dict
        As ``decisions`` in results.json. ``asked`` is what decides between cut-offs, ``request`` all that is written.
        Each of ``rows`` has the advised ``cutoff``, its `FACTS` with their ``intervals``, and the same at the
        strategy's ``own`` decision; ``never`` and ``always`` have those of an alert on no row and on every row.
        ``menu`` has the points of `MENU`, chosen with the labels of the test parts, and ``cost_ranges`` for which cost
        ratios, a miss to a false alarm, each choice is the cheapest. What doesn't exist is null, and ``reason`` is the
        code that says why.
    """
    return read_cutoffs(_parts(spec, outcomes, predictions, splits), request_of(spec), spec.evaluation.confidence)


def read_cutoffs(parts: Mapping[Place, Sequence[Part]], request: Request, confidence: float) -> dict[str, Any]:
    """Put together what is known of cut-offs, as `build_decisions`, from the test parts of each pair."""
    any_parts = next((found for found in parts.values() if found), [])
    references = {
        name: _means(_rates(any_parts, np.full(len(any_parts), threshold), request), request)
        for name, threshold in ((NEVER_ALERT, NEVER), (ALWAYS_ALERT, ALWAYS))
    }
    menus = {place: _menu(found, request) for place, found in parts.items()}
    return {
        "asked": request.asked,
        "request": describe_request(request),
        "rows": [_row(place, found, request, confidence) for place, found in parts.items()],
        **references,
        "menu": [
            {**named(place), "reason": None if points else NO_SCORES, "points": points}
            for place, points in menus.items()
        ],
        "cost_ranges": [
            {
                **named(place),
                "reason": None if found else NO_SCORES,
                "ranges": find_cheapest(_lines(found, menus[place], request)),
            }
            for place, found in parts.items()
        ],
    }


def advised(decisions: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """What is advised for one pair, as the headline has it.

    Parameters
    ----------
    decisions : Mapping
        As `build_decisions` returns.

    Returns
    -------
    dict
        ``cutoff``: null, or ``asked``, ``threshold`` and ``action``; ``reason``: why it is null; ``numbers``: the
        `FACTS` there, or at the pair's own decision where there is no cut-off.
    """
    row = next(row for row in decisions["rows"] if (row["strategy"], row["classifier"]) == place)
    cutoff = None if row["cutoff"] is None else {"asked": decisions["asked"], **row["cutoff"]}
    source = row["own"] if cutoff is None else row
    return {"cutoff": cutoff, "reason": row["reason"], "numbers": {fact: source[fact] for fact in FACTS}}


def find_cheapest(lines: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Find for which cost ratios each choice is the cheapest: the lower envelope of lines.

    Parameters
    ----------
    lines : sequence of Mapping
        Each with ``missed`` and ``false_alarms``; it costs ratio · missed + false_alarms. Of equals the first is taken.

    Returns
    -------
    list of dict
        What else the lines have, with ``from`` and ``to``, rising from 0; the last ``to`` is null.
    """
    ranges: list[Row] = []
    at = 0.0
    left = sorted(lines, key=lambda line: (line["false_alarms"], line["missed"]))
    while left:
        best = left[0]
        told = {key: value for key, value in best.items() if key not in ("missed", "false_alarms")}
        ranges.append({"from": at, "to": None, **told})
        fewer = [line for line in left if line["missed"] < best["missed"] - _ROUND_OFF]
        crossings = [
            ((line["false_alarms"] - best["false_alarms"]) / (best["missed"] - line["missed"]), line["missed"])
            for line in fewer
        ]
        if not fewer:
            break
        order = sorted(range(len(fewer)), key=lambda k: (round(crossings[k][0], 9), crossings[k][1]))
        at = ranges[-1]["to"] = crossings[order[0]][0]
        left = [fewer[k] for k in order]
    return [found for found in ranges if found["to"] is None or found["to"] > found["from"]]


def _parts(
    spec: JobSpec, outcomes: Iterable[Outcome], predictions: Predictions, splits: Sequence[Split]
) -> dict[Place, list[Part]]:
    """Gather the test parts of each strategy × classifier, in the order of the splits, with rows of both classes."""
    cutoffs = {outcome.key: outcome.cutoff for outcome in outcomes}
    entries, baseline = strategies_of(spec), spec.baseline.label
    sources = {entry.label: baseline if recipe_of(entry).scores_like_baseline else entry.label for entry in entries}
    found: dict[Place, list[Part]] = {
        (entry.label, classifier.label): [] for classifier in spec.classifiers for entry in entries
    }
    for split in splits:
        for strategy, classifier in found:
            key, source, reference = (
                RunKey(label, classifier, split.repeat, split.fold) for label in (strategy, sources[strategy], baseline)
            )
            prediction = predictions[key]
            if prediction is not None and not prediction.ranking.lacks:
                cutoff = cutoffs.get(source) or Cutoff(None, NOTHING_ASKED)
                sizes = len(split.test), len(split.train)
                found[strategy, classifier].append(Part(prediction, predictions[reference], cutoff, sizes))
    return found


def _row(place: Place, parts: Sequence[Part], request: Request, confidence: float) -> Row:
    with_cutoff = [part for part in parts if part.cutoff.threshold is not None]
    if 2 * len(with_cutoff) < len(parts) or not parts:
        with_cutoff = []
    thresholds = np.array([part.cutoff.threshold for part in with_cutoff], dtype=float)
    lacking = [part.cutoff for part in parts if part.cutoff.threshold is None]
    reasons = Counter(cutoff.reason for cutoff in lacking)
    rates = _rates(with_cutoff, thresholds, request)
    own = _decided(parts, [part.prediction.decisions == 1 for part in parts], request)
    return {
        **named(place),
        "cutoff": _written(median_cutoff(thresholds.tolist())) if with_cutoff else None,
        "reason": None if with_cutoff else reasons.most_common(1)[0][0] if reasons else NO_SCORES,
        "details": list(dict.fromkeys(part.cutoff.detail for part in parts if part.cutoff.detail)),
        "n_splits": len(with_cutoff),
        **_means(rates, request),
        "intervals": _intervals(rates, with_cutoff, request, confidence),
        "own": {"n_splits": len(parts), **_means(own, request)},
    }


def _written(threshold: float) -> Row:
    action = {NEVER: NEVER_ALERT, ALWAYS: ALWAYS_ALERT}.get(threshold, CUT)
    return {"threshold": threshold if action == CUT else None, "action": action}


def _rates(parts: Sequence[Part], thresholds: np.ndarray, request: Request) -> Rates:
    """Decide on each test part at its threshold."""
    return _decided(
        parts,
        [part.prediction.scores >= threshold for part, threshold in zip(parts, thresholds, strict=True)],
        request,
    )


def _decided(parts: Sequence[Part], alerts: Sequence[np.ndarray], request: Request) -> Rates:
    pairs = [(part.prediction.y == 1, alert) for part, alert in zip(parts, alerts, strict=True)]
    recall = np.array([np.mean(alert[positive]) for positive, alert in pairs])
    false_positive_rate = np.array([np.mean(alert[~positive]) for positive, alert in pairs])
    return Rates(recall, false_positive_rate, _prevalence(parts, request))


def _prevalence(parts: Sequence[Part], request: Request) -> np.ndarray:
    if request.prevalence is not None:
        return np.full(len(parts), request.prevalence)
    return np.array([part.prediction.y.mean() for part in parts])


def _values(rates: Rates, request: Request) -> dict[str, np.ndarray]:
    nothing = np.full(len(rates.recall), np.nan)
    found = {fact: getattr(rates, fact) for fact in FACTS[:-1]}
    return {**found, FACTS[-1]: nothing if request.cost is None else rates.cost(request.cost)}


def _means(rates: Rates, request: Request) -> dict[str, float | None]:
    return {fact: _mean(values) for fact, values in _values(rates, request).items()}


def _mean(values: np.ndarray) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None


def _intervals(rates: Rates, parts: Sequence[Part], request: Request, confidence: float) -> dict[str, Any]:
    """Give each mean its interval, from the spread over splits corrected for their overlap."""
    if not parts:
        return dict.fromkeys(FACTS)
    values = np.stack(list(_values(rates, request).values()))
    sizes = tuple(np.array(side, dtype=float) for side in zip(*(part.sizes for part in parts), strict=True))
    found = compare_over_splits(values, np.zeros_like(values), (sizes[0], sizes[1]), 0.0, confidence)
    highest = {"recall": 1.0, "precision": 1.0, "expected_cost_per_1000": math.inf}
    return {
        fact: [max(0.0, float(lower)), min(float(upper), highest.get(fact, 1000.0))] if math.isfinite(lower) else None
        for fact, lower, upper in zip(FACTS, found.lower, found.upper, strict=True)
    }


def _menu(parts: Sequence[Part], request: Request) -> list[Row]:
    """Read the points of the menu on each test part.

    Recall .8 and balanced errors are false-positive rates of the mean curve: a part with few minority rows has few
    recalls to be near to, and its own best point would be too good.
    """
    if not parts:
        return []
    roc = np.mean([read_roc(part.prediction.ranking, _GRID) for part in parts], axis=0)
    rates = {
        RECALL_80: float(_GRID[np.argmax(roc >= _RECALL - _ROUND_OFF)]),
        BALANCED: float(_GRID[np.argmax(roc - _GRID)]),
    }
    return [{"point": point, **found} for point in MENU if (found := _point(parts, point, rates, request)) is not None]


def _point(parts: Sequence[Part], point: str, rates: Mapping[str, float], request: Request) -> Row | None:
    if point == BASELINE_FALSE_ALARMS:
        parts = [part for part in parts if part.baseline is not None]
    if not parts:
        return None
    recalls, false_rates, thresholds = [], [], []
    for part, prevalence in zip(parts, _prevalence(parts, request), strict=True):
        ranking = part.prediction.ranking
        recall, false_rate = ranking.true_alarms / ranking.positives, ranking.false_alarms / ranking.negatives
        if point == BASELINE_FALSE_ALARMS:
            place = _at_baseline(part)
        elif point == AS_MANY_AS_POSITIVES:
            place = _nearest(prevalence * recall + (1 - prevalence) * false_rate, prevalence)
        else:
            place = _nearest(false_rate, rates[point])
        recalls.append(recall[place])
        false_rates.append(false_rate[place])
        thresholds.append(float(cut_points(part.prediction.scores)[place]))
    found = Rates(np.array(recalls), np.array(false_rates), _prevalence(parts, request))
    return {
        **_written(median_cutoff(thresholds)),
        **_means(found, request),
        "missed_per_1000": _mean(found.missed_per_1000),
    }


def _at_baseline(part: Part) -> int:
    """Find the cut-off with baseline's false alarms: on baseline's own scores, that of its decision."""
    assert part.baseline is not None
    ranking, counts = part.prediction.ranking, part.baseline.counts
    if np.array_equal(part.prediction.scores, part.baseline.scores):
        return _nearest(ranking.true_alarms + ranking.false_alarms, counts.alarms)
    return _nearest(ranking.false_alarms, counts.fp)


def _nearest(values: np.ndarray, target: float) -> int:
    """Find where rising values are nearest to a target, midway where several are."""
    distance = np.abs(values - target)
    places = np.flatnonzero(distance <= distance.min() + _ROUND_OFF)
    return int(places[(len(places) - 1) // 2])


def _lines(parts: Sequence[Part], menu: Sequence[Row], request: Request) -> list[Row]:
    """What each choice misses and how many false alarms it raises: the model as it is first, then the menu's cuts."""
    if not parts:
        return []
    is_baseline = all(part.baseline is part.prediction for part in parts)  # whose own decision the first point is
    own = _decided(parts, [part.prediction.decisions == 1 for part in parts], request)
    share = _prevalence(parts, request)
    choices: list[Row] = [
        {"choice": OWN, "missed": _mean(own.missed_per_1000), "false_alarms": _mean(own.false_alarms_per_1000)},
        *(
            {
                "choice": CUT,
                "point": point["point"],
                "threshold": point["threshold"],
                "missed": point["missed_per_1000"],
                "false_alarms": point["false_alarms_per_1000"],
            }
            for point in menu
            if point["action"] == CUT and not (is_baseline and point["point"] == BASELINE_FALSE_ALARMS)
        ),
        {"choice": NEVER_ALERT, "missed": _mean(1000 * share), "false_alarms": 0.0},
        {"choice": ALWAYS_ALERT, "missed": 0.0, "false_alarms": _mean(1000 * (1 - share))},
    ]
    return [{"point": None, "threshold": None, **choice} for choice in choices]
