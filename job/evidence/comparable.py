"""Which strategies and classifiers can be ranked by their means: those that were scored on the same splits."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Generic, TypeVar

Place = tuple[str, str]
Split = TypeVar("Split", bound=Hashable)


@dataclass(frozen=True)
class Comparable(Generic[Split]):
    """What can be ranked, on which splits, and what cannot.

    Parameters
    ----------
    places : tuple of (strategy, classifier)
        Those with a value on every one of `splits`.
    splits : tuple
        The splits on which they are compared.
    left_out : tuple of ((strategy, classifier), int)
        Those with values on too few splits, and on how many.
    n_scored : int
        Splits on which anything has a value.
    """

    places: tuple[Place, ...]
    splits: tuple[Split, ...]
    left_out: tuple[tuple[Place, int], ...]
    n_scored: int


def find_comparable(scored: Mapping[Place, AbstractSet[Split]], order: Sequence[Split]) -> Comparable[Split]:
    """Find what can be ranked; a mean over the splits that went well is no match for one over all.

    Parameters
    ----------
    scored : Mapping of (strategy, classifier) to set
        The splits on which each has a value.
    order : sequence
        All splits, in their order.

    Returns
    -------
    Comparable
        Those with a value on every split that any has one on; where none is so full, the fullest, on the splits that
        they share (or the first of them, where they share none).
    """
    found = {place: splits for place, splits in scored.items() if splits}
    anywhere: set[Split] = set().union(*found.values())
    most = max((len(splits) for splits in found.values()), default=0)
    places = [place for place, splits in found.items() if len(splits) == most]
    shared = anywhere.intersection(*(found[place] for place in places))
    if places and not shared:
        places = places[:1]
        shared = set(found[places[0]])
    return Comparable(
        tuple(places),
        tuple(split for split in order if split in shared),
        tuple((place, len(splits)) for place, splits in found.items() if place not in places),
        len(anywhere),
    )
