"""Charts of lines hold as many strategies as can be told."""

from __future__ import annotations

import pytest
from evidence_factories import make_harm
from html_page import Page
from hypothesis import given
from hypothesis import strategies as st
from report_factories import make_results, make_runs, without_numbers

from job.report.charts.lines import part_evenly, part_strategies
from job.report.charts.theme import N_COLOURS, series
from job.report.facts import load_facts
from job.report.render import draw_page, lay_out
from job.report.slides import draw_slides
from job.results.job_facts import StrategyFacts

RESULTS = make_results(("baseline",), ("svc",), make_runs(("baseline",), ("svc",), 1))
MANY = ("baseline", *(f"s{place}" for place in range(1, 10)))


def charts(page: Page, section: str, start: str) -> dict[str, list[str]]:
    """Names in the data table of each chart whose table's key begins so."""
    tables = page.inside(page.by_id(section), "table")
    keys = [table.attributes["id"] for table in tables if table.attributes["id"].startswith(start)]
    return {key: [row[0].words for row in page.rows(key)[1:]] for key in keys}


@given(st.lists(st.integers(), max_size=40), st.integers(1, 9))
def test_parts_keep_every_item_in_order(items: list[int], most: int) -> None:
    """as few parts as can be, none larger than allowed, none more than one larger than another"""
    parts = part_evenly(items, most)
    sizes = [len(part) for part in parts]
    assert items == [item for part in parts for item in part]
    assert max(1, (len(items) + most - 1) // most) == len(parts)
    assert max(sizes) <= most
    assert max(sizes) - min(sizes) <= 1


@given(st.integers(1, 30), st.booleans())
def test_every_strategy_has_one_panel(n_strategies: int, calibrated: bool) -> None:
    """baseline stands in each panel, everybody else in one, and no panel has more lines than there are colours"""
    plain = ("baseline", *(f"s{place}" for place in range(1, n_strategies)))
    labels = (*plain, *(f"{label} (calibrated)" for label in plain)) if calibrated else plain
    facts = load_facts(
        RESULTS.model_copy(update={"strategies": [StrategyFacts(label=label, description="") for label in labels]})
    )
    panels = part_strategies(facts, facts.strategies)
    others = [name.label for panel in panels for name in panel.names if name.label != "baseline"]
    assert list(labels[1:]) == others
    assert all(panel.names[0].label == "baseline" for panel in panels)
    assert all(len(panel.names) <= N_COLOURS for panel in panels)
    assert len(panels) == len({panel.suffix for panel in panels}) == len({panel.words for panel in panels})
    for panel in panels:
        assert panel.calibrated == any(name.label.endswith(" (calibrated)") for name in panel.names)


@pytest.mark.long
def test_ten_strategies_take_two_charts_of_each_kind() -> None:
    """curves are parted with baseline in both, reliability without; charts and files have names of their own"""
    results = make_results(MANY, ("svc",), make_runs(MANY, ("svc",), 3), calibration=make_harm(MANY, ("svc",)))
    made = draw_page(results)
    page = Page(lay_out(made))
    halves = [["baseline", *MANY[1:6]], ["baseline", *MANY[6:]]]
    for kind in ("precision_recall", "roc"):
        assert dict(zip((f"{kind}-0-part1", f"{kind}-0-part2"), halves, strict=True)) == charts(page, "curves", kind)
    titles = [element.words for element in page.inside(page.by_id("curves"), "strong")]
    kinds = ("Precision-recall curve", "ROC curve")
    assert [f"{kind}, {n} of 2." for kind in kinds for n in (1, 2)] == [one for one in titles if " of 2" in one]
    heads = [[cell.words for cell in page.rows(f"reliability-predicted-0-part{n}")[0][1:]] for n in (1, 2)]
    assert [list(MANY[:5]), list(MANY[5:])] == heads
    names = {slide.name for slide in draw_slides(made)}
    assert {"precision_recall-svc-part1", "roc-svc-part2", "reliability-predicted-svc-part2"} <= names


@pytest.mark.long
def test_calibrated_strategies_have_their_own_curves() -> None:
    """they stand beside baseline as it is, and the caption says so; without baseline's curve it doesn't"""
    labels = ("baseline", "smote", "baseline (calibrated)", "smote (calibrated)")
    runs = make_runs(labels, ("svc",), 2)
    beside = "Each strategy runs inside CalibratedClassifierCV; baseline is as it is, to compare with. "
    failed = [without_numbers(run, "failed", "no") if run["strategy"] == "baseline" else run for run in runs]
    for some, first, words in ((runs, ["baseline"], beside), (failed, [], "Each strategy runs inside CalibratedC")):
        page = Page(lay_out(draw_page(make_results(labels, ("svc",), some))))
        assert {
            "roc-0": [*first, "smote"],
            "roc-0-calibrated": [*first, "baseline (calibrated)", "smote (calibrated)"],
        } == charts(page, "curves", "roc")
        captions = [element.words for element in page.inside(page.by_id("curves"), "figcaption")]
        assert 2 == sum(f"curve, calibrated. {words}" in caption for caption in captions)
    assert "to compare with" not in page.by_id("curves").words


@pytest.mark.parametrize("first", range(N_COLOURS))
def test_neighbours_in_a_panel_have_colours_of_their_own(first: int) -> None:
    """as many strategies in a row as a panel holds never share a colour"""
    assert N_COLOURS == len({series(first + place).colour for place in range(N_COLOURS)})


@pytest.mark.parametrize(
    ("highest", "end"),
    [
        pytest.param(0.9, "1", marks=pytest.mark.long),
        pytest.param(0.42, "0.5", marks=pytest.mark.long),
        (0.004, "0.01"),
    ],
)
def test_the_axes_of_reliability_go_as_far_as_they_must(highest: float, end: str) -> None:
    """a rare minority's probabilities fill the chart, not its corner"""
    harm = make_harm(("baseline",), ("svc",))
    for row in harm["rows"]:
        for entry in row["raw"]["reliability"]:
            entry.update(mean_predicted=highest / 2, observed=highest)
    results = make_results(("baseline",), ("svc",), make_runs(("baseline",), ("svc",), 2), calibration=harm)
    made = {slide.name: slide.svg for slide in draw_slides(draw_page(results))}
    svg = made["reliability-predicted-svc"]
    assert 2 == svg.count(f">{end}</text>") + svg.count(f">{end}</tspan>")
