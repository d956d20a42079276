"""What is found against what it costs in false alerts, and who is on the front."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from html_page import Element, Page
from report_factories import make_results, make_runs, render_sections, without_numbers

from job.results.record import Pair

NAMES = ("baseline", "smote", "custom", "threshold")
BEATEN_TWICE = {"baseline": (0.4, 10.0), "smote": (0.8, 60.0), "custom": (0.8, 50.0), "threshold": (0.7, 70.0)}


def make_decisions(decisions: Mapping[str, Sequence[tuple[float | None, float | None]]]) -> list[dict[str, Any]]:
    """Runs of one classifier with this recall and these false alerts in 1,000 rows on each split."""
    n_repeats = len(next(iter(decisions.values())))
    return [
        {
            **run,
            "metrics": {
                **run["metrics"],
                **dict(
                    zip(("recall", "false_alarms_per_1000"), decisions[run["strategy"]][run["repeat"]], strict=True)
                ),
            },
        }
        for run in make_runs(tuple(decisions), ("svc",), n_repeats)
    ]


def page_of(runs: Sequence[Mapping[str, Any]]) -> Page:
    strategies = tuple(dict.fromkeys(run["strategy"] for run in runs))
    return Page(render_sections(make_results(strategies, ("svc",), runs), "overview", "tradeoff"))


def told(page: Page) -> list[str]:
    """The sentences below the name of the classifier."""
    section = page.by_id("tradeoff")
    (heading,) = page.inside(section, "h4")
    after = page.elements[page.elements.index(heading) + 1 :]
    own = [
        element
        for element in after
        if section in element.ancestors and not [one for one in element.ancestors if one.has_class("chart")]
    ]
    return [element.words for element in own if element.tag in ("p", "li")]


def cells(page: Page) -> dict[str, list[str]]:
    return {row[0].words: [cell.words for cell in row[1:]] for row in page.rows("tradeoff-0")[1:]}


def image(page: Page) -> Element:
    (found,) = page.inside(page.by_id("tradeoff"), "img")
    return found


def test_the_front_and_the_beaten_are_named() -> None:
    """one sentence has everybody on the front with what they find and pay, and one each has who is dominated by whom"""
    page = page_of(make_decisions({name: [values] * 2 for name, values in BEATEN_TWICE.items()}))
    assert [
        "On the Pareto front: baseline finds 40 of 100 minority rows at 10.0 false alerts in 1,000 rows; custom 80 "
        "at 50.0.",
        "smote is dominated by custom.",
        "threshold is dominated by smote and custom.",
    ] == told(page)
    assert (
        "Minority recall at false alerts in 1,000 rows with svc: baseline 0.400 at 10.0 (on the Pareto front); smote "
        "0.800 at 60.0 (dominated); custom 0.800 at 50.0 (on the Pareto front); threshold 0.700 at 70.0 (dominated)."
    ) == image(page).attributes["alt"]
    assert {
        "baseline": ["yes", "none", "2 of 2"],
        "smote": ["no", "custom", "0 of 2"],
        "custom": ["yes", "none", "2 of 2"],
        "threshold": ["no", "smote and custom", "0 of 2"],
    } == {name: row[2:] for name, row in cells(page).items()}


def test_means_and_spreads_are_in_the_table() -> None:
    """recall and false alerts of each strategy stand there as they are in the metric table"""
    page = page_of(make_runs(NAMES, ("svc",), 5))
    metrics = {row[0].words: row for row in page.rows("main-0")[1:]}
    for name, row in cells(page).items():
        assert metrics[name][1].words.startswith(row[0].split(" ±")[0])
        assert any(cell.words.startswith(row[1].split(" ±")[0]) for cell in metrics[name][2:])


def test_equal_strategies_are_both_on_the_front() -> None:
    """two strategies that decide alike don't beat each other"""
    page = page_of(make_decisions({"baseline": [(0.5, 20.0)] * 3, "smote": [(0.5, 20.0)] * 3}))
    assert ["yes", "yes"] == [row[2] for row in cells(page).values()]
    assert told(page)[0].startswith("Both strategies are on the Pareto front")


def test_a_single_front_is_one_strategy() -> None:
    """where one strategy beats everybody, that is said"""
    page = page_of(make_decisions({"baseline": [(0.5, 20.0)], "smote": [(0.6, 10.0)], "custom": [(0.6, 12.0)]}))
    assert [
        "Only smote is on the Pareto front: smote finds 60 of 100 minority rows at 10.0 false alerts in 1,000 rows.",
        "baseline is dominated by smote and custom.",
        "custom is dominated by smote.",
    ] == told(page)


