"""Cut-offs in words: what the spec asks for, those to choose from, and which choice is the cheapest when."""

import math
from collections.abc import Iterator, Sequence
from typing import TypeVar

from job.evaluation import cutoff as codes
from job.evidence.verdict import cutoff_advice as cutoffs
from job.results.decision_facts import CostRange, Decisions, MenuPoint, RequestFacts
from job.results.record import Pair
from job.results.results import Results
from job.results.verdict_facts import Cutoff
from job.text import listed, number, plain, whole

_Row = TypeVar("_Row", bound=Pair)

_TINY = 1e-4

_POINTS = {
    cutoffs.BASELINE_FALSE_ALARMS: "as many false alerts as baseline",
    cutoffs.AS_MANY_AS_POSITIVES: "as many alerts as minority rows",
    cutoffs.RECALL_80: "recall 0.8",
    cutoffs.BALANCED: "highest balanced accuracy",
}
AS_IT_IS = "the model as it is"
OWN_DECISION = "its own decision threshold"
REASONS = {
    codes.NO_CUTOFF_KEEPS: "on most splits, no cut-off meets the spec's limits on the inner folds",
    codes.NO_INNER_FOLDS: "the training parts are too small for inner folds with both classes",
    codes.INNER_FOLDS_FAILED: "the strategy failed on inner folds",
    codes.NOTHING_ASKED: "the spec asks for none",
    cutoffs.NO_SCORES: "no run has scores on a test part with both classes",
}
_LIMITS = {
    "false_alarms_per_1000": "at most {} false alerts per 1,000 rows",
    "recall": "a recall of at least {}",
    "precision": "a precision of at least {}",
}


def describe_request(decisions: Decisions) -> str:
    """Say what the spec asks of the cut-off, and what was done about it."""
    request, prevalence = decisions.request, decisions.request.prevalence_in_use
    used = "" if prevalence is None else f" All numbers here are for data with {100 * prevalence:.3g} % positive rows."
    if decisions.asked is None:
        return (
            "The spec asks for no cut-off, so none is advised and the choice is yours; with evaluation.cost, "
            f"evaluation.alerts_per_1000 or evaluation.limit in the spec, one is.{used}"
        )
    bounded = request.limit or request.alerts_per_1000 is not None
    aimed = " It aims to meet these limits, but may miss them on other rows: the table has the test parts' results."
    return (
        f"The spec asks for {listed(_bounds(request))}. The cut-off is chosen on inner folds of each training part, "
        f"the same way for every strategy.{aimed if bounded else ''}{used}"
    )


def _bounds(request: RequestFacts) -> Iterator[str]:
    """What is asked of a cut-off, each in a few words."""
    if request.cost is not None:
        miss, alarm = plain(request.cost.false_negative), plain(request.cost.false_positive)
        yield f"the lowest cost ({miss} for a missed minority row, {alarm} for a false alert)"
    yield from (_LIMITS[name].format(plain(bound)) for name, bound in (request.limit or {}).items())
    if request.alerts_per_1000 is not None:
        yield f"at most {plain(request.alerts_per_1000)} alerts per 1,000 rows"


def tell_cutoffs(results: Results) -> Iterator[str]:
    """Say what there is to know of the cut-off of the recommended pair.

    Yields
    ------
    str
        Sentences: where nothing was asked, the cut-offs to choose from and for which cost ratios each choice is the
        cheapest; else why there is no cut-off, or what an alert on no row and on every row would come to.
    """
    headline, decisions = results.verdict.headline, results.decisions
    if headline.recommended is None:
        return
    if decisions.asked is None:
        if menu := tell_menu(decisions, *headline.recommended.place):
            yield menu
        if ranges := _ranges(decisions, *headline.recommended.place):
            yield f"Cheapest choice by cost ratio (missed minority row : false alert): {ranges}."
        return
    if (reason := headline.numbers.cutoff_reason) is not None:
        yield f"No cut-off is advised: {REASONS[reason]}."
        return
    yield (
        f"This cut-off was chosen on inner folds of the training parts for {listed(_bounds(decisions.request))}. "
        "Other rows can differ."
    )
    never, always = decisions.never.expected_cost_per_1000, decisions.always.expected_cost_per_1000
    if never is not None and always is not None:
        yield (
            f"For comparison: no alert at all would cost {whole(never)} per 1,000 rows, and an alert on every row "
            f"would cost {whole(always)}."
        )


