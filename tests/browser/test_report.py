"""The report where it is read: in a browser, on small and large screens, in the light, in the dark and on paper."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from html_page import Page as Parsed
from matplotlib.image import imread
from outcomes import OUTCOMES
from playwright.sync_api import Browser, Page
from report_factories import make_column, make_dataset, make_results, make_runs, make_spec, without_numbers

from job.report.render import render_report

pytestmark = pytest.mark.browser

WIDTHS = (360, 768, 1440)
PAPER = 680  # what A4 leaves between margins of 15 mm, in CSS pixels
HOSTILE = """"><script>alert(1)</script><img src=x onerror='alert(2)'>{{ 7*7 }}"""
LONG = "A label that is far too long for a narrow column and for a legend"
WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


def make_plain() -> dict[str, Any]:
    """A job of the default's size."""
    return make_results(runs=make_runs(n_repeats=5))


def make_odd() -> dict[str, Any]:
    """A job in which names are long, wide or hostile, runs fail, and there are many columns, labels and notes."""
    strategies = ("baseline", HOSTILE, LONG, "漢字" * 20, "W" * 30, "משקל", WORD)
    runs = make_runs(strategies, (LONG, WORD), 3)
    runs = [without_numbers(run, "failed", f"{WORD} {HOSTILE}") if run["strategy"] == LONG else run for run in runs]
    names = [HOSTILE, WORD, LONG, *(f"column_{index}" for index in range(40))]
    dataset = make_dataset(
        positive="漢字" * 20,
        rest=["W" * 30, *(f"label {index}" for index in range(20))],
        label_counts={"漢字" * 20: 209, "W" * 30: 1700, **{f"label {index}": 5 for index in range(20)}},
        columns=[make_column(name, why=f"{WORD}: {LONG}") for name in names],
        notes=[{"code": "x", "column": name, "text": f"{WORD} {HOSTILE}"} for name in names],
    )
    spec = make_spec(strategies, (LONG, WORD), title=f"{WORD} {HOSTILE}")
    return make_results(strategies, (LONG, WORD), runs, dataset=dataset, spec=spec)


OFTEN = ("helps", "failed")
SHOWN = [
    name if name in OFTEN else pytest.param(name, marks=pytest.mark.long) for name in OUTCOMES if name != "hostile"
]
MADE: dict[str, Callable[[], dict[str, Any]]] = {"plain": make_plain, "odd": make_odd}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    for name, make in MADE.items():
        (folder / f"{name}.html").write_text(render_report(make()), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in MADE}


