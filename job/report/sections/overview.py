"""The first screen: the main numbers and the share of the minority that each strategy finds."""

from __future__ import annotations

from dataclasses import dataclass

from job.report.facts import Facts
from job.report.figures import Picture
from job.report.metric_table import build_metric_table
from job.report.section import Section
from job.report.sections.recall import draw_recall
from job.report.table import Name, Table
from job.report.words import counted

_DECISION = ("recall", "precision", "false_alarms_per_1000")


@dataclass(frozen=True)
class Block:
    """What is shown for one classifier.

    Parameters
    ----------
    classifier : Name
    table : Table
    picture : Picture or None
    why_no_picture : str
    """

    classifier: Name
    table: Table
    picture: Picture | None
    why_no_picture: str


@dataclass(frozen=True)
class Overview:
    """The first screen.

    Parameters
    ----------
    trouble : str
        How many runs failed or were degraded; nothing where all went well.
    blocks : tuple of Block
        One for each classifier.
    prevalence : float
        What the mean predicted probability should be.
    """

    trouble: str
    blocks: tuple[Block, ...]
    prevalence: float


def build(facts: Facts) -> Section:
    """Build the section.

    Parameters
    ----------
    facts : Facts

    Returns
    -------
    Section
    """
    blocks = tuple(_block(facts, classifier) for classifier in facts.classifiers)
    return Section("overview", "Main numbers", Overview(_trouble(facts), blocks, facts.dataset["prevalence"]))


def _block(facts: Facts, classifier: Name) -> Block:
    ranking = dict.fromkeys((facts.primary, "average_precision"))
    metrics = (*_DECISION, *ranking, "mean_predicted")
    caption = f"Main numbers with {classifier.short}"
    table = build_metric_table(facts, classifier, metrics, f"main-{classifier.index}", caption, caption_hidden=True)
    picture = draw_recall(facts, classifier)
    return Block(classifier, table, picture, "" if picture else f"No chart: {_no_recall(facts, classifier)}")


def _no_recall(facts: Facts, classifier: Name) -> str:
    return f"no strategy has a recall with {classifier.short} on any of {counted(facts.n_splits, 'split')}."


def _trouble(facts: Facts) -> str:
    status = facts.results["status"]
    kinds = (("failed", "n_failed"), ("degraded", "n_degraded"))
    parts = [f"{status[key]:,} {kind}" for kind, key in kinds if status[key]]
    if not parts:
        return ""
    return f"Of {counted(status['n_runs'], 'run')}, {' and '.join(parts)}; the numbers below are from the others."
