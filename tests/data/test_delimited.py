"""Delimited files as they are found: headers, delimiters, encodings, line ends; read right, noted, or refused."""

from __future__ import annotations

import gzip

import pytest
from data_files import N, column_of, load, make_csv, note_codes, note_text, refusal

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
    "blank": (" \n\n\t\n", {}, ["the file is empty but for blanks"]),
    "a byte order mark only": ("\ufeff", {}, ["the file is empty"]),
    "header only": ("n,x,y\n", {}, ["only a header and no rows"]),
    "header and blank lines": ("n,x,y\n\n  \n", {}, ["only a header and no rows"]),
    "comments only": ("# nothing\n# here\n", {}, ["only comment lines"]),
    "semicolons": (PLAIN.replace(",", ";"), {}, ["data.csv:1", "one column only", 'set data.file.delimiter to ";"']),
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
    "a title line": ("My data\n" + PLAIN, {}, ["data.csv:1", "is it a title?"]),
    "one column": ("y\n0\n1\n0\n1\n", {}, ["one column only ('y')", "at least one feature"]),
    "a name twice": (change("n,x,y", "n,n,y"), {}, ["used more than once: 'n'"]),
    "names that differ in case": (change("n,x,y", "y,x,Y"), {}, ["differ only in case: 'y', 'Y'"]),
    "names that differ in blanks": (change("n,x,y", "n, n,y"), {}, ["used more than once: 'n'"]),
    "no header": (PLAIN.split("\n", 1)[1], {"target": "y"}, ["no column 'y'", "is there a header?"]),
    "no header, and a value twice": ("1,0,0\n2,1,1\n", {}, ["used more than once: '0'", "is there a header?"]),
    "a header that is too short": (change("n,x,y", "n,y"), {}, ["data.csv:2", "got 3 values where the header has 2"]),
    "a delimiter at each row's end": (
        PLAIN.replace("\n", ",\n").replace("y,\n", "y\n", 1),
        {},
        ["data.csv:2", "ends with ','", "make them alike"],
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
