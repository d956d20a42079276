"""Cases for the fuzz: a command with its files, drawn by hypothesis; each ends before the first unit is run."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from functools import cache
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import duckdb
from fuzz.mutations import mutate_bytes, mutate_document, mutate_text
from fuzz.schema_values import ODD, values_of
from hypothesis import strategies as st
from ruamel.yaml import YAML
from small_job import small_spec
from spec.any_spec import SPECS

from job.cli import main
from job.spec.schema import json_schema
from job.spec.starter import write_starter

ROOT = Path(__file__).parents[2]
RANDOMS = st.integers(0, 2**32 - 1).map(Random)


@dataclass(frozen=True)
class Case:
    """The words of a command, and the files in the folder where it is called."""

    words: tuple[str, ...]
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def spec(self) -> str:
        """The spec, where it has one."""
        return self.files.get("spec.yaml", b"").decode(errors="replace")


# Specs: of the JSON Schema, right ones, and real ones with a few changes.


@cache
def _real_specs() -> tuple[str, ...]:
    paths = [*sorted(ROOT.glob("examples/*.yaml")), ROOT / "job/spec/default.yaml"]
    texts = [path.read_text() for path in paths]
    return (write_starter(), *(text for text in texts if "\ndata:" in text and "apiVersion:" not in text))


@cache
def _real_documents() -> tuple[Any, ...]:
    return tuple(YAML(typ="safe", pure=True).load(text) for text in _real_specs())


_SCHEMA = json_schema()
_OF_SCHEMA = values_of(_SCHEMA, _SCHEMA["$defs"]).map(json.dumps)
_RIGHT = SPECS.map(json.dumps)
_MUTATED_DOCUMENTS = st.builds(
    lambda number, random: json.dumps(mutate_document(_real_documents()[number % len(_real_documents())], random)),
    st.integers(0, 99),
    RANDOMS,
)
_MUTATED_TEXTS = st.builds(
    lambda number, random: mutate_text(_real_specs()[number % len(_real_specs())], random), st.integers(0, 99), RANDOMS
)
SPEC_TEXTS = st.one_of(_OF_SCHEMA, _RIGHT, _MUTATED_DOCUMENTS, _MUTATED_TEXTS)


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


VALIDATE = st.builds(
    lambda text: Case(("validate", "spec.yaml"), {"spec.yaml": _encode(text)} | _machines()), SPEC_TEXTS
)


@cache
def _machines() -> Mapping[str, bytes]:
    """The example's data, whose header a mutated spec may name rightly or not."""
    lines = (ROOT / "examples/machines.csv").read_bytes().splitlines(keepends=True)
    return {"machines.csv": b"".join(lines[:200])}


def _generate(text: str, rows: int, seed: int | None, suffix: str) -> Case:
    words = ("generate", "spec.yaml", "--output", f"data{suffix}", "--rows", str(rows))
    return Case(words + (() if seed is None else ("--seed", str(seed))), {"spec.yaml": _encode(text)})


def _generated(section: Any) -> str:
    return json.dumps({"data": {"generate": section}})


GENERATE = st.builds(
    _generate,
    SPEC_TEXTS
    | st.one_of(
        [
            values_of(_SCHEMA["$defs"][kind], _SCHEMA["$defs"]).map(_generated)
            for kind in (
                "MixtureSpec",
                "ClassificationSpec",
            )
        ]
    ),
    st.integers(10, 200),
    st.none() | st.integers(0, 2**32 - 1),
    st.sampled_from([".csv", ".parquet", ".CSV", ".txt"]),
)


# Data files, in every form that is read.

N_ROWS = 60
_COLUMNS: Mapping[str, list[Any]] = {
    "a": [row % 17 for row in range(N_ROWS)],
    "b": [row % 7 / 8 for row in range(N_ROWS)],
    "c": [("red", "green", "blue ü")[row % 3] for row in range(N_ROWS)],
    "label": ["yes" if row % 5 == 0 else "no" for row in range(N_ROWS)],
    "g": [f"g{row // 4}" for row in range(N_ROWS)],
    "t": [f"2024-{1 + row % 12:02}-{1 + row % 28:02}" for row in range(N_ROWS)],
    "s": ["test" if row % 4 == 0 else "train" for row in range(N_ROWS)],
}
_CELLS = (
    *ODD,
    "NaN",
    "inf",
    "-",
    "?",
    "1,5",
    "1.000,5",
    '"',
    '""',
    ";",
    "\t",
    "2024-13-45",
    "1e999",
    "\ufeff",
    "é",
    "=1+1",
)
_TYPES = (
    *("a::UTINYINT", "a::HUGEINT * 10000000000000000000000", "b::DECIMAL(30, 20)", "a::VARCHAR::BLOB", "[a, NULL]"),
    *(
        "{'x': a}",
        "t::DATE",
        "t::TIMESTAMPTZ",
        "INTERVAL (a) DAY",
        "uuid()",
        "NULL",
        "a > 3",
        "MAP {c: a}",
        "'nan'::FLOAT",
    ),
    *("c::ENUM('red', 'green', 'blue ü')", "repeat(c, 20000)", "t::TIMESTAMP_NS", "TIME '12:00:00'", "a::BIT"),
)


