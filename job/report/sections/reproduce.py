"""Everything needed to get the same numbers again."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from job.names import ALLOWED_PACKAGES
from job.report.facts import Facts
from job.report.layout import Heading, Line, Number, Section, Table, Words, tabulate
from job.results.job_facts import WrittenData, WrittenSpec
from job.results.results import Timings
from job.text import counted

_COMMANDS = (
    'docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/data:ro" -v "$PWD/output:/output" minority-report run '
    "/data/spec.yaml",
    "minority-report run spec.yaml --output output",
)
_FRAME = "frame.csv"
_FLOW_LENGTH = 80
_NO_DURATIONS = "Durations were asked for, but timings.json is not there."
_LAST_OF_FOUR_DIGITS = 0xFFFF


@dataclass(frozen=True)
class Reproduce:
    """How to get the same numbers again.

    Parameters
    ----------
    spec : str
        YAML, defaults filled in.
    inside : str
        How long it is.
    data : str
        What of the data has to be there, where it is not generated.
    durations : Table or None
        Where the spec asks for them.
    why_no_durations : str
        Where it asks and there are none.
    """

    spec: str
    inside: str
    commands: tuple[str, ...]
    data: str
    seed: int
    digests: tuple[tuple[str, str], ...]
    versions: Table
    durations: Table | None
    why_no_durations: str


def build(facts: Facts) -> Section:
    """Build the section."""
    provenance, asked = facts.results.provenance, facts.spec.report.timings
    versions: list[Line] = [(name, (Words(text, code=True),)) for name, text in provenance.versions.items()]
    data, needed = _name_data(facts.spec.data)
    written = facts.spec.model_copy(update={"data": data})
    spec = write_yaml(written.model_dump(by_alias=True, exclude_unset=True))
    content = Reproduce(
        spec,
        counted(spec.count("\n"), "line"),
        tuple(command + _flags(facts.spec) for command in _COMMANDS),
        needed,
        provenance.seed,
        (("Spec", provenance.spec_digest), ("Data", provenance.data_digest)),
        tabulate("versions", "Versions", (Heading("Version"),), versions, first="Package"),
        _durations(facts, facts.timings) if facts.timings else None,
        _NO_DURATIONS if asked and facts.timings is None else "",
    )
    return Section("reproduce", "Reproducibility", content)


def _name_data(data: WrittenData) -> tuple[WrittenData, str]:
    """Give a data frame the name of a file that it can be saved as; say what the spec needs beside it."""
    if data.file is None:
        return data, ""
    if data.file.path is not None:
        return data, ", with the data file where it says"
    file = data.file.model_copy(update={"path": _FRAME})
    saved = f'frame.to_csv("{_FRAME}", index=False)'
    needed = f", with the data beside it by {saved} (the page then names that file)"
    return data.model_copy(update={"file": file}), needed


def _durations(facts: Facts, timings: Timings) -> Table:
    """Mean seconds of each strategy: to resample, then to fit and score each classifier."""
    runs = [run for run in timings.runs if run.study is None]
    lines: list[Line] = []
    for strategy in facts.strategies:
        own = [run for run in runs if run.strategy == strategy.label]
        fits = ((run.seconds_fit for run in own if run.classifier == name.label) for name in facts.classifiers)
        lines.append((strategy, map(_mean, ((run.seconds_resample for run in own), *fits))))
    labels = ("Resample", *(f"Fit {name.short}" for name in facts.classifiers))
    headings = [Heading(label, hint="seconds a split", numeric=True) for label in labels]
    return tabulate("durations", "Durations, mean over splits", headings, lines)


def _mean(seconds: Iterable[float | None]) -> Number:
    known = [value for value in seconds if value is not None]
    return Number(fmean(known) if known else None, 3)


def _flags(spec: WrittenSpec) -> str:
    """Write the flags without which the commands would refuse the spec's classes."""
    classes = [entry.class_ for entry in (*spec.strategies, *spec.classifiers) if entry.class_]
    packages = dict.fromkeys(path.partition(".")[0] for path in classes)
    return "".join(f" --allow-package {name}" for name in packages if name not in ALLOWED_PACKAGES)


def write_yaml(spec: Mapping[str, object]) -> str:
    """Write a spec as YAML that reads back as the same spec; keys without a value are left out.

    Returns
    -------
    str
        Only characters that can be seen; all others are escaped.
    """
    yaml = YAML()
    yaml.width = 110
    yaml.indent(mapping=2, sequence=4, offset=2)
    buffer = io.StringIO()
    yaml.dump(_yaml_value(_without_nothing(spec)), buffer)
    return "".join(char if char.isprintable() or char == "\n" else _escaped(char) for char in buffer.getvalue())


def _without_nothing(value: Any, key: str = "") -> Any:
    """Leave out keys without a value, but not inside params: there None is a value like any other."""
    if key == "params":
        return value
    if isinstance(value, Mapping):
        kept = {name: _without_nothing(item, name) for name, item in value.items()}
        return {name: item for name, item in kept.items() if item is not None and (name, item) != ("params", {})}
    return [_without_nothing(item) for item in value] if isinstance(value, list | tuple) else value


def _yaml_value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_yaml_value(key): _yaml_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        sequence = CommentedSeq(_yaml_value(item) for item in value)
        if not any(isinstance(item, Mapping | list | tuple) for item in value) and len(str(value)) < _FLOW_LENGTH:
            sequence.fa.set_flow_style()
        return sequence
    if not isinstance(value, str) or value.isprintable():
        return value
    lines = value.split("\n")
    if all(line.isprintable() and line == line.strip() and line for line in lines):
        return LiteralScalarString(value)
    return DoubleQuotedScalarString(value)


def _escaped(char: str) -> str:
    """Escape as double quotes have it; what isn't printable stands inside them."""
    code = ord(char)
    return f"\\u{code:04X}" if code <= _LAST_OF_FOUR_DIGITS else f"\\U{code:08X}"
