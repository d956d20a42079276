"""How long reports are to a reader: height and screens on a laptop and a phone, printed pages, and bytes.

Each argument is a results.json; its report is made anew, and measured as delivered.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from job.report.render import render_report
from job.results.results_file import read_results

SCREENS = {1440: 900, 360: 740}
"""Width of a screen -> its height."""


def measure(browser: Browser, report: Path) -> str:
    """Measure one report."""
    told = [f"{report.stat().st_size / 1000:6.0f} kB"]
    for width, height in SCREENS.items():
        page = browser.new_page(viewport={"width": width, "height": height})
        page.goto(report.as_uri())
        tall = page.evaluate("document.documentElement.scrollHeight")
        told.append(f"{width} px: {tall:6} px, {tall / height:5.1f} screens")
        if width == max(SCREENS):
            printed = page.pdf(format="A4", print_background=True)
            told.append(f"{printed.count(b'/Type /Page' + bytes([10])):3} printed pages")
        page.close()
    return "   ".join(told)


def main() -> None:
    """Print one line for each job."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name in sys.argv[1:]:
            results = read_results(Path(name))
            report = Path(folder) / "report.html"
            report.write_text(render_report(results), encoding="utf-8")
            shape = f"{len(results.strategies)} x {len(results.classifiers)}"
            print(f"{shape:8} {measure(browser, report)}   {name}", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
