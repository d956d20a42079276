"""What DuckDB says is told in one line, with the reason in it."""

from __future__ import annotations

import duckdb
import pytest

from job.data.reading.database import open_store, reason_of
from job.errors import DataError


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('"a","b"\n"x","1\n', "Value with unterminated quote found."),
        ('"a","b"\n"x","1",2\n', "Expected Number of Columns: 2 Found: 3"),
    ],
)
def test_a_csv_error_keeps_its_reason(tmp_path, content, reason):
    """the line and what is wrong there are told, the row and the settings are not"""
    path = tmp_path / "rows.csv"
    path.write_text(content)
    columns = "{'a': 'VARCHAR', 'b': 'VARCHAR'}"
    with pytest.raises(DataError) as caught, open_store("rows.csv") as store:
        store.connection.execute(
            f"CREATE TABLE t AS SELECT * FROM read_csv('{path}', auto_detect=false, columns={columns}, quote='\"')"
        )
    assert f"rows.csv: cannot be read: CSV Error on Line: 2: {reason}" == str(caught.value)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("Invalid Input Error: No magic bytes found", "No magic bytes found"),
        ("Binder Error: no such column\n\nLINE 1: SELECT x", "no such column"),
        ("", "Error"),
    ],
)
def test_other_errors_are_their_first_line(message, reason):
    """without the kind of error in front"""
    assert reason == reason_of(duckdb.Error(message))
