"""The first screen: the answer, four numbers beside baseline's, and the recall of each strategy."""

from __future__ import annotations

from dataclasses import dataclass

from job.report.charts.canvas import Picture
from job.report.facts import Facts
from job.report.layout import Name, Section, Table
from job.report.sections.cutoffs import build_menu
from job.report.sections.overview import draw_recall, explain_no_recall
from job.report.sections.runs import Trouble, find_trouble
from job.report.sections.tiles import Beside, Tile, build_tiles, find_beside
from job.wording import answer as wording


@dataclass(frozen=True)
class Gloss:
    """Strategies of one kind."""

    names: tuple[Name, ...]
    words: str


@dataclass(frozen=True)
class Answer:
    """The first screen.

    Parameters
    ----------
    trouble : Trouble or None
        Which runs failed or were degraded; None where all went well.
    told : job.wording.answer.Answer
        The sentences.
    menu : Table or None
        The cut-offs to choose from, where nothing was asked.
    beside : Beside
        Of which strategies the tiles tell.
    classifier : Name
        Of the tiles and the chart.
    glossary : tuple of Gloss
        What each strategy does.
    """

    trouble: Trouble | None
    told: wording.Answer
    menu: Table | None
    beside: Beside
    tiles: tuple[Tile, ...]
    classifier: Name
    picture: Picture | None
    why_no_picture: str
    glossary: tuple[Gloss, ...]
    n_classifiers: int


def build(facts: Facts) -> Section:
    """Build the section."""
    recommended, classifier, beside = facts.headline.recommended, facts.main_classifier, find_beside(facts)
    menu = None
    if recommended is not None and facts.results.decisions.asked is None:
        menu = build_menu(facts, facts.strategy(recommended.strategy), classifier)
    picture = draw_recall(facts, classifier)
    content = Answer(
        find_trouble(facts, recommended),
        wording.tell_answer(facts.results, facts.name_shortly),
        menu,
        beside,
        build_tiles(facts, beside),
        classifier,
        picture,
        "" if picture else explain_no_recall(classifier),
        _glossary(facts),
        len(facts.classifiers),
    )
    return Section("answer", "The answer", content)


def _glossary(facts: Facts) -> tuple[Gloss, ...]:
    """List kinds in the order of the strategies; those of which nothing is known aren't in it."""
    groups: dict[str, list[Name]] = {}
    for name in facts.strategies:
        groups.setdefault(wording.GLOSSES[facts.kind(name)], []).append(name)
    return tuple(Gloss(tuple(names), words) for words, names in groups.items() if words)
