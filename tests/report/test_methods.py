"""What the page says of how it was made, and of what it can't tell."""

from __future__ import annotations

from typing import Any

import pytest
from html_page import Page
from report_factories import EVALUATION, make_dataset, make_results, make_runs, without_numbers

from job.report.facts import load_facts
from job.report.render import render_report
from job.report.sections.methods import Methods, build

PAIR = ("baseline", "smote")


def methods_of(n_repeats: int = 6, **changes: Any) -> Methods:
    runs = changes.pop("runs", None) or make_runs(PAIR, ("svc",), n_repeats)
    content = build(load_facts(make_results(PAIR, ("svc",), runs, **changes))).content
    assert isinstance(content, Methods)
    return content


def test_what_holds_for_every_job_is_always_told() -> None:
    """four methods and four limits before those of this job, in full sentences"""
    results = make_results(PAIR, ("svc",), make_runs(PAIR, ("svc",), 1))
    page = Page(render_report(results))
    section = page.by_id("methods")
    assert 4 == len(page.inside(section, "dt")) == len(page.inside(section, "dd"))
    limits = [element.words for element in page.inside(section, "li")]
    own = build(load_facts(results)).content.limits
    assert (4, own) == (len(limits) - len(own), tuple(limits[4:]))
    assert all(text.endswith(".") for text in (*limits, *(element.words for element in page.inside(section, "dd"))))


@pytest.mark.parametrize(
    ("n_repeats", "start"),
    [(1, "There is one split:"), (4, "Differences aren't tested over fewer than 5"), (5, "The ± next to a mean")],
)
def test_the_number_of_splits_has_its_limit(n_repeats: int, start: str) -> None:
    """one split, too few for a test, or enough: one sentence, and only one"""
    assert 1 == sum(limit.startswith(start) for limit in methods_of(n_repeats).limits)
    assert 1 == len(methods_of(n_repeats).limits)


def test_only_what_narrows_this_job_is_told() -> None:
    """several other labels, costs that nobody gave and failed runs each have their sentence, and only where they are"""
    runs = make_runs(PAIR, ("svc",), 6)
    broken = [without_numbers(runs[0], "failed", "no luck"), *runs[1:]]
    unknown = {**EVALUATION, "cost_false_negative": None, "cost_false_positive": None}
    many = methods_of(dataset=make_dataset(rest=["0", "2"]), runs=broken, evaluation=unknown).limits
    few = methods_of().limits
    rows = [{"strategy": "smote", "classifier": "svc", "optimism": 0.031}]
    high = methods_of(levels={"chance": 0.1, "rows": rows}).limits
    assert any(
        "42 minority rows in a test part, average precision reads higher than it would on many rows, by 0.03 on"
        in limit
        for limit in high
    )
    assert not any("reads higher than" in limit for limit in many)
    for words in ("held against all others", "gives no costs", "Some runs failed"):
        assert any(words in limit for limit in many)
        assert not any(words in limit for limit in few)


def test_a_strategy_that_failed_everywhere_leaves_the_means_of_others_alone() -> None:
    """no mean is over fewer splits, so nothing is said of them"""
    every = make_runs(PAIR, ("svc",), 6)
    runs = [without_numbers(run, "failed", "no luck") if run["strategy"] == "smote" else run for run in every]

    assert not any("Some runs failed" in limit for limit in methods_of(runs=runs).limits)
