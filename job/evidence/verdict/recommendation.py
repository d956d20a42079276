"""What to use: the classifier and strategy that rank best, and the simpler of those that rank alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from job.evidence.comparable import Comparable, find_comparable
from job.evidence.family import Question, Tested
from job.evidence.measured import Measured, Place
from job.evidence.roles import Roles
from job.evidence.verdict import ranking


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
    measured : Measured
    gains : Mapping of (strategy, classifier) to Tested
        Every strategy against baseline, in the primary metric.
    codes : Mapping of (strategy, classifier) to str
        The graded answers of the oversamplers.
    roles : Roles
    question : Question

    Returns
    -------
    Choice
    """
    scored = {place: _splits_of(measured, place, question.primary) for place in measured.places}
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


def _splits_of(measured: Measured, place: Place, metric: str) -> set[int]:
    return {int(split) for split in np.flatnonzero(np.isfinite(measured.of(place, metric)))}


def _is_allowed(place: Place, gains: Mapping[Place, Tested], codes: Mapping[Place, str], roles: Roles) -> bool:
    if place[0] == roles.baseline:
        return True
    if place in codes:
        return codes[place] in (ranking.BETTER, ranking.PROBABLY_BETTER)
    probability = gains[place].probability_better if place in gains else None
    return probability is not None and probability >= ranking.PROBABLE


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


def summarize_classifier(
    codes: Mapping[Place, str], gains: Mapping[Place, Tested], classifier: str
) -> tuple[str, Place | None]:
    """Give the answer for one classifier, and the best of its oversamplers."""
    places = [place for place in codes if place[1] == classifier]
    if not places:
        return NOT_ASKED, None
    best = max(places, key=lambda place: _standing(codes[place], gains[place]))
    found = {codes[place] for place in places}
    if found == {ranking.UNTESTED}:
        return CANNOT_TELL, best
    if codes[best] in (ranking.BETTER, ranking.PROBABLY_BETTER):
        return HELPS if codes[best] == ranking.BETTER else PROBABLY_HELPS, best
    for code, allowed in (
        (HARMS, {ranking.WORSE}),
        (PROBABLY_HARMS, {ranking.WORSE, ranking.PROBABLY_WORSE}),
        (NO_DIFFERENCE, {ranking.EQUIVALENT, ranking.WORSE, ranking.PROBABLY_WORSE}),
    ):
        if found <= allowed:
            return code, best
    return OPEN, best


def _standing(code: str, gain: Tested) -> tuple[int, float]:
    """Shown gains first, then probable ones, then the larger mean difference; what was not tested comes last."""
    grades: Sequence[str] = (ranking.PROBABLY_BETTER, ranking.BETTER)
    difference = -np.inf if gain.difference is None or code == ranking.UNTESTED else gain.difference
    return (grades.index(code) + 1 if code in grades else 0), difference
