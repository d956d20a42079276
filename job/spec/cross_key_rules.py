"""Rules between sections of a spec: labels belong to one entry each, and a split has its column."""

from __future__ import annotations

from collections.abc import Iterable

from job.spec.spec_section import Complaint, Given, Rule
from job.spec.strategy_entries import BASELINE, CALIBRATED, Entry
from job.text import guess, shorten


def unique_labels(key: str) -> Rule:
    """Make the rule that no two entries of a list, "strategies" or "classifiers", have one label."""

    def rule(given: Given) -> Iterable[Complaint]:
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

    return rule


def calibrated_labels_are_free(given: Given) -> Iterable[Complaint]:
    """No listed strategy has the label of one that ``evaluation.calibrated`` adds."""
    if not given.at("evaluation", "calibrated"):
        return
    taken = {f"{label}{CALIBRATED}": label for label in _strategies(given)}
    for index, (_, label) in enumerate(_labels(given, "strategies")):
        if label in taken:
            yield (
                ("strategies", index),
                f"label {label} is that of {taken[label]} inside CalibratedClassifierCV, which evaluation.calibrated "
                "adds; give this entry another label",
            )


def swept_strategies_are_listed(given: Given) -> Iterable[Complaint]:
    """``evaluation.ratio_sweep`` names labels of strategies, each once."""
    given.at("strategies")
    known = _strategies(given)
    labels = [" ".join(text.split()) for text in given.at("evaluation", "ratio_sweep") or ()]
    for index, label in enumerate(labels):
        path = ("evaluation", "ratio_sweep", index)
        if label in labels[:index]:
            yield path, f"{shorten(label, 60)} stands here a second time; once is enough"
        elif label not in known:
            yield path, f"unknown strategy label {shorten(label, 60)!r}{guess(label, known)}"


_COLUMNS = {"time": ("time", "a column to sort by"), "predefined": ("split", "a column that says train or test")}


def split_has_its_column(given: Given) -> Iterable[Complaint]:
    """Two methods part the rows by a column, which only a file has."""
    method, _, _ = given.at("split", "method"), given.at("data", "file"), given.at("data", "generate")
    key, what = _COLUMNS.get(method, ("", ""))
    if key and given.raw("data", "file", key) is None:
        yield ("split", "method"), f"{method} needs data.file.{key}, {what}"


def _labels(given: Given, key: str) -> list[tuple[str | None, str | None]]:
    """Name and label of each entry; None for both where it isn't right."""
    entries = given.raw(key)
    return [_label(entry) for entry in entries] if isinstance(entries, list | tuple) else []


def _label(entry: object) -> tuple[str | None, str | None]:
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
