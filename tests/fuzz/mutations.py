"""Mutations of what is right: of a document's values, of a text's lines and of bytes."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from random import Random
from typing import Any

from fuzz.schema_values import ODD

_NUMBER_TURNS = (lambda n: -n, lambda n: n + 1, lambda n: n * 1000, lambda n: n / 7, str, lambda n: [n])


def mutate_document(document: Any, random: Random) -> Any:
    """Change one to three places of a document: drop, replace, move, double or rename."""
    changed = copy.deepcopy(document)
    for _ in range(random.choice((1, 1, 2, 3))):
        if places := _places(changed):
            _change(*random.choice(places), _places(changed), random)
    return changed


def _places(document: Any) -> list[tuple[Any, Any]]:
    """Every place below: what holds it, and its key or number; of a long list only some, so that all kinds occur."""
    found, left = list[tuple[Any, Any]](), [document]
    while left:
        holder = left.pop()
        if isinstance(holder, dict):
            keys: Sequence[Any] = list(holder)
        elif isinstance(holder, list):
            keys = range(0, len(holder), 1 + len(holder) // 4)
        else:
            continue
        found += [(holder, key) for key in keys]
        left += [holder[key] for key in keys]
    return found


def _change(holder: Any, key: Any, places: list[tuple[Any, Any]], random: Random) -> None:
    value, way = holder[key], random.randrange(7)
    if way == 0:
        del holder[key]
    elif way == 1 and isinstance(value, (int, float)) and not isinstance(value, bool):
        holder[key] = random.choice(_NUMBER_TURNS)(value)
    elif way == 2:
        other, its = random.choice(places)
        holder[key] = copy.deepcopy(other[its])
    elif way == 3 and isinstance(holder, list):
        holder.insert(random.randrange(len(holder) + 1), copy.deepcopy(value))
    elif way == 4 and isinstance(holder, dict):
        holder[random.choice((f"{key}s", str(key).upper(), "x"))] = holder.pop(key)
    elif way == 5 and isinstance(value, list):
        del value[random.randrange(len(value) + 1) :]
    else:
        holder[key] = copy.deepcopy(random.choice(ODD))


def mutate_text(text: str, random: Random) -> str:
    """Change one to three lines: drop, double, swap, indent, cut, or put a character of YAML or JSON into one."""
    lines = text.splitlines(keepends=True)
    for _ in range(random.choice((1, 1, 2, 3))):
        place, way = random.randrange(len(lines) or 1), random.randrange(6)
        if not lines:
            break
        line = lines[place]
        column = random.randrange(len(line) + 1)
        if way == 0:
            del lines[place]
        elif way == 1:
            lines.insert(random.randrange(len(lines)), line)
        elif way == 2:
            lines[place] = random.choice((" ", "  ", "\t", "- ")) + line
        elif way == 3:
            lines[place] = line[:column] + random.choice("{}[]:#&*!|>'\"%@,?-~\\\t\r\u2028\x00é🙂0") + line[column:]
        elif way == 4:
            lines[place] = line[:column] + line[column + 1 + random.randrange(9) :]
        else:
            other = random.randrange(len(lines))
            lines[place], lines[other] = lines[other], lines[place]
    return "".join(lines)


def mutate_bytes(content: bytes, random: Random) -> bytes:
    """Cut, flip, drop, double or overwrite some bytes, as broken transfers and wrong tools do."""
    changed = bytearray(content)
    for _ in range(random.choice((1, 1, 2, 4))):
        start = random.randrange(len(changed) + 1)
        length = random.choice((1, 1, 2, 8, 64, 512))
        way = random.randrange(6)
        if way == 0:
            del changed[start:]
        elif way == 1:
            del changed[start : start + length]
        elif way == 2:
            changed[start:start] = changed[start : start + length]
        elif way == 3:
            changed[start : start + length] = random.randbytes(length)
        elif way == 4 and start < len(changed):
            changed[start] ^= 1 << random.randrange(8)
        else:
            changed[start:start] = random.choice((b"\x00", b"\xff", b"\r", b'"', b"\n\n", b"\xef\xbb\xbf", b"\x1a"))
    return bytes(changed)
