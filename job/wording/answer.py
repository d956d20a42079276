"""The answer of the whole job: does it help, what to use, how sure that is, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

from job.evidence.verdict import recommendation as codes
from job.evidence.words import Naming, decimal, whole
from job.text import counted, listed
from job.wording.verdict import (
    METRIC_WORDS,
    describe_decision,
    describe_difference,
    describe_needed,
    describe_probability,
    describe_shortage,
)

Row = Mapping[str, Any]

_FEW_ROWS = 50  # minority rows below which no interval should be taken at its word
_SHOWN = 5  # combinations that a sentence names
_WITH: Mapping[str, str] = {
    codes.HELPS: "{strategy} ranks better",
    codes.PROBABLY_HELPS: "{strategy} probably ranks better",
    codes.NO_DIFFERENCE: "oversampling makes no practical difference",
    codes.OPEN: "it is open",
    codes.PROBABLY_HARMS: "oversampling probably ranks worse",
    codes.HARMS: "oversampling ranks worse",
    codes.CANNOT_TELL: "it can't be told",
}


@dataclass(frozen=True)
class Answer:
    """The answer in parts; a part that a job has no use for is empty.

    Parameters
    ----------
    short : str
        Does it help, with its probability.
    found : str
        The difference that this rests on, and what would settle it.
    others : str
        The same for the other classifiers, in one sentence.
    use : str
        What is recommended.
    sure : str
        What that rests on.
    why : str
        What the decisions of the strategy that the answer quotes are worth.
    choice : str
        Why that is recommended.
    """

    short: str
    found: str
    others: str
    use: str
    sure: str
    why: str
    choice: str

    def paragraphs(self) -> list[str]:
        """The parts that there are."""
        return [text for text in astuple(self) if text]


def tell_answer(verdict: Row, power: Row, naming: Naming = str, gloss: str = "") -> Answer:
    """Say the answer, part by part.

    Parameters
    ----------
    verdict, power : Mapping
        As in results.json.
    naming : callable
        How labels are written.
    gloss : str
        What the recommended strategy does, in a few words.

    Returns
    -------
    Answer
    """
    headline = verdict["headline"]
    about = _find(verdict["rows"], headline["about"])
    needed = _find(power["rows"], headline["about"])
    return Answer(
        short=_short(headline, about, naming),
        found=_found(headline, about, needed, power["n_positive"], naming),
        others=_others(headline, naming),
        use=f"{describe_action(headline, naming)}{f' ({gloss})' if gloss else ''}{_price(headline, naming)}",
        sure=_sure(headline, power["n_positive"]),
        why="" if about is None else f"{naming(about['strategy'])}: {_small(describe_decision(about))}",
        choice=_choice(headline, naming),
    )


def describe_action(headline: Row, naming: Naming) -> str:
    """Say what to do, in the words with which `Answer.use` begins; without a full stop."""
    recommended, numbers = headline["recommended"], headline["numbers"]
    if recommended is None:
        return "Nothing is recommended, since no run was scored."
    strategy, classifier = naming(recommended["strategy"]), naming(recommended["classifier"])
    if recommended["strategy"] == numbers["baseline"]:
        return f"Use {classifier} as it is ({strategy})"
    return f"Use {strategy} with {classifier}"


def _find(rows: list[Row], place: Row | None) -> Row | None:
    return next((row for row in rows if place is not None and place.items() <= row.items()), None)


def _short(headline: Row, about: Row | None, naming: Naming) -> str:
    code, classifier = headline["code"], naming(headline["classifier"])
    if about is None:
        return "No oversampling strategy was listed, so this job doesn't say whether oversampling helps."
    tested = about["ranking"]
    if code == codes.CANNOT_TELL:
        return f"This job can't tell whether oversampling helps {classifier}: {describe_shortage(tested['shortage'])}."
    start = {
        codes.HELPS: f"Oversampling helps {classifier} here",
        codes.PROBABLY_HELPS: f"Oversampling probably helps {classifier} here",
        codes.NO_DIFFERENCE: f"Oversampling makes no practical difference to {classifier} here",
        codes.OPEN: f"Whether oversampling helps {classifier} is open",
        codes.PROBABLY_HARMS: f"Oversampling probably makes {classifier} rank worse here",
        codes.HARMS: f"Oversampling makes {classifier} rank worse here",
    }[code]
    probability = describe_probability(tested, METRIC_WORDS[tested["metric"]])
    if not probability:
        return f"{start}."
    count = headline["n_oversamplers"]
    best = f", the best of {counted(count, 'oversampler')}" if count > 1 else ""
    return f"{start}: {probability} with {naming(about['strategy'])}{best}."


def _found(headline: Row, about: Row | None, needed: Row | None, n_positive: int, naming: Naming) -> str:
    """Say what difference that rests on, and how many minority rows would settle what isn't shown."""
    if about is None or headline["code"] == codes.CANNOT_TELL:
        return ""
    tested = about["ranking"]
    difference = describe_difference(tested, headline["numbers"]["confidence"])
    said = f"{naming(about['strategy'])} changes {METRIC_WORDS[tested['metric']]} by {difference}."
    if headline["code"] not in (codes.OPEN, codes.PROBABLY_HELPS, codes.PROBABLY_HARMS) or needed is None:
        return said
    return f"{said} {describe_needed(needed, n_positive)}".rstrip()


