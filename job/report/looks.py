"""Which colour and marker each strategy has: those of this program always the same, so that reports can be compared."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import count
from types import MappingProxyType
from typing import Any

from job.report.theme import N_COLOURS

_OWN: Mapping[str, int] = MappingProxyType({"baseline": 0, "class_weight": 1, "threshold": 2, "smote": 3, "custom": 4})


def assign_looks(entries: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
    """Give every strategy a look of its own, in the order of the results.

    Parameters
    ----------
    entries : sequence of Mapping
        ``strategies`` of results.json; baseline comes first.

    Returns
    -------
    tuple of int
        What `job.report.theme.series` takes: by label, or else by name, where that is one of this program's, and for
        all others the next one that is left.
    """
    looks = {0: 0} if entries else {}
    for key in ("label", "name"):
        for place, entry in enumerate(entries):
            look = _OWN.get(str(entry.get(key)))
            if place not in looks and look is not None and look not in looks.values():
                looks[place] = look
    rest = find_further_looks(())
    return tuple(looks[place] if place in looks else next(rest) for place in range(len(entries)))


def find_further_looks(taken: Collection[int]) -> Iterator[int]:
    """Find looks that no strategy of this program has, nor anything else; baseline's colour is not given again."""
    yield from (look for look in count(len(_OWN)) if look % N_COLOURS and look not in taken)
