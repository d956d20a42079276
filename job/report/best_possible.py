"""The best possible classifier in words and as a line, where the truth behind the data is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from job.report.facts import Facts
from job.report.figures import Curve
from job.report.formats import decimals_for, number
from job.report.metric_table import fallback_decimals
from job.report.table import Name
from job.report.words import listed, sentence

_NAME = Name("best possible", "best possible", 0)
_WORDS = {
    "average_precision": "average precision",
    "roc_auc": "area under the ROC curve",
    "brier": "Brier score",
    "log_loss": "log loss",
}


def describe_best_possible(facts: Facts) -> str:
    """Say what the best possible classifier reaches, or why that isn't known."""
    found = facts.results["best_possible"]
    if found["reason"]:
        return sentence(str(found["reason"]))
    values = listed(_value(row) for row in found["metrics"])
    over = "on average over the same test parts" if facts.n_splits > 1 else "on the same test part"
    return (
        f"The data was drawn from a known mixture, so the best possible classifier is known too: {over} its scores, "
        f"the true probabilities, have {values}. A strategy can be ahead of it by luck only."
    )


def best_possible_curve(facts: Facts, kind: str) -> Curve | None:
    """Find the mean curve of the best possible classifier.

    Returns
    -------
    Curve or None
        None where the truth isn't known, or no test part has rows of both classes.
    """
    rows = (row for row in facts.results["best_possible"]["curves"] if row["kind"] == kind)
    row = next(rows, None)
    return None if row is None else Curve(_NAME, tuple(row["x"]), tuple(row["y"]))


def _value(row: Mapping[str, Any]) -> str:
    metric = str(row["metric"])
    if row["value"] is None:
        return f"no {_WORDS[metric]} ({row['reason']})"
    decimals = decimals_for(row["sd"], fallback_decimals(metric))
    spread = f" ± {number(row['sd'], decimals)}" if row["sd"] is not None else ""
    return f"{_WORDS[metric]} {number(row['value'], decimals)}{spread}"