def _others(headline: Row, naming: Naming) -> str:
    """Say in one sentence what holds for the classifiers that the answer doesn't speak of."""
    if not headline["others"] or headline["code"] == codes.NOT_ASKED:
        return ""
    told: dict[str, list[str]] = {}
    for other in headline["others"]:
        if other["code"] == headline["code"] and other["code"] not in (codes.HELPS, codes.PROBABLY_HELPS):
            phrase = "the same holds"
        else:
            phrase = _WITH[other["code"]].format(strategy=naming(str(other["strategy"])))
        told.setdefault(phrase, []).append(naming(other["classifier"]))
    same = told.pop("the same holds", None)
    parts = [f"the same holds for {listed(same)}"] if same else []
    parts += [f"with {listed(labels)} {phrase}" for phrase, labels in told.items()]
    sentence = "; ".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _price(headline: Row, naming: Naming) -> str:
    """Say what the recommended pair does at the advised cut-off, or else at its own decision."""
    price = headline["numbers"]["price"]
    if headline["recommended"] is None:
        return ""
    if price is None or price["recall"] is None:
        return "."
    cutoff = headline["cutoff"]
    where = "at its own decision threshold" if cutoff is None else f"with the advised cut-off {_cut(cutoff)}"
    cost = price["expected_cost_per_1000"]
    alerts = whole(price["false_alarms_per_1000"])
    found = (
        f": {where} it finds {whole(100 * price['recall'])} of every 100 minority rows and raises {alerts} false "
        f"{'alert' if alerts == '1' else 'alerts'} per 1,000 rows"
    )
    return f"{found}{'' if cost is None else f', which costs {whole(cost)} per 1,000 rows'}.{_probabilities(headline)}"


def _cut(cutoff: Row) -> str:
    actions = {"always": "(an alert on every row)", "never": "(no alert at all)"}
    return actions.get(cutoff["action"]) or decimal(cutoff["threshold"])


def _probabilities(headline: Row) -> str:
    beside = headline["numbers"]["beside_baseline"]
    if beside is None:
        return ""
    mean = beside["metrics"]["mean_predicted"]
    if mean["strategy"] is None or not mean["difference"]:
        return ""
    share = headline["numbers"]["prevalence"]
    warning = ", so don't read its scores as probabilities" if mean["strategy"] > 2 * share else ""
    return (
        f" Its mean predicted probability is {decimal(mean['strategy'])}, baseline's {decimal(mean['baseline'])} and "
        f"the true share {decimal(share)}{warning}."
    )


def _sure(headline: Row, n_positive: int) -> str:
    """Say what was tested, and what the interval is about."""
    numbers, rows = headline["numbers"], headline["numbers"]["n_minority_rows"]
    few = "only " if rows < _FEW_ROWS else ""
    of_all = f" of the {n_positive:,}" if rows < n_positive else ""
    tested = f"{few}{rows:,}{of_all} minority rows"
    if numbers["n_splits"] == 1:
        return (
            f"How sure? One split with {tested} in its test part: intervals are about these two fitted models, on rows "
            "like these, and say nothing about another split."
        )
    return (
        f"How sure? {counted(numbers['n_splits'], 'split').capitalize()}, {tested} tested: intervals are about the "
        f"difference expected on fresh data when both are trained on {whole(numbers['n_train_mean'])} rows like these."
    )


def _choice(headline: Row, naming: Naming) -> str:
    numbers, recommended = headline["numbers"], headline["recommended"]
    left_out = _left_out(numbers, naming)
    if recommended is None or numbers["n_tried"] == 1:
        return left_out
    best, winner = (
        f"{naming(place['strategy'])} with {naming(place['classifier'])}" for place in (numbers["best"], recommended)
    )
    metric = METRIC_WORDS[numbers["primary"]]
    start = f"Of {counted(numbers['n_tried'], 'combination')} of a strategy and a classifier, "
    if numbers["best"] == recommended:
        said = f"{start}{winner} has the best mean {metric}."
    elif recommended in numbers["alike"] and numbers["best"] in numbers["alike"]:
        said = f"{start}{best} has the best mean {metric}; {winner} is practically as good and simpler."
    else:
        said = (
            f"{start}{best} has the best mean {metric}, but a gain over baseline isn't at least probable there, so "
            f"{winner} is recommended."
        )
    return f"{said} {left_out}".rstrip()


def _left_out(numbers: Row, naming: Naming) -> str:
    """Name what was not ranked, for its mean is over the splits that went well."""
    rows = numbers["left_out"]
    if not rows:
        return ""
    shown = [
        f"{naming(row['strategy'])} with {naming(row['classifier'])} ({row['n_splits']:,})" for row in rows[:_SHOWN]
    ]
    more = [f"{len(rows) - _SHOWN:,} more"] if len(rows) > _SHOWN else []
    return (
        f"Left out for having a result on fewer than all {numbers['n_splits_scored']:,} splits: "
        f"{listed([*shown, *more])}."
    )


def _small(text: str) -> str:
    return f"{text[0].lower()}{text[1:]}"
