"""Bad input as it comes: one line that says what is wrong and what to do, the right exit code, no traceback."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import pickle
import tempfile
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest
from fuzz.calling import call
from fuzz.cases import Case
from small_job import small_spec
from spec.bad_specs import BOMBS, DATA

from job.cli import main

ROWS = "".join(f"{i % 17},{i % 5},{'yes' if i % 6 == 0 else 'no'}\n" for i in range(120))
GOOD = "a,b,label\n" + ROWS
HTML = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>\n"
LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"


def parquet(rows: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "rows.csv").write_text(rows)
        duckdb.sql(f"COPY (FROM '{folder}/rows.csv') TO '{folder}/rows.parquet'")
        return (Path(folder) / "rows.parquet").read_bytes()


# what is wrong -> the file's name, its content, the rest of data.file, and a word of the message
BAD_DATA: Mapping[str, tuple[str, str | bytes | None, str, str]] = {
    "no such file": ("nowhere.csv", None, "target: label", "no such file"),
    "a folder": (".", None, "target: label", "folder"),
    "an empty file": ("rows.csv", "", "target: label", "empty"),
    "a file of blanks": ("rows.csv", "\n\n\n", "target: label", ""),
    "a header only": ("rows.csv", "a,b,label\n", "target: label", "row"),
    "one class only": ("rows.csv", GOOD.replace("yes", "no"), "target: label", "no"),
    "no label at all": ("rows.csv", GOOD.replace("yes", "").replace("no", ""), "target: label", "no label"),
    "many rows without a label": ("rows.csv", GOOD.replace("yes", "?"), "target: label", "na_values"),
    "a target that is missing": ("rows.csv", GOOD, "target: lable", "label"),
    "a group column that is missing": ("rows.csv", GOOD, "target: label, groups: who", "who"),
    "a column to drop that is missing": ("rows.csv", GOOD, "target: label, drop: [who]", "who"),
    "a positive label that is missing": ("rows.csv", GOOD, "target: label, positive: ja", "ja"),
    "one minority row": ("rows.csv", GOOD.replace("yes", "no").replace("no", "yes", 1), "target: label", "yes"),
    "a continuous target": (
        "rows.csv",
        "a,y\n" + "".join(f"{i},{i * 0.37:.3f}\n" for i in range(200)),
        "target: y",
        "y",
    ),
    "binary junk": ("rows.csv", bytes(range(256)) * 40, "target: label", ""),
    "another delimiter": ("rows.csv", GOOD.replace(",", ";"), "target: label", "delimiter"),
    "another delimiter than the spec's": ("rows.csv", GOOD, 'target: label, delimiter: ";"', "delimiter"),
    "two columns of one name": ("rows.csv", GOOD.replace("a,b", "a,a"), "target: label", "a"),
    "one cell too many": ("rows.csv", GOOD + "1,2,3,4\n", "target: label", "122"),
    "a quote that stays open": ("rows.csv", GOOD + '1,"2,no\n', "target: label", "quote"),
    "truncated gzip": ("rows.csv.gz", gzip.compress(GOOD.encode())[:-20], "target: label", "gz"),
    "a gzip that is none": ("rows.csv.gz", GOOD, "target: label", "gz"),
    "truncated Parquet": ("rows.parquet", parquet(GOOD)[:-30], "target: label", "arquet"),
    "Parquet that is none": ("rows.parquet", GOOD, "target: label", "arquet"),
    "truncated JSON Lines": ("rows.jsonl", '{"a": 1, "label": "x"}\n{"a": 2, "la', "target: label", "2"),
    "a page": ("rows.csv", HTML, "target: label", "HTML"),
    "a pointer of Git LFS": ("rows.csv", LFS, "target: label", "Git LFS"),
    "a suffix that isn't known": ("rows.xlsx", b"PK\x03\x04", "target: label", "xlsx"),
    "a query that reads a file": ("rows.csv", GOOD, "target: label, query: \"SELECT * FROM '/etc/passwd'\"", ""),
    "a query that reads a file by function": (
        "rows.csv",
        GOOD,
        "target: label, query: \"SELECT * FROM read_csv('/etc/passwd')\"",
        "",
    ),
    "a query that writes": ("rows.csv", GOOD, "target: label, query: \"COPY data TO 'x.csv'\"", "SELECT"),
    "two queries": ("rows.csv", GOOD, 'target: label, query: "SELECT 1; SELECT 2"', "SELECT"),
    "a query that isn't SQL": ("rows.csv", GOOD, 'target: label, query: "SELEKT"', ""),
    "a query without rows": ("rows.csv", GOOD, 'target: label, query: "SELECT * FROM data WHERE a > 1000"', "row"),
    "a time that is none": (
        "rows.csv",
        GOOD.replace("a,b", "when,b").replace("16,", "soon,"),
        "target: label, time: when",
        "when",
    ),
    "groups that are all one": (
        "rows.csv",
        "g,b,label\n" + "".join(f"x,{i},{'yes' if i % 6 == 0 else 'no'}\n" for i in range(120)),
        "target: label, groups: g",
        "g",
    ),
}
BAD_DATA = {
    **BAD_DATA,
    **{
        f"a file that is {what}": ("rows.csv", content, "target: label", word)
        for what, content, word in (
            ("a workbook", b"PK\x03\x04" + bytes(300), "ZIP"),
            ("a document", b"%PDF-1.7\n%\xe2\xe3\n" + bytes(99), "PDF"),
            ("a database", b"SQLite format 3\x00" + bytes(999), "SQLite"),
            ("packed with bzip2", bz2.compress(GOOD.encode()), "bzip2"),
            ("packed with xz", lzma.compress(GOOD.encode()), "xz"),
            ("packed with Zstandard", b"\x28\xb5\x2f\xfd" + bytes(99), "Zstandard"),
            ("a pickle", pickle.dumps({"a": [1, 2]}), "pickle"),
            ("an Arrow file", b"ARROW1\x00\x00" + bytes(99), "Arrow"),
            ("an HDF5 file", b"\x89HDF\r\n\x1a\n" + bytes(99), "HDF5"),
            ("XML", "<?xml version='1.0'?><rows/>\n", "XML"),
            ("ARFF", "@relation x\n@attribute a numeric\n@data\n1\n", "ARFF"),
            ("JSON", '[{"a": 1, "label": "yes"}]\n', "JSON"),
            ("a pointer of git-annex", ".git/annex/objects/ab/cd/SHA256E-s1--0.csv\n", "annex"),
            ("UTF-32", GOOD.encode("utf-32"), "UTF-32"),
            ("zeros", bytes(5000), "NUL"),
            ("one endless line", "a," * 50_000, "header"),
        )
    },
    "Latin-1": ("rows.csv", GOOD.replace("yes", "jà").encode("latin-1"), "target: label", "iconv"),
    "a gzip with a page inside": ("rows.csv.gz", gzip.compress(HTML.encode()), "target: label", "HTML"),
    "a gzip with a gzip inside": ("rows.csv.gz", gzip.compress(gzip.compress(GOOD.encode())), "target: label", "gz"),
    "a cell without end": ("rows.csv", GOOD + f'1,"{"x" * 11_000_000}",no\n', "target: label", "10,000,000"),
    "a split that tests nothing": (
        "rows.csv",
        GOOD.replace("a,b", "part,b").replace("\n", "\ntrain").replace("train" + "part", "part"),
        "target: label, split: part",
        "part",
    ),
    "JSON Lines of lists": ("rows.jsonl", "[1, 2]\n[3, 4]\n", "target: label", "array"),
    "JSON Lines of one list": ("rows.jsonl", '[{"a": 1, "label": "x"}]\n', "target: label", "array"),
    "JSON Lines with a key twice": ("rows.jsonl", '{"a": 1, "a": 2, "label": "x"}\n', "target: label", "a"),
    "a positive label of most rows": ("rows.csv", GOOD, "target: label, positive: no", "half"),
    "a query that loads an extension": ("rows.csv", GOOD, 'target: label, query: "INSTALL httpfs"', "SELECT"),
    "a query that fails": ("rows.csv", GOOD, 'target: label, query: "SELECT label::INT AS label FROM data"', ""),
}

# what is odd -> the file's name, its content, the rest of data.file
ODD_DATA: Mapping[str, tuple[str, str | bytes, str]] = {
    "line ends of Windows": ("rows.csv", GOOD.replace("\n", "\r\n"), "target: label"),
    "line ends of an old Mac": ("rows.csv", GOOD.replace("\n", "\r"), "target: label"),
    "a byte order mark": ("rows.csv", "\ufeff" + GOOD, "target: label"),
    "UTF-16": ("rows.csv", GOOD.encode("utf-16"), "target: label"),
    "a file that ends without a line end": ("rows.csv", GOOD.rstrip(), "target: label"),
    "line ends inside cells": ("rows.csv", GOOD.replace("yes", '"ye\ns"'), "target: label"),
    "formulas": ("rows.csv", GOOD.replace("yes", "=1+1"), "target: label"),
    "a name that steers a terminal": ("rows.csv", GOOD.replace("a,b", "\x1b[31ma,b"), "target: label"),
    "a name that steers CI": ("rows.csv", GOOD.replace("a,b", "##vso[task.x],b"), "target: label"),
    "numbers beyond doubles": ("rows.csv", GOOD.replace("16,", "1e999,"), "target: label"),
    "a column of one value": ("rows.csv", GOOD.replace(",", ",1,").replace("b,1", "b,one"), "target: label"),
    "rows that repeat": ("rows.csv", GOOD + ROWS + ROWS, "target: label"),
    "Parquet without compression": ("rows.parquet", parquet(GOOD), "target: label"),
    "a comma for decimals": (
        "rows.csv",
        GOOD.replace(",", ";").replace("16;", "1,5;"),
        'target: label, delimiter: ";", decimal: ","',
    ),
}

BAD_SPECS: Mapping[str, tuple[str, str]] = {
    "a list": ("- a\n- b\n", "a spec must be a mapping"),
    "an alias bomb": (BOMBS["aliases"], "too many for a spec"),
    "a misspelt key": (DATA + "stratgies: [smote]\n", "did you mean strategies?"),
    "a parameter out of range": (
        DATA + "strategies: [{name: smote, params: {k_neighbors: 0}}]\n",
        "strategies[0].params.k_neighbors: got 0, must be an integer >= 1",
    ),
    "a parameter that isn't there": (
        DATA + "strategies: [{name: smote, params: {k_neighbours: 3}}]\n",
        "did you mean k_neighbors?",
    ),
    "a class that isn't there": (
        DATA + "strategies: [{class: imblearn.over_sampling.SMOTER}]\n",
        "strategies[0].class",
    ),
    "a module that isn't there": (DATA + "strategies: [{class: imblearn.nowhere.SMOTE}]\n", "strategies[0].class"),
    "a class that resamples nothing": (DATA + "strategies: [{class: sklearn.svm.SVC}]\n", "strategies[0].class"),
    "a class that classifies nothing": (
        DATA + "classifiers: [{class: sklearn.preprocessing.StandardScaler}]\n",
        "classifiers[0].class",
    ),
}


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run a spec in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(spec: str) -> tuple[int, str]:
        Path("spec.yaml").write_text(spec)
        code = main(["run", "spec.yaml", "--workers", "1"])
        printed = capsys.readouterr()
        assert "" == printed.out
        return code, printed.err

    return run


@pytest.mark.parametrize(("name", "content", "keys", "word"), BAD_DATA.values(), ids=BAD_DATA.keys())
def test_bad_data_is_one_line_and_exit_code_3(run, tmp_path, name, content, keys, word) -> None:
    """The message names the file and what is wrong with it; no output folder is left."""
    if content is not None:
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    code, err = run(small_spec(data=f"file: {{path: {name}, {keys}}}"))

    assert (3, 1) == (code, err.count("\n")), err
    assert err.startswith("Error: ")
    assert "bug" not in err
    assert word in err
    assert not (tmp_path / "output").exists()


@pytest.mark.parametrize(("name", "content", "keys"), ODD_DATA.values(), ids=ODD_DATA.keys())
def test_odd_data_comes_as_far_as_the_first_unit(name, content, keys) -> None:
    """Without a word: what there is to say about it is in the report."""
    spec = small_spec(data=f"file: {{path: {name}, {keys}}}")
    files = {"spec.yaml": spec.encode(), name: content if isinstance(content, bytes) else content.encode()}

    ended = call(Case(("run", "spec.yaml", "--workers", "1"), files))

    assert (0, "", "") == (ended.code, ended.out, ended.err)


@pytest.mark.parametrize(("spec", "words"), BAD_SPECS.values(), ids=BAD_SPECS.keys())
def test_a_bad_spec_is_one_line_and_exit_code_2(run, tmp_path, spec, words) -> None:
    """The message names the line; no output folder is made."""
    code, err = run(spec)

    assert (2, 1) == (code, err.count("\n")), err
    assert err.startswith("spec.yaml:")
    assert words in err
    assert not (tmp_path / "output").exists()


def test_odd_columns_are_read_with_a_note(tmp_path, monkeypatch, capsys) -> None:
    """A column without a value and one with infinities are no reasons to stop."""
    monkeypatch.chdir(tmp_path)
    rows = [f"{i % 17},,{i if i % 9 else 'inf'},{'yes' if i % 6 == 0 else 'no'}\n" for i in range(120)]
    Path("rows.csv").write_text("a,b,c,label\n" + "".join(rows))
    Path("spec.yaml").write_text(small_spec(n_repeats=1, data="file: {path: rows.csv, target: label}"))

    code = main(["run", "spec.yaml", "--workers", "1", "-q"])

    assert 0 == code, capsys.readouterr().err
    notes = {
        note["column"]: note["text"] for note in json.loads(Path("output/results.json").read_text())["dataset"]["notes"]
    }
    assert "missing" in notes["b"]
    assert "infinit" in notes["c"]
