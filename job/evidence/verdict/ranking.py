"""Does it rank better? One graded answer for each oversampler and classifier; the first rule that holds decides."""

from __future__ import annotations

from dataclasses import dataclass

from job.evidence.bootstrap import LEAST_POSITIVES
from job.evidence.corrected_t import LEAST_PAIRS
from job.evidence.estimates import BOOTSTRAP, NO_TEST
from job.evidence.family import Question, Tested

LEAST_MINORITY_ROWS = 20
LEAST_GROUPS = 20
PROBABLE = 0.6
"""The probability from which on a difference is called probable; docs/verdict.md shows how often that is right."""

UNTESTED = "untested"
BETTER = "better"
WORSE = "worse"
EQUIVALENT = "equivalent"
PROBABLY_BETTER = "probably_better"
PROBABLY_WORSE = "probably_worse"
OPEN = "open"

RULES = {
    UNTESTED: "fewer than 5 splits with both values (one split: fewer than 40 minority test rows), fewer than 20 "
    "distinct minority rows over all test parts, or fewer than 20 groups with one",
    BETTER: "adjusted p < level and gain > ROPE, over several splits",
    WORSE: "adjusted p < level and loss > ROPE, over several splits",
    EQUIVALENT: "probability within the ROPE >= confidence, over several splits, or the same value on every split",
    PROBABLY_BETTER: f"probability of a gain beyond the ROPE >= {PROBABLE:g}",
    PROBABLY_WORSE: f"probability of a loss beyond the ROPE >= {PROBABLE:g}",
    OPEN: "none of these",
}
"""Code -> when it holds, in the order in which they are tried (better and worse exclude each other)."""


@dataclass(frozen=True)
class Shortage:
    """What there is too little of for a test.

    Parameters
    ----------
    what : {"splits", "test_rows", "rows", "groups"}
    found, needed : int
    """

    what: str
    found: int
    needed: int


@dataclass(frozen=True)
class Sizes:
    """How much evidence there can be.

    Parameters
    ----------
    n_positive : int
        Minority rows of the data.
    n_minority_rows : int
        Distinct ones over all test parts.
    n_minority_groups : int or None
        Groups that have one, where rows are grouped.
    n_test_positive : float
        Mean number in a test part.
    prevalence : float
        Their share of all test rows.
    """

    n_positive: int
    n_minority_rows: int
    n_minority_groups: int | None
    n_test_positive: float
    prevalence: float


def find_shortage(tested: Tested, sizes: Sizes, n_splits: int) -> Shortage | None:
    """Say what is missing for a test; None where nothing is."""
    untested = tested.method == NO_TEST
    if untested and n_splits > 1:
        return Shortage("splits", tested.n_splits, LEAST_PAIRS)
    if untested and tested.n_splits == 0:
        return Shortage("splits", 0, 1)
    if untested and round(sizes.n_test_positive) < LEAST_POSITIVES:
        return Shortage("test_rows", round(sizes.n_test_positive), LEAST_POSITIVES)
    if sizes.n_minority_rows < LEAST_MINORITY_ROWS:
        return Shortage("rows", sizes.n_minority_rows, LEAST_MINORITY_ROWS)
    if sizes.n_minority_groups is not None and sizes.n_minority_groups < LEAST_GROUPS:
        return Shortage("groups", sizes.n_minority_groups, LEAST_GROUPS)
    return Shortage("splits", tested.n_splits, LEAST_PAIRS) if untested else None


def grade_ranking(tested: Tested, shortage: Shortage | None, question: Question) -> str:
    """Give the code of the first rule that holds.

    With one split the interval is about two fitted models, not about the procedure, so nothing is more than probable.
    """
    if shortage is not None:
        return UNTESTED
    difference, several = tested.difference or 0.0, tested.method != BOOTSTRAP
    shown = tested.p_adjusted is not None and tested.p_adjusted < question.level and abs(difference) > tested.rope
    if shown and several:
        return BETTER if difference > 0 else WORSE
    within = tested.probability_equivalent
    if several and (difference == 0 if within is None else within >= question.confidence):
        return EQUIVALENT
    for code, probability in ((PROBABLY_BETTER, tested.probability_better), (PROBABLY_WORSE, tested.probability_worse)):
        if probability is not None and probability >= PROBABLE:
            return code
    return OPEN
