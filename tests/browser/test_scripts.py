"""What a reader can do on the page: move the alerts, sort, copy and save tables, and see where the contents stand."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from matplotlib.image import imread
from playwright.sync_api import Browser, Page
from report_factories import CLASSIFIERS, EVALUATION, STRATEGIES, make_results, make_runs

from job.report.render import render_report
from job.results.results import Results

pytestmark = pytest.mark.browser

FACTS = ("threshold", "recall", "precision", "false_alarms_per_1000", "expected_cost_per_1000")
FORMULA = '=HYPERLINK("http://example.org","x")'
CELLS = """table => [...document.querySelectorAll(`#${table} tbody tr`)]
    .map(row => [...row.cells].map(cell => cell.textContent.trim()))"""


@pytest.fixture(scope="module")
def results() -> Results:
    return make_results(runs=make_runs(n_repeats=3))


@pytest.fixture(scope="module")
def report(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(results, tmp_path_factory.mktemp("scripts"))


@pytest.fixture
def page(browser: Browser, report: Path) -> Iterator[Page]:
    yield from open_report(browser, report)


def write_report(results: Results, folder: Path) -> Path:
    path = folder / "report.html"
    path.write_text(render_report(results), encoding="utf-8")
    return path


def open_report(browser: Browser, path: Path) -> Iterator[Page]:
    """Open a report, and hold at the end that it had nothing to complain about and asked for nothing."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith("data:") else heard.append(request.url))
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    if page.locator("#show-all").count():
        page.check("#show-all")
    yield page
    context.close()
    assert [path.as_uri()] == [one for one in heard if not one.startswith("blob:")]


def number(text: str) -> float:
    return float(text.replace(",", "").replace("\u2212", "-"))


def assert_shows(page: Page, results: Results, place: int, index: int = 0, missed: float | None = None) -> None:
    """Every strategy's row has the numbers of the results at this rate."""
    cost = EVALUATION["cost_false_negative"] if missed is None else missed
    found = {row.strategy: row for row in results.alarms.rows if row.classifier == CLASSIFIERS[index]}
    rows = page.evaluate(CELLS, f"alarms-{index}")
    assert list(STRATEGIES) == [row[0] for row in rows]
    for strategy, cells in zip(STRATEGIES, (row[1:] for row in rows), strict=True):
        row = found[strategy]
        rate, false = results.alarms.rates[place], row.false_alarms_per_1000[place]
        expected = [getattr(row, fact)[place] for fact in FACTS[:-1]]
        expected.append((row.minority_per_1000 - rate + false) * cost + false)
        for value, text in zip(expected, cells, strict=True):
            assert abs(value - number(text)) <= 0.51 * 10 ** -len(text.partition(".")[2]), (strategy, text)


def test_the_slider_moves_every_strategy(page: Page, results: Results) -> None:
    """by keyboard and by mouse, every row shows what the results have at the new number of alerts"""
    rates = results.alarms.rates
    start = rates.index(104.5)
    assert_shows(page, results, start)
    slider = page.locator("#alarm-rate")
    slider.focus()
    for key, place in (("ArrowRight", start + 1), ("Home", 0), ("End", len(rates) - 1)):
        page.keyboard.press(key)
        assert_shows(page, results, place)
    assert "1,000 alerts in 1,000 rows" == slider.get_attribute("aria-valuetext")
    box = slider.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    place = int(slider.input_value())
    assert abs(place - len(rates) / 2) <= 1
    assert_shows(page, results, place)
    assert page.locator("#alarms-0-caption").inner_text().endswith(f": {page.locator('#alarm-shown').inner_text()}")


def test_costs_and_classifier_can_be_changed(page: Page, results: Results) -> None:
    """expected costs follow the reader's own, one classifier is shown, and nonsense gives a dash"""
    start = results.alarms.rates.index(104.5)
    page.locator("#alarm-missed").fill("20")
    assert_shows(page, results, start, missed=20.0)
    row = results.alarms.rows[0]
    own = row.own
    missed = row.minority_per_1000 - own.alarms_per_1000 + own.false_alarms_per_1000
    shown = number(page.evaluate(CELLS, "alarms-0-own")[0][-1])
    assert pytest.approx(20 * missed + own.false_alarms_per_1000, abs=0.6) == shown
    page.check("#show-1")
    assert page.locator("#alarms-1").is_visible()
    assert page.locator("#alarms-0").is_hidden()
    assert_shows(page, results, start, 1, missed=20.0)
    page.locator("#alarm-missed").fill("")
    assert {"–"} == {row[-1] for row in page.evaluate(CELLS, "alarms-1")}


def test_tables_are_sorted_by_mouse_and_keyboard(page: Page) -> None:
    """the first press puts the better end first, the second turns it, the third gives the written order again"""
    head = page.locator("#decision-0 th[scope=col]").nth(1)
    names = [row[0] for row in page.evaluate(CELLS, "decision-0")]

    def recalls() -> list[float]:
        return [number(text) for text in page.locator("#decision-0 td:nth-child(2) b").all_inner_texts()]

    head.get_by_role("button").click()
    assert ("descending", sorted(recalls(), reverse=True)) == (head.get_attribute("aria-sort"), recalls())
    page.keyboard.press("Enter")
    assert ("ascending", sorted(recalls())) == (head.get_attribute("aria-sort"), recalls())
    page.keyboard.press("Space")
    assert (None, names) == (head.get_attribute("aria-sort"), [row[0] for row in page.evaluate(CELLS, "decision-0")])
    lower = page.locator("#decision-0 th[scope=col]").nth(4)
    lower.get_by_role("button").click()
    assert "ascending" == lower.get_attribute("aria-sort")
    page.locator("#decision-0 th[scope=col]").first.get_by_role("button").click()
    assert sorted(names) == [row[0] for row in page.evaluate(CELLS, "decision-0")]
    assert 1 == page.locator("#decision-0 [aria-sort]").count()


