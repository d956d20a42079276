"""The data of a snippet: drawn again, or read from the same file by the same rules."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sklearn.datasets import make_classification

from job.data.generating.classification import PARAMETERS
from job.data.reading.column_profile import ERROR_CELL, MISSING_WORDS
from job.data.reading.csv_files import REPEATED_HEADER
from job.evidence.python_code import Call, Raw, imported_by, keywords, layout, literal, names
from job.evidence.snippet_parts import Part, Winner
from job.spec.file_keys import FileSpec, numbers_among
from job.spec.generators import MixtureSpec

_SEED_OF_SAMPLE = 0
_ENOUGH = 0.95
_NUMPY, _PANDAS, _DUCKDB = ("numpy", "np"), ("pandas", "pd"), ("duckdb", "")


def write_data(winner: Winner) -> Part:
    """Write what makes ``X``, ``y`` and, where a split needs them, ``groups``, ``time`` or ``is_test_row``.

    Parameters
    ----------
    winner : Winner

    Returns
    -------
    Part
    """
    data = winner.spec.data
    if data.file is not None:
        return _write_file(winner, data.file)
    if isinstance(data.generate, MixtureSpec):
        return _write_mixture(winner, data.generate)
    defaults = {name: p.default for name, p in inspect.signature(make_classification).parameters.items()}
    given = {name: getattr(data.generate, name) for name in PARAMETERS}
    told = {name: value for name, value in given.items() if name == "n_samples" or value != defaults[name]}
    draw = layout(Call("sklearn.datasets.make_classification", (), keywords(told)), 0, len("X, labels = "))
    lines = (
        f"X, labels = {draw}",
        "X = pd.DataFrame(X)",
        f"y = (labels == {int(winner.dataset.positive)}).astype(int)",
    )
    return Part(lines, (_PANDAS, ("sklearn.datasets.make_classification", "")))


def _write_mixture(winner: Winner, generate: MixtureSpec) -> Part:
    """Draw with the job's own generator; no public call stands for it."""
    given = generate.model_dump(mode="json", by_alias=True, exclude_none=True)
    made = Call("job.spec.generators.MixtureSpec", (), keywords(given))
    draw = Call("job.data.generating.mixture.generate_mixture", (made,))
    lines = [f"data = {layout(draw, 0, len('data = '))}", "X, y = data.X, data.y.astype(int)"]
    if winner.dataset.categorical:
        lines.append(f"NUMBERS = {layout(names(winner.dataset.numeric), 0, len('NUMBERS = '))}")
        lines.append(f"CATEGORIES = {layout(names(winner.dataset.categorical), 0, len('CATEGORIES = '))}")
        lines.append("X[CATEGORIES] = X[CATEGORIES].apply(lambda column: column.cat.codes)")
    return Part(tuple(lines), tuple(imported_by(draw)))


def _write_file(winner: Winner, file: FileSpec) -> Part:
    read = _reader_of(file.path)(winner, file)
    lines = [*read.lines]
    imports = [*read.imports, _NUMPY, _PANDAS]
    lines.append("data.columns = data.columns.str.strip()")
    lines += _clean(winner, file)
    if file.query is not None:
        lines += _query(winner, file)
        imports.append(_DUCKDB)
    lines.append(f"data = data[data[{literal(file.target)}].notna()].reset_index(drop=True)")
    lines.append(f"y = {_labels(winner, file)}.to_numpy().astype(int)")
    lines += _sample(winner)
    lines += _features(winner, file)
    lines += _row_keys(winner, file)
    return Part(tuple(lines), tuple(imports), (*read.notes, *_notes(winner, file)))


def _reader_of(path: str) -> Callable[[Winner, FileSpec], Part]:
    lower = path.lower()
    if lower.endswith(".parquet"):
        return _read_parquet
    return _read_jsonl if lower.endswith(".jsonl") else _read_csv


def _read_csv(winner: Winner, file: FileSpec) -> Part:
    lower = file.path.lower()
    delimiter = file.delimiter or ("\t" if lower.endswith((".tsv", ".tsv.gz")) else ",")
    arguments: dict[str, Any] = {"sep": delimiter} if delimiter != "," else {}
    if "column-named" in _codes(winner) and file.query is None:
        arguments |= {"names": [column.name for column in winner.dataset.columns], "header": 0}
    arguments |= {"dtype": Raw("str"), "keep_default_na": False, "index_col": False, "encoding": _encoding(winner)}
    before, notes = [], []
    if "comment-lines" in _codes(winner):
        arguments["skiprows"] = Raw("n_comments")
        before = [
            f"with open({literal(file.path)}, encoding={literal(_encoding(winner))}) as lines:",
            '    n_comments = next(number for number, line in enumerate(lines) if not line.startswith("#"))',
        ]
        notes = [_PACKED] if lower.endswith(".gz") else []
    call = Call("", (Raw(literal(file.path)),), keywords(arguments), "pd.read_csv")
    return Part((*before, f"data = {layout(call, 0, len('data = '))}"), (), tuple(notes))


