"""Take the README's pictures: the first screen of the default job's report on a laptop, light and dark."""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[2]
LIGHT = Path(__file__).with_suffix(".png")
DARK = LIGHT.with_stem(f"{LIGHT.stem}_dark")
CHROMIUM = "/usr/bin/chromium"
N_COLOURS = 256  # a third of the bytes, and no difference to the eye


def take_picture(browser: Browser, report: Path, scheme: Literal["light", "dark"]) -> bytes:
    """Return a PNG of what is visible without scrolling, at 1440 x 900."""
    page = browser.new_page(viewport={"width": 1440, "height": 900}, color_scheme=scheme)
    page.goto(report.as_uri())
    page.evaluate("Promise.all([...document.images].map(image => image.decode()))")
    return page.screenshot()


def shrink(png: bytes) -> bytes:
    """Reduce the number of colours."""
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        fewer = image.convert("RGB").quantize(N_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        fewer.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def main() -> None:
    """Run the built-in example and take its pictures."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        command = (sys.executable, "-m", "job", "run", "--output", folder)
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        report = Path(folder) / "report.html"
        LIGHT.write_bytes(shrink(take_picture(browser, report, "light")))
        DARK.write_bytes(shrink(take_picture(browser, report, "dark")))
        browser.close()
    for path in (LIGHT, DARK):
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
