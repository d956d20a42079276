"""The two answers in words: each code has its own, with difference, interval and probability."""

from __future__ import annotations

import re
from typing import Any

import pytest
from judged import make_tested
from outcomes import OUTCOMES

from job.evidence.verdict import rules
from job.results import verdict_facts as facts
from job.wording.verdict_rows import (
    DECISION_TITLES,
    RANKING_TITLES,
    describe_decision,
    describe_difference,
    describe_needed,
    describe_probability,
    describe_shortage,
)

JARGON = re.compile(r"\b(rope|holm|h0|null hypothesis|significan\w*|posterior|prior|equivalen\w*)\b", re.IGNORECASE)


def make_row(
    decided: str = rules.OPEN, share: float | None = 0.9, **changes: tuple[float, float | None]
) -> facts.VerdictRow:
    """One oversampler with one classifier: 30 of 100 rows found more, for 50 false alerts."""
    tested = make_tested().model_dump()
    means = {"recall": (0.45, 0.75), "false_alarms_per_1000": (10.0, 60.0), **changes}
    nothing = {"difference": None, "lower": None, "upper": None}
    at_same = {"recall_of_baseline_at_same_alerts": None, "share_found_by_baseline": share}
    row = {
        "strategy": "smote",
        "classifier": "svc",
        "reference": "baseline",
        "ranking": {**tested, "code": rules.OPEN, "metric": "average_precision", "shortage": None},
        "decision": {**tested, "code": decided, "metric": "recall", "rank_gain": nothing, **at_same},
        "means": {metric: {"baseline": old, "strategy": new} for metric, (old, new) in means.items()},
        "n_distinct_scores": None,
    }
    return facts.VerdictRow.model_validate(row)


def test_every_code_has_a_title() -> None:
    """and no other has"""
    rankings = {
        rules.UNTESTED,
        rules.BETTER,
        rules.WORSE,
        rules.EQUIVALENT,
        rules.PROBABLY_BETTER,
        rules.PROBABLY_WORSE,
    }
    assert rankings | {rules.OPEN} == set(RANKING_TITLES)
    assert {rules.MOVED_THRESHOLD, rules.MORE_THAN_THRESHOLD, rules.NO_CHANGE, rules.OPEN} == set(DECISION_TITLES)
    titles = [*RANKING_TITLES.values(), *DECISION_TITLES.values()]
    assert [] == [title for title in titles if "_" in title or not title[0].isupper()]


@pytest.mark.parametrize(
    ("shortage", "words"),
    [
        (("splits", 3, 5), "too few splits (three splits with both results, 5 needed)"),
        (("rows", 15, 20), "too few minority rows (15 minority rows over all test parts, 20 needed)"),
        (("groups", 12, 20), "too few groups (twelve groups with a minority row, 20 needed)"),
        (("test_rows", 30, 40), "too few minority rows (one split with 30 minority rows in its test part, 40 needed"),
    ],
)
def test_what_is_untested_says_what_is_lacking_and_how_much_it_takes(shortage: Any, words: str) -> None:
    """no number is invented for it"""
    what, found, needed = shortage
    assert describe_shortage(facts.Shortage(what=what, found=found, needed=needed)).startswith(words)


@pytest.mark.parametrize(
    ("better", "equivalent", "worse", "words"),
    [
        (0.7, 0.2, 0.1, "70 % probability of a gain of more than 0.010"),
        (0.1, 0.2, 0.7, "70 % probability of a loss of more than 0.010"),
        (0.2, 0.6, 0.2, "60 % probability of no practical difference (at most 0.010)"),
        (0.9999, 0.0, 0.0001, "more than 99 % probability of a gain of more than 0.010"),
        (None, None, None, ""),
    ],
)
def test_the_likeliest_is_said(better: Any, equivalent: Any, worse: Any, words: str) -> None:
    """of a gain, a loss, and neither; never as certain"""
    tested = make_tested(probability_better=better, probability_equivalent=equivalent, probability_worse=worse)
    assert words == describe_probability(tested)


