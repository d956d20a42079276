"""The main numbers of every strategy, and the share of the minority that each one finds."""

from __future__ import annotations

from dataclasses import dataclass

from job.report.canvas import Picture
from job.report.facts import Facts
from job.report.formats import number
from job.report.metric_table import build_metric_table
from job.report.section import Section
from job.report.sections.answer import find_main_classifier
from job.report.sections.price import describe_price
from job.report.sections.recall import draw_recall, explain_no_recall
from job.report.settings import describe_spread
from job.report.table import Name, Table

_DECISION = ("recall", "precision", "false_alarms_per_1000")


@dataclass(frozen=True)
class Block:
    """What is shown for one classifier.

    Parameters
    ----------
    price : str
        What more recall costs, in a sentence or two.
    picture : Picture or None
        None for the classifier whose chart stands in the answer, and where there is none to draw.
    """

    classifier: Name
    price: str
    table: Table
    picture: Picture | None
    why_no_picture: str


@dataclass(frozen=True)
class Overview:
    """The main numbers.

    Parameters
    ----------
    blocks : tuple of Block
        One for each classifier.
    spread : str
        What stands behind the ± sign.
    """

    blocks: tuple[Block, ...]
    spread: str
    baseline: str


def build(facts: Facts) -> Section:
    """Build the section."""
    blocks = tuple(_block(facts, classifier) for classifier in facts.classifiers)
    content = Overview(blocks, describe_spread(facts), facts.baseline.short)
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
    if classifier == find_main_classifier(facts):
        return Block(classifier, describe_price(facts, classifier), table, None, "")
    picture = draw_recall(facts, classifier)
    why = "" if picture else explain_no_recall(classifier)
    return Block(classifier, describe_price(facts, classifier), table, picture, why)
