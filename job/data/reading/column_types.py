"""What each column is read as, and why: the rules, from counts over all rows and what the values look like."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from job.data.dataset import NUMERIC_KINDS, Note
from job.data.quoting import counted, find_alike, listed, quoted, quoted_apart, share
from job.data.reading.database import Cells, RawColumn, Table, has_blank_edge, literal
from job.data.reading.number_formats import Mark, classify, list_marks
from job.spec.file_keys import numbers_among

_MOST_CELLS = 500_000
_LARGEST_EXACT = 2**53
ENOUGH = 0.95
"""Share of the present values that decides: of numbers, of dates, of values that differ."""

MISSING_WORDS = ("", "na", "n/a", "nan", "<na>", "null", "none", "nil", "-", "--", ".", "?", "missing")
"""What stands for a missing value in many files, in lower case."""

ERROR_CELL = "#[¡¿]?[^#!?]{2,20}[!?]|#n/?[a-z]|#n/a n/a|err:[0-9]{3}|#{2,}"
"""A spreadsheet's error cell, in lower case: #N/A, #DIV/0!, #WERT!, #NOM?, Err:502, and ### for a narrow column."""

_LEAST_FOR_IDENTIFIER = 20
_MOST_MARKS = 3
_EXAMPLES = 3
_FEW = 10
_ALIKE = {
    "labels": "",
    "groups": " If they mean the same group, its rows can be on both sides of a split: write them the same way, "
    "for example with data.file.query.",
    "categories": "",
}


