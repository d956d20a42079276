"""How long a reader waits for the default job's report in headless Chromium, beside a bare page of the same charts."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
N_TIMES = 5
MOST_SECONDS = 0.5
# Drawn: the load event is over, every chart is decoded, and two frames have been painted since.
DRAWN = """async () => {
    await Promise.all([...document.images].map(image => image.decode()));
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    const drawn = performance.now();
    const painted = await new Promise(done => new PerformanceObserver(list => {
        for (const entry of list.getEntriesByName("first-contentful-paint")) done(entry.startTime);
    }).observe({ type: "paint", buffered: true }));
    const [navigation] = performance.getEntriesByType("navigation");
    return [painted, navigation.loadEventEnd, drawn].map(milliseconds => milliseconds / 1000);
}"""


@dataclass(frozen=True)
class Wait:
    """Seconds since the reader asked for the page.

    Parameters
    ----------
    painted, loaded, drawn : float
        First words on the screen; end of the load event; charts and layout done.
    """

    painted: float
    loaded: float
    drawn: float


def make_default_report(folder: Path) -> Path:
    """Run the built-in example."""
    command = (sys.executable, "-m", "job", "run", "--output", str(folder))
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return folder / "report.html"


def strip_to_charts(report: Path) -> Path:
    """Write a page that has the report's charts and nothing else."""
    images = re.findall(r"<img [^>]+>", report.read_text(encoding="utf-8"))
    bare = report.with_name("bare.html")
    bare.write_text(f'<!DOCTYPE html><meta charset="utf-8"><title>x</title>{"".join(images)}', encoding="utf-8")
    return bare


def wait_for(browser: Browser, path: Path, width: int) -> Wait:
    """Open a page in a new window, nothing kept from the last one."""
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(path.as_uri(), wait_until="load")
    wait = Wait(*page.evaluate(DRAWN))
    context.close()
    return wait


def measure(browser: Browser, paths: tuple[Path, Path], width: int) -> tuple[list[Wait], list[Wait]]:
    """Open both pages in turn, so that a busy moment of the machine hits them alike; the first time doesn't count."""
    pairs = [tuple(wait_for(browser, path, width) for path in paths) for _ in range(N_TIMES + 1)]
    report, bare = zip(*pairs[1:], strict=True)
    return list(report), list(bare)


def describe(waits: list[Wait]) -> str:
    """Give medians."""

    def middle(get: Callable[[Wait], float]) -> float:
        return median(map(get, waits))

    return (
        f"painted {middle(lambda wait: wait.painted):5.2f} s   loaded {middle(lambda wait: wait.loaded):5.2f} s   "
        f"drawn {middle(lambda wait: wait.drawn):5.2f} s"
    )


def main() -> None:
    """Print one line for each width of the screen; fail where a reader of the default waits too long.

    A report named as argument is measured in place of the default's.
    """
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("needs Debian's chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        report = Path(folder) / "report.html"
        if sys.argv[1:]:
            shutil.copy(sys.argv[1], report)
        else:
            make_default_report(Path(folder))
        paths = report, strip_to_charts(report)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        slowest = 0.0
        for width in (1440, 360):
            waits, bare = measure(browser, paths, width)
            drawn, peer = (median(wait.drawn for wait in one) for one in (waits, bare))
            slowest = max(slowest, drawn)
            print(f"report, {width:4} px   {describe(waits)}   {drawn / peer:5.2f} x its charts alone")
        browser.close()
    if slowest > MOST_SECONDS:
        sys.exit(f"drawn after {slowest:.2f} s; at most {MOST_SECONDS} s is allowed")


if __name__ == "__main__":
    main()
