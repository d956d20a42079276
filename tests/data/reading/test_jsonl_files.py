"""JSON Lines are read exactly, or refused with the line that is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from job.data.reading import data_file, jsonl_files
from job.data.reading.data_file import DataFile, find_file
from job.data.reading.database import MAX_COLUMNS, Table, open_store
from job.data.reading.jsonl_files import read_jsonl, read_names
from job.errors import DataError

Cells = list[tuple[str | None, ...]]


def make_file(folder: Path, content: str | bytes) -> DataFile:
    """Write a JSON Lines file."""
    path = folder / "rows.jsonl"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return find_file("rows.jsonl", folder)


def read(folder: Path, content: str | bytes) -> tuple[Table, Cells]:
    """Read a file, and every cell of it."""
    file = make_file(folder, content)
    with open_store(file.shown) as store:
        table = read_jsonl(store, file)
        cells = store.connection.execute(f"SELECT * FROM {table.relation}").fetchall()
    assert table.n_rows == len(cells)
    return table, cells


def notes_of(table: Table) -> Mapping[str, str]:
    return {note.code: note.text for note in table.notes}


def test_values_keep_the_spelling_of_the_file(tmp_path: Path) -> None:
    """numbers, true and false, and text reach the table as the file spells them"""
    line = '{"a": 1.50, "b": 1e400, "c": 123456789012345678901234567890, "d": -0, "e": true, "f": false, "g": "007"}'
    table, cells = read(tmp_path, line + "\n")
    assert ("a", "b", "c", "d", "e", "f", "g") == table.names
    assert [("1.50", "1e400", "123456789012345678901234567890", "-0", "true", "false", "007")] == cells
    assert () == table.notes


def test_null_and_absent_are_missing_and_empty_text_is_not(tmp_path: Path) -> None:
    """null and an absent key are NULL, "" is text, also in rows that hold nothing else"""
    _, cells = read(tmp_path, '{"a": null, "b": null}\n{"a": "", "b": ""}\n{}\n{"b": "null"}\n')
    assert [(None, None), ("", ""), (None, None), (None, "null")] == cells


def test_a_key_may_first_come_in_the_last_line(tmp_path: Path) -> None:
    """a key that comes late is a column, missing in all rows above; the order is that of first coming"""
    rows = [{"b": i, "a": "x"} for i in range(5000)] + [{"late": 1, "a": "y"}]
    file = make_file(tmp_path, "\n".join(map(json.dumps, rows)))
    assert ("b", "a", "late") == read_names(file)
    table, cells = read(tmp_path, file.path.read_bytes())
    assert ("b", "a", "late") == table.names
    assert [(str(i), "x", None) for i in range(5000)] + [(None, "y", "1")] == cells


_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["\r", "\n", "\r\n", '"', '""', ",", "\\", "\u2028", "\x85", "", " ", "null", "\ufeff"]
)
_values = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _texts


_rows = st.lists(st.dictionaries(st.sampled_from(["a", "b", "c d", "e,"]), _values), min_size=1, max_size=6)


@given(_rows.filter(lambda rows: len(set().union(*rows)) > 1), st.booleans())
@example([{"a": "x\r", "b": 1}], False)
@example([{}, {"a": None, "b": 1}], False)
@example([{"a": "\r\n", "b": 1}, {"b": "\n\r"}], True)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_are_those_of_a_json_parser(tmp_path: Path, rows: list[dict[str, Any]], ascii_only: bool) -> None:
    """cells are what json.loads gives, written as text, whatever is in them"""
    content = "\n".join(json.dumps(row, ensure_ascii=ascii_only) for row in rows)
    table, cells = read(tmp_path, content)

    def text(value: Any) -> str | None:
        return value if value is None or isinstance(value, str) else json.dumps(value)

    assert [tuple(text(row.get(name)) for name in table.names) for row in rows] == cells


def test_numbers_lose_no_digit(tmp_path: Path) -> None:
    """a number of 5,000 digits, which Python's int refuses, keeps all of them"""
    digits = "9" * 5000
    _, cells = read(tmp_path, f'{{"a": {digits}, "b": 0.{digits}}}')
    assert [(digits, f"0.{digits}")] == cells
    assert Decimal(digits) == Decimal(str(cells[0][0]))


