"""What advised and other cut-offs come to, by hand; and which choice is the cheapest, against brute force."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from factories import make_dataset, make_spec
from hypothesis import given
from hypothesis import strategies as st
from report_factories import make_results

from job.data.splits import build_splits
from job.evaluation.cutoff import NO_CUTOFF_KEEPS, NO_INNER_FOLDS, NOTHING_ASKED, Cutoff
from job.evaluation.evaluate_unit import FAILED, OK, Outcome
from job.evaluation.grid import RunKey
from job.evaluation.metrics.run_metrics import build_prediction
from job.evidence.runs import by_place
from job.evidence.verdict.cutoff_advice import FACTS, MENU, NO_SCORES, Line, build_decisions, find_cheapest, with_advice
from job.results import verdict_facts
from job.results.record import Pair

DATASET = make_dataset(400, 60)
BOTH = ("baseline", "threshold", "smote")
COST = {"cost": {"false_negative": 5}}


def make_decisions(evaluation: Any = COST, cutoffs: Any = 0.4, failed: Any = (), n_repeats: int = 6, shuffled: int = 0):
    """Decisions on scores that are drawn; `cutoffs` is one for all, or what gives one for each strategy and repeat."""
    spec = make_spec(strategies=list(BOTH), split={"n_repeats": n_repeats}, evaluation=evaluation)
    splits = build_splits(DATASET, spec.split)
    give = cutoffs if callable(cutoffs) else lambda strategy, repeat: Cutoff(cutoffs)
    outcomes = []
    for split in splits:
        luck = np.random.default_rng(split.repeat)
        y = DATASET.y[split.test]
        plain = np.round(np.clip(luck.normal(0.3 + 0.3 * y, 0.2), 0, 1), 2)
        other = np.round(np.clip(luck.normal(0.4 + 0.3 * y, 0.2), 0, 1), 2)
        for strategy in BOTH:
            key = RunKey(strategy, "logistic_regression", split.repeat, split.fold)
            if strategy in failed:
                outcomes.append(Outcome(key, FAILED, reason="no luck"))
                continue
            scores = other if strategy == "smote" else plain
            own = 0.25 if strategy == "threshold" else 0.5
            outcomes.append(
                Outcome(
                    key,
                    OK,
                    scores=scores,
                    decisions=(scores >= own).astype(np.int8),
                    is_probability=True,
                    prevalence_resampled=0.5,
                    cutoff=None if strategy == "threshold" else give(strategy, split.repeat),
                )
            )
    random.Random(shuffled).shuffle(outcomes)
    by_split = {split.repeat: split for split in splits}
    predictions = {
        outcome.key: build_prediction(outcome, by_split[outcome.key.repeat], DATASET) for outcome in outcomes
    }
    cells = by_place(predictions, BOTH, ["logistic_regression"])
    return build_decisions(spec, outcomes, cells, splits), predictions


def of(rows: Any, strategy: str) -> Any:
    (row,) = (row for row in rows if row.strategy == strategy)
    return row


def facts_of(row: Any) -> dict[str, float | None]:
    return {fact: getattr(row, fact) for fact in FACTS}


def headline_of(strategy: str) -> verdict_facts.Headline:
    """A headline that recommends this strategy, before its cut-off is known."""
    recommended = {"strategy": strategy, "classifier": "logistic_regression"}
    headline = make_results((strategy,), ("logistic_regression",)).verdict.headline
    numbers = headline.numbers.model_copy(update={"price": {"recall": 0.1, "brier": 0.5}, "cutoff_reason": None})
    changes = {"recommended": Pair(**recommended), "cutoff": None, "numbers": numbers}
    return headline.model_copy(update=changes)


def count(predictions: Any, strategy: str, threshold: float, cost: float = 5.0) -> dict[str, float]:
    """Means over test parts of an alert at score >= threshold, counted row by row."""
    found: dict[str, list[float]] = {fact: [] for fact in FACTS}
    for key, prediction in predictions.items():
        if key.strategy == strategy:
            alert, y = prediction.scores >= threshold, prediction.y
            tp, fp, fn, n = (alert & (y == 1)).sum(), (alert & (y == 0)).sum(), (~alert & (y == 1)).sum(), len(y)
            values = (tp / (tp + fn), tp / max(tp + fp, 1), 1000 * fp / n, 1000 * (tp + fp) / n)
            for fact, value in zip(FACTS, (*values, 1000 * (cost * fn + fp) / n), strict=True):
                found[fact].append(value)
    return {fact: float(np.mean(values)) for fact, values in found.items()}


@pytest.mark.parametrize("strategy", BOTH)
def test_the_advised_cutoff_is_counted_on_the_test_parts(strategy: str) -> None:
    """means of each fact with its interval around it; `threshold` has baseline's cut-off"""
    decisions, predictions = make_decisions()
    row = of(decisions.rows, strategy)
    expected = count(predictions, strategy, 0.4)

    cut = verdict_facts.Cutoff(threshold=0.4, action="cut")
    assert ("cost", cut, None, 6) == (decisions.asked, row.cutoff, row.reason, row.n_splits)
    assert pytest.approx(expected) == facts_of(row)
    assert all(low <= getattr(row, fact) <= high for fact, (low, high) in row.intervals.items())
    own = count(predictions, strategy, 0.25 if strategy == "threshold" else 0.5)
    assert pytest.approx(own) == facts_of(row.own)


