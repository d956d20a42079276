"""The verdict: a code, its numbers, its rule and its sentence for each oversampling strategy × classifier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from job.evidence.cases import Case
from job.evidence.rules import decide
from job.evidence.verdict_sentences import describe_verdict


def build_verdicts(cases: Iterable[Case], power: Mapping[str, Any], baseline: str) -> list[dict[str, Any]]:
    """Decide every case.

    Parameters
    ----------
    cases : iterable of Case
    power : Mapping
        As in results.json.
    baseline : str

    Returns
    -------
    list of dict
        As ``verdict.rows`` in results.json.
    """
    needed = {(row["strategy"], row["classifier"]): row for row in power["rows"]}
    verdicts = []
    for case in cases:
        rule = decide(case)
        place = needed[case.strategy, case.classifier]
        verdict: dict[str, Any] = {
            "strategy": case.strategy,
            "classifier": case.classifier,
            "reference": baseline,
            "code": rule.code,
            "rule": rule.text,
            "numbers": {
                **case.numbers,
                "primary": case.question.primary,
                "rope": case.question.rope,
                "confidence": case.question.confidence,
                "n_positive": power["n_positive"],
                "power": {"gain": power["gain"], "low": place["low"], "high": place["high"]},
                "false_alarms_per_found_row": _false_alarms_per_found_row(case.numbers["means"]),
            },
        }
        verdicts.append({**verdict, "sentence": describe_verdict(verdict)})
    return verdicts


def _false_alarms_per_found_row(means: Mapping[str, Mapping[str, float | None]]) -> float | None:
    """How many false alarms change with each minority row found: the cost ratio at which that breaks even."""
    found, alarms = (_change(means[metric]) for metric in ("tp", "fp"))
    return None if not found or alarms is None else abs(alarms / found)


def _change(means: Mapping[str, float | None]) -> float | None:
    mine, theirs = means["strategy"], means["baseline"]
    return None if mine is None or theirs is None else mine - theirs
