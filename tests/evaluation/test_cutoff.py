"""The advised cut-off: what it is, that it is the best of all, and which rows it is chosen on."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from factories import make_dataset, make_entry, make_spec
from hypothesis import given, settings
from hypothesis import strategies as st
from predictions import make_noisy_prediction
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from job.data.splits import build_splits
from job.evaluation.cutoff import (
    ALWAYS,
    INNER_FOLDS_FAILED,
    NEVER,
    NO_CUTOFF_KEEPS,
    NO_INNER_FOLDS,
    Request,
    choose_cutoff,
    cut_points,
    median_cutoff,
    request_of,
)
from job.evaluation.evaluate_unit import FAILED, OK, evaluate_unit
from job.evaluation.grid import Study, build_unit
from job.evaluation.metrics.decision_metrics import Rates
from job.evaluation.metrics.run_metrics import evaluate_metrics, metric_context
from job.spec.strategy_entries import calibrated

ASKED = Request(cost=(9.0, 1.0))
DATASET = make_dataset(240, 48, n_groups=60)


@st.composite
def scored_rows(draw):
    """Labels of both classes and scores with many ties, with and without probabilities."""
    y = draw(st.lists(st.integers(0, 1), min_size=2, max_size=14).filter(lambda drawn: len(set(drawn)) == 2))
    is_probability = draw(st.booleans())
    scores = st.sampled_from([0.0, 5e-324, 0.2, 0.2 + 2.0**-55, 0.2 + 2.0**-54, 0.5, 1.0])  # neighbours among floats
    if not is_probability:
        scores = st.one_of(scores, st.floats(allow_nan=False, allow_infinity=False))
    return np.array(y), np.array(draw(st.lists(scores, min_size=len(y), max_size=len(y)))), is_probability


requests = st.builds(
    Request,
    st.one_of(st.none(), st.tuples(st.sampled_from([1.0, 2.0, 50.0]), st.sampled_from([0.0, 1.0, 3.0]))),
    st.one_of(st.none(), st.sampled_from([0.001, 100.0, 400.0, 1000.0])),
    st.one_of(
        st.none(),
        st.tuples(st.just("false_alarms_per_1000"), st.sampled_from([0.0, 50.0, 1000.0])),
        st.tuples(st.sampled_from(["recall", "precision"]), st.sampled_from([0.0, 0.5, 0.9, 1.0])),
    ),
    st.one_of(st.none(), st.sampled_from([0.001, 0.3, 0.9])),
).filter(lambda request: request.asked)


def by_hand(y, scores, threshold, request) -> Rates:
    """What an alert at score >= threshold comes to."""
    alert = scores >= threshold
    prevalence = y.mean() if request.prevalence is None else request.prevalence
    return Rates(alert[y == 1].mean(), alert[y == 0].mean(), prevalence)


def keeps(rates: Rates, request: Request) -> bool:
    if request.alerts_per_1000 is not None and rates.alerts_per_1000 > request.alerts_per_1000 + 1e-9:
        return False
    if request.limit is None:
        return True
    name, bound = request.limit
    if name == "precision" and rates.alerts_per_1000 == 0:
        return False
    value = getattr(rates, name)
    return value <= bound + 1e-9 if name == "false_alarms_per_1000" else value >= bound - 1e-9


@given(scored_rows(), requests)
def test_no_threshold_that_keeps_the_request_is_better(rows, request) -> None:
    """of every threshold there is, kept to limit and capacity: the cheapest, or the most found, or the fewest alerts"""
    y, scores, is_probability = rows
    found = choose_cutoff(y, scores, request, is_probability, trust=0.0)
    every = [by_hand(y, scores, t, request) for t in (NEVER, *np.unique(scores))]
    kept = [rates for rates in every if keeps(rates, request)]

    if not kept:
        assert (None, NO_CUTOFF_KEEPS) == (found.threshold, found.reason)
        return
    assert found.threshold is not None
    mine = by_hand(y, scores, found.threshold, request)
    assert keeps(mine, request)
    if request.cost is not None:
        least = min(rates.cost(request.cost) for rates in kept)
        assert mine.cost(request.cost) <= least + 1e-6 * max(1.0, least)
    elif request.alerts_per_1000 is None and request.limit is not None and request.limit[0] == "recall":
        assert (mine.false_positive_rate, -mine.recall) == min((r.false_positive_rate, -r.recall) for r in kept)
    else:
        assert (-mine.recall, mine.false_positive_rate) == min((-r.recall, r.false_positive_rate) for r in kept)


@settings(max_examples=15)  # each fits a few small models
@given(scored_rows(), requests, st.randoms())
def test_the_order_of_rows_changes_nothing(rows, request, luck) -> None:
    """the choice depends on which rows there are"""
    y, scores, is_probability = rows
    order = list(range(len(y)))
    luck.shuffle(order)
    one, other = (choose_cutoff(y[o], scores[o], request, is_probability) for o in (list(range(len(y))), order))

    assert one.reason == other.reason
    if one.threshold is not None and request.cost is None:
        assert one.threshold == other.threshold


@given(scored_rows())
def test_cut_points_part_neighbouring_scores(rows) -> None:
    """each between two scores, or at the upper where no number is between, from none to all, and never NaN"""
    scores = rows[1]
    distinct = np.unique(scores)[::-1]
    points = cut_points(scores)

    assert (NEVER, ALWAYS) == (points[0], points[-1])
    assert not np.isnan(points).any()
    for k, point in enumerate(points):
        np.testing.assert_array_equal(distinct >= point, np.arange(len(distinct)) < k)


def test_bayes_cut_is_that_of_true_probabilities() -> None:
    """where scores are the truth, the calibrated cut alone is near c_fp / (c_fp + c_fn); so it is on logits of them"""
    luck = np.random.default_rng(0)
    p = 1 / (1 + np.exp(-luck.normal(-2, 1.5, 40_000)))
    y = (luck.random(len(p)) < p).astype(int)
    for ratio in (2, 5, 50):
        request = Request(cost=(ratio, 1.0))
        assert pytest.approx(1 / (1 + ratio), rel=0.1) == choose_cutoff(y, p, request, True, 1.0).threshold
        logits = np.log(p / (1 - p))
        margin = choose_cutoff(y, logits, request, False, 1.0).threshold
        assert pytest.approx(-math.log(ratio), abs=0.25) == margin


def test_another_prevalence_moves_the_cut_as_the_prior_does() -> None:
    """cut at the odds of Saerens et al.: a file of 30 % positive rows, used where 3 % are, at 5 : 1"""
    luck = np.random.default_rng(1)
    p = 1 / (1 + np.exp(-luck.normal(-1, 1.5, 60_000)))
    y = (luck.random(len(p)) < p).astype(int)
    share = y.mean()
    odds = (1 / 5) * (share / (1 - share)) / (0.03 / 0.97)

    found = choose_cutoff(y, p, Request(cost=(5.0, 1.0), prevalence=0.03), True, 1.0).threshold

    assert pytest.approx(odds / (1 + odds), rel=0.05) == found


@given(st.integers(0, 200), st.sampled_from([0.005, 0.03, 0.5]))
def test_rates_at_a_prevalence_are_those_of_rows_drawn_to_it(seed, prevalence) -> None:
    """recall and false positives of the file, weighed: as counted on rows of which so many are positive"""
    luck = np.random.default_rng(seed)
    y, alert = luck.integers(0, 2, 400), luck.random(400) < 0.3
    rates = Rates(alert[y == 1].mean(), alert[y == 0].mean(), prevalence)
    weights = np.where(y == 1, prevalence / y.mean(), (1 - prevalence) / (1 - y.mean())) / 400

    assert pytest.approx(1000 * weights[alert].sum()) == rates.alerts_per_1000
    assert pytest.approx(weights[alert & (y == 1)].sum() / weights[alert].sum()) == rates.precision
    assert pytest.approx(1000 * weights[alert & (y == 0)].sum()) == rates.false_alarms_per_1000
    missed, false = weights[~alert & (y == 1)].sum(), weights[alert & (y == 0)].sum()
    assert pytest.approx(1000 * (7 * missed + 2 * false)) == rates.cost((7.0, 2.0))


@pytest.mark.parametrize(
    ("ratio", "threshold"), [((1.0, 20.0), NEVER), ((100.0, 1.0), ALWAYS), ((1.0, 0.0), ALWAYS), ((0.0, 1.0), NEVER)]
)
@pytest.mark.parametrize("scores", ["constant", "noise"])
def test_an_alert_on_no_row_or_on_every_row_is_a_choice(ratio, threshold, scores) -> None:
    """where scores tell nothing and one kind of error is dear, there is nothing to cut"""
    luck = np.random.default_rng(0)
    y = (luck.random(300) < 0.1).astype(int)
    values = np.full(300, 0.1) if scores == "constant" else luck.random(300)

    assert threshold == choose_cutoff(y, values, Request(cost=ratio), True).threshold


@pytest.mark.parametrize(
    ("scores", "is_probability"),
    [
        (np.zeros(40), True),
        (np.repeat([0.0, 1.0], 20), True),
        (np.repeat([1.0, 0.0], 20), True),
        (np.repeat([-1e308, 1e308], 20), False),
        (np.arange(40) * 5e-324, False),
        (np.linspace(1, 0, 40), True),
    ],
)
@pytest.mark.filterwarnings("error")
def test_odd_scores_have_a_cutoff(scores, is_probability) -> None:
    """constant, perfect, reversed, huge and tiny ones: a number, and no warning"""
    y = np.repeat([0, 1], 20)
    for cost in ((1.0, 1.0), (50.0, 1.0)):
        found = choose_cutoff(y, scores, Request(cost=cost), is_probability).threshold
        assert found is not None
        assert not math.isnan(found)


def test_perfect_scores_are_cut_between_the_classes() -> None:
    assert 0.5 == choose_cutoff(np.repeat([0, 1], 20), np.repeat([0.0, 1.0], 20), ASKED, True).threshold


def test_one_class_has_no_cutoff() -> None:
    """inner folds whose labels are all alike say nothing"""
    assert NO_INNER_FOLDS == choose_cutoff(np.zeros(9, dtype=int), np.linspace(0, 1, 9), ASKED, True).reason


@pytest.mark.parametrize(
    ("thresholds", "median"),
    [
        ([0.1, 0.3, 0.2], 0.2),
        ([0.1, 0.2], 0.15000000000000002),
        ([0.1, NEVER], 0.1),
        ([ALWAYS, 0.1], 0.1),
        ([NEVER, NEVER, 0.1], NEVER),
        ([ALWAYS, ALWAYS, 0.1], ALWAYS),
        ([ALWAYS, NEVER], NEVER),
        ([NEVER], NEVER),
    ],
)
def test_the_median_over_splits(thresholds, median) -> None:
    """as of numbers; between a cut-off and an alert on no or every row it is the cut-off"""
    assert median == median_cutoff(thresholds)


def test_only_what_is_written_is_asked() -> None:
    """defaults ask for nothing, and neither does a prevalence alone"""
    assert request_of(make_spec()).asked is None
    assert request_of(make_spec(evaluation={"alerts_per_1000": None})).asked is None
    assert request_of(make_spec(evaluation={"prevalence_in_use": 0.1})).asked is None
    limited = {"limit": {"recall": 0.9}, "alerts_per_1000": 30}
    assert Request(None, 30.0, ("recall", 0.9), None) == request_of(make_spec(evaluation=limited))
    assert "alerts" == request_of(make_spec(evaluation=limited)).asked
    assert "cost" == request_of(make_spec(evaluation={**limited, "cost": {"false_negative": 2}})).asked
    assert "limit" == request_of(make_spec(evaluation={"limit": {"precision": 0}})).asked


def test_no_cost_is_assumed() -> None:
    """without one in the spec the expected cost has no value, and says why"""
    spec = make_spec(evaluation={"cost": {"false_negative": 3}})
    prediction = make_noisy_prediction(200, 0)

    assert (3.0, 1.0) == metric_context(spec, DATASET).cost
    context = metric_context(make_spec(), DATASET)
    values, reasons = evaluate_metrics(prediction, prediction, context)
    assert (None, None) == (context.cost, values["expected_cost_per_1000"])
    assert {"expected_cost_per_1000": "no cost in the spec"} == reasons
    weighted = evaluate_metrics(prediction, prediction, metric_context(spec, DATASET))[0]
    assert {**values, "expected_cost_per_1000": None} == {**weighted, "expected_cost_per_1000": None}


def unit_of(strategy="baseline", classifier="logistic_regression", dataset=DATASET, evaluation=None, study=None):
    spec = make_spec(classifiers=[classifier], evaluation={"cost": {"false_negative": 9}, **(evaluation or {})})
    entry = strategy if not isinstance(strategy, str) else make_entry(strategy)
    return build_unit(spec, build_splits(dataset, spec.split)[0], entry, study)


def test_it_is_chosen_from_plain_out_of_fold_scores() -> None:
    """those of scikit-learn's cross_val_predict on the inner folds of the split's seed"""
    dataset = make_dataset(240, 48)
    unit = unit_of(dataset=dataset)
    X, y = dataset.X.to_numpy()[unit.train], dataset.y[unit.train]
    model = make_pipeline(StandardScaler(), LogisticRegression(random_state=unit.seeds.classifier))
    folds = StratifiedKFold(5, shuffle=True, random_state=unit.seeds.inner_folds)
    scores = cross_val_predict(clone(model), X, y, cv=folds, method="predict_proba")[:, 1]
    (outcome,) = evaluate_unit(unit, dataset)

    assert pytest.approx(choose_cutoff(y, scores, ASKED, True).threshold) == outcome.cutoff.threshold


@pytest.mark.parametrize("strategy", ["baseline", "class_weight", "smote", "calibrated"])
@pytest.mark.parametrize("classifier", ["logistic_regression", "svc", "decision_tree"])
def test_no_test_row_is_used(strategy, classifier) -> None:
    """with every test row spoiled, features and label, the cut-off stays the same to the bit"""
    entry = calibrated(make_entry("smote")) if strategy == "calibrated" else make_entry(strategy)
    unit = unit_of(entry, classifier)
    X, y = DATASET.X.copy(), DATASET.y.copy()
    X.iloc[unit.test] = 1e6
    y[unit.test] = 1 - y[unit.test]
    spoiled = replace(DATASET, X=X, y=y)
    (outcome,), (again,) = (evaluate_unit(unit, dataset) for dataset in (DATASET, spoiled))

    assert outcome.cutoff.threshold is not None
    assert outcome.cutoff == again.cutoff


def test_rows_of_a_group_stay_together(monkeypatch) -> None:
    """no inner model scores a row of a group that it was fitted on"""
    import job.strategies.inner_folds as inner

    seen = []
    fit = inner.Inside.fit

    def spy(self, X, y):
        seen.append(set(X.index))
        return fit(self, X, y)

    monkeypatch.setattr(inner.Inside, "fit", spy)
    unit = unit_of()
    evaluate_unit(unit, DATASET)

    assert 5 == len(seen)
    for fitted in seen:
        left_out = set(unit.train.tolist()) - fitted
        assert not {DATASET.groups[row] for row in fitted} & {DATASET.groups[row] for row in left_out}


def test_nothing_asked_costs_nothing(monkeypatch) -> None:
    """no inner model is fitted, nor for a study, nor for a strategy that scores like baseline"""
    import job.strategies.inner_folds as inner

    def refuse(*_):
        raise AssertionError("fitted an inner model")

    monkeypatch.setattr(inner.Inside, "fit", refuse)
    for unit in (
        unit_of(evaluation={"cost": None}),
        unit_of("threshold"),
        unit_of(study=Study("leak_honest")),
    ):
        (outcome,) = evaluate_unit(unit, DATASET)
        assert (OK, None) == (outcome.status, outcome.cutoff)


def test_the_run_is_the_same_whatever_is_asked() -> None:
    """scores, decisions and threshold don't know of the request"""
    for strategy in ("baseline", "threshold", "smote"):
        (asked,), (plain,) = (
            evaluate_unit(unit_of(strategy, evaluation=evaluation), DATASET) for evaluation in ({}, {"cost": None})
        )
        np.testing.assert_array_equal(asked.scores, plain.scores)
        np.testing.assert_array_equal(asked.decisions, plain.decisions)
        assert (asked.threshold, asked.status, asked.warnings) == (plain.threshold, plain.status, plain.warnings)


