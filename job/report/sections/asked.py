"""What was asked: the data, the splits, and everything that was compared, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from job.names import CLASSIFIERS
from job.report.facts import Facts, Found
from job.report.layout import Heading, Line, Name, Section, Table, Words, tabulate
from job.report.metric_columns import BY_NAME
from job.text import abbreviate, abbreviate_all, counted, listed, number, percent, plain, ratio, sentence, visible_line

_SCALES = {
    "standard": "numbers are centred and scaled to standard deviation 1",
    "robust": "numbers are centred on their median and scaled by their interquartile range",
    "none": "numbers keep their own scale",
}
_IMPUTES = {"median": "the median", "mean": "the mean", "most_frequent": "the most frequent value"}
_VALUE_LENGTH = 160
_LABELS_IN_WORDS = 6


def describe_split(facts: Facts) -> str:
    """Say how rows were parted into training and test rows."""
    asked, made = facts.spec["split"], facts.splits
    grouped = _file(facts).get("groups")
    whole = f", rows with the same {abbreviate(str(grouped), 40)} always on one side" if grouped else ""
    seed = f"seed {asked['random_state']}" if asked.get("random_state") is not None else "no seed"
    if asked["method"] == "holdout":
        text = f"{_asked_share(asked)} of the rows held out for the test, drawn anew {_times(made)}"
        return f"{text}, the same share of each class in both parts{whole} ({seed})."
    if asked["method"] == "kfold":
        folds = f"{counted(made['n_folds'], 'fold')}, each the test part once, dealt {_times(made)}"
        return f"{folds}, the same share of each class in every fold{whole} ({seed})."
    if asked["method"] == "time":
        column = abbreviate(str(_file(facts).get("time")), 40)
        return f"The latest {_asked_share(asked)} of the rows by {column} are the test part; one split only."
    column = abbreviate(str(_file(facts).get("split")), 40)
    return f"The data's own column {column} says which rows are for the test; one split only."


def describe_sizes(facts: Facts) -> str:
    """Say how large the parts are."""
    made = facts.splits
    mean, positive = "on average " if facts.n_splits > 1 else "", made["n_test_positive_mean"]
    positives = number(positive, 0 if float(positive).is_integer() else 1)
    return (
        f"{counted(facts.n_splits, 'split')} in all: {mean}{made['n_train_mean']:,.0f} training rows and "
        f"{made['n_test_mean']:,.0f} test rows, {positives} of these minority rows."
    )


def describe_spread(facts: Facts) -> str:
    """Say what stands behind the ± sign of every table."""
    if facts.n_splits == 1:
        return "There is one split only, so nothing here shows how much luck is in these numbers."
    return "Each number is a mean over splits ± the standard deviation from split to split."


def describe_preparation(facts: Facts) -> str:
    """Say what happens to columns before and after resampling."""
    asked = facts.spec["preparation"]
    features = [column for column in facts.dataset["columns"] if column["role"] == "feature"]
    parts = [f"fitted on each training part only: {_SCALES[asked['scale']]}"]
    if any(column["n_missing"] for column in features):
        parts.append(f"missing numbers become {_IMPUTES[asked['impute']]}, missing categories one of their own")
    if any(column["kind"] == "category" for column in features):
        kept = counted(asked["max_categories"], "category", "categories")
        parts.append(f"beyond {kept} of a column, the rarer ones are one")
    return "; ".join(parts) + "."


def describe_ranking(facts: Facts, labels: Mapping[str, str]) -> str:
    """Say which metric ranks strategies, and the number of alarms."""
    budget = f"{plain(facts.results['evaluation']['alerts_per_1000'])} in every 1,000 rows"
    if "alerts_per_1000" not in facts.spec["evaluation"]:
        budget += ", as many as there are minority rows (no number was given)"
    rope = facts.spec["evaluation"]["rope"]
    rope = "0.04 m (1 − m) around baseline's mean m (0.01 for ROC AUC)" if rope == "auto" else plain(rope)
    return (
        f"Strategies are ranked by {labels[facts.primary]}. A difference counts beyond {rope} and where "
        f"its test is sure at {facts.confidence}. Where a number of alarms is fixed, it is {budget}."
    )


def describe_cost(facts: Facts) -> str:
    """Say what the two kinds of error cost, where somebody said so."""
    cost = facts.results["evaluation"]
    if cost["cost_false_negative"] is None:
        return "The spec gives none (evaluation.cost), so none is assumed and no expected cost is computed."
    missed, alarm = plain(cost["cost_false_negative"]), plain(cost["cost_false_positive"])
    return f"A missed minority row costs {missed}, a false alarm {alarm}."


def describe_params(params: Found) -> str:
    """Write parameters as ``name=value``; a sentence where there are none."""
    if not params:
        return "defaults"
    texts = (
        (visible_line(str(key)), value if isinstance(value, str) else repr(value)) for key, value in params.items()
    )
    return ", ".join(f"{key}={abbreviate(text, _VALUE_LENGTH)}" for key, text in texts)


def _asked_share(asked: Found) -> str:
    return f"{plain(round(100 * asked['test_size'], 6))} %"


def _times(made: Found) -> str:
    return "once" if made["n_repeats"] == 1 else f"{made['n_repeats']:,} times"


def _file(facts: Facts) -> Found:
    file: Found = facts.spec["data"].get("file") or {}
    return file


@dataclass(frozen=True)
class Asked:
    """What was asked.

    Parameters
    ----------
    title : str
        The whole title, where the head of the page has it shortened.
    answers : tuple of (str, str)
        Term and description.
    """

    title: str
    answers: tuple[tuple[str, str], ...]
    strategies: Table
    classifiers: Table


def _within_sentence(label: str) -> str:
    """Begin a label in lower case, unless its first word is an abbreviation."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def build(facts: Facts) -> Section:
    """Build the section."""
    labels = {name: _within_sentence(metric.label) for name, metric in BY_NAME.items()}
    answers = (
        ("Data", _describe_data(facts)),
        ("Minority", _describe_minority(facts)),
        ("Splits", sentence(describe_split(facts))),
        ("Sizes", sentence(describe_sizes(facts))),
        ("Preparation", sentence(describe_preparation(facts))),
        ("Ranking", describe_ranking(facts, labels)),
        ("Costs", describe_cost(facts)),
    )
    title = str(facts.spec["title"])
    content = Asked("" if title == facts.title else title, answers, _strategies(facts), _classifiers(facts))
    return Section("asked", "What was asked", content)


