"""How the numbers were made and what they cannot tell, in plain words; only what holds for this job."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from job.report.facts import LEAST_OPTIMISM, Facts
from job.report.layout import Section
from job.text import number

_FEW_SPLITS = 5
_ALWAYS = (
    (
        "The same luck for all",
        "Every strategy sees the same splits and, within a split, the same seeds. Differences are taken split by "
        "split, and a strategy more or less changes nobody else's numbers.",
    ),
    (
        "No look ahead",
        "Preparation, resampling and all that is tuned see the training part of a split only. Test rows are never "
        "resampled, repeated or left out.",
    ),
    (
        "Own decisions",
        "Recall, precision, false alarms and costs come of what each fitted pipeline itself calls positive: a "
        "probability above one half for most classifiers, another value where a strategy tunes it. Average precision "
        "and the area under the ROC curve read the order of the scores, which no threshold changes.",
    ),
    (
        "What isn't there",
        "A number that doesn't exist, precision without an alarm say, is a dash with its reason and never a 0. Means "
        "are over the splits that have the number, differences over those that both strategies have.",
    ),
)
_ALWAYS_LIMITED = (
    "Tests and intervals are about luck in the rows and splits of this one data set. They don't know whether "
    "tomorrow's data looks like it.",
    "Differences in recall are tested too optimistically: where nothing differed, that test found a difference in 10 "
    "to 17 of 100 jobs; it should in five, and does for average precision.",
    "The best of many combinations is also the luckiest: where nothing differed, the largest of 18 gains in average "
    "precision read 0.025 too high. Tables and charts show gains as they were measured; the probabilities of the "
    "verdict are shrunk.",
    "Nothing is tuned but the decision of a threshold strategy. Classifiers keep scikit-learn's defaults unless the "
    "spec says otherwise; one that was tuned may profit less from any strategy, or more.",
)


@dataclass(frozen=True)
class Methods:
    """What was done, and what it can't tell.

    Parameters
    ----------
    methods : tuple of (str, str)
        A few words, and what they mean.
    """

    methods: tuple[tuple[str, str], ...]
    limits: tuple[str, ...]


def build(facts: Facts) -> Section:
    """Build the section."""
    return Section("methods", "Methods and limits", Methods(_ALWAYS, (*_ALWAYS_LIMITED, *_own_limits(facts))))


def _own_limits(facts: Facts) -> Iterator[str]:
    """What narrows this job beyond what narrows every one."""
    if facts.n_splits == 1:
        yield (
            "There is one split: differences are about these fitted models, on rows like these. Nothing here shows how "
            "models that were trained on other rows would differ."
        )
    elif facts.n_splits < _FEW_SPLITS:
        yield f"Differences aren't tested over fewer than {_FEW_SPLITS} splits; here there are {facts.n_splits}."
    else:
        yield (
            "The ± beside a mean is the spread from split to split, not how sure the mean is; means have no "
            "interval here, differences have."
        )
    optimism = facts.optimism()
    if optimism >= LEAST_OPTIMISM:
        yield (
            f"With {number(facts.splits.n_test_positive_mean, 0)} minority rows in a test part, average precision "
            f"reads about {number(optimism, 2)} higher than it would on many rows. This holds for all strategies "
            "alike, so it hardly changes their differences."
        )
    if len(facts.dataset.rest) > 1:
        yield (
            f"One label, {facts.positive}, is held against all others as one class. What a strategy does to each of "
            "the others has to be asked label by label."
        )
    if not facts.has_cost:
        yield "The spec gives no costs, so none are assumed: which cut-off is the cheapest depends on them."
    if facts.results.status.n_failed:
        yield "Some runs failed. Means over the splits that are left may be of easier splits than the others'."
