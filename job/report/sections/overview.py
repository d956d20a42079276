"""The first screen: the main numbers and the share of the minority that each strategy finds."""

from __future__ import annotations

from dataclasses import dataclass

from job.report.canvas import Picture
from job.report.facts import Facts
from job.report.formats import number
from job.report.metric_table import build_metric_table
from job.report.section import Section
from job.report.sections.price import describe_price
from job.report.sections.recall import draw_recall
from job.report.settings import describe_spread
from job.report.table import Name, Table
from job.report.words import counted, listed

_DECISION = ("recall", "precision", "false_alarms_per_1000")


@dataclass(frozen=True)
class Block:
    """What is shown for one classifier.

    Parameters
    ----------
    classifier : Name
    price : str
        What more recall costs, in a sentence or two.
    table : Table
    picture : Picture or None
    why_no_picture : str
    """

    classifier: Name
    price: str
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
    spread : str
        What stands behind the ± sign.
    baseline : str
    """

    trouble: str
    blocks: tuple[Block, ...]
    spread: str
    baseline: str


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
    content = Overview(_trouble(facts), blocks, describe_spread(facts), facts.baseline.short)
    return Section("overview", "Main numbers", content)


def _block(facts: Facts, classifier: Name) -> Block:
    ranking = dict.fromkeys((facts.primary, "average_precision"))
    table = build_metric_table(
        facts,
        classifier,
        (*_DECISION, *ranking, "mean_predicted"),
        f"main-{classifier.index}",
        f"Main numbers with {classifier.short}",
        caption_hidden=True,
        hints={"mean_predicted": f"true share {number(facts.test_share, 3)}"},
    )
    why = f"No chart: no strategy has a recall with {classifier.short} on any split."
    picture = draw_recall(facts, classifier)
    return Block(classifier, describe_price(facts, classifier), table, picture, "" if picture else why)


def _trouble(facts: Facts) -> str:
    status = facts.results["status"]
    failed, degraded = status["n_failed"], status["n_degraded"]
    parts = [f"{count:,} {kind}" for count, kind in ((failed, "failed"), (degraded, "ran degraded")) if count]
    if not parts:
        return ""
    left = " A failed run gives no number: means are over the splits that are left." if failed else ""
    return f"Of {counted(status['n_runs'], 'run')}, {listed(parts)}.{left}"
