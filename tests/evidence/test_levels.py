"""What average precision reads by chance, and how much too high it reads in small test parts."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judged import make_run

from job.evaluation.grid import RunKey
from job.evaluation.metrics.metric_registry import Undefined
from job.evaluation.metrics.ranking_metrics import (
    average_precision,
    average_precision_of_halves,
    build_ranking,
    expect_by_chance,
)
from job.evaluation.metrics.run_metrics import Prediction
from job.evidence.summary import build_levels
from job.results.job_facts import Run


def read(y: np.ndarray, scores: np.ndarray) -> float:
    found = average_precision(build_ranking(y, scores))
    assert not isinstance(found, Undefined)
    return found


def halves_of(y: np.ndarray, scores: np.ndarray, n_halves: int = 10, seed: int = 0) -> float:
    found = average_precision_of_halves(build_ranking(y, scores), n_halves, np.random.default_rng(seed))
    assert not isinstance(found, Undefined)
    return found


@given(st.integers(1, 7).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n))))
def test_chance_is_the_mean_over_all_orders(sizes: tuple[int, int]) -> None:
    """of average precision, whatever the share of positive rows"""
    n_rows, n_positive = sizes
    orders = list(itertools.combinations(range(n_rows), n_positive))
    total = sum(sum((rank + 1) / (place + 1) for rank, place in enumerate(places)) / n_positive for places in orders)
    assert pytest.approx(total / len(orders)) == expect_by_chance(n_rows, n_positive)


@pytest.mark.parametrize(("n_rows", "n_positive"), [(300, 23), (400, 4)])
def test_permuted_scores_average_to_the_line_shown(n_rows: int, n_positive: int) -> None:
    """.093 for 23 of 300 and .024 for 4 of 400, not the share of positive rows"""
    luck = np.random.default_rng(5)
    y = np.repeat([1, 0], [n_positive, n_rows - n_positive])
    found = np.array([read(y, luck.permutation(n_rows).astype(float)) for _ in range(4000)])
    runs = [run_on(y)]
    shown = build_levels(runs, {}, 0).chance
    assert abs(found.mean() - shown) < 4 * found.std() / np.sqrt(len(found))
    assert abs(found.mean() - n_positive / n_rows) > 8 * found.std() / np.sqrt(len(found))


def run_on(y: np.ndarray, repeat: int = 0, average_precision: float | None = 0.5) -> Run:
    sizes = {"n_test": len(y), "n_test_positive": int(y.sum())}
    return make_run("baseline", "svc", repeat, metrics={"average_precision": average_precision}, **sizes)


@pytest.mark.parametrize("n_positive", [12, 24])
def test_halves_show_how_much_too_high_average_precision_reads(n_positive: int) -> None:
    """of normal scores one standard deviation apart, a tenth positive: two thirds of the bias at least are found"""
    luck = np.random.default_rng(7)

    def draw(n: int) -> tuple[np.ndarray, np.ndarray]:
        y = np.repeat([1, 0], [n, 9 * n])
        return y, luck.normal(size=len(y)) + y

    truth = np.mean([read(*draw(5000)) for _ in range(10)])
    runs, predictions = [], {}
    for repeat in range(400):
        y, scores = draw(n_positive)
        runs.append(run_on(y, repeat, read(y, scores)))
        key = RunKey("baseline", "svc", repeat, 0)
        predictions[key] = Prediction(y, scores, (scores > 0).astype(np.int8), False, 0.1, 0.1)
    bias = np.mean([run.metrics["average_precision"] for run in runs]) - truth
    (row,) = build_levels(runs, predictions, 0).rows
    assert bias > 0.015
    assert bias / 2 < row.optimism < 1.4 * bias


def test_halves_take_ties_as_they_are() -> None:
    """constant scores have the share of positive rows in every half, and a perfect ranking 1"""
    y = np.repeat([1, 0], [20, 180])
    assert pytest.approx(0.1) == halves_of(y, np.zeros(200))
    assert pytest.approx(1.0) == halves_of(y, y.astype(float))


@settings(max_examples=20)
@given(st.lists(st.integers(0, 3), min_size=12, max_size=30), st.integers(4, 7))
def test_halves_are_halves(scores: list[int], n_positive: int) -> None:
    """their mean is that over all ways to draw half of the rows of each class, ties or not"""
    y = np.arange(len(scores)) < n_positive
    luck, values = np.random.default_rng(1), np.array(scores, float)
    parts = [np.flatnonzero(y == label) for label in (True, False)]
    drawn = []
    for draw in range(400):
        rows = np.concatenate([luck.choice(part, (len(part) + draw % 2) // 2, replace=False) for part in parts])
        drawn.append(read(y[rows].astype(int), values[rows]))
    found = halves_of(y.astype(int), values, 400)
    assert abs(np.mean(drawn) - found) < 0.06


def test_what_cannot_be_halved_has_no_optimism() -> None:
    """three positive rows, a failed run, no value: null, and chance where there is a positive row"""
    y, none = np.repeat([1, 0], [3, 50]), np.zeros(50, dtype=int)
    key = RunKey("baseline", "svc", 0, 0)
    few = Prediction(y, np.linspace(1, 0, 53), y, False, 0.1, 0.1)
    assert build_levels([run_on(y)], {key: few}, 0).rows[0].optimism is None
    assert build_levels([run_on(y)], {key: None}, 0).rows[0].optimism is None
    assert build_levels([run_on(none, average_precision=None)], {}, 0).chance is None