def test_never_and_always_are_beside() -> None:
    decisions, predictions = make_decisions()
    share = np.mean([prediction.y.mean() for prediction in predictions.values()])

    never, always = facts_of(decisions.never), facts_of(decisions.always)
    assert never.pop("precision") is None
    assert pytest.approx((0, 0, 0, 5000 * share)) == tuple(never.values())
    assert pytest.approx((1, share, 1000 * (1 - share), 1000, 1000 * (1 - share))) == tuple(always.values())


def test_nothing_asked_is_nothing_advised() -> None:
    """no cut-off, no cost, but the strategy's own decision, the menu and the ranges of costs"""
    decisions, _ = make_decisions({}, lambda *_: None)

    assert decisions.asked is None
    assert {None} == set(dict(decisions.request).values())
    for row in decisions.rows:
        assert (None, NOTHING_ASKED, 0) == (row.cutoff, row.reason, row.n_splits)
        assert {None} == set(facts_of(row).values()) == {row.intervals[fact] for fact in FACTS}
        assert row.own.recall > 0
        assert row.own.expected_cost_per_1000 is None
        advised = with_advice(headline_of(row.strategy), decisions)
        assert (None, NOTHING_ASKED) == (advised.cutoff, advised.numbers.cutoff_reason)
        assert {**facts_of(row.own), "brier": 0.5} == advised.numbers.price
    assert all(list(MENU) == [point.point for point in row.points] for row in decisions.menu)
    assert all(row.ranges for row in decisions.cost_ranges)


def test_a_cutoff_that_half_of_the_splits_lack_is_none() -> None:
    """with its commonest reason; where fewer lack it, the numbers are of the splits that have it"""
    none = Cutoff(None, NO_CUTOFF_KEEPS)
    lacking = make_decisions(cutoffs=lambda _, repeat: none if repeat else Cutoff(0.4))[0].rows[0]
    having = make_decisions(cutoffs=lambda _, repeat: Cutoff(0.4) if repeat else Cutoff(None, NO_INNER_FOLDS, "why"))
    row = having[0].rows[0]

    assert (None, NO_CUTOFF_KEEPS, 0, None) == (lacking.cutoff, lacking.reason, lacking.n_splits, lacking.recall)
    assert (0.4, "cut") == (row.cutoff.threshold, row.cutoff.action)
    assert (None, 5, ("why",)) == (row.reason, row.n_splits, row.details)


