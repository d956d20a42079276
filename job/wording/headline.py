"""The answer of the whole job: does it help, what to use, how sure that is, and why."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from job.data.findings import PROBLEM
from job.evidence import strategy_kinds as kinds
from job.evidence.verdict import recommendation as codes
from job.evidence.verdict import rules
from job.results.job_facts import Run, StrategyFacts
from job.results.record import Pair
from job.results.results import Results
from job.results.verdict_facts import Headline, HeadlineNumbers, Survival, Verdict, VerdictRow
from job.text import counted, listed, number, sentence, whole
from job.wording import verdict_rows as wording
from job.wording.cutoffs import row_of, tell_cutoffs

Naming = Callable[[str], str]
"""How a label is written: whole in files, shortened on the page."""

GLOSSES: Mapping[str, str] = {
    kinds.BASELINE: "the model as it is",
    kinds.CLASS_WEIGHT: "errors on minority rows weigh more, no synthetic rows",
    kinds.THRESHOLD: "same model, another cut-off, no synthetic rows",
    kinds.SYNTHETIC: "trained with synthetic minority rows",
    kinds.BOTH: "trained with synthetic minority rows, and some rows removed",
    kinds.REPEATED: "trained with minority rows repeated",
    kinds.FEWER: "trained with majority rows removed",
    kinds.UNKNOWN: "",
}
"""Kind of a strategy -> what it does."""
_OURS = "trained with synthetic minority rows from AffinitySMOTE, this project's own sampler"

_FEW_ROWS = 50  # minority rows below which no interval should be taken at its word
_SHOWN = 5  # combinations that a sentence names
_TOLD = 2  # problems that are told in full, and their columns
_STARTS: Mapping[str, str] = {
    codes.HELPS: "Oversampling helps {} here",
    codes.PROBABLY_HELPS: "Oversampling probably helps {} here",
    codes.NO_DIFFERENCE: "Oversampling makes no practical difference to {} here",
    codes.OPEN: "Whether oversampling helps {} is open",
    codes.PROBABLY_HARMS: "Oversampling probably makes {} rank worse here",
    codes.HARMS: "Oversampling makes {} rank worse here",
}
_LIKELY = 0.75  # below it "probably" would be read as more than it is
_LEANS: Mapping[str, str] = {
    codes.PROBABLY_HELPS: "Oversampling is more likely than not to help {} here",
    codes.PROBABLY_HARMS: "Oversampling is more likely than not to make {} rank worse here",
}
_RANKS: Mapping[str, str] = {
    rules.BETTER: "ranks better than baseline",
    rules.PROBABLY_BETTER: "probably ranks better than baseline",
    rules.EQUIVALENT: "makes no practical difference",
    rules.OPEN: "may rank better or worse than baseline",
    rules.PROBABLY_WORSE: "probably ranks worse than baseline",
    rules.WORSE: "ranks worse than baseline",
}
_WITH: Mapping[str, str] = {
    codes.HELPS: "{strategy} ranks better",
    codes.PROBABLY_HELPS: "{strategy} probably ranks better",
    codes.NO_DIFFERENCE: "oversampling makes no practical difference",
    codes.OPEN: "oversampling may or may not help",
    codes.PROBABLY_HARMS: "oversampling probably ranks worse",
    codes.HARMS: "oversampling ranks worse",
    codes.CANNOT_TELL: "it can't be tested",
}


@dataclass(frozen=True)
class Answer:
    """The answer in parts; a part that a job has no use for is empty.

    Parameters
    ----------
    problems : tuple of str
        What is wrong with the data itself.
    short : str
        Does it help, with its probability.
    found : str
        The difference that this rests on, and what would settle it.
    others : str
        The same for the other classifiers, in one sentence.
    action : str
        What is recommended.
    use : str
        What that is, what it gains, and what it costs; goes on where `action` ends.
    cutoffs : tuple of str
        The cut-offs to choose from and which is the cheapest when, or what was asked and what the ends cost.
    sure : str
        What that rests on.
    why : str
        What the decisions of the strategy that the answer quotes are worth.
    choice : str
        Why that is recommended.
    """

    problems: tuple[str, ...]
    short: str
    found: str
    others: str
    action: str
    use: str
    cutoffs: tuple[str, ...]
    sure: str
    why: str
    choice: str


def tell_answer(results: Results, naming: Naming = str) -> Answer:
    """Say the answer, part by part.

    Parameters
    ----------
    naming : callable
        How labels are written.
    """
    verdict, headline, n_positive = results.verdict, results.verdict.headline, results.power.n_positive
    about = None if headline.about is None else row_of(verdict.rows, *headline.about.place)
    found = "" if about is None or headline.code == codes.CANNOT_TELL else _found(results, about, naming)
    return Answer(
        problems=tuple(_tell_problems(results)),
        short=" ".join(filter(None, (_short(verdict, about, naming), tell_survival(headline, verdict.tuning, naming)))),
        found=found,
        others=_others(headline, naming),
        action=_action(headline, naming),
        use=_use(results),
        cutoffs=tuple(tell_cutoffs(results)),
        sure=_sure(headline.numbers, n_positive),
        why="" if about is None else f"{naming(about.strategy)}: {wording.describe_decision(about)}",
        choice=" ".join(filter(None, (_choice(headline, naming), _tell_cheaper(results, naming)))),
    )


def _tell_problems(results: Results) -> Iterator[str]:
    """A sentence for each of the first two problems that the diagnosis found, and one that counts the others."""
    found = [finding for finding in results.dataset.diagnosis.findings if finding.level == PROBLEM]
    for finding in found[:_TOLD]:
        named = [*finding.columns[:_TOLD], *(["..."] if len(finding.columns) > _TOLD else [])]
        yield f"{finding.found.removesuffix('.')} ({', '.join(named)})." if named else finding.found
    if (more := len(found) - _TOLD) > 0:
        yield f"{more} more {'are' if more > 1 else 'is'} listed in the report under Data difficulty."


def _short(verdict: Verdict, about: VerdictRow | None, naming: Naming) -> str:
    headline = verdict.headline
    classifier = naming(headline.classifier)
    if about is None:
        return "No oversampling strategy was listed, so this job doesn't say whether oversampling helps."
    tested = about.ranking
    if tested.shortage is not None and headline.code == codes.CANNOT_TELL:
        lacking = wording.describe_shortage(tested.shortage)
        return f"This job can't tell whether oversampling helps {classifier}: {lacking}."
    likely = round(max(tested.probability_better or 0.0, tested.probability_worse or 0.0), 2) >= _LIKELY  # as shown
    start = (_STARTS[headline.code] if likely else _LEANS.get(headline.code, _STARTS[headline.code])).format(classifier)
    probability = wording.describe_probability(tested, wording.METRIC_WORDS[tested.metric])
    if not probability:
        return f"{start}."
    same = [
        row.ranking for row in verdict.rows if (row.classifier, row.ranking.code) == (about.classifier, tested.code)
    ]
    count = headline.n_oversamplers
    is_best = (tested.difference or 0.0) >= max(row.difference or 0.0 for row in same)
    place = "the better" if count == 2 else "the best"
    which = f", {place} of {counted(count, 'oversampler')}" if count > 1 and is_best else ""
    return f"{start}: {probability} with {naming(about.strategy)}{which}."


def tell_survival(headline: Headline, rows: Iterable[Survival], naming: Naming) -> str:
    """Say that tuning changes the answer, where it does; empty where it doesn't."""
    if headline.about is None:
        return ""
    for row in rows:
        sides = zip(row.place, row.tuned.place, headline.about.place, strict=True)
        if row.turned and all(about in (default, tuned) for default, tuned, about in sides):
            default, tuned = (f"{naming(pair.strategy)} with {naming(pair.classifier)}" for pair in (row, row.tuned))
            return f"Tuning changes this verdict: {default} {_RANKS[row.code]}, {tuned} {_RANKS[row.tuned_code]}."
    return ""


