"""What the columns of a file are used for, which rows are used, and what a query makes of them."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import Counter

import duckdb
import numpy as np
import pytest
from data_files import N, column_of, load, make_csv, make_file_spec, make_labels, note_codes, note_text, refusal, write
from factories import DEFAULT_PREPARATION
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from job.data.dataset import digest_dataset
from job.data.reading import column_types, load_data
from job.data.reading.load_data import check_header, load_dataset
from job.errors import DataError
from job.evidence.diagnosis import build_diagnosis, describe_minority_types

CONTENT = make_csv(
    customer=[f"c{row // 2}" for row in range(N)],
    day=[f"2024-01-{row % 28 + 1:02d}" for row in range(N)],
    part=["Test" if row % 5 == 0 else "TRAIN" for row in range(N)],
    word=["red", "blue"] * (N // 2),
)
KEYS = {"groups": "customer", "time": "day", "split": "part", "drop": ["word"]}


def test_every_column_has_its_use(tmp_path):
    """Target, groups, time and split are never features, and what is dropped is none either."""
    dataset = load(tmp_path, CONTENT, **KEYS)

    roles = {column.name: column.role for column in dataset.columns}
    assert roles == {
        "n": "feature",
        "customer": "groups",
        "day": "time",
        "part": "split",
        "word": "dropped",
        "y": "target",
    }
    assert ["n"] == list(dataset.X.columns)
    assert "data.csv" == dataset.source
    assert digest_dataset(dataset) == dataset.digest


def test_groups_are_equal_where_their_text_is(tmp_path):
    """Rows have one number exactly when the column says the same."""
    dataset = load(tmp_path, CONTENT, **KEYS)

    assert [row // 2 for row in range(N)] == list(dataset.groups)


def test_a_row_without_a_group_is_a_group_of_its_own(tmp_path):
    """Missing groups are never one group."""
    groups = ["", "a", "", "NA"] * (N // 4)
    dataset = load(tmp_path, make_csv(g=groups), groups="g")

    assert 1 + 3 * N // 4 == len(set(dataset.groups))
    assert "30 rows without a group" in note_text(dataset, "rows-without-group")


@pytest.mark.parametrize(("groups", "code"), [(["a"] * N, "one-group"), (list(range(N)), "groups-of-one")])
def test_groups_that_change_nothing_are_noted(tmp_path, groups, code):
    """One group for all, or one for each, is likely a slip."""
    assert {code} == note_codes(load(tmp_path, make_csv(g=groups), groups="g"), "g")


TIMES = {
    "numbers": (["3", "1.5", "-2"], [3.0, 1.5, -2.0]),
    "days": (["2024-02-29", "1999-12-31"], ["2024-02-29", "1999-12-31"]),
    "months": (["2024-02", "1999-12"], ["2024-02-01", "1999-12-01"]),
    "minutes": (["2024-02-29 12:30", "2024-02-29T12:31"], ["2024-02-29T12:30", "2024-02-29T12:31"]),
    "zones": (["2024-02-29T01:00:00+02:00", "2024-02-29T00:00:00Z"], ["2024-02-28T23:00", "2024-02-29T00:00"]),
    "short zones": (
        ["2024-02-29 01:00-0130", "2024-02-29 01:00:00.25+01"],
        ["2024-02-29T02:30", "2024-02-29T00:00:00.25"],
    ),
    "a comma": (["2024-02-29T01:00:00,5", "1969-12-31T23:59:59"], ["2024-02-29T01:00:00.5", "1969-12-31T23:59:59"]),
}


@pytest.mark.parametrize(("values", "expected"), TIMES.values(), ids=TIMES)
def test_time_is_a_number_or_an_iso_date(tmp_path, values, expected):
    """Times sort as they should, with zones taken into account."""
    written = [f'"{values[row % len(values)]}"' for row in range(N)]
    dataset = load(tmp_path, make_csv(t=written), time="t")

    is_date = isinstance(expected[0], str)
    expected = np.array(expected, dtype="datetime64[us]" if is_date else float)
    np.testing.assert_array_equal(expected, dataset.time[: len(expected)])
    assert ("date" if is_date else "number") == column_of(dataset, "t").kind


def test_times_with_and_without_a_zone_are_noted(tmp_path):
    """Those without are taken for UTC."""
    dataset = load(tmp_path, make_csv(t=["2024-01-01T00:00Z", "2024-01-02T00:00"] * (N // 2)), time="t")

    assert "20 of 40 times" in note_text(dataset, "some-times-zoned")


def test_split_says_train_or_test_in_any_case(tmp_path):
    """True is for test."""
    dataset = load(tmp_path, CONTENT, **KEYS)

    assert [row % 5 == 0 for row in range(N)] == list(dataset.split)


def odd(usual: str, value: str, row: int = 6) -> list[str]:
    """Write a column of one value and an odd one."""
    return [value if other == row else usual for other in range(N)]


# name: (columns, keys, parts of the message)
REFUSED = {
    "target is missing": (
        {},
        {"target": "Y"},
        ["data.file.target: there is no column 'Y'", "Did you mean 'y'?", "(columns: 'n', 'y')"],
    ),
    "drop is missing": (
        {"x": range(N)},
        {"drop": ["xx"]},
        ["data.file.drop[0]: there is no column 'xx'", "Did you mean 'x'?"],
    ),
    "several are missing": (
        {},
        {"groups": "g", "time": "t", "categorical": ["c"]},
        [
            "data.file.groups: there is no column 'g'",
            "data.file.time: there is no column 't'",
            "data.file.categorical[0]: there is no column 'c'",
        ],
    ),
    "all is dropped": ({}, {"drop": ["n"]}, ["no column is left as a feature", "the target or drop"]),
    "only a constant": (
        {"n": [1] * N},
        {},
        ["no column is left as a feature", "'n' is left out: all its values are 1"],
    ),
    "time is a word": (
        {"t": odd("1", "noon")},
        {"time": "t"},
        ["data.file.time: column 't' is 'noon'", "row 7", "ISO date"],
    ),
    "time is missing": ({"t": odd("1", "")}, {"time": "t"}, ["data.file.time: column 't' is missing in row 7"]),
    "time is infinite": ({"t": odd("1", "inf")}, {"time": "t"}, ["is 'inf'", "row 7"]),
    "time has no such day": ({"t": odd("2024-01-31", "2024-02-30")}, {"time": "t"}, ["'2024-02-30'", "row 7"]),
    "time is another date": ({"t": ["31.12.2024"] * N}, {"time": "t"}, ["'31.12.2024'", "row 1", "ISO date"]),
    "time is a date and a number": ({"t": odd("2024-01-31", "20240131")}, {"time": "t"}, ["'20240131'", "row 7"]),
    "split is a word": (
        {"s": odd("train", "valid")},
        {"split": "s"},
        ["data.file.split: column 's' is 'valid'", "row 7"],
    ),
    "split is missing": ({"s": odd("test", "NA")}, {"split": "s"}, ["data.file.split: column 's' is missing in row 7"]),
}


@pytest.mark.parametrize(("columns", "keys", "parts"), REFUSED.values(), ids=REFUSED)
def test_a_use_that_cannot_be_is_refused(tmp_path, columns, keys, parts):
    """The message names key, column and row, and what is allowed."""
    message = refusal(tmp_path, make_csv(**columns), **keys)

    assert [] == [part for part in parts if part not in message], message


def test_the_header_is_checked_without_the_rows(tmp_path):
    """``validate`` finds a column that isn't there, and passes over what only the rows tell."""
    write(tmp_path, make_csv() + "too,many,values\n")

    check_header(make_file_spec(), tmp_path)
    with pytest.raises(DataError, match="no column 'amount'"):
        check_header(make_file_spec(drop=["amount"]), tmp_path)
    check_header(make_file_spec(target="z", query="SELECT n, y AS z FROM data"), tmp_path)
    with pytest.raises(DataError, match="one SELECT"):
        check_header(make_file_spec(query="DROP TABLE data"), tmp_path)