def test_objects_and_arrays_make_a_column_unusable(tmp_path: Path) -> None:
    """a column with an object or array in any row says so, with the first line, and the others are read"""
    table, cells = read(tmp_path, '{"a": 1, "b": 2, "c": 3}\n{"a": [1, 2.50], "b": {"x": {"y": null}}, "c": 4}\n')
    assert "its values are arrays, not single values (line 2 first)" == table.column("a").unusable
    assert "its values are objects, not single values (line 2 first)" == table.column("b").unusable
    assert "" == table.column("c").unusable
    assert [("1", "2", "3"), ('["1","2.50"]', '{"x":{"y":null}}', "4")] == cells


@pytest.mark.parametrize(
    ("line", "code", "expected"),
    [
        ('{"a": NaN, "b": -Infinity}', "json-constants", ("NaN", "-Infinity")),
        ('{"a": "\\ud83d", "b": "\\ud83d\\ude00"}', "half-characters", ("\ufffd", "\U0001f600")),
        ("  ", "blank-lines", None),
    ],
)
def test_oddities_are_read_with_a_note(tmp_path: Path, line: str, code: str, expected: tuple[str, str] | None) -> None:
    """what Python's parser takes beyond JSON, and blank lines, are read and said with their lines"""
    table, cells = read(tmp_path, '{"a": 1, "b": 2}\n' + (line + "\n") * 2 + '{"a": 3, "b": 4}\n')
    assert [("1", "2"), *([expected] * 2 if expected else []), ("3", "4")] == cells
    assert [code] == list(notes_of(table))
    assert notes_of(table)[code].endswith(": 2 lines, line 2 first.")


def test_a_byte_order_mark_and_utf_16_are_read(tmp_path: Path) -> None:
    """UTF-8 with a byte order mark is read silently, UTF-16 with a note"""
    line = '{"a": "ä", "b": 1}\n'
    plain, cells = read(tmp_path, line.encode("utf-8-sig"))
    wide, same = read(tmp_path, line.encode("utf-16"))
    assert [("ä", "1")] == cells == same
    assert ([], ["encoding-converted"]) == (list(notes_of(plain)), list(notes_of(wide)))


def test_a_long_value_is_read(tmp_path: Path) -> None:
    """a value of 5 MB, longer than DuckDB's usual line, is read whole"""
    text = 'é"\n' * 1_250_000
    _, cells = read(tmp_path, json.dumps({"a": text, "b": 1}, ensure_ascii=False))
    assert [(text, "1")] == cells


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"a": 1, "b": 01}', "rows.jsonl:2: invalid JSON at character 16 (Expecting ',' delimiter): '1}'"),
        ("{'a': 1}", "rows.jsonl:2: invalid JSON at character 2"),
        ('{"a": 1, "b": 2,}', "rows.jsonl:2: invalid JSON at character 1"),
        ('{"a": 1, "b": tru}', "rows.jsonl:2: invalid JSON at character 15 (Expecting value): 'tru}'"),
        ('{"a": 1, "a": 2}', "rows.jsonl:2: 1 key used more than once in one object: 'a'"),
        ('{"a": {"x": 1, "x": 2}}', "rows.jsonl:2: 1 key used more than once in one object: 'x'"),
        ("[1, 2]", "rows.jsonl:2: got an array ('[1, 2]'); each line must be one JSON object"),
        ("3", "rows.jsonl:2: got a single value ('3'); each line must be one JSON object"),
        ("null", "rows.jsonl:2: got null ('null'); each line must be one JSON object"),
        ("true", "rows.jsonl:2: got true or false ('true'); each line must be one JSON object"),
        ('{"a": 1}, ', "rows.jsonl:2: text after the JSON object: ','; write one object per line"),
        ('{"a": 1}{"a": 2}', "rows.jsonl:2: text after the JSON object: '{\"a\": 2}'"),
        (
            '{\n"a": 1\n}',
            "rows.jsonl:2: the line isn't a complete JSON object; is one object spread over several lines?",
        ),
        ('{"\\ud800": 1}', "rows.jsonl:2: the key '\\ud800' contains half a character"),
        ('{"A": 1}', "rows.jsonl: column names that differ only in case: 'a', 'A'; rename one of them"),
        ('{" a": 1}', "rows.jsonl: 1 column name used more than once: 'a'; rename"),
        ('{"a": ' + "[" * 100_000, "rows.jsonl:2: objects or arrays nested too deeply to be read"),
    ],
)
def test_a_line_that_is_no_object_is_named(tmp_path: Path, content: str, message: str) -> None:
    """broken lines are refused in one line that names the file and the line"""
    with pytest.raises(DataError) as caught:
        read(tmp_path, '{"a": 1, "b": 2}\n' + content + "\n")
    assert str(caught.value).startswith(message)
    assert 1 == len(str(caught.value).splitlines())


