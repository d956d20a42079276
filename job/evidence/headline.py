"""The answer of the whole job, guarded against picking the luckiest of many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from job.evidence.cases import Question
from job.evidence.comparable import Comparable, find_comparable
from job.evidence.holm import adjust_holm
from job.evidence.measured import Measured, Place
from job.evidence.roles import Roles
from job.evidence.rules import CANNOT_TELL, MOSTLY_THRESHOLD, OPEN, RANKS_BETTER
from job.names import METRICS

HELPS = "helps"
NOT_NEEDED = "helps_but_not_needed"
NOT_CONFIRMED = "not_confirmed"
NO_HELP = "no_help"
UNDECIDED = "undecided"
CANNOT_TELL_ANY = "cannot_tell"
NOT_ASKED = "no_oversampling_strategy"

HEADLINE_RULES: Mapping[str, str] = MappingProxyType(
    {
        CANNOT_TELL_ANY: "every oversampling verdict is too_few_splits or too_few_rows, or nothing could be tested",
        NOT_ASKED: "no oversampling strategy was listed",
        HELPS: "an oversampling strategy is recommended",
        NOT_NEEDED: "one ranks better after Holm over all of them, but what is recommended does without",
        NOT_CONFIRMED: "one ranks better, but not after Holm over all of them",
        UNDECIDED: "every oversampling verdict is undecided or cannot tell",
        NO_HELP: "none of these",
    }
)
"""Code -> when it holds; the first that does."""

_PRICE = ("false_alarms_per_1000", "expected_cost_per_1000", "recall", "mean_predicted", "brier", "log_loss")
_DIGITS = 9  # costs that differ beyond are the same

Verdict = Mapping[str, Any]


@dataclass(frozen=True)
class Choice:
    """What could be recommended, and why the rest could not.

    Parameters
    ----------
    best : (strategy, classifier) or None
        With the best mean primary metric among those that could be tested.
    compared : Comparable
        The combinations that were ranked, and those with values on too few splits.
    candidates : tuple of (strategy, classifier)
        Those that aren't distinguishable from the best.
    survivors : tuple of (strategy, classifier)
        Oversamplers whose gain survives the adjustment over all of them.
    recommended : (strategy, classifier) or None
    """

    best: Place | None
    compared: Comparable[int]
    candidates: tuple[Place, ...]
    survivors: tuple[Place, ...]
    recommended: Place | None


def build_headline(
    measured: Measured,
    verdicts: Sequence[Verdict],
    comparisons: Iterable[Mapping[str, Any]],
    roles: Roles,
    question: Question,
    prevalence: float,
) -> dict[str, Any]:
    """Choose what to recommend, and gather what the headline says.

    Parameters
    ----------
    measured : Measured
    verdicts : sequence of Mapping
        One for each oversampling strategy × classifier, with ``strategy``, ``classifier`` and ``code``.
    comparisons : iterable of Mapping
        As in results.json.
    roles : Roles
    question : Question
    prevalence : float
        Mean share of positive rows in the test parts.

    Returns
    -------
    dict
        ``code``, ``recommended`` (strategy and classifier, null where nothing can be recommended) and ``numbers``.
    """
    survivors = find_survivors(verdicts, comparisons, roles.baseline, question)
    choice = choose(measured, survivors, roles, question)
    code = _code(verdicts, choice, roles)
    recommended = None if code == CANNOT_TELL_ANY else choice.recommended
    return {
        "code": code,
        "rule": HEADLINE_RULES[code],
        "recommended": _named(recommended),
        "numbers": {
            "primary": question.primary,
            "n_tried": len(choice.compared.places),
            "n_splits_scored": choice.compared.n_scored,
            "left_out": [{"strategy": s, "classifier": c, "n_splits": n} for (s, c), n in choice.compared.left_out],
            "best": _named(choice.best),
            "candidates": [_named(place) for place in choice.candidates],
            "survivors": [_named(place) for place in choice.survivors],
            "n_oversampling": len(verdicts),
            "about": _about(verdicts, choice, code, recommended),
            "price": None if recommended is None else _price(measured, recommended, question.primary),
            "prevalence": prevalence,
        },
    }


def find_survivors(
    verdicts: Sequence[Verdict], comparisons: Iterable[Mapping[str, Any]], baseline: str, question: Question
) -> tuple[Place, ...]:
    """Find the oversamplers that rank better also after Holm across all classifiers × oversamplers.

    Parameters
    ----------
    verdicts, comparisons, baseline, question
        As in `build_headline`.

    Returns
    -------
    tuple of (strategy, classifier)
    """
    p_values = {
        (row["strategy"], row["classifier"]): row["p_value"]
        for row in comparisons
        if row["metric"] == question.primary and row["reference"] == baseline
    }
    places = [(verdict["strategy"], verdict["classifier"]) for verdict in verdicts]
    family = np.array([np.nan if p_values[place] is None else p_values[place] for place in places], dtype=float)
    adjusted = adjust_holm(family)
    return tuple(
        place
        for place, verdict, p in zip(places, verdicts, adjusted, strict=True)
        if verdict["code"] == RANKS_BETTER and p < question.level
    )


def choose(measured: Measured, survivors: Sequence[Place], roles: Roles, question: Question) -> Choice:
    """Choose the combination to recommend.

    Parameters
    ----------
    measured : Measured
    survivors : sequence of (strategy, classifier)
        Oversamplers that may be recommended.
    roles : Roles
    question : Question

    Returns
    -------
    Choice
    """
    compared = find_comparable(_scored(measured, question.primary), range(measured.n_splits))
    measured = measured.on(compared.splits)
    means = {place: float(np.mean(measured.of(place, question.primary))) for place in compared.places}
    best, candidates = _indistinguishable(measured, list(means), means, question)
    kept = [place for place in candidates if place[0] not in roles.oversamplers or place in survivors]
    if not kept:
        plain = [place for place in means if place[0] not in roles.oversamplers]
        _, kept = _indistinguishable(measured, plain, means, question)
    recommended = min(kept, key=lambda place: _rank(measured, place, roles), default=None)
    return Choice(best, compared, tuple(candidates), tuple(survivors), recommended)


def _scored(measured: Measured, metric: str) -> dict[Place, set[int]]:
    """The splits on which each combination has a value."""
    return {
        place: {int(split) for split in np.flatnonzero(np.isfinite(measured.of(place, metric)))}
        for place in measured.places
    }


def _indistinguishable(
    measured: Measured, places: Sequence[Place], means: Mapping[Place, float], question: Question
) -> tuple[Place | None, list[Place]]:
    """Find the best mean, and those that a paired test adjusted by Holm doesn't tell from it.

    What could not be tested is no candidate: neither the best nor near it can be said of it.
    """
    for best in sorted(places, key=lambda place: -means[place]):
        others = [place for place in places if place != best]
        estimates = measured.compare([best] * (1 + len(others)), [best, *others], question.rope, question.confidence)
        column = METRICS.index(question.primary)
        if not estimates.tested[0, column]:
            continue
        adjusted = adjust_holm(estimates.p_value[1:, column])
        near = {place for place, p in zip(others, adjusted, strict=True) if p >= question.level}
        return best, [place for place in places if place == best or place in near]
    return None, []


def _rank(measured: Measured, place: Place, roles: Roles) -> tuple[float, int, int]:
    """Lowest expected cost first, then the order of the registry, then that of the spec."""
    costs = measured.of(place, "expected_cost_per_1000")
    cost = np.nanmean(costs) if np.isfinite(costs).any() else 0.0  # without a cost in the spec there is none to rank by
    return round(float(cost), _DIGITS), roles.order[place[0]], measured.places[place]


def _code(verdicts: Sequence[Verdict], choice: Choice, roles: Roles) -> str:
    codes = [verdict["code"] for verdict in verdicts]
    if choice.recommended is None or (codes and set(codes) <= set(CANNOT_TELL)):
        return CANNOT_TELL_ANY
    if not codes:
        return NOT_ASKED
    if choice.recommended[0] in roles.oversamplers:
        return HELPS
    if choice.survivors:
        return NOT_NEEDED
    if RANKS_BETTER in codes:
        return NOT_CONFIRMED
    return UNDECIDED if set(codes) <= set(OPEN) else NO_HELP


def _about(verdicts: Sequence[Verdict], choice: Choice, code: str, recommended: Place | None) -> dict[str, str] | None:
    """Pick the verdict that the answer quotes; of the recommended classifier where it has one that fits."""
    if code in (CANNOT_TELL_ANY, NOT_ASKED) or recommended is None:
        return _named((verdicts[0]["strategy"], verdicts[0]["classifier"])) if verdicts else None
    if code == HELPS:
        return _named(recommended)
    if code == NOT_NEEDED:
        fitting = [verdict for verdict in verdicts if (verdict["strategy"], verdict["classifier"]) in choice.survivors]
    elif code == NOT_CONFIRMED:
        fitting = [verdict for verdict in verdicts if verdict["code"] == RANKS_BETTER]
    else:
        fitting = [verdict for verdict in verdicts if (verdict["code"] in OPEN) == (code == UNDECIDED)]
    picked = max(fitting, key=lambda verdict: _telling(verdict, recommended[1]))
    return _named((picked["strategy"], picked["classifier"]))


def _telling(verdict: Verdict, classifier: str) -> tuple[bool, bool, float]:
    """The recommended classifier's first, then a moved threshold, then the largest gain in recall."""
    gain = verdict["numbers"]["recall_difference"]
    return verdict["classifier"] == classifier, verdict["code"] == MOSTLY_THRESHOLD, -np.inf if gain is None else gain


def _price(measured: Measured, place: Place, primary: str) -> dict[str, float | None]:
    found = {metric: measured.of(place, metric) for metric in (primary, *_PRICE)}
    return {metric: float(np.nanmean(v)) if np.isfinite(v).any() else None for metric, v in found.items()}


def _named(place: Place | None) -> dict[str, str] | None:
    return None if place is None else {"strategy": place[0], "classifier": place[1]}
