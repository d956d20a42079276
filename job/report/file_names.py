"""Names of files, made of labels."""

from __future__ import annotations

import re
from collections.abc import Sequence

_LONGEST_NAME = 60
_DEVICES = frozenset(("con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))))


def name_files(labels: Sequence[str]) -> list[str]:
    """Make a name of a file of each label: letters, digits, dots, hyphens and underscores, no two alike.

    Returns
    -------
    list of str
        Without a suffix; different also where case doesn't count.
    """
    taken: set[str] = set()
    names = []
    for label in labels:
        name = base = re.sub(r"[^A-Za-z0-9._-]+", "_", label).strip("._-")[:_LONGEST_NAME] or "strategy"
        number = 1
        while name.lower() in taken or name.partition(".")[0].lower() in _DEVICES:
            number += 1
            name = f"{base}_{number}"
        taken.add(name.lower())
        names.append(name)
    return names
