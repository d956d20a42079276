"""Take the README's picture: the first screen of the default job's report, as a laptop shows it."""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
PICTURE = Path(__file__).with_suffix(".png")
CHROMIUM = "/usr/bin/chromium"
N_COLOURS = 256  # a third of the bytes, and no difference to the eye


def take_picture(report: Path) -> bytes:
    """Give the PNG of what is seen before anybody scrolls, light, 1440 x 900."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900}, color_scheme="light")
        page.goto(report.as_uri())
        page.evaluate("Promise.all([...document.images].map(image => image.decode()))")
        shot = page.screenshot()
        browser.close()
    return shot


def shrink(png: bytes) -> bytes:
    """Keep the colours that count."""
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        fewer = image.convert("RGB").quantize(N_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        fewer.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def main() -> None:
    """Run the embedded default and take its picture."""
    with tempfile.TemporaryDirectory() as folder:
        command = (sys.executable, "-m", "job", "run", "--output", folder)
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        PICTURE.write_bytes(shrink(take_picture(Path(folder) / "report.html")))
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