def test_a_small_region_of_no_practical_difference_keeps_its_digits() -> None:
    """.0019 isn't .002, and never 0.000"""
    assert describe_probability(make_tested(rope=0.0019)).endswith("of more than 0.0019")


def test_a_difference_without_an_interval_says_so() -> None:
    """the same on every split; where nothing was tested there is the mean alone"""
    same = make_tested(difference=0.0, lower=None, upper=None, reason="the difference is the same on every split")
    assert "0.000 on every split" == describe_difference(same, 0.95)
    assert "+0.010 (simultaneous 90 % interval −0.030 to +0.050)" == describe_difference(make_tested(), 0.9)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            rules.MOVED_THRESHOLD,
            "Most of that comes from a lower decision threshold: at the same number of alerts, baseline achieves 90 %",
        ),
        (
            rules.MORE_THAN_THRESHOLD,
            "That is more than a different threshold: at the same number of alerts, baseline achieves 90 %",
        ),
        (rules.NO_CHANGE, ": no practical change in recall."),
        (
            rules.OPEN,
            "On average baseline achieves 90 % of that gain at the same number of alerts, but the splits differ too "
            "much to tell how much is only another threshold.",
        ),
    ],
)
def test_every_decision_has_its_sentence(code: str, words: str) -> None:
    """what is found and raised in natural frequencies, and what part of it baseline finds at as many alerts"""
    told = describe_decision(make_row(code))
    assert told.startswith(
        "compared with baseline, at its own threshold it finds 30 more of every 100 minority rows and raises 50 more "
        "false alerts per 1,000 rows"
    )
    assert words in told
    assert told.endswith(".")
    assert not JARGON.search(told)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.004, "achieves none of that gain"),
        (-0.2, "achieves none of that gain"),
        (0.42, "achieves 42 % of that gain"),
        (1.3, "finds as many or more"),
    ],
)
def test_what_baseline_finds_at_as_many_alerts_is_a_share_or_all_of_it(share: float, words: str) -> None:
    """a share beyond the whole gain is no percentage"""
    row = make_row(rules.MOVED_THRESHOLD, share)
    assert describe_decision(row).endswith(f"baseline {words}.")


def test_fewer_alerts_are_told_too() -> None:
    """a higher threshold, and no share of a gain that isn't there"""
    row = make_row(rules.MOVED_THRESHOLD, None, recall=(0.5, 0.2), false_alarms_per_1000=(40.0, 40.0))
    assert describe_decision(row) == (
        "compared with baseline, at its own threshold it finds 30 fewer of every 100 minority rows and raises as many "
        "false alerts per 1,000 rows. Most of that comes from a higher decision threshold."
    )
    assert "there are no decisions to compare." == describe_decision(make_row(recall=(0.5, None)))


def test_how_many_rows_would_settle_it() -> None:
    """as a range in two digits, about the difference that was estimated; nothing where it is unknown"""
    place = {"strategy": "smote", "classifier": "svc"}
    power = facts.PowerRow(**place, se=None, gain=0.1234, detectable=None, needed=None, low=534, high=2136)
    assert describe_needed(power, 209) == (
        "Detecting a true difference of 0.123 with 80 % power would take about 530 to 2,100 minority rows; the "
        "data has 209."
    )
    assert "0.0019" in describe_needed(power.model_copy(update={"gain": 0.0019}), 209)
    assert "" == describe_needed(power.model_copy(update={"low": None, "high": None}), 209)


@pytest.mark.parametrize("name", OUTCOMES)
def test_every_answer_of_every_outcome_can_be_said(name: str) -> None:
    """whatever a job came to: a sentence of one line, with no None and no nan in it"""
    for row in OUTCOMES[name]().verdict.rows:
        told = describe_decision(row)
        assert told.endswith(".")
        assert not re.search(r"\b(None|nan|inf)\b|  |\.\.", told)
