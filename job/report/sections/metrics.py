"""Every metric: mean, spread and difference from baseline, one table for each classifier in each group."""

from __future__ import annotations

from dataclasses import dataclass

from job.report.facts import Facts
from job.report.formats import number
from job.report.metric_groups import GROUPS, Group
from job.report.metric_table import BY_NAME, build_metric_table
from job.report.section import Section
from job.report.settings import describe_spread
from job.report.table import Table
from job.report.words import sentence


@dataclass(frozen=True)
class MetricGroup:
    """One group with its tables.

    Parameters
    ----------
    meanings : tuple of (str, str)
        Label and plain-words description of each metric.
    tables : tuple of Table
        One for each classifier.
    """

    key: str
    title: str
    reading: str
    meanings: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Metrics:
    """Every metric.

    Parameters
    ----------
    spread : str
        What stands behind the ± sign.
    """

    spread: str
    baseline: str
    groups: tuple[MetricGroup, ...]


def build(facts: Facts) -> Section:
    """Build the section."""
    groups = tuple(_group(facts, group) for group in GROUPS)
    return Section("metrics", "All metrics", Metrics(describe_spread(facts), facts.baseline.short, groups))


def _group(facts: Facts, group: Group) -> MetricGroup:
    tables = tuple(
        build_metric_table(
            facts,
            classifier,
            group.metrics,
            f"{group.key}-{classifier.index}",
            f"{group.title} with {classifier.short}",
            hints={} if facts.chance is None else {"average_precision": f"random order {number(facts.chance, 3)}"},
        )
        for classifier in facts.classifiers
    )
    meanings = tuple((BY_NAME[name].label, sentence(BY_NAME[name].description)) for name in group.metrics)
    return MetricGroup(group.key, group.title, group.reading, meanings, tables)
