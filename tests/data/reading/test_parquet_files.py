"""Parquet is read with every value as exactly its text, or refused with the reason."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from data_files import make_file_spec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from job.data.reading import data_file, parquet_files
from job.data.reading.data_file import DataFile, find_file
from job.data.reading.database import Table, open_store
from job.data.reading.load_data import load_dataset
from job.data.reading.parquet_files import read_names, read_parquet
from job.errors import DataError

Cells = list[tuple[str | None, ...]]


def make_file(folder: Path, select: str, options: str = "") -> DataFile:
    """Write what a query gives to a Parquet file."""
    path = folder / "rows.parquet"
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet{options})")
    return find_file("rows.parquet", folder)


def read(file: DataFile) -> tuple[Table, Cells]:
    """Read a file, and every cell of it."""
    with open_store(file.shown) as store:
        table = read_parquet(store, file)
        cells = store.connection.execute(f"SELECT * FROM {table.relation}").fetchall()
    assert table.n_rows == len(cells)
    return table, cells


def read_values(folder: Path, *values: str) -> list[str | None]:
    """Read a column of values that are given as SQL."""
    rows = ", ".join(f"({value}, {place})" for place, value in enumerate(values))
    _, cells = read(make_file(folder, f"SELECT a, b FROM (VALUES {rows}) AS t(a, b) ORDER BY b"))
    assert [str(place) for place in range(len(values))] == [row[1] for row in cells]
    return [row[0] for row in cells]


def notes_of(table: Table) -> Mapping[str, str]:
    return {note.code: note.text for note in table.notes}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1.5::DECIMAL(10, 2)", "1.50"),
        ("0.12::DECIMAL(2, 2)", "0.12"),
        ("'-0.12'::DECIMAL(2, 2)", "-0.12"),
        ("'1e20'::DECIMAL(38, 10)", "100000000000000000000.0000000000"),
        ("7::DECIMAL(5, 0)", "7"),
        ("1::DOUBLE", "1"),
        ("'-0.0'::DOUBLE", "0"),
        ("0.1::FLOAT", "0.1"),
        ("16777216::FLOAT", "16777216"),
        ("'-inf'::FLOAT", "-inf"),
        ("1e300::DOUBLE", "1e+300"),
        ("'-128'::TINYINT", "-128"),
        ("18446744073709551615::UBIGINT", "18446744073709551615"),
        ("'-9223372036854775808'::BIGINT", "-9223372036854775808"),
        ("true", "true"),
        ("DATE '1969-07-20'", "1969-07-20"),
        ("TIME '01:02:03.5'", "01:02:03.5"),
        ("TIMESTAMP '2024-02-29 03:04:05.120'", "2024-02-29T03:04:05.12"),
        ("TIMESTAMP_NS '2024-02-29 03:04:05.123456789'", "2024-02-29T03:04:05.123456789"),
        ("TIMESTAMPTZ '2024-01-01 00:30:00+02'", "2023-12-31T22:30:00Z"),
        ("TIMESTAMPTZ_NS '2024-01-01 00:30:00.000000001+05:30'", "2023-12-31T19:00:00.000000001Z"),
        ("'b'::ENUM('a', 'b')", "b"),
        ("' x '", " x "),
        ("''", ""),
        ("'a,\"b\nc'", 'a,"b\nc'),
        ("encode('é')", "é"),
        ("INTERVAL 3 DAY", "3 days"),
        ("'0f43e5a0-0000-4000-8000-000000000000'::UUID", "0f43e5a0-0000-4000-8000-000000000000"),
    ],
)
def test_a_value_becomes_its_exact_text(tmp_path: Path, value: str, expected: str) -> None:
    """each type has one text for a value; missing stays missing and never becomes empty text"""
    assert [expected, None, expected] == read_values(tmp_path, value, "NULL", value)


def test_nan_is_told_from_missing_and_from_numbers(tmp_path: Path) -> None:
    """NaN in a floating point column is NaN whatever the file's statistics say of the column"""
    assert ["NaN", "1.5", None, "inf"] == read_values(tmp_path, "'nan'::DOUBLE", "1.5", "NULL", "'inf'::DOUBLE")
    assert ["NaN", "2"] == read_values(tmp_path, "'nan'::FLOAT", "2::FLOAT")


@given(st.lists(st.floats(), min_size=10, max_size=40))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_doubles_read_back_as_the_same_number(tmp_path: Path, numbers: list[float]) -> None:
    """a double is the shortest text that reads back as it, at most as long as Python's"""
    texts = read_values(tmp_path, *(f"'{number!r}'::DOUBLE" for number in numbers))
    for number, text in zip(numbers, texts, strict=True):
        assert text is not None
        assert (math.isnan(number) and text == "NaN") or number == float(text)
        assert len(text) <= len(repr(number)) + 1  # 1e-07 has a zero more than 1e-7


