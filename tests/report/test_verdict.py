"""The answer and the comparisons on the page, in every state of a job."""

from __future__ import annotations

from typing import Any

import pytest
from html_page import Page
from report_factories import STRATEGIES, make_results, make_runs, without_numbers

from job.evidence.headline_sentences import describe_headline
from job.evidence.rules import RULES
from job.evidence.strategy_kinds import gloss_recommended
from job.report.facts import load_facts
from job.report.render import render_report
from job.report.sections import answer, comparisons, verdict

LONG = "a label that is far too long for a cell of a table"


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    return make_results()


@pytest.fixture(scope="module")
def page(results: dict[str, Any]) -> Page:
    return Page(render_report(results))


def verdict_of(**changes: Any) -> Any:
    return verdict.build(load_facts(make_results(**changes))).content


def answer_of(**changes: Any) -> Any:
    return answer.build(load_facts(make_results(**changes))).content


def comparisons_of(**changes: Any) -> Any:
    return comparisons.build(load_facts(make_results(**changes))).content


def words_of(page: Page, key: str) -> str:
    return str(page.by_id(key).words)


def test_the_answer_opens_the_page(results: dict[str, Any], page: Page) -> None:
    """the first words of the first section are the headline of the results"""
    headline = results["verdict"]["headline"]
    assert "answer" == page.all("section")[0].attributes["id"]
    assert [headline["sentences"][0]] == page.texts("lead")
    assert headline["sentences"] == describe_headline(headline, results["verdict"]["rows"])
    gloss = f" ({gloss_recommended(results)})"
    assert gloss in words_of(page, "answer")
    told = f"{words_of(page, 'answer')} {words_of(page, 'verdict')}".replace(gloss, "")
    assert [] == [sentence for sentence in headline["sentences"] if sentence not in told]


def test_every_verdict_has_a_row(results: dict[str, Any], page: Page) -> None:
    """each oversampling strategy with each classifier: what it is called, and its sentence"""
    expected = [
        [row["strategy"], row["classifier"], verdict.TITLES[row["code"]], row["sentence"]]
        for row in results["verdict"]["rows"]
    ]
    assert expected == [[cell.words for cell in row] for row in page.rows("verdicts")[1:]]
    assert {rule.code for rule in RULES} == set(verdict.TITLES)


def test_ours_against_smote_has_its_own_words(results: dict[str, Any], page: Page) -> None:
    """and where there are not both, nothing is said of them"""
    rivals = results["verdict"]["custom_against_smote"]
    assert 2 == len(rivals)
    assert all(rival["sentence"] in words_of(page, "verdict") for rival in rivals)
    assert () == verdict_of(strategies=STRATEGIES[:4]).rivals


def test_labels_are_shortened_in_sentences_too() -> None:
    """the page calls a strategy by one name everywhere"""
    asked = {"strategies": ("baseline", LONG), "classifiers": ("svc",)}
    content, first = verdict_of(**asked), answer_of(**asked)
    texts = [
        first.lead,
        first.action,
        *first.why,
        *content.paragraphs,
        *(row.cells[-1].text for row in content.table.rows),
    ]
    assert [] == [text for text in texts if LONG in text]
    assert any("…" in text for text in texts)


@pytest.mark.parametrize("key", ["verdict", "power"])
def test_older_results_say_that_they_lack_a_verdict(key: str) -> None:
    """results without this key are rendered, with a sentence in its place"""
    older = make_results()
    del older[key]
    expected = "These results hold no verdict." if key == "verdict" else answer_of().lead
    assert expected == answer.build(load_facts(older)).content.lead
    assert "These results hold no verdict." == verdict.build(load_facts(older)).content.absent


def test_older_results_say_that_they_lack_comparisons() -> None:
    """the same for comparisons"""
    older = make_results()
    del older["comparisons"]
    assert "These results hold no comparisons." == comparisons.build(load_facts(older)).content.absent


def test_only_baseline() -> None:
    """nothing to compare and nothing to judge: both are said"""
    alone = {"strategies": ("baseline",), "classifiers": ("svc",), "runs": make_runs(("baseline",), ("svc",), 6)}
    assert "Only baseline was run, so there is nothing to compare." == comparisons_of(**alone).absent
    content = verdict_of(**alone)
    assert (None, "No oversampling strategy was listed, so there is no verdict on one.") == (
        content.table,
        content.no_table,
    )


def test_a_job_that_cannot_tell_recommends_nothing() -> None:
    """where every run failed the answer says so, and numbers are dashes with their reason"""
    failed = [without_numbers(run, "failed", "no luck") for run in make_runs()]
    content = answer_of(runs=failed)
    assert "This job cannot tell whether oversampling helps: there is nothing to compare." == content.lead
    assert ("Nothing is recommended", ".") == (content.action, content.use)
    assert () == verdict_of(runs=failed).paragraphs
    assert ["–"] * 3 == [tile.after for tile in content.tiles[:3]]
    assert "No chart: no strategy has a recall with logistic_regression on any split." == content.why_no_picture
    (table, *_) = [compared.primary for compared in comparisons_of(runs=failed).classifiers]
    assert (("a", "No split has a value of both."),) == table.footnotes
    assert {"a"} == {row.cells[0].footnote for row in table.rows}


def test_comparisons_show_differences_intervals_and_p(results: dict[str, Any], page: Page) -> None:
    """the table of the primary metric has each strategy against baseline, then ours against SMOTE"""
    rows = page.rows("compared-0")[1:]
    found = [
        row
        for row in results["comparisons"]
        if row["metric"] == "average_precision" and row["classifier"] == "logistic_regression"
    ]
    assert [f"{row['strategy']} against {row['reference']}" for row in found] == [row[0].words for row in rows]
    for row, cells in zip(found, rows, strict=True):
        shown = [cell.words.replace("−", "-") for cell in cells[1:]]
        assert f"{row['difference']:+.3f}" == shown[0]
        assert f"{row['lower']:+.3f} to {row['upper']:+.3f}" == shown[1]
        assert f"{row['p_value']:.3f}" == shown[2]
        assert str(row["n_splits"]) == shown[-1]


def test_one_split_is_called_blind() -> None:
    """what a bootstrap cannot see is said where its numbers stand"""
    bootstrapped = make_results(runs=make_runs(n_repeats=1))
    for row in bootstrapped["comparisons"]:
        row["method"] = "paired_bootstrap_one_split"
    facts = load_facts(bootstrapped)
    assert "is blind to how another split would have turned out" in comparisons.build(facts).content.reading
    assert "says nothing of the luck in another split" in verdict.build(facts).content.reading
