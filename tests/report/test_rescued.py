"""What the page says of kinds of rows."""

from __future__ import annotations

from typing import Any

import pytest
from evidence_factories import make_minority_types, make_rescued
from html_page import Page
from report_factories import make_dataset, make_results, render_sections

from job.data.difficulty import TYPES

PAIR = ("baseline", "smote")


def page_of(rescued: dict[str, Any], strategies: tuple[str, ...] = PAIR, **types: Any) -> Page:
    dataset = make_dataset(minority_types=make_minority_types(**types))
    return Page(render_sections(make_results(strategies, ("svc",), rescued=rescued, dataset=dataset), "rescued"))


def words_of(page: Page) -> list[str]:
    return [element.words for element in page.inside(page.by_id("rescued"), "p")]


def numbers(page: Page, key: str) -> dict[str, list[str]]:
    return {row[0].words: [cell.words for cell in row[1:]] for row in page.rows(key)[1:]}


def test_every_kind_has_its_recall_and_who_was_rescued() -> None:
    """the table and the words of the chart have each strategy's recall of each kind, and what changed from baseline"""
    rescued = make_rescued(PAIR, ("svc",))
    page = page_of(rescued)
    shown = numbers(page, "rescued-0")
    for row in rescued["recall"]:
        cell = shown[row["strategy"]][TYPES.index(row["type"])]
        brackets = "" if row["strategy"] == "baseline" else f" (+{row['rescued']} \u2212{row['lost']})"
        assert f"{row['recall']:.2f}{brackets}" == cell
    images = page.inside(page.by_id("rescued"), "img")
    assert 2 == len(images)
    recalls = [f"{row['recall']:.2f}" for row in rescued["recall"] if row["strategy"] == "smote"]
    assert f"smote {', '.join(recalls[:3])} and {recalls[3]}" in images[0].attributes["alt"]
    assert "of 249 rows" in page.rows("rescued-0")[0][1].words


def test_false_alarms_stand_by_their_neighbourhood() -> None:
    """rate and count of each neighbourhood, and a dash where there was no row"""
    rescued = make_rescued(PAIR, ("svc",))
    shown = numbers(page_of(rescued), "rescued-alarms-0")
    for row in rescued["false_alarms"]:
        cell = shown[row["strategy"]][row["minority_neighbors"]]
        if row["n"]:
            percent, count = cell.split(" % (")
            assert pytest.approx(100 * row["rate"], abs=0.06) == float(percent)
            assert f"{row['alarms']:,})" == count
        else:
            assert "–" == cell


def test_the_whole_minority_is_told_by_its_kinds() -> None:
    """the data set's own minority, and a word of caution where it is tiny"""
    said = [text for text in words_of(page_of(make_rescued(PAIR, ("svc",)))) if text.startswith("Of 209")]
    assert [
        "Of 209 minority rows, each among all other rows of the data: 66 safe, 63 borderline, 48 rare and 32 outliers. "
        "31.6 % are safe."
    ] == said
    few = [{"type": kind, "n": n, "share": n / 4} for kind, n in zip(TYPES, (0, 3, 0, 1), strict=True)]
    (tiny,) = [
        text
        for text in words_of(page_of(make_rescued(PAIR, ("svc",)), n_minority=4, types=few))
        if text.startswith("Of four minority rows")
    ]
    assert "0 safe, 3 borderline, 0 rare and 1 outlier." in tiny
    assert "With fewer than six minority rows" in tiny


def test_who_rescues_most_is_named() -> None:
    """one sentence names the strategy that finds most of what baseline misses, by kind"""
    rescued = make_rescued(PAIR, ("svc",))
    for row in rescued["recall"]:
        if row["strategy"] == "smote":
            row |= {"rescued": {"safe": 34, "borderline": 101, "rare": 92, "outlier": 51}[row["type"]], "lost": 1}
    assert (
        "Of 840 minority rows tested over all splits, smote finds 278 that baseline misses (34 safe, 101 "
        "borderline, 92 rare and 51 outliers), and misses 4 that baseline finds."
    ) in words_of(page_of(rescued))
    for row in rescued["recall"]:
        row |= {"rescued": 0}
    assert "smote finds no more than baseline does." in words_of(page_of(rescued))
    alone = page_of(make_rescued(("baseline",), ("svc",)), ("baseline",))
    assert "There is nothing to compare baseline with." in words_of(alone)


def test_what_is_missing_has_its_sentence() -> None:
    """no rows that could be typed, failed strategies, a sample: each says so"""
    rescued = make_rescued(PAIR, ("svc",), n_splits=0, reason="column 'x' holds values too large to be scaled")
    page = page_of(rescued, types=None, reason="column 'x' holds values too large to be scaled")
    assert (
        "The types of minority rows couldn't be determined: column 'x' holds values too large to be scaled."
        in words_of(page)
    )
    assert any(
        text.startswith("The types of minority rows in the whole data couldn't be determined")
        for text in words_of(page)
    )
    failed = make_rescued(PAIR, ("svc",))
    for row in failed["recall"]:
        if row["strategy"] == "smote":
            row |= {"n": 0, "found": 0, "recall": None, "n_pairs": 0, "rescued": 0, "lost": 0}
    shown = page_of(failed)
    assert ["–"] * 4 == numbers(shown, "rescued-0")["smote"]
    assert any(
        text.startswith("The data is large") for text in words_of(page_of(make_rescued(PAIR, ("svc",), sampled=True)))
    )
