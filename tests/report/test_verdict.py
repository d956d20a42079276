"""The two answers and the comparisons on the page, in every state of a job."""

from __future__ import annotations

import re
from typing import Any

import pytest
from html_page import Page
from judged import make_tested
from outcomes import BETTER, MOVED, OUTCOMES, make_outcome
from report_factories import CLASSIFIERS, STRATEGIES, make_results, make_runs, render_sections, without_numbers

from job.evidence.verdict import rules
from job.report.facts import load_facts
from job.report.render import render_report
from job.report.sections import answer, comparisons, verdict
from job.results.results import Results
from job.results.verdict_facts import VerdictRow
from job.text import sentence
from job.wording.verdict_rows import DECISION_TITLES, RANKING_TITLES, describe_decision

LONG = "a label that is far too long for a cell of a table"
PLUS, MINUS = "+", "−"

SHOWN = ("answer", "verdict", "comparisons")


@pytest.fixture(scope="module")
def results() -> Results:
    return make_results()


@pytest.fixture(scope="module")
def page(results: Results) -> Page:
    return Page(render_sections(results, *SHOWN))


def verdict_of(results: Results) -> Any:
    return verdict.build(load_facts(results)).content


def answer_of(results: Results) -> Any:
    return answer.build(load_facts(results)).content


def comparisons_of(results: Results) -> Any:
    return comparisons.build(load_facts(results)).content


def cells(table: Any) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


RANKED, DECIDED = 0, 1


def all_cells(content: Any, place: int) -> list[list[str]]:
    """Of one of the two tables of every classifier."""
    return [row for block in content.blocks for row in cells(block.tables[place])]


def words_of(page: Page, key: str) -> str:
    return str(page.by_id(key).words)


def test_the_answer_opens_the_page(page: Page, results: Results) -> None:
    """the first words of the first section are about the classifier that is recommended"""
    assert "answer" == page.all("section")[0].attributes["id"]
    (lead,) = page.texts("lead")
    recommended = results.verdict.headline.recommended
    assert recommended is not None
    assert recommended.classifier in lead


def test_every_oversampler_has_both_answers(page: Page, results: Results) -> None:
    """with each classifier a row in either table: what it is called, its numbers, its sentence"""
    rows = results.verdict.rows
    ranked, decided = (rows_of(page, key) for key in TABLES)
    expected = [[row.strategy, RANKING_TITLES[row.ranking.code]] for row in rows]
    assert expected == [row[:2] for row in ranked]
    assert [
        [row.strategy, DECISION_TITLES[row.decision.code], sentence(describe_decision(row))] for row in rows
    ] == decided
    for row, shown in zip(rows, ranked, strict=True):
        tested = row.ranking
        limits = (tested.difference, tested.lower, tested.upper)
        numbers = [f"{value:+.3f}".replace("-", MINUS) for value in limits]
        assert "{} (simultaneous 95 % interval {} to {})".format(*numbers) == shown[2]
        likeliest = max(tested.probability_better, tested.probability_equivalent, tested.probability_worse)
        assert shown[3].startswith(f"{100 * likeliest:.0f} % probability of a ")


TABLES = ("verdicts", "decisions-answer")


def rows_of(page: Page, key: str) -> list[list[str]]:
    """The rows of this table of every classifier, in their order."""
    return [[cell.words for cell in row] for at in range(len(CLASSIFIERS)) for row in page.rows(f"{key}-{at}")[1:]]


def sign_of(text: str) -> str:
    """What an interval excludes: + where both limits are above zero."""
    limits = re.search(r"interval (\S+) to (\S+)\)", text)
    assert limits
    return limits[1][0] if limits[1][0] == limits[2][0] else ""


@pytest.mark.parametrize("name", ["helps", "moved threshold", "undecided", "hostile", "large"])
def test_no_answer_contradicts_the_interval_beside_it(name: str) -> None:
    """better and worse only where it excludes zero on that side, and excluding it is never called open"""
    told = [row for row in all_cells(verdict_of(OUTCOMES[name]()), RANKED) if "interval" in row[1]]
    for title, difference, _ in told:
        if title in ("Better", "Worse"):
            assert {"Better": PLUS, "Worse": MINUS}[title] == sign_of(difference)
        elif title == "Open":
            assert "" == sign_of(difference)