def _read_jsonl(winner: Winner, file: FileSpec) -> Part:
    lines = (
        f"with open({literal(file.path)}, encoding={literal(_encoding(winner))}) as lines:",
        '    as_text = {"parse_int": str, "parse_float": str, "parse_constant": str}',
        "    data = pd.DataFrame([json.loads(line, **as_text) for line in lines if line.strip()])",
        "data = data.map(lambda value: str(value).lower() if isinstance(value, bool) else value)",
    )
    return Part(lines, (("json", ""),))


def _read_parquet(winner: Winner, file: FileSpec) -> Part:
    sql = '"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM read_parquet(?)"'
    return Part((f"data = duckdb.execute({sql}, [{literal(file.path)}]).df()",), (_DUCKDB,))


def _clean(winner: Winner, file: FileSpec) -> Iterator[str]:
    """Keep the columns that are used, without blanks around values, and mark what is missing."""
    if file.query is None:
        keys = [getattr(file, key) for key in ("target", "groups", "time", "split")]
        listed = names(dict.fromkeys([*winner.dataset.X.columns, *(name for name in keys if name is not None)]))
        yield f"data = data[{layout(listed, 0, len('data = data['))}]"
    missing = names(dict.fromkeys(word.strip() for word in file.na_values))
    yield "data = data.apply(lambda column: column.str.strip())"
    if REPEATED_HEADER in _codes(winner):
        yield "data = data[(data != data.columns).any(axis=1)].reset_index(drop=True)"
    yield f"data = data.mask(data.isin({layout(missing, 0, len('data = data.mask(data.isin('))}))"


def _query(winner: Winner, file: FileSpec) -> Iterator[str]:
    kept = names(dict.fromkeys(name for name in (file.target, file.groups, file.split) if name is not None))
    yield "for name in data.columns:  # the query reads numbers and truth values where a column holds them"
    yield f"    present, typed = data[name].dropna(), {_as_number('data[name]', file)}"
    yield r'    zeros = present.str.match(r"[-+]?0\d").any()'
    yield "    words = present[typed[present.index].isna()].str.lower().str.fullmatch("
    yield f"        {literal('|'.join(map(re.escape, MISSING_WORDS)))}"
    yield f"        {literal('|' + ERROR_CELL)}"
    yield "    ).sum()"
    yield "    counted = len(present) - min(words, len(present) // 2)"
    yield f"    if typed.notna().any() and typed.notna().sum() >= {_ENOUGH} * counted and not zeros:"
    yield f"        typed = typed.replace({_no_numbers(file, file.decimal)}, np.nan)"
    yield r'        if present.str.fullmatch(r"[-+]?\d+").all() and typed.abs().max() < 2**53:'
    yield '            typed = typed.astype("Int64")'
    yield '    elif len(present) and present.str.lower().isin(["true", "false"]).all():'
    yield '        typed = data[name].str.lower().map({"true": True, "false": False}).astype("boolean")'
    yield "    else:"
    yield "        continue"
    yield '    text = typed.astype("string").replace({"True": "true", "False": "false"})'
    yield r'    same = (text.str.replace(r"\.0$", "", regex=True)[present.index] == present).fillna(False).all()'
    yield f"    if same or name not in {layout(kept, 4, len('    if same or name not in :'))}:"
    yield "        data[name] = typed"
    yield 'duckdb.execute("SET threads = 1")'
    yield f"answer = duckdb.sql({literal(file.query)})"
    yield 'data = duckdb.sql("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM answer").df()'
    yield 'reals = [n for n, kind in zip(answer.columns, answer.types) if str(kind) in ("DOUBLE", "FLOAT")]'
    yield r'data[reals] = data[reals].replace({r"^-0\.0$": "0", r"\.0$": ""}, regex=True)'
    yield "data = data.sort_values(list(data.columns), ignore_index=True)"
    missing = names(dict.fromkeys(word.strip() for word in file.na_values))
    yield f"data = data.mask(data.isin({layout(missing, 0, len('data = data.mask(data.isin('))}))"


