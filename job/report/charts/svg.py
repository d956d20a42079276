"""From a drawn figure to a small SVG, its images of one colour as small PNGs."""

import base64
import io
import re
import struct
import warnings
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import matplotlib
import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.image import imread

from job.report.charts.theme import Theme

_HEAD = "data:image/png;base64,"
_MAGIC = b"\x89PNG\r\n\x1a\n"
_OPAQUE = 15
_DEPTH, _PALETTE = 4, 3
_SIMILAR = 0.02
_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}"
_WITH_TEXT = ("text", "style", "title")
_QUOTE = {"'": "&#39;"}
_FONTS = "system-ui,'Segoe UI',Roboto,'Noto Sans','Liberation Sans',sans-serif"
_DPI = 144  # of images inside a chart: two pixels for one on the page
_GEOMETRY = ("d", "x", "y", "transform", "width", "height")
_URL_SAFE = "!$'()*+,-./:;=?@_~"


def shrink_image(source: str) -> str:
    """Write the image of a data URI with four bits for a pixel, where it is of one colour.

    Parameters
    ----------
    source : str
        ``data:image/png;base64,…``; anything else comes back as it is.

    Returns
    -------
    str
        A data URI of the same size in pixels; an image of several colours comes back as it is.
    """
    if not source.startswith(_HEAD):
        return source
    pixels = imread(io.BytesIO(base64.b64decode(source.removeprefix(_HEAD))), format="png")
    if pixels.ndim != 3 or pixels.shape[2] != 4:
        return source
    solid = pixels[pixels[..., 3] > 0.5, :3]
    if not len(solid) or float(np.ptp(solid, axis=0).max()) > _SIMILAR:
        return source
    colour = np.round(255 * np.median(solid, axis=0)).astype(np.uint8)
    return _HEAD + base64.b64encode(write_shades(np.round(_OPAQUE * pixels[..., 3]), colour)).decode()


def write_shades(shades: np.ndarray, colour: np.ndarray) -> bytes:
    """Write a PNG of one colour.

    Parameters
    ----------
    shades : ndarray of shape (height, width)
        0 (nothing) to 15 (opaque).

    Returns
    -------
    bytes
        Equal images give equal bytes.
    """
    height, width = shades.shape
    even = np.zeros((height, width + width % 2), dtype=np.uint8)
    even[:, :width] = shades
    rows = np.zeros((height, 1 + even.shape[1] // 2), dtype=np.uint8)  # each begins with its filter, 0 for none
    rows[:, 1:] = even[:, ::2] << 4 | even[:, 1::2]
    opacity = np.round(np.arange(_OPAQUE + 1) * (255 / _OPAQUE)).astype(np.uint8)
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, _DEPTH, _PALETTE, 0, 0, 0)),
        (b"PLTE", np.tile(colour, _OPAQUE + 1).tobytes()),
        (b"tRNS", opacity.tobytes()),
        (b"IDAT", zlib.compress(rows.tobytes(), 9)),
        (b"IEND", b""),
    )
    return _MAGIC + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


_COLOUR = re.compile(r"#[0-9a-f]{6}\b")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
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
    used = sorted({names[colour] for colour in _COLOUR.findall(svg) if colour in names})
    coloured = _COLOUR.sub(lambda found: f"var(--{names[found[0]]})" if found[0] in names else found[0], svg)
    light, dark = (
        ":root{" + ";".join(f"--{name}:{colours[name]}" for name in used) + "}" for colours in (theme.light, theme.dark)
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
