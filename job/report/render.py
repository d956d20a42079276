"""From results to the page's bytes."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from job.report.charts.theme import series, templates_folder
from job.report.page import Page, build_page
from job.text import make_visible, number, percent, ratio, signed

_STYLES = ("variables", "base", "layout", "tables", "figures", "answer", "explorer", "print")
_SCRIPTS = ("page", "tables", "alarms")
_UNDERSCORE = Markup("_<wbr>")
_PER_CENT = re.compile(r"(\d) %")
_COMMENT = re.compile(r"/\*.*?\*/|^\s*//[^\n]*$", re.DOTALL | re.MULTILINE)


def render_report(results: Mapping[str, Any], timings: Mapping[str, Any] | None = None) -> str:
    """Render the report: one HTML page that asks the network for nothing.

    Parameters
    ----------
    results : Mapping
        What results.json holds.
    timings : Mapping or None
        What timings.json holds; shown where the spec asks for it (``report.timings``).

    Returns
    -------
    str
        Equal results give equal text, unless durations are shown.
    """
    return lay_out(draw_page(results, timings))


def draw_page(results: Mapping[str, Any], timings: Mapping[str, Any] | None = None) -> Page:
    """Build the page's values, every chart drawn; takes what `render_report` takes."""
    return build_page({**results, "timings": timings} if shows_timings(results) else results)


def lay_out(page: Page) -> str:
    """Lay out a page as HTML."""
    folder = templates_folder()
    style, script = _load(folder / "css", _STYLES, "css"), _load(folder / "js", _SCRIPTS, "js")
    return (
        _environment(folder)
        .get_template("report.html")
        .render(
            page=page,
            style=Markup(style),
            style_hash=_csp_hash(style),
            script=Markup(script),
            script_hash=_csp_hash(script),
        )
    )


def shows_timings(results: Mapping[str, Any]) -> bool:
    """Tell whether the spec asks for durations on the page."""
    return bool(results["spec"].get("report", {}).get("timings"))


def _environment(folder: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"number": number, "signed": signed, "percent": percent, "ratio": ratio}
    environment.filters |= {"breakable": breakable, "tight": tight}
    environment.globals["series"] = series
    return environment


def breakable(text: str) -> Markup:
    """Let a name break after its underscores, where it has to break at all."""
    return _UNDERSCORE.join(make_visible(text).split("_"))


def tight(text: str) -> str:
    """Keep a number and its per cent sign on one line."""
    return _PER_CENT.sub("\\1\u00a0%", text)


def _printable(value: object) -> object:
    """Let nothing onto the page that a reader could not see, and no number that no filter has rounded."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, str):
        return make_visible(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    shown = str(value)  # says which name is missing, where one is
    raise TypeError(f"a template prints {shown}, a {type(value).__name__}: format it first")


def _load(folder: Path, names: Sequence[str], suffix: str) -> str:
    """Join style sheets or scripts; comments and indentation stay at home."""
    texts = [(folder / f"{name}.{suffix}").read_text(encoding="utf-8") for name in names]
    lines = (line.strip() for line in _COMMENT.sub("", "\n".join(texts)).splitlines())
    return "\n".join(line for line in lines if line)


def _csp_hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
