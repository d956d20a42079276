"""The text of a spec: from a file, standard input or the embedded default, bounded and decoded."""

from __future__ import annotations

import codecs
import os
import re
import stat
import sys
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from job.errors import Problem, SpecError

STDIN = "-"
MOST_BYTES = 1_000_000

_NOT_IN_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_START = "write one with: minority-report init > spec.yaml"


@dataclass(frozen=True)
class Source:
    """A spec before it is read.

    Parameters
    ----------
    name : str
        What messages call it.
    folder : Path
        What paths in it are relative to.
    text : str
    """

    name: str
    folder: Path
    text: str


def read_source(source: str | None) -> Source:
    """Read the text of a spec.

    Parameters
    ----------
    source : str or None
        A path, ``-`` for standard input, None for the embedded default.

    Returns
    -------
    Source

    Raises
    ------
    SpecError
        Where it cannot be read, is too long, or is no text in UTF-8.
    """
    if source is None:
        return Source("<default>", Path(), files("job.spec").joinpath("default.yaml").read_text("utf-8"))
    if source == STDIN:
        return Source("<stdin>", Path(), _decode("<stdin>", sys.stdin.buffer.read(MOST_BYTES + 1)))
    try:
        content, is_file = _read_bytes(source)
    except (OSError, ValueError) as error:  # ValueError: a path that has NUL in it
        reason = getattr(error, "strerror", None) or str(error)
        raise SpecError([Problem(source, f"cannot read the spec: {reason}; {_START}")]) from error
    return Source(source, Path(source).parent if is_file else Path(), _decode(source, content))


def _read_bytes(path: str) -> tuple[bytes, bool]:
    """Read a file or a pipe, and tell which; a pipe that nobody writes to is empty and keeps nobody waiting."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:
        os.set_blocking(descriptor, True)
        return file.read(MOST_BYTES + 1), stat.S_ISREG(os.fstat(descriptor).st_mode)


def _decode(name: str, content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise SpecError([Problem(name, f"has more than {MOST_BYTES:,} bytes; that is no spec")])
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SpecError([Problem(f"{name}:1:1", "is UTF-16, must be UTF-8; save it as UTF-8")])
    content = content.removeprefix(codecs.BOM_UTF8)  # some editors on Windows write one
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        where = _position(name, content[: error.start].decode())
        message = f"byte 0x{content[error.start]:02x} is not UTF-8; save the spec as UTF-8"
        raise SpecError([Problem(where, message)]) from error
    if odd := _NOT_IN_YAML.search(text):
        where = _position(name, text[: odd.start()])
        raise SpecError([Problem(where, f"has the control character U+{ord(odd[0]):04X}; remove it")])
    return text


def _position(name: str, before: str) -> str:
    lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return f"{name}:{len(lines)}:{len(lines[-1]) + 1}"
