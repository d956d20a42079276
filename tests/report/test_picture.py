"""What the page shows of where rows lie."""

from __future__ import annotations

import base64
import io
import re
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest
from evidence_factories import make_picture
from html_page import Page
from matplotlib.image import imread
from report_factories import make_results, render_sections

from job.report.charts.figures import ADDED, MAJORITY, MINORITY, TYPE_LOOKS
from job.report.charts.svg import shrink_image, write_shades
from job.report.charts.theme import load_theme

STRATEGIES = ("baseline", "smote", "custom")


def page_of(picture: dict[str, Any], strategies: tuple[str, ...] = STRATEGIES) -> Page:
    return Page(render_sections(make_results(strategies, ("svc",), picture=picture), "picture"))


def words_of(page: Page) -> list[str]:
    return [element.words for element in page.inside(page.by_id("picture"), "p") if not element.has_class("caption")]


def charts_of(page: Page) -> list[str]:
    sources = [image.attributes["src"] for image in page.inside(page.by_id("picture"), "img")]
    return [unquote(source.partition(",")[2]) for source in sources]


def images_of(chart: str) -> list[np.ndarray]:
    found = re.findall(r"data:image/png;base64,([^']+)", chart)
    return [imread(io.BytesIO(base64.b64decode(one)), format="png") for one in found]


def ticks_of(chart: str) -> list[str]:
    return re.findall(r"<text[^>]*>([\d.−]+)</text>", chart)


def test_the_data_stands_beside_every_sampler_on_the_same_axes() -> None:
    """one chart for the data and one for each sampler, with equal ticks"""
    charts = charts_of(page_of(make_picture(("smote", "custom"))))
    assert 3 == len(charts)
    assert ticks_of(charts[0])
    assert ticks_of(charts[0]) == ticks_of(charts[1]) == ticks_of(charts[2])


def test_points_are_images_and_axes_are_not() -> None:
    """points come as images of the colour of their kind; text and axes stay what they were"""
    data, smote, _ = charts_of(page_of(make_picture(("smote", "custom"))))
    for chart, looks in ((data, (MAJORITY, *TYPE_LOOKS.values())), (smote, (MAJORITY, ADDED, MINORITY))):
        images = images_of(chart)
        assert len(looks) == len(images)
        for image, look in zip(images, looks, strict=True):
            solid = image[image[..., 3] == 1]
            assert {look.colour} == {"#" + "".join(f"{round(255 * value):02x}" for value in row[:3]) for row in solid}
        assert "<text" in chart
        assert len(chart) < 24_000


def test_the_picture_says_in_numbers_what_it_shows() -> None:
    """alt text has the share of the variance, the points of each kind, how many there are, and the centres"""
    page = page_of(make_picture(("smote",)))
    data, smote = (image.attributes["alt"] for image in page.inside(page.by_id("picture"), "img"))
    assert data == (
        "The data in two directions that show 37.5 % of the variance: 400 of 1,432 majority rows and all 168 minority "
        "rows (66 safe, 50 borderline, 30 rare and 22 outlier)."
    )
    assert smote.startswith("Rows that smote added, in the same directions: 200 of 1,264 rows, their centre at (")
    (reading,) = words_of(page)
    assert "1,600 training rows of the first split in the two directions" in reading
    assert "These show 37.5 % of the variance" in reading


def test_the_numbers_of_a_chart_are_its_points() -> None:
    """for each kind the table has how many points, where their centre is and how far they spread"""
    points = {"safe": [[0.0, 1.0], [2.0, 5.0]], "borderline": [], "rare": [], "outlier": []}
    minority = [{"type": kind, "points": found} for kind, found in points.items()]
    page = page_of(make_picture((), n_minority=2, minority=minority))
    rows = [[cell.words for cell in row] for row in page.rows("picture-data")[1:]]
    assert ["majority", "safe"] == [row[0] for row in rows]
    assert ["safe", "2", "1.00", "3.00", "1.00", "2.00"] == rows[1]


def test_far_points_stand_at_the_edge_and_are_counted() -> None:
    """one point a thousand times as far as the others doesn't squeeze them"""
    picture = make_picture(("smote",))
    picture["majority"]["points"][0] = [5000.0, 0.0]
    page = page_of(picture)
    assert words_of(page)[0].endswith(" One point lies far outside and is drawn at the edge.")
    assert max(float(text.replace("−", "-")) for text in ticks_of(charts_of(page)[0])) < 20


def test_one_direction_is_said() -> None:
    """rows on a line are spread across it, and the axis says so"""
    page = page_of(make_picture(("smote",), shares=[1.0], one_direction=True, n_columns=1))
    assert "vary in one direction only (one prepared column)" in words_of(page)[0]
    assert "spread at random" in charts_of(page)[0]


def test_what_has_no_picture_has_its_sentence() -> None:
    """no picture of the data, none of a sampler, more samplers than are pictured"""
    reason = {"reason": "column 'x' holds values too large", "n_train": 3, "shares": [], "strategies": []}
    assert ["The data could not be drawn: column 'x' holds values too large."] == words_of(page_of(reason))
    picture = make_picture(("smote",))
    picture["strategies"].append({"strategy": "custom", "n": 0, "points": [], "reason": "no luck"})
    page = page_of(picture)
    assert "Custom has no picture: no luck." in words_of(page)
    assert 2 == len(charts_of(page))
    many = tuple(f"s{place}" for place in range(8))
    page = page_of(make_picture(many), ("baseline", *many))
    assert "Only the first six samplers have a picture, so not s6 and s7." in words_of(page)
    assert 7 == len(charts_of(page))


def test_a_sample_is_said() -> None:
    """where a sample stands for the training part, the page says of how many rows"""
    page = page_of(make_picture(("smote",), n_fitted=1000))
    assert "The 1,600 training rows of the first split (a stratified sample of 1,000)" in words_of(page)[0]


@pytest.mark.parametrize("look", [MAJORITY, MINORITY, ADDED, *TYPE_LOOKS.values()])
def test_points_can_be_told_from_either_ground(look: Any) -> None:
    """an image has one colour for light and dark: its contrast with both grounds is at least 3"""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for theme in (load_theme().light, load_theme().dark):
        low, high = sorted((luminance(look.colour), luminance(theme["surface"])))
        assert (high + 0.05) / (low + 0.05) >= 3


def test_an_image_of_one_colour_keeps_its_shades() -> None:
    """what is written can be read again, odd widths included, and nothing else is touched"""
    shades = np.arange(15 * 7).reshape(7, 15) % 16
    written = write_shades(shades, np.array([200, 90, 28], dtype=np.uint8))
    read = imread(io.BytesIO(written), format="png")
    assert np.array_equal(shades, np.round(15 * read[..., 3]))
    assert [200, 90, 28] == np.round(255 * read[3, 3, :3]).tolist()
    again = shrink_image("data:image/png;base64," + base64.b64encode(written).decode())
    assert written == base64.b64decode(again.partition(",")[2])
    assert "#anchor" == shrink_image("#anchor")