@pytest.mark.parametrize("name", ["helps", "moved threshold", "undecided", "hostile"])
def test_no_chip_contradicts_the_interval_beside_it(name: str) -> None:
    """on the first screen, too"""
    for tile in answer_of(OUTCOMES[name]()).tiles[:3]:
        limits = re.search(r"\((\S+) to (\S+)\)", tile.change)
        if limits is not None:
            assert (tile.word in ("better", "worse")) == (limits[1][0] == limits[2][0] and "0" != limits[1]), tile


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        (rules.BETTER, {"p_adjusted": 0.01, "lower": 0.01}),
        (rules.PROBABLY_WORSE, {"probability_worse": 0.8, "probability_better": 0.1, "probability_equivalent": 0.1}),
        (rules.EQUIVALENT, {"probability_equivalent": 0.97, "probability_better": 0.02, "probability_worse": 0.01}),
    ],
)
def test_every_code_is_called_by_its_title(results: Results, code: str, changes: dict[str, Any]) -> None:
    """with the probability that goes with it"""
    row = results.verdict.rows[0].model_dump()
    tested = {**row["ranking"], **make_tested(**changes).model_dump(), "code": code}
    found = VerdictRow.model_validate({**row, "ranking": tested})
    verdict = results.verdict.model_copy(update={"rows": (found,)})
    changed = results.model_copy(update={"verdict": verdict})
    ((title, _, sure),) = all_cells(verdict_of(changed), RANKED)
    assert RANKING_TITLES[code] == title
    assert re.fullmatch(
        r"\d\d % probability of (a (gain|loss) of more than 0\.010|no practical difference \(at most 0\.010\))", sure
    )


def test_what_is_untested_says_what_is_lacking() -> None:
    """the difference stands, without an interval, and in place of a probability what it would take"""
    ((title, difference, why),) = all_cells(verdict_of(OUTCOMES["cannot tell"]()), RANKED)
    assert ("Untested", "too few splits (three splits with both results, 5 needed)") == (title, why)
    assert "interval" not in difference


def test_a_strategy_that_never_ran_has_a_reason() -> None:
    """and no number"""
    content = verdict_of(OUTCOMES["failed"]())
    assert ["Untested", "no split has a value for both", "–"] == all_cells(content, RANKED)[1]
    decided = all_cells(content, DECIDED)[1]
    assert "There are no decisions to compare." == decided[-1]


def test_without_an_oversampler_there_is_a_sentence() -> None:
    """and no table"""
    for name in ("not asked", "baseline alone"):
        content = verdict_of(OUTCOMES[name]())
        assert ((), False) == (content.blocks, content.power)
        page = Page(render_report(OUTCOMES[name]()))
        assert "No oversampling strategy was listed, so there is no verdict on one." in words_of(page, "verdict")
        assert [] == page.problems


def test_ours_against_smote_has_its_own_table(results: Results, page: Page) -> None:
    """one row with each classifier; where there are not both, there is none"""
    rivals = results.verdict.custom_against_smote
    expected = [[f"{row.strategy} against {row.reference}", RANKING_TITLES[row.code]] for row in rivals]
    assert expected == [row[:2] for row in rows_of(page, "rivals")]
    assert 2 == len(rivals)
    assert {2} == {len(block.tables) for block in verdict_of(make_results(strategies=STRATEGIES[:4])).blocks}


def test_labels_are_shortened_in_sentences_too() -> None:
    """the page calls a strategy by one name everywhere"""
    long = make_results(strategies=("baseline", LONG), classifiers=("svc",))
    content, first = verdict_of(long), answer_of(long)
    names = [row.name.short for table in content.blocks[0].tables for row in table.rows]
    told = (first.told.short, first.told.action, first.told.why)
    texts = [*told, *names, *(text for row in all_cells(content, DECIDED) for text in row)]
    assert [] == [text for text in texts if LONG in text]
    assert any("…" in text for text in texts)


def test_hostile_labels_are_text() -> None:
    """in every table and sentence of the section"""
    hostile = OUTCOMES["hostile"]()
    page = Page(render_report(hostile))
    assert [] == page.problems
    for table in TABLES:
        assert len(hostile.verdict.rows) == sum(len(page.rows(f"{table}-{at}")) - 1 for at in (0, 1))
    assert not page.inside(page.by_id("verdict"), "script")


