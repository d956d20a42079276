"""The sections on the spec's rules and on what changed since an earlier job."""

from __future__ import annotations

from typing import Any

from html_page import Page
from report_factories import make_results, make_runs, render_sections

from job.results.results import Results
from job.results.verdict_facts import Against, Change, Gate, MetricChange

SECTIONS = ("gates", "gates.against")


def make_page(**changes: Any) -> tuple[Results, Page]:
    results = make_results(runs=make_runs(n_repeats=1)).model_copy(update=changes)
    return results, Page(render_sections(results, *SECTIONS))


def make_gate(status: str, fails: bool, **changes: Any) -> Gate:
    numbers = {"value": 0.54321, "lower": 0.5, "upper": 0.6, "reason": None, "classifier": "logistic_regression"}
    return Gate(
        **{"rule": "metric: <recall>", "strategy": "smote", **numbers, **changes}, status=status, fails_job=fails
    )


def test_a_page_without_rules_and_earlier_results_has_neither_section() -> None:
    """Nobody asked, so nothing is said."""
    assert [] == make_page()[1].all("section")


def test_every_rule_is_a_row() -> None:
    """With its result, value, interval and reason, the last as a sentence; what may pass is told from what may not."""
    gates = (
        make_gate("failed", True, reason="it is low"),
        make_gate("undecided", False),
        make_gate("undecided", True),
        make_gate("passed", False, value=None, lower=None, upper=None, classifier=None),
    )
    _, page = make_page(gates=gates)
    (section,) = page.all("section")
    rows = [[cell.text for cell in page.inside(row, "td")] for row in page.inside(section, "tr")[1:]]

    assert "Gates: 1 passed, 1 failed, 1 undecided, 1 undecided but allowed." in section.text
    assert ["logistic_regression", "failed", "0.5432", "0.5 to 0.6", "It is low."] == rows[0]
    assert ["undecided, which may pass", "undecided", "passed"] == [row[1] for row in rows[1:]]
    assert ["", "passed", "–", "–", ""] == rows[3]


def test_changes_are_cut_where_there_are_many() -> None:
    """The cause stands above them; the page says how many there are."""
    place = {"strategy": "smote", "classifier": "knn", "difference": 0.1, "lower": 0.05, "upper": 0.15}
    metrics = tuple(MetricChange(**place, metric=f"m{n}", old=0.5, new=0.6) for n in range(300))
    change = Change(part="versions", what="numpy", old="1", new="2")
    _, page = make_page(against=Against(causes=("versions",), changes=(change,), metrics=metrics))
    (section,) = page.all("section")

    assert "Nothing but the versions changed, which alone explains every difference" in section.text
    assert "The first 200 of 301 differences; results.json has all." in section.text
    assert 201 == len(page.inside(section, "tr"))
    assert "0.5000 → 0.6000 (+0.1000, interval +0.0500 to +0.1500)" in section.text


def test_the_sections_are_well_formed() -> None:
    """Every id is unique, and every name that another element has exists, with both sections on a page and empty."""
    _, page = make_page(gates=(make_gate("passed", False),), against=Against(causes=(), changes=(), metrics=()))

    assert ["gates", "against"] == [section.attributes["id"] for section in page.all("section")]
    assert [] == page.problems
