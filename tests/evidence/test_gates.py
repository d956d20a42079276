"""Gates: every kind of rule, passed, failed and undecided, with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from factories import make_spec
from judged import make_roles, make_run, make_runs_of

from job.evaluation.metrics.metric_registry import METRICS
from job.evidence.gates import evaluate_gates
from job.evidence.statistics.family import Question, Sizes
from job.evidence.statistics.measured import measure_runs
from job.evidence.summary import summarize_runs
from job.evidence.verdict.build_verdict import judge_measured
from job.names import RANKINGS, UNDIRECTED_METRICS
from job.results.job_facts import StatusCounts, SummaryRow
from job.results.results import Results
from job.results.verdict_facts import Against, Gate, MetricChange, Verdict
from job.wording.verdict_rows import RANKING_TITLES

LABELS = ("baseline", "smote")
EVEN = (0.78, 0.79, 0.80, 0.81, 0.82) * 4  # mean 0.8, on twenty splits


def judge(
    *rules: Mapping[str, Any],
    classifiers: Sequence[str] = ("c",),
    n_failed: int = 0,
    against: Against | None = None,
    **smote: Sequence[float | None],
) -> list[Gate]:
    """Rules on twenty splits where baseline has 0.5 everywhere and smote these metrics."""
    named = [{"name": "logistic_regression", "label": label} for label in classifiers]
    rules = tuple({"strategy": "smote", **rule} if "max_failed_runs" not in rule else rule for rule in rules)
    spec = make_spec(classifiers=named, gates=list(rules))
    values = {"baseline": dict.fromkeys(smote, [0.5] * 20), "smote": smote}
    runs = [run for label in classifiers for run in make_runs_of(values, label)]
    measured = measure_runs(runs, [(strategy, label) for label in classifiers for strategy in LABELS])
    sizes = Sizes(209, 209, n_minority_groups=None, n_test_positive=40.0, prevalence=0.1)
    judged = judge_measured(measured, {}, make_roles(LABELS), Question("average_precision", 0.01, 0.95), sizes)
    summary = summarize_runs(runs, LABELS, classifiers, "baseline")
    return list(evaluate_gates(spec, measured, results_of(summary, judged.verdict, n_failed, against)))


def results_of(
    summary: tuple[SummaryRow, ...], verdict: Verdict, n_failed: int = 0, against: Against | None = None
) -> Results:
    """Results with nothing but what rules read."""
    status = StatusCounts.model_construct(n_failed=n_failed)
    return Results.model_construct(summary=summary, verdict=verdict, status=status, against=against)


def ended(*rules: Mapping[str, Any], **options: Any) -> list[str]:
    return [gate.status for gate in judge(*rules, **options)]


def test_a_bound_is_one_number() -> None:
    """The mean, the lower or the upper end is compared, so the rule passes or fails."""
    rule, limits = {"metric": "recall"}, (0.7, 0.8, 0.9)
    found = {
        bound: ended(*({**rule, "bound": bound, "min": limit} for limit in limits), recall=EVEN)
        for bound in ("lower", "mean", "upper")
    }

    assert ["passed", "failed", "failed"] == found["lower"]
    assert ["passed", "passed", "failed"] == found["mean"] == found["upper"]


def test_without_a_bound_the_whole_interval_is_compared() -> None:
    """A limit inside the interval is undecided, which fails the job unless the rule lets it pass."""
    rules = [{"metric": "recall", "min": limit} for limit in (0.7, 0.8, 0.9)]
    lenient = {"metric": "recall", "min": 0.8, "on_undecided": "pass"}
    gates = judge(*rules, lenient, recall=EVEN)

    assert ["passed", "undecided", "failed", "undecided"] == [gate.status for gate in gates]
    assert [False, True, True, False] == [gate.fails_job for gate in gates]
    lower, upper = gates[1].lower, gates[1].upper
    assert lower is not None
    assert upper is not None
    assert lower < 0.8 < upper
    assert f"the interval is {lower:.6g} to {upper:.6g}, and min is 0.8" == gates[1].reason


def test_a_metric_may_be_limited_above_and_on_both_sides() -> None:
    """Where less is better the limit is max; both make a band."""
    rules = [{"metric": "brier", **limits} for limits in ({"max": 0.9}, {"max": 0.7}, {"min": 0.7, "max": 0.9})]

    assert ["passed", "failed", "passed"] == ended(*rules, brier=EVEN)


def test_a_gain_is_positive_where_lower_is_better_too() -> None:
    """With 0.3 less than baseline's 0.5 a Brier score gains what recall loses."""
    less = [0.2 + 0.001 * (split % 3) for split in range(20)]
    rules = [
        {"metric": metric, "versus": "baseline", **limit}
        for metric in ("brier", "recall")
        for limit in ({"min_gain": 0.2}, {"max_loss": 0.2})
    ]
    gates = judge(*rules, brier=less, recall=less)

    assert ["passed", "passed", "failed", "failed"] == [gate.status for gate in gates]
    better, worse = gates[0], gates[2]
    assert better.value == pytest.approx(0.299, abs=0.001)
    assert worse.value == pytest.approx(-0.299, abs=0.001)
    for gate in (better, worse):
        assert gate.lower is not None
        assert gate.upper is not None
        assert gate.lower < (gate.value or 0) < gate.upper
    assert gates[3].reason is not None
    assert gates[3].reason.endswith("and max_loss is 0.2")


