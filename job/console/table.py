"""The table at the end: what a log tells of the results, in the width of a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from job.text import one_line

_METRICS: tuple[tuple[str, str, int], ...] = (
    ("recall", "recall", 3),
    ("precision", "preci- sion", 3),
    ("false_alarms_per_1000", "false alarms /1,000", 1),
    ("average_precision", "average preci- sion", 3),
)
_NO_VALUE = "–"
_MARKS: Mapping[str, str] = {"degraded": "d", "failed": "f", "not_applicable": "n"}
_MEANINGS: Mapping[str, str] = {"d": "degraded", "f": "failed", "n": "not applicable"}
_MOST_OF_A_LABEL = 40
_GAP = "  "


@dataclass(frozen=True)
class _Column:
    """Cells of one column, and the heading above them, all of one width."""

    heading: tuple[str, ...]
    cells: tuple[str, ...]

    @property
    def width(self) -> int:
        return max(map(_width, (*self.heading, *self.cells)))

    def lines(self, height: int) -> list[str]:
        heading = [""] * (height - len(self.heading)) + list(self.heading)
        return [_right(text, self.width) for text in (*heading, *self.cells)]


def write_table(results: Mapping[str, Any], width: int) -> Iterator[str]:
    """Write the means over the splits: a row for each strategy, columns for each classifier.

    Parameters
    ----------
    results : Mapping[str, Any]
        The content of results.json.
    width : int
        Columns that there are; classifiers that don't fit side by side stand one below the other.

    Yields
    ------
    str
        Lines.
    """
    strategies = [entry["label"] for entry in results["strategies"]]
    classifiers = [entry["label"] for entry in results["classifiers"]]
    names = _left_column(strategies)
    groups = [_group(results, strategies, classifier) for classifier in classifiers]
    for block in _blocks(groups, width - _width(names[0])):
        for parts in zip(names, *block, strict=True):
            yield _GAP.join(parts).rstrip()
        yield ""
    used = {mark for mark in _marks(results).values() if mark}
    meanings = [f"{mark} {_MEANINGS[mark]}" for mark in _MEANINGS if mark in "".join(used)]
    n_splits = results["splits"]["n_splits_total"]
    yield "; ".join([f"Means over {n_splits:,} splits" if n_splits > 1 else "One split", *meanings])


def _left_column(strategies: Sequence[str]) -> list[str]:
    names = ["", "", "", "strategy", *map(_name, strategies)]
    width = max(map(_width, names))
    return [_left(name, width) for name in names]


def _group(results: Mapping[str, Any], strategies: Sequence[str], classifier: str) -> list[str]:
    """Write the columns of one classifier below its label."""
    values = {(row["strategy"], row["classifier"], row["metric"]): row["value"] for row in results["summary"]}
    marks = _marks(results)
    columns = [
        _Column(
            tuple(heading.split()),
            tuple(_number(values.get((strategy, classifier, metric)), decimals) for strategy in strategies),
        )
        for metric, heading, decimals in _METRICS
    ]
    columns.append(_Column(("",), tuple(marks[strategy, classifier] for strategy in strategies)))
    lines = [" ".join(parts) for parts in zip(*(column.lines(3) for column in columns), strict=True)]
    label = _name(classifier)
    width = max(_width(lines[0]), _width(label))
    return [_left(line, width) for line in (label, *lines)]


def _blocks(groups: Iterable[list[str]], room: int) -> Iterator[list[list[str]]]:
    """Part the groups into blocks that fit side by side; a block has one at least."""
    block: list[list[str]] = []
    used = 0
    for group in groups:
        needed = len(_GAP) + _width(group[0])
        if block and used + needed > room:
            yield block
            block, used = [], 0
        block.append(group)
        used += needed
    yield block


def _marks(results: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """Find which cells are not what they look like."""
    marks: dict[tuple[str, str], str] = {}
    for run in results["runs"]:
        key = run["strategy"], run["classifier"]
        mark = _MARKS.get(run["status"], "")
        marks[key] = marks.get(key, "") + (mark if mark not in marks.get(key, "") else "")
    return marks


def _name(label: str) -> str:
    from rich.cells import set_cell_size

    name = one_line(label)
    return name if _width(name) <= _MOST_OF_A_LABEL else set_cell_size(name, _MOST_OF_A_LABEL - 1) + "…"


def _number(value: float | None, decimals: int) -> str:
    return _NO_VALUE if value is None else f"{value:,.{decimals}f}"


def _width(text: str) -> int:
    from rich.cells import cell_len  # an ideograph is two columns wide

    return cell_len(text)


def _left(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _right(text: str, width: int) -> str:
    return " " * (width - _width(text)) + text