def _table(random: Random) -> dict[str, list[Any]]:
    """The columns, some cells of which are odd, and some columns missing, doubled or renamed."""
    columns = {name: list(values) for name, values in _COLUMNS.items()}
    for _ in range(random.choice((0, 1, 3, 40))):
        columns[random.choice(list(columns))][random.randrange(N_ROWS)] = random.choice(_CELLS)
    way, name = random.randrange(8), random.choice(list(columns))
    if way == 0:
        del columns[name]
    elif way == 1:
        columns[random.choice(("", " ", "a b", "A", "x" * 300, "\x1b[0m", "=1", "label "))] = columns.pop(name)
    elif way == 2:
        columns[name] = [random.choice(_CELLS)] * N_ROWS
    return columns


def _delimited(
    columns: Mapping[str, list[Any]], delimiter: str, end: str, quote: str = "", encoding: str = "utf-8"
) -> bytes:
    rows = [columns, *zip(*columns.values(), strict=True)]
    text = end.join(delimiter.join(f"{quote}{cell}{quote}" for cell in row) for row in rows)
    return text.encode(encoding, "replace")


_ENDS, _QUOTES = ("\n", "\n", "\n", "\r\n", "\r"), ("", "", '"')
_ENCODINGS = ("utf-8",) * 6 + ("utf-16", "latin-1", "utf-8-sig", "cp1252", "utf-32", "utf-7")


def _jsonl(columns: Mapping[str, list[Any]], random: Random) -> bytes:
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    for row in random.sample(range(N_ROWS), random.choice((0, 0, 1, 3))):
        rows[row] = mutate_document(rows[row], random)
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


@cache
def _parquet(expression: str | None) -> bytes:
    """The columns as Parquet, one of them of another type."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        (Path(folder) / "rows.csv").write_bytes(_delimited(_COLUMNS, ",", "\n"))
        replaced = "" if expression is None else f" REPLACE ({expression} AS b)"
        connection.sql(f"COPY (SELECT *{replaced} FROM '{folder}/rows.csv') TO '{folder}/rows.parquet'")
        return (Path(folder) / "rows.parquet").read_bytes()


@st.composite
def _data_files(draw: Any) -> tuple[str, bytes]:
    """A file's name and content; one in two has a few bytes that are wrong."""
    random, suffix = draw(RANDOMS), draw(st.sampled_from(_SUFFIXES))
    columns = _table(random)
    if suffix.startswith(".parquet"):
        content = _parquet(random.choice((None, *_TYPES)))
    elif suffix.startswith(".jsonl"):
        content = _jsonl(columns, random)
    else:
        delimiter = "\t" if suffix.startswith(".tsv") else random.choice(",,,;|")
        content = _delimited(columns, delimiter, *map(random.choice, (_ENDS, _QUOTES, _ENCODINGS)))
    if random.random() < 0.4:
        content = mutate_bytes(content, random)
    if suffix.endswith(".gz"):
        content = gzip.compress(content, mtime=0)
        content = mutate_bytes(content, random) if random.random() < 0.3 else content
    return f"rows{suffix}", content


_SUFFIXES = (".csv", ".csv", ".tsv", ".csv.gz", ".tsv.gz", ".parquet", ".jsonl", ".xlsx", ".sqlite", ".parquet.gz")
_NAMES = st.sampled_from([*_COLUMNS, "nothing", "", "label ", "\x00", "'; --", "rowid"])
_QUERIES = st.sampled_from(
    [
        "SELECT * FROM data",
        "SELECT a, b, label FROM data WHERE a > 8",
        "SELECT max(a) AS m, label FROM data GROUP BY g, label",
        "SELECT",
        "SELECT * FROM nothing",
        "SELECT a/0 AS x, label FROM data",
        "SELECT * FROM range(100000000)",
        "SELECT [a] AS a, label FROM data",
        "SELECT label, label AS label2, random() AS r FROM data",
        "DROP TABLE data",
        "SELECT * FROM 'rows.csv'",
        "PRAGMA version",
        "SELECT getenv('HOME') AS a, label FROM data",
        "WITH x AS (SELECT 1) FROM x",
        "SELECT a::INT8 * 9223372036854775807 AS a, label FROM data",
        "SELECT c::INT AS c, label FROM data",
        "-- \x00",
    ]
)
_FILE_KEYS = st.fixed_dictionaries(
    {"target": st.just("label") | st.just("label") | _NAMES},
    optional={
        "positive": st.sampled_from(["yes", "no", "1", "nothing"]),
        "drop": st.lists(_NAMES, max_size=2),
        "groups": st.just("g") | _NAMES,
        "time": st.just("t") | _NAMES,
        "split": st.just("s") | _NAMES,
        "categorical": st.lists(_NAMES, max_size=2),
        "delimiter": st.sampled_from([";", ",", "\t", "|", "a", "::"]),
        "decimal": st.sampled_from([".", ","]),
        "na_values": st.lists(st.sampled_from(["", "?", "no", "0", "red"]), max_size=2),
        "max_rows": st.integers(10, 70),
        "query": _QUERIES,
    },
)


