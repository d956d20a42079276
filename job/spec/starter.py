"""The commented spec that ``init`` writes: on generated data, or for a file whose facts are known."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import PurePath

from job.spec.yaml_document import read_plain
from job.text import is_control, shorten

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*([ .-][A-Za-z0-9_]+)*")
_WORDS_OF_YAML_1_1 = frozenset(("y", "n", "yes", "no", "on", "off"))  # other tools may read them as booleans
_COMMAND = re.compile(r"##(?=[\w-]*\[)")  # the runner of a CI job obeys it wherever it is printed
_FOLDS = 10
_MOST_LISTED = 60


@dataclass(frozen=True)
class FileFacts:
    """What ``init`` knows about a file.

    Parameters
    ----------
    target : str
        The column with the labels.
    columns : tuple of (name, kind, why)
        Every column, in the order of the file.
    labels : Mapping[str, int]
        Rows of each label, the rarest first.
    positive : str
        The label that is positive when the spec names none.
    drop : tuple of (name, why)
        Columns that had better be left out, such as identifiers.
    likely_time, likely_groups : tuple of str
        Columns that could be ``time`` or ``groups``.
    delimiter : str or None
        None where it is the suffix's own.
    decimal : str
        The decimal sign of numbers.
    """

    target: str
    columns: tuple[tuple[str, str, str], ...]
    labels: Mapping[str, int]
    positive: str
    drop: tuple[tuple[str, str], ...] = ()
    likely_time: tuple[str, ...] = ()
    likely_groups: tuple[str, ...] = ()
    delimiter: str | None = None
    decimal: str = "."


def write_starter(path: str | None = None, facts: FileFacts | None = None) -> str:
    """Write a commented spec that validates and runs.

    Parameters
    ----------
    path : str or None
        The file, as the spec shall name it.
    facts : FileFacts or None
        What is known about it. Without a file the spec draws its data.

    Returns
    -------
    str
        A YAML document.
    """
    folder = files("job.spec")
    end = folder.joinpath("starter.yaml").read_text("utf-8")
    if path is None or facts is None:
        return folder.joinpath("starter_generate.yaml").read_text("utf-8") + end
    labels = [f"{quoted(shorten(label, 30))} {n:,}" for label, n in facts.labels.items()]
    n_positive = facts.labels[facts.positive]
    if min(n_positive, sum(facts.labels.values()) - n_positive) < _FOLDS:  # then a spec without split has this too
        end = end.replace("kfold  ", "holdout", 1).replace("n_repeats: 2 ", "n_repeats: 20", 1)
        end = end.replace(f"  n_splits: {_FOLDS}  ", f"  # n_splits: {_FOLDS}", 1)
    starter = folder.joinpath("starter_file.yaml").read_text("utf-8")
    text = starter.format(
        title=f"title: {quoted(shorten(f'Does oversampling help on {PurePath(path).name}?', 120))}",
        columns="\n".join(_columns(facts)),
        path=f"    path: {quoted(path)}",
        target=f"    target: {quoted(facts.target)}",
        labels=", ".join(labels[:6] + ["…"] * (len(labels) > 6)),
        positive=f"    # positive: {quoted(facts.positive)}",
        drop="\n".join(_drop(facts)),
        groups=f"    # groups: {quoted(facts.likely_groups[0]) if facts.likely_groups else 'COLUMN'}",
        time=f"    # time: {quoted(facts.likely_time[0]) if facts.likely_time else 'COLUMN'}",
        delimiter=f"    delimiter: {quoted(facts.delimiter)}" if facts.delimiter else '    # delimiter: ";"',
        decimal='    # decimal: "."' if facts.decimal == "." else f"    decimal: {quoted(facts.decimal)}",
    )
    return _COMMAND.sub(r"#\\u0023", text + end)


def quoted(text: str) -> str:
    """Write any text as YAML, in quotes unless every reader of YAML takes it for text as it is."""
    if _PLAIN.fullmatch(text) and isinstance(read_plain(text), str) and text.lower() not in _WORDS_OF_YAML_1_1:
        return text
    return "".join(map(_escaped, json.dumps(text, ensure_ascii=False)))


def _escaped(character: str) -> str:
    if not is_control(character) and character not in "\x7f\xa0\u3000":
        return character
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"


def _columns(facts: FileFacts) -> Iterator[str]:
    width = min(32, max((len(quoted(name)) for name, _, _ in facts.columns), default=0))
    for name, kind, _ in facts.columns[:_MOST_LISTED]:
        yield f"#   {quoted(name):<{width}}  {'the target' if name == facts.target else kind}"
    if len(facts.columns) > _MOST_LISTED:
        yield f"#   and {len(facts.columns) - _MOST_LISTED:,} more"


def _drop(facts: FileFacts) -> Iterator[str]:
    drop = [(name, why) for name, why in facts.drop if name != facts.target]
    how = "left out; remove a line to keep its column" if drop else "columns to leave out, [COLUMN, COLUMN]"
    yield f"{'    drop:' if drop else '    drop: []':<33} # {how}"
    for name, why in drop:
        comment = "".join(" " if is_control(character) else character for character in why)
        yield f"{f'      - {quoted(name)}':<33} # {comment}"