def _describe_data(facts: Facts) -> str:
    dataset, data = facts.dataset, facts.spec["data"]
    n_features = sum(column["role"] == "feature" for column in dataset["columns"])
    size = f"{counted(dataset['n_rows'], 'row')} with {counted(n_features, 'feature')}"
    if data.get("file"):
        query = data["file"].get("query")
        chosen = f", the rows that this query selects: {abbreviate(str(query), 400)}" if query else ""
        return f"{size}, read from {abbreviate(str(dataset['source']), 120)}{chosen}."
    params = {key: value for key, value in data["generate"].items() if key != "kind" and value is not None}
    if data["generate"]["kind"] == "mixture":
        return f"{size}, drawn from a mixture of normals whose truth is known ({describe_params(params)})."
    return f"{size}, generated by scikit-learn's {dataset['source']}({describe_params(params)})."


def _describe_minority(facts: Facts) -> str:
    dataset = facts.dataset
    rest = abbreviate_all([str(label) for label in dataset["rest"]], 60)
    if len(rest) > _LABELS_IN_WORDS:
        rest = (*rest[: _LABELS_IN_WORDS - 1], f"{len(rest) - _LABELS_IN_WORDS + 1:,} more")
    against = f"the rest ({listed(rest)})" if len(rest) > 1 else listed(rest)
    return (
        f"The positive label is {facts.positive}: {counted(dataset['n_positive'], 'row')}, "
        f"{percent(dataset['prevalence'])} of all, against {against}; "
        f"{ratio(dataset['imbalance_ratio'])} other rows for each."
    )


def _strategies(facts: Facts) -> Table:
    lines: list[Line] = [
        (name, (f"{sentence(str(entry['description']))}{_in_full(name)}", _params(entry)))
        for name, entry in zip(facts.strategies, facts.results["strategies"], strict=True)
    ]
    return tabulate("strategies", "Strategies compared", (Heading("What it does"), Heading("Parameters")), lines)


def _classifiers(facts: Facts) -> Table:
    lines: list[Line] = [
        (name, (Words(f"{_class_of(entry)}{_in_full(name)}", code=True), _params(entry)))
        for name, entry in zip(facts.classifiers, facts.results["classifiers"], strict=True)
    ]
    headings = (Heading("Class"), Heading("Parameters"))
    caption = "Classifiers, each fitted after every strategy"
    return tabulate("classifiers", caption, headings, lines, first="Classifier")


def _params(entry: Found) -> Words:
    return Words(describe_params(entry["params"]), code=bool(entry["params"]))


def _in_full(name: Name) -> str:
    """The one place where a label that was shortened everywhere else stands whole."""
    return "" if name.short == name.label else f" Its label in full: {name.label}"


def _class_of(entry: Found) -> str:
    name = entry.get("name")
    return CLASSIFIERS.get(str(name), str(name)) if name else str(entry.get("class"))