def _run(file: tuple[str, bytes], keys: Mapping[str, Any], more: Mapping[str, Any]) -> Case:
    name, content = file
    spec = {"data": {"file": {"path": name, **keys}}, "split": {"n_repeats": 2}, **more}
    return Case(("run", "spec.yaml", "--workers", "1"), {"spec.yaml": json.dumps(spec).encode(), name: content})


RUN = st.builds(
    _run,
    _data_files(),
    _FILE_KEYS,
    st.fixed_dictionaries({}, optional={"split": st.sampled_from([{"method": "kfold"}, {"test_size": 0.5}])}),
)
INIT = st.builds(
    lambda file, target: Case(("init", file[0], "--target", target), {file[0]: file[1]}),
    _data_files(),
    st.just("label") | _NAMES,
)


# results.json.


@cache
def _results() -> str:
    """The results of a small job, with a sweep, a gate and costs."""
    told = StringIO()
    with tempfile.TemporaryDirectory() as name, redirect_stdout(told), redirect_stderr(told):
        spec = Path(name) / "spec.yaml"
        spec.write_text(small_spec() + _MORE)
        assert main(["run", str(spec), "--workers", "1", "--output", name]) == 0, told.getvalue()
        return (Path(name) / "results.json").read_text()


_MORE = """\
evaluation: {imbalance_sweep: [4], cost: {false_negative: 3.7}, prevalence_in_use: 0.02}
gates: [{max_failed_runs: 0}, {metric: recall, strategy: smote, bound: mean, min: 0}]
"""


@cache
def _document() -> Any:
    return json.loads(_results())


def _mutated_results(random: Random) -> bytes:
    die = random.random()
    if die < 0.75:
        return json.dumps(mutate_document(_document(), random)).encode()
    return _encode(mutate_text(_results(), random)) if die < 0.9 else mutate_bytes(_results().encode(), random)


RENDER = st.builds(lambda random: Case(("render", "results.json"), {"results.json": _mutated_results(random)}), RANDOMS)
COMPARE = st.builds(
    lambda random, is_json: Case(
        ("compare", *random.sample(("old.json", "new.json"), 2), *(["--json"] if is_json else [])),
        {"old.json": _results().encode(), "new.json": _mutated_results(random)},
    ),
    RANDOMS,
    st.booleans(),
)

# Whole jobs.


def _job(document: Mapping[str, Any], kind: str, seed: int) -> Case:
    """Make a right spec small: 60 rows that it generates, and few splits."""
    generate = {"kind": kind, "n_samples": 60, "random_state": seed}
    generate |= {"weights": [0.75]} if kind == "classification" else {"minority_share": 0.25, "n_categorical": 1}
    small = {
        **document,
        "data": {"generate": generate},
        "split": {"n_repeats": 2},
        "strategies": [entry for entry in document.get("strategies", ["smote"]) if not _is_odd(entry)],
        "classifiers": [entry for entry in document.get("classifiers", []) if not _is_odd(entry)] or ["gaussian_nb"],
    }
    small.pop("engine", None)
    small["evaluation"] = {**document.get("evaluation", {}), "ratio_sweep": [], "imbalance_sweep": []}
    return Case(("run", "spec.yaml", "--workers", "1"), {"spec.yaml": json.dumps(small).encode()})


def _is_odd(entry: Any) -> bool:
    """Tell whether parameters or the class were drawn without regard to what there is."""
    return not isinstance(entry, str) and ("class" in entry or bool(entry.get("params")))


JOBS = st.builds(_job, SPECS, st.sampled_from(["classification", "mixture"]), st.integers(0, 99))

CASES: Mapping[str, st.SearchStrategy[Case]] = {
    "validate": VALIDATE,
    "init": INIT,
    "generate": GENERATE,
    "run": RUN,
    "render": RENDER,
    "compare": COMPARE,
}
