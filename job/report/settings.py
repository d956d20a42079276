"""What the spec asked for, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from job.report.facts import Facts
from job.report.formats import plain
from job.report.words import counted, one_line, shorten

_SCALES = {
    "standard": "numbers are centred and scaled to standard deviation 1",
    "robust": "numbers are centred on their median and scaled by their interquartile range",
    "none": "numbers keep their own scale",
}
_IMPUTES = {"median": "the median", "mean": "the mean", "most_frequent": "the most frequent value"}
_VALUE_LENGTH = 160


def describe_split(facts: Facts) -> str:
    """Say how rows were parted into training and test rows."""
    asked, made = facts.spec["split"], facts.splits
    grouped = _file(facts).get("groups")
    whole = f", rows with the same {shorten(str(grouped), 40)} always on one side" if grouped else ""
    seed = f"seed {asked['random_state']}" if asked.get("random_state") is not None else "no seed"
    if asked["method"] == "holdout":
        text = f"{_asked_share(asked)} of the rows held out for the test, drawn anew {_times(made)}"
        return f"{text}, the same share of each class in both parts{whole} ({seed})."
    if asked["method"] == "kfold":
        folds = f"{counted(made['n_folds'], 'fold')}, each the test part once, dealt {_times(made)}"
        return f"{folds}, the same share of each class in every fold{whole} ({seed})."
    if asked["method"] == "time":
        column = shorten(str(_file(facts).get("time")), 40)
        return f"The latest {_asked_share(asked)} of the rows by {column} are the test part; one split only."
    column = shorten(str(_file(facts).get("split")), 40)
    return f"The data's own column {column} says which rows are for the test; one split only."


def describe_sizes(facts: Facts) -> str:
    """Say how large the parts are."""
    made = facts.splits
    mean = "on average " if facts.n_splits > 1 else ""
    return (
        f"{counted(facts.n_splits, 'split')} in all: {mean}{made['n_train_mean']:,.0f} training rows and "
        f"{made['n_test_mean']:,.0f} test rows, {_mean_count(made['n_test_positive_mean'])} of these minority rows."
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
    return (
        f"Strategies are ranked by {labels[facts.primary]}. A difference counts beyond {_rope(facts)} and where "
        f"its test is sure at {facts.confidence}. Where a number of alarms is fixed, it is {budget}."
    )


def _rope(facts: Facts) -> str:
    rope = facts.spec["evaluation"]["rope"]
    return "0.04 m (1 − m) around baseline's mean m (0.01 for ROC AUC)" if rope == "auto" else plain(rope)


def describe_cost(facts: Facts) -> str:
    """Say what the two kinds of error cost, where somebody said so."""
    cost = facts.results["evaluation"]
    if cost["cost_false_negative"] is None:
        return "The spec gives none (evaluation.cost), so none is assumed and no expected cost is computed."
    missed, alarm = plain(cost["cost_false_negative"]), plain(cost["cost_false_positive"])
    return f"A missed minority row costs {missed}, a false alarm {alarm}."


def describe_params(params: Mapping[str, Any]) -> str:
    """Write parameters as ``name=value``; a sentence where there are none."""
    if not params:
        return "defaults"
    return ", ".join(f"{one_line(str(key))}={shorten(_value(value), _VALUE_LENGTH)}" for key, value in params.items())


def _value(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)


def _asked_share(asked: Mapping[str, Any]) -> str:
    return f"{plain(round(100 * asked['test_size'], 6))} %"


def _times(made: Mapping[str, Any]) -> str:
    return "once" if made["n_repeats"] == 1 else f"{made['n_repeats']:,} times"


def _mean_count(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def _file(facts: Facts) -> Mapping[str, Any]:
    file: Mapping[str, Any] = facts.spec["data"].get("file") or {}
    return file
