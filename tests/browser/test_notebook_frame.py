"""The report as a notebook shows it: in a frame of its own, inside a page of a server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from page_cases import HOSTILE
from playwright.sync_api import Browser, Page
from test_notebook import ASKED, FRAME

from job import compare_strategies
from job.notebook import Comparison

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare_strategies(FRAME, target="label", drop=[7], **ASKED)


class _Notebook(BaseHTTPRequestHandler):
    """A server of one page, which notes what it is asked for."""

    def __init__(self, page: bytes, asked: list[str], *arguments: Any) -> None:
        self.page, self.asked = page, asked
        super().__init__(*arguments)

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.page)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def page(browser: Browser, comparison: Comparison) -> Iterator[Page]:
    """The frame in a page of a server, which is asked for that page only; and nobody complains."""
    title = "<!doctype html><link rel=icon href=data:,><title>Notebook</title>"
    asked, heard = list[str](), list[str]()
    served = partial(_Notebook, f"{title}{comparison._repr_html_()}".encode(), asked)
    server = ThreadingHTTPServer(("127.0.0.1", 0), served)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = browser.new_page()
    page.on("dialog", lambda dialog: heard.append(dialog.message))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda message: heard.append(message.text))
    page.goto(f"http://127.0.0.1:{server.server_port}/lab")
    yield page
    page.close()
    server.shutdown()
    server.server_close()
    assert ["/lab"] == asked
    assert [] == heard


def test_the_report_works_in_its_frame(page: Page, comparison: Comparison) -> None:
    """links of the contents, the switch and downloads; hostile names stay text, and cannot leave the frame"""
    assert 1 == page.locator("iframe").count()
    assert "Minority Report: A frame" in page.locator("iframe").get_attribute("title")
    assert {"allow-scripts", "allow-downloads"} == set(page.locator("iframe").get_attribute("sandbox").split())
    frame = page.frame_locator("iframe")
    assert HOSTILE in frame.locator("h1").inner_text()
    frame.locator('.contents a[href="#curves"]').click()
    frame.locator("#curves").wait_for()
    assert ["about:srcdoc#curves"] == [one.url for one in page.frames[1:]]
    assert abs(frame.locator("#curves").bounding_box()["y"] - page.locator("iframe").bounding_box()["y"]) < 400
    frame.locator('.contents a[href="#tradeoff"]').click()

    panels = [frame.locator(f"#tradeoff .panel.of-{index}").first for index in (0, 1)]
    first, second = [
        int(one)
        for one in frame.locator(".switch input").evaluate_all(
            "all => all.slice(0, 2).map(one => one.id.slice('show-'.length))"
        )
    ]
    assert [True, False] == [panels[index].is_visible() for index in (first, second)]
    frame.locator(f"#show-{second}").check()
    assert [False, True] == [panels[index].is_visible() for index in (first, second)]

    for kind, start in (("SVG", b"<svg"), ("PNG", b"\x89PNG")):
        with page.expect_download() as download:
            panels[second].locator(".file button", has_text=kind).first.click()
        name = download.value.suggested_filename
        assert f"figures/{name}" in comparison.files
        assert start in Path(download.value.path()).read_bytes()[:300]


def test_the_report_cannot_reach_the_notebook(page: Page) -> None:
    """its origin is its own: neither the page around it, nor cookies or storage of the server"""
    reach = """() => [() => parent.document, () => document.cookie, () => localStorage].map(reach => {
        try { reach(); return "reached"; } catch (error) { return error.name; }
    })"""
    assert ["SecurityError"] * 3 == page.frames[1].evaluate(reach)
