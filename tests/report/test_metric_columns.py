from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from report_factories import make_results, make_runs, without_numbers

from job.names import METRICS
from job.report.facts import Facts, load_facts
from job.report.layout import Number, Table
from job.report.metric_columns import BY_NAME, build_metric_table
from job.report.sections.metrics import CONFUSION, GROUPS

STRATEGIES = ("baseline", "smote", "custom")


def facts_of(values: Mapping[str, Sequence[float | None]], metric: str = "recall", why: str = "because") -> Facts:
    """Facts of one classifier whose strategies have these values of one metric, split by split."""
    n_splits = len(next(iter(values.values())))
    runs: list[dict[str, Any]] = []
    for run in make_runs(tuple(values), ("svc",), n_splits):
        value = values[run["strategy"]][run["repeat"]]
        undefined = {metric: why} if value is None else {}
        runs.append({**run, "metrics": {**run["metrics"], metric: value}, "undefined": undefined})
    return load_facts(make_results(tuple(values), ("svc",), runs))


def table_of(facts: Facts, metric: str = "recall") -> Table:
    return build_metric_table(facts, facts.classifiers[0], (metric,), "key", "caption")


def cells_of(table: Table) -> list[Number]:
    return [cell for row in table.rows for cell in row.cells if isinstance(cell, Number)]


def test_every_metric_stands_in_one_group() -> None:
    """no metric is left out of the page, and none is there twice"""
    grouped = [name for group in GROUPS for name in group.metrics] + list(CONFUSION)
    assert sorted(METRICS) == sorted(grouped)
    assert set(METRICS) == set(BY_NAME)


def test_cells_hold_mean_spread_and_difference() -> None:
    """the difference is from baseline on the same splits, and baseline has none"""
    first, second, _ = cells_of(table_of(facts_of({"baseline": [0.2, 0.4], "smote": [0.5, 0.5], "custom": [0.2, 0.4]})))
    assert (pytest.approx(0.3), pytest.approx(0.02**0.5), None) == (first.value, first.spread, first.difference)
    assert (pytest.approx(0.5), 0.0, pytest.approx(0.2)) == (second.value, second.spread, second.difference)


@pytest.mark.parametrize(
    ("metric", "values", "expected"),
    [
        ("recall", (0.2, 0.8, 0.5), ["worst", "best", ""]),
        ("brier", (0.2, 0.8, 0.5), ["best", "worst", ""]),
        ("recall", (0.8, 0.8, 0.5), ["best", "best", "worst"]),
        ("recall", (0.5, 0.5, 0.5), ["", "", ""]),
        ("recall", (0.5, 0.5004, 0.4996), ["", "", ""]),
        ("mean_predicted", (0.2, 0.8, 0.5), ["", "", ""]),
    ],
)
def test_best_and_worst_follow_the_metrics_direction(
    metric: str, values: tuple[float, ...], expected: list[str]
) -> None:
    """marks follow what is better, ties share theirs, and numbers that print alike are alike"""
    facts = facts_of({name: [value, value] for name, value in zip(STRATEGIES, values, strict=True)}, metric)
    assert expected == [cell.mark for cell in cells_of(table_of(facts, metric))]


def test_nothing_is_marked_where_means_are_over_different_splits() -> None:
    """a mean over the few splits where a metric exists wins nothing against means over all of them"""
    facts = facts_of({"baseline": [0.9, None, None], "smote": [0.5, 0.51, 0.5], "custom": [0.2, 0.21, 0.2]})
    assert ["", "", ""] == [cell.mark for cell in cells_of(table_of(facts))]


def test_nothing_is_marked_on_one_split() -> None:
    """one split cannot tell what is luck"""
    facts = facts_of({"baseline": [0.9], "smote": [0.5]})
    assert ["", ""] == [cell.mark for cell in cells_of(table_of(facts))]


def test_nothing_is_marked_within_the_noise() -> None:
    """means that lie closer together than differences vary from split to split are neither best nor worst"""
    noisy = facts_of({"baseline": [0.4, 0.6], "smote": [0.6, 0.42]})
    steady = facts_of({"baseline": [0.4, 0.6], "smote": [0.42, 0.62]})
    assert ["", ""] == [cell.mark for cell in cells_of(table_of(noisy))]
    assert ["worst", "best"] == [cell.mark for cell in cells_of(table_of(steady))]


def test_one_column_has_one_number_of_decimals() -> None:
    """numbers below each other can be compared by eye"""
    facts = facts_of({"baseline": [0.2, 0.2001], "smote": [0.1, 0.9], "custom": [0.5, 0.55]})
    assert {3} == {cell.decimals for cell in cells_of(table_of(facts))}


def test_a_missing_number_says_why() -> None:
    """a dash has a footnote with the reason, and a mean over fewer splits says so"""
    table = table_of(facts_of({"baseline": [None, None, None], "smote": [0.5, None, 0.6]}, why="No alert was raised."))
    none, some = cells_of(table)
    notes = dict(table.footnotes)
    assert none.value is None
    assert "No value on any split: No alert was raised." == notes[none.footnote]
    assert "From 2 of three splits. No value on 1: No alert was raised." == notes[some.footnote]


def test_equal_reasons_share_a_footnote() -> None:
    """a table doesn't repeat itself"""
    table = table_of(facts_of({"baseline": [None], "smote": [None], "custom": [0.5]}))
    assert ["a", "a", ""] == [cell.footnote for cell in cells_of(table)]
    assert 1 == len(table.footnotes)


def test_a_footnote_names_the_most_frequent_reasons() -> None:
    """a hundred different reasons don't make a hundred sentences below every table"""
    runs = make_runs(("baseline", "smote"), ("svc",), 10)
    failing = [
        without_numbers(run, "failed", f"reason {run['repeat']}") if run["strategy"] == "smote" else run for run in runs
    ]
    facts = load_facts(make_results(("baseline", "smote"), ("svc",), failing))
    ((_, text),) = table_of(facts).footnotes
    assert text.count("the run failed") + text.count("The run failed") == 3
    assert "No value on 7 for other reasons" in text
