"""Cut-offs in words: what the spec asks for, those to choose from, and which choice is the cheapest when."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from job.evaluation import cutoff as codes
from job.evidence.verdict import cutoff_advice as cutoffs
from job.evidence.words import decimal, whole
from job.text import listed

Found = Mapping[str, Any]

_TINY = 1e-4

_POINTS = {
    cutoffs.BASELINE_FALSE_ALARMS: "baseline's false alerts",
    cutoffs.AS_MANY_AS_POSITIVES: "as many alerts as minority rows",
    cutoffs.RECALL_80: "recall 0.8",
    cutoffs.BALANCED: "balanced errors",
}
AS_IT_IS = "the model as it is"
OWN_DECISION = "its own decision threshold"
REASONS = {
    codes.NO_CUTOFF_KEEPS: "no cut-off keeps what the spec asks for on the inner folds of most splits",
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


def describe_request(decisions: Found) -> str:
    """Say what the spec asks of the cut-off, and what was done about it."""
    request = decisions["request"]
    prevalence = request["prevalence_in_use"]
    used = "" if prevalence is None else f" All numbers here are for data with {100 * prevalence:.3g} % positive rows."
    if decisions["asked"] is None:
        return (
            "The spec asks for no cut-off, so none is advised and the choice is yours; with evaluation.cost, "
            f"evaluation.alerts_per_1000 or evaluation.limit in the spec, one is.{used}"
        )
    bounded = request["limit"] or request["alerts_per_1000"] is not None
    aimed = " It is aimed at these and doesn't promise them on other rows: the table shows what the test parts gave."
    return (
        f"The spec asks for {listed(_bounds(request))}. The cut-off is chosen on inner folds of each training part, "
        f"the same way for every strategy.{aimed if bounded else ''}{used}"
    )


def _bounds(request: Found) -> list[str]:
    """What is asked of a cut-off, each in a few words."""
    told = []
    if request["cost"] is not None:
        miss, alarm = (_plain(request["cost"][kind]) for kind in ("false_negative", "false_positive"))
        told.append(f"the lowest cost, where a missed minority row costs {miss} and a false alert {alarm}")
    told += [_LIMITS[name].format(_plain(bound)) for name, bound in (request["limit"] or {}).items()]
    if request["alerts_per_1000"] is not None:
        told.append(f"at most {_plain(request['alerts_per_1000'])} alerts per 1,000 rows")
    return told


def tell_cutoffs(headline: Found, decisions: Found) -> Iterator[str]:
    """Say what there is to know of the cut-off of the recommended pair.

    Parameters
    ----------
    headline, decisions : Mapping
        As in results.json.

    Yields
    ------
    str
        Sentences: where nothing was asked, the cut-offs to choose from and for which cost ratios each choice is the
        cheapest; else why there is no cut-off, or what an alert on no row and on every row would come to.
    """
    recommended = headline["recommended"]
    if recommended is None:
        return
    place = recommended["strategy"], recommended["classifier"]
    if decisions["asked"] is None:
        yield from (text for text in (tell_menu(decisions, *place), _tell_costs(decisions, *place)) if text)
        return
    if headline["cutoff"] is None:
        yield f"No cut-off is advised: {REASONS[headline['numbers']['cutoff_reason']]}."
        return
    yield f"The cut-off is for {listed(_bounds(decisions['request']))}, chosen on inner folds; it is yours to change."
    costs = [decisions[end]["expected_cost_per_1000"] for end in (cutoffs.NEVER_ALERT, cutoffs.ALWAYS_ALERT)]
    if None not in costs:
        never, always = map(whole, costs)
        yield f"No alert at all would cost {never} per 1,000 rows, an alert on every row {always}."


def _tell_costs(decisions: Found, strategy: str, classifier: str) -> str:
    told = tell_ranges(decisions, strategy, classifier)
    return f"Cheapest by the cost of a missed minority row to that of a false alert: {_small(told)}" if told else ""


def tell_menu(decisions: Found, strategy: str, classifier: str) -> str:
    """List the cut-offs of one pair that could be chosen, in natural frequencies.

    Parameters
    ----------
    decisions : Mapping
        As in results.json.
    strategy, classifier : str
        Labels.

    Returns
    -------
    str
        Nothing where the pair has no scores.
    """
    points = row_of(decisions["menu"], strategy, classifier)["points"]
    points = [point for point in points if point["action"] == cutoffs.CUT]
    told = [
        f"{_cut(point)} ({point_of(decisions, strategy, point)}) finds {whole(100 * point['recall'])}"
        f"{'' if place else ' of every 100 minority rows'} with {whole(point['false_alarms_per_1000'])}"
        f"{'' if place else ' false alerts per 1,000 rows'}"
        for place, point in enumerate(points)
    ]
    return f"The cut-off is yours to choose: {'; '.join(told)}." if told else ""


def tell_ranges(decisions: Found, strategy: str, classifier: str) -> str:
    """Say for which cost ratios each choice is the cheapest.

    Parameters
    ----------
    decisions, strategy, classifier
        As in `tell_menu`.

    Returns
    -------
    str
        Nothing where the pair has no scores.
    """
    ranges = row_of(decisions["cost_ranges"], strategy, classifier)["ranges"]
    if not ranges:
        return ""
    own = AS_IT_IS if strategy == decisions["rows"][0]["strategy"] else OWN_DECISION
    return _sentence("; ".join(_tell_choice(found, own) for found in ranges))


def tell_cutoff(cutoff: Found | None) -> str:
    """Write a cut-off as a table has it: a threshold, or what is done without one."""
    return "–" if cutoff is None else _cut(cutoff)


def _tell_choice(found: Found, own: str) -> str:
    choice = {
        cutoffs.OWN: own,
        cutoffs.NEVER_ALERT: "no alert at all",
        cutoffs.ALWAYS_ALERT: "an alert on every row",
    }.get(found["choice"]) or f"the cut-off {_threshold(found['threshold'])}"
    return f"{'beyond that' if found['to'] is None and found['from'] else tell_range(found)} {choice}"


def tell_range(found: Found) -> str:
    """Write the cost ratios at which a choice is the cheapest: ``from 3 to 20 : 1``."""
    lower, upper = (None if found[end] in (None, 0) else f"{_ratio(found[end])}" for end in ("from", "to"))
    if upper is None:
        return f"beyond {lower} : 1" if lower else "at any cost ratio"
    return f"from {lower} to {upper} : 1" if lower else f"up to {upper} : 1"


def point_of(decisions: Found, strategy: str, point: Found) -> str:
    """Name a point of a strategy's curve."""
    is_own = point["point"] == cutoffs.BASELINE_FALSE_ALARMS and strategy == decisions["rows"][0]["strategy"]
    return AS_IT_IS if is_own else _POINTS[point["point"]]


def row_of(rows: Sequence[Found], strategy: str, classifier: str) -> Found:
    """Find the row of one pair."""
    return next(row for row in rows if (row["strategy"], row["classifier"]) == (strategy, classifier))


def _cut(cutoff: Found) -> str:
    told = {cutoffs.NEVER_ALERT: "no alert", cutoffs.ALWAYS_ALERT: "every row"}
    return told.get(cutoff["action"]) or _threshold(cutoff["threshold"])


def _threshold(threshold: float) -> str:
    """Two digits that tell it from 0 or 1, which it may be as near to as a probability gets."""
    near = min(abs(threshold), abs(1 - threshold))
    if 0 < abs(threshold) < _TINY:
        return f"{threshold:.1e}"
    return decimal(threshold, 2 if near >= 0.095 or near == 0 else min(1 - math.floor(math.log10(near)), 16))


def _ratio(ratio: float) -> str:
    return whole(ratio) if ratio >= 0.95 else f"{ratio:.2g}"


def _plain(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4g}"


def _small(text: str) -> str:
    return f"{text[0].lower()}{text[1:]}"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
