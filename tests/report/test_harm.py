"""What the page says of probabilities."""

from __future__ import annotations

import random
from typing import Any

import pytest
from evidence_factories import make_harm, make_harm_row, make_state
from html_page import Page
from report_factories import make_results, render_sections

PAIR = ("baseline", "smote")


def page_of(calibration: dict[str, Any], strategies: tuple[str, ...] = PAIR) -> Page:
    return Page(render_sections(make_results(strategies, ("svc",), calibration=calibration), "harm"))


def words_of(page: Page) -> list[str]:
    return [element.words for element in page.inside(page.by_id("harm"), "p")]


def numbers(page: Page, key: str) -> dict[str, list[str]]:
    return {row[0].words: [cell.words for cell in row[1:]] for row in page.rows(key)[1:]}


def test_every_number_stands_in_its_table() -> None:
    """means, calibration, the calibration error and that of a perfect model, raw and corrected, in one row each"""
    harm = make_harm(PAIR, ("svc",))
    page = page_of(harm)
    for state, rows in (("raw", harm["rows"]), ("corrected", harm["rows"][1:])):
        shown = numbers(page, f"harm-{state}-0")
        assert [row["strategy"] for row in rows] == list(shown)
        for row in rows:
            values = [
                row[state][key]
                for key in ("mean_predicted", "brier", "log_loss", "calibration_slope", "calibration_intercept", "ece")
            ]
            cells = shown[row["strategy"]]
            assert pytest.approx(values, abs=0.06) == [float(cell.replace("\u2212", "-")) for cell in cells[:6]]
            assert "0.012 (0.008 to 0.017)" == cells[6]
    assert any(
        text.startswith("No correction is needed where") and text.endswith("own prevalence: baseline.")
        for text in words_of(page)
    )
    assert any(text.startswith("The prior correction is exact for class weights") for text in words_of(page))


def test_the_reliability_curve_has_its_bins_beside_it() -> None:
    """what was predicted, what came true and of how many rows, for every bin"""
    harm = make_harm(PAIR, ("svc",))
    page = page_of(harm)
    head, *rows = page.rows("reliability-predicted-0")
    assert ["baseline", "smote"] == [cell.words for cell in head[1:]]
    assert 20 == len(rows)
    for place, (_, *cells) in enumerate(rows):
        for row, cell in zip(harm["rows"], cells, strict=True):
            entry = row["raw"]["reliability"][place]
            assert f"{entry['mean_predicted']:.3f} → {entry['observed']:.3f} (400)" == cell.words
    images = page.inside(page.by_id("harm"), "img")
    assert 2 == len(images)
    for row in harm["rows"]:
        assert f"{row['strategy']} {row['raw']['ece']:.3f} (0.012 if perfect)" in images[0].attributes["alt"]


def test_the_farthest_mean_is_named() -> None:
    """one sentence has the largest distance from the prevalence, and what the correction leaves of it"""
    luck = random.Random(1)
    rows = [
        make_harm_row("baseline", "svc", luck, raw=make_state(luck, mean_predicted=0.104)),
        make_harm_row(
            "smote",
            "svc",
            luck,
            raw=make_state(luck, mean_predicted=0.257),
            corrected=make_state(luck, mean_predicted=0.101),
        ),
    ]
    errors = [f"{row['strategy']} {row['raw']['ece']:.3f}" for row in rows]
    assert (
        "smote is the worst calibrated on average: it predicts 25.7 % where 10.5 % of the rows are minority "
        f"rows; after the prior correction, 10.1 %. Calibration error: {errors[0]} and {errors[1]}."
    ) in words_of(page_of(make_harm(PAIR, ("svc",), rows=rows)))


def test_calibrated_strategies_have_their_rows_and_their_own_chart() -> None:
    """a strategy that was run again inside CalibratedClassifierCV stands in the tables and is drawn apart, whether or
    not the job lists it"""
    labels = (*PAIR, "baseline (calibrated)", "smote (calibrated)")
    harm = make_harm(labels, ("svc",))
    for listed in (PAIR, labels):
        page = page_of(harm, listed)
        assert list(labels) == list(numbers(page, "harm-raw-0"))
        heads = [cell.words for cell in page.rows("reliability-calibrated-0")[0][1:]]
        assert ["baseline (calibrated)", "smote (calibrated)"] == heads
        assert ["baseline", "smote"] == [cell.words for cell in page.rows("reliability-predicted-0")[0][1:]]


def test_equal_probabilities_are_drawn_once() -> None:
    """a strategy that only moves the threshold has the curve of baseline, and the caption says so"""
    luck = random.Random(1)
    first = make_harm_row("baseline", "svc", luck)
    harm = make_harm((), (), rows=[first, {**first, "strategy": "threshold"}])
    page = page_of(harm, ("baseline", "threshold"))
    assert ["baseline"] == [cell.words for cell in page.rows("reliability-predicted-0")[0][1:]]
    captions = [element.words for element in page.inside(page.by_id("harm"), "figcaption")]
    assert any("threshold has the probabilities of baseline." in caption for caption in captions)


def test_fewer_bins_leave_empty_cells() -> None:
    """strategies with other numbers of bins share a table"""
    luck = random.Random(1)
    short = make_state(luck, n_bins=3)
    rows = [make_harm_row("baseline", "svc", luck), make_harm_row("smote", "svc", luck, raw=short, corrected=short)]
    shown = numbers(page_of(make_harm((), (), rows=rows)), "reliability-predicted-0")
    assert ["", ""] == [shown["bin 4"][1], shown["bin 20"][1]]
    assert shown["bin 3"][1]


def test_missing_probabilities_have_their_reason() -> None:
    """without probabilities there are dashes with a footnote, or no table at all, and never a chart of nothing"""
    luck = random.Random(1)
    none = {"raw": None, "corrected": None, "prevalence": None, "reason": "no run gave probabilities"}
    first = make_harm_row("baseline", "svc", luck)
    some = page_of(make_harm((), (), rows=[first, make_harm_row("smote", "svc", luck, **none)]))
    assert "no value" in numbers(some, "harm-raw-0")["smote"][0]
    assert "No value: no run gave probabilities." in some.by_id("harm").words
    nobody = page_of(make_harm((), (), rows=[make_harm_row(name, "svc", luck, **none) for name in PAIR]))
    assert "No strategy gives probabilities with svc." in words_of(nobody)
    assert [] == nobody.inside(nobody.by_id("harm"), "img")


def test_what_cannot_be_corrected_has_its_reason() -> None:
    """a strategy that stands in no table of corrected probabilities is named below it, with why"""
    luck = random.Random(1)
    rows = [
        make_harm_row("baseline", "svc", luck, corrected=None, reason="svc draws its own rows"),
        make_harm_row("smote", "svc", luck, corrected=None, reason="svc draws its own rows"),
    ]
    page = page_of(make_harm((), (), rows=rows))
    assert "Not corrected: baseline and smote, because svc draws its own rows." in words_of(page)


def test_a_part_of_the_splits_is_named() -> None:
    """where only the first splits were pooled, the page says how many"""
    page = page_of(make_harm(PAIR, ("svc",), n_splits_pooled=3))
    assert any("pool the test predictions of the first three splits" in text for text in words_of(page))
    assert not any("of the first" in text for text in words_of(page_of(make_harm(PAIR, ("svc",)))))