@pytest.mark.parametrize(("threshold", "action"), [(np.inf, "never"), (-np.inf, "always")])
def test_an_action_has_no_threshold(threshold: float, action: str) -> None:
    """an alert on no row or on every row is written in words, and costs what that costs"""
    decisions, _ = make_decisions(cutoffs=threshold)
    row = decisions.rows[0]

    assert (None, action) == (row.cutoff.threshold, row.cutoff.action)
    assert facts_of(getattr(decisions, action)) == facts_of(row)
    advised = with_advice(headline_of("baseline"), decisions)
    assert {"asked": "cost", "threshold": None, "action": action} == dict(advised.cutoff)
    assert {**facts_of(row), "brier": 0.5} == advised.numbers.price


def test_a_strategy_without_scores_has_a_reason_everywhere() -> None:
    decisions, _ = make_decisions(failed=("smote",))

    menu, ranges, row = (of(rows, "smote") for rows in (decisions.menu, decisions.cost_ranges, decisions.rows))
    assert (NO_SCORES, ()) == (menu.reason, menu.points) == (ranges.reason, ranges.ranges)
    assert (None, NO_SCORES) == (row.cutoff, row.reason)
    without = make_decisions(failed=BOTH)[0]
    assert {None} == set(facts_of(without.never).values())


def test_without_baseline_the_menu_lacks_its_point() -> None:
    decisions, _ = make_decisions(failed=("baseline",))

    assert list(MENU[1:]) == [point.point for point in of(decisions.menu, "smote").points]
    row = of(decisions.rows, "threshold")
    assert (None, NOTHING_ASKED) == (row.cutoff, row.reason)


def test_outcomes_in_any_order_decide_the_same() -> None:
    assert make_decisions(shuffled=1)[0] == make_decisions(shuffled=2)[0]


def test_one_split_has_no_intervals() -> None:
    row = make_decisions(n_repeats=1)[0].rows[0]

    assert row.recall > 0
    assert {None} == set(row.intervals.values())


@pytest.mark.parametrize("evaluation", [COST, {**COST, "prevalence_in_use": 0.02}])
def test_the_menu_reads_one_curve(evaluation: Any) -> None:
    """its points are thresholds that give what is said: baseline's own, one alert a positive row, recall .8, balance"""
    decisions, predictions = make_decisions(evaluation)
    own = of(decisions.rows, "baseline").own
    menu = {row.strategy: {p.point: p for p in row.points} for row in decisions.menu}

    assert menu["baseline"] == menu["threshold"]
    assert pytest.approx(facts_of(own)) == facts_of(menu["baseline"]["baseline_false_alarms"])
    prevalence = evaluation.get("prevalence_in_use") or np.mean([p.y.mean() for p in predictions.values()])
    for points in menu.values():
        assert pytest.approx(0.8, abs=0.05) == points["recall_80"].recall
        assert pytest.approx(1000 * prevalence, rel=0.3) == points["as_many_alerts_as_positives"].alerts_per_1000
        near = own.false_alarms_per_1000
        assert pytest.approx(near, rel=0.1) == points["baseline_false_alarms"].false_alarms_per_1000
    best = {
        name: max(_balance(predictions, name, t) for t in np.unique(next(iter(predictions.values())).scores))
        for name in BOTH
    }
    for name, points in menu.items():
        point = points["balanced_errors"]
        balance = point.recall - point.false_alarms_per_1000 / (1000 * (1 - prevalence))
        assert balance > best[name] - 0.06  # which was chosen in hindsight


