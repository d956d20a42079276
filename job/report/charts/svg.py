"""From a drawn figure to a small SVG, its images of one colour as small PNGs."""

import base64
import io
import re
import struct
import warnings
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import matplotlib
import numpy as np
from markupsafe import Markup
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.backends.backend_svg import FigureCanvasSVG
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
_WITH_TEXT = ("text", "tspan", "style", "title")
_QUOTE = {"'": "&#39;"}
_FONTS = "system-ui,sans-serif"
_REFERRING = ("clip-path", f"{_XLINK}href")
_DPI = 96  # of images inside a chart: four pixels for three on the page
_USUAL = ("font-size", "text-anchor")
_LEAST_RUN = 3
_GEOMETRY = ("x", "y", "transform", "width", "height")
_VARIABLES = "abcdefghijklmnopqrstuvwxyz"
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
_COMMAND = re.compile(r"([MLQCz])([^MLQCz]*)")
_BEGIN = re.compile(r"M(-?[\d.]+),?(-?[\d.]+)")
_CIRCLE = re.compile(r"M0,([\d.]+)c(?:[^a-zA-Z]+)z$")
_ARCS = "a{0},{0},0,1,0,{1},0,{0},{0},0,1,0-{1},0"
_FIGURES = re.compile(r"[\d.,+\u2212\u2013%e-]+")
_LAST_NUMBER = re.compile(r"[\d.]+$")
_N_POINTS = {"M": 1, "L": 1, "Q": 2, "C": 3}
_NEEDLESS = re.compile(r"(font-family: [^;]+|stroke-dashoffset: 0|stroke-linecap: square)(; ?|$)")
_REFERENCE = re.compile(r"(#|url\(#)(\w+)(\)?)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_SETTINGS: Mapping[str, Any] = {
    "svg.hashsalt": "minority-report",
    "svg.fonttype": "none",
    "text.parse_math": False,
    "path.simplify_threshold": 0.35,  # of a pixel, for curves of a hundred points
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
    fix_layout(figure, FigureCanvasSVG, FigureCanvasSVG.fixed_dpi)
    figure.savefig(buffer, format="svg", dpi=_DPI, transparent=True, metadata=nothing)
    return _compact(buffer.getvalue())


def fix_layout(figure: Figure, canvas: type[FigureCanvasBase], dots_per_inch: float) -> None:
    """Lay a figure out for what it is saved as; savefig itself would draw all of it once more to find the layout."""
    canvas(figure)
    figure.set_dpi(dots_per_inch)
    if engine := figure.get_layout_engine():
        engine.execute(figure)
        figure.set_layout_engine(None)


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
    short = dict(zip(used, _VARIABLES, strict=False))
    coloured = _COLOUR.sub(lambda found: f"var(--{short[names[found[0]]]})" if found[0] in names else found[0], svg)
    light, dark = (";".join(f"--{short[name]}:{side[name]}" for name in used) for side in (theme.light, theme.dark))
    style = f":root{{{light}}}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"
    styled = coloured.replace("<style>", f"<style>{style}", 1).replace(f" xmlns:xlink='{_XLINK[1:-1]}'", "")
    styled = styled.replace(" xlink:href=", " href=")
    return Markup("data:image/svg+xml," + quote(styled, safe=_URL_SAFE))


def _compact(svg: str) -> str:
    root = ElementTree.fromstring(svg)
    _shorten_ids(root)
    classes: dict[str, str] = {}
    for element in root.iter():
        _shorten_attributes(element, classes)
    _inline_markers(root)
    for group in root.iter(f"{_SVG}g"):
        _share_class(group)
    invisible, unfilled = classes.get("fill:none"), {name for rules, name in classes.items() if "fill:none" in rules}
    root[:] = _share_runs(_join_lines(_flatten(root, invisible), unfilled))
    for style in root.iter(f"{_SVG}style"):
        style.text = f"{(style.text or '').replace(': ', ':').replace('; ', ';')}{_write_rules(root, classes)}"
    return _serialize(root, f" xmlns='{_SVG[1:-1]}' xmlns:xlink='{_XLINK[1:-1]}'")


def _write_rules(root: ElementTree.Element, classes: Mapping[str, str]) -> str:
    """Write the rules of the classes that are used; what is usual is inherited from the whole."""
    used = {name for element in root.iter() for name in element.get("class", "").split()}
    if not used:
        return ""
    found = {name: rules.split(";") for rules, name in classes.items() if name in used}
    words = [name for name, rules in found.items() if rules[0].startswith("font-size")]
    for name in words:  # a line among several has its place on the left
        found[name] += [] if any(rule.startswith("text-anchor") for rule in found[name]) else ["text-anchor:start"]
    usual = [next((rule for name in words for rule in found[name] if rule.startswith(kind)), "") for kind in _USUAL]
    inherited = {"fill:none", *usual}
    rules = {name: [rule for rule in rules if rule not in inherited] for name, rules in found.items()}
    own = "".join(f".{name}{{{';'.join(rules)}}}" for name, rules in rules.items() if rules)
    return f"svg{{{';'.join(['fill:none', f'font-family:{_FONTS}', *filter(None, usual)])}}}{own}"


def _shorten_attributes(element: ElementTree.Element, classes: dict[str, str]) -> None:
    for attribute in ("version", "type"):
        element.attrib.pop(attribute, None)
    clip, rules = (element.attrib.pop(attribute, "") for attribute in ("clip-path", "style"))
    own = list[str]()
    if clip:
        n_clips = sum(name[0] == "k" for name in classes.values())
        own.append(classes.setdefault(f"clip-path:{clip}", "k" * (1 + n_clips)))
    if rules:
        rules = _NEEDLESS.sub("", rules).replace(": ", ":").replace("; ", ";").rstrip(";")
        own.append(classes.setdefault(rules, f"c{len(classes)}"))
    if own:
        element.set("class", " ".join(own))
    if element.tag == f"{_SVG}image":
        element.set(f"{_XLINK}href", shrink_image(element.get(f"{_XLINK}href", "")))
    if element.get("transform", "").startswith("rotate(-0 "):
        del element.attrib["transform"]
    for attribute in _GEOMETRY:
        if attribute in element.attrib:
            element.set(attribute, _round(element.attrib[attribute]))
    if "d" in element.attrib:
        element.set("d", _shorten_path(element.attrib["d"]))


def _inline_markers(root: ElementTree.Element) -> None:
    """Write neighbours that use one shape as one path, which is shorter than their references."""
    shapes = {f"#{path.get('id')}": path for path in root.iter(f"{_SVG}path") if "id" in path.attrib}
    for parent in list(root.iter()):
        children: list[ElementTree.Element] = []
        used = ("", "")
        for child in parent:
            if child.tag == f"{_SVG}defs" and any(shape in shapes.values() for shape in child):
                continue
            kind = child.get(f"{_XLINK}href", ""), child.get("class", "")
            if child.tag == f"{_SVG}use" and (shape := shapes.get(kind[0])) is not None:
                path = _move(shape.get("d", ""), float(child.get("x", "0")), float(child.get("y", "0")))
                if kind == used:
                    children[-1].set("d", children[-1].get("d", "") + path)
                    continue
                child = ElementTree.Element(f"{_SVG}path", {"d": path, "class": kind[1]})
            used = kind
            children.append(child)
        parent[:] = children


def _move(path: str, x: float, y: float) -> str:
    """Move a shape from the origin; a circle is written as two arcs."""
    if circle := _CIRCLE.match(path):
        radius = float(circle[1])
        return _start(x - radius, y) + _ARCS.format(_one_decimal(radius), _one_decimal(2 * radius))
    begin = _BEGIN.match(path)
    return _start(x + float(begin[1]), y + float(begin[2])) + path[begin.end() :] if begin else path


def _start(x: float, y: float) -> str:
    return _append("M", (round(10 * x), round(10 * y)))


def _share_class(group: ElementTree.Element) -> None:
    """Give a group the class that all its children have."""
    shared = {child.get("class") for child in group}
    if len(shared) == 1 and len(group) > 1 and (name := shared.pop()):
        group.set("class", f"{group.get('class', '')} {name}".strip())
        for child in group:
            del child.attrib["class"]


def _flatten(element: ElementTree.Element, invisible: str | None) -> Iterator[ElementTree.Element]:
    """Take out of groups that say nothing what is in them, and leave out what can't be seen."""
    for child in element:
        if child.tag == f"{_SVG}g" and not child.attrib:
            yield from _flatten(child, invisible)
        elif child.tag != f"{_SVG}path" or child.get("class") != invisible:
            inside = list(_flatten(child, invisible))
            if child.tag == f"{_SVG}g" and len(inside) == 1 and [*child.attrib] == ["class"]:
                inside[0].set("class", f"{child.get('class')} {inside[0].get('class', '')}".strip())
                child = inside[0]
            else:
                child[:] = inside
            yield child


def _join_lines(elements: Iterable[ElementTree.Element], unfilled: set[str]) -> list[ElementTree.Element]:
    """Make one path of the lines of a grid, which only the words of an axis are between."""
    joined: list[ElementTree.Element] = []
    line: ElementTree.Element | None = None
    for element in elements:
        drawn = element.get("class", "")
        if element.tag == f"{_SVG}path" and line is not None and line.get("class") == drawn:
            line.set("d", line.get("d", "") + element.get("d", ""))
            continue
        if element.tag == f"{_SVG}path":
            line = element if unfilled.intersection(drawn.split()) else None
        elif element.tag != f"{_SVG}text":
            line = None
        joined.append(element)
    return joined


def _share_runs(elements: Iterable[ElementTree.Element]) -> list[ElementTree.Element]:
    """Put neighbours of one class into a group that has it."""
    shared: list[ElementTree.Element] = []
    for name, run in groupby(elements, lambda element: element.get("class")):
        found = list(run)
        if name and len(found) >= _LEAST_RUN:
            group = ElementTree.Element(f"{_SVG}g", {"class": name})
            for element in found:
                del element.attrib["class"]
            group[:] = _share_line(found)
            found = [group]
            if len(group) == 1:
                group[0].set("class", name)
                found = [group[0]]
        shared += found
    return shared


def _share_line(elements: Iterable[ElementTree.Element]) -> list[ElementTree.Element]:
    """Write numbers of one row, as those of an axis, as parts of one text."""
    shared: list[ElementTree.Element] = []
    for place, run in groupby(elements, lambda one: one.get("y") if _FIGURES.fullmatch(one.text or "") else None):
        found = list(run)
        if place and len(found) >= _LEAST_RUN:
            line = ElementTree.Element(f"{_SVG}text", {"y": place})
            for element in found:
                del element.attrib["y"]
                element.tag = f"{_SVG}tspan"
            line[:] = found
            found = [line]
        shared += found
    return shared


def _round(geometry: str) -> str:
    rounded = _NUMBER.sub(lambda match: _one_decimal(float(match[0])), geometry)
    return re.sub(r"\s+", ",", rounded.strip())


def _shorten_path(path: str) -> str:
    """Write a path as steps, none of them further off by rounding: a letter or comma only where one is needed."""
    at = start = (0, 0)
    written, last = "", ""
    for command, told in _COMMAND.findall(path):
        if command == "z":
            written, last, at = f"{written}z", "z", start
            continue
        numbers = [round(10 * float(number)) for number in _NUMBER.findall(told)]
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        for place in range(0, len(points), _N_POINTS[command]):
            some = points[place : place + _N_POINTS[command]]
            steps = [step for point in some for step in (point[0] - at[0], point[1] - at[1])]
            letter, at = command.lower(), some[-1]
            if letter == "m":
                letter, start = "m" if written else "M", at
            elif letter == "l" and 0 in steps:
                letter, steps = ("h", steps[:1]) if steps[1] == 0 else ("v", steps[1:])
            written = _append(f"{written}{letter}" if letter != last else written, steps)
            last = {"M": "L", "m": "l"}.get(letter, letter)
    return written


def _append(path: str, tenths: Sequence[int]) -> str:
    """Append numbers; a sign or a second point begins a new one by itself."""
    before = _LAST_NUMBER.search(path)
    end = before[0] if before else ""
    for tenth in tenths:
        text = _one_decimal(tenth / 10)
        text = text.replace("0.", ".", 1) if abs(tenth) < 10 else text
        path += f",{text}" if end and text[0] != "-" and (text[0] != "." or "." not in end) else text
        end = text
    return path


def _one_decimal(value: float) -> str:
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _shorten_ids(root: ElementTree.Element) -> None:
    """Keep only ids that something refers to, each as short as it can be."""
    short: dict[str, str] = {}
    for element in root.iter():
        for attribute in _REFERRING:
            if match := _REFERENCE.fullmatch(element.get(attribute, "")):
                name = short.setdefault(match[2], f"i{len(short)}")
                element.set(attribute, f"{match[1]}{name}{match[3]}")
    for element in root.iter():
        if (own := element.attrib.pop("id", None)) in short:
            element.set("id", short[own])


def _serialize(element: ElementTree.Element, namespaces: str = "") -> str:
    tag = element.tag.removeprefix(_SVG)
    inside = "".join(map(_serialize, element))
    if tag in _WITH_TEXT:
        inside = escape(element.text or "") + inside
    named = ((name.replace(_XLINK, "xlink:"), value) for name, value in element.attrib.items())
    attributes = "".join(f" {name}='{escape(value, _QUOTE)}'" for name, value in named)
    opened = f"<{tag}{namespaces}{attributes}"
    return f"{opened}>{inside}</{tag}>" if inside else f"{opened}/>"
