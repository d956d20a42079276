from __future__ import annotations

import re
from urllib.parse import unquote
from xml.etree import ElementTree

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure

from job.report.charts.svg import drawing, embed, to_svg
from job.report.charts.theme import load_theme

HOSTILE = r"""$\bad$ <b>"&'%23 {{ 7*7 }}"""


def draw(title: str = "title", n_points: int = 3) -> str:
    theme = load_theme()
    with drawing(theme, 11):
        figure = Figure(figsize=(4, 3))
        axes = figure.subplots()
        axes.plot(range(n_points), [point**2 / 7 for point in range(n_points)], color=theme.light["series-1"])
        axes.set_title(title)
        return to_svg(figure)


def test_equal_figures_are_equal_bytes() -> None:
    """nothing random and no date is in a chart"""
    assert draw() == draw()


def test_a_users_own_matplotlib_settings_change_nothing() -> None:
    """charts don't depend on a matplotlibrc, and leave the caller's settings alone"""
    expected = draw()
    with mpl.rc_context({"font.size": 30, "text.parse_math": True, "axes.facecolor": "red", "svg.fonttype": "path"}):
        assert expected == draw()
        assert mpl.rcParams["font.size"] == 30


@pytest.mark.parametrize("title", [HOSTILE, "漢字 עברית 🙂", "_underscore", "$1 or $2"])
def test_labels_are_text(title: str) -> None:
    """mathematics, markup and every script are shown as they are written"""
    root = ElementTree.fromstring(draw(title))
    assert title in ["".join(element.itertext()) for element in root.iter() if element.tag.endswith("text")]


def test_a_missing_glyph_is_no_warning(recwarn: pytest.WarningsRecorder) -> None:
    """the reader's browser has more fonts than we do"""
    draw("漢字")
    assert [] == list(recwarn)


def test_coordinates_have_one_decimal() -> None:
    """no path carries more digits than a screen can show"""
    root = ElementTree.fromstring(draw(n_points=30))
    geometry = " ".join(element.get(name, "") for element in root.iter() for name in ("d", "x", "y", "transform"))
    assert re.search(r"\d\.\d", geometry)
    assert not re.search(r"\.\d\d", geometry)


def test_nothing_leads_out_of_a_chart() -> None:
    """references stay inside the chart"""
    root = ElementTree.fromstring(draw())
    references = [value for element in root.iter() for name, value in element.items() if name.endswith("href")]
    references += re.findall(r"url\(([^)]*)\)", draw())
    assert references
    assert all(reference.startswith("#") for reference in references)


def test_an_embedded_chart_follows_the_readers_colours() -> None:
    """every colour of the theme is a variable with a light and a dark value"""
    theme = load_theme()
    svg = unquote(str(embed(draw(), theme)).removeprefix("data:image/svg+xml,"))
    light, dark = svg.split("prefers-color-scheme:dark")
    (name,) = re.findall(rf"--(\w+):{theme.light['series-1']}", light)
    assert f"--{name}:{theme.dark['series-1']}" in dark
    assert f"stroke:var(--{name})" in svg
    ElementTree.fromstring(svg)


def test_a_data_uri_can_stand_between_double_quotes() -> None:
    """only characters of URLs are in it, so that it needs no further escaping"""
    uri = str(embed(draw(HOSTILE), load_theme()))
    assert re.fullmatch(r"data:image/svg\+xml,[A-Za-z0-9!$'()*+,\-./:;=?@_~%]+", uri)
    assert HOSTILE in [
        "".join(element.itertext()) for element in ElementTree.fromstring(unquote(uri.partition(",")[2])).iter()
    ]


def test_percent_encoding_is_smaller_than_base64() -> None:
    """a chart of a hundred points and its words take at most 12 kB"""
    assert len(str(embed(draw(n_points=100), load_theme()))) < 12_000