def _found(results: Results, about: VerdictRow, naming: Naming) -> str:
    """Say what difference that rests on, and how many minority rows would settle what isn't shown."""
    headline, tested = results.verdict.headline, about.ranking
    difference = wording.describe_difference(tested, headline.numbers.confidence)
    said = f"{naming(about.strategy)} changes {wording.METRIC_WORDS[tested.metric]} by {difference}."
    if headline.code not in (codes.OPEN, codes.PROBABLY_HELPS, codes.PROBABLY_HARMS):
        return said
    needed = wording.describe_needed(row_of(results.power.rows, *about.place), results.power.n_positive)
    return f"{said} {needed}".rstrip()


def _others(headline: Headline, naming: Naming) -> str:
    """Say in one sentence what holds for the classifiers that the answer doesn't speak of."""
    if not headline.others or headline.code == codes.NOT_ASKED:
        return ""
    same: list[str] = []
    told: dict[str, list[str]] = {}
    for other in headline.others:
        if other.code == headline.code and other.code not in (codes.HELPS, codes.PROBABLY_HELPS):
            same.append(naming(other.classifier))
        else:
            phrase = _WITH[other.code].format(strategy=naming(str(other.strategy)))
            told.setdefault(phrase, []).append(naming(other.classifier))
    parts = [f"the same holds for {listed(same)}"] if same else []
    return sentence("; ".join([*parts, *(f"with {listed(labels)}, {phrase}" for phrase, labels in told.items())]))


