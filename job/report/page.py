"""From results to the plain values that the templates lay out; the page's sections, in their order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from job.report.facts import Facts, load_facts
from job.report.layout import Section
from job.report.sections import (
    alarms,
    answer,
    asked,
    audit,
    balance,
    columns,
    comparisons,
    confusion,
    curves,
    cutoffs,
    decisions,
    diagnosis,
    footing,
    harm,
    imbalance,
    leak,
    methods,
    metrics,
    overview,
    picture,
    ratio_sweep,
    reproduce,
    rescued,
    runs,
    snippet,
    tradeoff,
    verdict,
)
from job.text import abbreviate, counted, sentence

BUILDERS: tuple[Callable[[Facts], Section], ...] = (
    answer.build,
    verdict.build,
    overview.build,
    asked.build,
    balance.build,
    columns.build,
    diagnosis.build,
    comparisons.build,
    metrics.build,
    tradeoff.build,
    footing.build,
    alarms.build,
    cutoffs.build,
    decisions.build,
    curves.build,
    harm.build,
    rescued.build,
    picture.build,
    audit.build,
    ratio_sweep.build,
    imbalance.build,
    confusion.build,
    leak.build,
    runs.build,
    methods.build,
    snippet.build,
    reproduce.build,
)
"""A new section is one line here, one module in `job.report.sections` and one template in ``templates/sections``."""


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
        tuple(build(facts) for build in BUILDERS),
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