@pytest.mark.parametrize("end", ['{"a": 1, "b":', '{"a": 1, "b": "so', "{", '{"a": 1'])
def test_a_file_that_is_cut_off_is_told_so(tmp_path: Path, end: str) -> None:
    """where the last line is broken and has no end, the message asks whether the file is cut off"""
    with pytest.raises(DataError, match=r"^rows\.jsonl:2: the line isn't a complete .* is it truncated\?$"):
        read(tmp_path, '{"a": 1, "b": 2}\n' + end)


@pytest.mark.parametrize(
    ("content", "few"), [('{"a": 1}\n' * 3, "the only key is 'a'"), ("{}\n{}\n", "the objects have no keys")]
)
def test_one_column_is_too_few(tmp_path: Path, content: str, few: str) -> None:
    """fewer than two keys are refused, by the reader of the names too"""
    message = f"rows.jsonl: {few}; a target and at least one feature are needed"
    with pytest.raises(DataError) as caught:
        read(tmp_path, content)
    assert message == str(caught.value)
    with pytest.raises(DataError) as caught:
        read_names(make_file(tmp_path, content))
    assert message == str(caught.value)


def test_too_many_keys_are_refused_at_the_line_that_brings_them(tmp_path: Path) -> None:
    """keys that differ from row to row end the reading at the line where they are too many"""
    content = "\n".join(f'{{"key {i}": 1}}' for i in range(MAX_COLUMNS + 5))
    with pytest.raises(DataError, match=rf"^rows\.jsonl:{MAX_COLUMNS + 1}: more than the 10,000 different keys"):
        read(tmp_path, content)


def test_the_names_are_those_of_the_table(tmp_path: Path) -> None:
    """the reader of the names and that of the rows agree"""
    content = '{"b": 1, "a": 1}\n{"c": 1}\n{"a": 1, "d": null}\n'
    assert read(tmp_path, content)[0].names == read_names(make_file(tmp_path, content))


@pytest.mark.parametrize(("size", "told"), [(1000, "1,002 bytes"), (60_000, "bytes or more")])
def test_a_cell_that_is_too_large_is_refused(tmp_path: Path, monkeypatch, size: int, told: str) -> None:
    """with its line and key, and before all of it is read where it is much too large"""
    monkeypatch.setattr(jsonl_files, "LARGEST_CELL", 1000)
    for name, limit in (("LARGEST_CELL", 1000), ("LONGEST_LINE", 4000), ("BLOCK", 2000)):
        monkeypatch.setattr(data_file, name, limit)
    content = '{"a": 1, "b": "x"}\n{"a": 2, "b": "' + "x" * size + '"}\n'
    with pytest.raises(DataError, match=r"^rows\.jsonl:2: the cell in column 'b' has [0-9,]+ bytes") as caught:
        read(tmp_path, content)
    assert told in str(caught.value)
