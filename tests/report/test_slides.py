"""Charts as files of their own."""

from __future__ import annotations

import re
import struct
from concurrent.futures import BrokenExecutor, Executor, Future
from xml.etree import ElementTree

import pytest
from report_factories import CLASSIFIERS, make_results, make_runs, make_spec

from job.report.charts.theme import load_theme
from job.report.render import draw_page, lay_out
from job.report.slides import Beside, Slide, draw_slides

HOSTILE = r"""$\bad$ <b>"&'../..\x ½漢🙂"""


def slides_of(results) -> list[Slide]:
    return list(draw_slides(draw_page(results)))


@pytest.fixture(scope="module")
def slides() -> list[Slide]:
    return slides_of(make_results(runs=make_runs(n_repeats=3)))


def test_every_chart_of_the_page_is_a_file(slides: list[Slide]) -> None:
    """as many as the page has, each with a name of its own that tells chart and classifier"""
    page = lay_out(draw_page(make_results(runs=make_runs(n_repeats=3))))

    assert page.count("<img ") == len(slides) == len({slide.name for slide in slides})
    names = (*(f"recall-{label}" for label in CLASSIFIERS), "picture-smote", "labels")
    assert set(names) <= {slide.name for slide in slides}
    assert not [slide.name for slide in slides if re.search(r"\d$|parts|chart|numbers", slide.name)]


@pytest.mark.long
def test_equal_results_give_equal_bytes(slides: list[Slide]) -> None:
    """nothing random and no date is in a file"""
    assert slides == slides_of(make_results(runs=make_runs(n_repeats=3)))
    assert not re.search(rb"tIME|Software|matplotlib", b"".join(slide.png for slide in slides))


class Elsewhere(Executor):
    """Another process that has begun the first chart, has others waiting, and may die."""

    def __init__(self, begun: str) -> None:
        self.begun = begun
        self.n_drawn = 0

    def submit(self, draw, picture):
        if self.begun == "is dead":
            raise BrokenExecutor
        future = Future()
        if self.n_drawn == 0:
            future.set_running_or_notify_cancel()
            future.set_exception(BrokenExecutor()) if self.begun == "dies" else future.set_result(draw(picture))
            self.n_drawn = 1
        return future


@pytest.mark.long
@pytest.mark.parametrize("begun", ["draws", "dies", "is dead"])
def test_charts_drawn_beside_the_page_are_the_same(slides: list[Slide], begun: str) -> None:
    """wherever a chart was drawn, and whether that process lives, each has the same bytes and its own name"""
    results = make_results(runs=make_runs(n_repeats=3))
    beside = Beside(Elsewhere(begun))
    page = draw_page(results, on_section=beside.begin)
    beside.draw_rest()

    assert slides == list(draw_slides(page, beside.png_of))


def test_a_file_stands_alone(slides: list[Slide]) -> None:
    """an SVG says what it shows and has the light background; a PNG is three times as large as on the page"""
    svg = "{http://www.w3.org/2000/svg}"
    for slide in slides:
        root = ElementTree.fromstring(slide.svg.encode())
        title, desc, background = list(root)[:3]
        width, height = struct.unpack(">II", slide.png[16:24])
        assert [f"{svg}title", f"{svg}desc", f"{svg}rect"] == [title.tag, desc.tag, background.tag]
        assert title.text
        assert desc.text
        assert load_theme().light["surface"] == background.get("fill")
        assert "var(--" not in slide.svg
        assert (990, b"\x89PNG") == (width, slide.png[:4])
        assert height > 300


@pytest.mark.long
def test_hostile_labels_are_drawn_and_name_no_other_place() -> None:
    """mathematics that isn't, markup and paths in a label are text in a figure, and no part of a name"""
    strategies = ("baseline", HOSTILE, f"{HOSTILE}2")
    runs = make_runs(strategies, (HOSTILE, f"{HOSTILE}3"), 3)
    spec = make_spec(strategies, (HOSTILE,), title=HOSTILE)
    made = slides_of(make_results(strategies, (HOSTILE, f"{HOSTILE}3"), runs, spec=spec))

    assert made
    assert not [slide.name for slide in made if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", slide.name)]
    assert len(made) == len({slide.name.lower() for slide in made})
    for slide in made:
        ElementTree.fromstring(slide.svg.encode())
