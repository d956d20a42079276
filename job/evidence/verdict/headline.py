"""The answer of the whole job: about the classifier that is recommended, with the others beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from job.evidence.family import Question, Tested
from job.evidence.measured import Measured, Place
from job.evidence.roles import Roles
from job.evidence.verdict.ranking import Sizes
from job.evidence.verdict.recommendation import HEADLINE_RULES, recommend, summarize_classifier

_PRICE = (
    "recall",
    "precision",
    "false_alarms_per_1000",
    "expected_cost_per_1000",
    "mean_predicted",
    "brier",
    "log_loss",
)


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
    measured : Measured
    gains : Mapping of (strategy, classifier) to Tested
        Every strategy against baseline, in the primary metric.
    codes : Mapping of (strategy, classifier) to str
        The graded answers of the oversamplers.
    roles : Roles
    question : Question
    sizes : Sizes

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
            "price": None if choice.recommended is None else _price(measured, choice.recommended, question.primary),
            "prevalence": sizes.prevalence,
        },
    }


def _price(measured: Measured, place: Place, primary: str) -> dict[str, float | None]:
    found = {metric: measured.mean_of(place, metric) for metric in (primary, *_PRICE)}
    return {metric: mean if np.isfinite(mean) else None for metric, mean in found.items()}


def _named(place: Place | None) -> dict[str, str] | None:
    return None if place is None else {"strategy": place[0], "classifier": place[1]}
