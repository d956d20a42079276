"""Everything needed to get the same numbers again."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from job.names import ALLOWED_PACKAGES
from job.report.facts import Facts, Found
from job.report.layout import Heading, Line, Number, Row, Section, Table, Words, tabulate

_COMMANDS = (
    'docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/data:ro" -v "$PWD/output:/output" minority-report run '
    "/data/spec.yaml",
    "minority-report run spec.yaml --output output",
)
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
    is_file : bool
        Whether the data is a file that has to be there.
    durations : Table or None
        Where the spec asks for them.
    why_no_durations : str
        Where it asks and there are none.
    """

    spec: str
    commands: tuple[str, ...]
    is_file: bool
    seed: int
    digests: tuple[tuple[str, str], ...]
    versions: Table
    durations: Table | None
    why_no_durations: str


def build(facts: Facts) -> Section:
    """Build the section."""
    provenance = facts.results["provenance"]
    content = Reproduce(
        write_yaml(facts.spec),
        tuple(command + _flags(facts.spec) for command in _COMMANDS),
        bool(facts.spec["data"].get("file")),
        provenance["seed"],
        (("Spec", provenance["spec_digest"]), ("Data", provenance["data_digest"])),
        _versions(provenance["versions"]),
        _durations(facts),
        _NO_DURATIONS if "timings" in facts.results and facts.results["timings"] is None else "",
    )
    return Section("reproduce", "Reproduce it", content)


def _durations(facts: Facts) -> Table | None:
    """Mean seconds of each strategy: to resample, then to fit and score each classifier."""
    timings = facts.results.get("timings")
    if timings is None:
        return None
    runs = [run for run in timings["runs"] if run.get("study") is None]
    lines: list[Line] = []
    for strategy in facts.strategies:
        resample = _mean_seconds(runs, "seconds_resample", strategy=strategy.label)
        fits = (
            _mean_seconds(runs, "seconds_fit", strategy=strategy.label, classifier=name.label)
            for name in facts.classifiers
        )
        lines.append((strategy, (resample, *fits)))
    labels = ("Resample", *(f"Fit {name.short}" for name in facts.classifiers))
    headings = [Heading(label, hint="seconds a split", numeric=True) for label in labels]
    return tabulate("durations", "Durations, mean over splits", headings, lines)


def _mean_seconds(runs: Sequence[Found], key: str, **labels: str) -> Number:
    found = [run[key] for run in runs if all(run[name] == label for name, label in labels.items())]
    return Number(sum(found) / len(found) if found else None, 3)


def _flags(spec: Found) -> str:
    """Write the flags without which the commands would refuse the spec's classes."""
    classes = (entry.get("class") or "" for key in ("strategies", "classifiers") for entry in spec[key])
    packages = dict.fromkeys(path.partition(".")[0] for path in classes if path)
    return "".join(f" --allow-package {name}" for name in packages if name not in ALLOWED_PACKAGES)


def write_yaml(spec: Found) -> str:
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


def _versions(versions: Found) -> Table:
    rows = tuple(Row(str(name), (Words(str(version), code=True),)) for name, version in versions.items())
    return Table("versions", "Versions", "Package", (Heading("Version"),), rows, caption_hidden=True)
