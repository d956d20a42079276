"""Delimited files as they are found: headers, delimiters, encodings, line ends; read right, noted, or refused."""

from __future__ import annotations

import gzip

import pytest
from data_files import N, column_of, load, make_csv, note_codes, note_text, refusal

from job.data.reading import csv_files, csv_records, data_file

PLAIN = make_csv(x=[f"w{row % 3}" for row in range(N)])
DIGEST_COLUMNS = ["n", "x"]


def change(old: str, new: str, count: int = 1) -> str:
    """Replace text in the plain file."""
    assert old in PLAIN
    return PLAIN.replace(old, new, count)


SAME = {
    "CRLF": PLAIN.replace("\n", "\r\n"),
    "CR": PLAIN.replace("\n", "\r"),
    "mixed line ends": change("w1,0\n", "w1,0\r\n"),
    "no last line end": PLAIN.rstrip("\n"),
    "a byte order mark": "\ufeff" + PLAIN,
    "UTF-16": PLAIN.encode("utf-16"),
    "UTF-16, the other end first": b"\xfe\xff" + PLAIN.encode("utf-16-be"),
    "blanks after commas": PLAIN.replace(",", ", "),
    "tabs after commas": PLAIN.replace(",", ",\t"),
    "blanks before line ends": PLAIN.replace("\n", "  \n"),
    "quotes everywhere": "".join('"' + line.replace(",", '","') + '"\n' for line in PLAIN.splitlines()),
    "quotes after blanks": "".join('"' + line.replace(",", '", "') + '"\n' for line in PLAIN.splitlines()),
    "a quoted header": change("n,x,y", '"n","x","y"'),
    "blanks around names": change("n,x,y", " n , x,y "),
    "blank lines": change("\n", "\n\n") + "\n\n",
    "lines of blanks": change("\n", "\n   \n") + " \n",
    "comments above": "# made by hand\n# twice\n" + PLAIN,
    "comments with commas above": "# made by hand, twice, three, four\n" + PLAIN,
}


@pytest.mark.parametrize("content", SAME.values(), ids=SAME)
def test_how_a_file_is_written_changes_nothing(tmp_path, content):
    """One table has many spellings, and all are the same data."""
    assert load(tmp_path, PLAIN).digest == load(tmp_path, content).digest


@pytest.mark.parametrize(
    ("content", "code", "part"),
    [
        (SAME["UTF-16"], "encoding-converted", "UTF-16"),
        (SAME["blank lines"], "blank-lines", "3 blank lines"),
        (SAME["comments above"], "comment-lines", "2 lines"),
        (SAME["blanks around names"], "names-trimmed", "column names"),
        (change("w1,", '"w\n1",'), "line-breaks-in-values", "the first begins on line 3"),
        (change("w1,", '5" wide,'), "stray-quotes", "line 3 first"),
    ],
)
def test_what_was_mended_is_noted(tmp_path, content, code, part):
    """A reader learns of what isn't plain."""
    assert part in note_text(load(tmp_path, content), code)


def test_a_plain_file_has_no_notes(tmp_path):
    """Notes are for what is odd."""
    assert set() == note_codes(load(tmp_path, PLAIN))


@pytest.mark.parametrize(
    ("delimiter", "written"), [(";", ";"), ("\t", "\t"), ("|", "|"), (":", ":"), (" ", " "), ("^", "^")]
)
def test_any_delimiter_can_be_given(tmp_path, delimiter, written):
    """The spec's delimiter is taken as it is."""
    content = PLAIN.replace(",", written)

    assert load(tmp_path, PLAIN).digest == load(tmp_path, content, delimiter=delimiter).digest


def test_a_delimiter_beyond_ascii_can_be_given(tmp_path):
    """Also one that the database doesn't take."""
    assert load(tmp_path, PLAIN).digest == load(tmp_path, PLAIN.replace(",", "§"), delimiter="§").digest


def test_a_name_that_begins_with_a_hash_is_no_comment(tmp_path):
    """A header is the header though it looks like a comment."""
    assert ["#n", "x"] == list(load(tmp_path, change("n,x,y", "#n,x,y")).X.columns)


def test_a_tab_in_a_csv_value_is_text(tmp_path):
    """Only the delimiter parts values."""
    dataset = load(tmp_path, PLAIN.replace("w1", "w\t1"))

    assert "w\t1" in dataset.X["x"].cat.categories


