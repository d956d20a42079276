from __future__ import annotations

import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from judged import make_run

from job.evidence.summary import build_tradeoff, find_winners, part_gains, summarize_runs
from job.names import METRICS


def run_of(strategy, repeat, recall, *, reason=None):
    metrics = dict.fromkeys(METRICS, 0.5) | {"recall": recall, "calibration_slope": recall}
    if recall is None:
        metrics = dict.fromkeys(METRICS)
    return make_run(strategy, repeat=repeat, reason=reason, metrics=metrics)


def summary_of(runs, metric="recall"):
    rows = summarize_runs(runs, ["b", "s"], ["c"], "b")
    return {row.strategy: row for row in rows if row.metric == metric}


BASELINE = [run_of("b", repeat, value) for repeat, value in enumerate([0.1, 0.2, 0.6])]
SMOTE = [run_of("s", repeat, value) for repeat, value in enumerate([0.3, 0.9, 0.5])]


def test_mean_and_spread_over_splits():
    """value, sd, low and high are the mean, the sample standard deviation, the least and the greatest"""
    row = summary_of(BASELINE + SMOTE)["s"]
    values = [0.3, 0.9, 0.5]
    expected = (3, "mean", statistics.mean(values), statistics.stdev(values), 0.3, 0.9)
    actual = (row.n, row.statistic, row.value, row.sd, row.low, row.high)
    assert expected[:2] == actual[:2]
    assert pytest.approx(expected[2:], rel=1e-12) == actual[2:]


def test_differences_are_paired_by_split():
    """the difference from baseline is the mean over splits of the difference on each"""
    row = summary_of(BASELINE + SMOTE[::-1])["s"]
    differences = [0.2, 0.7, -0.1]
    assert pytest.approx(statistics.mean(differences)) == row.difference
    assert pytest.approx(statistics.stdev(differences)) == row.difference_sd


def test_calibration_parameters_are_summarised_by_the_median():
    """one wild slope does not move the summary"""
    runs = [run_of("b", repeat, value) for repeat, value in enumerate([0.1, 0.2, 1e9])]
    row = summary_of(runs + SMOTE, "calibration_slope")["b"]
    assert ("median", 0.2) == (row.statistic, row.value)


def test_undefined_splits_are_left_out_in_pairs():
    """a split without a value on either side counts for neither the difference nor the pairs"""
    runs = [*BASELINE, *SMOTE[:2], run_of("s", 2, None, reason="it failed")]
    row = summary_of(runs)["s"]
    assert (2, 2) == (row.n, row.n_pairs)
    assert pytest.approx(np.mean([0.2, 0.7])) == row.difference


def test_nothing_defined_is_null_with_every_reason():
    """where no split has a value the row is null, and the reasons stand in it once each"""
    runs = [*BASELINE, *(run_of("s", repeat, None, reason="it failed") for repeat in range(3))]
    row = summary_of(runs)["s"]
    found = (row.n, row.value, row.sd, row.low, row.difference, row.reason)
    assert (0, None, None, None, None, "it failed") == found


def test_one_split_has_no_spread():
    """a single split has a value and no standard deviation"""
    row = summary_of([BASELINE[0], SMOTE[0]])["s"]
    assert (0.3, None) == (row.value, row.sd)


COARSE = st.tuples(st.integers(0, 4).map(lambda n: n / 4), st.integers(0, 4).map(float))


def named(points):
    return {f"s{place}": point for place, point in enumerate(points)}


def in_plain_words(points):
    """Who beats whom, by the definition: compared number by number, with sets."""
    as_good = {(a, b) for a, x in points.items() for b, y in points.items() if x[0] >= y[0] and x[1] <= y[1]}
    return {b: {a for a in points if (a, b) in as_good and (b, a) not in as_good} for b in points}


@given(st.lists(COARSE, max_size=9).map(named))
def test_winners_are_those_that_the_definition_names(points):
    """at least as good in both and not the other way round, ties included, in any number of points"""
    found = find_winners(points)
    assert in_plain_words(points) == {name: set(winners) for name, winners in found.items()}
    assert all(list(winners) == sorted(winners) for winners in found.values())


@given(st.lists(COARSE, min_size=1, max_size=9).map(named))
def test_the_front_is_never_empty_and_climbs(points):
    """somebody is always on the front, whoever isn't is dominated by somebody who is, and more costs more"""
    found = find_winners(points)
    front = {name for name, winners in found.items() if not winners}
    assert front
    assert all(set(winners) & front for name, winners in found.items() if name not in front)
    by_price = sorted({points[name][::-1] for name in front})
    assert [recall for _, recall in by_price] == sorted({recall for _, recall in by_price})


def test_the_last_bits_of_a_mean_beat_nobody():
    """the same counts summed in another order are the same decision"""
    assert {"s0": (), "s1": ()} == find_winners(named([(0.1 + 0.2, 5.0), (0.3, 5.0)]))


def decided(strategy, repeat, recall, alarms, ranking=0.0):
    metrics = {"recall": recall, "false_alarms_per_1000": alarms, "rank_gain_at_own_fpr": ranking}
    return make_run(strategy, repeat=repeat, metrics=dict.fromkeys(METRICS, 0.5) | metrics)


def test_a_trade_is_one_of_means_and_its_luck_one_of_splits():
    """who beats whom goes by the means; on the front a split counts only where everybody has a decision"""
    runs = [decided("b", 0, 0.4, 10.0), decided("b", 1, 0.4, 10.0), decided("b", 2, 0.4, 10.0)]
    runs += [decided("s", 0, 0.5, 4.0), decided("s", 1, 0.3, 20.0), decided("s", 2, None, 0.0)]
    runs += [decided("gone", repeat, None, None) for repeat in range(3)]
    summary = summarize_runs(runs, ["b", "s", "gone"], ["c"], "b")
    b, s = build_tradeoff(runs, summary)
    assert ("b", "c", ("s",), 1, 2) == (*b.place, b.beaten_by, b.n_front, b.n_pairs)
    assert ("s", "c", (), 1, 2) == (*s.place, s.beaten_by, s.n_front, s.n_pairs)
    assert pytest.approx((0.4, 10.0, 0.4, 8.0)) == (
        b.recall, b.false_alarms_per_1000, s.recall, s.false_alarms_per_1000,
    )  # fmt: skip


def test_a_gain_is_parted_on_the_splits_that_have_it_whole():
    """without recall of both, or without a rank gain, a split counts for no part; baseline has no gain"""
    runs = [decided("b", repeat, recall, 1.0) for repeat, recall in enumerate([0.4, 0.5, None, 0.4])]
    runs += [decided("s", 0, 0.7, 1.0, 0.1), decided("s", 1, 0.9, 1.0, 0.3)]
    runs += [decided("s", 2, 0.9, 1.0, 0.3), decided("s", 3, 0.9, 1.0, None)]
    parts = part_gains(runs, "b")
    assert [("s", "c", part, 2) for part in ("whole", "threshold", "ranking")] == [
        (*part.place, part.part, part.n) for part in parts
    ]
    assert pytest.approx([0.35, 0.15, 0.2]) == [part.mean for part in parts]
    values = ([0.3, 0.4], [0.2, 0.1], [0.1, 0.3])
    assert pytest.approx([statistics.stdev(each) for each in values]) == [part.sd for part in parts]
    (whole, *_) = part_gains([run for run in runs if not run.repeat], "b")
    assert whole.sd is None
