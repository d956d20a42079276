"""The readers of delimited text against Python's csv module."""

from __future__ import annotations

import csv
import io
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from data_files import N, load, refusal
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from job.data.reading.csv_records import RecordReader, scan_structure
from job.data.reading.data_file import DataFile
from job.data.reading.database import WHITESPACE
from job.errors import DataError

CELL = st.text(st.sampled_from(list('ab1 ;,"\t\né')), max_size=5)
ROWS = st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=8)


def write_csv(rows, delimiter, quoting=csv.QUOTE_MINIMAL, end="\n"):
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)
    return stream.getvalue()


def named(delimiter):
    return DataFile("x.csv", Path("x.csv"), "delimited", delimiter, False)


def lines_of(text):
    return io.StringIO(text, newline="")


def looks_swallowed(text, delimiter):
    """Tell whether a value over several lines looks like rows of their own, which is refused."""
    return any(line.count(delimiter) == 2 for line in lines_of(text))


@settings(max_examples=300, deadline=None)
@given(
    ROWS, st.sampled_from(",;\t|"), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), st.sampled_from(["\n", "\r\n"])
)
def test_what_python_writes_is_read_as_it_was(rows, delimiter, quoting, end):
    """A sound CSV file comes back value by value, whatever its quoting."""
    text = write_csv(rows, delimiter, quoting, end)
    try:
        read = [record.values for record in RecordReader(lines_of(text), named(delimiter))]
    except DataError:
        event("refused rather than read wrong")
        assert looks_swallowed(text, delimiter)
        return

    assert rows == read


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from(list('ab",;\n ')), min_size=1, max_size=30))
@example('a,"b\nc",d\n1,2,3\n')
@example('a,b,c\n"1"",2,3\n4,5,6"\n')
def test_a_file_that_passes_the_scan_is_read_alike_by_all(text):
    """What the fast look calls plain has one reading: ours is that of Python."""
    width = 3
    scan = scan_structure([text.encode()], ",", width)
    if scan is None:
        return
    ours = [record.values for record in RecordReader(lines_of(text), named(","))]
    theirs = [row for row in csv.reader(lines_of(text), strict=True) if row]

    assert theirs == ours
    assert (scan.n_records, {width} if ours else set()) == (len(ours), {len(row) for row in ours})
    assert scan.n_blank == sum(not line.strip("\r\n") for line in text.splitlines())


@settings(max_examples=150, deadline=None)
@given(ROWS, st.lists(st.integers(1, 60), max_size=4))
def test_the_scan_does_not_depend_on_where_blocks_are_cut(rows, cuts):
    """Blocks are cut after line feeds; how many there are changes nothing."""
    text = write_csv([[cell.replace("\n", "").replace("\r", "") for cell in row] for row in rows], ",").encode()
    lines = text.splitlines(keepends=True)
    places = sorted({cut % len(lines) for cut in cuts} | {0, len(lines)})
    blocks = [b"".join(lines[start:stop]) for start, stop in pairwise(places)]

    assert scan_structure([text], ",", 3) == scan_structure(blocks, ",", 3)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.text(st.sampled_from("a \t\x1f\xa0"), max_size=4), min_size=2, max_size=2), min_size=1))
@example([["a b", "a"]])
@example([["a", "a "]])
def test_the_scan_sees_every_blank_that_has_to_go(rows):
    """Values are trimmed wherever one begins or ends with a blank of any kind, in quotes or not."""
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL):
        scan = scan_structure([write_csv(rows, ",", quoting).encode()], ",", 2)
        assert scan is None or scan.has_spaces or rows == [[cell.strip(WHITESPACE) for cell in row] for row in rows]


def test_blanks_inside_values_cost_nothing():
    """A blank between words is no reason to trim."""
    scan = scan_structure([b"a b,c\n1,d e f\n"], ",", 2)

    assert scan is not None
    assert not scan.has_spaces


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.sampled_from(list('ab "\n;é')), max_size=4), min_size=2, max_size=5, unique=True))
def test_both_ways_to_load_a_file_agree_with_python(tmp_path, words):
    """Plain files go to the database as they are and others are rewritten; both give what Python reads."""
    words = [f"x{word}x" for word in words]  # no blanks around, nothing that is missing
    rows = [[words[row % len(words)], row % 7 + 0.5, int(row % 4 == 0)] for row in range(N)]
    dataset = load(tmp_path, write_csv([["c", "n", "y"], *rows], ","))

    assert [row[0] for row in rows] == list(dataset.X["c"])
    assert [row[1] for row in rows] == list(dataset.X["n"])


