"""The headline in sentences: the answer, what to use, how sure that is, why, and its price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from types import MappingProxyType
from typing import Any

from job.evidence import headline as codes
from job.evidence import rules
from job.evidence.recommendation_sentences import describe_certainty, describe_use
from job.evidence.verdict_sentences import (
    PRIMARY_WORDS,
    Told,
    describe_baseline_at_same_alarms,
    describe_interval,
    describe_price_of_recall,
    describe_verdict,
    prepare_telling,
)
from job.evidence.words import Naming, counted, decimal, listed, whole

_SHOWN = 5  # combinations that a sentence names
_REASONS: Mapping[str, str] = MappingProxyType(
    {
        rules.TOO_FEW_ROWS: ": too few minority rows",
        rules.DECISIONS_ONLY: ": it only trades false alarms for minority rows",
        rules.RANKS_WORSE: ": it ranks worse",
        rules.EQUIVALENT: ": it ranks no differently",
        rules.NO_WORTHWHILE_GAIN: ": it brings no gain worth having",
    }
)


@dataclass(frozen=True)
class Answer:
    """The headline in parts; a part that a job has no use for is empty.

    Parameters
    ----------
    short : str
        Does it help?
    use : str
        What is recommended, what it gains, and what it costs.
    sure : str
        What that rests on.
    why : str
        The verdict that the answer quotes.
    others : str
        What holds for the classifiers that it doesn't speak of.
    choice : str
        Why that is recommended.
    price : str
        What it comes to, in numbers of its own.
    """

    short: str
    use: str
    sure: str
    why: str
    others: str
    choice: str
    price: str


def describe_headline(
    headline: Mapping[str, Any], verdicts: Sequence[Mapping[str, Any]], naming: Naming = str
) -> list[str]:
    """Say the answer first, then what else there is to say about the whole job.

    Parameters
    ----------
    headline, verdicts, naming
        As in `tell_headline`.

    Returns
    -------
    list of str
        The parts of the answer that there are.
    """
    return [text for text in astuple(tell_headline(headline, verdicts, naming)) if text]


def tell_headline(
    headline: Mapping[str, Any], verdicts: Sequence[Mapping[str, Any]], naming: Naming = str, gloss: str = ""
) -> Answer:
    """Say the answer, part by part.

    Parameters
    ----------
    headline : Mapping
        ``verdict.headline`` of results.json: its code, numbers and recommendation.
    verdicts : sequence of Mapping
        ``verdict.rows``.
    naming : callable
        How labels are written.
    gloss : str
        What the recommended strategy does, in a few words.

    Returns
    -------
    Answer
    """
    named = headline["numbers"]["about"]
    about = next((verdict for verdict in verdicts if named is not None and named.items() <= verdict.items()), None)
    return Answer(
        short=_short(headline, about, naming),
        use=describe_use(headline, naming, gloss),
        sure=describe_certainty(headline, None if about is None else about["numbers"].get("n_positive")),
        why="" if about is None else _why(headline, about, naming),
        others=_others(headline, verdicts, naming),
        choice=_choice(headline, naming),
        price=_price(headline),
    )


def _short(headline: Mapping[str, Any], about: Mapping[str, Any] | None, naming: Naming) -> str:
    code = headline["code"]
    if code == codes.NOT_ASKED:
        return "No oversampling strategy was listed, so this job doesn't say whether oversampling helps."
    if about is None:
        return "This job cannot tell whether oversampling helps: no strategy could be tested."
    classifier = naming(about["classifier"])
    if code == codes.NO_HELP and about["code"] == rules.CURVES_CROSS:
        return f"Oversampling is no clear gain with {classifier} here: it ranks better in one region, worse in another."
    reason = _short_reason(about) if (about["code"] in rules.CANNOT_TELL) == (code == codes.CANNOT_TELL_ANY) else ""
    return {
        codes.CANNOT_TELL_ANY: f"This job cannot tell whether oversampling helps{reason}.",
        codes.UNDECIDED: "Undecided: these data can't show whether oversampling helps.",
        codes.NO_HELP: f"Oversampling doesn't help {classifier} here{reason}.",
        codes.NOT_CONFIRMED: "No gain from oversampling is confirmed here: the one that was seen may be luck.",
        codes.HELPS: f"Oversampling helps {classifier} here: it ranks better.",
        codes.NOT_NEEDED: f"Oversampling helps {classifier} here, but what is recommended does without.",
    }[code]


def _short_reason(about: Mapping[str, Any]) -> str:
    """The verdict that the answer quotes in a few words, put behind it; nothing where that takes more."""
    code, numbers = about["code"], about["numbers"]
    if code == rules.MOSTLY_THRESHOLD:
        gain, without = prepare_telling(about, str).change("recall"), numbers["curve_gain_of_baseline"]
        if gain is None or without is None or round(100 * without) < round(100 * gain):
            return ": its gain is mostly a moved threshold"
        return ": a moved threshold finds as many"
    if code == rules.TOO_FEW_SPLITS:
        return ": too few splits to compare" if numbers["n_splits"] else ": there is nothing to compare"
    return _REASONS.get(code, "")


def _why(headline: Mapping[str, Any], about: Mapping[str, Any], naming: Naming) -> str:
    code = headline["code"]
    told = prepare_telling(about, naming)
    if code in (codes.CANNOT_TELL_ANY, codes.UNDECIDED):
        return describe_verdict(about, naming)
    if code == codes.NO_HELP:
        return _no_help(told, about["code"], describe_verdict(about, naming))
    gain = f"{told.strategy} ranks better than {told.baseline}, {told.metric} {describe_interval(told)}"
    n_family = headline["numbers"]["n_oversampling"]
    family = f"the adjustment for {counted(n_family, 'combination')} of an oversampling strategy and a classifier"
    if code == codes.NOT_CONFIRMED:
        return f"Taken alone, {gain} with {told.classifier}, but that doesn't survive {family}."
    return f"{gain}." if n_family == 1 else f"{gain}. That survives {family}."


def _no_help(told: Told, code: str, sentence: str) -> str:
    alarms = told.change("false_alarms_per_1000")
    if code != rules.MOSTLY_THRESHOLD or alarms is None or alarms <= 0:
        return sentence
    price = describe_price_of_recall(told).replace(" and raises ", ", but only by raising ")
    at_same = describe_baseline_at_same_alarms(told)
    honest = " and the probabilities stay honest" if _spoils_probabilities(told) else ""
    return f"{told.strategy} {price}{f'; {at_same}{honest}' if at_same else ''}.{_how_sure(told)}"


def _how_sure(told: Told) -> str:
    if told.numbers.get("rank_gain_at_own_fpr_upper") is None:
        return ""
    confidence = f"{100 * told.numbers['confidence']:g} %"
    return f" At {confidence} confidence, less than half of what {told.strategy} finds more is better ranking."


def _spoils_probabilities(told: Told) -> bool:
    """Tell whether the strategy's mean probability is further from the truth than baseline's."""
    mine, theirs = told.mean("mean_predicted", "strategy"), told.mean("mean_predicted", "baseline")
    share = told.numbers["prevalence"]
    if mine is None or theirs is None or share is None:
        return False
    return bool(abs(mine - share) > abs(theirs - share))


def _others(headline: Mapping[str, Any], verdicts: Sequence[Mapping[str, Any]], naming: Naming) -> str:
    """What holds for the classifiers that the answer doesn't speak of."""
    about = headline["numbers"]["about"]
    if about is None or headline["code"] in (codes.CANNOT_TELL_ANY, codes.NOT_ASKED):
        return ""
    found: dict[str, set[str]] = {}
    for verdict in verdicts:
        found.setdefault(str(verdict["classifier"]), set()).add(verdict["code"])
    either = "" if rules.RANKS_BETTER in found.pop(about["classifier"]) else " either"
    untold = [naming(label) for label, seen in found.items() if seen <= set(rules.CANNOT_TELL)]
    rest = [
        naming(label)
        for label, seen in found.items()
        if rules.RANKS_BETTER not in seen and not seen <= set(rules.CANNOT_TELL)
    ]
    told = f"With {listed(rest)} no oversampling strategy is shown to rank better{either}." if rest else ""
    return f"{told} Whether oversampling helps {listed(untold)} cannot be told.".lstrip() if untold else told


