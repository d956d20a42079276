"""The first screen: the answer in every state of a job, and four numbers that are the results' own."""

from __future__ import annotations

import re
from typing import Any

import pytest
from evidence_factories import make_diagnosis, make_finding
from html_page import Page
from outcomes import BETTER, OUTCOMES, make_moved, make_outcome
from report_factories import make_dataset, make_results, render_sections, without_numbers

from job.console.ending import write_answer
from job.report.facts import load_facts
from job.report.render import render_report
from job.report.sections import answer
from job.report.summary_md import escape_markdown, render_summary
from job.results.job_facts import Run
from job.results.record import Pair
from job.results.results import Results
from job.wording.headline import tell_answer

RECALL, ALARMS, PRECISION, CALIBRATION = range(4)
LINKED = ("data.diagnosis", "runs", "cutoffs", "overview", "comparisons")
"""Sections that the first screen leads to, and those that these lead to."""
HELPS = {"baseline": {}, "smote": BETTER}
NOT_LISTED = "No oversampling strategy was listed, so this job doesn't say whether oversampling helps."
ALIKE = "Oversampling makes no practical difference to svc here"
LEAVE = "Use svc without resampling (baseline): at the advised cut-off of 0.4"
EXPECTED = {
    "helps": (
        "helps",
        "Oversampling helps svc here: more than 99 % probability of a gain in average precision of ",
        "Use smote with svc (trained with synthetic minority rows): at the advised cut-off of 0.4",
    ),
    "moved threshold": ("no_practical_difference", ALIKE, LEAVE),
    "leave it": ("no_practical_difference", ALIKE, LEAVE),
    "undecided": ("open", "Whether oversampling helps svc is open: 48 % probability of a loss in ave", LEAVE),
    "cannot tell": (
        "cannot_tell",
        "This job can't tell whether oversampling helps svc: too few splits (three splits with both results, 5 needed)",
        LEAVE,
    ),
    "not asked": ("no_oversampling_strategy", NOT_LISTED, LEAVE),
    "one split": ("cannot_tell", "This job can't tell whether oversampling helps svc: too few ", LEAVE),
    "baseline alone": ("no_oversampling_strategy", NOT_LISTED, LEAVE),
    "failed": ("open", "Whether oversampling helps svc is open", LEAVE),
    "without probabilities": ("no_practical_difference", ALIKE, LEAVE),
}


def content_of(results: Results) -> Any:
    return answer.build(load_facts(results)).content


def runs_of(results: Results) -> list[dict[str, Any]]:
    """Its runs, to be changed."""
    return [run.model_dump() for run in results.runs]


def at_own(results: Results) -> Results:
    """The same without an advised cut-off, so that each strategy is shown at its own decision."""
    headline = results.verdict.headline.model_copy(update={"cutoff": None})
    return results.model_copy(update={"verdict": results.verdict.model_copy(update={"headline": headline})})


def with_runs(results: Results, runs: list[dict[str, Any]]) -> Results:
    """The same with other runs, and all else as it was."""
    return results.model_copy(update={"runs": tuple(map(Run.model_validate, runs))})


@pytest.mark.parametrize("name", EXPECTED)
def test_every_outcome_has_its_answer(name: str) -> None:
    """does it help, what to use, how sure that is with splits and minority rows, its cut-off, and four numbers"""
    results = OUTCOMES[name]()
    content = content_of(results)
    code, lead, use = EXPECTED[name]
    assert (code, lead, use) == (
        results.verdict.headline.code,
        content.told.short[: len(lead)],
        f"{content.told.action}{content.told.use}"[: len(use)],
    )
    assert any("no alert at all would cost" in text for text in content.told.cutoffs)
    assert content.told.sure.startswith("This is based on ")
    assert "split" in content.told.sure
    assert "209" in content.told.sure
    assert 4 == len(content.tiles)
    assert content.picture is not None


@pytest.mark.parametrize("name", OUTCOMES)
def test_the_page_shows_what_was_built(name: str) -> None:
    """answer, numbers and chart stand in the first section of a page without a problem, whatever the labels"""
    results = OUTCOMES[name]()
    content, page = content_of(results), Page(render_sections(results, "answer", *LINKED))
    assert [] == page.problems
    (section,) = [element for element in page.all("section") if element.attributes["id"] == "answer"]
    told = content.told
    use, why = f"{told.action}{told.use}", (told.others, told.why, told.choice)
    for text in (told.short, use, told.found, told.sure, *told.cutoffs, *why):
        assert " ".join(text.split()) in section.words
    if content.trouble is not None:
        assert all(text in section.words for text in (content.trouble.head, content.trouble.rest))
    tiles = [tile for tile in page.elements if tile.has_class("tile")]
    assert [f"{tile.label}{tile.unit}" for tile in content.tiles] == [
        page.inside(tile, "dt")[0].words for tile in tiles
    ]
    for tile, shown in zip(content.tiles, tiles, strict=True):
        parts = (tile.before, tile.after, tile.change, tile.word, tile.other, tile.note)
        assert all(" ".join(part.split()) in shown.words for part in parts)
    assert 1 == len(page.inside(section, "img"))