def _action(headline: Headline, naming: Naming) -> str:
    recommended = headline.recommended
    if recommended is None:
        return "Nothing is recommended, since no run was scored."
    strategy, classifier = naming(recommended.strategy), naming(recommended.classifier)
    if recommended.strategy == headline.numbers.baseline:
        return f"Use {classifier} without resampling ({strategy})"
    return f"Use {strategy} with {classifier}"


def _use(results: Results) -> str:
    """Say what the recommended pair is, and what it does at the advised cut-off, or else at its own decision."""
    headline, price = results.verdict.headline, results.verdict.headline.numbers.price
    if headline.recommended is None:
        return ""
    gloss = _gloss(results, headline.recommended)
    is_what = f" ({gloss})" if gloss else ""
    if price is None or price["recall"] is None:
        return f"{is_what}."
    where = "at its own decision threshold"
    if (cutoff := headline.cutoff) is not None:
        actions = {"always": "(an alert on every row)", "never": "(no alert at all)"}
        where = f"at the advised cut-off {actions.get(cutoff.action) or f'of {number(cutoff.threshold, 3)}'}"
    cost, alerts = price["expected_cost_per_1000"], whole(price["false_alarms_per_1000"] or 0.0)
    return (
        f"{is_what}: {where} it finds {whole(100 * price['recall'])} of every 100 minority rows and raises {alerts} "
        f"false {'alert' if alerts == '1' else 'alerts'} per 1,000 rows"
        f"{'' if cost is None else f'; misses and false alerts together cost {whole(cost)} per 1,000 rows'}."
        f"{_probabilities(headline.numbers)}"
    )


def describe_strategy(entry: StrategyFacts) -> str:
    """Say what a strategy does; empty where nothing is known of it."""
    return _OURS if entry.name == "custom" and entry.kind == kinds.SYNTHETIC else GLOSSES[entry.kind]


def _gloss(results: Results, recommended: Pair) -> str:
    """Say what a strategy does with one classifier, and where its cutoff lies on the average."""
    entry = next(entry for entry in results.strategies if entry.label == recommended.strategy)
    kind, does = entry.kind, describe_strategy(entry)
    cuts = [run.threshold for run in results.runs if run.place == recommended.place and run.threshold is not None]
    if kind == kinds.BASELINE:
        return ""
    if kind != kinds.THRESHOLD or not cuts:
        weighs = "weighted so that each class keeps its total weight" if entry.weights else ""
        return ", ".join(filter(None, (does, weighs)))
    mean, about = sum(cuts) / len(cuts), "about " if len(set(cuts)) > 1 else ""
    digits = next((digits for digits in (2, 3, 4) if abs(mean) >= 10**-digits), 2)  # one at least that says something
    return f"same model with a cut-off of {about}{number(mean, digits)}, no synthetic rows"


def _probabilities(numbers: HeadlineNumbers) -> str:
    if numbers.beside_baseline is None:
        return ""
    mean, share = numbers.beside_baseline.metrics["mean_predicted"], numbers.prevalence
    if mean.strategy is None or not mean.difference:
        return ""
    means = f"{number(mean.strategy, 3)} ({numbers.baseline}: {number(mean.baseline, 3)})"
    if mean.strategy > 2 * share:
        return (
            f" Don't read its scores as probabilities: their mean is {means}, but the true share of minority "
            f"rows is only {number(share, 3)}."
        )
    return f" Its mean predicted probability is {means}; the true share of minority rows is {number(share, 3)}."


