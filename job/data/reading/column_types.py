"""What each column is read as, and why: the rules, from counts over all rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from job.data.dataset import NUMERIC_KINDS, Note
from job.data.quoting import counted, find_alike, listed, quoted, quoted_apart, share
from job.data.reading.column_profile import (
    ENOUGH,
    Cells,
    Profile,
    count_each,
    is_number,
    is_read_as_number,
    looks_missing,
)
from job.data.reading.database import RawColumn, Store, Table, fetch_row
from job.data.reading.number_formats import Mark, classify, list_marks

# MERGED: What there is to know about the values of a column beside what it is read as.

# MERGED: What the values of a column look like where they aren't numbers: dates, marked numbers, words for missing.


@dataclass(frozen=True)
class Reading:
    """What one column is read as.

    Parameters
    ----------
    raw : RawColumn
        The column.
    profile : Profile
        Counts over its rows.
    kind : {"number", "integer", "boolean", "category", "date", "constant", "text"}
        What its values are.
    why : str
        Why it is read so, or left out; no sentence of its own.
    code : str
        Of the note that it is left out; empty for one that can be a feature.
    notes : tuple of Note
        What else a reader has to know about it.
    """

    raw: RawColumn
    profile: Profile
    kind: str
    why: str
    code: str = ""
    notes: tuple[Note, ...] = ()

    @property
    def is_numeric(self) -> bool:
        """Whether its values become numbers."""
        return self.kind in NUMERIC_KINDS

    @property
    def is_feature(self) -> bool:
        """Whether something can be learned from it."""
        return not self.code

    @property
    def all_notes(self) -> tuple[Note, ...]:
        """Its notes, with one that it is left out where it is."""
        if self.is_feature:
            return self.notes
        text = f"Column {quoted(self.raw.name)} is left out: {self.why}."
        return (Note(self.code, text, self.raw.name), *self.notes)


def read_column(raw: RawColumn, profile: Profile, looks: Looks, as_category: str = "") -> Reading:
    """Decide what a column is.

    Parameters
    ----------
    raw : RawColumn
        The column.
    profile : Profile
        Counts over its rows.
    looks : Looks
        What its values look like, where they aren't numbers.
    as_category : str
        Why its values are categories though they look like numbers; empty where that is for the rules to say.

    Returns
    -------
    Reading
    """
    if raw.unusable:
        return Reading(raw, profile, "text", raw.unusable, "not-single-values")
    if profile.n_present == 0:
        return Reading(raw, profile, "constant", "all its values are missing", "all-missing")
    if not as_category and is_read_as_number(profile):
        return _read_number(raw, profile, looks)
    # a missing category is a category of its own, so one value and gaps are no constant
    if _n_categories(profile) == 1 and profile.n_present == profile.n_rows:
        return Reading(raw, profile, "constant", f"all its values are {quoted(looks.example)}", "constant")
    if as_category:
        return Reading(raw, profile, "category", as_category)
    if is_boolean(profile):
        return Reading(raw, profile, "boolean", "all its values are true or false")
    if looks.n_dates >= ENOUGH * profile.n_present:
        return Reading(raw, profile, "date", f"its values are dates ({quoted(looks.example)})", "date")
    return _read_text(raw, profile, looks)


def is_boolean(profile: Profile) -> bool:
    """Tell whether all present values are true or false, in any case."""
    return profile.n_present > 0 and profile.n_booleans == profile.n_present


def _n_categories(profile: Profile) -> int:
    """Count distinct values, True and true as one."""
    if is_boolean(profile):
        return 1 + (0 < profile.n_true < profile.n_present)
    return profile.n_distinct


def _read_number(raw: RawColumn, profile: Profile, looks: Looks) -> Reading:
    n_finite = profile.n_numbers - profile.n_infinite
    if n_finite == 0:
        return Reading(raw, profile, "constant", "none of its values is a finite number", "all-missing")
    notes = tuple(note_number(raw, profile, looks))
    if profile.low == profile.high:
        why = f"all its values are {profile.low:g}"
        if n_finite < profile.n_rows:
            why = f"it has no number but {profile.low:g} (gaps are filled in, so nothing is left to learn from)"
        return Reading(raw, profile, "constant", why, "constant", notes)
    if raw.unnamed and _numbers_the_rows(profile):
        return Reading(raw, profile, "integer", "it has no name and only numbers the rows", "row-numbers", notes)
    kind, what = ("integer", "integers") if profile.n_integers == n_finite else ("number", "numbers")
    return Reading(raw, profile, kind, f"{share(profile.n_numbers, profile.n_present)} values are {what}", notes=notes)


def _numbers_the_rows(profile: Profile) -> bool:
    each_once = profile.n_integers == profile.n_distinct == profile.n_rows
    return each_once and profile.high - profile.low == profile.n_rows - 1


def _read_text(raw: RawColumn, profile: Profile, looks: Looks) -> Reading:
    notes = tuple(note_text(raw, profile, looks, is_number=is_number(profile)))
    if profile.n_distinct >= ENOUGH * profile.n_present:
        if notes and notes[0].code == "mostly-numbers":
            why = f"only {share(profile.n_numbers, profile.n_present)} values are numbers, and nearly all differ"
            return Reading(raw, profile, "text", why, "identifier", notes)
        mark = looks.marks[0][0] if looks.marks else None
        if mark and notes and notes[0].code == mark.code and (profile.n_numbers or not mark.is_weak):
            return Reading(raw, profile, "text", explain_marks(looks), mark.code)
        why = f"{share(profile.n_distinct, profile.n_present)} values differ, as those of an identifier do"
        return Reading(raw, profile, "text", why, "identifier", notes)
    if profile.n_leading_zeros and is_number(profile):
        why = "its values are digits, but some begin with a zero, as codes do"
    elif profile.n_numbers:
        why = f"only {share(profile.n_numbers, profile.n_present)} values are numbers"
    else:
        why = "its values are no numbers"
    return Reading(raw, profile, "category", why, notes=notes)


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


_EXAMPLES = 3
_FEW = 10


@dataclass(frozen=True)
class Looks:
    """What the values of one column look like.

    Parameters
    ----------
    example : str
        One present value.
    zeros : str
        An integer with a superfluous zero in front.
    others : tuple of str
        The most frequent values that are no numbers.
    missing : tuple of str
        Values that look missing and aren't in na_values.
    marks : tuple of (Mark, int, str)
        How values that are no numbers are written where they may stand for some: on how many rows, and one of them.
    """

    example: str = ""
    zeros: str = ""
    others: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    marks: tuple[tuple[Mark, int, str], ...] = ()

    @property
    def n_marked(self) -> int:
        """Values that may stand for numbers."""
        return sum(count for _, count, _ in self.marks)

    @property
    def n_dates(self) -> int:
        """Values that look like dates."""
        return sum(count for mark, count, _ in self.marks if mark.code == "dates")


def find_looks(store: Store, table: Table, cells: Cells, profiles: Mapping[str, Profile]) -> Mapping[str, Looks]:
    """Look at the values of every column that isn't all numbers.

    Parameters
    ----------
    store : Store
        Where the table is.
    table : Table
        Text.
    cells : Cells
        How text becomes values.
    profiles : Mapping[str, Profile]
        Counts by the columns' keys.

    Returns
    -------
    Mapping[str, Looks]
        By the columns' keys; without content for a column of numbers only.
    """
    looks = dict.fromkeys(profiles, Looks())
    texts = [column for column in table.columns if profiles[column.key].n_numbers < profiles[column.key].n_present]
    marks = list_marks(cells.decimal)
    for column, (n_figures, example, missing) in count_each(store, table, cells, texts, _word_counts()):
        profile = profiles[column.key]
        looks[column.key] = Looks(example=example or "", missing=tuple(sorted(missing or ())[:_EXAMPLES]))
        if 2 * n_figures >= profile.n_present - profile.n_missing_words:
            looks[column.key] = _with_marks(store, table, cells, column, profile, looks[column.key], marks)
    for column in table.columns:
        looks[column.key] = _with_examples(store, table, cells, column, profiles[column.key], looks[column.key])
    return looks


def _word_counts() -> tuple[str, ...]:
    return (
        r"count(*) FILTER (regexp_matches(v, '\p{Nd}'))",
        "min(v)",
        f"list(DISTINCT v) FILTER ({looks_missing('v')})",
    )


def _with_marks(
    store: Store, table: Table, cells: Cells, column: RawColumn, profile: Profile, looks: Looks, marks: Sequence[Mark]
) -> Looks:
    """Add how the values that are no numbers are written; few columns have any, so each is asked alone."""
    values = f"SELECT v, count(*) AS c FROM {_others(table, cells, column)} GROUP BY v"
    sql = f"SELECT {classify('v', marks)} AS k, sum(c) AS n, min(v) FROM ({values}) GROUP BY k ORDER BY n DESC, k"
    rows = store.connection.execute(sql).fetchall()
    found = ((marks[place], int(count), example) for place, count, example in rows if place is not None)
    is_plain_category = profile.n_numbers == 0 and profile.n_distinct <= _FEW
    return replace(looks, marks=tuple(row for row in found if not (row[0].is_weak and is_plain_category)))


def _others(table: Table, cells: Cells, column: RawColumn) -> str:
    """Write the relation of the values of a column that are no numbers."""
    values = f"(SELECT {cells.value(column.key)} AS v FROM {table.relation})"
    return f"{values} WHERE v IS NOT NULL AND {cells.number('v')} IS NULL"


def _with_examples(
    store: Store, table: Table, cells: Cells, column: RawColumn, profile: Profile, looks: Looks
) -> Looks:
    """Add values that are worth naming."""
    if profile.n_leading_zeros:
        zero = r"regexp_full_match(v, '[+-]?0[0-9]+')"
        values = f"(SELECT {cells.value(column.key)} AS v FROM {table.relation})"
        looks = replace(looks, zeros=fetch_row(store, f"SELECT min(v) FROM {values} WHERE {zero}")[0])
    n_counted = profile.n_present - profile.n_missing_words
    if profile.n_numbers < profile.n_present and 0 < n_counted <= 2 * (profile.n_numbers + looks.n_marked):
        sql = f"SELECT v FROM {_others(table, cells, column)} GROUP BY v ORDER BY count(*) DESC, v"
        found = store.connection.execute(f"{sql} LIMIT {_EXAMPLES}").fetchall()
        looks = replace(looks, others=tuple(value for (value,) in found))
    return looks