def _choice(headline: Mapping[str, Any], naming: Naming) -> str:
    numbers, recommended = headline["numbers"], headline["recommended"]
    left_out = _left_out(numbers, naming)
    if recommended is None or numbers["n_tried"] == 1:
        return left_out
    best, winner = (
        f"{naming(place['strategy'])} with {naming(place['classifier'])}" for place in (numbers["best"], recommended)
    )
    tried = counted(numbers["n_tried"], "combination")
    near = len(numbers["candidates"]) - 1
    told_apart = (
        "all others are distinguishable from it" if numbers["n_tried"] > 2 else "a test tells the other from it"
    )
    apart = counted(near, "other isn't distinguishable from it", "others aren't distinguishable from it")
    return (
        f"Of {tried} of a strategy and a classifier, {best} has the best mean {PRIMARY_WORDS[numbers['primary']]}, "
        "which no threshold moves; "
        f"{apart if near else told_apart}. Recommended is {_reason(headline, winner)}."
        f"{' ' if left_out else ''}{left_out}"
    )


def _left_out(numbers: Mapping[str, Any], naming: Naming) -> str:
    """Name what was not ranked, for its mean is over the splits that went well."""
    rows = numbers.get("left_out", [])
    if not rows:
        return ""
    shown = [
        f"{naming(row['strategy'])} with {naming(row['classifier'])} ({row['n_splits']:,})" for row in rows[:_SHOWN]
    ]
    more = [f"{len(rows) - _SHOWN:,} more"] if len(rows) > _SHOWN else []
    n_splits = numbers["n_splits_scored"]
    return f"Left out for having a result on fewer than all {n_splits:,} splits: {listed([*shown, *more])}."


