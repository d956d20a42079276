"""How far two models' probabilities for one row lie apart, against a version that goes row by row."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from predictions import make_prediction

from job.data.splits import Split
from job.evaluation.grid import RunKey
from job.evaluation.metrics.run_metrics import Prediction
from job.evidence.probabilities import build_stability
from job.evidence.runs import by_place
from job.results.decision_facts import Stability

Y = np.array([1, 1, 0, 0, 0, 0, 0, 0, 0, 0], dtype=np.int8)


def make_splits(*tests: Sequence[int]) -> tuple[Split, ...]:
    return tuple(
        Split(repeat, 0, np.setdiff1d(np.arange(len(Y)), test), np.array(test)) for repeat, test in enumerate(tests)
    )


def stability_of(splits: Sequence[Split], predictions: Sequence[Prediction | None]) -> tuple[Stability, Any]:
    keyed = {RunKey("s", "c", split.repeat, 0): one for split, one in zip(splits, predictions, strict=True)}
    built = build_stability(by_place(keyed, ["s"], ["c"]), splits, Y)
    return built, built.rows[0] if built.rows else None


def predict(split: Split, scores: Sequence[float], **changes: Any) -> Prediction:
    return make_prediction(Y[split.test], scores, **changes)


def test_differences_of_one_row_are_summarised_by_label() -> None:
    """mean, median, 95th percentile and pooled standard deviation, and how often the decision changes"""
    splits = make_splits([0, 2, 3], [0, 3, 2], [3, 4])
    scores = ([0.4, 0.2, 0.1], [0.6, 0.3, 0.2], [0.7, 0.9])
    built, row = stability_of(splits, [predict(*pair) for pair in zip(splits, scores, strict=True)])
    assert pytest.approx({"mean": 0.2, "median": 0.2, "p95": 0.2, "sd": 0.2 / 2**0.5}) == dict(row.own.minority)
    rest = [0.0, 0.2, 0.4]  # row 2: .2 and .2; row 3: .1, .3 and .7
    found = row.own.rest
    assert pytest.approx([np.mean(rest), 0.2, np.quantile(rest, 0.95)]) == [found.mean, found.median, found.p95]
    assert {"minority": 1.0, "rest": pytest.approx(1 / 3)} == dict(row.changed)
    assert (3, 1, 4) == (built.n_rows, built.n_positive, row.n_pairs)


scored = st.lists(
    st.tuples(st.sets(st.integers(0, 9), min_size=1), st.randoms(use_true_random=False)), min_size=2, max_size=5
)


@given(scored)
def test_pairs_are_neighbouring_results_of_one_row(drawn) -> None:
    """whatever the rows of each test part"""
    splits = make_splits(*[sorted(rows) for rows, _ in drawn])
    predictions = [
        predict(split, [luck.random() for _ in split.test]) for split, (_, luck) in zip(splits, drawn, strict=True)
    ]
    built, row = stability_of(splits, predictions)
    apart: dict[int, list[float]] = {0: [], 1: []}
    for number, label in enumerate(Y):
        told = [
            each.scores[list(split.test).index(number)]
            for split, each in zip(splits, predictions, strict=True)
            if number in split.test
        ]
        apart[int(label)] += [abs(b - a) for a, b in pairwise(told)]
    if not any(apart.values()):
        assert built.reason
        return
    for name, label in (("minority", 1), ("rest", 0)):
        found = getattr(row.own, name)
        assert (found and found.mean) == (pytest.approx(np.mean(apart[label])) if apart[label] else None)


def test_equal_models_never_differ() -> None:
    """and corrected probabilities differ by what the correction makes of the difference"""
    splits = make_splits([0, 5], [0, 5])
    _, row = stability_of(splits, [predict(split, [0.5, 0.5]) for split in splits])
    assert 0.0 == row.own.minority.p95 == row.corrected.rest.sd == row.changed.rest
    _, row = stability_of(splits, [predict(split, [p, p]) for split, p in zip(splits, (0.5, 0.9), strict=True)])
    assert pytest.approx(0.4) == row.own.minority.mean
    assert pytest.approx(0.5 - 0.1) == row.corrected.rest.mean  # to 10 % from 50 %: .1 and .5


def test_what_cannot_be_said_has_a_reason() -> None:
    """one repeat; no probabilities; runs that failed; a minority that no two models were tested on"""
    once = make_splits([0, 1, 2], [3, 4])
    built, row = stability_of(once, [predict(split, [0.5] * len(split.test)) for split in once])
    assert row is None
    assert "n_repeats" in built.reason
    twice = make_splits([0, 3], [0, 3])
    _, row = stability_of(twice, [predict(split, [-1, 2], is_probability=False) for split in twice])
    assert (None, None) == (row.own, row.corrected)
    assert "no probabilities" in row.reason
    assert (0.0, 0.0) == (row.changed.minority, row.changed.rest)
    _, row = stability_of(twice, [predict(twice[0], [0.1, 0.2]), None])
    assert (None, "no row was scored twice with it") == (row.own, row.reason)
    rest = make_splits([3, 4], [3, 4])
    _, row = stability_of(rest, [predict(split, [0.1, 0.2]) for split in rest])
    assert row.own.minority is None
    assert row.own.rest


def test_models_of_two_repeats_share_training_rows() -> None:
    """at a test share of .2 and .25 the differences of independent training sets are up to 2.24 and 2 times as large"""
    built, _ = stability_of(make_splits([0, 2], [0, 3]), [None, None])
    assert pytest.approx((0.8, 5**0.5)) == (built.train_share, built.most_times)
