"""From results to the plain values that the templates lay out; the page's sections, in their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from job.report.facts import Facts, load_facts
from job.report.layout import Section
from job.text import abbreviate, counted, sentence

SECTIONS = (
    "answer", "verdict", "overview", "asked", "balance", "columns", "diagnosis", "comparisons", "metrics", "tradeoff",
    "footing", "alarms", "cutoffs", "decisions", "curves", "harm", "rescued", "picture", "audit", "ratio_sweep",
    "imbalance", "confusion", "leak", "runs", "methods", "snippet", "reproduce",
)  # fmt: skip
"""A new section is one name here, one module in `job.report.sections` and one template in ``templates/sections``."""


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


def build_page(results: Mapping[str, Any]) -> Page:
    """Build the page's values.

    Parameters
    ----------
    results : Mapping
        What results.json holds.
    """
    facts = load_facts(results)
    return Page(
        facts.title,
        _question(facts),
        tuple(import_module(f"job.report.sections.{name}").build(facts) for name in SECTIONS),
        str(results["provenance"]["versions"]["minority-report"]),
    )


def _question(facts: Facts) -> str:
    dataset = facts.dataset
    source = "Generated data" if facts.spec["data"].get("generate") else abbreviate(str(dataset["source"]), 60)
    compared = (
        counted(len(facts.strategies), "strategy", "strategies"),
        counted(len(facts.classifiers), "classifier"),
        counted(facts.n_splits, "split"),
    )
    return (
        f"{source}: {counted(dataset['n_rows'], 'row')}, {counted(dataset['n_positive'], 'minority row')} (label "
        f"{facts.positive}). {sentence(', '.join(compared) + _all_well(facts))}"
    )


def _all_well(facts: Facts) -> str:
    status = facts.results["status"]
    if status["n_failed"] or status["n_degraded"]:
        return ""
    return f"; all {counted(status['n_ok'], 'run')} ended well" if status["n_ok"] > 1 else ""
