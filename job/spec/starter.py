"""The commented spec that ``init`` writes: on generated data, or for a file whose facts are known."""

from __future__ import annotations

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
_COMMENT_COLUMN = 34
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
    text = "\n".join([*_head(path), *_columns(facts), "data:", "  file:", *_file(path, facts), "", end])
    return _COMMAND.sub(r"#\\u0023", text)


def quoted(text: str) -> str:
    """Write any text as YAML, in quotes unless every reader of YAML takes it for text as it is."""
    if _PLAIN.fullmatch(text) and isinstance(read_plain(text), str) and text.lower() not in _WORDS_OF_YAML_1_1:
        return text
    return "".join(map(_escaped, json.dumps(text, ensure_ascii=False)))


def _escaped(character: str) -> str:
    if not is_control(character) and character not in "\x7f\xa0\u3000":
        return character
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"


def _head(path: str) -> Iterator[str]:
    yield "# Does oversampling help on this file? What stands behind a # is a comment: an explanation, or a key to try."
    yield "# Check it without running:  minority-report validate spec.yaml"
    yield "# Run it:                    minority-report run spec.yaml --output output"
    yield ""
    title = shorten(f"Does oversampling help on {PurePath(path).name}?", 120)
    yield _line(f"title: {quoted(title)}", "stands above the report")
    yield _line("seed: 42", "of everything that is drawn; the same seed gives the same report")
    yield ""


def _columns(facts: FileFacts) -> Iterator[str]:
    yield "# The columns, and what they are read as:"
    width = min(32, max((len(quoted(name)) for name, _, _ in facts.columns), default=0))
    for name, kind, _ in facts.columns[:_MOST_LISTED]:
        yield f"#   {quoted(name):<{width}}  {'the target' if name == facts.target else kind}"
    if len(facts.columns) > _MOST_LISTED:
        yield f"#   and {len(facts.columns) - _MOST_LISTED:,} more"


def _file(path: str, facts: FileFacts) -> Iterator[str]:
    labels = [f"{quoted(shorten(label, 30))} {n:,}" for label, n in facts.labels.items()]
    shown = ", ".join(labels[:6] + ["…"] * (len(labels) > 6))
    yield _line(f"    path: {quoted(path)}", "relative to this spec")
    yield _line(f"    target: {quoted(facts.target)}", f"labels and their rows: {shown}")
    yield _line(f"    # positive: {quoted(facts.positive)}", "the label it is about; default: the rarest, as here")
    yield from _drop(facts)
    for key, names, what in (
        ("groups", facts.likely_groups, "rows with the same value here stay on one side of a split"),
        ("time", facts.likely_time, "for split method time; take the column out of drop"),
        ("split", (), "for split method predefined: a column that says train or test"),
    ):
        yield _line(f"    # {key}: {quoted(names[0]) if names else 'COLUMN'}", what)
    yield _line("    # categorical: [COLUMN]", "categories though they look like numbers")
    yield _commented("delimiter", facts.delimiter, '";"', "what parts the cells of a row; default: by the suffix")
    yield _commented("decimal", None if facts.decimal == "." else facts.decimal, '"."', "the decimal sign of numbers")
    yield _line('    # na_values: ["", NA, "?"]', "what stands for a missing value")
    yield _line("    # query: SELECT * FROM data", "one SELECT over the table data")
    yield _line("    # max_rows: 500000", "beyond that a stratified sample is drawn")


def _commented(key: str, value: str | None, example: str, what: str) -> str:
    """Write a key with its value where it needs one, and as an example behind a # where it doesn't."""
    return _line(f"    # {key}: {example}" if value is None else f"    {key}: {quoted(value)}", what)


def _drop(facts: FileFacts) -> Iterator[str]:
    drop = [(name, why) for name, why in facts.drop if name != facts.target]
    if drop:
        yield _line("    drop:", "left out; remove a line to keep its column")
    else:
        yield _line("    drop: []", "columns to leave out, [COLUMN, COLUMN]")
    for name, why in drop:
        comment = "".join(" " if is_control(character) else character for character in why)
        yield _line(f"      - {quoted(name)}", comment)


def _line(written: str, comment: str) -> str:
    return f"{written:<{_COMMENT_COLUMN - 1}} # {comment}"