def tell_menu(decisions: Decisions, strategy: str, classifier: str) -> str:
    """List the cut-offs of one pair that could be chosen, in natural frequencies; nothing where it has no scores."""
    points = [p for p in row_of(decisions.menu, strategy, classifier).points if p.action == cutoffs.CUT]
    told = [
        f"{tell_cutoff(point)} ({point_of(decisions, strategy, point)}) finds {whole(100 * (point.recall or 0.0))}"
        f"{'' if place else ' of every 100 minority rows'} with {whole(point.false_alarms_per_1000 or 0.0)}"
        f"{'' if place else ' false alerts per 1,000 rows'}"
        for place, point in enumerate(points)
    ]
    return f"The cut-off is yours to choose: {'; '.join(told)}." if told else ""


def tell_ranges(decisions: Decisions, strategy: str, classifier: str) -> str:
    """Say for which cost ratios each choice of one pair is the cheapest; nothing where it has no scores."""
    ranges = _ranges(decisions, strategy, classifier)
    return f"{ranges[0].upper()}{ranges[1:]}." if ranges else ""


def _ranges(decisions: Decisions, strategy: str, classifier: str) -> str:
    is_baseline = decisions.rows[:1] and strategy == decisions.rows[0].strategy
    actions = {
        cutoffs.OWN: AS_IT_IS if is_baseline else OWN_DECISION,
        cutoffs.NEVER_ALERT: "no alert at all",
        cutoffs.ALWAYS_ALERT: "an alert on every row",
    }
    return "; ".join(
        f"{'beyond that' if found.to is None and found.from_ else tell_range(found)} "
        f"{actions.get(found.choice) or f'the cut-off {_threshold(found.threshold)}'}"
        for found in row_of(decisions.cost_ranges, strategy, classifier).ranges
    )


def tell_cutoff(cutoff: Cutoff | MenuPoint | None) -> str:
    """Write a cut-off as a table has it: a threshold, or what is done without one."""
    if cutoff is None:
        return "–"
    told = {cutoffs.NEVER_ALERT: "no alert", cutoffs.ALWAYS_ALERT: "every row"}
    return told.get(cutoff.action) or _threshold(cutoff.threshold)


def tell_own_cutoff(results: Results, strategy: str, classifier: str) -> str:
    """Write the threshold of a pair's own decisions: the tuned one, 0.5, or ``own`` where there is none."""
    tuned = [run.threshold for run in results.runs if run.place == (strategy, classifier) and run.threshold is not None]
    if tuned:
        return _threshold(sum(tuned) / len(tuned))
    entry = next(entry for entry in results.classifiers if entry.label == classifier)
    # Named classifiers take the likelier class; svc decides by the sign of its score and others as they please.
    has_probabilities = row_of(results.calibration.rows, strategy, classifier).raw is not None
    return "0.5" if has_probabilities and entry.name not in (None, "svc") else "own"


def tell_range(found: CostRange) -> str:
    """Write the cost ratios at which a choice is the cheapest: ``from 3 to 20 : 1``."""
    if not found.to:
        return f"beyond {_ratio(found.from_)} : 1" if found.from_ else "at any cost ratio"
    low, high = _ratio(found.from_), _ratio(found.to)
    if low == high:
        return f"about {high} : 1"
    return f"from {low} to {high} : 1" if found.from_ else f"up to {high} : 1"


def point_of(decisions: Decisions, strategy: str, point: MenuPoint) -> str:
    """Name a point of a strategy's curve."""
    is_own = point.point == cutoffs.BASELINE_FALSE_ALARMS and strategy == decisions.rows[0].strategy
    return AS_IT_IS if is_own else _POINTS[point.point]


def row_of(rows: Sequence[_Row], strategy: str, classifier: str) -> _Row:
    """Find the row of one pair."""
    return next(row for row in rows if row.place == (strategy, classifier))


def _threshold(threshold: float | None) -> str:
    """Two digits that tell it from 0 or 1, which it may be as near to as a probability gets."""
    if threshold is None:
        return "–"
    near = min(abs(threshold), abs(1 - threshold))
    if 0 < abs(threshold) < _TINY:
        return f"{threshold:.1e}"
    return number(threshold, 2 if near >= 0.095 or near == 0 else min(1 - math.floor(math.log10(near)), 16))


def _ratio(ratio: float) -> str:
    return whole(ratio) if ratio >= 0.95 else f"{ratio:.2g}"
