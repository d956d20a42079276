"""What the page says of net benefit, the prevalence in use and stability."""

from __future__ import annotations

from typing import Any

import pytest
from evidence_factories import make_decisions
from html_page import Page
from report_factories import make_results, render_sections

from job.results.results import Results

STRATEGIES, CLASSIFIERS = ("baseline", "smote", "custom"), ("svc", "knn")


def page_of(prevalence_in_use: float | None = None, n_repeats: int = 3, **changes: Any) -> tuple[Page, Results]:
    found = make_decisions(STRATEGIES, CLASSIFIERS, prevalence_in_use, n_repeats)
    results = make_results(STRATEGIES, CLASSIFIERS, **{**found, **changes})
    return Page(render_sections(results, "decisions")), results


def rows_of(page: Page, key: str) -> dict[tuple[str, str], list[str]]:
    """The rows of this table of every classifier, by strategy and classifier."""
    return {
        (row[0].words, classifier): [cell.words for cell in row[1:]]
        for at, classifier in enumerate(CLASSIFIERS)
        for row in page.rows(f"{key}-{at}")[1:]
    }


@pytest.fixture(scope="module")
def told() -> tuple[Page, Results]:
    return page_of(0.01)


def numbers_of(text: str) -> list[float]:
    words = text.replace("\u2212", "-").replace(",", "").replace("(", "").replace(")", "").split()
    return [float(word) for word in words if word[-1].isdigit()]


def test_net_benefit_has_a_row_for_each_strategy_and_classifier(told) -> None:
    """beside alerts on all rows and on none, at the prevalence, .5 and a threshold between; own ones in brackets"""
    page, results = told
    found, shown = results.net_benefit, rows_of(page, "net-benefit")
    head = [cell.words for cell in page.rows("net-benefit-0")[0][1:]]
    assert ["at 0.01, prevalence 99 : 1", "at 0.07 13.3 : 1", "at 0.5 1 : 1"] == head
    places = [found.thresholds.index(at) for at in (0.01, 0.07, 0.5)]
    for key, label in (("treat_all", "treat all"), ("treat_none", "treat none")):
        assert pytest.approx([1000 * getattr(found, key)[place] for place in places], abs=0.06) == [
            numbers_of(text)[0] for text in shown[label, "svc"]
        ]
    for row in found.rows:
        cells = shown[row.place]
        if row.own is None:
            assert {"no value"} == {cell.removesuffix("a").removeprefix("–") for cell in cells}
            assert "The classifier gives no probabilities." in page.by_id("decisions").words
            continue
        for place, cell in zip(places, cells, strict=True):
            expected = [1000 * getattr(row, state)[place] for state in ("corrected", "own")]
            assert pytest.approx(expected[: len(numbers_of(cell))], abs=0.06) == numbers_of(cell)
    assert (2 + len(STRATEGIES)) * len(CLASSIFIERS) == len(shown)


def test_each_classifier_has_its_chart(told) -> None:
    """with a caption that names both references"""
    page, _ = told
    charts = page.inside(page.by_id("decisions"), "figure")
    assert len(CLASSIFIERS) == len(charts)
    (caption,) = page.inside(charts[0], "figcaption")
    assert "treat all" in caption.words
    assert "1.0 %" in caption.words


def test_the_prevalence_in_use_has_its_table(told) -> None:
    """precision there with its interval beside that of the data, alerts, and probabilities"""
    page, results = told
    shown = rows_of(page, "in-use")
    for row in results.in_use.rows:
        cells, precision = shown[row.place], row.precision
        assert pytest.approx(
            [100 * getattr(precision, key) for key in ("value", "lower", "upper")], rel=0.05
        ) == numbers_of(cells[2].replace("%", ""))
        assert pytest.approx([100 * precision.in_data], rel=0.05) == numbers_of(cells[1].replace("%", ""))
        assert pytest.approx([row.alerts_per_1000], abs=0.06) == numbers_of(cells[3])
        if row.own:
            expected = [getattr(row, state).brier for state in ("corrected", "own")]
            assert pytest.approx(expected, abs=1e-4) == numbers_of(cells[5])


def test_stability_has_its_table(told) -> None:
    """median and 95th percentile, corrected and as they are, and how often the decision changes"""
    page, results = told
    shown = rows_of(page, "stability")
    for row in results.stability.rows:
        cells = shown[row.place]
        if row.own:
            values = row.own.minority
            assert pytest.approx([values.median, values.p95], abs=1e-3) == numbers_of(cells[2])
        changed = [100 * getattr(row.changed, kind) for kind in ("minority", "rest")]
        assert pytest.approx(changed, rel=0.05) == [numbers_of(cell.replace("%", ""))[0] for cell in cells[4:]]
    assert "1 to 1.7 times as large" in page.by_id("decisions").words


def test_what_was_not_asked_says_what_to_set() -> None:
    """and one repeat says what it takes to see stability"""
    page, _ = page_of(n_repeats=1)
    words = page.by_id("decisions").words
    assert "set evaluation.prevalence_in_use to the true share" in words
    assert "n_repeats" in words
    assert {"in-use-0", "stability-0"}.isdisjoint(element.attributes.get("id") for element in page.all("table"))


def test_without_probabilities_there_is_no_chart() -> None:
    """a job where no classifier gives any still has its tables, with the reason"""
    found = make_decisions(STRATEGIES, CLASSIFIERS)["net_benefit"]
    nothing = {"n": 0, "own": None, "corrected": None, "reason": "none to see"}
    rows = tuple(row.model_copy(update=nothing) for row in found.rows)
    page, _ = page_of(net_benefit=found.model_copy(update={"rows": rows}))
    assert [] == page.inside(page.by_id("decisions"), "img")
    assert "None to see." in page.by_id("decisions").words
