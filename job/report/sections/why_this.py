"""Why this combination is recommended and no other: what it costs beside baseline, at which costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from job.evidence import headline as codes
from job.evidence.verdict_sentences import PRIMARY_WORDS
from job.evidence.words import whole
from job.report.facts import Facts
from job.report.formats import plain

_COST = "expected_cost_per_1000"


def explain_choice(facts: Facts, headline: Mapping[str, Any]) -> str:
    """Say why that is recommended.

    Parameters
    ----------
    facts : Facts
    headline : Mapping
        ``verdict.headline`` of results.json.

    Returns
    -------
    str
        Nothing where nothing is recommended, or there was nothing to choose from.
    """
    recommended, numbers = headline["recommended"], headline["numbers"]
    if recommended is None or numbers["n_tried"] == 1:
        return ""
    candidates = numbers["candidates"]
    if candidates == [recommended]:
        return f"Recommended because its {PRIMARY_WORDS[numbers['primary']]} is the best beyond chance."
    aside = "" if headline["code"] in (codes.HELPS, codes.NOT_ASKED) else ", oversampling aside,"
    if not facts.has_cost:
        return f"Recommended because{aside} it is the simplest of those that rank about as well as the best."
    return (
        f"Recommended because{aside} it costs least of those that rank about as well as the best"
        f"{_costs(facts, recommended)}."
    )


def _costs(facts: Facts, recommended: Mapping[str, str]) -> str:
    classifier = next(name for name in facts.classifiers if name.label == recommended["classifier"])
    strategy = next(name for name in facts.strategies if name.label == recommended["strategy"])
    mine, theirs = (facts.summary(name, classifier, _COST) for name in (strategy, facts.baseline))
    if mine is None or mine["value"] is None:
        return ""
    beside = ""
    if strategy != facts.baseline and theirs is not None and theirs["value"] is not None:
        beside = f" ({facts.baseline.short}: {whole(theirs['value'])})"
    cost = facts.results["evaluation"]
    missed, alarm = (plain(round(cost[key], 1)) for key in ("cost_false_negative", "cost_false_positive"))
    return f": {whole(mine['value'])} per 1,000 rows{beside} at {missed} a missed row and {alarm} a false alarm"
