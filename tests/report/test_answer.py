"""The first screen: the answer in every state of a job, and four numbers that are the results' own."""

from __future__ import annotations

from typing import Any

import pytest
from html_page import Page
from outcomes import OUTCOMES, make_moved, make_outcome

from job.report.facts import load_facts
from job.report.render import render_report
from job.report.sections import answer

RECALL, ALARMS, PRECISION, CALIBRATION = range(4)
EXPECTED = {
    "helps": ("helps", "Oversampling helps svc here.", "Use smote with svc: it finds 79 of every 100 minority rows"),
    "moved threshold": ("no_help", "Oversampling doesn't help svc here.", "Use threshold with svc: it finds 75 of"),
    "leave it": ("no_help", "Oversampling doesn't help svc here.", "Leave svc as it is (baseline): it finds 45 of"),
    "undecided": (
        "undecided",
        "Undecided: no gain from oversampling is shown here, and none is ruled out.",
        "Leave svc as it is (baseline): it finds 45 of",
    ),
    "cannot tell": ("cannot_tell", "This job cannot tell whether oversampling helps.", "Nothing is recommended."),
    "not asked": (
        "no_oversampling_strategy",
        "No over-sampling strategy was listed, so this job doesn't say whether oversampling helps.",
        "Use threshold with svc: it finds ",
    ),
    "one split": ("cannot_tell", "This job cannot tell whether oversampling helps.", "Nothing is recommended."),
    "baseline alone": (
        "no_oversampling_strategy",
        "No over-sampling strategy was listed, so this job doesn't say whether oversampling helps.",
        "Leave svc as it is (baseline), the only combination that was tried: it finds ",
    ),
    "failed": ("no_help", "Oversampling doesn't help svc here.", "Use threshold with svc: it finds 75 of"),
    "without probabilities": ("no_help", "Oversampling doesn't help svc here.", "Use threshold with svc: it finds "),
}


def content_of(results: dict[str, Any]) -> Any:
    return answer.build(load_facts(results)).content


@pytest.mark.parametrize("name", EXPECTED)
def test_every_outcome_has_its_answer(name: str) -> None:
    """does it help, what to use, how sure that is with splits and minority rows, and four numbers"""
    results = OUTCOMES[name]()
    content = content_of(results)
    assert EXPECTED[name] == (
        results["verdict"]["headline"]["code"],
        content.lead,
        f"{content.action}{content.use}"[: len(EXPECTED[name][2])],
    )
    assert content.sure.startswith("How sure? ")
    assert "split" in content.sure
    assert "209" in content.sure
    assert 4 == len(content.tiles)
    assert content.picture is not None


@pytest.mark.parametrize("name", OUTCOMES)
def test_the_page_shows_what_was_built(name: str) -> None:
    """answer, numbers and chart stand in the first section of a page without a problem, whatever the labels"""
    results = OUTCOMES[name]()
    content, page = content_of(results), Page(render_report(results))
    assert [] == page.problems
    (section,) = [element for element in page.all("section") if element.attributes["id"] == "answer"]
    for text in (content.lead, f"{content.action}{content.use}", content.sure, *content.why, content.trouble):
        assert " ".join(text.split()) in section.words
    tiles = [tile for tile in page.elements if tile.has_class("tile")]
    assert [tile.label for tile in content.tiles] == [page.inside(tile, "dt")[0].words for tile in tiles]
    for tile, shown in zip(content.tiles, tiles, strict=True):
        parts = (tile.before, tile.after, tile.change, tile.word, tile.other)
        assert all(" ".join(part.split()) in shown.words for part in parts)
    assert 1 == len(page.inside(section, "img"))


