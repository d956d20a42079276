"""The charts of the page as files of their own, for slides and documents."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from xml.sax.saxutils import escape

from job.report.charts.canvas import Picture, to_png
from job.report.charts.theme import load_theme
from job.report.render import Page
from job.results.results import Results
from job.text import make_visible, name_files

_DOTS_PER_INCH = 216.0  # three pixels for one on the page: as wide as half a large slide
_OF_STRATEGIES = ("picture",)  # one for each strategy, where other charts are one for each classifier
_TAILS = ("parts", "chart", "numbers")  # of the keys of tables that only hold a chart's numbers


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


def draw_slides(page: Page, results: Results) -> Iterator[Slide]:
    """Draw every chart of a page by itself, light, on a background.

    Parameters
    ----------
    results : Results
        What it was drawn of; files bear the labels of its strategies and classifiers.

    Yields
    ------
    Slide
        In the order of the page.
    """
    pictures = list(_pictures(page))
    strategies = name_files([entry.label for entry in results.strategies])
    classifiers = name_files([entry.label for entry in results.classifiers])
    names = name_files([_name(picture.table.key, strategies, classifiers) for picture in pictures])
    for name, picture in zip(names, pictures, strict=True):
        yield Slide(name, _standalone(picture), to_png(picture, _DOTS_PER_INCH))


def _pictures(value: object) -> Iterator[Picture]:
    if isinstance(value, Picture):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _pictures(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _pictures(getattr(value, field.name))


def _name(key: str, strategies: Sequence[str], classifiers: Sequence[str]) -> str:
    """Make of ``recall-0`` the classifier's own name, which stays when the spec lists another one before it."""
    chart, *parts = [part for part in key.split("-") if part not in _TAILS]
    labels = strategies if chart in _OF_STRATEGIES else classifiers
    return "-".join([chart, *(labels[int(part)] if part.isdecimal() else part for part in parts)])


def _standalone(picture: Picture) -> str:
    begin, rest = picture.svg.split(">", 1)
    title = picture.table.caption.partition(": ")[0]
    words = "".join(
        f"<{tag}>{escape(make_visible(text))}</{tag}>" for tag, text in (("title", title), ("desc", picture.alt))
    )
    surface = load_theme().light["surface"]
    head = "<?xml version='1.0' encoding='UTF-8'?>"
    return f"{head}\n{begin} role='img'>{words}<rect width='100%' height='100%' fill='{surface}'/>{rest}\n"