@dataclass(frozen=True)
class Profile:
    """Counts over the rows of one column.

    Parameters
    ----------
    n_rows, n_present, n_distinct : int
        All rows, those whose value isn't missing, and different values among these (as text).
    n_numbers, n_infinite, n_integers : int
        Values that are numbers, those of them that are infinite or not a number, and those spelled as integers.
    n_leading_zeros, n_large : int
        Integers that begin with a superfluous zero; that are larger than 2^53.
    n_booleans, n_true : int
        Values that are true or false, that are true, in any case.
    low, high : float
        Smallest and largest finite number; NaN where there is none.
    n_missing_words : int
        Beside numbers, values that look missing: a word for it, or a spreadsheet's error cell.
    """

    n_rows: int
    n_present: int
    n_distinct: int
    n_numbers: int
    n_infinite: int
    n_integers: int
    n_leading_zeros: int
    n_large: int
    n_booleans: int
    n_true: int
    low: float
    high: float
    n_missing_words: int = 0

    def is_enough(self, count: int) -> bool:
        """Tell whether so many values decide what a column is, whatever stands for a missing value in it."""
        excused = min(self.n_missing_words, self.n_present // 2)  # mostly "none" is a category, not a column of gaps
        return count > 0 and count >= ENOUGH * (self.n_present - excused)

    @property
    def is_number(self) -> bool:
        """Whether enough of the present values are numbers."""
        return self.is_enough(self.n_numbers)

    @property
    def is_read_as_number(self) -> bool:
        """Whether the column is one of numbers; with a zero in front they are codes."""
        return self.is_number and not self.n_leading_zeros

    @property
    def is_boolean(self) -> bool:
        """Whether all present values are true or false, in any case."""
        return 0 < self.n_present == self.n_booleans


def complete_cells(table: Table, cells: Cells) -> Table:
    """Say how text becomes values; find the columns with blanks around them, and those in which a number is missing."""
    spaced: frozenset[str] = frozenset()
    if table.may_have_spaces:
        plain = replace(table, cells=Cells())
        found = count_each(plain, table.columns, (f"coalesce(bool_or({has_blank_edge('v')}), false)",))
        spaced = frozenset(column.key for column, (is_spaced,) in found if is_spaced)
    table = replace(table, cells=replace(cells, spaced=spaced, numeric=frozenset()))
    if not numbers_among(cells.na_values, cells.decimal):  # a number stands for its own text only, except in numbers
        return table
    numeric = frozenset(key for key, profile in profile_columns(table).items() if profile.is_read_as_number)
    return replace(table, cells=replace(table.cells, numeric=numeric))


def profile_columns(table: Table) -> Mapping[str, Profile]:
    """Count what is in every column, over all rows; by the columns' keys."""
    found, n_distinct = count_each(table, table.columns, _COUNTS), dict(_count_distinct(table))
    each = ((column.key, n_present, counts) for column, (n_present, *counts) in found)
    profiles = {key: Profile(table.n_rows, n_present, n_distinct[key], *counts) for key, n_present, counts in each}
    mixed = [c for c in table.columns if 0 < profiles[c.key].n_numbers < profiles[c.key].n_present]
    words = f"count(*) FILTER (n IS NULL AND {looks_missing('v')})"
    for column, (n_words,) in count_each(table, mixed, (words,)):
        profiles[column.key] = replace(profiles[column.key], n_missing_words=n_words)
    return profiles


def _count_distinct(table: Table) -> Iterator[tuple[str, int]]:
    """Count the different values of each column; in a long one by hashes of 64 bits, whose sorting takes a third.

    Of ten million values two unlike ones share a hash in one of 400,000 columns.
    """
    for lot, value in table.lots(table.columns, _MOST_CELLS):
        if len(lot) > 1:
            yield from ((column.key, n) for column, (n,) in count_each(table, lot, ("count(DISTINCT v)",)))
            continue
        values = f"SELECT {value} AS v FROM {table.stack(lot)}"
        sql = f"SELECT hash(v) AS h FROM ({values}) WHERE v IS NOT NULL"
        hashes = np.sort(np.asarray(table.store.connection.execute(sql).fetchnumpy()["h"]))
        yield lot[0].key, int(np.count_nonzero(hashes[1:] != hashes[:-1])) + bool(len(hashes))


def count_each(
    table: Table, columns: Sequence[RawColumn], aggregates: Sequence[str]
) -> Iterator[tuple[RawColumn, tuple[Any, ...]]]:
    """Fetch the same aggregates of each column, written over ``v``, a value or NULL, and ``n``, its number or NULL.

    They may ask for ``i`` too: whether the number is written as an integer.
    """
    for lot, value in table.lots(columns, _MOST_CELLS):
        # Columns are put one under the other: the time to plan a statement would grow with the square of its aggregates
        values = f"SELECT p AS place, {value} AS v FROM {table.stack(lot)}"
        numbers = f"SELECT place, v, {table.cells.number('v')} AS n FROM ({values})"
        integers = f"SELECT place, v, n, {_INTEGER} AS i FROM ({numbers})"
        sql = f"SELECT place, {', '.join(aggregates)} FROM ({integers}) GROUP BY place ORDER BY place"
        for place, *found in table.store.connection.execute(sql).fetchall():
            yield lot[place], tuple(found)


def looks_missing(value: str) -> str:
    """Write the SQL that tells whether a value looks missing: a word for it, or a spreadsheet's error cell."""
    text = f"lower({value})"
    is_error = f"({value})[1] IN ('#', 'E', 'e') AND regexp_full_match({text}, {literal(ERROR_CELL)})"
    return f"({text} IN ({', '.join(map(literal, MISSING_WORDS))}) OR {is_error})"


# What stands behind CASE is computed for the values that need it only; behind AND it is for all.
_INTEGER = (
    "CASE WHEN isfinite(n) AND NOT contains(v, '.') THEN NOT contains(v, ',') AND NOT contains(lower(v), 'e') "
    "ELSE false END"
)
_SIGNED_ZERO = "(starts_with(v, '-0') OR starts_with(v, '+0')) AND length(v) > 2"
_EXACT = ", ".join(f"'{sign}{_LARGEST_EXACT}'" for sign in ("", "-", "+"))  # 2^53 + 1 is the same as a number
_COUNTED = (
    "n IS NOT NULL AND NOT isfinite(n)",
    "i",
    f"CASE WHEN i THEN starts_with(v, '0') AND length(v) > 1 OR {_SIGNED_ZERO} END",
    f"CASE WHEN i THEN abs(n) >= {_LARGEST_EXACT} AND v NOT IN ({_EXACT}) END",
    "CASE WHEN n IS NULL THEN lower(v) IN ('true', 'false') END",
    "CASE WHEN n IS NULL THEN lower(v) = 'true' END",
)
_COUNTS = (
    *("count(v)", "count(n)"),
    *(f"count(*) FILTER ({condition})" for condition in _COUNTED),
    *(f"coalesce({end}(n) FILTER (isfinite(n)), 'nan')" for end in ("min", "max")),
)
"""Counts of one column, as `Profile` lists them; different values apart."""


@dataclass(frozen=True)
class Looks:
    """What the values of one column look like where they aren't numbers.

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

    def explain_marks(self) -> str:
        """Say how values that are no numbers are written, and what to do; the most frequent ways."""
        return "; ".join(mark.explain(example) for mark, _, example in self.marks[:_MOST_MARKS])


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


def read_columns(table: Table, categories: Mapping[str, str]) -> tuple[Reading, ...]:
    """Decide what every column is, from all rows.

    Parameters
    ----------
    table : Table
    categories : Mapping[str, str]
        Columns that are categories though they look like numbers, and why.

    Returns
    -------
    tuple of Reading
        In the order of the table.
    """
    profiles = profile_columns(table)
    looks = _find_looks(table, profiles)
    return tuple(_read(c, profiles[c.key], looks[c.key], categories.get(c.name, "")) for c in table.columns)


def _find_looks(table: Table, profiles: Mapping[str, Profile]) -> Mapping[str, Looks]:
    """Look at the values of every column that isn't all numbers; by the columns' keys."""
    looks = dict.fromkeys(profiles, Looks())
    texts = [column for column in table.columns if profiles[column.key].n_numbers < profiles[column.key].n_present]
    figures, missing_words = r"regexp_matches(v, '\p{Nd}')", f"list(DISTINCT v) FILTER ({looks_missing('v')})"
    found = count_each(table, texts, (f"count(*) FILTER ({figures})", "min(v)", missing_words))
    for column, (n_figures, example, missing) in found:
        profile = profiles[column.key]
        has_figures = 2 * n_figures >= profile.n_present - profile.n_missing_words
        marks = _find_marks(table, column, profile) if has_figures else ()
        looks[column.key] = Looks(example or "", missing=tuple(sorted(missing or ())[:_EXAMPLES]), marks=marks)
    for column in table.columns:
        looks[column.key] = _with_examples(table, column, profiles[column.key], looks[column.key])
    return looks


def _find_marks(table: Table, column: RawColumn, profile: Profile) -> tuple[tuple[Mark, int, str], ...]:
    """Find how the values that are no numbers are written; few columns have any, so each is asked alone."""
    marks = list_marks(table.cells.decimal)
    values = f"SELECT v, count(*) AS c FROM {_others(table, column)} GROUP BY v"
    sql = f"SELECT {classify('v', marks)} AS k, sum(c) AS n, min(v) FROM ({values}) GROUP BY k ORDER BY n DESC, k"
    rows = table.store.connection.execute(sql).fetchall()
    found = ((marks[place], int(count), example) for place, count, example in rows if place is not None)
    is_plain_category = profile.n_numbers == 0 and profile.n_distinct <= _FEW
    return tuple(row for row in found if not (row[0].is_weak and is_plain_category))


def _others(table: Table, column: RawColumn) -> str:
    """Write the relation of the values of a column that are no numbers."""
    values = f"(SELECT {table.cells.value(column.key)} AS v FROM {table.relation})"
    return f"{values} WHERE v IS NOT NULL AND {table.cells.number('v')} IS NULL"


def _with_examples(table: Table, column: RawColumn, profile: Profile, looks: Looks) -> Looks:
    """Add values that are worth naming."""
    if profile.n_leading_zeros:
        value = table.cells.value(column.key)
        zeros = rf"min({value}) FILTER (regexp_full_match({value}, '[+-]?0[0-9]+'))"
        looks = replace(looks, zeros=table.fetch_row(zeros)[0])
    n_counted = profile.n_present - profile.n_missing_words
    if profile.n_numbers < profile.n_present and 0 < n_counted <= 2 * (profile.n_numbers + looks.n_marked):
        sql = f"SELECT v FROM {_others(table, column)} GROUP BY v ORDER BY count(*) DESC, v"
        found = table.store.connection.execute(f"{sql} LIMIT {_EXAMPLES}").fetchall()
        looks = replace(looks, others=tuple(value for (value,) in found))
    return looks


def _read(raw: RawColumn, profile: Profile, looks: Looks, as_category: str) -> Reading:
    """Decide what a column is; `as_category` says why its values are categories though they look like numbers."""
    if raw.unusable:
        return Reading(raw, profile, "text", raw.unusable, "not-single-values")
    if profile.n_present == 0:
        return Reading(raw, profile, "constant", "all its values are missing", "all-missing")
    if not as_category and profile.is_read_as_number:
        return _read_number(raw, profile, looks)
    # True and true are one category; a missing one is a category of its own, so one value and gaps are no constant
    n_categories = 1 + (0 < profile.n_true < profile.n_present) if profile.is_boolean else profile.n_distinct
    if n_categories == 1 and profile.n_present == profile.n_rows:
        return Reading(raw, profile, "constant", f"all its values are {quoted(looks.example)}", "constant")
    if as_category:
        return Reading(raw, profile, "category", as_category)
    if profile.is_boolean:
        return Reading(raw, profile, "boolean", "all its values are true or false")
    if looks.n_dates >= ENOUGH * profile.n_present:
        return Reading(raw, profile, "date", f"its values are dates ({quoted(looks.example)})", "date")
    return _read_text(raw, profile, looks)


def _read_number(raw: RawColumn, profile: Profile, looks: Looks) -> Reading:
    n_finite = profile.n_numbers - profile.n_infinite
    if n_finite == 0:
        return Reading(raw, profile, "constant", "none of its values is a finite number", "all-missing")
    notes = tuple(_note_number(raw, profile, looks))
    if profile.low == profile.high:
        why = f"all its values are {profile.low:g}"
        if n_finite < profile.n_rows:
            why = f"its only number is {profile.low:g} (gaps are filled in, so there is nothing to learn from)"
        return Reading(raw, profile, "constant", why, "constant", notes)
    each_once = profile.n_integers == profile.n_distinct == profile.n_rows
    if raw.unnamed and each_once and profile.high - profile.low == profile.n_rows - 1:
        return Reading(raw, profile, "integer", "it has no name and only numbers the rows", "row-numbers", notes)
    kind, what = ("integer", "integers") if profile.n_integers == n_finite else ("number", "numbers")
    return Reading(raw, profile, kind, f"{share(profile.n_numbers, profile.n_present)} values are {what}", notes=notes)


def _read_text(raw: RawColumn, profile: Profile, looks: Looks) -> Reading:
    note = _note_text(raw, profile, looks)
    code, notes = (note.code, (note,)) if note else ("", ())
    why = "its values aren't numbers"
    if profile.n_numbers:
        why = f"only {share(profile.n_numbers, profile.n_present)} values are numbers"
    if profile.n_distinct < ENOUGH * profile.n_present:
        if profile.n_leading_zeros and profile.is_number:
            why = "its values are digits, but some begin with a zero, as codes do"
        return Reading(raw, profile, "category", why, notes=notes)
    mark = looks.marks[0][0] if looks.marks else None
    if mark and code == mark.code and (profile.n_numbers or not mark.is_weak):
        return Reading(raw, profile, "text", looks.explain_marks(), mark.code)
    differ = f"{share(profile.n_distinct, profile.n_present)} values differ, as in an identifier"
    why = f"{why}, and nearly all differ" if code == "mostly-numbers" else differ
    return Reading(raw, profile, "text", why, "identifier", notes)


def _note_number(raw: RawColumn, profile: Profile, looks: Looks) -> Iterator[Note]:
    """Note what is odd in a column of numbers."""
    name, n_others = quoted(raw.name), profile.n_present - profile.n_numbers
    if n_others:
        what = f"{share(n_others, profile.n_present)} values of {name} aren't numbers"
        yield Note("not-numbers", f"{what} ({listed(looks.others)}): read as missing.", raw.name)
    if profile.n_infinite:
        what = f"{counted(profile.n_infinite, 'value')} of {name}: infinite, too large or not a number"
        yield Note("infinite", f"{what}; read as missing.", raw.name)
    if profile.n_large:
        text = f"{counted(profile.n_large, 'integer')} of {name} beyond 2^53: the last digits are lost."
        yield Note("large-integers", text, raw.name)
    if profile.n_integers == profile.n_distinct == profile.n_rows >= _LEAST_FOR_IDENTIFIER and not raw.unnamed:
        text = f"All values of {name} are different integers; if they only identify the rows, list it under"
        yield Note("maybe-identifier", f"{text} data.file.drop.", raw.name)


def _note_text(raw: RawColumn, profile: Profile, looks: Looks) -> Note | None:
    """Note why a column that looks like numbers isn't read as numbers, or which values look missing."""
    name = quoted(raw.name)
    if profile.is_number:
        what = f"{counted(profile.n_leading_zeros, 'value')} of {name} with a leading zero ({quoted(looks.zeros)})"
        return Note("leading-zeros", f"{what}: the column is read as codes, not as numbers.", raw.name)
    if looks.marks and profile.is_enough(looks.n_marked + profile.n_numbers):
        text = f"Column {name} isn't read as numbers: {looks.explain_marks()}."
        return Note(looks.marks[0][0].code, text, raw.name)
    advice = "exts that mean a missing value belong in data.file.na_values"
    if looks.others and profile.n_numbers:
        what = f"{share(profile.n_numbers, profile.n_present)} values of {name} are numbers"
        marks = f"; {looks.explain_marks()}" if looks.marks else ""
        others = f"others are {listed(looks.others)}. T{advice}{marks}."
        return Note("mostly-numbers", f"{what}, too few to read the column as numbers; {others}", raw.name)
    text = f"Column {name} holds {listed(looks.missing)}, read as text; t{advice}."
    return Note("looks-missing", text, raw.name) if looks.missing else None


def note_alike(kind: str, texts: Sequence[str], name: str, decimal: str = ".") -> Iterator[Note]:
    """Note labels, groups or categories, all different, that are two though a reader would take them for one."""
    pairs = find_alike(texts, decimal)
    if pairs:
        (one, other), n_more = pairs[0], len(pairs) - 1
        more = f" (and {counted(n_more, 'more such pair')})" if n_more else ""
        pair = f"{quoted_apart(one, other)} and {quoted_apart(other, one)} of {quoted(name)}"
        text = f"{kind.capitalize()} {pair} are two different {kind}, although nearly the same{more}.{_ALIKE[kind]}"
        yield Note(f"{kind}-alike", text, name)


def note_categories(X: pd.DataFrame, decimal: str) -> Iterator[Note]:
    """Note categories of each feature that are nearly the same, as `note_alike` does."""
    for name in X.columns:
        if isinstance(X[name].dtype, pd.CategoricalDtype):
            yield from note_alike("categories", list(X[name].cat.categories), str(name), decimal)
