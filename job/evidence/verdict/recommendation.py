"""What to use, the headline's answer, and the numbers beside it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from job.evidence.runs import Place, named
from job.evidence.statistics.family import Question, Sizes
from job.evidence.statistics.measured import Measured
from job.evidence.statistics.paired_t import finite
from job.evidence.strategy_kinds import Roles
from job.evidence.verdict import rules
from job.results import verdict_facts as facts
from job.results.record import Pair

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
    PROBABLY_HELPS: "it is probably_better, or better but tuned against a baseline that isn't",
    HARMS: "every oversampler with this classifier is worse",
    PROBABLY_HARMS: "every one is worse or probably_worse",
    NO_DIFFERENCE: "every one is equivalent, worse or probably_worse",
    OPEN: "none of these",
}
"""Code of the headline -> when it holds; the first that does."""
PRICE = (
    "recall", "precision", "false_alarms_per_1000", "expected_cost_per_1000", "mean_predicted", "brier", "log_loss",
)  # fmt: skip
"""Metrics whose means are quoted for what is recommended."""
BESIDE = ("recall", "false_alarms_per_1000", "average_precision", "mean_predicted", "brier")
"""Metrics of which the headline tells what the recommendation changes."""


Gains = Mapping[Place, facts.Tested]
"""Every strategy against baseline with the same classifier, in the primary metric."""
Codes = Mapping[Place, str]
"""The graded answers of the oversamplers."""


@dataclass(frozen=True)
class Choice:
    """What is recommended (None where nothing was scored), and what it was chosen from.

    ``best`` has the best mean primary metric of all ``n_tried``. ``alike`` could be recommended, and their mean is
    within the ROPE of the best of them. ``left_out`` have values on too few splits, of ``n_scored`` on which anything
    has one.
    """

    best: Place | None
    recommended: Place | None
    alike: tuple[Place, ...]
    n_tried: int
    left_out: tuple[facts.LeftOut, ...]
    n_scored: int


def recommend(measured: Measured, gains: Gains, codes: Codes, roles: Roles, question: Question) -> Choice:
    """Choose the pair to recommend.

    A mean over the splits that went well is no match for one over all, so what is ranked has a value on every split
    that any has one on; where none is so full, it is the fullest, on the splits that they share (or the first of them,
    where they share none).

    A strategy can be recommended where it is at least probably better than baseline with the same classifier;
    baseline always can. Of these the best mean wins, and of those within the ROPE of it the simplest: baseline before
    others, then in the order of the registry and of the spec.
    """
    primary = question.primary
    scored = {each: set(np.flatnonzero(np.isfinite(measured.of(each, primary))).tolist()) for each in measured.places}
    scored = {place: splits for place, splits in scored.items() if splits}
    if not scored:
        return Choice(None, None, (), 0, (), 0)
    anywhere: set[int] = set().union(*scored.values())
    most = max(len(splits) for splits in scored.values())
    places = [place for place, splits in scored.items() if len(splits) == most]
    splits = anywhere.intersection(*(scored[place] for place in places))
    if not splits:
        places, splits = places[:1], scored[places[0]]
    left_out = tuple(facts.LeftOut(**named(p), n_splits=len(scored[p])) for p in scored if p not in places)
    shared = measured.on(sorted(splits))
    means = {place: shared.mean_of(place, primary) for place in places}
    allowed = [place for place in means if _is_allowed(place, gains, codes, roles)] or list(means)
    top = max(allowed, key=lambda place: means[place])
    rope = question.rope_of(primary, means[top])
    alike = [place for place in allowed if means[top] - means[place] <= rope]
    chosen = min(alike, key=lambda place: (roles.order[place[0]], measured.places[place]))
    best = max(means, key=lambda place: means[place])
    return Choice(best, chosen, tuple(alike), len(places), left_out, len(anywhere))


def _is_allowed(place: Place, gains: Gains, codes: Codes, roles: Roles) -> bool:
    if place[0] == roles.baseline:
        return True
    if place in codes:
        return codes[place] in (rules.BETTER, rules.PROBABLY_BETTER)
    probability = gains[place].probability_better if place in gains else None
    return probability is not None and probability >= rules.PROBABLE


def summarize_classifier(
    codes: Codes, gains: Gains, classifier: str, recommended: Place | None = None
) -> tuple[str, Place | None]:
    """Give the answer for one classifier, and the best of its oversamplers: of the best grade the recommended one."""
    places = [place for place in codes if place[1] == classifier]
    if not places:
        return NOT_ASKED, None
    best = max(places, key=lambda place: _standing(codes[place], gains[place]))
    if recommended in places and codes[recommended] == codes[best]:
        best = recommended
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


def _standing(code: str, gain: facts.Tested) -> tuple[int, float]:
    """Shown gains first, then probable ones, then the larger mean difference; what was not tested comes last."""
    grades: Sequence[str] = (rules.PROBABLY_BETTER, rules.BETTER)
    difference = -np.inf if gain.difference is None or code == rules.UNTESTED else gain.difference
    return (grades.index(code) + 1 if code in grades else 0), difference


def build_headline(
    measured: Measured,
    comparisons: Iterable[facts.Comparison],
    gains: Gains,
    codes: Codes,
    roles: Roles,
    question: Question,
    sizes: Sizes,
) -> facts.Headline:
    """Choose what to recommend, give the answer about its classifier, and gather what it rests on."""
    choice = recommend(measured, gains, codes, roles, question)
    classifiers = list(dict.fromkeys(classifier for _, classifier in measured.places))
    main = classifiers[0] if choice.recommended is None else choice.recommended[1]
    answers = {label: summarize_classifier(codes, gains, label, choice.recommended) for label in classifiers}
    code, about = answers.pop(main)
    told = ((label, answer, best and best[0]) for label, (answer, best) in answers.items())
    others = (facts.OtherClassifier(classifier=label, code=other, strategy=best) for label, other, best in told)
    numbers = facts.HeadlineNumbers(
        primary=question.primary,
        n_tried=choice.n_tried,
        n_splits_scored=choice.n_scored,
        left_out=choice.left_out,
        best=_pair(choice.best),
        alike=tuple(Pair(**named(place)) for place in choice.alike),
        n_oversampling=len(codes),
        price=_price(measured, choice.recommended, question.primary),
        prevalence=sizes.prevalence,
        n_splits=measured.n_splits,
        n_train_mean=float(measured.n_train.mean()),
        n_minority_rows=sizes.n_minority_rows,
        confidence=question.confidence,
        baseline=roles.baseline,
        beside_baseline=compare_recommended(measured, comparisons, choice.recommended, roles.baseline),
    )
    return facts.Headline(
        code=code,
        rule=HEADLINE_RULES[code],
        classifier=main,
        about=_pair(about),
        n_oversamplers=sum(place[1] == main and code != rules.UNTESTED for place, code in codes.items()),
        others=tuple(others),
        recommended=_pair(choice.recommended),
        cutoff=None,
        numbers=numbers,
    )


def _pair(place: Place | None) -> Pair | None:
    return None if place is None else Pair(**named(place))


def _price(measured: Measured, recommended: Place | None, primary: str) -> dict[str, float | None] | None:
    if recommended is None:
        return None
    return {metric: finite(measured.mean_of(recommended, metric)) for metric in (primary, *PRICE)}


def compare_recommended(
    measured: Measured, comparisons: Iterable[facts.Comparison], recommended: Place | None, baseline: str
) -> facts.BesideBaseline | None:
    """Set what is recommended beside baseline with the same classifier; None where that, or nothing, is recommended."""
    if recommended is None or recommended[0] == baseline:
        return None
    rows = {row.metric: row for row in comparisons if (*row.place, row.reference) == (*recommended, baseline)}
    metrics = {}
    for metric in BESIDE:
        row, means = rows[metric], measured.shared_means(metric, (baseline, recommended[1]), recommended)
        metrics[metric] = facts.MetricBeside(
            baseline=means.baseline,
            strategy=means.strategy,
            difference=row.difference,
            lower=row.lower,
            upper=row.upper,
            p_adjusted=row.p_adjusted,
        )
    return facts.BesideBaseline(n_splits=rows["recall"].n_splits, method=rows["recall"].method, metrics=metrics)
