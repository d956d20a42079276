"""Text that anybody reads: it can be written everywhere, fits where it has to, and is in the field's words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from job.cli import commands
from job.spec.schema import json_schema
from job.spec.starter import write_starter
from job.text import abbreviate, abbreviate_all, counted, listed, make_visible, sentence, visible_line, width

ROOT = Path(__file__).parents[1]
TRANSLATED = re.compile(
    r"\b(feigned|whoever|anew|astray|amid|parted|rescued rows|honest|spoilt|is had|(is|are) told|told (in|under)|"
    r"stands? (in|under|beside|behind|at)|lies? (beside|safely)|on equal footing|of its owner)\b",
    re.IGNORECASE,
)
"""What sounds translated or literary; scikit-learn's user guide has none of it."""

anything = st.text(st.characters(codec=None))


@given(anything)
def test_visible_text_can_be_written_everywhere(text: str) -> None:
    """whatever a label holds, what is shown of it is UTF-8 and fit for XML"""
    shown = make_visible(text, keep="")
    shown.encode()
    assert "" == "".join(ElementTree.fromstring(f"<x>{escape(shown)}</x>").itertext()).replace(shown, "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain é 漢字 עברית 🙂", "plain é 漢字 עברית 🙂"),
        ("a\x00b\x1b[31m", "a␀b␛[31m"),
        ("safe\u202egpj.exe", "safe[U+202E]gpj.exe"),
        ("\ud800", "[U+D800]"),
        ("\x7f\x9b", "␡[U+009B]"),
        ("non\u00a0breaking", "non\u00a0breaking"),
        ("\ufeffbom", "[U+FEFF]bom"),
    ],
)
def test_what_cannot_be_seen_is_named(text: str, expected: str) -> None:
    """controls and direction marks show as themselves; letters of any script stay as they are"""
    assert expected == make_visible(text, keep="")


def test_one_line_has_no_line_breaks() -> None:
    """line breaks and tabs become single spaces"""
    assert "a b c d" == visible_line(" a\n\n b\t c\u2028d ")


@given(anything, st.integers(5, 60))
def test_short_text_is_short(text: str, length: int) -> None:
    """shortened text is never wider than asked, and text that fits stays whole"""
    line, short = visible_line(text), abbreviate(text, length)
    assert len(short) <= width(short) <= length + 1e-9
    assert (short == line) == (width(line) <= length) or "…" in line


def test_wide_letters_count_for_more() -> None:
    """ideographs and capitals take the room that they need"""
    assert ("漢字漢字漢字漢字…字漢字", "W" * 11 + "…" + "W" * 5) == (
        abbreviate("漢字" * 12, 24),
        abbreviate("W" * 24, 24),
    )
    assert "a" * 24 == abbreviate("a" * 24, 24)


@given(st.lists(anything, max_size=12), st.integers(5, 30))
def test_short_names_still_differ(texts: Sequence[str], length: int) -> None:
    """no two names are the same after shortening, and none is empty"""
    short = abbreviate_all(texts, length)
    assert len(texts) == len(set(short))
    assert all(short)


def test_the_end_of_a_long_text_survives() -> None:
    """labels that differ only at their ends can be told apart"""
    first, second = abbreviate_all(["x" * 100 + "left", "x" * 100 + "right"], 24)
    assert first.endswith("left")
    assert second.endswith("right")


@pytest.mark.parametrize(
    ("number", "expected"), [(0, "no run"), (1, "one run"), (2, "two runs"), (12, "twelve runs"), (1200, "1,200 runs")]
)
def test_counts_read_as_words(number: int, expected: str) -> None:
    """small counts are words and nouns agree with them"""
    assert expected == counted(number, "run")


def test_lists_read_as_a_sentence_does() -> None:
    """the last item is joined by a word"""
    assert ("a", "a and b", "a, b or c") == (listed("a"), listed("ab"), listed("abc", "or"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("it is too small", "It is too small."),
        ("k_neighbors is 3", "k_neighbors is 3."),
        ("Done!", "Done!"),
        ("", ""),
        ("mcc", "Mcc."),
        ("ValueError: bad", "ValueError: bad."),
    ],
)
def test_sentences_begin_and_end_as_such(text: str, expected: str) -> None:
    """a capital and a full stop, but names of parameters keep their spelling"""
    assert expected == sentence(text)


def documentation() -> Iterator[tuple[str, str]]:
    """What is read before a job: pages, help, and what a spec's keys mean."""
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        yield path.name, path.read_text(encoding="utf-8")
    for name, command in commands.commands.items():
        yield f"{name} --help", command.get_help(click.Context(command))
    yield "schema", json.dumps(json_schema())
    yield "init", write_starter()


@pytest.mark.parametrize(("name", "text"), [*documentation()], ids=lambda part: part.split("\n")[0][:20])
def test_documentation_is_in_plain_words(name: str, text: str) -> None:
    """no sentence sounds translated or literary"""
    assert [found[0] for found in TRANSLATED.finditer(" ".join(text.split()))] == []
