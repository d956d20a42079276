"""The charts of the page as files of their own, for slides and documents."""

from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from xml.sax.saxutils import escape

from job.report.charts.canvas import Picture, to_png
from job.report.charts.theme import load_theme
from job.report.layout import Section
from job.report.render import Page, find_pictures
from job.text import make_visible

_DOTS_PER_INCH = 216.0  # three pixels for one on the page: as wide as half a large slide


@dataclass(frozen=True)
class Slide:
    """One chart.

    Parameters
    ----------
    name : str
        Of its files, without a suffix.
    """

    name: str
    svg: str
    png: bytes


def draw_png(picture: Picture) -> bytes:
    """Draw a chart as large as slides want it."""
    return to_png(picture, _DOTS_PER_INCH)


class Beside:
    """Draws charts as PNG in another process while the page is drawn in this one; both then draw what is left.

    Parameters
    ----------
    executor : concurrent.futures.Executor or None
        Of one worker, which can be sent a closure. Where there is none, or it dies, everything is drawn here.
    """

    def __init__(self, executor: Executor | None) -> None:
        self._executor = executor
        self._begun: dict[int, tuple[Picture, Future[bytes]]] = {}
        self._drawn: dict[int, bytes] = {}

    def begin(self, section: Section) -> None:
        """Have the charts of a section drawn."""
        if self._executor is None:
            return
        for picture in find_pictures(section):
            with suppress(BrokenExecutor):
                self._begun[id(picture)] = picture, self._executor.submit(draw_png, picture)

    def draw_rest(self) -> None:
        """Draw here, from the last chart on, what the other process hasn't got to."""
        for key, (picture, future) in reversed(self._begun.items()):
            if future.cancel():
                self._drawn[key] = draw_png(picture)

    def png_of(self, picture: Picture) -> bytes:
        """Return a chart that was drawn, wherever that was."""
        key = id(picture)
        if key in self._begun and key not in self._drawn:
            with suppress(Exception):  # it died, or cannot be sent this
                return self._begun[key][1].result()
        return self._drawn.get(key) or draw_png(picture)


def draw_slides(page: Page, png_of: Callable[[Picture], bytes] = draw_png) -> Iterator[Slide]:
    """Draw every chart of a page by itself, light, on a background.

    Parameters
    ----------
    page : Page
    png_of : callable
        Draws a chart, or has it already.

    Yields
    ------
    Slide
        In the order of the page.
    """
    for picture in find_pictures(page.sections):
        yield Slide(page.figures[picture.name], _standalone(picture), png_of(picture))


def _standalone(picture: Picture) -> str:
    begin, rest = picture.svg.split(">", 1)
    title = picture.table.caption.partition(": ")[0]
    told = {"title": title, "desc": picture.alt}.items()
    words = "".join(f"<{tag}>{escape(make_visible(text))}</{tag}>" for tag, text in told)
    surface = load_theme().light["surface"]
    head = "<?xml version='1.0' encoding='UTF-8'?>"
    return f"{head}\n{begin} role='img'>{words}<rect width='100%' height='100%' fill='{surface}'/>{rest}\n"
