"""Standard streams: closed when the job starts, and read by the runner of a CI job."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from job.console.streams import inert, print_document, print_text, tell
from job.report.summary_md import escape_markdown

ROOT = Path(__file__).parents[2]
COMMANDS = (
    "::error::x",
    "  ::set-output name=a::b%0A::error::c",
    "a\r::stop-commands::x",
    "a\n\t::debug::x",
    ":::group::x",
    "##[error]x",
    "a ##[group]x",
    "##vso[task.setvariable variable=a]b",
    "column '##VSO[task.complete]' is missing",
    "###vso[a]",
    "##teamcity[buildStop comment='x']",
    "x ##teamcity[message text='y']",
)
_USES = """
import os, sys
from job.console.streams import prepare_streams
prepare_streams()
with open(sys.argv[1], "w") as file:
    print("out")
    print("err", file=sys.stderr, flush=True)
    os.write(1, b"out")
    os.write(2, b"err")
    inherited = [os.get_inheritable(number) for number in (0, 1, 2)]
    file.write(f"{file.fileno() > 2} {inherited} {sys.stdin.read()!r}")
"""


def obeyed(text: str) -> list[str]:
    """What a runner of Azure, TeamCity or GitHub takes for a command."""
    lines = re.split(r"[\r\n]", text)
    return re.findall(r"##[\w-]*\[", text) + [line for line in lines if line.strip().startswith("::")]


@pytest.mark.parametrize("text", COMMANDS)
def test_a_command_to_a_runner_is_shown_and_does_nothing(capsys, text) -> None:
    """on both streams and in the summary, with all its characters"""
    assert obeyed(text)
    tell(text)
    print_text(f"{text}\n")
    printed = capsys.readouterr()
    for shown in (printed.err, printed.out, escape_markdown(text)):
        assert [] == obeyed(shown)
    assert text.split() == printed.out.replace("## ", "##").replace(": :", "::").split()


@given(st.text(st.sampled_from("#:[]vso- \r\n\tx"), max_size=12))
def test_no_text_is_a_command(text) -> None:
    """whatever is put together, and nothing but spaces is added"""
    assert [] == obeyed(inert(text))
    assert text.replace(" ", "") == inert(text).replace(" ", "")


def test_a_document_is_printed_as_it_is(capsysbinary) -> None:
    """it has to be read again"""
    print_document("::é ##[x]\n")
    assert "::é ##[x]\n".encode() == capsysbinary.readouterr().out


@pytest.mark.parametrize("closed", [which for n in (1, 2, 3) for which in combinations((0, 1, 2), n)], ids=str)
def test_no_file_takes_the_place_of_a_closed_stream(tmp_path, closed) -> None:
    """what is printed is written into no file that is opened later, here and in processes that are started"""
    streams = {0: "stdin", 1: "stdout", 2: "stderr"}
    opened = {name: subprocess.DEVNULL for number, name in streams.items() if number not in closed}
    path = tmp_path / "file"
    words = [sys.executable, "-S", "-c", _USES, str(path)]
    redirected = " ".join(f"{number}>&-" for number in closed)
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {redirected}', "sh", *words], env={**os.environ, "PYTHONPATH": str(ROOT)}, **opened
    )
    assert (0, "True [True, True, True] ''") == (done.returncode, path.read_text())
