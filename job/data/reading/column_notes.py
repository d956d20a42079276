"""What there is to know about the values of a column beside what it is read as."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from job.data.alike import find_alike
from job.data.dataset import Note
from job.data.quoting import counted, listed, quoted, quoted_apart, share
from job.data.reading.column_profile import Profile
from job.data.reading.database import RawColumn
from job.data.reading.looks import Looks

_LEAST_FOR_IDENTIFIER = 20
_ALIKE = {
    "labels": "",
    "groups": " If they are one, its rows can be on both sides of a split: write them alike, with data.file.query say.",
    "categories": "",
}
_MOST_MARKS = 3


def note_number(raw: RawColumn, profile: Profile, looks: Looks) -> Iterator[Note]:
    """Note what is odd in a column of numbers.

    Parameters
    ----------
    raw : RawColumn
        The column.
    profile : Profile
        Counts over its rows.
    looks : Looks
        What its other values look like.

    Yields
    ------
    Note
    """
    name, n_others = quoted(raw.name), profile.n_present - profile.n_numbers
    if n_others:
        what = f"{share(n_others, profile.n_present)} values of {name} are no numbers"
        yield Note("not-numbers", f"{what} ({listed(looks.others)}): read as missing.", raw.name)
    if profile.n_infinite:
        what = f"{counted(profile.n_infinite, 'value')} of {name}: infinite, too large or not a number"
        yield Note("infinite", f"{what}; read as missing.", raw.name)
    if profile.n_large:
        text = f"{counted(profile.n_large, 'integer')} of {name} beyond 2^53: the last digits are lost."
        yield Note("large-integers", text, raw.name)
    if profile.n_integers == profile.n_distinct == profile.n_rows >= _LEAST_FOR_IDENTIFIER and not raw.unnamed:
        text = (
            f"All values of {name} are integers that differ; if they only name the rows, list it under data.file.drop."
        )
        yield Note("maybe-identifier", text, raw.name)


def note_text(raw: RawColumn, profile: Profile, looks: Looks, *, is_number: bool) -> Iterator[Note]:
    """Note why a column that looks like numbers isn't read as numbers, and which values look missing.

    Parameters
    ----------
    raw : RawColumn
        The column.
    profile : Profile
        Counts over its rows.
    looks : Looks
        What its values look like.
    is_number : bool
        Whether its values could be read as numbers.

    Yields
    ------
    Note
    """
    name = quoted(raw.name)
    if is_number:
        what = f"{counted(profile.n_leading_zeros, 'value')} of {name} with a zero in front ({quoted(looks.zeros)})"
        yield Note("leading-zeros", f"{what}: the column is read as codes, not as numbers.", raw.name)
    elif looks.marks and profile.is_enough(looks.n_marked + profile.n_numbers):
        text = f"Column {name} isn't read as numbers: {explain_marks(looks)}."
        yield Note(looks.marks[0][0].code, text, raw.name)
    elif looks.others and profile.n_numbers:
        text = (
            f"{share(profile.n_numbers, profile.n_present)} values of {name} are numbers, too few to read the column "
            f"as numbers; others are {listed(looks.others)}. What stands for a missing value belongs in "
            f"data.file.na_values{f'; {explain_marks(looks)}' if looks.marks else ''}."
        )
        yield Note("mostly-numbers", text, raw.name)
    elif looks.missing:
        text = (
            f"Column {name} holds {listed(looks.missing)}, read as text; what stands for a missing value belongs in "
            "data.file.na_values."
        )
        yield Note("looks-missing", text, raw.name)


def note_alike(kind: str, texts: Sequence[str], name: str, decimal: str = ".") -> Iterator[Note]:
    """Note labels, groups or categories that are two, though a reader would take them for one.

    Parameters
    ----------
    kind : {"labels", "groups", "categories"}
    texts : sequence of str
        All different.
    name : str
        The column.
    decimal : {".", ","}

    Yields
    ------
    Note
        One at most.
    """
    pairs = find_alike(texts, decimal)
    if pairs:
        (one, other), n_more = pairs[0], len(pairs) - 1
        more = f" (and {counted(n_more, 'more such pair')})" if n_more else ""
        pair = f"{quoted_apart(one, other)} and {quoted_apart(other, one)} of {quoted(name)}"
        text = f"{kind.capitalize()} {pair} are two {kind}, though they are nearly the same{more}.{_ALIKE[kind]}"
        yield Note(f"{kind}-alike", text, name)


def note_categories(X: pd.DataFrame, decimal: str) -> Iterator[Note]:
    """Note categories of each feature that are nearly the same, as `note_alike` does."""
    for name in X.columns:
        if isinstance(X[name].dtype, pd.CategoricalDtype):
            yield from note_alike("categories", list(X[name].cat.categories), str(name), decimal)


def explain_marks(looks: Looks) -> str:
    """Say how values that are no numbers are written, and what to do; the most frequent ways."""
    return "; ".join(mark.explain(example) for mark, _, example in looks.marks[:_MOST_MARKS])
