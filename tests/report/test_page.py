from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

import jinja2
import pytest
from html_page import Page
from page_cases import HOSTILE, RESULTS, make_large_results
from report_factories import CLASSIFIERS, make_results
from study_factories import make_imbalance_sweep, make_sweeps

from job.report.charts.theme import templates_folder
from job.report.render import SECTIONS as BUILT
from job.report.render import _environment, render_report
from job.results.results import Results
from job.results.results_file import to_json

ROOT = Path(__file__).parents[2]
SECTIONS = [
    "answer",
    "verdict",
    "overview",
    "tradeoff",
    "footing",
    "cutoffs",
    "rescued",
    "curves",
    "harm",
    "alarms",
    "decisions",
    "imbalance",
    "ratio_sweep",
    "picture",
    "audit",
    "metrics",
    "comparisons",
    "confusion",
    "diagnosis",
    "balance",
    "columns",
    "asked",
    "runs",
    "leak",
    "methods",
    "snippet",
    "reproduce",
]
ON_REQUEST = ["gates", "against", "tuning"]


@pytest.fixture(scope="module")
def pages() -> dict[str, Page]:
    return {name: Page(render_report(make())) for name, make in RESULTS.items()}


@pytest.fixture(params=RESULTS)
def page(request: pytest.FixtureRequest, pages: dict[str, Page]) -> Page:
    return pages[request.param]


def test_the_page_is_well_formed(page: Page) -> None:
    """every element is closed where it should be, ids are unique, and what refers to an id finds it"""
    assert [] == page.problems


def test_sections_stand_in_their_order(page: Page) -> None:
    """every section is there, in every state of the job, and the contents lead to it"""
    assert SECTIONS == [section.attributes["id"] for section in page.all("section")]
    assert len(SECTIONS) + len(ON_REQUEST) == len(BUILT)
    (contents,) = page.all("nav")
    links = [link.attributes["href"] for link in page.inside(contents, "a")]
    assert [f"#{key}" for key in SECTIONS] == [link for link in links if not link.startswith("#part-")]


def test_headings_skip_no_level(page: Page) -> None:
    """one h1, and no heading is more than one level below the last"""
    levels = [int(element.tag[1]) for element in page.elements if re.fullmatch("h[1-6]", element.tag)]
    assert 1 == levels.count(1)
    assert 1 == levels[0]
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_figure_says_in_words_what_it_shows(page: Page) -> None:
    """each chart has alt text with numbers, a caption, and a table: its own, or that of its section"""
    for figure in page.all("figure"):
        (image,) = page.inside(figure, "img")
        (caption,) = page.inside(figure, "figcaption")
        assert re.search(r"\d", image.attributes["alt"])
        assert caption.words
        (chart,) = [one for one in figure.ancestors if one.has_class("chart")] or [None]
        (section,) = [one for one in figure.ancestors if one.tag == "section"]
        assert page.inside(chart or section, "table")
        assert chart or section.attributes["id"] in ("metrics", "rescued")
    assert len(page.all("img")) == len(page.all("figure"))


def test_every_look_has_its_rule(page: Page) -> None:
    """the colour and the sign of each strategy on the page, and of no other, stand in its style sheet"""
    looks = {name for one in page.elements for name in re.findall(r"look-\d+", one.attributes.get("class", ""))}
    style = page.all("style")[0].text
    assert looks
    for look in looks:
        assert re.search(rf"^\.{look} {{ color: var\(--series-\d\); }}$", style, re.MULTILINE)
        assert re.search(rf'^\.{look}::before {{ content: "\S\\FE0E";', style, re.MULTILINE)
    assert len(set(re.findall(r"^\.(look-\d+)", style, re.MULTILINE))) < 20


def test_every_table_has_heads_and_a_name(page: Page) -> None:
    """each table is named, its columns and rows have heads, and every row is as wide as the head"""
    names = []
    for table in page.all("table"):
        names.append(page.by_id(table.attributes["aria-labelledby"]).words)
        head, *rows = page.rows(table.attributes["id"])
        assert all(cell.attributes["scope"] == "col" for cell in head)
        assert all(row[0].attributes["scope"] == "row" and len(row) == len(head) for row in rows)
        assert rows
    assert all(names)
    assert len(names) == len(set(names))


