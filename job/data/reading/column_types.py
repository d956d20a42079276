"""What each column is read as, and why: the rules, from counts over all rows and what the values look like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from job.data.dataset import NUMERIC_KINDS, Note
from job.data.quoting import counted, find_alike, listed, quoted, quoted_apart, share
from job.data.reading.column_types import ENOUGH, Profile, count_each, looks_missing, profile_columns
from job.data.reading.database import RawColumn, Table
from job.data.reading.number_formats import Mark, classify, list_marks

_LEAST_FOR_IDENTIFIER = 20
_MOST_MARKS = 3
_EXAMPLES = 3
_FEW = 10
_ALIKE = {
    "labels": "",
    "groups": " If they are one, its rows can be on both sides of a split: write them alike, with data.file.query say.",
    "categories": "",
}


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
    aggregates = (
        r"count(*) FILTER (regexp_matches(v, '\p{Nd}'))",
        "min(v)",
        f"list(DISTINCT v) FILTER ({looks_missing('v')})",
    )
    for column, (n_figures, example, missing) in count_each(table, texts, aggregates):
        profile = profiles[column.key]
        looks[column.key] = Looks(example=example or "", missing=tuple(sorted(missing or ())[:_EXAMPLES]))
        if 2 * n_figures >= profile.n_present - profile.n_missing_words:
            looks[column.key] = replace(looks[column.key], marks=_find_marks(table, column, profile))
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
            why = f"it has no number but {profile.low:g} (gaps are filled in, so nothing is left to learn from)"
        return Reading(raw, profile, "constant", why, "constant", notes)
    each_once = profile.n_integers == profile.n_distinct == profile.n_rows
    if raw.unnamed and each_once and profile.high - profile.low == profile.n_rows - 1:
        return Reading(raw, profile, "integer", "it has no name and only numbers the rows", "row-numbers", notes)
    kind, what = ("integer", "integers") if profile.n_integers == n_finite else ("number", "numbers")
    return Reading(raw, profile, kind, f"{share(profile.n_numbers, profile.n_present)} values are {what}", notes=notes)


def _read_text(raw: RawColumn, profile: Profile, looks: Looks) -> Reading:
    note = _note_text(raw, profile, looks)
    code, notes = (note.code, (note,)) if note else ("", ())
    few = f"only {share(profile.n_numbers, profile.n_present)} values are numbers"
    if profile.n_distinct >= ENOUGH * profile.n_present:
        if code == "mostly-numbers":
            return Reading(raw, profile, "text", f"{few}, and nearly all differ", "identifier", notes)
        mark = looks.marks[0][0] if looks.marks else None
        if mark and code == mark.code and (profile.n_numbers or not mark.is_weak):
            return Reading(raw, profile, "text", looks.explain_marks(), mark.code)
        why = f"{share(profile.n_distinct, profile.n_present)} values differ, as those of an identifier do"
        return Reading(raw, profile, "text", why, "identifier", notes)
    if profile.n_leading_zeros and profile.is_number:
        why = "its values are digits, but some begin with a zero, as codes do"
    else:
        why = few if profile.n_numbers else "its values are no numbers"
    return Reading(raw, profile, "category", why, notes=notes)


def _note_number(raw: RawColumn, profile: Profile, looks: Looks) -> Iterator[Note]:
    """Note what is odd in a column of numbers."""
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


def _note_text(raw: RawColumn, profile: Profile, looks: Looks) -> Note | None:
    """Note why a column that looks like numbers isn't read as numbers, or which values look missing."""
    name = quoted(raw.name)
    if profile.is_number:
        what = f"{counted(profile.n_leading_zeros, 'value')} of {name} with a zero in front ({quoted(looks.zeros)})"
        return Note("leading-zeros", f"{what}: the column is read as codes, not as numbers.", raw.name)
    if looks.marks and profile.is_enough(looks.n_marked + profile.n_numbers):
        text = f"Column {name} isn't read as numbers: {looks.explain_marks()}."
        return Note(looks.marks[0][0].code, text, raw.name)
    if looks.others and profile.n_numbers:
        text = (
            f"{share(profile.n_numbers, profile.n_present)} values of {name} are numbers, too few to read the column "
            f"as numbers; others are {listed(looks.others)}. What stands for a missing value belongs in "
            f"data.file.na_values{f'; {looks.explain_marks()}' if looks.marks else ''}."
        )
        return Note("mostly-numbers", text, raw.name)
    if looks.missing:
        text = (
            f"Column {name} holds {listed(looks.missing)}, read as text; what stands for a missing value belongs in "
            "data.file.na_values."
        )
        return Note("looks-missing", text, raw.name)
    return None


def note_alike(kind: str, texts: Sequence[str], name: str, decimal: str = ".") -> Iterator[Note]:
    """Note labels, groups or categories, all different, that are two though a reader would take them for one."""
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