def test_the_numbers_are_those_of_the_results() -> None:
    """before and after are means over the splits, and the change is the tested difference with its interval"""
    results = make_moved()
    rows = {
        row["metric"]: row
        for row in results["comparisons"]
        if (row["strategy"], row["classifier"], row["reference"]) == ("threshold", "svc", "baseline")
    }
    means = {(row["strategy"], row["metric"]): row["value"] for row in results["summary"] if row["classifier"] == "svc"}
    recall, alarms, precision, calibration = content_of(results).tiles

    def interval(metric: str, scale: float) -> str:
        values = (f"{scale * rows[metric][key]:+.0f}" for key in ("difference", "lower", "upper"))
        return "{} ({} to {})".format(*values)

    assert [f"{100 * means[name, 'recall']:.0f}" for name in ("baseline", "threshold")] == [recall.before, recall.after]
    assert (interval("recall", 100), "better", "best") == (recall.change, recall.word, recall.tone)
    assert f"{means['threshold', 'false_alarms_per_1000']:.0f}" == alarms.after
    assert (interval("false_alarms_per_1000", 1), "worse", "worst") == (alarms.change, alarms.word, alarms.tone)
    assert f"{means['threshold', 'average_precision']:.3f}" == precision.after == precision.before
    assert ("the same", "") == (precision.word, precision.change)
    errors = {row["strategy"]: row["raw"]["ece"] for row in results["harm"]["rows"] if row["classifier"] == "svc"}
    assert [f"{errors[name]:.3f}" for name in ("baseline", "threshold")] == [calibration.before, calibration.after]


def test_baseline_is_told_beside_what_something_else_would_change() -> None:
    """where baseline is recommended its own values are large, and the other strategy's stand with their name"""
    content = content_of(OUTCOMES["leave it"]())
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
    tiles = content_of(OUTCOMES["undecided"]()).tiles
    assert [("may be chance", "")] * 3 == [(tile.word, tile.tone) for tile in tiles[:3]]


def test_where_nothing_is_recommended_nothing_is_compared() -> None:
    """the values of baseline stand alone, and it says why"""
    content = content_of(OUTCOMES["cannot tell"]())
    assert "nothing is recommended, so these are the values as they are; mean of three splits" == content.beside.note
    assert {("", "", "")} == {(tile.before, tile.word, tile.other) for tile in content.tiles}


def test_a_classifier_without_probabilities_has_no_calibration() -> None:
    """a dash and the reason, and no sentence on probabilities"""
    content = content_of(OUTCOMES["without probabilities"]())
    assert ("–", "svc gave no probabilities") == (content.tiles[CALIBRATION].after, content.tiles[CALIBRATION].change)
    assert "robabilit" not in content.use


def test_without_splits_in_common_numbers_are_those_that_there_are() -> None:
    """a strategy is compared on the splits that it shares with baseline"""
    results = make_moved()
    for run in results["runs"]:
        if (run["strategy"], run["repeat"]) == ("threshold", 0):
            run["metrics"]["recall"] = None
    kept = [
        (run["strategy"], 100 * run["metrics"]["recall"])
        for run in results["runs"]
        if run["classifier"] == "svc" and run["repeat"] > 0
    ]
    means = {name: sum(value for label, value in kept if label == name) / 9 for name in ("baseline", "threshold")}
    tile = content_of(results).tiles[RECALL]
    assert (f"{means['baseline']:.0f}", f"{means['threshold']:.0f}") == (tile.before, tile.after)


def test_one_split_is_not_called_tested() -> None:
    """without a test there is no word of better or worse"""
    results = make_outcome({"baseline": {}, "threshold": {"recall": 0.7}}, n_repeats=4)
    headline, place = results["verdict"]["headline"], {"strategy": "threshold", "classifier": "svc"}
    results["verdict"]["headline"] = {
        **headline,
        "recommended": place,
        "numbers": {**headline["numbers"], "best": place, "candidates": [place]},
    }
    assert {"not tested"} == {tile.word for tile in content_of(results).tiles[:3]}


def test_the_charts_of_other_classifiers_stand_below() -> None:
    """the main classifier's chart is drawn once, and its block leads back to it"""
    page = Page(render_report(make_moved()))
    captions = [
        image.attributes["alt"]
        for image in page.all("img")
        if image.attributes["alt"].startswith("Minority recall with")
    ]
    assert 1 == sum("with svc, mean and range" in caption for caption in captions)
    assert 1 == sum("with knn, mean and range" in caption for caption in captions)
    assert "Its chart of recall stands in the answer." in page.by_id("overview").words
