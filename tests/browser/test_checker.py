"""The page before the Nu HTML checker, which knows the standard better than browsers, that forgive."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from checker import CHECKER
from page_cases import RESULTS, make_large_results

from job.report.render import draw_page, render_report
from job.report.slides import _pictures, _standalone

pytestmark = [pytest.mark.checker, pytest.mark.xdist_group("checker")]

# The checker takes neither a data: URI for one that `img-src data:` allows, nor a block of JSON for data that no
# policy is about; what the policy blocks is tested where it does: in the browser.
KNOWN = "violates Content Security Policy (meta tag)"


def check(*paths: Path, svg: bool = False) -> list[dict[str, Any]]:
    """Everything that the checker says, mere advice included."""
    kind = ("--also-check-svg",) if svg else ()
    command = ("java", "-jar", CHECKER, "--stdout", "--exit-zero-always", "--format", "json", *kind, *paths)
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert not done.returncode, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)["messages"]
    return found


def told(messages: list[dict[str, Any]]) -> list[str]:
    """What was said, where, and of which text."""
    return [
        f"{Path(one['url']).name}:{one.get('lastLine')}: {one['message']} {one.get('extract', '')[:200]!r}"
        for one in messages
        if KNOWN not in one["message"] or one["type"] == "error"
    ]


def test_the_checker_has_nothing_to_say_about_any_page(tmp_path: Path) -> None:
    """no error, and no advice either, for jobs of every kind: hostile strings, failures, one run, and a large one"""
    made = {**RESULTS, "large": make_large_results}
    paths = [tmp_path / f"{name.replace(' ', '-')}.html" for name in made]
    for path, make in zip(paths, made.values(), strict=True):
        path.write_text(render_report(make()), encoding="utf-8")
    assert [] == told(check(*paths))


def test_the_checker_has_nothing_to_say_about_any_chart(tmp_path: Path) -> None:
    """the charts that are files of their own are sound SVG, also with hostile labels"""
    paths = []
    for name in ("hostile", "beside the grid"):
        for picture in _pictures(draw_page(RESULTS[name]())):
            paths.append(tmp_path / f"{len(paths)}-{picture.table.key}.svg")
            paths[-1].write_text(_standalone(picture), encoding="utf-8")
    assert len(paths) > 20
    assert [] == told(check(*paths, svg=True))


def test_the_checker_would_say_so(tmp_path: Path) -> None:
    """an element where none may stand, in a page and in a chart, is an error"""
    page, chart = tmp_path / "page.html", tmp_path / "chart.svg"
    text = render_report(RESULTS["one run"]())
    page.write_text(text.replace("<tbody>", "<tbody><p>x</p>", 1), encoding="utf-8")
    chart.write_text("<svg xmlns='http://www.w3.org/2000/svg'><g nonsense='1'/></svg>", encoding="utf-8")
    assert ["error"] == sorted({one["type"] for one in check(page) if KNOWN not in one["message"]})
    assert ["error"] == sorted({one["type"] for one in check(chart, svg=True)})
