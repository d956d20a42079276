"""What stands behind a data file's name: a plain file of its kind, or a refusal that names what it is."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import pickle
import sqlite3
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from data_files import load, make_csv, make_file_spec, refusal, write

from job.data.reading.data_file import recognise
from job.data.reading.load_data import load_dataset
from job.errors import DataError

CSV = make_csv().encode()


def zipped() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("data.csv", CSV)
    return stream.getvalue()


def tarred(mode: str) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:
        info = tarfile.TarInfo("data.csv")
        info.size = len(CSV)
        archive.addfile(info, io.BytesIO(CSV))
    return stream.getvalue()


def database() -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (a)")
    return connection.serialize()


def numpy_array() -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.arange(10))
    return stream.getvalue()


LFS = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
)
HTML = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>n,x,y</body></html>\n"
BINARY = bytes(np.random.default_rng(0).integers(0, 256, 5000, dtype=np.uint8))

# name: (content, name of the file, parts of the message)
NOT_DATA = {
    "an HTML page": (HTML, "data.csv", ["HTML", "download the file itself"]),
    "an HTML page after blanks": (b"\n\n  " + HTML, "data.csv", ["HTML"]),
    "an HTML page with a mark": (b"\xef\xbb\xbf" + HTML.lower(), "data.csv", ["HTML"]),
    "a bare HTML page": (b"<html lang=en><body>404</body>", "data.tsv", ["HTML"]),
    "an HTML page as Parquet": (HTML, "data.parquet", ["HTML"]),
    "an HTML page as JSON Lines": (HTML, "data.jsonl", ["HTML"]),
    "an HTML page in gzip": (gzip.compress(HTML), "data.csv.gz", ["HTML"]),
    "an HTML page not in gzip": (HTML, "data.csv.gz", ["HTML"]),
    "a Git LFS pointer": (LFS, "data.csv", ["Git LFS", "git lfs pull"]),
    "a Git LFS pointer as Parquet": (LFS, "data.parquet", ["Git LFS"]),
    "a Git LFS pointer as gzip": (LFS, "data.csv.gz", ["Git LFS"]),
    "a Git LFS pointer as JSON Lines": (LFS, "data.jsonl", ["Git LFS"]),
    "a git-annex pointer": (b"/annex/objects/SHA256E-s1--00.csv\n", "data.csv", ["git-annex"]),
    "XML": (b'<?xml version="1.0"?>\n<rows/>', "data.csv", ["XML"]),
    "ARFF": (b"@relation churn\n@attribute a numeric\n@data\n1\n", "data.csv", ["ARFF"]),
    "JSON": (b'[{"a": 1, "y": 0}]', "data.csv", ["JSON, not CSV", ".jsonl"]),
    "JSON Lines": (b'{"a": 1, "y": 0}\n{"a": 1, "y": 0}\n', "data.csv", ["JSON, not CSV", ".jsonl"]),
    "an Excel sheet": (zipped(), "data.csv", ["ZIP", ".xlsx", "as CSV"]),
    "a pickle": (pickle.dumps({"a": [1, 2]}), "data.csv", ["pickle", "run code"]),
    "an SQLite database": (database(), "data.csv", ["SQLite"]),
    "a NumPy array": (numpy_array(), "data.csv", ["NumPy"]),
    "bzip2": (bz2.compress(CSV), "data.csv", ["bzip2", "unpack"]),
    "xz": (lzma.compress(CSV), "data.csv", ["xz", "unpack"]),
    "a tar archive": (tarred("w"), "data.csv", ["tar archive"]),
    "a tar archive in gzip": (tarred("w:gz"), "data.csv.gz", ["tar archive"]),
    "gzip without its suffix": (gzip.compress(CSV), "data.csv", ["gzip", ".csv.gz"]),
    "the suffix without gzip": (CSV, "data.csv.gz", ["isn't compressed", "remove .gz"]),
    "gzip twice": (gzip.compress(gzip.compress(CSV)), "data.csv.gz", ["compressed with gzip", "unpack it with gunzip"]),
    "nothing in gzip": (gzip.compress(b""), "data.csv.gz", ["is empty"]),
    "Parquet as CSV": (b"PAR1" + BINARY, "data.csv", ["a Parquet file", ".parquet"]),
    "CSV as Parquet": (CSV, "data.parquet", ["text, not Parquet"]),
    "a truncated Parquet file": (b"PAR1" + BINARY, "data.parquet", ["Parquet"]),
    "binary junk": (BINARY, "data.csv", ["data.csv"]),
    "binary junk as Parquet": (BINARY, "data.parquet", ["not a Parquet file"]),
    "binary junk as JSON Lines": (BINARY, "data.jsonl", ["data.jsonl"]),
    "zeros": (bytes(5000), "data.csv", ["NUL"]),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "data.csv", ["PDF"]),
    "a sheet's suffix": (CSV, "data.xlsx", ["unknown suffix (.xlsx)", "allowed: ", "as CSV"]),
    "a text's suffix": (CSV, "data.txt", ["unknown suffix (.txt)", "name it .csv"]),
    "no suffix": (CSV, "data", ["unknown suffix (none)", ".csv"]),
    "nothing": (b"", "data.csv", ["the file is empty"]),
    "nothing as Parquet": (b"", "data.parquet", ["the file is empty"]),
}


@pytest.mark.parametrize(("content", "name", "parts"), NOT_DATA.values(), ids=NOT_DATA)
def test_what_is_no_data_is_named(tmp_path, content, name, parts):
    """The message says what the file really is and what to do."""
    message = refusal(tmp_path, content, name)

    assert [] == [part for part in parts if part not in message], message


def refused(path: str, folder: Path) -> str:
    with pytest.raises(DataError) as caught:
        load_dataset(make_file_spec(path), folder)
    message = str(caught.value)
    assert message.startswith(path)
    assert 1 == len(message.splitlines())
    return message


def test_a_file_that_is_not_there_has_its_neighbour_named(tmp_path):
    """A slip in the name is found quickest beside the names that exist."""
    write(tmp_path, CSV, "transactions.csv")

    assert "Did you mean 'transactions.csv'?" in refused("transaction.csv", tmp_path)
    assert "no such file: there is no folder" in refused("no/such/data.csv", tmp_path)
    assert "never fetched from the network" in refused("https://example.org/data.csv", tmp_path)


def test_what_is_no_plain_file_is_refused_at_once(tmp_path):
    """A pipe that nobody writes would wait for ever."""
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    (tmp_path / "gone.csv").symlink_to("/no/such/file.csv")
    (tmp_path / "null.csv").symlink_to("/dev/null")
    write(tmp_path, CSV)

    assert "a pipe" in refused("pipe.csv", tmp_path)
    assert "a folder" in refused("folder.csv", tmp_path)
    assert "symbolic links" in refused("loop.csv", tmp_path)
    assert "a link to /no/such/file.csv" in refused("gone.csv", tmp_path)
    assert "a device" in refused("null.csv", tmp_path)
    assert "cannot be opened" in refused("data.csv/rows.csv", tmp_path)
    assert "cannot be opened" in refused("x" * 300 + ".csv", tmp_path)[-80:]


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    """What the system says is the reason; this file exists, but its first byte cannot be read by anyone."""
    (tmp_path / "data.csv").symlink_to("/proc/self/mem")

    assert "cannot be read: Input/output error" in refused("data.csv", tmp_path)


@pytest.mark.parametrize(
    "name", ["a b.csv", "it's.csv", 'say "hi".csv', "glob*[1]?.csv", "k=v.csv", "größe.CSV", "{a}.csv"]
)
def test_any_file_name_is_taken_literally(tmp_path, name):
    """Quotes and wildcards in a name mean nothing."""
    assert 40 == load(tmp_path, CSV, name).n_rows


def test_a_link_to_a_file_is_followed(tmp_path):
    """Data is often linked, not copied."""
    write(tmp_path, CSV, "real.csv")
    (tmp_path / "data.csv").symlink_to("real.csv")

    assert 40 == load_dataset(make_file_spec(), tmp_path).n_rows


@pytest.mark.parametrize("form", ["delimited", "jsonl"])
def test_no_text_of_a_table_is_taken_for_something_else(form):
    """A first name such as MZ, Rar! or BZh begins no archive in a CSV file."""
    heads = [b"MZ,Rar!,y\n", b"BZh,DUCK,y\n", b"ORC,PARE,y\n", b"Obj,RDX,y\n", b"FEA1,y\n", b"html,y\n", b"version,y\n"]

    assert [None] * len(heads) == [recognise(head, form) for head in heads]


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("data\new.csv", [r"'data\new.csv': no such file", r"YAML reads \n between double quotes", "write / for each"]),
        ("C:\temp\bad.csv", [r"'C:\temp\x08ad.csv'", r"YAML reads \t, \b between", "single quotes"]),
        ("data\\new.csv", ["data\\new.csv: no such file", "write / for each backslash"]),
        ("data.csv ", ["'data.csv ': no such file", "Did you mean 'data.csv'? They differ in blanks."]),
        ("da\u200bta.csv", [r"'da\u200bta.csv'", "Did you mean 'data.csv'? They differ in U+200B (ZERO WIDTH SPACE)."]),
        ("data\u00a0.csv", [r"'data\xa0.csv'", "They differ in U+00A0 (NO-BREAK SPACE)."]),
    ],
)
def test_what_cannot_be_seen_in_a_path_is_shown(tmp_path, path, parts):
    """A backslash, a blank or an invisible character is named, with what to write."""
    write(tmp_path, CSV)
    with pytest.raises(DataError) as caught:
        load_dataset(make_file_spec(path), tmp_path)
    assert [] == [part for part in parts if part not in str(caught.value)], str(caught.value)
    assert str(caught.value).isprintable()