def test_nothing_is_asked_of_the_network(page: Page) -> None:
    """no link out, no resource: only data URIs and the page's own anchors, and the browser is told so"""
    assert not {"link", "iframe", "object", "embed", "form", "base"} & {element.tag for element in page.elements}
    urls = [
        element.attributes[name]
        for element in page.elements
        for name in ("src", "href", "srcset", "action", "data", "poster")
        if name in element.attributes
    ]
    assert all(url.startswith(("#", "data:image/svg+xml,")) for url in urls)
    assert not re.search(r"url\(\s*['\"]?(?!#)|@import", page.all("style")[0].text)
    assert not [name for element in page.elements for name in element.attributes if name.startswith("on")]


def test_the_policy_allows_the_pages_own_style_and_script_only(page: Page) -> None:
    """their hashes stand in the policy, no attribute needs another exception, and a second script holds numbers only"""
    (policy,) = [meta.attributes["content"] for meta in page.all("meta") if "http-equiv" in meta.attributes]
    *numbers, script = page.all("script")
    for kind, element in (("style", page.all("style")[0]), ("script", script)):
        digest = base64.b64encode(hashlib.sha256(element.text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert {} == script.attributes
    assert len(numbers) <= 1
    assert all(data.attributes["type"] == "application/json" for data in numbers)
    assert not [element for element in page.elements if "style" in element.attributes]


def test_hostile_text_is_shown_as_text(pages: dict[str, Page]) -> None:
    """markup in a title, label, column, class, reason or note stands there as it was written"""
    page = pages["hostile"]
    assert HOSTILE in page.by_id("asked").words
    assert HOSTILE in page.by_id("runs").words
    assert HOSTILE in page.by_id("columns").words
    assert not [script for script in page.all("script") if "alert(" in script.text]
    assert all(image.attributes["src"].startswith("data:image/svg+xml,") for image in page.all("img"))


def test_the_page_has_no_time_and_no_place(page: Page) -> None:
    """no date, no time of day and no folder of this machine is in the page, its charts included"""
    assert [] == [place for place in (str(ROOT), f"{Path.home()}/", tempfile.gettempdir()) if place in page.source]
    assert [] == re.findall(r"20\d\d-\d\d-\d\d|\d\d:\d\d:\d\d", page.source)


RENDER = """
import sys
sys.path[:0] = {path!r}
from report_factories import make_results
from job.report.render import render_report
sys.stdout.buffer.write(render_report(make_results()).encode())
"""


@pytest.mark.long
def test_equal_results_give_equal_bytes() -> None:
    """a process with another hash seed, time zone and folder writes the same page, also of results that were stored"""
    script = RENDER.format(path=[str(ROOT), str(ROOT / "tests")])
    environment = {**os.environ, "PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, cwd="/", capture_output=True, check=True)
    assert done.stdout.decode() == render_report(Results.model_validate_json(to_json(make_results())))


def test_a_template_may_not_name_what_is_not_there() -> None:
    """a misspelt name in a template is an error, not an empty place"""
    environment = _environment(templates_folder())
    with pytest.raises(jinja2.UndefinedError):
        environment.from_string("{{ page.titel }}").render(page={"title": "x"})


def test_a_template_may_not_print_a_number_that_nothing_rounded() -> None:
    """floats, booleans and None reach the page through a filter only"""
    environment = _environment(templates_folder())
    for value in (0.30000000000000004, True, None):
        with pytest.raises(TypeError, match="format it first"):
            environment.from_string("{{ value }}").render(value=value)


def test_text_is_escaped_by_itself() -> None:
    """a template has to do nothing to be safe"""
    shown = _environment(templates_folder()).from_string("{{ value }}").render(value="<b>&\"'\x00")
    assert "&lt;b&gt;&amp;&#34;&#39;␀" == shown


def test_the_scripts_are_few_lines() -> None:
    """all JavaScript of the page is less than 150 lines, none of them as long as a paragraph"""
    lines = [line for path in (templates_folder() / "js").glob("[!s]*.js") for line in path.read_text().splitlines()]
    assert len(lines) < 150
    assert max(map(len, lines)) <= 120


def test_the_script_is_the_same_on_every_page(pages: dict[str, Page]) -> None:
    """nothing of a job is in the script that runs"""
    assert 1 == len({page.all("script")[-1].text for page in pages.values()})


def test_the_default_page_is_light() -> None:
    """what the built-in example asks for, its leak and its sweep of imbalance, takes at most 600 kB"""
    sweeps = make_sweeps(None, make_imbalance_sweep(classifier=CLASSIFIERS[0]))
    assert len(render_report(make_results(sweeps=sweeps)).encode()) <= 600_000


@pytest.mark.long
def test_a_large_page_can_still_be_mailed() -> None:
    """ten strategies by five classifiers, with everything that can be asked for, take at most 2 MB"""
    assert len(render_report(make_large_results()).encode()) <= 2_000_000
