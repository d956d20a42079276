"""Charts read back: where their words are, and what is filled or drawn in which colour."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""
_SVG = "{http://www.w3.org/2000/svg}"
_NUMBERS = {"m": 2, "l": 2, "h": 1, "v": 1, "c": 6, "q": 4, "a": 7, "z": 0}


def follow(path: str) -> list[list[tuple[float, float]]]:
    """The corners of each part of a path, written in steps or not."""
    parts: list[list[tuple[float, float]]] = []
    x = y = 0.0
    for letter, told in re.findall(r"([a-zA-Z])([^a-zA-Z]*)", path):
        numbers = [float(number) for number in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", told)]
        size = _NUMBERS[letter.lower()]
        for place in range(0, len(numbers), size) if size else ():
            step = numbers[place : place + size]
            if letter in "hv":
                step = [step[0], 0.0] if letter == "h" else [0.0, step[0]]
            x, y = (step[-2], step[-1]) if letter == "M" and not place else (x + step[-2], y + step[-1])
            if letter in "Mm" and not place:
                parts.append([])
            parts[-1].append((x, y))
        if letter == "z":
            x, y = parts[-1][0]
    return parts


@dataclass(frozen=True)
class Word:
    """A text, and the place of its baseline; texts that are turned or moved as a whole are left out."""

    text: str
    x: float
    y: float


class Chart:
    """An SVG with its light colours."""

    def __init__(self, svg: str) -> None:
        self._root = ElementTree.fromstring(svg)
        (style,) = (element.text or "" for element in self._root.iter(f"{_SVG}style"))
        self._rules = {name: dict(rule.split(":") for rule in rules.split(";")) for name, rules in
                       re.findall(r"\.(\w+)\{([^}]*)\}", style)}  # fmt: skip
        self.words = list(self._words())

    def _walk(self) -> Iterator[tuple[ElementTree.Element, dict[str, str]]]:
        def inside(element: ElementTree.Element, given: dict[str, str]):
            own = given | {
                k: v for name in element.get("class", "").split() for k, v in self._rules.get(name, {}).items()
            }
            yield element, own | element.attrib
            for child in element:
                kept = {k: v for k, v in element.attrib.items() if k in ("x", "y")}
                yield from inside(child, own | kept)

        return inside(self._root, {})

    def _words(self) -> Iterator[Word]:
        for element, have in self._walk():
            if element.tag in (f"{_SVG}text", f"{_SVG}tspan") and element.text and "transform" not in have:
                yield Word(element.text, float(have["x"]), float(have["y"]))

    def shapes(self, **wanted: str) -> list[Box]:
        """The box around each part of what has this fill or stroke."""
        boxes = []
        for element, have in self._walk():
            if element.tag == f"{_SVG}path" and all(have.get(name) == value for name, value in wanted.items()):
                for part in follow(element.attrib["d"]):
                    xs, ys = zip(*part, strict=True)
                    boxes.append((min(xs), min(ys), max(xs), max(ys)))
        return boxes

    def scale(self, side: str, ticks: int = 3) -> tuple[float, float]:
        """Slope and offset from a place to a value, of each axis of numbers on one side: x or y."""
        return scale_of([(getattr(w, side), w) for w in self.words], side, ticks)


def value_of(text: str) -> float | None:
    """A printed number."""
    plain = text.replace("\u2212", "-").replace(",", "").replace("+", "")
    return float(plain) if re.fullmatch(r"-?\d+(\.\d+)?", plain) else None


def scale_of(words: list[tuple[float, Word]], side: str, ticks: int) -> tuple[float, float]:
    """Fit a line through the ticks that share the other coordinate."""
    other = "y" if side == "x" else "x"
    rows: dict[float, list[tuple[float, float]]] = {}
    for place, word in words:
        if (value := value_of(word.text)) is not None:
            rows.setdefault(getattr(word, other), []).append((place, value))
    row = max(rows.values(), key=len)
    assert len(row) >= ticks
    slope, offset = np.polyfit(*zip(*row, strict=True), 1)
    assert all(after > before for before, after in pairwise(sorted(value for _, value in row)))
    return float(slope), float(offset)


def centre(box: Box) -> tuple[float, float]:
    """The middle of a box."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
