"""What is known over all data sets: from what their jobs left."""

from __future__ import annotations

import numpy as np
import pytest
from factories import make_spec
from scipy import stats
from suite_factories import CLASSIFIERS, make_suite, make_summary, make_unreadable

from job.evidence.statistics.family import Question, adjust_holm
from job.names import RANKINGS
from job.suite.build_suite import build_suite, decide
from job.suite.suite_wording import describe_over_all, tell_answer, tell_state

QUESTION = Question("average_precision", None, 0.95)


def test_a_clear_gain_is_called_better_and_a_clear_loss_worse() -> None:
    """with every classifier, and the answer names the best"""
    found = make_suite(14, effects=(-0.04, 0.04))

    codes = {(one.strategy, one.code) for one in found.over_all}
    assert codes == {("smote", "worse"), ("custom", "better")}
    answer = tell_answer(found)
    assert answer.startswith("Over 14 data sets, custom with ")
    assert "ranks better than baseline (+0.0" in answer
    assert "so does custom with" in answer
    assert [ranking.ranks.index(min(ranking.ranks)) for ranking in found.rankings] == [2, 2]


def test_differences_within_the_rope_are_equivalent() -> None:
    """however sure it is that they aren't zero"""
    found = make_suite(14, effects=(0.001, 0.002), n_splits=60)

    assert {one.code for one in found.over_all} == {"equivalent"}
    assert tell_answer(found) == "Over 14 data sets, no strategy makes a practical difference to the ranking."


def test_p_is_wilcoxons_over_data_sets_adjusted_over_all_pairs() -> None:
    """of the gains in units of the ROPE"""
    luck = np.random.default_rng(1)
    summaries = [make_summary(f"s{n}", luck, effects=(0.004, 0.0)) for n in range(12)]
    found = build_suite(make_spec(classifiers=list(CLASSIFIERS)), "t", summaries)

    places = [one.place for one in found.over_all]
    gains = [[(s.values[p] - s.values["baseline", p[1]]).mean() for s in summaries] for p in places]
    expected = [stats.wilcoxon(values).pvalue for values in gains]
    assert [one.p_value for one in found.over_all] == pytest.approx(expected)
    assert [one.p_adjusted for one in found.over_all] == pytest.approx(adjust_holm(np.array(expected)))
    assert [one.gain for one in found.over_all] == pytest.approx([100 * np.mean(values) for values in gains])


def test_copies_of_a_family_are_no_evidence() -> None:
    """ten near copies of one data set are one block, and nothing is sure"""
    luck = np.random.default_rng(2)
    copies = [make_summary(f"c{n}", luck, effects=(0.04, 0.04), family="one") for n in range(10)]
    alone = [make_summary(f"a{n}", luck, effects=(0.04, 0.04)) for n in range(2)]
    found = build_suite(make_spec(classifiers=list(CLASSIFIERS)), "t", [*copies, *alone])

    assert found.n_families == 3
    assert {(one.n_blocks, one.n_datasets, one.code) for one in found.over_all} == {(3, 12, "open")}
    assert {(ranking.n_blocks, ranking.n_datasets) for ranking in found.rankings} == {(3, 12)}
    assert "twelve data sets of three families" in tell_answer(found)


def test_a_data_set_without_a_value_is_left_out_of_ranks() -> None:
    """and of the comparisons that lack it, not of the others"""
    luck = np.random.default_rng(3)
    summaries = [make_summary(f"s{n}", luck) for n in range(6)]
    summaries[0].values["smote", CLASSIFIERS[0]][:] = np.nan
    summaries[1].values["smote", CLASSIFIERS[1]][3] = np.nan
    found = build_suite(make_spec(classifiers=list(CLASSIFIERS)), "t", [*summaries, make_unreadable("x")])

    assert [(ranking.n_datasets, ranking.n_left_out) for ranking in found.rankings] == [(5, 1), (6, 0)]
    assert [one.n_datasets for one in found.over_all] == [5, 6, 6, 6]
    assert tell_state(found) == "Seven data sets, 1 could not be read."


@pytest.mark.parametrize("n_datasets", [0, 1])
def test_one_data_set_ranks_nothing(n_datasets) -> None:
    """there are reasons in the place of numbers"""
    found = make_suite(n_datasets, make_unreadable("broken"))

    assert all(ranking.reason for ranking in found.rankings)
    assert {one.code for one in found.over_all} <= {"untested"}
    assert all("can't be compared (fewer than 2" in describe_over_all(one, found) for one in found.over_all)
    assert "can't tell" in tell_answer(found)


def test_one_split_is_ranked_and_not_modelled() -> None:
    """ranks and Wilcoxon need means only"""
    found = make_suite(8, n_splits=1)

    assert all(ranking.ranks for ranking in found.rankings)
    assert {(one.reason, one.probability_better, one.code) for one in found.over_all} == {
        ("one split only", None, "untested")
    }


def test_verdicts_are_counted_by_code() -> None:
    """in the order of the codes"""
    found = make_suite(5)

    assert {one.counts for one in found.over_all} == {tuple(5 * (code == "open") for code in RANKINGS)}


def test_gains_that_follow_difficulty_are_seen() -> None:
    """by rank correlation, and by halves"""
    luck = np.random.default_rng(5)
    summaries = []
    for number in range(20):
        summary = make_summary(f"s{number}", luck, effects=(0.01 * number, 0.0))
        facts = summary.row.difficulty.model_copy(update={"unsafe": number / 20})
        row = summary.row.model_copy(update={"difficulty": facts})
        summaries.append(type(summary)(row, summary.strategies, summary.values, summary.ropes, summary.test_share))
    pattern = build_suite(make_spec(classifiers=list(CLASSIFIERS)), "t", summaries).patterns[0]

    assert (pattern.fact, pattern.n) == ("unsafe", 20)
    assert pattern.correlation > 0.9
    assert pattern.high > pattern.low + 0.05


@pytest.mark.parametrize(
    ("gain", "p", "probabilities", "code"),
    [
        (2.0, 0.01, (0.0, 0.2, 0.8), "better"),
        (2.0, 0.06, (0.0, 0.2, 0.8), "open"),
        (0.5, 0.01, (0.0, 0.96, 0.04), "equivalent"),
        (0.5, 0.01, (0.0, 0.9, 0.1), "open"),
        (-2.0, 0.01, (0.8, 0.2, 0.0), "worse"),
        (-2.0, 0.01, (0.2, 0.1, 0.7), "open"),
        (2.0, None, (0.0, 0.2, 0.8), "untested"),
        (2.0, 0.01, (None, None, None), "untested"),
    ],
)
def test_an_answer_needs_both_kinds_of_evidence(gain, p, probabilities, code) -> None:
    """the test over data sets, and what the next data set is likely to show"""
    assert decide(gain, p, probabilities, QUESTION) == code