def _sure(numbers: HeadlineNumbers, n_positive: int) -> str:
    """Say what was tested, and what the interval is about."""
    rows = numbers.n_minority_rows
    few, of_all = "only " if rows < _FEW_ROWS else "", f" of the {n_positive:,}" if rows < n_positive else ""
    tested = f"{few}{rows:,}{of_all} minority rows"
    if numbers.n_splits == 1:
        return (
            f"This is based on one split with {tested} in its test part. Intervals apply to these two fitted models on "
            "new rows like these, not to another split."
        )
    return (
        f"This is based on {counted(numbers.n_splits, 'split')} that test {tested}. Intervals apply to new data of the "
        f"same kind and to models trained on {whole(numbers.n_train_mean)} rows."
    )


def _choice(headline: Headline, naming: Naming) -> str:
    numbers, recommended = headline.numbers, headline.recommended
    left_out = _left_out(numbers, naming)
    if recommended is None or numbers.best is None or numbers.n_tried == 1:
        return left_out
    best, winner = (f"{naming(pair.strategy)} with {naming(pair.classifier)}" for pair in (numbers.best, recommended))
    said = (
        f"Of {counted(numbers.n_tried, 'combination')} of a strategy and a classifier, {best} has the best mean "
        f"{wording.METRIC_WORDS[numbers.primary]}"
    )
    if numbers.best != recommended and {numbers.best, recommended} <= {*numbers.alike}:
        said += f"; {winner} is practically as good and {_preferred(numbers.best, recommended)}"
    elif numbers.best != recommended:
        said += f", but its gain over baseline isn't probable enough, so {winner} is recommended"
    return f"{said}. {left_out}".rstrip()


def _preferred(best: Pair, recommended: Pair) -> str:
    """Say why a pair is preferred to one that is practically as good."""
    if recommended.classifier == best.classifier and recommended.strategy == f"{best.strategy} (weighted)":
        return "keeps the weight of each class, and with it the probabilities"
    return "simpler"


def _tell_cheaper(results: Results, naming: Naming) -> str:
    """Name the pair with the lowest mean cost at its advised cut-off, where it isn't the recommended one."""
    headline, rows = results.verdict.headline, results.decisions.rows
    if headline.recommended is None or headline.cutoff is None:
        return ""
    advised = row_of(rows, *headline.recommended.place)
    costs = {
        row.place: row.expected_cost_per_1000
        for row in rows
        if row.expected_cost_per_1000 is not None and row.n_splits == advised.n_splits
    }
    mine, cheapest = advised.expected_cost_per_1000, min(costs, key=lambda place: costs[place], default=None)
    if mine is None or cheapest is None or whole(costs[cheapest]) == whole(mine):
        return ""
    return (
        f"At its own advised cut-off, {naming(cheapest[0])} with {naming(cheapest[1])} costs {whole(costs[cheapest])} "
        f"on average (recommended: {whole(mine)}); costs aren't tested, and the model is chosen by its ranking."
    )


def _left_out(numbers: HeadlineNumbers, naming: Naming) -> str:
    """Name what was not ranked, for its mean is over the splits that went well."""
    rows = numbers.left_out
    if not rows:
        return ""
    shown = [f"{naming(row.strategy)} with {naming(row.classifier)} ({row.n_splits:,})" for row in rows[:_SHOWN]]
    more = [f"{len(rows) - _SHOWN:,} more"] if len(rows) > _SHOWN else []
    return f"Not ranked, with results on fewer than all {numbers.n_splits_scored:,} splits: {listed([*shown, *more])}."


def gather_reasons(runs: Iterable[Run], status: str) -> dict[str, list[Run]]:
    """Runs that ended with this status, by their reason: the page and the terminal list each reason once."""
    found: dict[str, list[Run]] = {}
    for run in runs:
        if run.status == status:
            found.setdefault(run.reason or "no reason was given", []).append(run)
    return found