@given(st.lists(st.floats(width=32, allow_nan=False), min_size=10, max_size=40))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_single_precision_reads_back_as_the_same_number(tmp_path: Path, numbers: list[float]) -> None:
    """a float32 is the text of its own precision: 0.1, not 0.10000000149011612"""
    texts = read_values(tmp_path, *(f"'{number!r}'::FLOAT" for number in numbers))
    for number, text in zip(numbers, texts, strict=True):
        assert text is not None
        assert number == struct.unpack("f", struct.pack("f", float(text)))[0]
        assert len(text.strip("-").split("e")[0].replace(".", "").strip("0")) <= 9


_decimals = st.integers(1, 38).flatmap(
    lambda precision: st.tuples(
        st.just(precision), st.integers(0, precision), st.integers(1 - 10**precision, 10**precision - 1)
    )
)


@given(_decimals)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_decimals_keep_all_digits_of_their_scale(tmp_path: Path, drawn: tuple[int, int, int]) -> None:
    """a decimal is written in plain digits, with as many decimal places as its type has"""
    precision, scale, unscaled = drawn
    sign, digits = ("-" if unscaled < 0 else ""), f"{abs(unscaled):0{scale + 1}d}"
    expected = f"{Decimal(f'{sign}{digits}e-{scale}'):f}"
    assert [expected] == read_values(tmp_path, f"'{expected}'::DECIMAL({precision}, {scale})")


def test_rows_keep_the_order_of_the_file(tmp_path: Path) -> None:
    """rows of many row groups come in the order of the file"""
    file = make_file(tmp_path, "SELECT hash(i) AS a, i AS b FROM range(60000) AS t(i)", ", ROW_GROUP_SIZE 2048")
    _, cells = read(file)
    assert [str(i) for i in range(60_000)] == [row[1] for row in cells]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("[1, 2]", "its values are lists (INTEGER[]), not single values"),
        ("{'x': 1}", "its values are structures (STRUCT(x INTEGER)), not single values"),
        ("map {'x': 1}", "its values are maps (MAP(VARCHAR, INTEGER)), not single values"),
        ("'\\xFF'::BLOB", "its values are bytes that aren't text"),
        ("'\\x01\\x00'::BLOB", "its values are bytes that aren't text"),
    ],
)
def test_a_column_of_other_than_single_values_is_unusable(tmp_path: Path, value: str, reason: str) -> None:
    """lists, structures, maps and bytes say why they cannot be used, and the other columns are read"""
    table, cells = read(make_file(tmp_path, f"SELECT {value} AS a, 1 AS b"))
    assert (reason, "") == (table.column("a").unusable, table.column("b").unusable)
    assert "1" == cells[0][1]


def test_a_nested_column_hides_no_name(tmp_path: Path) -> None:
    """the names are those of the columns, not of what is nested in them"""
    file = make_file(tmp_path, "SELECT {'b': {'c': [1]}, 'd': 2} AS a, map {'k': {'v': 1}} AS m, 1 AS b, [[1]] AS l")
    assert ("a", "m", "b", "l") == read_names(file) == read(file)[0].names


def test_bytes_that_are_text_are_read_with_a_note(tmp_path: Path) -> None:
    """text that an old writer stored as bytes is read as text, and the report says so"""
    table, _ = read(make_file(tmp_path, "SELECT 'x'::BLOB AS a, 1 AS b"))
    assert "" == table.column("a").unusable
    expected = "'a' is of a binary type; all its values are UTF-8 and were read as text."
    assert {"bytes-as-text": expected} == notes_of(table)


def test_the_index_of_pandas_is_unusable(tmp_path: Path) -> None:
    """a row index that pandas wrote along is there, to be dropped by name, and is never a feature"""
    table, _ = read(make_file(tmp_path, 'SELECT 1 AS a, 7 AS "__index_level_0__", 8 AS "index_level"'))
    assert ("", "it is the row index of pandas", "") == tuple(c.unusable for c in table.columns)


def test_a_column_without_a_type_is_all_missing(tmp_path: Path) -> None:
    """a column of nulls only is read as missing"""
    assert [("1", None)] == read(make_file(tmp_path, "SELECT 1 AS a, NULL AS b"))[1]


def renamed(file: DataFile, old: bytes, new: bytes) -> DataFile:
    """Rename a column to a name that DuckDB's writer would not give it."""
    content = file.path.read_bytes()
    assert len(old) == len(new)
    assert old in content
    file.path.write_bytes(content.replace(old, new))
    return file


def test_columns_of_the_same_name_are_refused(tmp_path: Path) -> None:
    """two columns of one name, or of names that differ only in case, are refused though DuckDB renames them"""
    file = renamed(make_file(tmp_path, "SELECT 1 AS first, 2 AS other"), b"other", b"first")
    assert ("first", "first") == read_names(file)
    with pytest.raises(
        DataError, match=r"^rows\.parquet: 1 column name used more than once: 'first'; rename the repeated ones$"
    ):
        read(file)
    file = renamed(make_file(tmp_path, "SELECT 1 AS first, 2 AS other"), b"other", b"First")
    with pytest.raises(DataError, match=r"^rows\.parquet: column names that differ only in case: 'first', 'First'"):
        read(file)


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    """no rows are refused, by the reader of the names too"""
    file = make_file(tmp_path, "SELECT 1 AS a, 2 AS b WHERE false")
    for reads in (read, read_names):
        with pytest.raises(DataError, match=r"^rows\.parquet: there are only column names and no rows$"):
            reads(file)


