"""What to use, what it gains and costs beside baseline, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from job.evidence import headline as codes
from job.evidence.estimates import BOOTSTRAP, NO_TEST
from job.evidence.verdict_sentences import PRIMARY_WORDS
from job.evidence.words import Naming, counted, decimal, signed, whole

Row = Mapping[str, Any]


def describe_use(headline: Row, naming: Naming) -> str:
    """Say what is recommended, what it finds and what it costs, beside baseline with the same classifier.

    Parameters
    ----------
    headline : Mapping
        ``verdict.headline`` of results.json.
    naming : callable
        How labels are written.

    Returns
    -------
    str
        One or two sentences.
    """
    numbers = headline["numbers"]
    action, beside = describe_action(headline, naming), numbers.get("beside_baseline")
    if headline["recommended"] is None:
        return f"{action}."
    if beside is not None:
        return f"{action}: {_beside(beside, numbers, naming)}"
    found = _decision(numbers["price"])
    return f"{action}: {found}." if found else f"{action}."


def describe_action(headline: Row, naming: Naming) -> str:
    """Say what to do, in the words with which `describe_use` begins.

    Parameters
    ----------
    headline, naming
        As in `describe_use`.

    Returns
    -------
    str
        Without a full stop.
    """
    recommended, numbers = headline["recommended"], headline["numbers"]
    if recommended is None:
        return "Nothing is recommended"
    strategy, classifier = naming(recommended["strategy"]), naming(recommended["classifier"])
    tried = "with a result on every split" if numbers.get("left_out") else "that was tried"
    only = f", the only combination {tried}" if numbers["n_tried"] == 1 else ""
    if recommended["strategy"] == numbers.get("baseline"):
        return f"Leave {classifier} as it is ({strategy}){only}"
    return f"Use {strategy} with {classifier}{only}"


def describe_certainty(headline: Row) -> str:
    """Say how sure the recommendation is: splits, minority rows, and what chance may have done.

    Parameters
    ----------
    headline : Mapping
        ``verdict.headline`` of results.json.

    Returns
    -------
    str
        Nothing where the results are older than these numbers.
    """
    numbers = headline["numbers"]
    if "n_splits" not in numbers:
        return ""
    n_rows = numbers["n_minority_rows"]
    if numbers["n_splits"] == 1:
        tested = f"one split only, {counted(n_rows, 'minority row')} in its test part; another may turn out differently"
    else:
        tested = f"{counted(numbers['n_splits'], 'split')}, {counted(n_rows, 'different minority row')} tested"
    return f"How sure? {_certainty(headline)}: {tested}."


def describe_nearness(headline: Row) -> str:
    """Say how many combinations a test doesn't tell from the best.

    Parameters
    ----------
    headline : Mapping
        ``verdict.headline`` of results.json.

    Returns
    -------
    str
        Nothing where there are no others, or nothing is recommended.
    """
    numbers = headline["numbers"]
    n_others, near = numbers["n_tried"] - 1, len(numbers["candidates"]) - 1
    if headline["recommended"] is None or n_others < 1:
        return ""
    metric = PRIMARY_WORDS[numbers["primary"]]
    if not near:
        return f"By {metric}, the best combination is told from {'the other' if n_others == 1 else 'all others'}."
    which = "the other combination" if n_others == 1 else f"{near} of {n_others} other combinations"
    return f"By {metric}, which no threshold moves, {which} can't be told from the best."


def _decision(price: Row | None) -> str:
    if price is None or price["recall"] is None or price["false_alarms_per_1000"] is None:
        return ""
    return f"it finds {_of_hundred(price['recall'])} and raises {_alarms(price['false_alarms_per_1000'])}"


def _beside(beside: Row, numbers: Row, naming: Naming) -> str:
    metrics, baseline = beside["metrics"], naming(numbers["baseline"])
    recall, alarms = metrics["recall"], metrics["false_alarms_per_1000"]
    if recall["strategy"] is None or alarms["strategy"] is None:
        return f"no split has a result of both it and {baseline}."
    found, found_before = whole(100 * recall["strategy"]), whole(100 * recall["baseline"])
    raised, raised_before = whole(alarms["strategy"]), whole(alarms["baseline"])
    gain = f" instead of {found_before}" if found != found_before else f", as {baseline} does,"
    cost = f" instead of {raised_before}" if raised != raised_before else f", as {baseline} does"
    start = f"it finds {_of_hundred(recall['strategy'])}{gain}{_interval(recall, numbers['confidence'])}"
    probabilities = _probabilities(metrics, numbers["prevalence"])
    return f"{start} and raises {_alarms(alarms['strategy'])}{cost}. {probabilities}".rstrip()


def _interval(row: Row, confidence: float) -> str:
    if row["lower"] is None:
        return ""
    lower, upper = (signed(100 * row[key], 0) for key in ("lower", "upper"))
    kind = "gain" if row["difference"] > 0 else "difference"
    return f" ({100 * confidence:g} % interval of the {kind} {lower} to {upper})"


def _probabilities(metrics: Row, prevalence: float) -> str:
    mean, brier = metrics["mean_predicted"], metrics["brier"]
    if mean["strategy"] is None:
        return ""
    if not mean["difference"] and not brier["difference"]:
        return "Probabilities stay as they are."
    return (
        f"Its mean predicted probability is {decimal(mean['strategy'])} instead of {decimal(mean['baseline'])}, where "
        f"{decimal(prevalence)} are positive."
    )


def _certainty(headline: Row) -> str:
    code, numbers = headline["code"], headline["numbers"]
    beside = numbers["beside_baseline"]
    if headline["recommended"] is None:
        return "It cannot be told"
    if numbers["n_tried"] == 1:
        return "Nothing was there to compare it with"
    if beside is None and numbers["n_splits"] == 1:
        return "Only as far as these test rows go"
    if beside is None and code == codes.UNDECIDED:
        return "Whether something else would be better stays open"
    if beside is None:
        return "Fairly" if code == codes.NOT_NEEDED else "Fairly, nothing else is confirmed to rank better"
    recall, method = beside["metrics"]["recall"], beside["method"]
    if method == NO_TEST or recall["difference"] is None:
        return "The difference in recall cannot be tested"
    if recall["difference"] == 0 and recall["lower"] is None:
        return "Recall is the same on every split"
    kind = "gain" if recall["difference"] > 0 else "loss"
    adjusted = recall["p_adjusted"]
    if adjusted is not None and adjusted < round(1 - numbers["confidence"], 12):
        chance = "hardly the luck of these test rows" if method == BOOTSTRAP else "hardly chance"
        return f"The {kind} of recall is {chance}"
    return f"Not sure, the {kind} of recall may be chance"


def _of_hundred(recall: float) -> str:
    return f"{whole(100 * recall)} of every 100 minority rows"


def _alarms(rate: float) -> str:
    alarms = whole(rate)
    return f"{alarms} false {'alarm' if alarms == '1' else 'alarms'} per 1,000 rows"