def test_more_rows_than_max_rows_are_sampled_by_class(tmp_path):
    """The sample keeps the order of the file and the share of the positive rows, and is always the same."""
    n = 1000
    content = make_csv(x=[row + 0.5 for row in range(n)], y=[int(row % 10 == 0) for row in range(n)])
    first, again = load(tmp_path, content, max_rows=200), load(tmp_path, content, max_rows=200)

    assert (200, 20) == (first.n_rows, first.n_positive)
    assert {"0": 180, "1": 20} == first.label_counts
    rows = first.X["x"].to_numpy()
    assert sorted(rows) == list(rows)
    assert 200 == len(set(rows))
    assert first.digest == again.digest
    assert "200 of 1,000 rows" in note_text(first, "sampled")
    assert 1000 == load(tmp_path, content, max_rows=1000).n_rows


def test_a_sample_is_diagnosed_by_the_shares_of_all_rows(tmp_path):
    """Missing and distinct values are counted in all rows, so a sample's size turns no few gaps into many."""
    n = 1000
    content = make_csv(
        x=[row % 7 + 0.5 for row in range(n)],
        gaps=["" if row % 10 == 0 else row % 3 for row in range(n)],
        serial=[row % 190 for row in range(n)],
        y=[int(row % 10 == 1) for row in range(n)],
    )
    datasets = [load(tmp_path, content, max_rows=rows) for rows in (n, 200)]
    found = [
        build_diagnosis(each, DEFAULT_PREPARATION, describe_minority_types(each, DEFAULT_PREPARATION, 0), 0).findings
        for each in datasets
    ]
    told = [
        [(finding.code, finding.level, finding.columns) for finding in findings if finding.columns]
        for findings in found
    ]

    assert ("missing-values", "note", ("gaps",)) in told[0]
    assert told[0] == told[1]