def test_a_difference_is_that_of_the_comparisons() -> None:
    """Against baseline a rule reads the very difference and interval of comparisons.csv."""
    luck = np.random.default_rng(3).normal(0.6, 0.05, 20).tolist()
    measured = measure_runs(
        make_runs_of({"baseline": {"recall": [0.5] * 20}, "smote": {"recall": luck}}), [(s, "c") for s in LABELS]
    )
    sizes = Sizes(209, 209, n_minority_groups=None, n_test_positive=40.0, prevalence=0.1)
    judged = judge_measured(measured, {}, make_roles(LABELS), Question("average_precision", 0.01, 0.95), sizes)
    (row,) = [row for row in judged.comparisons if row.metric == "recall"]
    (gate,) = judge({"metric": "recall", "versus": "baseline", "min_gain": 0.0}, recall=luck)

    assert (row.difference, row.lower, row.upper) == (gate.value, gate.lower, gate.upper)


def test_what_never_varies_is_its_own_interval() -> None:
    """The same ranking on every split loses nothing, so the rule passes; the same recall is as sure."""
    same = {"metric": "roc_auc", "versus": "baseline", "max_loss": 0.0}
    level = {"metric": "roc_auc", "min": 0.5}

    assert ["passed", "passed"] == ended(same, level, roc_auc=[0.5] * 20)


def test_a_missing_value_fails_with_its_reason() -> None:
    """No value, too few for an interval, and a median, which has none; its own value can be compared."""
    rules = [{"metric": "recall", "min": 0.0, "bound": "mean"}, {"metric": "f1", "min": 0.0}]
    slope = {"metric": "calibration_slope", "min": 0.0}
    gates = judge(
        *rules,
        slope,
        {**slope, "bound": "mean"},
        recall=[None] * 20,
        f1=[*[0.5] * 4, *[None] * 16],
        calibration_slope=[1.0] * 20,
    )

    assert ["failed", "failed", "failed", "passed"] == [gate.status for gate in gates]
    assert [gate.reason for gate in gates] == [
        "unknown",
        "fewer than 5 splits have a value",
        "a median over the splits has no interval",
        None,
    ]


def test_a_rule_without_a_classifier_holds_for_all() -> None:
    """One row for each; with a classifier there is one."""
    rule = {"metric": "recall", "min": 0.1}
    gates = judge(rule, {**rule, "classifier": "b"}, classifiers=("a", "b"), recall=EVEN)

    assert [("smote", "a"), ("smote", "b"), ("smote", "b")] == [(gate.strategy, gate.classifier) for gate in gates]


def test_the_answer_itself_can_be_asked_for() -> None:
    """A rule lists the answers that it takes; baseline has none."""
    better = [0.7 + 0.001 * (split % 3) for split in range(20)]
    rules = [{"ranking": ["better", "probably_better"]}, {"ranking": ["worse"]}]
    gates = judge(*rules, {"ranking": ["better"], "strategy": "baseline"}, average_precision=better)

    assert ["passed", "failed", "failed"] == [gate.status for gate in gates]
    assert "the ranking verdict is better" == gates[1].reason
    assert "no ranking verdict: only oversampling strategies get one" == gates[2].reason