def _reason(headline: Mapping[str, Any], winner: str) -> str:
    numbers, recommended = headline["numbers"], headline["recommended"]
    price = numbers["price"] or {}
    best = "is the simplest" if price.get("expected_cost_per_1000") is None else "costs least"
    if recommended not in numbers["candidates"]:
        return f"{winner}: no gain from oversampling is confirmed, and of the best without it this {best}"
    if len(numbers["candidates"]) == 1:
        return "that one"
    if headline["code"] in (codes.HELPS, codes.NOT_ASKED):
        return f"{winner}: of these it {best}"
    return f"{winner}: of these, leaving out oversampling without a confirmed gain, it {best}"


def _price(headline: Mapping[str, Any]) -> str:
    price = headline["numbers"]["price"]
    if price is None:
        return ""
    alarms = whole(price["false_alarms_per_1000"])
    found = "" if price["recall"] is None else f"finds {whole(100 * price['recall'])} of every 100 minority rows, "
    cost = price["expected_cost_per_1000"]
    costs = "" if cost is None else f" and costs {whole(cost)} per 1,000 rows"
    decided = (
        f"At its own decision it {found}{'and ' if found and not costs else ''}raises {alarms} false "
        f"{'alarm' if alarms == '1' else 'alarms'} per 1,000 rows{costs}"
    )
    if price["mean_predicted"] is None:
        return f"{decided}."
    share = decimal(headline["numbers"]["prevalence"])
    return f"{decided}; its mean predicted probability is {decimal(price['mean_predicted'])}, the true share {share}."
