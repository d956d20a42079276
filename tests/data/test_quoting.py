"""Texts that look like one are found, whatever makes them two, and written so that a reader can tell them apart."""

from __future__ import annotations

import pytest
from data_files import N, load, make_csv, note_codes, note_text, refusal
from hypothesis import given
from hypothesis import strategies as st

from job.data.quoting import find_alike, look, named, nearest, quoted, quoted_apart

ALIKE = {
    "a decimal point": ("12", "12.0"),
    "a zero in front": ("12", "012"),
    "a sign": ("12", "+12"),
    "an exponent": ("100", "1e2"),
    "wide digits": ("12", "\uff11\uff12"),
    "a quote of a spreadsheet": ("12", "'12"),
    "a minus sign": ("-5", "\u22125"),
    "case": ("Berlin", "berlin"),
    "case of another alphabet": ("\u041c\u043e\u0441\u043a\u0432\u0430", "\u043c\u043e\u0441\u043a\u0432\u0430"),
    "two blanks": ("New York", "New  York"),
    "a blank that doesn't break": ("New York", "New\xa0York"),
    "a blank of no width": ("yes", "yes\u200b"),
    "a byte order mark": ("yes", "\ufeffyes"),
    "a control character": ("yes", "yes\x7f"),
    "a letter that shows nothing": ("yes", "yes\u3164"),
    "composed or not": ("caf\xe9", "cafe\u0301"),
    "an accent": ("caf\xe9", "cafe"),
    "a Cyrillic letter": ("yes", "y\u0435s"),
    "Cyrillic letters alone": ("coco", "\u0441\u043e\u0441\u043e"),
    "a dot at the end": ("Inc", "Inc."),
    "a dash": ("a-b", "a\u2013b"),
    "an apostrophe": ("O'Neill", "O\u2019Neill"),
}
UNLIKE = {
    "numbers": ("12", "13"),
    "digits beyond a float": ("9007199254740993", "9007199254740992"),
    "a comma": ("12", "1,2"),
    "an underscore": ("12", "1_2"),
    "letters": ("a", "b"),
    "another letter by its breve": ("\u0439", "\u0438"),
    "words that are no numbers": ("nan", "inf"),
    "dots": (".", "-"),
    "a number too large": ("1e999999999999999999999", "x"),
    "signs of voice": ("\u304b", "\u304c"),
}


@pytest.mark.parametrize(("one", "other"), ALIKE.values(), ids=ALIKE)
def test_two_that_look_like_one_are_found_and_told_apart(one, other):
    """The pair is found, and no two that a reader cannot tell apart are written alike."""
    assert [(one, other)] == find_alike(["x", one, other])
    written = quoted_apart(one, other), quoted_apart(other, one)
    assert written[0] != written[1]
    for text, shown in zip((one, other), written, strict=True):
        assert text == eval(shown)
        assert "  " not in shown
    if any(not character.isascii() for character in one + other) and one.casefold() != other.casefold():
        assert any("\\" in shown for shown in written) or "caf\xe9" in one


@pytest.mark.parametrize(("one", "other"), UNLIKE.values(), ids=UNLIKE)
def test_what_is_two_at_a_glance_is_no_pair(one, other):
    """Ids that differ in their last digit are not the same."""
    assert [] == find_alike([one, other])


def test_the_decimal_mark_counts():
    """12,0 is 12 where the comma is the decimal mark."""
    assert look("12") == look("12,0", ",") != look("12,0")


@given(st.lists(st.text(max_size=6), unique=True, max_size=12))
def test_pairs_are_those_of_a_plain_loop(texts):
    """Each text is paired with the first that looks the same, and with no other."""
    plain = []
    for place, text in enumerate(texts):
        same = [other for other in texts[:place] if look(other) == look(text)]
        plain += [(same[0], text)] if same else []
    assert plain == find_alike(texts)


@given(st.text(max_size=20))
def test_what_is_written_is_the_text(text):
    """Escapes are Python's, so nothing is lost."""
    assert text == eval(quoted(text))


def test_ordinary_texts_are_written_as_they_are():
    """Words of any alphabet, units and accents need no escape."""
    for text in ("yes", "\xe9t\xe9", "\u041c\u043e\u0441\u043a\u0432\u0430 city", "m\xb2", "\xb5m", "\u03b2-blocker"):
        assert f"'{text}'" == quoted(text)
        assert text == named(text)
    assert "'yes\\u200b'" == named("yes\u200b")


def test_a_name_that_looks_the_same_is_what_was_meant():
    """And what can't be seen of the difference is spelled out."""
    assert nearest("\u0441oco", ["x", "coco"]) == (
        " Did you mean 'coco'? They differ in U+0441 (CYRILLIC SMALL LETTER ES)."
    )
    assert nearest("a b", ["a  b"]) == " Did you mean 'a \\x20b'? They differ in blanks."
    assert " Did you mean 'target'?" == nearest("tarhet", ["target"])


def test_groups_that_are_nearly_the_same_are_noted(tmp_path):
    """A customer written 7 and 7.0 is two groups, and the note on the column says so."""
    groups = [f"{row // 4}.0" if row % 4 == 1 else f"{row // 4}" for row in range(N)]
    text = note_text(load(tmp_path, make_csv(g=groups), groups="g"), "groups-alike")
    assert (
        "Groups '0' and '0.0' of 'g' are two different groups, although nearly the same (and 9 more such pairs)."
        in text
    )
    assert "both sides" in text

    clean = [str(row // 4) for row in range(N)]
    assert set() == note_codes(load(tmp_path, make_csv(g=clean), groups="g"), "g")


def test_categories_that_are_nearly_the_same_are_noted(tmp_path):
    """Berlin and berlin are two categories, which is said."""
    dataset = load(tmp_path, make_csv(city=["Berlin", "berlin", "Rome", "Oslo"] * (N // 4)))
    assert "'Berlin' and 'berlin' of 'city' are two different categories" in note_text(dataset, "categories-alike")
    dataset = load(tmp_path, make_csv(city=["Berlin", "Bern", "Rome", "Oslo"] * (N // 4)))
    assert set() == note_codes(dataset, "city")


def test_what_cannot_be_seen_in_a_label_or_a_column_is_shown(tmp_path):
    """Neither a label nor a column of the spec is missed for a reason that the message hides."""
    hidden = ["yes\u200b" if row % 4 == 0 else "no" for row in range(N)]
    assert "Did you mean 'yes\\u200b'?" in refusal(tmp_path, make_csv(y=hidden), positive="yes")
    missed = refusal(tmp_path, make_csv(age=range(N)), drop=["\u0430ge"])
    assert "no column '\\u0430ge'. Did you mean 'age'" in missed


def test_a_delimiter_of_a_file_that_has_none_is_noted(tmp_path):
    """JSON Lines have no delimiter, and the note says so."""
    lines = "".join(f'{{"n": {row}.5, "y": "{int(row % 4 == 0)}"}}\n' for row in range(N))
    dataset = load(tmp_path, lines, "d.jsonl", delimiter=";")
    assert "data.file.delimiter isn't used" in note_text(dataset, "delimiter-unused")
    assert "delimiter-unused" not in note_codes(load(tmp_path, make_csv(";", x=range(N)), delimiter=";"))


@pytest.mark.parametrize("text", ["1\u2776", "\u1369"])
def test_a_digit_that_is_no_decimal_is_text(text):
    """Circled and Ethiopic digits are digits to Python, and no numbers."""
    assert isinstance(look(text), str)
