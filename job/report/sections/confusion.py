"""Right and wrong decisions, counted."""

from __future__ import annotations

from dataclasses import dataclass

from job.report.facts import Facts
from job.report.layout import Section, Table
from job.report.metric_columns import build_metric_table
from job.report.sections.metrics import CONFUSION


@dataclass(frozen=True)
class Confusion:
    """The counts.

    Parameters
    ----------
    n_test, n_positive : float
        Mean size of a test part, and its positive rows.
    tables : tuple of Table
        One for each classifier.
    """

    n_test: float
    n_positive: float
    baseline: str
    tables: tuple[Table, ...]


def build(facts: Facts) -> Section:
    """Build the section."""
    tables = tuple(
        build_metric_table(
            facts, classifier, CONFUSION, f"confusion-{classifier.index}", f"Counts with {classifier.short}"
        )
        for classifier in facts.classifiers
    )
    made = facts.splits
    return Section(
        "confusion",
        "Right and wrong",
        Confusion(made["n_test_mean"], made["n_test_positive_mean"], facts.baseline.short, tables),
    )
