"""From results to the page: its sections in their order, and all of it as HTML."""

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from importlib import import_module
from pathlib import Path
from typing import TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from job.report.charts.canvas import Picture
from job.report.charts.theme import series, templates_folder
from job.report.facts import Facts, load_facts
from job.report.layout import Name, Section
from job.results.results import Results, Timings
from job.text import abbreviate, counted, make_visible, name_files, number, percent, ratio, sentence, signed

PARTS = {
    "Answer": ("answer", "gates", "gates.against", "verdict", "overview"),
    "Why": (
        "tradeoff", "footing", "cutoffs", "rescued", "curves", "harm", "alarms", "decisions", "tuning",
        "imbalance", "ratio_sweep", "picture", "audit",
    ),
    "Evidence": (
        "metrics", "comparisons", "metrics.confusion", "data.diagnosis", "data.balance", "data.columns", "asked",
        "runs", "leak", "methods", "snippet", "reproduce",
    ),
}  # fmt: skip
"""The sections in the order of the page. A new one is one name here, one module in `job.report.sections` and one
template in ``templates/sections``; where a module has several, the name of each follows a dot."""
SECTIONS = tuple(name for names in PARTS.values() for name in names)
STYLES = ("variables", "base", "layout", "tables", "figures", "answer", "explorer", "print")
SCRIPTS = ("page", "tables", "alarms")
"""Style sheets and scripts of a report."""
_SHOW_ONE = ":root:has(#show-{0}:checked) .panel:not(.of-{0}, :target, :has(:target)) {{ display: none; }}"
"""A browser that doesn't know ``:has()`` drops the rule and shows every classifier."""
_LOOK = """.look-{0} {{ color: var(--{1}); }}
.look-{0}::before {{ content: "{2}\\FE0E"; content: "{2}\\FE0E" / ""; }}"""
"""Only the looks that the page has: said once here, they needn't be in every cell."""
_OF_STRATEGIES = ("picture",)  # one chart for each strategy, where others are one for each classifier
_TAILS = ("parts", "chart", "numbers")  # of the keys of tables that only hold a chart's numbers
_UNDERSCORE = Markup("_<wbr>")
_PER_CENT = re.compile(r"(\d) %")
_Kind = TypeVar("_Kind")
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
    classifiers : tuple of Name
        What a reader chooses from, the first one shown until then.
    recommended : bool
        Whether the first one is recommended.
    figures : Mapping[str, str]
        Key of a chart's table -> name of the chart's files, without a suffix.
    """

    title: str
    question: str
    sections: tuple[Section, ...]
    version: str
    classifiers: tuple[Name, ...] = ()
    recommended: bool = False
    figures: Mapping[str, str] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[tuple[str, tuple[Section, ...]], ...]:
        """Title and sections of each part of the page."""
        parts = ((title, {name.rpartition(".")[2] for name in names}) for title, names in PARTS.items())
        found = ((title, tuple(one for one in self.sections if one.key in keys)) for title, keys in parts)
        return tuple((title, sections) for title, sections in found if sections)


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


def draw_page(
    results: Results, timings: Timings | None = None, on_section: Callable[[Section], None] = lambda section: None
) -> Page:
    """Build the page's values, every chart drawn; takes what `render_report` takes, and what is told each section."""
    facts, sections = load_facts(results, timings if results.spec.report.timings else None), list[Section]()
    for name in SECTIONS:
        if section := build_section(facts, name):
            sections.append(section)
            on_section(section)
    main = facts.main_classifier
    return Page(
        facts.title,
        _question(facts),
        tuple(sections),
        results.provenance.versions["minority-report"],
        (main, *(name for name in facts.classifiers if name != main)),
        facts.headline.recommended is not None,
        _name_figures(sections, results),
    )


def find_pictures(value: object) -> Iterator[Picture]:
    """Find every chart in a value of the page, in the order of the page."""
    return _find(Picture, value)


def _find(kind: type[_Kind], value: object) -> Iterator[_Kind]:
    if isinstance(value, kind):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _find(kind, item)
    elif is_dataclass(value):
        for each in fields(value):
            yield from _find(kind, getattr(value, each.name))


def _name_figures(sections: Sequence[Section], results: Results) -> Mapping[str, str]:
    """Name the files of every chart by the labels of strategies and classifiers."""
    strategies = name_files([entry.label for entry in results.strategies])
    classifiers = name_files([entry.label for entry in results.classifiers])
    keys = [picture.name for picture in find_pictures(tuple(sections))]
    return dict(zip(keys, name_files([_name_figure(key, strategies, classifiers) for key in keys]), strict=True))


def _name_figure(key: str, strategies: Sequence[str], classifiers: Sequence[str]) -> str:
    """Make of ``recall-0`` the classifier's own name, which stays when the spec lists another one before it."""
    chart, *parts = [part for part in key.split("-") if part not in _TAILS]
    labels = strategies if chart in _OF_STRATEGIES else classifiers
    return "-".join([chart, *(labels[int(part)] if part.isdecimal() else part for part in parts)])


def build_section(facts: Facts, name: str) -> Section | None:
    """Build one section, by its name in `SECTIONS`; there is none where its subject was not asked for."""
    module, _, part = name.partition(".")
    build = getattr(import_module(f"job.report.sections.{module}"), f"build_{part}" if part else "build")
    section: Section | None = build(facts)
    return section


def _question(facts: Facts) -> str:
    dataset, status = facts.dataset, facts.results.status
    file = facts.spec.data.file
    named = "Generated data" if file is None else "A data frame" if file.path is None else ""
    source = named or abbreviate(dataset.source, 60)
    strategies = counted(len(facts.strategies), "strategy", "strategies")
    compared = f"{strategies}, {counted(len(facts.classifiers), 'classifier')}, {counted(facts.n_splits, 'split')}"
    all_well = status.n_ok > 1 and not status.n_failed and not status.n_degraded
    ended = f"; all {counted(status.n_ok, 'run')} completed" if all_well else ""
    rows = f"{counted(dataset.n_rows, 'row')}, {counted(dataset.n_positive, 'minority row')} (label {facts.positive})"
    return f"{source}: {rows}. {sentence(compared + ended)}"


def lay_out(page: Page) -> str:
    """Lay out a page as HTML."""
    shown = page.classifiers if len(page.classifiers) > 1 else ()
    return fill_page(page, STYLES, SCRIPTS, [_SHOW_ONE.format(name.index) for name in shown])


def fill_page(page: Page, styles: Sequence[str], scripts: Sequence[str], more_styles: Sequence[str] = ()) -> str:
    """Fill ``report.html`` with a page, and with style sheets and scripts by their names."""
    folder = templates_folder()
    style, script = _load(folder / "css", styles, "css"), _load(folder / "js", scripts, "js")
    looks = {name.look: series(name.look) for name in _find(Name, page.sections)}
    more_styles = (*(_LOOK.format(at, look.colour, look.sign) for at, look in sorted(looks.items())), *more_styles)
    style = "\n".join([style, *more_styles])
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
