"""What to use, what it gains and costs beside baseline, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from job.evidence import headline as codes
from job.evidence.estimates import BOOTSTRAP, NO_TEST
from job.evidence.words import Naming, counted, decimal, signed, whole

Row = Mapping[str, Any]

_FEW_ROWS = 50  # minority rows below which no interval should be taken at its word


def describe_use(headline: Row, naming: Naming, gloss: str = "") -> str:
    """Say what is recommended, what it finds and what it costs, beside baseline with the same classifier.

    Parameters
    ----------
    headline : Mapping
        ``verdict.headline`` of results.json.
    naming : callable
        How labels are written.
    gloss : str
        What the recommended strategy does, in a few words.

    Returns
    -------
    str
        One or two sentences.
    """
    numbers = headline["numbers"]
    action, beside = describe_action(headline, naming), numbers.get("beside_baseline")
    action = f"{action} ({gloss})" if gloss else action
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
    use = {codes.HELPS: "Use", codes.NOT_ASKED: "Use", codes.NO_HELP: "Instead, use"}
    return f"{use.get(headline['code'], 'Without oversampling, use')} {strategy} with {classifier}{only}"


def describe_certainty(headline: Row, n_positive: int | None = None) -> str:
    """Say how sure the recommendation is: splits, minority rows, and what chance may have done.

    Parameters
    ----------
    headline : Mapping
        ``verdict.headline`` of results.json.
    n_positive : int or None
        Minority rows in the data, where that is known.

    Returns
    -------
    str
        Nothing where the results are older than these numbers.
    """
    numbers = headline["numbers"]
    if "n_splits" not in numbers:
        return ""
    return f"How sure? {_certainty(headline)}: {_tested(numbers, n_positive)}."


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
    start = f"it finds {_of_hundred(recall['strategy'])}{gain}"
    probabilities = _probabilities(metrics, numbers["prevalence"])
    return f"{start} and raises {_alarms(alarms['strategy'])}{cost}. {probabilities}".rstrip()


def _probabilities(metrics: Row, prevalence: float) -> str:
    mean, brier = metrics["mean_predicted"], metrics["brier"]
    if mean["strategy"] is None:
        return ""
    if not mean["difference"] and not brier["difference"]:
        return ""
    predicted, before = decimal(mean["strategy"]), decimal(mean["baseline"])
    return f"Its mean predicted probability is {predicted} instead of {before}, the true share {decimal(prevalence)}."


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
    moves, limits = ("rises" if recall["difference"] > 0 else "falls"), _limits(recall, numbers["confidence"])
    adjusted = recall["p_adjusted"]
    if adjusted is None or adjusted >= round(1 - numbers["confidence"], 12):
        return f"Not sure, that recall {moves} may be chance{f' ({limits})' if limits else ''}"
    chance = "the luck of these test rows" if method == BOOTSTRAP else "chance"
    start = f"That recall {moves} is unlikely to be {chance}"
    if limits and _is_vague(recall, numbers["n_minority_rows"]):
        return f"{start}, by how much is uncertain ({limits})"
    return f"{start} ({limits})" if limits else start


def _limits(row: Row, confidence: float) -> str:
    """Write an interval of recall: ``95 % interval +14 to +22``."""
    if row["lower"] is None:
        return ""
    lower, upper = (signed(100 * row[key], 0) for key in ("lower", "upper"))
    return f"{100 * confidence:g} % interval {lower} to {upper}"


def _is_vague(row: Row, n_minority_rows: int) -> bool:
    """Tell whether a difference that is there may be much smaller or larger than it seems."""
    is_wide = row["upper"] - row["lower"] > abs(row["difference"]) / 2
    return bool(is_wide or n_minority_rows < _FEW_ROWS)


def _tested(numbers: Row, n_positive: int | None) -> str:
    n_rows = numbers["n_minority_rows"]
    few = "only " if n_rows < _FEW_ROWS else ""
    if numbers["n_splits"] == 1:
        rows = f"{few}{counted(n_rows, 'minority row')}"
        return f"one split only, {rows} in its test part; another may turn out differently"
    rows = f"all {n_rows:,} minority rows" if n_rows == n_positive else counted(n_rows, "minority row")
    if n_positive is not None and n_rows < n_positive:
        rows = f"{n_rows:,} of the {n_positive:,} minority rows"
    if few:
        rows = f"only {counted(n_rows, 'minority row')}"
    return f"{counted(numbers['n_splits'], 'split')}, {rows} tested"


def _of_hundred(recall: float) -> str:
    return f"{whole(100 * recall)} of every 100 minority rows"


def _alarms(rate: float) -> str:
    alarms = whole(rate)
    return f"{alarms} false {'alarm' if alarms == '1' else 'alarms'} per 1,000 rows"
