"""Parameters keyed by labels: the data's own, as the file writes them, become 1 (positive) and 0 (the rest)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from job.data.dataset import Dataset, Note
from job.data.quoting import listed, look, nearest, quoted
from job.spec.job_spec import JobSpec
from job.spec.strategy_entries import Entry
from job.strategies.recipe import Complaint

_KEYED = ("class_weight", "class_weights", "sampling_strategy")
_COUNTS = "sampling_strategy"


@dataclass(frozen=True)
class Keyed:
    """A spec whose parameters are keyed by 0 and 1.

    Parameters
    ----------
    spec : JobSpec
    notes : tuple of Note
        On keys 0 and 1 that are labels of the data and name the other class.
    complaints : tuple of (key path, str)
        On keys that name no class.
    """

    spec: JobSpec
    notes: tuple[Note, ...] = ()
    complaints: tuple[Complaint, ...] = ()


def key_by_class(spec: JobSpec, dataset: Dataset) -> Keyed:
    """Translate every parameter that is keyed by labels.

    Parameters
    ----------
    spec : JobSpec
        As its user wrote it; one that is keyed by class already may mean something else.
    dataset : Dataset

    Returns
    -------
    Keyed
    """
    notes, complaints, sections = list[Note](), list[Complaint](), dict[str, tuple[Entry, ...]]()
    for section in ("strategies", "classifiers"):
        entries = list(getattr(spec, section))
        for index, entry in enumerate(entries):
            params = dict(entry.params)
            for name in _KEYED:
                if not isinstance(params.get(name), Mapping | list if name == _COUNTS else Mapping):
                    continue
                try:
                    params[name] = _translate(name, params[name], dataset)
                except ValueError as error:
                    complaints.append(((section, index, "params", name), str(error)))
                else:
                    notes += _note_swapped(f"{section}[{index}].params.{name}", entry.params[name], dataset)
            entries[index] = entry if params == entry.params else entry.model_copy(update={"params": params})
        sections[section] = tuple(entries)
    return Keyed(spec.model_copy(update=sections), tuple(notes), tuple(complaints))


def _translate(name: str, value: Any, dataset: Dataset) -> Any:
    """Key one parameter by class, or list classes for labels; raises ValueError where a key names none."""
    classes = _classes_of(value, dataset)
    if isinstance(value, list):
        _refuse_parts(value, dataset, may_be_whole=True)
        return list(dict.fromkeys(classes.values()))
    made: dict[int, Any] = {}
    for key, item in value.items():
        if made.setdefault(classes[key], item) != item:
            raise ValueError(f"has {made[classes[key]]} and {item} for labels that are one class, {_rest(dataset)}")
    if name == _COUNTS or made.get(0, 1) != 1:  # a label without a weight weighs 1
        _refuse_parts(value, dataset, may_be_whole=name != _COUNTS)
    return made


def _classes_of(keys: Iterable[Any], dataset: Dataset) -> dict[Any, int]:
    """Read all keys as labels of the data, or else 0 as the rest and 1 as the positive label."""
    found = {key: _find_label(key, dataset) for key in keys}
    classes = {key: int(label == dataset.positive) for key, label in found.items() if label is not None}
    if len(classes) == len(found):
        return classes
    if {str(key) for key in found} <= {"0", "1"} and all(int(key) == number for key, number in classes.items()):
        return {key: int(key) for key in found}
    unknown, labels = next(str(key) for key in found if key not in classes), [dataset.positive, *dataset.rest]
    by_number = "" if {"0", "1"}.intersection(labels) else "; or write 1 for the positive label and 0 for all others"
    raise ValueError(
        f"got {quoted(unknown)} for a label, must be one of the data's: {quoted(dataset.positive)} (positive), "
        f"{listed(dataset.rest)}{by_number}.{nearest(unknown, labels)}"
    )


def _find_label(key: Any, dataset: Dataset) -> str | None:
    """Find the label that is meant: the same text, or else the only one that looks so (1 for 1.0)."""
    text, labels = str(key).lower() if isinstance(key, bool) else str(key), [dataset.positive, *dataset.rest]
    alike = [text] if text in labels else [label for label in labels if look(label) == look(text)]
    return alike[0] if len(alike) == 1 else None


def _refuse_parts(keys: Iterable[Any], dataset: Dataset, *, may_be_whole: bool) -> None:
    """Refuse keys that name some of several labels of the rest; for counts also all of them."""
    labels = (_find_label(key, dataset) for key in keys)
    named = sorted({label for label in labels if label in dataset.rest})
    if named and len(dataset.rest) > 1 and not (may_be_whole and len(named) == len(dataset.rest)):
        raise ValueError(f"has a value for {listed(named)}, but these labels are one class: {_rest(dataset)}")


def _rest(dataset: Dataset) -> str:
    return f"all other labels ({listed(dataset.rest)})"


def _note_swapped(where: str, keys: Iterable[Any], dataset: Dataset) -> Iterator[Note]:
    classes = _classes_of(keys, dataset)
    if {str(key) for key in keys} <= {"0", "1"} and any(int(key) != number for key, number in classes.items()):
        named = ((key, "the positive label" if number else "any other label") for key, number in classes.items())
        read = " and ".join(f"{key} is {label}" for key, label in named)
        yield Note("keyed-by-labels", f"{where} is read by the labels of the data: {read}.")
