"""The two answers for each oversampler and classifier: does it rank better, and how do its decisions differ?"""

from collections.abc import Sequence

from job.evaluation.metrics.ranking_metrics import recall_at_alerts
from job.evaluation.metrics.run_metrics import Prediction
from job.evidence.statistics.bootstrap import LEAST_GROUPS, LEAST_POSITIVES
from job.evidence.statistics.family import Question, Sizes
from job.evidence.statistics.paired_t import BOOTSTRAP, LEAST_PAIRS, NO_TEST
from job.results.verdict_facts import Interval, Shortage, Tested

LEAST_MINORITY_ROWS = 20
PROBABLE = 0.5
"""A gain is called probable from this probability on: it is more likely than not. Using an oversampler exactly where
that holds loses little average precision (docs/verdict.md)."""
PROBABLE_LOSS = 0.6
"""The same for a loss. It takes more, because nothing is done about it: what isn't likely to help isn't used anyway."""

UNTESTED = "untested"
BETTER = "better"
WORSE = "worse"
EQUIVALENT = "equivalent"
PROBABLY_BETTER = "probably_better"
PROBABLY_WORSE = "probably_worse"
OPEN = "open"

MOVED_THRESHOLD = "moved_threshold"
MORE_THAN_THRESHOLD = "more_than_threshold"
NO_CHANGE = "no_change"


def find_shortage(tested: Tested, sizes: Sizes, n_splits: int) -> Shortage | None:
    """Say what is missing for a test; None where nothing is."""
    untested, n_positive = tested.method == NO_TEST, round(sizes.n_test_positive)
    if untested and n_splits > 1:
        return Shortage(what="splits", found=tested.n_splits, needed=LEAST_PAIRS)
    if untested and tested.n_splits == 0:
        return Shortage(what="splits", found=0, needed=1)
    if untested and n_positive < LEAST_POSITIVES:
        return Shortage(what="test_rows", found=n_positive, needed=LEAST_POSITIVES)
    if sizes.n_minority_rows < LEAST_MINORITY_ROWS:
        return Shortage(what="rows", found=sizes.n_minority_rows, needed=LEAST_MINORITY_ROWS)
    if sizes.n_minority_groups is not None and sizes.n_minority_groups < LEAST_GROUPS:
        return Shortage(what="groups", found=sizes.n_minority_groups, needed=LEAST_GROUPS)
    return Shortage(what="splits", found=tested.n_splits, needed=LEAST_PAIRS) if untested else None


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
    if several and _is_equivalent(tested, question):
        return EQUIVALENT
    if (tested.probability_better or 0.0) >= PROBABLE:
        return PROBABLY_BETTER
    if (tested.probability_worse or 0.0) >= PROBABLE_LOSS:
        return PROBABLY_WORSE
    return OPEN


def _is_equivalent(tested: Tested, question: Question) -> bool:
    within = tested.probability_equivalent
    return not tested.difference if within is None else within >= question.confidence


def read_at_same_alerts(shared: Sequence[tuple[Prediction, Prediction]]) -> tuple[float | None, float | None]:
    """Read baseline's ranking at the strategy's number of alerts, in means over the splits that both have.

    Returns
    -------
    recall : float or None
    share : float or None
        Its part of the strategy's gain in recall; None where the strategy finds no more than baseline.
    """
    found = []
    for mine, theirs in shared:
        reading = recall_at_alerts(theirs.ranking, float(mine.counts.tp + mine.counts.fp))
        if isinstance(reading, float):
            positives = theirs.counts.positives
            found.append((mine.counts.tp / positives, theirs.counts.tp / positives, reading))
    if not found:
        return None, None
    strategy, baseline, reading = (sum(column) / len(found) for column in zip(*found, strict=True))
    gain = strategy - baseline
    return reading, (reading - baseline) / gain if gain > 0 else None


def grade_decision(recall: Tested, rank_gain: Interval, is_tested: bool, question: Question) -> str:
    """Give the code of the first rule that holds; `rank_gain` has its plain interval."""
    difference = recall.difference
    if not is_tested or difference is None:
        return OPEN
    if recall.p_adjusted is None or recall.p_adjusted >= question.level:
        return NO_CHANGE if _is_equivalent(recall, question) else OPEN
    sign = 1 if difference > 0 else -1
    toward, against = (rank_gain.upper, rank_gain.lower)[::sign]
    if toward is None or against is None:  # no spread at all: the value itself
        toward = against = rank_gain.difference
    if toward is not None and sign * toward < abs(difference) / 2:
        return MOVED_THRESHOLD
    return MORE_THAN_THRESHOLD if against is not None and sign * against > 0 else OPEN
