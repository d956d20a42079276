"""Our oversampler against SMOTE, in a sentence of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from job.evidence.cases import Comparison, Question
from job.evidence.estimates import NO_TEST
from job.evidence.rules import SURE
from job.evidence.verdict_sentences import PRIMARY_WORDS
from job.evidence.words import Naming, p_text, percent, signed

RIVAL_RULES = MappingProxyType(
    {
        "cannot_tell": "no test, or fewer than 20 distinct minority rows over all test parts",
        "better": "p < level and gain > ROPE",
        "worse": "p < level and loss > ROPE",
        "equivalent": "probability_equivalent > 0.95, or the same value on every split",
        "undecided": "none of these",
    }
)
"""Code -> when it holds; the first that does."""


def judge_rivals(
    comparisons: Iterable[Comparison], question: Question, baseline: str, enough_rows: bool
) -> list[dict[str, Any]]:
    """Say how our oversampler compares with SMOTE.

    Parameters
    ----------
    comparisons : iterable of Mapping
        As in results.json.
    question : Question
    baseline : str
    enough_rows : bool
        Whether there are minority rows enough for any verdict.

    Returns
    -------
    list of dict
        As ``verdict.custom_against_smote`` in results.json: one for each pair × classifier.
    """
    rows = [row for row in comparisons if row["metric"] == question.primary and row["reference"] != baseline]
    return [_judge_rival(row, question, enough_rows) for row in rows]


def _judge_rival(row: Comparison, question: Question, enough_rows: bool) -> dict[str, Any]:
    keys = ("n_splits", "difference", "lower", "upper", "p_value", "probability_equivalent", "method", "reason")
    numbers = {key: row[key] for key in keys}
    judged = {
        "strategy": row["strategy"],
        "reference": row["reference"],
        "classifier": row["classifier"],
        "code": _rival_code(row, question, enough_rows),
        "numbers": {**numbers, "primary": question.primary, "rope": question.rope, "confidence": question.confidence},
    }
    return {**judged, "rule": RIVAL_RULES[judged["code"]], "sentence": describe_rival(judged)}


def _rival_code(row: Comparison, question: Question, enough_rows: bool) -> str:
    difference, p_value, within = row["difference"], row["p_value"], row["probability_equivalent"]
    if row["method"] == NO_TEST or not enough_rows:
        return "cannot_tell"
    if p_value is not None and p_value < question.level and abs(difference) > question.rope:
        return "better" if difference > 0 else "worse"
    if difference == 0 and p_value == 1 and row["reason"]:
        return "equivalent"
    return "equivalent" if within is not None and within > SURE else "undecided"


def describe_rival(judged: Mapping[str, Any], naming: Naming = str) -> str:
    """Say how the two compare, in a sentence.

    Parameters
    ----------
    judged : Mapping
        One row of ``verdict.custom_against_smote`` in results.json.
    naming : callable
        How labels are written.

    Returns
    -------
    str
    """
    ours, theirs, classifier = (naming(str(judged[key])) for key in ("strategy", "reference", "classifier"))
    numbers, code = judged["numbers"], judged["code"]
    metric = PRIMARY_WORDS[numbers["primary"]]
    if code == "cannot_tell":
        return f"Cannot tell {ours} from {theirs} with {classifier}: {numbers['reason'] or 'too few minority rows'}."
    if numbers["lower"] is None:
        return (
            f"{ours} and {theirs} differ by {signed(numbers['difference'])} in {metric} with {classifier} everywhere."
        )
    limits = f"{100 * numbers['confidence']:g} % interval {signed(numbers['lower'])} to {signed(numbers['upper'])}"
    found = f"{metric} {signed(numbers['difference'])} ({limits}, {p_text(numbers['p_value'])})"
    if code in ("better", "worse"):
        return f"{ours} ranks {code} than {theirs} with {classifier}: {found}."
    if code == "equivalent":
        within = percent(numbers["probability_equivalent"])
        return (
            f"{ours} and {theirs} rank alike with {classifier}: {found}, within {numbers['rope']:g} with a probability "
            f"of {within}."
        )
    return f"Between {ours} and {theirs} no difference is shown with {classifier}: {found}."
