"""What the values of a column look like where they aren't numbers: dates, marked numbers, words for missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from job.data.reading.column_profile import Cells, Profile, count_each, looks_missing
from job.data.reading.database import RawColumn, Store, Table, fetch_row
from job.data.reading.number_formats import Mark, classify, list_marks

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
