"""The alert explorer without its script: the tables, the chart and the numbers that the script would read."""

from __future__ import annotations

import json

import pytest
from alarm_factories import make_alarms
from html_page import Page
from hypothesis import given
from hypothesis import strategies as st
from report_factories import (
    CLASSIFIERS,
    EVALUATION,
    STRATEGIES,
    make_results,
    make_runs,
    render_sections,
    without_numbers,
)

from job.evidence.alarms import alarm_rates, choose_rates
from job.results.decision_facts import AlarmsRow
from job.results.results import Results

FACTS = ("threshold", "recall", "precision", "false_alarms_per_1000", "expected_cost_per_1000")


@pytest.fixture(scope="module")
def results() -> Results:
    return make_results()


@pytest.fixture(scope="module")
def page(results: Results) -> Page:
    return Page(render_sections(results, "alarms"))


def row_of(results: Results, strategy: str, classifier: str) -> AlarmsRow:
    (row,) = (row for row in results.alarms.rows if row.place == (strategy, classifier))
    return row


def assert_printed(expected: float, text: str) -> None:
    """The text is this number, rounded."""
    plain = text.replace("\u2212", "-").replace(",", "")
    assert abs(expected - float(plain)) <= 0.5 * 10 ** -len(plain.partition(".")[2]) + 1e-9, f"{text} isn't {expected}"


@pytest.mark.parametrize("index", range(len(CLASSIFIERS)))
def test_every_fact_stands_at_ten_rates(results: Results, page: Page, index: int) -> None:
    """without scripts each fact of each strategy is there at ten numbers of alerts, the budget among them"""
    for place, fact in enumerate(FACTS):
        head, *rows = page.rows(f"alarms-{index}-{place}")
        asked = [float(cell.words.replace(",", "")) for cell in head[1:]]
        assert 10 == len(asked)
        assert 104.5 in asked
        assert list(STRATEGIES) == [row[0].words for row in rows]
        for strategy, (_, *cells) in zip(STRATEGIES, rows, strict=True):
            found = getattr(row_of(results, strategy, CLASSIFIERS[index]), fact)
            for rate, cell in zip(asked, cells, strict=True):
                assert_printed(found[results.alarms.rates.index(rate)], cell.words)


@pytest.mark.parametrize("index", range(len(CLASSIFIERS)))
def test_the_budget_and_the_own_decision_stand_in_tables(results: Results, page: Page, index: int) -> None:
    """every fact at the budget, and where each strategy decides by itself"""
    budget = results.alarms.rates.index(104.5)
    at_rate, own = (page.rows(key)[1:] for key in (f"alarms-{index}", f"alarms-{index}-own"))
    for strategy, now, decided in zip(STRATEGIES, at_rate, own, strict=True):
        row = row_of(results, strategy, CLASSIFIERS[index])
        for fact, cell in zip(FACTS, now[1:], strict=True):
            assert_printed(getattr(row, fact)[budget], cell.words)
        for fact, cell in zip(("alarms_per_1000", *FACTS), decided[1:], strict=True):
            assert_printed(getattr(row.own, fact), cell.words)


def test_the_script_gets_the_numbers_of_the_results(results: Results, page: Page) -> None:
    """what is embedded is enough to compute every fact again, at every rate"""
    numbers = json.loads(page.by_id("alarm-numbers").text)
    assert list(results.alarms.rates) == numbers["rates"]
    for classifier, block in zip(CLASSIFIERS, numbers["blocks"], strict=True):
        for strategy, row in zip(STRATEGIES, block["rows"], strict=True):
            expected = row_of(results, strategy, classifier)
            for place, rate in enumerate(numbers["rates"]):
                found = row["found"][place]
                cost = EVALUATION["cost_false_negative"] * (row["minority"] - found) + rate - found
                again = {FACTS[2]: found / rate, FACTS[3]: rate - found, FACTS[4]: cost}
                for fact, value in again.items():
                    assert pytest.approx(getattr(expected, fact)[place], rel=1e-5, abs=6e-5) == value


def test_the_chart_marks_where_strategies_decide(results: Results, page: Page) -> None:
    """each strategy has its line over all rates and its sign at its own decision"""
    drawings = page.all("svg")
    assert len(CLASSIFIERS) == len(drawings)
    for drawing in drawings:
        lines = page.inside(drawing, "path")
        assert len(STRATEGIES) == len(lines)
        assert {len(results.alarms.rates)} == {len(line.attributes["d"].replace("l", " ").split()) for line in lines}
        assert len(STRATEGIES) == len([text for text in page.inside(drawing, "text") if text.has_class("own")])
        assert all(f"{name} 0." in drawing.attributes["aria-label"] for name in STRATEGIES)


def test_the_slider_waits_for_its_script(page: Page) -> None:
    """controls that would do nothing are hidden"""
    assert "hidden" in page.by_id("alarm-controls").attributes


def test_labels_stay_out_of_the_numbers() -> None:
    """what a user calls a strategy or classifier is in no script, whatever it is"""
    hostile = "</script><script>alert(1)</script>"
    strategies, classifiers = ("baseline", hostile), (f"{hostile}<!--",)
    page = Page(render_sections(make_results(strategies, classifiers, make_runs(strategies, classifiers, 3)), "alarms"))
    assert 2 == len(page.all("script"))
    assert not set("<>&") & set(page.by_id("alarm-numbers").text)
    assert hostile[:8] in page.by_id("alarms").words


def test_missing_runs_are_told() -> None:
    """a strategy without scores has a sentence for a row, one with fewer splits says so, as does a job without any"""
    runs = [
        without_numbers(run, "failed", "no luck")
        if run["strategy"] == "smote" or (run["strategy"] == "custom" and run["repeat"] > 2)
        else run
        for run in make_runs(classifiers=("svc",), n_repeats=5)
    ]
    page = Page(render_sections(make_results(classifiers=("svc",), runs=runs), "alarms"))
    words = page.by_id("alarms").words
    assert "No scores on any split with svc: smote." in words
    assert "custom has scores on 3 of five splits only." in words
    assert ["baseline", "class_weight", "threshold", "custom"] == [row[0].words for row in page.rows("alarms-0")[1:]]
    failed = make_results(runs=[without_numbers(run, "failed", "no luck") for run in make_runs(n_repeats=2)])
    assert "No run has scores" in Page(render_sections(failed, "alarms")).by_id("alarms").words


def test_without_minority_rows_there_is_no_recall() -> None:
    """a dash where recall isn't defined, and no chart"""
    runs = make_runs(("baseline",), ("svc",), 2)
    alarms = make_alarms(runs, ("baseline",), ("svc",), EVALUATION)
    (row,) = alarms.rows
    own = row.own.model_copy(update={"recall": None, "precision": None})
    without = row.model_copy(update={"recall": (None,) * len(alarms.rates), "own": own})
    alarms = alarms.model_copy(update={"rows": (without,)})
    page = Page(render_sections(make_results(("baseline",), ("svc",), runs, alarms=alarms), "alarms"))
    assert [] == page.all("svg")
    assert "–" == page.rows("alarms-0")[1][2].words


@given(st.floats(1e-6, 1000.0))
def test_ten_rates_stand_around_the_budget(budget: float) -> None:
    """the budget is one of the ten, the others are round numbers, and none is there twice"""
    rates = alarm_rates(budget).tolist()
    chosen = [rates[place] for place in choose_rates(rates, budget)]
    assert 10 == len(set(chosen))
    assert budget in chosen
    assert sorted(chosen) == chosen
    assert all(f"{rate:e}"[:8] in ("1.000000", "2.000000", "5.000000") for rate in chosen if rate != budget)
