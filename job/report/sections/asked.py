"""What was asked: the data, the splits, and everything that was compared, in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from job.names import CLASSIFIERS
from job.report.facts import Facts
from job.report.layout import Heading, Line, Name, Section, Table, Words, tabulate
from job.results.job_facts import WrittenEntry
from job.text import abbreviate, abbreviate_all, counted, listed, number, percent, plain, ratio, sentence, visible_line
from job.wording.verdict_rows import METRIC_WORDS

_SCALES = {
    "standard": "numbers are centred and scaled to standard deviation 1",
    "robust": "numbers are centred on their median and scaled by their interquartile range",
    "none": "numbers keep their own scale",
}
_IMPUTES = {"median": "the median", "mean": "the mean", "most_frequent": "the most frequent value"}
_VALUE_LENGTH = 160
_SPACE_LENGTH = 600
_LABELS_IN_WORDS = 6


def _describe_split(facts: Facts) -> str:
    """Say how rows were split into training and test rows."""
    asked, made, file = facts.spec.split, facts.splits, facts.spec.data.file
    share = "" if asked.test_size is None else f"{plain(round(100 * asked.test_size, 6))} %"
    if file is not None and asked.method == "time":
        column = abbreviate(str(file.time), 40)
        return f"The latest {share} of the rows by {column} are the test part; one split only."
    if file is not None and asked.method == "predefined":
        column = abbreviate(str(file.split), 40)
        return f"The data's own column {column} says which rows are for the test; one split only."
    times = "once" if made.n_repeats == 1 else f"{made.n_repeats:,} times"
    drawn, part = f"{share} of the rows held out for testing, redrawn", "both parts"
    if asked.method == "kfold":
        drawn, part = f"{counted(made.n_folds, 'fold')}, each the test part once, dealt", "every fold"
    grouped = file is not None and file.groups
    whole = f", rows with the same {abbreviate(grouped, 40)} always on one side" if grouped else ""
    seed = "no seed" if asked.random_state is None else f"seed {asked.random_state}"
    return f"{drawn} {times}, the same share of each class in {part}{whole} ({seed})."


def _describe_sizes(facts: Facts) -> str:
    made = facts.splits
    mean = "on average " if facts.n_splits > 1 else ""
    positive = number(made.n_test_positive_mean, 0 if made.n_test_positive_mean.is_integer() else 1)
    rows = f"{made.n_train_mean:,.0f} training rows and {made.n_test_mean:,.0f} test rows"
    return f"{counted(facts.n_splits, 'split')} in all: {mean}{rows}, {positive} of these minority rows."


def describe_spread(facts: Facts) -> str:
    """Say what stands behind the ± sign of every table."""
    if facts.n_splits == 1:
        return "There is one split only, so nothing here shows how much luck is in these numbers."
    return "Each number is a mean over splits ± the standard deviation from split to split."


def _describe_preparation(facts: Facts) -> str:
    """Say what happens to columns before and after resampling."""
    asked = facts.spec.preparation
    features = [column for column in facts.dataset.columns if column.role == "feature"]
    parts = [f"fitted on each training part only: {_SCALES[asked.scale]}"]
    if any(column.n_missing for column in features):
        parts.append(f"missing numbers become {_IMPUTES[asked.impute]}, missing categories one of their own")
    if any(column.kind == "category" for column in features):
        kept = counted(asked.max_categories, "category", "categories")
        parts.append(f"in a column with more than {kept}, the rarest are merged")
    return "; ".join(parts) + "."


def _describe_ranking(facts: Facts) -> str:
    """Say which metric ranks strategies, and the number of alerts."""
    evaluation, alerts = facts.spec.evaluation, facts.results.evaluation.alerts_per_1000
    no_number = ", as many as there are minority rows (no number was given)"
    auto = "0.04 m (1 − m) around baseline's mean m (0.01 for ROC AUC)"
    rope = auto if evaluation.rope == "auto" else plain(float(evaluation.rope))
    return (
        f"Strategies are ranked by {METRIC_WORDS[facts.primary]}. Differences up to {rope} are of no practical "
        f"importance (ROPE); tests are at {facts.confidence} confidence. Where a number of alerts is fixed, it is "
        f"{plain(alerts)} per 1,000 rows{no_number if evaluation.alerts_per_1000 is None else ''}."
    )


def describe_cost(facts: Facts) -> str:
    """Say what the two kinds of error cost, where somebody said so."""
    if facts.results.evaluation.cost is None:
        return "The spec gives none (evaluation.cost), so none is assumed and no expected cost is computed."
    missed, alarm = map(plain, facts.results.evaluation.cost)
    return f"A missed minority row costs {missed}, a false alert {alarm}."


def _describe_params(params: Mapping[str, object]) -> str:
    """Write parameters as ``name=value``; a word where there are none."""
    texts = ((visible_line(key), value if isinstance(value, str) else repr(value)) for key, value in params.items())
    return ", ".join(f"{key}={abbreviate(text, _VALUE_LENGTH)}" for key, text in texts) or "defaults"


@dataclass(frozen=True)
class Asked:
    """What was asked.

    Parameters
    ----------
    title : str
        The whole title, where the head of the page has it shortened.
    answers : tuple of (str, str)
        Term and description.
    inside : str
        How many strategies and classifiers there are.
    """

    title: str
    answers: tuple[tuple[str, str], ...]
    strategies: Table
    classifiers: Table
    inside: str


def build(facts: Facts) -> Section:
    """Build the section."""
    answers = (
        ("Data", _describe_data(facts)),
        ("Minority", _describe_minority(facts)),
        ("Splits", sentence(_describe_split(facts))),
        ("Sizes", sentence(_describe_sizes(facts))),
        ("Preparation", sentence(_describe_preparation(facts))),
        ("Ranking", _describe_ranking(facts)),
        ("Costs", describe_cost(facts)),
    )
    title = "" if facts.spec.title == facts.title else facts.spec.title
    strategies = counted(len(facts.strategies), "strategy", "strategies")
    inside = f"{strategies} and {counted(len(facts.classifiers), 'classifier')}"
    content = Asked(title, answers, _strategies(facts), _classifiers(facts), inside)
    return Section("asked", "Specification", content)


def _describe_data(facts: Facts) -> str:
    dataset, file, generate = facts.dataset, facts.spec.data.file, facts.spec.data.generate or {}
    n_features = sum(column.role == "feature" for column in dataset.columns)
    size = f"{counted(dataset.n_rows, 'row')} with {counted(n_features, 'feature')}"
    if file is not None:
        chosen = f", the rows that this query selects: {abbreviate(file.query, 400)}" if file.query else ""
        return f"{size}, read from {abbreviate(dataset.source, 120)}{chosen}."
    params = _describe_params({key: value for key, value in generate.items() if key != "kind" and value is not None})
    if generate["kind"] == "mixture":
        return f"{size}, drawn from a mixture of normals whose truth is known ({params})."
    return f"{size}, generated by scikit-learn's {dataset.source}({params})."


def _describe_minority(facts: Facts) -> str:
    dataset, rest = facts.dataset, abbreviate_all(facts.dataset.rest, 60)
    if len(rest) > _LABELS_IN_WORDS:
        rest = (*rest[: _LABELS_IN_WORDS - 1], f"{len(rest) - _LABELS_IN_WORDS + 1:,} more")
    against = f"all other classes ({listed(rest)})" if len(rest) > 1 else listed(rest)
    rows = f"{counted(dataset.n_positive, 'row')}, {percent(dataset.prevalence)} of all"
    others = f"{ratio(dataset.imbalance_ratio)} other rows for each"
    return f"The positive label is {facts.positive}: {rows}, against {against}; {others}."


def _strategies(facts: Facts) -> Table:
    lines: list[Line] = [
        (name, (f"{sentence(entry.description)}{_in_full(name)}", _params(entry)))
        for name, entry in zip(facts.strategies, facts.results.strategies, strict=True)
    ]
    return tabulate("strategies", "Strategies compared", (Heading("What it does"), Heading("Parameters")), lines)


def _classifiers(facts: Facts) -> Table:
    lines: list[Line] = []
    for name, entry in zip(facts.classifiers, facts.results.classifiers, strict=True):
        kind = CLASSIFIERS.get(entry.name, entry.name) if entry.name else str(entry.class_)
        lines.append((name, (Words(f"{kind}{_in_full(name)}", code=True), _params(entry))))
    headings, caption = (Heading("Class"), Heading("Parameters")), "Classifiers, each fitted with every strategy"
    return tabulate("classifiers", caption, headings, lines, first="Classifier")


def _params(entry: WrittenEntry) -> Words:
    told = _describe_params(entry.params)
    if (tune := entry.tune) is not None:
        space = ", ".join(f"{visible_line(key)} {_describe_space(values)}" for key, values in tune.space.items())
        told += f"; tuned, {tune.n_candidates:,} candidates on {tune.inner_folds:,} inner folds: "
        told += abbreviate(space, _SPACE_LENGTH)
    return Words(told, code=bool(entry.params))


def _describe_space(values: object) -> str:
    """Write what a parameter is drawn from: its choices, or the ends of its range."""
    if isinstance(values, Mapping):
        ((kind, (low, high)),) = values.items()
        return f"{plain(float(low))} to {plain(float(high))}{' (logarithmic)' if kind.startswith('log') else ''}"
    return f"one of {abbreviate(repr(values), _VALUE_LENGTH)}"


def _in_full(name: Name) -> str:
    """The one place where a label that was shortened everywhere else stands whole."""
    return "" if name.short == name.label else f" Its label in full: {name.label}"
