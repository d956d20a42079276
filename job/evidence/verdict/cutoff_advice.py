"""The advised cut-off of every strategy, what it gives on the test parts, and the other cut-offs one could choose."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from job.data.splits import Split
from job.evaluation import cutoff as codes
from job.evaluation.cutoff import Cutoff, Request, cut_points, median_cutoff, request_of
from job.evaluation.evaluate_unit import Outcome
from job.evaluation.grid import RunKey, strategies_of
from job.evaluation.metrics.decision_metrics import Rates
from job.evaluation.metrics.ranking_metrics import read_roc
from job.evaluation.metrics.run_metrics import Prediction
from job.evidence.runs import Cells, Place, named
from job.evidence.statistics.paired_t import compare_over_splits
from job.results import decision_facts as facts
from job.results import verdict_facts
from job.results.job_facts import Cost
from job.spec.job_spec import JobSpec
from job.strategies.recipes import recipe_of

FACTS = ("recall", "precision", "false_alarms_per_1000", "alerts_per_1000", "expected_cost_per_1000")
"""What every choice comes to, as means over test parts."""

OWN, CUT, NEVER_ALERT, ALWAYS_ALERT = "own", "cut", "never", "always"

BASELINE_FALSE_ALARMS = "baseline_false_alarms"
AS_MANY_AS_POSITIVES = "as_many_alerts_as_positives"
RECALL_80 = "recall_80"
BALANCED = "balanced_errors"
ADVISED = "advised"
MENU = (BASELINE_FALSE_ALARMS, AS_MANY_AS_POSITIVES, RECALL_80, BALANCED)
"""The points of the menu, all read from one curve."""

NO_SCORES = "no_scores"

_RECALL = 0.8
_GRID = np.linspace(0, 1, 1001)
_ROUND_OFF = 1e-9


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


class Line(NamedTuple):
    """What a choice misses and how many false alerts it raises; it costs ratio · missed + false_alarms."""

    missed: float
    false_alarms: float
    choice: str
    point: str | None = None
    threshold: float | None = None


def build_decisions(
    spec: JobSpec, outcomes: Iterable[Outcome], cells: Cells, splits: Iterable[Split]
) -> facts.Decisions:
    """Put together what is known of cut-offs in the runs that the spec lists."""
    return read_cutoffs(_parts(spec, outcomes, cells, splits), request_of(spec), spec.evaluation.confidence)


def read_cutoffs(parts: Mapping[Place, Sequence[Part]], request: Request, confidence: float) -> facts.Decisions:
    """Put together what is known of cut-offs, as `build_decisions`, from the test parts of each pair."""
    any_parts = next((found for found in parts.values() if found), [])
    ends = (np.full(len(any_parts), threshold) for threshold in (codes.NEVER, codes.ALWAYS))
    never, always = (_means(_rates(any_parts, thresholds, request), request) for thresholds in ends)
    reasons = {place: None if found else NO_SCORES for place, found in parts.items()}
    menus = {place: _menu(found, request) for place, found in parts.items()}
    rows = {place: _row(place, found, request, confidence) for place, found in parts.items()}
    ranges = {place: find_cheapest(_lines(found, menus[place], rows[place], request)) for place, found in parts.items()}
    return facts.Decisions(
        asked=request.asked,
        request=_describe_request(request),
        rows=tuple(rows.values()),
        never=never,
        always=always,
        menu=tuple(facts.Menu(**named(at), reason=reasons[at], points=menus[at]) for at in parts),
        cost_ranges=tuple(facts.CostRanges(**named(at), reason=reasons[at], ranges=ranges[at]) for at in parts),
    )


def _describe_request(request: Request) -> facts.RequestFacts:
    return facts.RequestFacts(
        cost=request.cost and Cost(false_negative=request.cost[0], false_positive=request.cost[1]),
        alerts_per_1000=request.alerts_per_1000,
        limit=request.limit and dict([request.limit]),
        prevalence_in_use=request.prevalence,
    )


def with_advice(headline: verdict_facts.Headline, decisions: facts.Decisions) -> verdict_facts.Headline:
    """Fill in the cut-off that is advised for what is recommended, and what it comes to on the test parts.

    Where there is no cut-off, it is what the strategy's own decision comes to.
    """
    price = headline.numbers.price
    if headline.recommended is None or price is None:
        return headline
    row = next(row for row in decisions.rows if row.place == headline.recommended.place)
    source, cutoff = row if row.cutoff else row.own, None
    if row.cutoff is not None and decisions.asked is not None:
        cutoff = verdict_facts.AdvisedCutoff(asked=decisions.asked, **dict(row.cutoff))
    price = {**price, **{fact: getattr(source, fact) for fact in FACTS}}
    numbers = headline.numbers.model_copy(update={"price": price, "cutoff_reason": row.reason})
    return headline.model_copy(update={"cutoff": cutoff, "numbers": numbers})


def find_cheapest(lines: Sequence[Line]) -> tuple[facts.CostRange, ...]:
    """Find for which cost ratios each choice is the cheapest: the lower envelope, and of equals the first."""
    found: list[tuple[float, Line]] = []
    at, left = 0.0, sorted(lines, key=lambda line: (line.false_alarms, line.missed))
    while left:
        best = left[0]
        found.append((at, best))
        below = [line for line in left if line.missed < best.missed - _ROUND_OFF]
        crossings = [((line.false_alarms - best.false_alarms) / (best.missed - line.missed), line) for line in below]
        crossings.sort(key=lambda crossing: (round(crossing[0], 9), crossing[1].missed))
        at, left = crossings[0][0] if crossings else math.inf, [line for _, line in crossings]
    ends = (*(start for start, _ in found[1:]), None)
    ranges = ((line, start, end) for (start, line), end in zip(found, ends, strict=False) if end is None or end > start)
    return tuple(facts.CostRange.model_validate({**line._asdict(), "from": a, "to": b}) for line, a, b in ranges)


def _parts(
    spec: JobSpec, outcomes: Iterable[Outcome], cells: Cells, splits: Iterable[Split]
) -> dict[Place, list[Part]]:
    """Gather the test parts of each strategy × classifier, in the order of the splits, with rows of both classes."""
    cutoffs, baseline = {outcome.key: outcome.cutoff for outcome in outcomes}, spec.baseline.label
    like_baseline = {entry.label for entry in strategies_of(spec) if recipe_of(entry).scores_like_baseline}
    sizes = {(split.repeat, split.fold): (len(split.test), len(split.train)) for split in splits}
    found: dict[Place, list[Part]] = {place: [] for place in cells}
    for (strategy, classifier), cell in cells.items():
        source = baseline if strategy in like_baseline else strategy
        for at in sorted(split for split, prediction in cell.items() if not prediction.ranking.lacks):
            cutoff = cutoffs.get(RunKey(source, classifier, *at)) or Cutoff(None, codes.NOTHING_ASKED)
            part = Part(cell[at], cells[baseline, classifier].get(at), cutoff, sizes[at])
            found[strategy, classifier].append(part)
    return found


def _row(place: Place, parts: Sequence[Part], request: Request, confidence: float) -> facts.DecisionRow:
    with_cutoff = [part for part in parts if part.cutoff.threshold is not None]
    if 2 * len(with_cutoff) < len(parts):
        with_cutoff = []
    thresholds = np.array([part.cutoff.threshold for part in with_cutoff], dtype=float)
    reasons = Counter(part.cutoff.reason for part in parts if part.cutoff.threshold is None)
    rates = _rates(with_cutoff, thresholds, request)
    own = _means(_decided(parts, [part.prediction.decisions == 1 for part in parts], request), request)
    return facts.DecisionRow(
        **named(place),
        cutoff=_describe_cutoff(thresholds.tolist()) if with_cutoff else None,
        reason=None if with_cutoff else reasons.most_common(1)[0][0] if reasons else NO_SCORES,
        details=tuple(dict.fromkeys(part.cutoff.detail for part in parts if part.cutoff.detail)),
        n_splits=len(with_cutoff),
        **dict(_means(rates, request)),
        intervals=_intervals(rates, with_cutoff, request, confidence),
        own=facts.OwnDecision(n_splits=len(parts), **dict(own)),
    )


def _describe_cutoff(thresholds: Sequence[float]) -> verdict_facts.Cutoff:
    threshold = median_cutoff(thresholds)
    action = {codes.NEVER: NEVER_ALERT, codes.ALWAYS: ALWAYS_ALERT}.get(threshold, CUT)
    return verdict_facts.Cutoff(threshold=threshold if action == CUT else None, action=action)


def _rates(parts: Sequence[Part], thresholds: np.ndarray, request: Request) -> Rates:
    """Decide on each test part at its threshold."""
    alerts = [part.prediction.scores >= threshold for part, threshold in zip(parts, thresholds, strict=True)]
    return _decided(parts, alerts, request)


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


def _means(rates: Rates, request: Request) -> facts.Choice:
    return facts.Choice(**{fact: _mean(values) for fact, values in _values(rates, request).items()})


def _mean(values: np.ndarray) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None


def _intervals(
    rates: Rates, parts: Sequence[Part], request: Request, confidence: float
) -> dict[str, tuple[float, float] | None]:
    """Give each mean its interval, from the spread over splits corrected for their overlap."""
    if not parts:
        return dict.fromkeys(FACTS)
    values = np.stack(list(_values(rates, request).values()))
    sizes = tuple(np.array(side, dtype=float) for side in zip(*(part.sizes for part in parts), strict=True))
    found = compare_over_splits(values, np.zeros_like(values), (sizes[0], sizes[1]), 0.0, confidence)
    highest = {"recall": 1.0, "precision": 1.0, "expected_cost_per_1000": math.inf}
    return {
        fact: (max(0.0, float(lower)), min(float(upper), highest.get(fact, 1000.0))) if math.isfinite(lower) else None
        for fact, lower, upper in zip(FACTS, found.lower, found.upper, strict=True)
    }


def _menu(parts: Sequence[Part], request: Request) -> tuple[facts.MenuPoint, ...]:
    """Read the points of the menu on each test part.

    Recall .8 and balanced errors are false-positive rates of the mean curve: a part with few minority rows has few
    recalls to be near to, and its own best point would be too good.
    """
    if not parts:
        return ()
    roc = np.mean([read_roc(part.prediction.ranking, _GRID) for part in parts], axis=0)
    chosen = {RECALL_80: np.argmax(roc >= _RECALL - _ROUND_OFF), BALANCED: np.argmax(roc - _GRID)}
    rates = {point: float(_GRID[place]) for point, place in chosen.items()}
    with_baseline = [part for part in parts if part.baseline is not None]
    readable = {point: with_baseline if point == BASELINE_FALSE_ALARMS else parts for point in MENU}
    return tuple(_point(kept, point, rates, request) for point, kept in readable.items() if kept)


def _point(parts: Sequence[Part], point: str, rates: Mapping[str, float], request: Request) -> facts.MenuPoint:
    recalls, false_rates, thresholds, shares = [], [], [], _prevalence(parts, request)
    for part, prevalence in zip(parts, shares, strict=True):
        ranking = part.prediction.ranking
        recall, false_rate = ranking.true_alarms / ranking.positives, ranking.false_alarms / ranking.negatives
        if point == BASELINE_FALSE_ALARMS and part.baseline is not None:
            place = _at_baseline(part.prediction, part.baseline)
        elif point == AS_MANY_AS_POSITIVES:
            place = _nearest(prevalence * recall + (1 - prevalence) * false_rate, prevalence)
        else:
            place = _nearest(false_rate, rates[point])
        recalls.append(recall[place])
        false_rates.append(false_rate[place])
        thresholds.append(float(cut_points(part.prediction.scores)[place]))
    found, cutoff = Rates(np.array(recalls), np.array(false_rates), shares), _describe_cutoff(thresholds)
    means, missed = dict(_means(found, request)), float(found.missed_per_1000.mean())
    return facts.MenuPoint(point=point, **dict(cutoff), **means, missed_per_1000=missed)


def _at_baseline(prediction: Prediction, baseline: Prediction) -> int:
    """Find the cut-off with baseline's false alerts: on baseline's own scores, that of its decision."""
    ranking, counts = prediction.ranking, baseline.counts
    if np.array_equal(prediction.scores, baseline.scores):
        return _nearest(ranking.true_alarms + ranking.false_alarms, counts.alarms)
    return _nearest(ranking.false_alarms, counts.fp)


def _nearest(values: np.ndarray, target: float) -> int:
    """Find where rising values are nearest to a target, midway where several are."""
    distance = np.abs(values - target)
    places = np.flatnonzero(distance <= distance.min() + _ROUND_OFF)
    return int(places[(len(places) - 1) // 2])


def _lines(
    parts: Sequence[Part], menu: Sequence[facts.MenuPoint], row: facts.DecisionRow, request: Request
) -> list[Line]:
    """Draw the line of each choice: the model as it is first, then the advised cut-off and the menu's."""
    if not parts:
        return []
    is_baseline = all(part.baseline is part.prediction for part in parts)  # whose own decision the first point is
    own = _decided(parts, [part.prediction.decisions == 1 for part in parts], request)
    share = _prevalence(parts, request)
    lines = [Line(float(own.missed_per_1000.mean()), float(own.false_alarms_per_1000.mean()), OWN)]
    positives, others = float((1000 * share).mean()), float((1000 * (1 - share)).mean())
    if request.asked is not None and row.cutoff is not None and row.n_splits == len(parts):
        false_alarms = row.false_alarms_per_1000 or 0.0
        missed = max(positives - ((row.alerts_per_1000 or 0.0) - false_alarms), 0.0)
        lines.append(Line(missed, false_alarms, row.cutoff.action, ADVISED, row.cutoff.threshold))
    for each in menu:
        if each.action == CUT and not (is_baseline and each.point == BASELINE_FALSE_ALARMS):
            false_alarms = each.false_alarms_per_1000 or 0.0
            lines.append(Line(each.missed_per_1000, false_alarms, CUT, each.point, each.threshold))
    return [*lines, Line(positives, 0.0, NEVER_ALERT), Line(0.0, others, ALWAYS_ALERT)]
