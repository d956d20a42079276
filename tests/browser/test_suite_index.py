"""The index of a suite where it is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from suite.test_suite_page import make_hostile
from suite_factories import make_suite, make_unreadable

from job.suite.suite_page import render_index

pytestmark = pytest.mark.browser

MADE = {"plain": lambda: make_suite(12, make_unreadable("lost")), "hostile": make_hostile}
OPEN = "() => document.querySelectorAll('details').forEach(element => element.open = true)"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("indexes")
    for name, make in MADE.items():
        (folder / f"{name}.html").write_text(render_index(make()), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in MADE}


@pytest.fixture
def plain(browser: Browser, files: dict[str, Path]) -> Iterator[Page]:
    page = browser.new_page()
    page.goto(files["plain"].as_uri())
    yield page
    page.close()


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (768, "dark"), (1440, "dark")])
def test_everybody_can_read_it(browser: Browser, files: dict[str, Path], name: str, width: int, scheme: Any) -> None:
    """axe finds nothing, nothing sticks out, no message, and no request but for the file itself"""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith("data:") else heard.append(request.url))
    page.goto(files[name].as_uri())
    page.evaluate(OPEN)
    wide = page.evaluate("document.documentElement.scrollWidth")
    violations = Axe().run(page).response["violations"]
    page.close()
    assert [] == [(one["id"], [node["target"] for node in one["nodes"][:3]]) for one in violations]
    assert [files[name].as_uri()] == heard
    assert width == wide


def test_without_scripts_every_cell_is_there(browser: Browser, files: dict[str, Path], plain: Page) -> None:
    """and no control that would do nothing"""
    page = browser.new_page(java_script_enabled=False)
    page.goto(files["plain"].as_uri())
    cells = "[...document.querySelectorAll('td, tbody th')].map(cell => cell.textContent)"
    assert page.evaluate(cells) == plain.evaluate(cells)
    assert 0 == page.locator("button, input, select").count()
    page.close()


def names(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('#datasets tbody tr')].filter(e => !e.hidden).map(e => e.cells[0].innerText)"
    )
    return found


def test_data_sets_are_sorted_and_filtered(plain: Page) -> None:
    """by any column, three clicks bring back the first order; rows without a number stay last"""
    first = names(plain)
    gain = plain.locator("#datasets th button", has_text="Gain")
    gain.click()
    down = names(plain)
    gain.click()
    up = names(plain)
    gain.click()
    values = plain.evaluate(
        "Object.fromEntries([...document.querySelectorAll('#datasets tbody tr')].map(e =>"
        " [e.cells[0].innerText, Number(e.cells[7]?.dataset.key)]))"
    )
    assert sorted(first[:-1], key=lambda name: -values[name]) == down[:-1]
    assert down[-2::-1] == up[:-1]
    assert "lost" == down[-1] == up[-1]
    assert names(plain) == first
    plain.locator(".filter input").fill("SET1")
    assert ["set1", "set10", "set11"] == names(plain)
    assert "3 of 13" == plain.locator(".filter [role=status]").inner_text()
    plain.locator(".filter input").fill("")
    plain.locator(".filter select").select_option("Unreadable")
    assert ["lost"] == names(plain)