# name: (content, keys, parts of the message)
REFUSED = {
    "empty": ("", {}, ["the file is empty"]),
    "blank": (" \n\n\t\n", {}, ["the file is empty except for white space"]),
    "a byte order mark only": ("\ufeff", {}, ["the file is empty"]),
    "header only": ("n,x,y\n", {}, ["only a header and no rows"]),
    "header and blank lines": ("n,x,y\n\n  \n", {}, ["only a header and no rows"]),
    "comments only": ("# nothing\n# here\n", {}, ["only comment lines"]),
    "semicolons": (PLAIN.replace(",", ";"), {}, ["data.csv:1", "only one column", 'set data.file.delimiter to ";"']),
    "semicolons and decimal commas": (
        PLAIN.replace(",", ";").replace(".5", ",5"),
        {},
        ["data.csv:1", 'set data.file.delimiter to ";"'],
    ),
    "a comma in a header of semicolons": (
        PLAIN.replace(",", ";").replace("n;", "n, m;", 1),
        {},
        ["data.csv:2", 'set data.file.delimiter to ";"'],
    ),
    "tabs": (PLAIN.replace(",", "\t"), {}, ["data.csv:1", 'set data.file.delimiter to "\\t"']),
    "pipes": (PLAIN.replace(",", "|"), {}, ['set data.file.delimiter to "|"']),
    "blanks": (PLAIN.replace(",", " "), {}, ['set data.file.delimiter to " "']),
    "the spec's delimiter is wrong": (PLAIN, {"delimiter": ";"}, ['set data.file.delimiter to ","']),
    "Excel's sep line": ("sep=;\n" + PLAIN.replace(",", ";"), {}, ["for Excel only", 'delimiter to ";"']),
    "a sep line, the delimiter given": (
        "sep=;\r\n" + PLAIN.replace(",", ";").replace("\n", "\r\n"),
        {"delimiter": ";"},
        ["data.csv:1: 'sep=;'", "remove that line"],
    ),
    "a sep line in quotes, in capitals": (
        '\ufeff"SEP=,"\n' + PLAIN,
        {},
        ["data.csv:1: '\"SEP=,\"'", "remove that line"],
    ),
    "a sep line of two values": ("\nsep=,,\n" + PLAIN, {}, ["data.csv:2: 'sep=,,'"]),
    "a sep line of a tab": ("sep=\\t\n" + PLAIN.replace(",", "\t"), {}, ["data.csv:1: 'sep=", 'delimiter to "\\t"']),
    "a title with a comma": (
        "Sales, 2024\n" + PLAIN,
        {},
        ["data.csv:2", "2 names ('Sales', ' 2024')", "is line 1 a title?"],
    ),
    "two titles": ("Sales\nBy hand\n\n" + PLAIN, {}, ["data.csv:1", "'Sales'", "begin on line 3", "is it a title?"]),
    "a title above semicolons": ("My sales\n" + PLAIN.replace(",", ";"), {}, ["is it a title?", 'delimiter to ";"']),
    "a title with empty cells": ("Sales,,\n" + PLAIN, {}, ["data.csv:1", "('Sales')", "is it a title?"]),
    "a remark below": (PLAIN + "\n(40 rows affected)\n", {}, ["data.csv:43", "'(40 rows affected)'"]),
    "a line of another label": (
        PLAIN + "Total,,40\n",
        {},
        ["label '40' has 1 row", "Line 42 ('Total', '', '40') looks like"],
    ),
    "a title line": ("My data\n" + PLAIN, {}, ["data.csv:1", "is it a title?"]),
    "one column": ("y\n0\n1\n0\n1\n", {}, ["only one column ('y')", "at least one feature"]),
    "a name twice": (change("n,x,y", "n,n,y"), {}, ["used more than once: 'n'"]),
    "names that differ in case": (change("n,x,y", "y,x,Y"), {}, ["differ only in case: 'y', 'Y'"]),
    "names that differ in blanks": (change("n,x,y", "n, n,y"), {}, ["used more than once: 'n'"]),
    "no header": (PLAIN.split("\n", 1)[1], {"target": "y"}, ["no column 'y'", "is there a header?"]),
    "no header, and a value twice": ("1,0,0\n2,1,1\n", {}, ["used more than once: '0'", "is there a header?"]),
    "a header that is too short": (change("n,x,y", "n,y"), {}, ["data.csv:2", "got 3 values where the header has 2"]),
    "a delimiter at each row's end": (
        PLAIN.replace("\n", ",\n").replace("y,\n", "y\n", 1),
        {},
        ["data.csv:2", "ends with ','", "end both in the same way"],
    ),
    "Latin-1": (
        change("w1", "é").encode("latin-1"),
        {},
        ["data.csv:3", "0xe9", "isn't UTF-8", "iconv -f WINDOWS-1252"],
    ),
    "a NUL byte": (change("w1", "\0"), {}, ["data.csv:3", "a NUL byte"]),
    "UTF-16 without its mark": (PLAIN.encode("utf-16-le"), {}, ["NUL", "UTF-16"]),
    "UTF-32": (PLAIN.encode("utf-32"), {}, ["UTF-32", "iconv"]),
    "half a character": (change("w1", "é").encode()[:-1] + b"\xc3\n", {}, ["isn't UTF-8"]),
    "a quote in the header": (change("n,x,y", 'n,"x,y'), {}, ["data.csv:1", "never closed"]),
    "too many columns": (",".join(map(str, range(10_001))) + "\n" + "1," * 10_000 + "1\n", {}, ["10,001 columns"]),
}