READ = {
    "blanks around quotes": (' "a b" , "c" \n', [["a b", "c"]]),
    "tabs around quotes": ('\t"a"\t,b\n', [["a", "b"]]),
    "blanks in values": (" a , b \n", [[" a ", " b "]]),
    "doubled quotes": ('"a""b",""""\n', [['a"b', '"']]),
    "empty quotes": ('"",\n', [["", ""]]),
    "quotes inside": ('5" pipe,b\n', [['5" pipe', "b"]]),
    "a line break": ('"a\nb",c\n', [["a\nb", "c"]]),
    "carriage returns": ("a,b\r1,2\r", [["a", "b"], ["1", "2"]]),
    "mixed ends": ("a,b\r\n1,2\n3,4\r", [["a", "b"], ["1", "2"], ["3", "4"]]),
    "no end": ("a,b\n1,2", [["a", "b"], ["1", "2"]]),
    "blank lines": ("\na,b\n \n1,2\n\n", [["a", "b"], ["1", "2"]]),
}


@pytest.mark.parametrize(("text", "expected"), READ.values(), ids=READ)
def test_lenient_spellings_have_one_reading(text, expected):
    """Blanks around quotes go, quotes inside a value stay, and every line end is one."""
    assert expected == [record.values for record in RecordReader(lines_of(text), named(","))]


def test_a_row_of_tabs_is_a_row(tmp_path):
    """In a TSV file a line of tabs only holds missing values, and is no blank line."""
    rows = "".join(f"{row}.5\t{row % 3}\t{int(row % 4 == 0)}\n" for row in range(N))
    dataset = load(tmp_path, f"a\tb\ty\n{rows}\t\t\n", "data.tsv")

    assert Counter({"0": 30, "1": 10}) == Counter(dataset.label_counts)
    assert "unlabelled-rows" in {note.code for note in dataset.notes}


def rows_with(line: str, n: int = 3000, at: int = 2000) -> str:
    """Write a long file with one odd line, number `at` + 2."""
    return "a,b,y\n" + "".join(line if row == at else f"{row % 9},w{row % 5},{row % 3}\n" for row in range(n))


DEEP = {
    "never closed": ('1,"open,0\n', ["data.csv:2002", "value 2 is never closed"]),
    "text after a quote": ('1,"a"b,0\n', ["data.csv:2002", "text after the closing quote of value 2"]),
    "a backslash": ('1,"a\\"b",0\n', ["data.csv:2002", "written twice, not with a backslash"]),
    "two open quotes": ('1,"open,0\n2,w,1\n3,"w,2\n', ["data.csv:2002"]),
    "one value too many": ("1,w,0,9\n", ["data.csv:2002", "got 4 values where the header has 3 names", "'0', '9'"]),
    "one value too few": ("1,w\n", ["data.csv:2002", "got 2 values", "write an empty value"]),
    "an unquoted comma": ("1,Smith, John,0\n", ["data.csv:2002", "got 4 values", "in double quotes"]),
    "a comment": ("# checked\n", ["data.csv:2002", "begins with #"]),
    "a comment with commas": ("# a, b, c, d\n", ["data.csv:2002", "begins with #"]),
    "a footer": ("Total 3000\n", ["data.csv:2002", "'Total 3000'", "isn't a row"]),
    "a delimiter at the end": ("1,w,0,\n", ["data.csv:2002", "ends with ','"]),
}


@pytest.mark.parametrize(("line", "parts"), DEEP.values(), ids=DEEP)
def test_what_is_wrong_deep_in_the_file_is_found_on_its_line(tmp_path, line, parts):
    """The message names the line, what was got and what to do."""
    message = refusal(tmp_path, rows_with(line))

    assert [] == [part for part in parts if part not in message], message


def test_a_file_that_is_cut_off_is_said_to_be(tmp_path):
    """A last row that is too short and has no line end was likely cut."""
    assert "is it truncated?" in refusal(tmp_path, rows_with("1,w,0\n") + "5,w")
