"""The page before the Nu HTML checker, which knows the standard better than browsers, that forgive."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from checker import CHECKER
from page_cases import RESULTS, make_large_results

from job.report.render import draw_page, find_pictures, lay_out
from job.report.slides import _standalone

pytestmark = [pytest.mark.checker, pytest.mark.long]

# The checker takes neither a data: URI for one that `img-src data:` allows, nor a block of JSON for data that no
# policy is about; what the policy blocks is tested where it does: in the browser.
KNOWN = "violates Content Security Policy (meta tag)"


def check(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """Everything that the checker says, mere advice included."""
    command = (
        "java",
        "-jar",
        CHECKER,
        "--stdout",
        "--exit-zero-always",
        "--format",
        "json",
        "--also-check-svg",
        *paths,
    )
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert not done.returncode, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)["messages"]
    return found


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """What the checker, which takes seconds to start, says about each file."""
    folder = tmp_path_factory.mktemp("checked")
    for name, text in make_files():
        (folder / name).write_text(text, encoding="utf-8")
    found: dict[str, list[dict[str, Any]]] = {path.name: [] for path in folder.iterdir()}
    for message in check(folder / name for name in found):
        found[Path(message["url"]).name].append(message)
    return found


def make_files() -> Iterator[tuple[str, str]]:
    """Pages of jobs of every kind, the charts of some, and one of each with an element where none may stand."""
    for name, make in {**RESULTS, "large": lambda: make_large_results(n_classifiers=1)}.items():
        page = draw_page(make())
        text = lay_out(page)
        yield f"{name.replace(' ', '-')}.html", text
        if name == "one run":
            yield "spoiled.html", text.replace("<tbody>", "<tbody><p>x</p>", 1)
        if name in ("hostile", "beside the grid"):
            for number, picture in enumerate(find_pictures(page.sections)):
                yield f"{name.partition(' ')[0]}-{number}-{picture.table.key}.svg", _standalone(picture)
    yield "spoiled.svg", "<svg xmlns='http://www.w3.org/2000/svg'><g nonsense='1'/></svg>"


def told(messages: list[dict[str, Any]]) -> list[str]:
    """What was said, where, and of which text."""
    return [
        f"{Path(one['url']).name}:{one.get('lastLine')}: {one['message']} {one.get('extract', '')[:200]!r}"
        for one in messages
        if KNOWN not in one["message"] or one["type"] == "error"
    ]


def test_the_checker_has_nothing_to_say_about_any_page(messages: dict[str, list[dict[str, Any]]]) -> None:
    """no error, and no advice either, for jobs of every kind: hostile, failed, of one run, of many strategies"""
    pages = [name for name in messages if name.endswith(".html") and name != "spoiled.html"]
    assert len(RESULTS) + 1 == len(pages)
    assert [] == [line for name in pages for line in told(messages[name])]


def test_the_checker_has_nothing_to_say_about_any_chart(messages: dict[str, list[dict[str, Any]]]) -> None:
    """the charts that are files of their own are sound SVG, also with hostile labels"""
    charts = [name for name in messages if name.endswith(".svg") and name != "spoiled.svg"]
    assert len(charts) > 20
    assert [] == [line for name in charts for line in told(messages[name])]


@pytest.mark.parametrize("name", ["spoiled.html", "spoiled.svg"])
def test_the_checker_would_say_so(name: str, messages: dict[str, list[dict[str, Any]]]) -> None:
    """an element where none may stand, in a page and in a chart, is an error"""
    assert {"error"} == {one["type"] for one in messages[name] if KNOWN not in one["message"]}