def test_a_request_rides_on_every_unit_of_the_grid_in_any_order() -> None:
    """units carry what is asked and their own luck, so each gives the same alone, again and after others"""
    units = [unit_of("baseline"), unit_of("smote")]
    there = [evaluate_unit(unit, DATASET)[0].cutoff for unit in units]
    back = [evaluate_unit(unit, DATASET)[0].cutoff for unit in reversed(units)]

    assert there == back[::-1]


@pytest.mark.parametrize(("n_positive", "n_folds"), [(1, 0), (2, 2), (3, 3)])
def test_fewer_minority_rows_than_folds(n_positive, n_folds) -> None:
    """as many folds as minority rows; with one there is no cut-off, and a reason; the run itself is unharmed"""
    unit = unit_of(dataset=DATASET)
    positive = unit.train[DATASET.y[unit.train] == 1]
    rest = unit.train[DATASET.y[unit.train] == 0]
    dataset = replace(DATASET, groups=None)
    (outcome,) = evaluate_unit(replace(unit, train=np.sort(np.append(positive[:n_positive], rest))), dataset)

    assert OK == outcome.status
    assert (n_folds > 0) == (outcome.cutoff.threshold is not None)
    assert (None if n_folds else NO_INNER_FOLDS) == outcome.cutoff.reason
    assert "5 inner folds asked for" in outcome.cutoff.detail


def test_what_fails_on_inner_folds_only_leaves_the_run_as_it_is() -> None:
    """its scores stand, and the cut-off has the reason"""
    entry = make_entry(**{"class": "hostile.RefusesFewerThan", "params": {"n_rows": 180}})
    (outcome,) = evaluate_unit(unit_of(entry), DATASET)

    assert (OK, INNER_FOLDS_FAILED) == (outcome.status, outcome.cutoff.reason)
    assert "fewer than 180 rows" in outcome.cutoff.detail


def test_a_run_that_fails_has_no_cutoff() -> None:
    entry = make_entry(**{"class": "hostile.Raises"})
    (outcome,) = evaluate_unit(unit_of(entry), DATASET)

    assert (FAILED, None) == (outcome.status, outcome.cutoff)
