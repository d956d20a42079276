"""From results to the page: its sections in their order, and all of it as HTML."""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from job.report.charts.theme import series, templates_folder
from job.report.facts import Facts, load_facts
from job.report.layout import Section
from job.results.results import Results, Timings
from job.text import abbreviate, counted, make_visible, number, percent, ratio, sentence, signed

SECTIONS = (
    "answer", "verdict", "overview", "asked", "data.balance", "data.columns", "data.diagnosis", "comparisons",
    "metrics", "tradeoff", "footing", "alarms", "cutoffs", "decisions", "curves", "harm", "rescued", "picture", "audit",
    "ratio_sweep", "imbalance", "metrics.confusion", "leak", "runs", "methods", "snippet", "reproduce",
)  # fmt: skip
"""A new section is one name here, one module in `job.report.sections` and one template in ``templates/sections``;
where a module has several, the name of each stands behind a dot."""
_STYLES = ("variables", "base", "layout", "tables", "figures", "answer", "explorer", "print")
_SCRIPTS = ("page", "tables", "alarms")
_UNDERSCORE = Markup("_<wbr>")
_PER_CENT = re.compile(r"(\d) %")
_COMMENT = re.compile(r"/\*.*?\*/|^\s*//[^\n]*$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """The page.

    Parameters
    ----------
    title : str
        Short enough for a heading.
    question : str
        What was compared on what, in a sentence.
    sections : tuple of Section
        The first one is the first screen.
    version : str
        Of this program.
    """

    title: str
    question: str
    sections: tuple[Section, ...]
    version: str


def render_report(results: Results, timings: Timings | None = None) -> str:
    """Render the report: one HTML page that asks the network for nothing.

    Parameters
    ----------
    timings : Timings or None
        Shown where the spec asks for durations (``report.timings``).

    Returns
    -------
    str
        Equal results give equal text, unless durations are shown.
    """
    return lay_out(draw_page(results, timings))


def draw_page(results: Results, timings: Timings | None = None) -> Page:
    """Build the page's values, every chart drawn; takes what `render_report` takes."""
    facts = load_facts(results, timings if results.spec.report.timings else None)
    sections = tuple(build_section(facts, name) for name in SECTIONS)
    return Page(facts.title, _question(facts), sections, results.provenance.versions["minority-report"])


def build_section(facts: Facts, name: str) -> Section:
    """Build one section, by its name in `SECTIONS`."""
    module, _, part = name.partition(".")
    build = getattr(import_module(f"job.report.sections.{module}"), f"build_{part}" if part else "build")
    section: Section = build(facts)
    return section


def _question(facts: Facts) -> str:
    dataset, status = facts.dataset, facts.results.status
    source = "Generated data" if facts.spec.data.generate else abbreviate(dataset.source, 60)
    compared = (
        counted(len(facts.strategies), "strategy", "strategies"),
        counted(len(facts.classifiers), "classifier"),
        counted(facts.n_splits, "split"),
    )
    all_well = status.n_ok > 1 and not status.n_failed and not status.n_degraded
    ended = f"; all {counted(status.n_ok, 'run')} ended well" if all_well else ""
    return (
        f"{source}: {counted(dataset.n_rows, 'row')}, {counted(dataset.n_positive, 'minority row')} (label "
        f"{facts.positive}). {sentence(', '.join(compared) + ended)}"
    )


def lay_out(page: Page) -> str:
    """Lay out a page as HTML."""
    folder = templates_folder()
    style, script = _load(folder / "css", _STYLES, "css"), _load(folder / "js", _SCRIPTS, "js")
    hashes = {"style_hash": _csp_hash(style), "script_hash": _csp_hash(script)}
    template = _environment(folder).get_template("report.html")
    return template.render(page=page, style=Markup(style), script=Markup(script), **hashes)


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
