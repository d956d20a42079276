"""What to use, the headline's answer, and the numbers beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from job.evidence.predictions import Place, named
from job.evidence.statistics.family import Question, Tested
from job.evidence.statistics.measured import Comparable, Measured, find_comparable
from job.evidence.statistics.power import Sizes
from job.evidence.strategy_kinds import Roles
from job.evidence.verdict import rules

HELPS = "helps"
PROBABLY_HELPS = "probably_helps"
NO_DIFFERENCE = "no_practical_difference"
OPEN = "open"
PROBABLY_HARMS = "probably_harms"
HARMS = "harms"
CANNOT_TELL = "cannot_tell"
NOT_ASKED = "no_oversampling_strategy"
HEADLINE_RULES: Mapping[str, str] = {
    NOT_ASKED: "no oversampling strategy was listed",
    CANNOT_TELL: "every oversampler with this classifier is untested",
    HELPS: "the best oversampler with this classifier is better",
    PROBABLY_HELPS: "it is probably_better",
    HARMS: "every oversampler with this classifier is worse",
    PROBABLY_HARMS: "every one is worse or probably_worse",
    NO_DIFFERENCE: "every one is equivalent, worse or probably_worse",
    OPEN: "none of these",
}
"""Code of the headline -> when it holds; the first that does."""
PRICE = (
    "recall",
    "precision",
    "false_alarms_per_1000",
    "expected_cost_per_1000",
    "mean_predicted",
    "brier",
    "log_loss",
)
"""Metrics whose means are quoted for what is recommended."""
BESIDE = ("recall", "false_alarms_per_1000", "average_precision", "mean_predicted", "brier")
"""Metrics of which the headline tells what the recommendation changes."""
_TESTED = ("difference", "lower", "upper", "p_adjusted")


@dataclass(frozen=True)
class Choice:
    """What is recommended, and what it was chosen from.

    Parameters
    ----------
    best : (strategy, classifier) or None
        With the best mean primary metric of all.
    recommended : (strategy, classifier) or None
        None where nothing was scored.
    compared : Comparable
        The combinations that were ranked, and those with values on too few splits.
    alike : tuple of (strategy, classifier)
        Those that could be recommended and whose mean is within the ROPE of the best of them.
    """

    best: Place | None
    recommended: Place | None
    compared: Comparable[int]
    alike: tuple[Place, ...]


def recommend(
    measured: Measured, gains: Mapping[Place, Tested], codes: Mapping[Place, str], roles: Roles, question: Question
) -> Choice:
    """Choose the pair to recommend.

    A strategy can be recommended where it is at least probably better than baseline with the same classifier;
    baseline always can. Of these the best mean wins, and of those within the ROPE of it the simplest: baseline before
    others, then in the order of the registry and of the spec.

    Parameters
    ----------
    gains : Mapping of (strategy, classifier) to Tested
        Every strategy against baseline, in the primary metric.
    codes : Mapping of (strategy, classifier) to str
        The graded answers of the oversamplers.
    """
    scored = {
        place: set(np.flatnonzero(np.isfinite(measured.of(place, question.primary))).tolist())
        for place in measured.places
    }
    compared = find_comparable(scored, range(measured.n_splits))
    shared = measured.on(compared.splits)
    means = {place: shared.mean_of(place, question.primary) for place in compared.places}
    if not means:
        return Choice(None, None, compared, ())
    allowed = [place for place in means if _is_allowed(place, gains, codes, roles)] or list(means)
    top = max(allowed, key=lambda place: means[place])
    rope = question.rope_of(question.primary, means[top])
    alike = [place for place in allowed if means[top] - means[place] <= rope]
    chosen = min(alike, key=lambda place: (roles.order[place[0]], measured.places[place]))
    return Choice(max(means, key=lambda place: means[place]), chosen, compared, tuple(alike))


def _is_allowed(place: Place, gains: Mapping[Place, Tested], codes: Mapping[Place, str], roles: Roles) -> bool:
    if place[0] == roles.baseline:
        return True
    if place in codes:
        return codes[place] in (rules.BETTER, rules.PROBABLY_BETTER)
    probability = gains[place].probability_better if place in gains else None
    return probability is not None and probability >= rules.PROBABLE


def summarize_classifier(
    codes: Mapping[Place, str], gains: Mapping[Place, Tested], classifier: str
) -> tuple[str, Place | None]:
    """Give the answer for one classifier, and the best of its oversamplers."""
    places = [place for place in codes if place[1] == classifier]
    if not places:
        return NOT_ASKED, None
    best = max(places, key=lambda place: _standing(codes[place], gains[place]))
    found = {codes[place] for place in places}
    if found == {rules.UNTESTED}:
        return CANNOT_TELL, best
    if codes[best] in (rules.BETTER, rules.PROBABLY_BETTER):
        return HELPS if codes[best] == rules.BETTER else PROBABLY_HELPS, best
    for code, allowed in (
        (HARMS, {rules.WORSE}),
        (PROBABLY_HARMS, {rules.WORSE, rules.PROBABLY_WORSE}),
        (NO_DIFFERENCE, {rules.EQUIVALENT, rules.WORSE, rules.PROBABLY_WORSE}),
    ):
        if found <= allowed:
            return code, best
    return OPEN, best


def _standing(code: str, gain: Tested) -> tuple[int, float]:
    """Shown gains first, then probable ones, then the larger mean difference; what was not tested comes last."""
    grades: Sequence[str] = (rules.PROBABLY_BETTER, rules.BETTER)
    difference = -np.inf if gain.difference is None or code == rules.UNTESTED else gain.difference
    return (grades.index(code) + 1 if code in grades else 0), difference


def build_headline(
    measured: Measured,
    gains: Mapping[Place, Tested],
    codes: Mapping[Place, str],
    roles: Roles,
    question: Question,
    sizes: Sizes,
) -> dict[str, Any]:
    """Choose what to recommend and give the answer about its classifier.

    Parameters
    ----------
    gains : Mapping of (strategy, classifier) to Tested
        Every strategy against baseline, in the primary metric.
    codes : Mapping of (strategy, classifier) to str
        The graded answers of the oversamplers.

    Returns
    -------
    dict
        As ``verdict.headline`` in results.json: ``about`` is the best oversampler with the headline's ``classifier``,
        ``others`` has the answers for all other classifiers.
    """
    choice = recommend(measured, gains, codes, roles, question)
    classifiers = list(dict.fromkeys(classifier for _, classifier in measured.places))
    main = classifiers[0] if choice.recommended is None else choice.recommended[1]
    answers = {label: summarize_classifier(codes, gains, label) for label in classifiers}
    code, about = answers[main]
    price = None
    if choice.recommended is not None:
        means = {metric: measured.mean_of(choice.recommended, metric) for metric in (question.primary, *PRICE)}
        price = {metric: mean if np.isfinite(mean) else None for metric, mean in means.items()}
    return {
        "code": code,
        "rule": HEADLINE_RULES[code],
        "classifier": main,
        "about": _named(about),
        "n_oversamplers": sum(place[1] == main for place in codes),
        "others": [
            {"classifier": label, "code": answer[0], "strategy": None if answer[1] is None else answer[1][0]}
            for label, answer in answers.items()
            if label != main
        ],
        "recommended": _named(choice.recommended),
        "cutoff": None,
        "numbers": {
            "primary": question.primary,
            "n_tried": len(choice.compared.places),
            "n_splits_scored": choice.compared.n_scored,
            "left_out": [{"strategy": s, "classifier": c, "n_splits": n} for (s, c), n in choice.compared.left_out],
            "best": _named(choice.best),
            "alike": [_named(place) for place in choice.alike],
            "n_oversampling": len(codes),
            "price": price,
            "prevalence": sizes.prevalence,
        },
    }


def _named(place: Place | None) -> dict[str, str] | None:
    return None if place is None else named(place)


def build_basis(
    measured: Measured,
    comparisons: Iterable[Mapping[str, Any]],
    recommended: Mapping[str, str] | None,
    baseline: str,
    question: Question,
    n_minority_rows: int,
) -> dict[str, Any]:
    """Gather what the headline says of its recommendation beside baseline with the same classifier.

    Parameters
    ----------
    comparisons : iterable of Mapping
        As in results.json.
    recommended : Mapping or None
        Strategy and classifier.
    n_minority_rows : int
        Distinct ones over all test parts.

    Returns
    -------
    dict
        ``n_splits``, ``n_train_mean``, ``n_minority_rows``, ``confidence``, ``baseline`` and ``beside_baseline``: null
        where baseline or nothing is recommended, else ``n_splits`` and ``method`` of the comparison, and for each
        metric the means over the splits that both have a value on, their difference, its interval and adjusted p-value.
    """
    beside = None
    if recommended is not None and recommended["strategy"] != baseline:
        place = recommended["strategy"], recommended["classifier"]
        compared = (*place, baseline)
        rows = {
            row["metric"]: row
            for row in comparisons
            if (row["strategy"], row["classifier"], row["reference"]) == compared
        }
        beside = {
            "n_splits": rows["recall"]["n_splits"],
            "method": rows["recall"]["method"],
            "metrics": {
                metric: measured.shared_means(metric, (baseline, place[1]), place)
                | {key: rows[metric][key] for key in _TESTED}
                for metric in BESIDE
            },
        }
    return {
        "n_splits": measured.n_splits,
        "n_train_mean": float(measured.n_train.mean()),
        "n_minority_rows": n_minority_rows,
        "confidence": question.confidence,
        "baseline": baseline,
        "beside_baseline": beside,
    }
