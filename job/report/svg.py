"""From a drawn figure to a small SVG that follows the reader's choice of light or dark."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import matplotlib
from markupsafe import Markup
from matplotlib.figure import Figure

from job.report.png import shrink_image
from job.report.theme import Theme

_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}"
_WITH_TEXT = ("text", "style", "title")
_QUOTE = {"'": "&#39;"}
_FONTS = "system-ui,'Segoe UI',Roboto,'Noto Sans','Liberation Sans',sans-serif"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_DPI = 144  # of images inside a chart: two pixels for one on the page
_GEOMETRY = ("d", "x", "y", "transform", "width", "height")
_URL_SAFE = "!$'()*+,-./:;=?@_~"
_SETTINGS: Mapping[str, Any] = {
    "svg.hashsalt": "minority-report",
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.family": ["DejaVu Sans"],
}


@contextmanager
def drawing(theme: Theme, text_size: float) -> Iterator[None]:
    """Draw with our settings only: no matplotlibrc, no style of the caller's.

    Parameters
    ----------
    theme : Theme
        Text and lines get its light colours; `embed` turns them into those that fit the reader's screen.
    text_size : float
        In points, which the page shows as pixels.
    """
    ink, quiet = theme.light["ink"], theme.light["quiet"]
    inked = dict.fromkeys(("text.color", "axes.labelcolor", "xtick.labelcolor", "ytick.labelcolor"), ink)
    quieter = dict.fromkeys(("axes.edgecolor", "xtick.color", "ytick.color"), quiet)
    settings: dict[Any, Any] = {**_SETTINGS, **inked, **quieter, "font.size": text_size}
    with warnings.catch_warnings(), matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(settings)
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from font")  # the reader's browser has it
        yield


def to_svg(figure: Figure) -> str:
    """Write a figure as SVG in its light colours; to be called inside `drawing`.

    Returns
    -------
    str
        Equal figures give equal text.
    """
    buffer = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(buffer, format="svg", dpi=_DPI, transparent=True, metadata=nothing)
    return _compact(buffer.getvalue())


def embed(svg: str, theme: Theme) -> Markup:
    """Make a data URI of an SVG, its colours exchanged by style sheet for light and dark screens.

    Parameters
    ----------
    svg : str
        From `to_svg`.

    Returns
    -------
    markupsafe.Markup
        Percent-encoded, safe inside an attribute's double quotes.
    """
    names = {colour: name for name, colour in theme.light.items()}
    used: dict[str, str] = {}

    def variable(match: re.Match[str]) -> str:
        name = names.get(match[0])
        if name is None:
            return match[0]
        used[name] = match[0]
        return f"var(--{name})"

    coloured = re.sub(r"#[0-9a-f]{6}\b", variable, svg)
    light, dark = (
        ":root{" + ";".join(f"--{name}:{colours[name]}" for name in sorted(used)) + "}"
        for colours in (theme.light, theme.dark)
    )
    style = f"{light}@media screen and (prefers-color-scheme:dark){{{dark}}}"
    return Markup("data:image/svg+xml," + quote(coloured.replace("<style>", f"<style>{style}", 1), safe=_URL_SAFE))


def _compact(svg: str) -> str:
    root = ElementTree.fromstring(svg)
    classes: dict[str, str] = {}
    for element in root.iter():
        _shorten_attributes(element, classes)
    _drop_unused_ids(root)
    rules = "".join(f".{name}{{{rules}}}" for rules, name in classes.items())
    for style in root.iter(f"{_SVG}style"):
        style.text = (style.text or "").replace(": ", ":").replace("; ", ";") + rules
    return _serialize(root, f" xmlns='{_SVG[1:-1]}' xmlns:xlink='{_XLINK[1:-1]}'")


def _shorten_attributes(element: ElementTree.Element, classes: dict[str, str]) -> None:
    for attribute in ("version", "type"):
        element.attrib.pop(attribute, None)
    if rules := element.attrib.pop("style", None):
        rules = re.sub(r"font-family: [^;]+", f"font-family: {_FONTS}", rules).replace(": ", ":").replace("; ", ";")
        element.set("class", classes.setdefault(rules, f"c{len(classes)}"))
    if element.tag == f"{_SVG}image":
        element.set(f"{_XLINK}href", shrink_image(element.get(f"{_XLINK}href", "")))
    if element.get("transform", "").startswith("rotate(-0 "):
        del element.attrib["transform"]
    for attribute in _GEOMETRY:
        if attribute in element.attrib:
            element.set(attribute, _round(element.attrib[attribute]))


def _round(geometry: str) -> str:
    rounded = _NUMBER.sub(lambda match: _one_decimal(float(match[0])), geometry)
    return re.sub(r"\s*([MLCQZzHV])\s*", r"\1", rounded).strip().replace(" ", ",")


def _one_decimal(value: float) -> str:
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _drop_unused_ids(root: ElementTree.Element) -> None:
    used = {
        reference
        for element in root.iter()
        for value in element.attrib.values()
        for reference in re.findall(r"#([\w-]+)", value)
    }
    for element in root.iter():
        if element.get("id") not in used:
            element.attrib.pop("id", None)


def _serialize(element: ElementTree.Element, namespaces: str = "") -> str:
    tag = element.tag.removeprefix(_SVG)
    inside = "".join(_serialize(child) for child in element)
    if tag in _WITH_TEXT:
        inside = escape(element.text or "") + inside
    if tag == "g" and not element.attrib:
        return inside
    attributes = "".join(
        f" {name.replace(_XLINK, 'xlink:')}='{escape(value, _QUOTE)}'" for name, value in element.attrib.items()
    )
    opened = f"<{tag}{namespaces}{attributes}"
    return f"{opened}>{inside}</{tag}>" if inside else f"{opened}/>"