def test_only_baseline_has_nothing_to_compare() -> None:
    """which is said"""
    alone = make_results(("baseline",), ("svc",), make_runs(("baseline",), ("svc",), 6))
    assert () == comparisons_of(alone).classifiers
    assert "Only baseline was run, so there is nothing to compare." in words_of(
        Page(render_sections(alone, *SHOWN)), "comparisons"
    )


def test_a_job_without_a_score_recommends_nothing() -> None:
    """where every run failed the answer says so, and numbers are dashes with their reason"""
    failed = make_results(runs=[without_numbers(run, "failed", "no luck") for run in make_runs()])
    content = answer_of(failed)
    assert content.told.short == (
        "This job can't tell whether oversampling helps logistic_regression: too few splits (no split with both "
        "results, 5 needed)."
    )
    assert ("Nothing is recommended, since no run was scored.", "") == (content.told.action, content.told.use)
    assert {"Untested"} == {row[0] for row in all_cells(verdict_of(failed), RANKED)}
    assert ["–"] * 3 == [tile.after for tile in content.tiles[:3]]
    assert "No chart: no strategy has a recall with logistic_regression on any split." == content.why_no_picture
    (table, *_) = [compared.primary for compared in comparisons_of(failed).classifiers]
    assert (("a", "No split has a value for both."),) == table.footnotes
    assert {"a"} == {row.cells[0].footnote for row in table.rows}


def test_comparisons_show_differences_intervals_and_p(results: Results, page: Page) -> None:
    """the table of the primary metric has each strategy against baseline, then ours against SMOTE"""
    rows = page.rows("compared-0")[1:]
    found = [
        row
        for row in results.comparisons
        if row.metric == "average_precision" and row.classifier == "logistic_regression"
    ]
    assert [f"{row.strategy} against {row.reference}" for row in found] == [row[0].words for row in rows]
    for row, shown in zip(found, rows, strict=True):
        texts = [cell.words.replace(MINUS, "-") for cell in shown[1:]]
        assert f"{row.difference:+.3f}" == texts[0]
        assert f"{row.lower:+.3f} to {row.upper:+.3f}" == texts[1]
        assert f"{row.p_value:.3f}" == texts[2]
        assert str(row.n_splits) == texts[-1]


def test_one_split_is_called_blind() -> None:
    """what a bootstrap cannot see is said where its numbers stand"""
    blind = make_results(runs=make_runs(n_repeats=1))
    rows = tuple(row.model_copy(update={"method": "paired_bootstrap_one_split"}) for row in blind.comparisons)
    bootstrapped = blind.model_copy(update={"comparisons": rows})
    assert "and nothing of how models trained on other rows would differ" in comparisons_of(bootstrapped).reading
    assert "20,000 bundles" not in comparisons_of(bootstrapped).reading
    splits = bootstrapped.splits.model_copy(update={"n_test_mean": 20_001.0})
    assert "20,000 bundles" in comparisons_of(bootstrapped.model_copy(update={"splits": splits})).reading
    reading = verdict_of(bootstrapped).reading
    assert "says nothing of another split, so no answer is more than probable" in reading
    assert "simultaneous over all oversamplers and classifiers of the job (Holm), at 95 % confidence" in reading


def test_what_it_would_take_to_know_more(page: Page, results: Results) -> None:
    """for each oversampler and classifier, from half to twice the estimate, and what one test row is worth"""
    for found, row in zip(rows_of(page, "power"), results.power.rows, strict=True):
        assert row.strategy == found[0]
        assert [f"{row.low:,.0f}", f"{row.high:,.0f}"] == [text.split()[0] for text in found[-2:]]
    worth = f"{100 / 42:.1f} points"
    assert f"Finding one minority row more or fewer in a test part changes recall by {worth}." in words_of(
        page, "verdict"
    )


def test_a_gain_and_a_moved_threshold_side_by_side() -> None:
    """one ranks better, the other only raises more alerts; the two tables tell them apart"""
    content = verdict_of(make_outcome({"baseline": {}, "smote": BETTER, "custom": MOVED}))
    assert ["Better", "Equivalent"] == [row[0] for row in all_cells(content, RANKED)]
    assert "A different threshold" == all_cells(content, DECIDED)[1][0]
