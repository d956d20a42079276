"""The rules of the verdict, in their order; each a question about one case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from job.evidence.cases import Case, Comparison
from job.evidence.estimates import NO_TEST

LEAST_MINORITY_ROWS = 20
LEAST_DISTINCT_SCORES = 10
SURE = 0.95
UNLIKELY = 0.05

TOO_FEW_SPLITS = "too_few_splits"
TOO_FEW_ROWS = "too_few_rows"
DECISIONS_ONLY = "decisions_only"
RANKS_BETTER = "ranks_better"
RANKS_WORSE = "ranks_worse"
CURVES_CROSS = "curves_cross"
MOSTLY_THRESHOLD = "mostly_threshold"
EQUIVALENT = "equivalent"
NO_WORTHWHILE_GAIN = "no_worthwhile_gain"
UNDECIDED = "undecided"


def has_too_few_splits(case: Case) -> bool:
    """Fewer than five pairs, and no bootstrap."""
    return bool(case.primary["method"] == NO_TEST)


def has_too_few_rows(case: Case) -> bool:
    """Fewer than 20 distinct minority rows over all test parts."""
    return case.n_minority_rows < LEAST_MINORITY_ROWS


def only_decides(case: Case) -> bool:
    """Fewer than 10 distinct scores in the median split, and the two readings of the curves disagree."""
    few = case.n_distinct_scores is not None and case.n_distinct_scores < LEAST_DISTINCT_SCORES
    at_baseline, at_own = _readings(case)
    return few and at_baseline * at_own < 0


def ranks_better(case: Case) -> bool:
    """The primary metric gains, beyond chance and the ROPE, and neither reading falls below -ROPE."""
    return _differs(case) and _value(case.primary) > 0 and min(_readings(case)) >= -case.question.rope


def ranks_worse(case: Case) -> bool:
    """The mirror image: it loses, beyond chance and the ROPE, and neither reading rises above the ROPE."""
    return _differs(case) and _value(case.primary) < 0 and max(_readings(case)) <= case.question.rope


def has_crossing_curves(case: Case) -> bool:
    """The primary metric differs beyond chance and the ROPE, but a reading passes the ROPE the other way."""
    if not _differs(case):
        return False
    rope, readings = case.question.rope, _readings(case)
    return min(readings) < -rope if _value(case.primary) > 0 else max(readings) > rope


def is_mostly_threshold(case: Case) -> bool:
    """Recall at the default decision gains beyond chance, and ranking can account for less than half of that."""
    gain = case.recall["difference"]
    if gain is None or gain <= 0 or not _is_significant(case, case.recall):
        return False
    upper = _upper(case.rank_gain)
    return upper is not None and upper < gain / 2


def is_equivalent(case: Case) -> bool:
    """The primary metric is within the ROPE with a probability above 0.95, or the same on every split."""
    probability = case.primary["probability_equivalent"]
    if probability is not None:
        return bool(probability > SURE)
    return bool(case.primary["method"] != NO_TEST and case.primary["difference"] == 0)


def has_no_worthwhile_gain(case: Case) -> bool:
    """The primary metric is better beyond the ROPE with a probability below 0.05."""
    probability = case.primary["probability_better"]
    return probability is not None and bool(probability < UNLIKELY)


@dataclass(frozen=True)
class Rule:
    """One rule of the verdict.

    Parameters
    ----------
    code : str
        What the verdict is called where it holds.
    text : str
        When it holds, as the README has it.
    holds : callable
        Takes a `Case`.
    """

    code: str
    text: str
    holds: Callable[[Case], bool]


RULES = (
    Rule(TOO_FEW_SPLITS, "fewer than 5 pairs of splits, and no bootstrap", has_too_few_splits),
    Rule(TOO_FEW_ROWS, "fewer than 20 distinct minority rows over all test parts", has_too_few_rows),
    Rule(
        DECISIONS_ONLY,
        "fewer than 10 distinct scores in the median split, and the two readings have opposite signs",
        only_decides,
    ),
    Rule(RANKS_BETTER, "p < level, gain > ROPE, and neither reading is below -ROPE", ranks_better),
    Rule(RANKS_WORSE, "p < level, loss > ROPE, and neither reading is above ROPE", ranks_worse),
    Rule(
        CURVES_CROSS,
        "p < level and a difference beyond the ROPE, but a reading passes the ROPE the other way",
        has_crossing_curves,
    ),
    Rule(
        MOSTLY_THRESHOLD,
        "recall at the default decision gains with p < level, and the upper limit of rank_gain_at_own_fpr is below "
        "half of that gain",
        is_mostly_threshold,
    ),
    Rule(EQUIVALENT, "probability_equivalent > 0.95, or the same value on every split", is_equivalent),
    Rule(NO_WORTHWHILE_GAIN, "probability_better < 0.05", has_no_worthwhile_gain),
    Rule(UNDECIDED, "none of these", lambda case: True),
)
"""The first that holds gives the verdict."""

CANNOT_TELL = (TOO_FEW_SPLITS, TOO_FEW_ROWS)
OPEN = (*CANNOT_TELL, UNDECIDED)
"""Verdicts that say nothing about the strategy."""


def decide(case: Case) -> Rule:
    """Find the first rule that holds."""
    return next(rule for rule in RULES if rule.holds(case))


def _differs(case: Case) -> bool:
    """Tell whether the primary metric differs beyond chance and the ROPE."""
    return abs(_value(case.primary)) > case.question.rope and _is_significant(case, case.primary)


def _is_significant(case: Case, row: Comparison) -> bool:
    return row["p_adjusted"] is not None and bool(row["p_adjusted"] < case.question.level)


def _readings(case: Case) -> tuple[float, float]:
    """At baseline's false-positive rate and at the strategy's own; one that doesn't exist speaks for nothing."""
    return _value(case.at_baseline_fpr), _value(case.rank_gain)


def _value(row: Comparison) -> float:
    return 0.0 if row["difference"] is None else float(row["difference"])


def _upper(row: Comparison) -> float | None:
    """The upper limit; without any variation the value itself, without a test none."""
    if row["upper"] is not None or row["method"] == NO_TEST:
        return None if row["upper"] is None else float(row["upper"])
    return None if row["difference"] is None else float(row["difference"])
