"""What a lock file says, for the audit and the bill of materials."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

_PACKAGE = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)(?: ; ([^\\]+?))?(?: \\)?$")
_HASH = re.compile(r"^    --hash=sha256:([0-9a-f]{64})(?: \\)?$")
_ASKED = re.compile(r"^    #(?: via)? +-r ")


@dataclass(frozen=True)
class Locked:
    """One package of a lock.

    Parameters
    ----------
    name : str
    version : str
    marker : str
        Where it is installed; empty for everywhere.
    hashes : tuple of str
        SHA-256 of its files, for every system.
    is_asked : bool
        Whether a `requirements*.in` names it; the others are needed by these.
    """

    name: str
    version: str
    marker: str = ""
    hashes: tuple[str, ...] = ()
    is_asked: bool = False


def read_locks(paths: Iterable[Path]) -> list[Locked]:
    """Read locks that agree with each other; a package of several is in the list once, sorted by name and version."""
    found: dict[tuple[str, str], Locked] = {}
    for path in paths:
        for package in _read(path):
            other = found.get((package.name, package.version), package)
            found[package.name, package.version] = replace(
                package,
                marker=package.marker if package.marker == other.marker else "",
                hashes=tuple(sorted({*package.hashes, *other.hashes})),
                is_asked=package.is_asked or other.is_asked,
            )
    return [found[key] for key in sorted(found)]


def _read(path: Path) -> list[Locked]:
    read: list[Locked] = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if match := _PACKAGE.match(line):
            read.append(Locked(match[1], match[2], match[3] or ""))
        elif read and (match := _HASH.match(line)):
            read[-1] = replace(read[-1], hashes=(*read[-1].hashes, match[1]))
        elif read and _ASKED.match(line):
            read[-1] = replace(read[-1], is_asked=True)
        elif line.strip() and not line.lstrip().startswith("#"):
            raise ValueError(f"{path}:{number}: {line!r} is no line of a lock as `make lock` writes it")
    return read