def test_the_slider_and_sorting_work_together(page: Page, results: Results) -> None:
    """a sorted table goes on showing each strategy its own numbers"""
    page.locator("#alarms-0 th[scope=col]").nth(2).get_by_role("button").click()
    page.locator("#alarm-rate").press("PageUp")
    for _ in range(2):
        page.locator("#alarms-0 th[scope=col]").nth(2).get_by_role("button").click()
    assert_shows(page, results, int(page.locator("#alarm-rate").input_value()))


def test_tables_can_be_copied_and_saved(page: Page) -> None:
    """the clipboard and the file hold the table: plain numbers, spread and difference in columns of their own"""
    tools = page.locator(".sheet:has(#decision-0) .tools")
    tools.get_by_role("button", name="Copy").click()
    page.wait_for_function("document.querySelector('.sheet:has(#decision-0) [role=status]').textContent == 'Copied'")
    with page.expect_download() as download:
        tools.get_by_role("button", name="Download").click()
    text = download.value.path().read_text(encoding="utf-8")
    assert page.evaluate("navigator.clipboard.readText()") == text
    assert "decision-0.csv" == download.value.suggested_filename
    head, *rows = csv.reader(io.StringIO(text))
    assert ["Strategy", "Recall", "Recall (standard deviation)", "Recall (difference)"] == head[:4]
    assert list(STRATEGIES) == [row[0] for row in rows]
    shown = page.locator("#decision-0 td:nth-child(2) b").all_inner_texts()
    assert [number(value) for value in shown] == [float(row[1]) for row in rows]
    assert ["", *(True for _ in rows[1:])] == [rows[0][3], *(float(row[3]) == float(row[3]) for row in rows[1:])]


def test_cells_are_guarded_as_in_the_files(page: Page) -> None:
    """text that a spreadsheet would run gets an apostrophe, a number doesn't, by the same cases as for metrics.csv"""
    cases = json.loads((Path(__file__).parents[1] / "csv_cells.json").read_text(encoding="utf-8"))
    copied = page.evaluate(
        """async texts => {
            const table = document.getElementById('decision-0'), copied = [];
            const [copy] = table.parentElement.nextElementSibling.children;
            navigator.clipboard.writeText = async text => { copied.push(text); };
            for (const text of texts) {
                table.tHead.rows[0].cells[0].firstElementChild.textContent = text;
                copy.click();
            }
            return copied;
        }""",
        [*cases["stay"], *cases["guarded"]],
    )
    headers = [next(csv.reader(io.StringIO(text, newline=""), strict=True))[0] for text in copied]
    assert [*cases["stay"], *(f"'{text}" for text in cases["guarded"])] == headers


def test_a_label_becomes_no_formula(browser: Browser, tmp_path: Path) -> None:
    """a spreadsheet takes no label for a formula, and quotes in it stay"""
    strategies = ("baseline", FORMULA)
    results = make_results(strategies, ("svc",), make_runs(strategies, ("svc",), 2))
    for page in open_report(browser, write_report(results, tmp_path)):
        page.locator(".sheet:has(#main-0) .tools").get_by_role("button", name="Copy").click()
        page.wait_for_function("document.querySelector('.sheet:has(#main-0) [role=status]').textContent == 'Copied'")
        *_, last = csv.reader(io.StringIO(page.evaluate("navigator.clipboard.readText()")))
        assert last[0].startswith("'=")


def test_the_contents_follow_the_reader(page: Page) -> None:
    """exactly one entry is marked, that of the section being read, and it is in view"""
    for key in ("verdict", "metrics", "alarms", "reproduce"):
        page.evaluate("key => document.getElementById(key).scrollIntoView()", key)
        page.wait_for_function(
            "key => document.querySelector('.contents [aria-current]').hash == `#${key}`", arg=key, timeout=60_000
        )
        assert 1 == page.locator(".contents [aria-current]").count()
        box = page.locator(".contents [aria-current]").bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 1280


def test_charts_can_be_saved(page: Page) -> None:
    """the SVG stands alone, without variables; the PNG has a ground and three pixels for one"""
    chart = page.locator("#tradeoff figure").first
    name = "tradeoff-logistic_regression"
    with page.expect_download() as download:
        chart.get_by_role("button", name=f"Download {name} as SVG").click()
    svg = download.value.path().read_text(encoding="utf-8")
    assert f"{name}.svg" == download.value.suggested_filename
    ElementTree.fromstring(svg)
    assert "var(" not in svg
    with page.expect_download() as download:
        chart.get_by_role("button", name="PNG").click()
    image = imread(download.value.path(), format="png")
    assert f"{name}.png" == download.value.suggested_filename
    size = page.locator("#tradeoff img").first.evaluate("image => [3 * image.naturalHeight, 3 * image.naturalWidth]")
    assert size == [*image.shape[:2]]
    assert image[0, 0].tolist() == [1.0] * image.shape[2]
    assert image.min() < 0.5


def test_paper_has_no_controls(page: Page) -> None:
    """printed with all chosen, every classifier is there, the slider and the buttons aren't"""
    page.emulate_media(media="print")
    assert page.locator("#alarms-1").is_visible()
    assert page.locator("#alarm-rate").is_hidden()
    assert page.locator(".tools").first.is_hidden()
    assert page.locator(".file button").first.is_hidden()
