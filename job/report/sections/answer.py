"""The first screen: the answer, four numbers beside baseline's, and the recall of each strategy."""

from __future__ import annotations

from dataclasses import dataclass

from job.evidence.diagnosis import describe_problems
from job.evidence.strategy_kinds import GLOSSES, find_kinds, gloss_recommended
from job.report.charts.canvas import Picture
from job.report.facts import Facts, Found
from job.report.layout import Name, Section, Table
from job.report.sections.cutoffs import build_menu
from job.report.sections.overview import draw_recall, explain_no_recall
from job.report.sections.runs import Trouble, find_trouble
from job.report.sections.tiles import Beside, Tile, build_tiles, find_beside
from job.wording.answer import describe_action, tell_answer
from job.wording.cutoffs import tell_cutoffs

_ABSENT = "These results hold no verdict."


@dataclass(frozen=True)
class Gloss:
    """Strategies of one kind."""

    names: tuple[Name, ...]
    words: str


def build_glossary(facts: Facts) -> tuple[Gloss, ...]:
    """Build the list, in the order of the strategies; those of which nothing is known aren't in it."""
    kinds = find_kinds(facts.results)
    groups: dict[str, list[Name]] = {}
    for name in facts.strategies:
        groups.setdefault(GLOSSES[kinds[name.label]], []).append(name)
    return tuple(Gloss(tuple(names), words) for words, names in groups.items() if words)


@dataclass(frozen=True)
class Answer:
    """The first screen.

    Parameters
    ----------
    problems : tuple of str
        What is wrong with the data itself.
    trouble : Trouble or None
        Which runs failed or were degraded; None where all went well.
    lead : str
        Does it help?
    action : str
        What is recommended.
    use : str
        What it is, what that gains, and what it costs; goes on where `action` ends.
    cutoffs : tuple of str
        The cut-offs to choose from and which is the cheapest when, or what was asked and what the ends cost.
    menu : Table or None
        The same as a table, where nothing was asked.
    sure : tuple of str
        What difference the answer rests on, and how much evidence that is.
    why : tuple of str
        What holds for other classifiers, what the decisions are worth, and why this is recommended.
    beside : Beside
        Of which strategies the tiles tell.
    classifier : Name
        Of the tiles and the chart.
    glossary : tuple of Gloss
        What each strategy does.
    """

    problems: tuple[str, ...]
    trouble: Trouble | None
    lead: str
    action: str
    use: str
    cutoffs: tuple[str, ...]
    menu: Table | None
    sure: tuple[str, ...]
    why: tuple[str, ...]
    beside: Beside
    tiles: tuple[Tile, ...]
    classifier: Name
    picture: Picture | None
    why_no_picture: str
    glossary: tuple[Gloss, ...]
    n_classifiers: int


def build(facts: Facts) -> Section:
    """Build the section."""
    verdict = facts.results.get("verdict")
    lead, use, sure, why = (_ABSENT, "", (), ()) if verdict is None else _sentences(facts, verdict)
    action = "" if verdict is None else describe_action(verdict["headline"], facts.name_shortly)
    classifier = facts.main_classifier
    beside = find_beside(facts, classifier, facts.headline)
    picture = draw_recall(facts, classifier)
    content = Answer(
        tuple(describe_problems(facts.results)),
        find_trouble(facts, None if verdict is None else verdict["headline"]["recommended"]),
        lead,
        action,
        use.removeprefix(action),
        () if verdict is None else tuple(tell_cutoffs(verdict["headline"], facts.results["decisions"])),
        _menu(facts),
        sure,
        why,
        beside,
        build_tiles(facts, classifier, beside),
        classifier,
        picture,
        "" if picture else explain_no_recall(classifier),
        build_glossary(facts),
        len(facts.classifiers),
    )
    return Section("answer", "The answer", content)


def _menu(facts: Facts) -> Table | None:
    headline = facts.headline
    pair = headline and headline["recommended"]
    if not pair or facts.results["decisions"]["asked"] is not None:
        return None
    strategy = facts.strategy(pair["strategy"])
    return build_menu(facts, strategy, facts.main_classifier)


def _sentences(facts: Facts, verdict: Found) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    told = tell_answer(verdict, facts.results["power"], facts.name_shortly, gloss_recommended(facts.results))
    why = (told.others, told.why, told.choice)
    return told.short, told.use, tuple(filter(None, (told.found, told.sure))), tuple(filter(None, why))
