"""What each column is read as, and why: the rules, from counts over all rows."""

from __future__ import annotations

from dataclasses import dataclass

from job.data.dataset import NUMERIC_KINDS, Note
from job.data.quoting import quoted, share
from job.data.reading.column_notes import explain_marks, note_number, note_text
from job.data.reading.column_profile import ENOUGH, Profile, is_number, is_read_as_number
from job.data.reading.database import RawColumn
from job.data.reading.looks import Looks


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