@pytest.mark.parametrize(("content", "keys", "parts"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_refused_in_one_line(tmp_path, content, keys, parts):
    """The message names the line where there is one, what is wrong and what to do."""
    message = refusal(tmp_path, content, **keys)

    assert [] == [part for part in parts if part not in message], message


def test_quotes_around_decimal_commas_are_read(tmp_path):
    """A CSV may hold decimal commas between quotes."""
    rows = "".join(f'"{row % 5},25",{int(row % 4 == 0)}\n' for row in range(N))
    dataset = load(tmp_path, "x,y\n" + rows, decimal=",")

    assert [0.25, 1.25] == list(dataset.X["x"][:2])


@pytest.mark.parametrize("broken", ["\r", "w\r", "\r\n", "w\r1", "\n\r"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_first_row_may_hold_any_line_break(tmp_path, broken, end):
    """A line break in a value of the first row is no sign of how lines end."""
    content = make_csv(x=[f'"v{broken}{row % 3}w"' for row in range(N)]).replace("\n", end)
    expected = broken.replace("\n", end)
    categories = load(tmp_path, content).X["x"].cat.categories

    assert {f"v{expected}{digit}w" for digit in "012"} == set(categories)


def test_names_may_hold_quotes_line_breaks_and_markup(tmp_path):
    """A name is text like any other, shown as it is."""
    dataset = load(tmp_path, change("n,x,y", '"<b>n</b>","x ""y""\nz",y'))

    assert ["<b>n</b>", 'x "y"\nz'] == list(dataset.X.columns)
    assert "category" == column_of(dataset, 'x "y"\nz').kind


@pytest.mark.parametrize("cut", [1, 12, 20, 60])
def test_a_truncated_gzip_file_is_refused(tmp_path, cut):
    """A download that broke off is no data, wherever it broke off."""
    packed = gzip.compress(make_csv(x=range(5000)).encode())

    assert "gzip" in refusal(tmp_path, packed[:-cut], "data.csv.gz")


def test_a_damaged_gzip_file_is_refused(tmp_path):
    """Its check sum is checked."""
    packed = bytearray(gzip.compress(make_csv(x=range(5000)).encode()))
    packed[-6] ^= 255

    assert "the gzip file is damaged" in refusal(tmp_path, bytes(packed), "data.csv.gz")


AGAIN = {
    "plain": ["n,x,y", "n,x,y"],
    "quoted": ['"n","x","y"'],
    "blanks": [" n , x,y "],
    "a byte order mark": ["\ufeffn,x,y", '\ufeff"n","x","y"'],
    "below a blank line": ["\nn,x,y"],
}


@pytest.mark.parametrize("name", ["data.csv", "data.csv.gz", "data.tsv"])
@pytest.mark.parametrize("again", AGAIN.values(), ids=AGAIN)
def test_a_header_that_comes_again_is_no_row(tmp_path, again, name):
    """Files joined end to end: the rows are those of the parts, and the note names the lines."""
    lines = PLAIN.splitlines()
    content = "\n".join([*lines[:11], again[0], *lines[11:21], *again[1:], *lines[21:]]) + "\n"
    same, content = (text.replace(",", "\t") if name.endswith("tsv") else text for text in (PLAIN, content))
    packed = gzip.compress(content.encode()) if name.endswith("gz") else content
    dataset = load(tmp_path, packed, name)

    assert load(tmp_path, same, "same" + name.removeprefix("data").removesuffix(".gz")).digest == dataset.digest
    line = 12 + again[0].count("\n")
    assert f"repeating the header: {line}" in note_text(dataset, "repeated-header")


def test_a_header_that_comes_again_is_no_row_of_a_query(tmp_path):
    """Columns of numbers are numbers for the query."""
    content = change("w1,0\n", "w1,0\nn,x,y\n")
    dataset = load(tmp_path, content, query="SELECT n + 1 AS n, x, y FROM data")

    assert N == dataset.n_rows
    assert "repeating the header: 4." in note_text(dataset, "repeated-header")


NUMBERS = make_csv(a=[row % 9 for row in range(N)])

ODD = {
    "units": (NUMBERS.replace("n,a,y\n", "n,a,y\nmg,kg,\n"), "Line 2 ('mg', 'kg', '') looks like units"),
    "a rule": (NUMBERS.replace("n,a,y\n", "n,a,y\n---,---,\n"), "Line 2 ('---', '---', '') looks like units"),
    "a total": (NUMBERS + "Total,12.5,\n", "Line 42 ('Total', '12.5', '') looks like a total"),
    "a remark": (NUMBERS + "-- end --,,\n", "Line 42 ('-- end --', '', '') looks like a total or a remark"),
    "two": (NUMBERS + "Sum,12.5,\n(41 rows),,\n", "Line 43 ('(41 rows)', '', '') looks like a total or a remark"),
    "a total of words": (PLAIN + "Total,w1,0\n", "Line 42 ('Total', 'w1', '0') looks like a total"),
}


@pytest.mark.parametrize(("content", "text"), ODD.values(), ids=ODD)
def test_lines_that_look_like_no_rows_are_noted(tmp_path, content, text):
    """A line is named with what it looks like; it is for its owner to say whether it is a row."""
    notes = [note.text for note in load(tmp_path, content).notes if note.code == "odd-line"]

    assert text in notes[-1]


@pytest.mark.parametrize("last", ["?,w1,0", "0.5,?,1", "many,few,0", "1.5,Total,0"])
def test_gaps_and_words_in_the_last_line_are_no_remark(tmp_path, last):
    """A row is a row where one of its numbers is one."""
    assert "odd-line" not in note_codes(load(tmp_path, PLAIN + last + "\n"))


def large(size: int, quote: str = "") -> bytes:
    lines = PLAIN.encode().splitlines()
    lines[2] = b"0.5," + quote.encode() + b"x" * size + quote.encode() + b",1"
    return b"\n".join(lines) + b"\n"


@pytest.fixture
def small_limits(monkeypatch):
    """A thousand bytes a cell, and blocks and lines to match."""
    for module in (data_file, csv_files, csv_records):
        monkeypatch.setattr(module, "LARGEST_CELL", 1000)
    monkeypatch.setattr(data_file, "LONGEST_LINE", 4000)
    monkeypatch.setattr(data_file, "BLOCK", 2000)


@pytest.mark.parametrize(
    ("content", "name", "size"),
    [
        (large(1001), "data.csv", "1,001 bytes, allowed are 1,000"),
        (large(1001, '"'), "data.csv", "1,001 bytes, allowed are 1,000"),
        (large(400).replace(b"x" * 400, "é".encode() * 501), "data.csv", "1,002 bytes, allowed are 1,000"),
        (large(90_000), "data.csv", "bytes or more, allowed are 1,000"),
        (large(90_000).replace(b",", b"\t"), "data.tsv", "bytes or more, allowed are 1,000"),
        (large(90_000, '"'), "data.csv", "bytes or more, allowed are 1,000"),
        (gzip.compress(large(90_000)), "data.csv.gz", "bytes or more, allowed are 1,000"),
        (large(90_000, '"').replace(b"xxxxxxxxxx", b"xxxxxxxxx\n"), "data.csv", "characters or more"),
    ],
    ids=["unquoted", "quoted", "not ASCII", "beyond a line", "tabs", "beyond a line, quoted", "packed", "line breaks"],
)
@pytest.mark.usefixtures("small_limits")
def test_a_cell_that_is_too_large_is_refused_before_it_is_read(tmp_path, content, name, size):
    """The message names line and column, and a cell far too large isn't read to its end."""
    message = refusal(tmp_path, content, name)

    assert message.startswith(f"{name}:3: the cell in column 'x' has "), message
    assert size in message
    assert "90," not in message


@pytest.mark.usefixtures("small_limits")
def test_a_line_that_is_too_long_is_refused(tmp_path):
    """Also where each of its cells is of ordinary size."""
    names = [f"x{place}" for place in range(9000)]

    assert "data.csv:1: the line has more than the 4,000 bytes allowed" in refusal(tmp_path, ",".join(names) + "\n1\n")


@pytest.mark.usefixtures("small_limits")
def test_a_large_cell_is_read(tmp_path):
    """Up to the size that the README names."""
    assert "x" * 1000 in load(tmp_path, large(1000)).X["x"].cat.categories


def test_a_file_that_takes_too_much_room_is_refused_while_it_is_written(tmp_path, monkeypatch):
    """A small packed file may unfold to more than there is room for."""
    monkeypatch.setattr(csv_files, "room", lambda: 100)

    assert "more memory" in refusal(tmp_path, gzip.compress(SAME["CR"].encode()), "data.csv.gz")
