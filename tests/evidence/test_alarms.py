"""The explorer's numbers, against a version that counts row by row."""

from __future__ import annotations

from itertools import permutations, product
from statistics import fmean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from predictions import CONTEXT, make_noisy_prediction, make_prediction, pairs_of_predictions

from job.evaluation.grid import RunKey
from job.evaluation.metrics.run_metrics import MetricContext, Prediction, evaluate_metrics
from job.evidence.alarms import alarm_rates, build_alarms
from job.evidence.runs import by_place
from job.results.decision_facts import AlarmsRow

FACTS = ("threshold", "recall", "precision", "false_alarms_per_1000", "expected_cost_per_1000")


def alarms_of(*predictions: Prediction | None, context: MetricContext = CONTEXT) -> tuple[tuple[float, ...], AlarmsRow]:
    """The rates, and the row of the only strategy."""
    keyed = {RunKey("s", "c", repeat, 0): prediction for repeat, prediction in enumerate(predictions)}
    built = build_alarms(by_place(keyed, ["s"], ["c"]), context)
    (row,) = built.rows
    return built.rates, row


def found_in_order(y: tuple[int, ...], n_alarms: float) -> float:
    """Minority rows among the first so many, the last one counted by the fraction of it that is looked at."""
    whole = int(n_alarms + 1e-9)
    rest = n_alarms - whole
    return sum(y[:whole]) + (rest * y[whole] if whole < len(y) else 0)


def read_row_by_row(prediction: Prediction, rate: float) -> dict[str, float]:
    """Take the mean over every order in which rows can stand whose scores never rise."""
    rows = sorted(zip(prediction.scores.tolist(), prediction.y.tolist(), strict=True), reverse=True)
    levels = [
        [label for score, label in rows if score == level] for level in sorted({s for s, _ in rows}, reverse=True)
    ]
    orders = [sum(parts, ()) for parts in product(*(tuple(permutations(labels)) for labels in levels))]
    n, n_alarms = len(rows), rate * len(rows) / 1000
    found = fmean(found_in_order(order, n_alarms) for order in orders)
    missed, false = sum(prediction.y.tolist()) - found, n_alarms - found
    seen = next(score for place, (score, _) in enumerate(rows, 1) if place >= n_alarms - 1e-9)
    return {
        "threshold": seen,
        "recall": found / sum(prediction.y.tolist()),
        "precision": found / n_alarms,
        "false_alarms_per_1000": 1000 * false / n,
        "expected_cost_per_1000": 1000 * (9 * missed + false) / n,
    }


small = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 3)), min_size=1, max_size=6).filter(
    lambda rows: any(label for label, _ in rows)
)


@given(small)
def test_every_number_is_the_mean_over_all_orders_of_ties(rows: list[tuple[int, int]]) -> None:
    """at each rate the highest scores raise the alerts, and rows that tie at the border count by their expectation"""
    labels, scores = zip(*rows, strict=True)
    prediction = make_prediction(labels, scores)
    rates, row = alarms_of(prediction)
    for place, rate in list(enumerate(rates))[::9]:
        expected = read_row_by_row(prediction, rate)
        np.testing.assert_allclose(
            [expected[fact] for fact in FACTS], [getattr(row, fact)[place] for fact in FACTS], atol=1e-9
        )


def test_numbers_are_means_over_splits() -> None:
    """each number is the mean of what its splits have alone, and failed runs don't count"""
    one, other = make_noisy_prediction(80, 1, digits=1), make_noisy_prediction(60, 2)
    _, row = alarms_of(one, None, other)
    alone = [alarms_of(prediction)[1] for prediction in (one, other)]
    assert 2 == row.n
    for fact in FACTS:
        np.testing.assert_allclose(np.mean([getattr(part, fact) for part in alone], axis=0), getattr(row, fact))
        assert pytest.approx(fmean(getattr(part.own, fact) for part in alone)) == getattr(row.own, fact)


@given(pairs_of_predictions(both_classes=True), st.sampled_from([0.3, 7.0, 104.5, 250.0, 1000.0]))
def test_the_budget_reads_as_the_metric_does(pair: tuple[Prediction, Prediction], budget: float) -> None:
    """at the number of alerts that somebody has time for, recall is recall_at_alerts"""
    prediction, _ = pair
    context = MetricContext(9.0, 1.0, budget)
    metrics, _ = evaluate_metrics(prediction, None, context)
    rates, row = alarms_of(prediction, context=context)
    assert pytest.approx(metrics["recall_at_alerts"], abs=1e-12) == row.recall[rates.index(budget)]


@given(pairs_of_predictions())
def test_the_own_point_is_the_strategys_own_decision(pair: tuple[Prediction, Prediction]) -> None:
    """where the strategy decides, every number is that of the metric tables"""
    prediction, _ = pair
    metrics, _ = evaluate_metrics(prediction, None, CONTEXT)
    own = alarms_of(prediction)[1].own
    for fact in FACTS[1:]:
        assert pytest.approx(metrics[fact]) == getattr(own, fact)
    assert pytest.approx(1000 * prediction.decisions.mean()) == own.alarms_per_1000
    raised = [s for s, decision in zip(prediction.scores, prediction.decisions, strict=True) if decision]
    assert min(raised, default=None) == own.threshold


@given(pairs_of_predictions(both_classes=True))
def test_more_alarms_never_find_less(pair: tuple[Prediction, Prediction]) -> None:
    """recall and false alerts rise with the rate to all there is, and the threshold falls"""
    prediction, _ = pair
    _, row = alarms_of(prediction)
    for fact, sign in (("recall", 1), ("false_alarms_per_1000", 1), ("threshold", -1)):
        assert (sign * np.diff(getattr(row, fact)) >= -1e-9).all()
    assert 1.0 == row.recall[-1]
    assert pytest.approx(prediction.y.mean()) == row.precision[-1]
    assert pytest.approx(1000 * prediction.y.mean()) == row.minority_per_1000


def test_what_does_not_exist_is_null() -> None:
    """a test part without minority rows has no recall, one without alerts no precision, and no run no number"""
    without = make_prediction([0, 0, 0], [0.1, 0.2, 0.3])
    _, row = alarms_of(without)
    assert {None} == set(row.recall)
    assert (None, None, 0.0) == (row.own.precision, row.own.threshold, row.own.alarms_per_1000)
    _, row = alarms_of(without, make_prediction([0, 1], [0.1, 0.9]))
    assert 1.0 == row.recall[-1]
    _, row = alarms_of(None)
    assert {"strategy": "s", "classifier": "c", "n": 0, "reason": "no run of it has scores"} == row.model_dump(
        exclude_unset=True
    )


@given(st.floats(1e-6, 1000.0))
def test_rates_reach_from_a_hundredth_of_the_budget_to_all_rows(budget: float) -> None:
    """rates rise by at most a quarter, begin well below the budget, hold it, and end with every row"""
    rates = alarm_rates(budget)
    assert budget in rates
    assert 1000.0 == rates[-1]
    assert budget / 1000 <= rates[0] <= max(budget / 100, 1.0)
    steps = rates[1:] / rates[:-1]
    assert (steps > 1).all()
    assert (steps <= 1.2500001).all()
