"""How much of a gain is ranking and how much a different threshold, read from the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean, stdev
from typing import Any

import pytest
from html_page import Page
from report_factories import make_results, make_runs, without_numbers

from job.report.facts import load_facts
from job.report.render import render_report
from job.report.sections.footing import Footings, build
from job.results.record import Pair

PAIR = ("baseline", "smote")
START = "Of every 100 minority rows smote finds 30 more than baseline"


def make_pairs(recall: Mapping[str, Sequence[float | None]], ranking: Sequence[float | None]) -> list[dict[str, Any]]:
    """Runs of one classifier with these recalls, and these rank gains of smote."""
    runs = []
    for run in make_runs(tuple(recall), ("svc",), len(ranking)):
        values = {"recall": recall[run["strategy"]][run["repeat"]], "rank_gain_at_own_fpr": 0.0}
        if run["strategy"] == "smote":
            values["rank_gain_at_own_fpr"] = ranking[run["repeat"]]
        undefined = {name: "no positives" for name, value in values.items() if value is None}
        runs.append({**run, "metrics": {**run["metrics"], **values}, "undefined": undefined})
    return runs


def footing_of(runs: Sequence[Mapping[str, Any]]) -> Footings:
    content = build(load_facts(make_results(PAIR, ("svc",), runs))).content
    assert isinstance(content, Footings)
    return content


def numbers(text: str) -> list[float]:
    return [float(part.replace("\u2212", "-")) for part in text.split(" ± ")]


def test_a_gain_is_parted_and_adds_up() -> None:
    """the whole is the mean difference in recall on the same splits, and its two parts add up to it"""
    baseline, smote, ranking = [0.4, 0.5, 0.6], [0.7, 0.9, 0.8], [0.1, 0.05, 0.15]
    page = Page(
        render_report(make_results(PAIR, ("svc",), make_pairs({"baseline": baseline, "smote": smote}, ranking)))
    )
    head, first, second = page.rows("footing-0")
    whole = [after - before for after, before in zip(smote, baseline, strict=True)]
    threshold = [gain - part for gain, part in zip(whole, ranking, strict=True)]
    for cell, values in zip(second[1:4], (whole, threshold, ranking), strict=True):
        assert pytest.approx([fmean(values), stdev(values)], abs=6e-4) == numbers(cell.words)
    assert ["", "", "", ""] == [cell.words for cell in first[1:5]]
    assert len(head) == 8
    shown = [numbers(cell.words)[0] for cell in second[1:4]]
    assert pytest.approx(shown[0], abs=2e-4) == shown[1] + shown[2]


def test_splits_without_a_pair_are_left_out() -> None:
    """a split on which recall or rank gain is missing counts for neither the whole nor its parts"""
    runs = make_pairs({"baseline": [0.4, None, 0.4], "smote": [0.6, 0.9, 0.9]}, [0.1, 0.5, None])
    page = Page(render_report(make_results(PAIR, ("svc",), runs)))
    assert ["+0.200", "+0.100", "+0.100"] == [cell.words for cell in page.rows("footing-0")[2][1:4]]


@pytest.mark.parametrize(
    ("smote", "ranking", "expected"),
    [
        (0.7, 0.1, f"{START}: 20 by a different threshold, 10 by a better ranking."),
        (
            0.7,
            -0.1,
            f"{START}; at the same number of false alerts, baseline would find as many: only the threshold differs.",
        ),
        (
            0.7,
            0.4,
            f"{START}; at the same number of false alerts, baseline would not find them: the ranking is better.",
        ),
        (0.3, 0.4, "smote finds no more minority rows than baseline."),
    ],
)
def test_the_largest_gain_is_told_in_whole_rows(smote: float, ranking: float, expected: str) -> None:
    """one sentence says what the gain is made of"""
    runs = make_pairs({"baseline": [0.4, 0.4], "smote": [smote, smote]}, [ranking, ranking])
    assert [expected] == [block.sentences[0] for block in footing_of(runs).blocks]


def test_without_baseline_or_others_there_is_nothing_to_compare() -> None:
    """failed runs leave a sentence, a footnote and no chart"""
    runs = [
        without_numbers(run, "failed", "no luck") if run["strategy"] == "baseline" else run
        for run in make_runs(PAIR, ("svc",), 3)
    ]
    (block,) = footing_of(runs).blocks
    assert () == block.pictures
    assert ("There is nothing to compare baseline with.",) == block.sentences
    assert any("No split has decisions of both" in text for _, text in block.tables[0].footnotes)
    alone = build(load_facts(make_results(("baseline",), ("svc",), make_runs(("baseline",), ("svc",), 3)))).content
    assert isinstance(alone, Footings)
    assert ["There is nothing to compare baseline with."] == [*alone.blocks[0].sentences]


def test_the_sentence_is_about_what_the_answer_quotes() -> None:
    """not about whatever gained most, which the reader was not told to use"""
    runs = make_pairs({"baseline": [0.4] * 3, "threshold": [0.9] * 3, "smote": [0.7] * 3}, [0.1] * 3)
    results = make_results(("baseline", "threshold", "smote"), ("svc",), runs)
    about = Pair(strategy="smote", classifier="svc")
    headline = results.verdict.headline.model_copy(update={"about": about, "recommended": None, "classifier": "svc"})
    verdict = results.verdict.model_copy(update={"headline": headline})
    (block,) = build(load_facts(results.model_copy(update={"verdict": verdict}))).content.blocks
    assert block.sentences[0].startswith(START)