def test_failed_runs_are_counted() -> None:
    """At most so many may fail; the rule is about no strategy."""
    gates = judge({"max_failed_runs": 2}, {"max_failed_runs": 3}, n_failed=3, recall=EVEN)

    assert ["failed", "passed"] == [gate.status for gate in gates]
    assert (3, None, None) == (gates[0].value, gates[0].strategy, gates[0].classifier)
    assert "3 of the runs failed, and max_failed_runs is 2" == gates[0].reason


def test_without_earlier_results_nothing_is_decided() -> None:
    """The first job of a pipeline has nothing before it."""
    rule = {"metric": "recall", "versus": "previous", "max_loss": 0.1}
    gates = judge(rule, {**rule, "on_undecided": "pass"}, recall=EVEN)

    assert [
        ("undecided", "no earlier result; give one with run --against", True),
        ("undecided", "no earlier result; give one with run --against", False),
    ] == [(gate.status, gate.reason, gate.fails_job) for gate in gates]


def test_earlier_results_are_compared_in_the_good_direction() -> None:
    """A Brier score that fell has gained; what the earlier job has no value of is undecided."""
    place = {"strategy": "smote", "classifier": "c"}
    change = {"old": 0.3, "new": 0.2, "difference": -0.1, "lower": -0.15, "upper": -0.05}
    nothing = {"old": None, "new": 0.5, "difference": None, "lower": None, "upper": None}
    few = {**change, "lower": None, "upper": None}
    metrics = {"brier": change, "recall": nothing, "f1": few}
    against = Against(
        causes=(), changes=(), metrics=tuple(MetricChange(**place, metric=name, **row) for name, row in metrics.items())
    )
    gain = {"versus": "previous", "min_gain": 0.04}
    rules = [{"metric": name, **gain} for name in metrics]
    gates = judge(*rules, {"metric": "f1", **gain, "bound": "mean"}, against=against, recall=EVEN)

    assert ["passed", "undecided", "failed", "failed"] == [gate.status for gate in gates]
    assert (0.1, 0.05, 0.15) == (gates[0].value, gates[0].lower, gates[0].upper)
    assert "no earlier result" == gates[1].reason
    assert "no interval: too few splits have a value" == gates[2].reason


def test_names_of_the_spec_are_those_of_the_registries() -> None:
    """What has no good direction has no gain, and every answer can be asked for."""
    assert {metric.name for metric in METRICS if metric.better is None} == set(UNDIRECTED_METRICS)
    assert set(RANKING_TITLES) == set(RANKINGS)


@pytest.mark.parametrize("is_drawn", [True, False])
def test_one_split_is_judged_by_its_bootstrap(is_drawn: bool) -> None:
    """Where there is none there is no interval either, and the rule fails with the reason."""
    rule = {"metric": "f1", "strategy": "smote", "min": 0.3}
    spec = make_spec(classifiers=[{"name": "knn", "label": "c"}], gates=[rule])
    runs = [make_run(label) for label in LABELS]
    measured = measure_runs(runs, [(label, "c") for label in LABELS])
    if is_drawn:
        draws = np.random.default_rng(1).normal(0.5, 0.05, (*measured.values.shape[:2], 2000))
        measured = replace(measured, draws=draws)
    sizes = Sizes(209, 209, n_minority_groups=None, n_test_positive=40.0, prevalence=0.1)
    judged = judge_measured(measured, {}, make_roles(LABELS), Question("average_precision", 0.01, 0.95), sizes)
    summary = summarize_runs(runs, LABELS, ["c"], "baseline")
    (gate,) = evaluate_gates(spec, measured, results_of(summary, judged.verdict))

    if is_drawn:
        assert ("passed", 0.5) == (gate.status, gate.value)
        assert pytest.approx((0.4, 0.6), abs=0.01) == (gate.lower, gate.upper)
    else:
        assert ("failed", None) == (gate.status, gate.lower)
        assert gate.reason is not None
        assert gate.reason.startswith("one split only")