def _labels(winner: Winner, file: FileSpec) -> str:
    target, positive = f"data[{literal(file.target)}]", winner.dataset.positive
    if file.path.lower().endswith(".parquet") and re.fullmatch(r"-?\d+", positive):
        return f"{target}.isin({literal([positive, positive + '.0'])})"  # a whole number may be stored as a real one
    return f"({target} == {literal(positive)})"


def _sample(winner: Winner) -> Iterator[str]:
    if "sampled" not in _codes(winner):
        return
    n_positive, n_rest = winner.dataset.n_positive, winner.dataset.n_rows - winner.dataset.n_positive
    yield f"draw = np.random.default_rng({_SEED_OF_SAMPLE})  # the report's stratified sample"
    yield "rows = [draw.choice(np.flatnonzero(y == label), n_rows, replace=False)"
    yield f"        for label, n_rows in ((1, {n_positive}), (0, {n_rest}))]"
    yield "rows = np.sort(np.concatenate(rows))"
    yield "data, y = data.iloc[rows].reset_index(drop=True), y[rows]"


def _features(winner: Winner, file: FileSpec) -> Iterator[str]:
    dataset = winner.dataset
    decimal = "." if file.query is not None else file.decimal
    parts = []
    if dataset.numeric:
        yield f"NUMBERS = {layout(names(dataset.numeric), 0, len('NUMBERS = '))}"
        number = _as_number("column", file, decimal)
        yield f"numbers = data[NUMBERS].apply(lambda column: {number}).astype(float)"
        parts.append(f"numbers.replace({_no_numbers(file, decimal)}, np.nan)")
    if dataset.categorical:
        booleans = [column.name for column in dataset.columns if column.kind == "boolean" and column.role == "feature"]
        if booleans:
            listed = layout(names(booleans))
            yield f"data[{listed}] = data[{listed}].apply(lambda column: column.str.lower())"
        yield f"CATEGORIES = {layout(names(dataset.categorical), 0, len('CATEGORIES = '))}"
        yield "# Codes in the order of the texts; a missing one is -1 and a category of its own."
        yield 'codes = data[CATEGORIES].apply(lambda column: column.astype("category").cat.codes)'
        parts.append("codes")
    yield f"X = {parts[0]}" if len(parts) == 1 else f"X = pd.concat([{', '.join(parts)}], axis=1)"


def _as_number(column: str, file: FileSpec, decimal: str | None = None) -> str:
    if (decimal or file.decimal) == ".":
        return f'pd.to_numeric({column}, errors="coerce")'
    plain = f'{column}.where(~{column}.str.contains(".", regex=False, na=False)).str.replace(",", ".")'
    return f'pd.to_numeric({plain}, errors="coerce")'


def _no_numbers(file: FileSpec, decimal: str) -> str:
    return f"[{', '.join(['np.inf', '-np.inf', *map(repr, numbers_among(file.na_values, decimal))])}]"


def _row_keys(winner: Winner, file: FileSpec) -> Iterator[str]:
    if winner.dataset.groups is not None:
        yield f"groups, known = pd.factorize(data[{literal(file.groups)}])"
        yield "groups[groups < 0] = len(known) + np.arange((groups < 0).sum())  # a row without one is its own"
    if winner.spec.split.method == "predefined":
        yield f'is_test_row = (data[{literal(file.split)}].str.lower() == "test").to_numpy()'
    if winner.spec.split.method == "time":
        text = f"data[{literal(file.time)}]"
        kind = next(column.kind for column in winner.dataset.columns if column.name == file.time)
        if kind == "number":
            yield f"time = {_as_number(text, file)}.to_numpy(dtype=float)"
        else:
            yield f'text = {text}.str.replace(",", ".")'
            yield 'time = pd.to_datetime(text, format="ISO8601", utc=True).dt.tz_localize(None).to_numpy()'


def _codes(winner: Winner) -> set[str]:
    return {note.code for note in winner.dataset.notes}


def _encoding(winner: Winner) -> str:
    texts = " ".join(note.text for note in winner.dataset.notes if note.code == "encoding-converted")
    return next((name for name in ("utf-16", "utf-32") if name in texts.lower()), "utf-8-sig")


_PACKED = "Unpack the file first, and write its name without .gz here: there are comments above its header."
_CAVEATS: Mapping[str, str] = {
    "json-constants": "NaN and Infinity in the file are read as missing.",
}


def _notes(winner: Winner, file: FileSpec) -> Iterator[str]:
    codes = _codes(winner)
    yield from (sentence for code, sentence in _CAVEATS.items() if code in codes)
    if file.query is not None:
        yield (
            "The rows come out of a query: where it computes what is neither a whole number nor text, they may "
            "be sorted in another way than the report's, and the splits and numbers then differ."
        )
