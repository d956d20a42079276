"""The graded answer: the first rule that holds, in the order of the README."""

from __future__ import annotations

from typing import Any

import pytest
from judged import make_tested

from job.evidence.statistics.family import Question, Sizes
from job.evidence.statistics.paired_t import BOOTSTRAP, NO_TEST
from job.evidence.verdict.rules import PROBABLE, PROBABLE_LOSS, find_shortage, grade_ranking
from job.results.verdict_facts import Shortage

QUESTION = Question("average_precision", None, 0.95)
SIZES = Sizes(100, 100, None, 20.0, 0.1)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"difference": 0.03, "p_adjusted": 0.01}, "better"),
        ({"difference": -0.03, "p_adjusted": 0.01}, "worse"),
        ({"difference": 0.005, "p_adjusted": 0.01, "probability_equivalent": 0.96}, "equivalent"),
        ({"difference": 0.01, "p_adjusted": 0.01}, "open"),  # exactly the ROPE
        ({"difference": 0.0101, "p_adjusted": 0.01}, "better"),
        ({"difference": 0.03, "p_adjusted": 0.05, "probability_better": 0.9}, "probably_better"),
        ({"difference": 0.03, "p_adjusted": 0.2, "probability_better": PROBABLE}, "probably_better"),
        ({"difference": 0.03, "p_adjusted": 0.2, "probability_better": PROBABLE - 0.001}, "open"),
        ({"difference": -0.03, "p_adjusted": 0.2, "probability_worse": PROBABLE_LOSS}, "probably_worse"),
        ({"difference": -0.03, "p_adjusted": 0.2, "probability_worse": PROBABLE_LOSS - 0.001}, "open"),
        ({"difference": 0.0, "p_adjusted": 1.0, "probability_equivalent": None}, "equivalent"),
        ({"difference": 0.01, "p_adjusted": None, "probability_equivalent": None}, "open"),
    ],
)
def test_the_first_rule_that_holds_decides(changes: dict[str, Any], code: str) -> None:
    """a significant difference within the ROPE is neither better nor worse"""
    assert code == grade_ranking(make_tested(**changes), None, QUESTION)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"difference": 0.03, "p_adjusted": 0.001, "probability_better": 0.99}, "probably_better"),
        ({"difference": -0.03, "p_adjusted": 0.001, "probability_worse": 0.99}, "probably_worse"),
        ({"difference": 0.0, "p_adjusted": 1.0, "probability_equivalent": 0.99}, "open"),
    ],
)
def test_one_split_is_at_most_probable(changes: dict[str, Any], code: str) -> None:
    """its interval is about two fitted models, and says nothing of another split"""
    assert code == grade_ranking(make_tested(method=BOOTSTRAP, **changes), None, QUESTION)


@pytest.mark.parametrize(
    ("tested", "sizes", "n_splits", "shortage"),
    [
        ({}, SIZES, 20, None),
        ({"method": NO_TEST, "n_splits": 3}, SIZES, 20, Shortage(what="splits", found=3, needed=5)),
        ({"method": NO_TEST, "n_splits": 1}, SIZES, 1, Shortage(what="test_rows", found=20, needed=40)),
        ({}, Sizes(19, 19, None, 4.0, 0.1), 20, Shortage(what="rows", found=19, needed=20)),
        ({}, Sizes(20, 20, None, 4.0, 0.1), 20, None),
        ({}, Sizes(100, 100, 19, 20.0, 0.1), 20, Shortage(what="groups", found=19, needed=20)),
        ({}, Sizes(100, 100, 20, 20.0, 0.1), 20, None),
    ],
)
def test_too_little_is_named(tested: dict[str, Any], sizes: Sizes, n_splits: int, shortage: Shortage | None) -> None:
    """which of splits, rows and groups are too few, and how many it takes; then the answer is untested"""
    found = find_shortage(make_tested(**tested), sizes, n_splits)
    assert shortage == found
    if found is not None:
        assert "untested" == grade_ranking(make_tested(difference=0.1, p_adjusted=0.001), found, QUESTION)
