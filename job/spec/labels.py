"""Labels of entries: each belongs to one entry, and other keys name entries by them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from job.spec.entries import CALIBRATED, Entry
from job.spec.scalars import source_of
from job.spec.section import Complaint, Given, Rule
from job.text import guess, shorten

BASELINE = "baseline"


def unique_labels(key: str) -> Rule:
    """Make the rule that no two entries of a list have one label.

    Parameters
    ----------
    key : {"strategies", "classifiers"}

    Returns
    -------
    Rule
    """

    def complain(given: Given) -> Iterable[Complaint]:
        owners: dict[str, str] = {}
        labels = _labels(given, key)
        if key == "strategies" and BASELINE not in [name for name, _ in labels]:
            owners[BASELINE] = "the baseline, which is always run"
        for index, (name, label) in enumerate(labels):
            if name == BASELINE and name in [other for other, _ in labels[:index]]:
                yield (key, index), "baseline stands here a second time; once is enough"
            elif label in owners:
                yield (key, index), f"label {label} belongs to {owners[label]} already; give this entry another label"
            if label:
                owners.setdefault(label, f"{key}[{index}]")

    return Rule((), complain)


def _calibrated_labels_are_free(given: Given) -> Iterable[Complaint]:
    if _evaluation(given, "calibrated") is not True:
        return
    labels = _strategies(given)
    taken = {f"{label}{CALIBRATED}": label for label in labels}
    for index, (_, label) in enumerate(_labels(given, "strategies")):
        if label in taken:
            yield (
                ("strategies", index),
                f"label {label} is that of {taken[label]} inside CalibratedClassifierCV, which evaluation.calibrated "
                "adds; give this entry another label",
            )


def _swept_strategies_are_listed(given: Given) -> Iterable[Complaint]:
    named, known = _evaluation(given, "ratio_sweep", raw=True) or (), _strategies(given)
    texts = [source_of(name) for name in named]
    for index, text in enumerate(texts):
        path = ("evaluation", "ratio_sweep", index)
        if text is None:
            continue
        label = " ".join(text.split())
        if label in [" ".join(other.split()) for other in texts[:index] if other is not None]:
            yield path, f"{shorten(label, 60)} stands here a second time; once is enough"
        elif label not in known:
            yield path, f"unknown strategy label {shorten(label, 60)!r}{guess(label, known)}"


CALIBRATED_LABELS_ARE_FREE = Rule(("evaluation.calibrated",), _calibrated_labels_are_free)
"""No listed strategy has the label of one that ``evaluation.calibrated`` adds."""

SWEPT_STRATEGIES_ARE_LISTED = Rule(("strategies", "evaluation.ratio_sweep"), _swept_strategies_are_listed)
"""``evaluation.ratio_sweep`` names labels of strategies, each once."""


def _labels(given: Given, key: str) -> list[tuple[str | None, str | None]]:
    entries = given.raw(key)
    return [_label(entry) for entry in entries] if isinstance(entries, list | tuple) else []


def _label(entry: Any) -> tuple[str | None, str | None]:
    """Return the name and label of an entry that is right; None for both where it isn't."""
    try:
        made = Entry.model_validate(entry)
    except ValueError:
        return None, None
    return made.name, made.label


def _strategies(given: Given) -> list[str]:
    """Labels of the strategies that are run, baseline's included."""
    labels = _labels(given, "strategies")
    always = [] if BASELINE in [name for name, _ in labels] else [BASELINE]
    return [*always, *(label for _, label in labels if label)]


def _evaluation(given: Given, key: str, raw: bool = False) -> Any:
    section = given.raw("evaluation") if raw else given["evaluation"]
    return section.get(key) if isinstance(section, dict) else getattr(section, key, None)