@pytest.mark.parametrize("kept", [4, 7, 11, 12, 200, -1, -4, -8, -60])
def test_a_file_that_is_cut_off_is_called_truncated(tmp_path: Path, kept: int) -> None:
    """wherever a file is cut off, the message says that it is truncated"""
    file = make_file(tmp_path, "SELECT i AS a, i AS b FROM range(100) AS t(i)")
    file.path.write_bytes(file.path.read_bytes()[:kept])
    for reads in (read, read_names):
        with pytest.raises(DataError, match=r"^rows\.parquet: the Parquet file is truncated \(it ends too early"):
            reads(file)


def test_a_damaged_file_is_refused_in_one_line(tmp_path: Path) -> None:
    """a file with a wrong byte anywhere is read or refused in one printable line that names it, and no other path"""
    file = make_file(tmp_path, "SELECT i AS a, 'text ' || i AS b FROM range(50) AS t(i)")
    content = file.path.read_bytes()
    refused = []
    for place in range(4, len(content) - 4, 29):
        file.path.write_bytes(content[:place] + bytes([content[place] ^ 0x5A]) + content[place + 1 :])
        try:
            read(file)
        except DataError as error:
            refused.append(str(error))
    assert len(refused) > 5
    for message in refused:
        assert message.startswith("rows.parquet: ")
        assert message.isprintable()
        assert "minority-report-" not in message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PARE" + bytes(40) + b"PARE", "rows.parquet: this is an encrypted Parquet file; decrypt it first"),
        (b"a,b\n1,2\n", "rows.parquet: this is text, not Parquet; give its name the suffix .csv, .tsv or .jsonl"),
        (bytes(range(1, 200)), "rows.parquet: this is not a Parquet file"),
        (b"PAR1" + b"\xff" * 40 + b"\x20\0\0\0PAR1", "rows.parquet: the Parquet file is damaged, or written in a way"),
    ],
)
def test_what_is_no_parquet_file_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    """encrypted files, text and junk under the suffix are named"""
    (tmp_path / "rows.parquet").write_bytes(content)
    with pytest.raises(DataError) as caught:
        read(find_file("rows.parquet", tmp_path))
    assert str(caught.value).startswith(message)


def test_a_path_is_no_pattern_and_holds_no_columns(tmp_path: Path) -> None:
    """stars and brackets in a path are taken literally, and key=value in a folder's name is no column"""
    folder = tmp_path / "year=2024" / "a*[1]"
    folder.mkdir(parents=True)
    assert ("a", "b") == read(make_file(folder, "SELECT 1 AS a, 2 AS b"))[0].names


def test_a_cell_that_is_too_large_is_refused(tmp_path, monkeypatch) -> None:
    """with its row, or its row group where the room to read its page lacks; a large column of small cells is read"""

    monkeypatch.setattr(parquet_files, "LARGEST_CELL", 100_000)
    monkeypatch.setattr(data_file, "LARGEST_CELL", 100_000)
    rows = "SELECT i AS a, CASE WHEN i = 3 THEN {} END AS t FROM range(9) AS r(i)"
    text = rows.format("repeat('x', {}) ELSE 'x' || i")
    large = "^rows\\.parquet: row {}: the cell in column 't' has {} bytes, allowed are 100,000; shorten it, or leave"

    assert 100_000 == len(read(make_file(tmp_path, text.format(100_000)))[1][3][1] or "")
    with pytest.raises(DataError, match=large.format(4, "100,001")):
        read(make_file(tmp_path, text.format(100_001)))
    with pytest.raises(DataError, match=large.format(4, "[0-9,]+")):
        read(make_file(tmp_path, rows.format("range(50000) ELSE [i]")))
    monkeypatch.setattr(parquet_files, "_ROOM_FOR_A_CELL", 20_000_000)
    with pytest.raises(DataError, match=large.format("group 0", "up to 60,[0-9,]+")):
        read(make_file(tmp_path, text.format(60_000_000)))


def test_a_number_that_stands_for_missing_counts_in_typed_columns(tmp_path) -> None:
    """-999 is one number, whatever the type of its column"""
    rows = "CASE WHEN i % 4 = 0 THEN -999 ELSE i END"
    typed = f"{rows} AS i, ({rows})::DOUBLE AS d, ({rows})::DECIMAL(9, 2) AS c, (i % 2)::INT AS y"
    make_file(tmp_path, f"SELECT {typed} FROM range(40) AS t(i)")
    dataset = load_dataset(make_file_spec("rows.parquet", na_values=["-999"]), tmp_path)

    assert [10, 10, 10, 0] == [column.n_missing for column in dataset.columns]