@pytest.mark.parametrize("prevalence", [0.02, 0.4])
def test_an_alert_on_every_row_is_cheapest_from_where_it_costs_no_more(prevalence: float) -> None:
    """all rows that aren't positive are its false alerts, at the prevalence in use"""
    decisions, _ = make_decisions({"prevalence_in_use": prevalence})
    points = {point.point: point for point in of(decisions.menu, "smote").points}
    *_, before, last = of(decisions.cost_ranges, "smote").ranges
    chosen = points.get(before.point) or of(decisions.rows, "smote").own

    assert "always" == last.choice != before.choice
    missed = 1000 * prevalence * (1 - chosen.recall)
    assert pytest.approx(1000 * (1 - prevalence)) == last.from_ * missed + chosen.false_alarms_per_1000


def _balance(predictions: Any, strategy: str, threshold: float) -> float:
    found = [p for key, p in predictions.items() if key.strategy == strategy]
    parts = [(p.scores[p.y == 1] >= threshold).mean() - (p.scores[p.y == 0] >= threshold).mean() for p in found]
    return float(np.mean(parts))


def test_at_another_prevalence_rows_count_as_if_drawn_to_it() -> None:
    """precision, alerts and cost of test rows repeated until one in fifty is positive"""
    decisions, predictions = make_decisions({**COST, "prevalence_in_use": 0.02})
    row = of(decisions.rows, "smote")
    costs, alerts, precisions = [], [], []
    for key, prediction in predictions.items():
        if key.strategy == "smote":
            positive, rest = (np.flatnonzero(prediction.y == label) for label in (1, 0))
            rows = np.concatenate([np.repeat(positive, len(rest)), np.repeat(rest, 49 * len(positive))])
            alert, y = prediction.scores[rows] >= 0.4, prediction.y[rows]
            costs.append(1000 * np.mean(np.where(alert, y == 0, 5 * (y == 1))))
            alerts.append(1000 * alert.mean())
            precisions.append(y[alert].mean())

    assert pytest.approx((np.mean(precisions), np.mean(alerts), np.mean(costs))) == (
        row.precision,
        row.alerts_per_1000,
        row.expected_cost_per_1000,
    )


numbers = st.one_of(st.integers(0, 6).map(float), st.floats(0, 1000))


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=7), st.floats(0, 1e4))
def test_the_cheapest_choice_is_the_cheapest(lines: list[tuple[float, float]], ratio: float) -> None:
    """at any ratio no line costs less than that of its range; ranges meet, and rise from 0 without end"""
    choices = [Line(missed, false, str(k)) for k, (missed, false) in enumerate(lines)]
    ranges = find_cheapest(choices)
    cost = [missed * ratio + false for missed, false in lines]
    here = next(found for found in ranges if found.to is None or ratio < found.to)

    assert cost[int(here.choice)] <= min(cost) * (1 + 1e-6) + 1e-4
    assert (0.0, None) == (ranges[0].from_, ranges[-1].to)
    assert [found.to for found in ranges[:-1]] == [found.from_ for found in ranges[1:]]
    assert all(found.from_ < found.to for found in ranges[:-1])


def test_of_equal_choices_the_first_is_taken() -> None:
    (only,) = find_cheapest([Line(1.0, 2.0, name) for name in ("own", "cut")])

    assert (0.0, None, "own") == (only.from_, only.to, only.choice)


def test_the_advised_cutoff_is_among_the_choices_that_are_compared() -> None:
    """at the cost it was chosen for nothing else that is listed may be called cheaper without beating it"""
    decisions, _ = make_decisions(COST)
    for row, ranges in zip(decisions.rows, decisions.cost_ranges, strict=True):
        assert row.expected_cost_per_1000 is not None
        here = next(found for found in ranges.ranges if found.to is None or 5 < found.to)
        menu = of(decisions.menu, row.strategy).points
        costs = {"advised": row.expected_cost_per_1000, None: row.own.expected_cost_per_1000}
        costs |= {point.point: point.expected_cost_per_1000 for point in menu}
        assert min(cost for cost in costs.values() if cost is not None) == pytest.approx(costs[here.point])
    without, _ = make_decisions({})
    assert "advised" not in {found.point for each in without.cost_ranges for found in each.ranges}