@pytest.mark.parametrize("name", ["helps", "undecided", "not asked"])
def test_page_terminal_and_markdown_say_the_same(name: str) -> None:
    """the sentence that answers the question, and what to use: word for word, whoever shows it"""
    results = OUTCOMES[name]()
    told = tell_answer(results)
    (lead,), (use,) = (Page(render_sections(results, "answer")).texts(kind) for kind in ("lead", "use"))
    terminal, summary = " ".join(write_answer(results, 80)), render_summary(results)
    for said, shown in ((told.short, lead), (f"{told.action}{told.use}", use)):
        assert said == " ".join(shown.split())
        assert said in terminal
        assert escape_markdown(said) in summary


def test_the_numbers_are_those_of_the_results() -> None:
    """before and after are means over the splits, and the change is the tested difference with its interval"""
    results = OUTCOMES["helps"]()
    rows = {
        row.metric: row
        for row in results.comparisons
        if (row.strategy, row.classifier, row.reference) == ("smote", "svc", "baseline")
    }
    means = {(row.strategy, row.metric): row.value for row in results.summary if row.classifier == "svc"}
    recall, alarms, precision, calibration = content_of(at_own(results)).tiles

    def interval(metric: str, scale: float, decimals: int = 0) -> str:
        found = rows[metric]
        values = (f"{scale * value:+.{decimals}f}" for value in (found.difference, found.lower, found.upper))
        return "{} ({} to {})".format(*values)

    assert [f"{100 * means[name, 'recall']:.0f}" for name in ("baseline", "smote")] == [recall.before, recall.after]
    assert (interval("recall", 100), "better", "best") == (recall.change, recall.word, recall.tone)
    assert f"{means['smote', 'false_alarms_per_1000']:.0f}" == alarms.after
    assert (interval("false_alarms_per_1000", 1), "worse", "worst") == (alarms.change, alarms.word, alarms.tone)
    found = [f"{means[name, 'average_precision']:.3f}" for name in ("baseline", "smote")]
    assert found == [precision.before, precision.after]
    (told,) = [row.ranking for row in results.verdict.rows if row.place == ("smote", "svc")]
    simultaneous = f"{told.difference:+.3f} ({told.lower:+.3f} to {told.upper:+.3f})"
    assert (simultaneous, "better") == (precision.change, precision.word)
    errors = {row.strategy: row.raw.ece for row in results.calibration.rows if row.classifier == "svc"}
    assert [f"{errors[name]:.3f}" for name in ("baseline", "smote")] == [calibration.before, calibration.after]


def test_an_advised_cutoff_has_its_numbers() -> None:
    """recall and false alerts are those of the advised cut-offs on the test parts, with the interval of that level"""
    results = OUTCOMES["leave it"]()
    content = content_of(results)
    rows = {row.strategy: row for row in results.decisions.rows if row.classifier == "svc"}
    mine, theirs = rows["baseline"], rows["smote"]
    assert mine.recall is not None
    assert theirs.recall is not None
    low, high = mine.intervals["recall"] or (0.0, 0.0)
    tile = content.tiles[RECALL]
    assert (f"{100 * mine.recall:.0f}", f"smote: {100 * theirs.recall:.0f}", "") == (tile.after, tile.other, tile.word)
    assert f"baseline: 95 % interval {100 * low:.0f} to {100 * high:.0f}" == tile.change
    assert f"{100 * (mine.precision or 0.0):.0f} % of alerts are correct" == content.tiles[ALARMS].note
    assert "at the cut-off advised for it" in content.beside.note


def test_baseline_is_told_beside_what_something_else_would_change() -> None:
    """where baseline is recommended its own values are large, and the other strategy's stand with their name"""
    content = content_of(at_own(OUTCOMES["leave it"]()))
    assert (None, "baseline", "smote") == (
        content.beside.before,
        content.beside.after.label,
        content.beside.other.label,
    )
    assert [""] * 4 == [tile.before for tile in content.tiles]
    assert "smote: 75" == content.tiles[RECALL].other
    assert content.tiles[ALARMS].word == "worse"


def test_what_may_be_chance_is_called_so() -> None:
    """an interval on both sides of zero is neither better nor worse"""
    tiles = content_of(at_own(OUTCOMES["undecided"]())).tiles
    assert [("may be chance", "")] * 3 == [(tile.word, tile.tone) for tile in tiles[:3]]