@pytest.fixture(params=MADE)
def path(request: pytest.FixtureRequest, files: dict[str, Path]) -> Path:
    return files[request.param]


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    contexts = []

    def open_it(path: Path, width: int = 1440, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.goto(path.as_uri())
        return page

    yield open_it
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def look_at(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Give a page that other tests look at, too: each is opened once, and only its width may be changed."""
    contexts = []

    @cache
    def open_once(path: Path, has_scripts: bool) -> Page:
        contexts.append(browser.new_context(java_script_enabled=has_scripts))
        page = contexts[-1].new_page()
        page.goto(path.as_uri())
        return page

    def look_at(path: Path, width: int = 1440, has_scripts: bool = True) -> Page:
        page = open_once(path, has_scripts)
        page.set_viewport_size({"width": width, "height": 900})
        return page

    yield look_at
    for context in contexts:
        context.close()


OPEN = "is_open => document.querySelectorAll('details').forEach(element => element.open = is_open)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_reported_asked_for_or_run(browser: Browser, path: Path, scheme: Any) -> None:
    """no console message, no error, no dialog, and no request but for the file itself and its own charts"""
    page = browser.new_page(color_scheme=scheme)
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("dialog", lambda dialog: heard.append(dialog.message))
    page.on("request", lambda request: None if request.url.startswith("data:") else heard.append(request.url))
    page.goto(path.as_uri())
    charts = page.evaluate("[...document.images].map(image => image.complete && image.naturalWidth > 0)")
    page.close()
    assert [path.as_uri()] == heard
    assert charts
    assert all(charts)


def test_the_browser_mends_nothing(look_at: Callable[..., Page], path: Path) -> None:
    """the browser's tree has the elements that were written, in their order: nothing was moved, closed or added"""
    page = look_at(path, has_scripts=False)
    tree = page.evaluate("[...document.querySelectorAll('*')].map(element => element.localName)")
    assert [element.tag for element in Parsed(path.read_text(encoding="utf-8")).elements] == tree


def test_every_number_is_there_without_scripts(look_at: Callable[..., Page], path: Path) -> None:
    """scripts only add: with JavaScript off every cell of every table is there, and no control that would do nothing"""
    cells = "[...document.querySelectorAll('td, tbody th')].map(cell => cell.textContent)"
    without = look_at(path, has_scripts=False)
    assert look_at(path).evaluate(cells) == without.evaluate(cells)
    controls = "[...document.querySelectorAll('button, select, input:not(.switch input)')].filter(e => e.offsetParent)"
    assert [] == without.evaluate(controls)
    assert 0 == without.locator(".file button").count()
    assert without.locator(".file").first.inner_text().startswith("figures/")


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_sticks_out(look_at: Callable[..., Page], path: Path, width: int) -> None:
    """the page never scrolls sideways, and what is too wide scrolls inside its own box"""
    page = look_at(path, width)
    page.evaluate(OPEN, True)
    wide = page.evaluate(
        """() => [...document.querySelectorAll('body *')]
            .filter(element => !element.closest('.scroll > *, .contents ol, .switch, .skip, .unseen'))
            .filter(element => element.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
            .map(element => element.outerHTML.slice(0, 120))"""
    )
    assert [] == wide
    assert width == page.evaluate("document.documentElement.scrollWidth")


def test_names_do_not_run_into_numbers(look_at: Callable[..., Page], path: Path) -> None:
    """no name is wider than its cell, however long its words"""
    for width in (360, 1440):
        page = look_at(path, width)
        page.evaluate(OPEN, True)
        wide = page.evaluate(
            """() => [...document.querySelectorAll('th, td')]
                .filter(cell => cell.scrollWidth > cell.clientWidth + 1)
                .map(cell => cell.outerHTML.slice(0, 160))"""
        )
        assert [] == wide, width


def test_the_main_numbers_fit_a_laptop(look_at: Callable[..., Page], files: dict[str, Path]) -> None:
    """at 1280 pixels no table scrolls, and a chart stands beside its table"""
    page = look_at(files["plain"], 1280)
    page.evaluate(OPEN, False)
    page.check("#show-all")
    assert [] == page.evaluate(
        """() => [...document.querySelectorAll('.scroll:not(.tall)')]
            .filter(box => box.offsetParent && !box.closest('details') && box.scrollWidth > box.clientWidth)
            .map(box => box.getAttribute('aria-labelledby'))"""
    )
    table, chart = (
        page.locator(what).first.bounding_box() for what in ("#overview .look:has(img) .compact table", "#overview img")
    )
    assert table
    assert chart
    assert chart["x"] + chart["width"] <= table["x"]
    page.check("[name=show]:first-child")


SCREENS = {(1440, 900): True, (1280, 800): True, (360, 740): False}
"""Size of a screen -> whether the tiles and the chart are on the first one too."""


@pytest.mark.parametrize("name", SHOWN)
def test_the_answer_is_on_the_first_screen(browser: Browser, tmp_path: Path, name: str) -> None:
    """answer, what to use, trouble, the cut-offs and, on wide screens, four numbers and the chart: without scrolling"""
    report, page = tmp_path / "report.html", browser.new_page()
    report.write_text(render_report(OUTCOMES[name]()), encoding="utf-8")
    page.goto(report.as_uri())
    for size, has_all in SCREENS.items():
        boxes = boxes_on_screen(page, *size)
        kinds = [kind.split()[1] for kind in boxes]
        assert [1, 1, 1, 4, 1] == [kinds.count(kind) for kind in ("h1", "lead", "use", "tile", "img")]
        assert "choice" in kinds
        assert (name == "failed") == ("trouble" in kinds)
        asked = {kind: box for kind, box in boxes.items() if has_all or not kind.endswith(("img", "tile"))}
        width, height = size
        assert {} == {
            kind: box
            for kind, box in asked.items()
            if not (0 <= box[0] <= box[2] <= width and 0 <= box[1] <= box[3] <= height)
        }, size
    page.close()


def boxes_on_screen(page: Page, width: int, height: int) -> dict[str, list[float]]:
    """Where the parts of the answer stand on a screen of this size."""
    page.set_viewport_size({"width": width, "height": height})
    boxes: dict[str, list[float]] = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(
            'h1, #answer > .trouble, .lead, .use, .choice, .tile, #answer img')].map((element, index) => {
            const {left, top, right, bottom} = element.getBoundingClientRect();
            return [`${index} ${element.className || element.localName}`, [left, top, right, bottom]];
        }))"""
    )
    return boxes


def test_without_style_the_page_reads_in_order(open_page: Callable[..., Page], files: dict[str, Path]) -> None:
    """where a server forbids inline styles, the title, the answer, its numbers and the chart follow each other"""
    page = open_page(files["plain"])
    page.evaluate("document.querySelector('style').remove()")
    tops = page.evaluate(
        """['h1', '.lead', '.use', '.choice', '.tile', '.sure', '#answer img', '#verdict', '#overview'].map(
            (what) => document.querySelector(what).getBoundingClientRect().top)"""
    )
    assert sorted(tops) == tops


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), pytest.param(1440, "dark", marks=pytest.mark.long)])
@pytest.mark.parametrize("name", [pytest.param("plain", marks=pytest.mark.long), "odd"])
def test_everybody_can_read_it(
    open_page: Callable[..., Page], files: dict[str, Path], name: str, width: int, scheme: str
) -> None:
    """axe finds nothing, as delivered and with everything shown: contrast, names, headings, boxes that scroll"""
    page = open_page(files[name], width, color_scheme=scheme)
    for shown in ("as delivered", "everything"):
        violations = Axe().run(page).response["violations"]
        assert [] == [(one["id"], [node["target"] for node in one["nodes"][:3]]) for one in violations], shown
        page.evaluate(OPEN, True)
        page.check("#show-all")


def test_a_keyboard_gets_to_the_report_first(open_page: Callable[..., Page], files: dict[str, Path]) -> None:
    """the first stop leads past the contents, and it can be seen"""
    page = open_page(files["plain"])
    page.keyboard.press("Tab")
    assert "Skip to the report" == page.evaluate("document.activeElement.textContent")
    box = page.locator(".skip").bounding_box()
    assert box
    assert box["x"] >= 0
    page.keyboard.press("Enter")
    assert "main" == page.evaluate("document.activeElement.id")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_charts_follow_the_readers_colours(open_page: Callable[..., Page], files: dict[str, Path], scheme: str) -> None:
    """text of a chart is dark on a light screen and light on a dark one"""
    shot = open_page(files["plain"], color_scheme=scheme).locator("#answer img").first.screenshot()
    brightness = imread(io.BytesIO(shot))[..., :3].mean(axis=2)
    ground = float(np.median(brightness))
    assert (ground > 0.95) if scheme == "light" else (ground < 0.2)
    furthest = np.abs(brightness - ground) > 0.6
    assert furthest.mean() > 0.005, "nothing in the chart stands out from its ground"


def test_labels_stay_inside_their_chart(look_at: Callable[..., Page], path: Path, browser: Browser) -> None:
    """no text of any chart is cut off at its edge, whatever the labels"""
    sources = look_at(path).evaluate("[...document.images].map(image => image.src)")
    page = browser.new_page()
    cut = page.evaluate(
        """sources => sources.flatMap((source, index) => {
            const text = decodeURIComponent(source.slice(source.indexOf(',') + 1));
            document.body.innerHTML = text;
            const svg = document.querySelector('svg'), box = svg.getBoundingClientRect();
            return [...svg.querySelectorAll('text')].filter(element => {
                const inner = element.getBoundingClientRect();
                return inner.left < box.left - 1 || inner.right > box.right + 1
                    || inner.top < box.top - 1 || inner.bottom > box.bottom + 1;
            }).map(element => `${index}: ${element.textContent}`);
        })""",
        sources,
    )
    page.close()
    assert [] == cut


def visible(page: Page, what: str) -> list[str]:
    """Ids of the elements that are shown."""
    found: list[str] = page.evaluate(
        "what => [...document.querySelectorAll(what)].filter(one => one.checkVisibility()).map(one => one.id)", what
    )
    return found


@pytest.mark.parametrize("has_scripts", [True, False])
def test_one_classifier_is_shown(open_page: Callable[..., Page], files: dict[str, Path], has_scripts: bool) -> None:
    """that of the answer at first, the one that is chosen by mouse or keyboard, or all; with scripts and without"""
    page = open_page(files["plain"], java_script_enabled=has_scripts)
    first, second, everything = page.locator(".switch input").all()
    assert first.is_checked()
    main, other = (one.get_attribute("id").removeprefix("show-") for one in (first, second))
    tables = "#overview table[id^=main-]"
    assert [f"main-{main}"] == visible(page, tables)
    second.check()
    assert [f"main-{other}"] == visible(page, tables)
    page.keyboard.press("ArrowDown")
    assert everything.is_checked()
    assert ["main-0", "main-1"] == visible(page, tables)
    assert "Classifier" == page.locator(".switch legend").inner_text()


def test_the_switch_stays_in_view(open_page: Callable[..., Page], files: dict[str, Path]) -> None:
    """at the end of the page too, on small and large screens"""
    for width in WIDTHS:
        page = open_page(files["plain"], width)
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
        box = page.locator(".switch").bounding_box()
        assert box
        assert 0 <= box["y"] <= box["y"] + box["height"] <= 900


def test_a_link_into_a_hidden_panel_shows_it(open_page: Callable[..., Page], files: dict[str, Path]) -> None:
    """with its name, and what was chosen stays"""
    page = open_page(files["plain"])
    (hidden,) = {"main-0", "main-1"} - set(visible(page, "#overview table[id^=main-]"))
    page.evaluate("hash => { location.hash = hash; }", hidden)
    assert ["main-0", "main-1"] == visible(page, "#overview table[id^=main-]")
    panel = page.locator(f"#overview .panel:has(#{hidden})")
    assert panel.locator(".whose").bounding_box()["width"] > 10
    assert [] == [key for key in visible(page, "#confusion table") if key.endswith(hidden[-1])]


def test_a_single_classifier_has_no_switch(open_page: Callable[..., Page], tmp_path: Path) -> None:
    """and nothing is hidden"""
    report = tmp_path / "report.html"
    report.write_text(
        render_report(
            make_results(
                classifiers=("svc",),
                runs=make_runs(("baseline", "smote"), ("svc",), 2),
                strategies=("baseline", "smote"),
            )
        )
    )
    page = open_page(report)
    assert 0 == page.locator("fieldset, input[type=radio]").count()
    assert page.locator(".panel:not(details *)").count() == len(visible(page, ".panel:not(details *)")) > 5


def test_the_report_is_read_to_its_end(open_page: Callable[..., Page], files: dict[str, Path]) -> None:
    """the default's size takes at most twelve screens of a laptop"""
    page = open_page(files["plain"])
    assert page.evaluate("document.documentElement.scrollHeight") <= 12 * 900


def test_paper_shows_what_the_screen_shows(open_page: Callable[..., Page], path: Path) -> None:
    """the chosen classifier and what was open, on at most twelve sheets; with all chosen everything; nothing is cut"""
    page = open_page(path)
    assert page.pdf(format="A4").count(b"/Type /Page\n") <= (12 if path.name == "plain.html" else 40)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PAPER, "height": 900})
    assert "Not printed: the other classifier" in page.locator(".on-paper:visible").inner_text()
    assert 1 == len(visible(page, "#confusion table"))
    assert [] == visible(page, ".help, details.data")
    page.evaluate("document.getElementById('show-all').checked = true")
    assert 0 == page.locator(".on-paper:visible").count()
    closed, cut, wide = page.evaluate(
        """() => [
            [...document.querySelectorAll('details')].filter(one => !one.lastElementChild.checkVisibility()).length,
            [...document.querySelectorAll('.scroll')].filter(one => getComputedStyle(one).overflow != 'visible').length,
            [...document.querySelectorAll('table, pre, img')]
                .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
                .map(one => one.id || one.textContent.slice(0, 60)),
        ]"""
    )
    assert (0, 0, []) == (closed, cut, wide)
