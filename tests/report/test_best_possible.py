"""What the page says about the best possible classifier."""

from __future__ import annotations

from typing import Any

from html_page import Page
from report_factories import GRID, make_results, render_sections


def make_best_possible(**changes: Any) -> dict[str, Any]:
    """A known truth."""
    values = {
        "average_precision": (0.6, 0.02),
        "roc_auc": (0.91, 0.01),
        "brier": (0.05, 0.002),
        "log_loss": (0.2, None),
    }
    curves = [
        {"kind": "precision_recall", "x": list(GRID), "y": [1 - x / 2 for x in GRID], "n": 20},
        {"kind": "roc", "x": list(GRID), "y": [x**0.1 for x in GRID], "n": 20},
    ]
    metrics = [
        {"metric": metric, "n": 20, "value": value, "sd": sd, "reason": None} for metric, (value, sd) in values.items()
    ]
    return {"reason": None, "metrics": metrics, "splits": [], "curves": curves, **changes}


def page_of(**changes: Any) -> Page:
    return Page(render_sections(make_results(("baseline", "smote"), ("svc",), **changes), "metrics", "curves"))


def last_words(page: Page) -> str:
    return page.inside(page.by_id("curves"), "p")[-1].words


def test_its_four_numbers_are_said() -> None:
    """A reader sees what is left to gain below the curves."""
    words = last_words(page_of(best_possible=make_best_possible()))

    assert (
        "average precision 0.600 ± 0.020, area under the ROC curve 0.910 ± 0.010, Brier score 0.0500 ± 0.0020 and "
        "log loss 0.200. A strategy can be ahead of it by luck only."
    ) in words


def test_both_charts_have_its_line_and_its_numbers() -> None:
    """The last row of the numbers beside each chart is its curve; the caption says what the line is."""
    page = page_of(best_possible=make_best_possible())

    pictures = page.inside(page.by_id("curves"), "img")
    captions = page.inside(page.by_id("curves"), "figcaption")
    assert 2 == len(pictures) == len(captions)
    assert all("best possible" in picture.attributes["alt"] for picture in pictures)
    assert all("Thin line: the best possible classifier" in caption.words for caption in captions)
    for key, expected in (("precision_recall-0", ["1.000", "0.500"]), ("roc-0", ["0.000", "1.000"])):
        name, *cells = page.rows(key)[-1]
        assert ("best possible", expected) == (name.words, [cells[0].words, cells[10].words])


def test_where_the_truth_is_not_known_the_page_says_so() -> None:
    """No line, and the reason."""
    reason = "nobody knows the truth behind this file"
    page = page_of(best_possible=make_best_possible(reason=reason, metrics=[], curves=[]))

    assert "Nobody knows the truth behind this file." == last_words(page)
    assert not any("best possible" in picture.attributes["alt"] for picture in page.inside(page.by_id("curves"), "img"))


def test_a_number_that_does_not_exist_has_its_reason() -> None:
    """A time split without a minority row in the test part has no ranking."""
    best = make_best_possible(curves=[])
    best["metrics"][0] |= {"value": None, "sd": None, "reason": "no test part has rows of both classes"}

    words = last_words(page_of(best_possible=best))

    assert "no average precision (no test part has rows of both classes), area under the ROC curve 0.910" in words