def test_where_nothing_is_recommended_nothing_is_compared() -> None:
    """where no run was scored there are dashes, and it says why"""
    moved = make_moved()
    labels = tuple(entry.label for entry in moved.strategies)
    runs = [without_numbers(run, "failed", "no luck") for run in runs_of(moved)]
    content = content_of(make_results(labels, ("svc", "knn"), runs))
    note = (
        "nothing is recommended, so these are the values as they are; each at its own decision threshold, "
        "means of ten splits"
    )
    assert note == content.beside.note
    assert {("", "–", "", "")} == {(tile.before, tile.after, tile.word, tile.other) for tile in content.tiles[:3]}
    assert ("Nothing is recommended, since no run was scored.", "", ()) == (
        content.told.action,
        content.told.use,
        content.told.cutoffs,
    )


def test_too_few_splits_are_compared_and_not_tested() -> None:
    """baseline is recommended all the same, and the difference stands without a word of better or worse"""
    content = content_of(at_own(OUTCOMES["cannot tell"]()))
    assert ("smote", {"not tested"}) == (content.beside.other.label, {tile.word for tile in content.tiles[:3]})


def test_a_classifier_without_probabilities_has_no_calibration() -> None:
    """a dash and the reason, and no sentence on probabilities"""
    content = content_of(OUTCOMES["without probabilities"]())
    assert ("–", "svc gave no probabilities") == (content.tiles[CALIBRATION].after, content.tiles[CALIBRATION].change)
    assert "robabilit" not in content.told.use


def test_without_splits_in_common_numbers_are_those_that_there_are() -> None:
    """a strategy is compared on the splits that it shares with baseline"""
    moved = make_moved()
    runs = runs_of(moved)
    for run in runs:
        if (run["strategy"], run["repeat"]) == ("smote", 0):
            run["metrics"]["recall"] = None
    results = with_runs(moved, runs)
    kept = [
        (run.strategy, 100 * (run.metrics["recall"] or 0.0))
        for run in results.runs
        if run.classifier == "svc" and run.repeat > 0
    ]
    means = {name: sum(value for label, value in kept if label == name) / 9 for name in ("baseline", "smote")}
    tile = content_of(at_own(results)).tiles[RECALL]
    assert (f"{means['baseline']:.0f}", f"smote: {means['smote']:.0f}") == (tile.after, tile.other)


def test_one_split_is_not_called_tested() -> None:
    """without a test there is no word of better or worse"""
    results = make_outcome({"baseline": {}, "threshold": {"recall": 0.7}}, n_repeats=4)
    headline, place = results.verdict.headline, Pair(strategy="threshold", classifier="svc")
    numbers = headline.numbers.model_copy(update={"best": place})
    other = headline.model_copy(update={"recommended": place, "numbers": numbers})
    verdict = results.verdict.model_copy(update={"headline": other})
    assert {"not tested"} == {
        tile.word for tile in content_of(at_own(results.model_copy(update={"verdict": verdict}))).tiles[:3]
    }


def test_the_charts_of_other_classifiers_stand_below() -> None:
    """the main classifier's chart is drawn once, in the answer"""
    page = Page(render_sections(make_moved(), "answer", "overview"))
    captions = [
        image.attributes["alt"]
        for image in page.all("img")
        if image.attributes["alt"].startswith("Minority recall with")
    ]
    assert 1 == sum("with svc, mean and range" in caption for caption in captions)
    assert 1 == sum("with knn, mean and range" in caption for caption in captions)


def test_the_share_of_right_alarms_stands_beside_the_false_ones() -> None:
    """from recall and false alerts over the same splits; baseline's, or that of what is compared, beside it"""
    results = make_moved()
    means = {(row.strategy, row.metric): row.value for row in results.summary if row.classifier == "svc"}

    def right(strategy: str) -> str:
        found = 105 * means[strategy, "recall"]
        return f"{100 * found / (found + means[strategy, 'false_alarms_per_1000']):.0f} %"

    alarms = content_of(at_own(results)).tiles[ALARMS]
    assert f"{right('baseline')} of alerts are correct, smote: {right('smote')}" == alarms.note
    assert "80 % of alerts are correct, before: 82 %" == content_of(at_own(OUTCOMES["helps"]())).tiles[ALARMS].note
    assert "82 % of alerts are correct" == content_of(at_own(OUTCOMES["baseline alone"]())).tiles[ALARMS].note