def test_a_recommended_strategy_that_is_dominated_has_its_reason() -> None:
    """the answer goes by the ranking, which the chart doesn't show"""
    runs = make_decisions({name: [values] * 2 for name, values in BEATEN_TWICE.items()})
    results = make_results(tuple(BEATEN_TWICE), ("svc",), runs)
    headline = results.verdict.headline.model_copy(update={"recommended": Pair(strategy="smote", classifier="svc")})
    verdict = results.verdict.model_copy(update={"headline": headline})
    page = Page(render_sections(results.model_copy(update={"verdict": verdict}), "tradeoff"))

    assert [
        "smote is dominated by custom; it is recommended for its ranking, which this chart doesn't show.",
        "threshold is dominated by smote and custom.",
    ] == told(page)[1:3]


def test_many_winners_are_counted() -> None:
    """a sentence names three winners at most, the table all of them"""
    others = {f"s{place}": [(0.5 + place / 100, 10.0)] for place in range(6)}
    page = page_of(make_decisions({"baseline": [(0.4, 20.0)], **others}))
    assert "baseline is dominated by s0, s1, s2 and 3 others." in told(page)
    assert "s0, s1, s2, s3, s4 and s5" == cells(page)["baseline"][3]


def test_a_long_front_is_told_by_its_ends() -> None:
    """of more than six strategies the sentence has every name, and the numbers of the first and the last"""
    page = page_of(make_decisions({f"s{place}": [(place / 10, 10.0 * place)] for place in range(8)}))
    assert [
        "All eight strategies are on the Pareto front: s0 finds 0 of 100 "
        "minority rows at 0.0 false alerts in 1,000 rows; with more and more false alerts follow s1, s2, s3, s4, s5 "
        "and s6; s7 finds 70 at 70.0."
    ] == told(page)


def test_luck_is_counted_on_splits_that_all_share() -> None:
    """a split counts for the front only where every strategy has a decision, each split by itself"""
    page = page_of(
        make_decisions(
            {
                "baseline": [(0.5, 20.0), (0.5, 20.0), (0.5, 20.0)],
                "smote": [(0.6, 10.0), (0.4, 30.0), (None, 5.0)],
            }
        )
    )
    assert {"baseline": "1 of 2", "smote": "1 of 2"} == {name: row[4] for name, row in cells(page).items()}


def test_a_strategy_without_decisions_is_named() -> None:
    """it is not in the chart, its cells have dashes with a reason, and nobody is compared with it"""
    runs = make_decisions({"baseline": [(0.5, 20.0)] * 2, "smote": [(0.6, 10.0)] * 2, "custom": [(0.9, 1.0)] * 2})
    runs = [without_numbers(run, "failed", "no luck") if run["strategy"] == "custom" else run for run in runs]
    page = page_of(runs)
    assert [
        "Only smote is on the Pareto front: smote finds 60 of 100 minority rows at 10.0 false alerts in 1,000 rows.",
        "baseline is dominated by smote.",
        "Not in the chart, without decisions on test parts with minority rows: custom.",
    ] == told(page)
    assert "no decisions" == cells(page)["custom"][2]
    assert any("no luck" in note.words for note in page.inside(page.by_id("tradeoff"), "li"))
    assert "custom" not in image(page).attributes["alt"]


@pytest.mark.parametrize(("n_repeats", "has_words_on_luck"), [(1, False), (2, True)])
def test_one_strategy_has_nobody_to_beat(n_repeats: int, has_words_on_luck: bool) -> None:
    """alone it is drawn and told, without a contest; one split has no words on luck from split to split"""
    page = page_of(make_decisions({"baseline": [(0.5, 20.0)] * n_repeats}))
    assert [
        "baseline finds 50 of 100 minority rows at 20.0 false alerts in 1,000 rows; there is nothing to weigh that "
        "against."
    ] == told(page)
    assert image(page)
    assert has_words_on_luck == ("The Pareto front is drawn from means over splits." in page.by_id("tradeoff").words)


def test_without_a_single_decision_there_is_no_chart() -> None:
    """a job whose runs all failed has a sentence"""
    page = page_of([without_numbers(run, "failed", "no luck") for run in make_runs(NAMES, ("svc",), 2)])
    assert ["No strategy has decisions to show with svc."] == told(page)
    assert [] == page.inside(page.by_id("tradeoff"), "img")