def test_a_sample_keeps_two_rows_of_a_rare_class(tmp_path):
    """However rare, the positive label is still there."""
    content = make_csv(y=[int(row in (5, 900)) for row in range(1000)])

    assert (50, 2) == ((dataset := load(tmp_path, content, max_rows=50)).n_rows, dataset.n_positive)


def test_one_content_has_one_digest_in_any_form(tmp_path):
    """CSV, TSV and gzip of the same rows are the same data."""
    plain = load(tmp_path, CONTENT)
    others = [
        load(tmp_path, CONTENT.replace(",", "\t"), "data.tsv"),
        load(tmp_path, gzip.compress(CONTENT.encode()), "data.csv.gz"),
        load(tmp_path, CONTENT.replace("\n", "\r\n")),
        load(tmp_path, "\ufeff" + CONTENT),
        load(tmp_path, CONTENT.encode("utf-16")),
        load(tmp_path, CONTENT.replace(",", ", ")),
    ]

    assert [plain.digest] * len(others) == [other.digest for other in others]


def test_typed_forms_are_the_same_data(tmp_path):
    """Parquet and JSON Lines of the same values have the digest of the CSV file."""
    content = make_csv(x=["a", "b"] * (N // 2), k=range(N), b=["true", "false"] * (N // 2))
    plain = load(tmp_path, content)
    typed = [
        {"n": float(r["n"]), "x": r["x"], "k": int(r["k"]), "b": r["b"] == "true", "y": int(r["y"])}
        for r in csv.DictReader(io.StringIO(content))
    ]
    lines = load(tmp_path, "".join(json.dumps(row) + "\n" for row in typed), "data.jsonl")
    duckdb.sql(f"COPY (FROM '{tmp_path / 'data.jsonl'}') TO '{tmp_path / 'data.parquet'}'")
    parquet = load_dataset(make_file_spec("data.parquet"), tmp_path)

    assert [plain.digest] * 2 == [lines.digest, parquet.digest]


def test_lists_are_left_out_and_never_labels(tmp_path):
    """A column of lists has no single values."""
    rows = [{"n": row % 7, "tags": ["a", "b"], "y": row % 4 == 0} for row in range(N)]
    content = "".join(json.dumps(row) + "\n" for row in rows)

    assert {"not-single-values"} == note_codes(load(tmp_path, content, "data.jsonl"), "tags")
    assert "the target 'tags' holds no labels" in refusal(tmp_path, content, "data.jsonl", target="tags")


def test_rows_keep_the_order_of_the_file(tmp_path):
    """Row i of the data is row i of the file, also in a file that is read by several threads."""
    n = 300_000
    dataset = load(tmp_path, make_csv(x=range(n)))

    np.testing.assert_array_equal(np.arange(n), dataset.X["x"])


def test_long_columns_are_read_as_short_ones_are(tmp_path, monkeypatch):
    """whether a table is read one column at a time or many together, counts, kinds, notes and values are the same"""
    words = ["1", "2.0", "", "inf", "1e5", " 07", "x", "True"] * (N // 8)
    content = make_csv(a=range(N), b=words, c=["true", "False"] * (N // 2), d=["1", ""] * (N // 2))
    together = load(tmp_path, content)
    for module in (column_types, load_data):
        monkeypatch.setattr(module, "_MOST_CELLS", 1)
    apart = load(tmp_path, content)
    assert (together.digest, together.columns, together.notes) == (apart.digest, apart.columns, apart.notes)
    assert [40, 7, 2, 1] == [column_of(apart, name).n_distinct for name in "abcd"]


def test_a_query_chooses_rows_and_makes_columns(tmp_path):
    """The query sees numbers as numbers, and its result is typed by the rules of every file."""
    content = make_csv(x=range(N), w=[f"{row}.5" for row in range(N)], code=["01", "02"] * (N // 2))
    query = "SELECT x * 2 AS double, w > 20 AS much, code, y FROM data WHERE x >= 8 AND code = '01'"
    dataset = load(tmp_path, content, query=query)

    assert {"double": "integer", "much": "boolean", "code": "constant", "y": "category"} == {
        column.name: column.kind for column in dataset.columns
    }
    assert Counter(range(16, 80, 4)) == Counter(dataset.X["double"])


def test_a_query_sees_the_whole_table_as_it_is_read(tmp_path):
    """Booleans are booleans, missing values NULL, and labels keep their spelling."""
    content = make_csv(
        flag=["True", "false", ""] * 20, x=["1.5", "NA", "2"] * 20, y=["1.0", "0.0", "0.0", "0.0"] * 15, n=range(60)
    )
    query = "SELECT *, flag IS NULL AS gap, coalesce(x, -1) AS filled FROM data WHERE flag IS NULL OR flag"
    dataset = load(tmp_path, content, query=query)

    assert "boolean" == column_of(dataset, "gap").kind
    assert {1.5, 2.0} == set(dataset.X["filled"])
    assert {"0.0", "1.0"} == set(dataset.label_counts)


def test_a_query_of_a_file_with_decimal_commas_computes_with_numbers(tmp_path):
    """28,7 is 28.7 in the query and after it; 1.163, which is no number there, never becomes one."""
    content = make_csv(";", x=["28,7", "3,25"] * (N // 2), z=["1.163", "2.500"] * (N // 2), n=range(N))
    dataset = load(tmp_path, content, delimiter=";", decimal=",", query="SELECT *, x * 2 AS twice FROM data")

    assert {57.4, 6.5} == set(dataset.X["twice"])
    assert "category" == column_of(dataset, "z").kind


def test_the_result_of_a_query_is_sorted_by_content(tmp_path):
    """Its splits don't vary with the order in which joins and groups give rows."""
    content = make_csv(x=range(N))
    ways = ["ORDER BY x DESC", "ORDER BY hash(x)", ""]
    digests = {load(tmp_path, content, query=f"SELECT x, y FROM data {way}").digest for way in ways}

    assert 1 == len(digests)


def test_what_a_query_loses_is_noted(tmp_path):
    """A word in a column of numbers is NULL for the query, and the note says so."""
    dataset = load(tmp_path, make_csv(x=[*range(N - 1), "many"]), query="SELECT x + 1 AS x2, y FROM data")

    assert "1 value of 'x'" in note_text(dataset, "not-numbers-for-query")


def test_a_query_that_reads_a_file_is_refused(tmp_path):
    """Nothing but the data can be read."""
    (tmp_path / "secret.csv").write_text("a,y\n1,2\n")
    for query in (f"SELECT * FROM '{tmp_path}/secret.csv'", f"SELECT * FROM read_csv('{tmp_path}/secret.csv'), data"):
        with pytest.raises(DataError) as caught:
            load(tmp_path, make_csv(), query=query)
        assert 1 == len(str(caught.value).splitlines())
        assert "data.file.query" in str(caught.value)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_text_comes_back_as_a_category(tmp_path, data):
    """Whatever text a cell holds, quoted as CSV quotes it, is the category, trimmed."""
    text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8).map(lambda t: f"x{t}x")
    words = data.draw(st.lists(text, min_size=2, max_size=4, unique=True))
    written = ['"' + words[row % len(words)].replace('"', '""') + '"' for row in range(N)]
    dataset = load(tmp_path, make_csv(c=written))

    assert [words[row % len(words)] for row in range(N)] == list(dataset.X["c"])


def test_the_path_is_relative_to_the_folder_of_the_spec(tmp_path):
    """The spec and its data can be moved together."""
    (tmp_path / "data").mkdir()
    write(tmp_path / "data", make_csv(y=make_labels()), "rows.csv")

    assert "data/rows.csv" == load_dataset(make_file_spec("data/rows.csv"), tmp_path).source
