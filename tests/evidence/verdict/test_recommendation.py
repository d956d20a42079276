"""What is recommended, and the headline about its classifier."""

from __future__ import annotations

import numpy as np
import pytest
from judged import make_roles, make_runs_of, make_tested

from job.evidence.statistics.family import Question
from job.evidence.statistics.measured import measure_runs
from job.evidence.verdict.recommendation import recommend, summarize_classifier

QUESTION = Question("average_precision", None, 0.95)


def choose(means, codes, strategies=("baseline", "class_weight", "threshold", "smote", "custom"), better=()):
    """Recommend among places with these means, each the same on five splits but for shared luck."""
    luck = 0.01 * np.random.default_rng(0).normal(size=5)
    runs = []
    for classifier in dict.fromkeys(classifier for _, classifier in means):
        values = {
            s: {"average_precision": [None] * 5 if m is None else (m + luck).tolist()}
            for (s, c), m in means.items()
            if c == classifier
        }
        runs += make_runs_of(values, classifier)
    gains = {place: make_tested(probability_better=0.9 if place in better else 0.1) for place in means}
    return recommend(measure_runs(runs, list(means)), gains, codes, make_roles(strategies), QUESTION)


def test_an_oversampler_without_a_probable_gain_is_not_recommended():
    """however good its mean: that is the luckiest of many"""
    means = {("baseline", "c"): 0.5, ("smote", "c"): 0.6}
    assert ("baseline", "c") == choose(means, {("smote", "c"): "open"}).recommended
    assert ("smote", "c") == choose(means, {("smote", "c"): "probably_better"}).recommended
    assert ("smote", "c") == choose(means, {("smote", "c"): "open"}).best


def test_of_equals_the_simpler_is_recommended():
    """within the ROPE of the best the order of the registry decides, then that of the spec"""
    close = {("baseline", "a"): 0.5, ("baseline", "b"): 0.505, ("smote", "b"): 0.509}
    assert ("baseline", "a") == choose(close, {("smote", "b"): "better"}).recommended
    apart = {("baseline", "a"): 0.5, ("baseline", "b"): 0.505, ("smote", "b"): 0.55}
    assert ("smote", "b") == choose(apart, {("smote", "b"): "better"}).recommended


def test_threshold_is_never_recommended_by_its_ranking():
    """it ranks as baseline does, and every strategy has a cut-off of its own"""
    means = {("threshold", "c"): 0.5, ("baseline", "c"): 0.5, ("class_weight", "c"): 0.6}
    assert ("baseline", "c") == choose(means, {}).recommended
    assert ("class_weight", "c") == choose(means, {}, better=[("class_weight", "c")]).recommended


def test_nothing_scored_recommends_nothing():
    """no mean, no advice"""
    found = choose({("baseline", "c"): None, ("smote", "c"): None}, {("smote", "c"): "untested"})
    assert (None, None, ()) == (found.recommended, found.best, found.alike)


def test_the_headline_speaks_of_what_is_recommended():
    """where no other oversampler of that classifier has a better grade"""
    gains = {(s, "c"): make_tested(difference=d) for s, d in (("smote", 0.04), ("custom", 0.03))}
    codes = dict.fromkeys(gains, "probably_better")
    assert ("smote", "c") == summarize_classifier(codes, gains, "c")[1]
    assert ("custom", "c") == summarize_classifier(codes, gains, "c", ("custom", "c"))[1]
    assert ("smote", "c") == summarize_classifier({**codes, ("smote", "c"): "better"}, gains, "c", ("custom", "c"))[1]
    assert ("smote", "c") == summarize_classifier(codes, gains, "c", ("baseline", "c"))[1]


@pytest.mark.parametrize(
    ("codes", "headline", "about"),
    [
        ({}, "no_oversampling_strategy", None),
        ({"smote": ("untested", 0.9), "custom": ("untested", 0.0)}, "cannot_tell", "smote"),
        ({"smote": ("better", 0.02), "custom": ("probably_better", 0.09)}, "helps", "smote"),
        ({"smote": ("open", 0.2), "custom": ("probably_better", 0.09)}, "probably_helps", "custom"),
        ({"smote": ("equivalent", 0.001), "custom": ("equivalent", 0.002)}, "no_practical_difference", "custom"),
        ({"smote": ("equivalent", 0.001), "custom": ("worse", -0.1)}, "no_practical_difference", "smote"),
        ({"smote": ("equivalent", 0.001), "custom": ("open", -0.1)}, "open", "smote"),
        ({"smote": ("worse", -0.1), "custom": ("worse", -0.05)}, "harms", "custom"),
        ({"smote": ("worse", -0.1), "custom": ("probably_worse", -0.05)}, "probably_harms", "custom"),
        ({"smote": ("worse", -0.1), "custom": ("open", -0.01)}, "open", "custom"),
        ({"smote": ("worse", -0.1), "custom": ("untested", None)}, "open", "smote"),
    ],
)
def test_the_headline_needs_every_oversampler_to_say_no(codes, headline, about):
    """a gain needs one, no difference and harm need all of them"""
    places = {(label, "c"): code for label, (code, _) in codes.items()}
    gains = {(label, "c"): make_tested(difference=difference) for label, (_, difference) in codes.items()}
    other = {("smote", "d"): "better"}
    code, best = summarize_classifier({**places, **other}, {**gains, ("smote", "d"): make_tested()}, "c")
    assert (headline, about) == (code, None if best is None else best[0])