def test_a_model_that_raises_no_alarm_has_none_right() -> None:
    """no share of nothing"""
    silent: dict[str, float | None] = {"recall": 0.0, "false_alarms_per_1000": 0.0}
    results = make_outcome({"baseline": silent, "threshold": {"recall": 0.7, "false_alarms_per_1000": 300.0}})
    assert content_of(at_own(results)).tiles[ALARMS].note == "no alerts, threshold: 20 %"
    ranks_better = make_outcome({"baseline": silent, "smote": {**BETTER, "recall": 0.7}})
    assert content_of(at_own(ranks_better)).tiles[ALARMS].note.endswith("% of alerts are correct, before: no alerts")


def test_calibration_is_judged_beside_that_of_perfect_probabilities() -> None:
    """and each number has what to compare it with"""
    moved = make_moved()
    rows = tuple(
        row.model_copy(update={"raw": row.raw and row.raw.model_copy(update={"ece": 0.04})})
        for row in moved.calibration.rows
    )
    results = moved.model_copy(update={"calibration": moved.calibration.model_copy(update={"rows": rows})})
    calibration = content_of(results).tiles[CALIBRATION]
    assert ("", "baseline: not calibrated; a perfectly calibrated model would have 0.008 to 0.017") == (
        calibration.word,
        calibration.note,
    )
    assert "a random ranking has 0.117" == content_of(results).tiles[PRECISION].note


def test_a_small_test_part_is_said_to_read_high() -> None:
    """beside average precision, by how much, where that can be seen with two decimals"""
    moved = make_moved()
    for optimism, words in ((0.0312, "; small test parts inflate average precision by about 0.03"), (0.004, "")):
        rows = tuple(row.model_copy(update={"optimism": optimism}) for row in moved.levels.rows)
        results = moved.model_copy(update={"levels": moved.levels.model_copy(update={"rows": rows})})
        assert f"a random ranking has 0.117{words}" == content_of(results).tiles[PRECISION].note


def test_the_warning_names_what_failed_and_whether_it_matters() -> None:
    """strategies that failed alike together, and how many splits the recommendation has"""
    trouble = content_of(OUTCOMES["failed"]()).trouble
    assert "22 of 80 runs failed:" == trouble.head
    assert (
        "smote with both classifiers on some splits; custom with both classifiers. "
        "The recommended strategy ran on every split."
    ) == trouble.rest
    moved = make_moved()
    runs = [
        without_numbers(run, "failed", "too much") if (run["strategy"], run["repeat"]) == ("baseline", 1) else run
        for run in runs_of(moved)
    ]
    labels = tuple(entry.label for entry in moved.strategies)
    touched = make_results(labels, ("svc", "knn"), runs).model_copy(update={"verdict": moved.verdict})
    assert content_of(touched).trouble.rest == (
        "baseline with both classifiers on some splits. "
        "The recommended strategy ran on 9 of 10 splits, its baseline on 9."
    )


def test_where_all_went_well_the_subtitle_says_so() -> None:
    """and no warning stands above the answer"""
    results = make_moved()
    assert content_of(results).trouble is None
    assert "ten splits; all 80 runs completed." in render_report(results)


def test_a_problem_with_the_data_is_told_before_the_answer() -> None:
    """a column that gives the answer away stands on the page, in summary.md and in the terminal, a warning doesn't"""
    problem = make_finding("x", "problem", found="One gives it away.", columns=["<b>x</b>"])
    warning = make_finding("x", "warning", found="Few rows.")
    assert [] == Page(render_sections(make_outcome(HELPS), "answer")).texts("problem")
    told = {}
    for n_problems in (1, 4):
        diagnosis = make_diagnosis(findings=[warning, *[problem] * n_problems])
        changed = make_outcome(HELPS, dataset=make_dataset(diagnosis=diagnosis))
        told[n_problems] = content_of(changed).told.problems
        (shown,) = Page(render_sections(changed, "answer")).texts("problem")
        assert "A problem with the data: One gives it away (<b>x</b>)." in shown
        assert "One gives it away" in render_summary(changed).partition("**")[0]
        assert next(write_answer(changed, 80)).startswith("A problem with the data: One gives it away (<b>x</b>).")
    assert ("One gives it away (<b>x</b>).",) == told[1]
    assert (*told[1] * 2, "2 more are listed in the report under Data difficulty.") == told[4]


def test_an_axis_of_false_alarms_has_plain_numbers_where_there_are_none() -> None:
    """not one false alert on any split: the axis goes to one in 1,000 rows"""
    runs = runs_of(make_outcome(HELPS))
    for run in runs:
        run["metrics"]["false_alarms_per_1000"] = 0.0
    picture = content_of(make_results(tuple(HELPS), ("svc",), runs)).picture
    ticks = [text for text in re.findall(r">([^<>]+)</(?:text|tspan)>", picture.svg) if text[0].isdigit()]
    assert ["0", "0.5", "1", "0", "0.4", "0.8"] == ticks
