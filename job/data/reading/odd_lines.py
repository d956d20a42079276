"""Lines at the ends of a table that aren't rows: units below the header, totals and remarks below the rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from job.data.reading.column_profile import MISSING_WORDS

_ABOVE, _BELOW, _LEAST = 2, 5, 5
_NUMBER = re.compile(r"[+-]?[0-9.,]*[0-9][.,]?([eE][+-]?[0-9]+)?")
_TOTAL = re.compile(
    r"(sub ?|grand )?(totals?|totale?|sums?|summe|gesamt|somme|suma|averages?|avg|mean|count|mittelwert|median)\b.*",
    re.IGNORECASE,
)
_REMARK = re.compile(r"[^\w\s.+-].*|[-=_*+~]{2,}.*")


def find_odd_ends(rows: Mapping[int, Sequence[str]]) -> Mapping[int, str]:
    """Find lines that look like no rows among the first and last ones.

    Parameters
    ----------
    rows : Mapping[int, sequence of str]
        Rows at both ends of a table by their places.

    Returns
    -------
    Mapping[int, str]
        What they look like, by their places.
    """
    places = sorted(rows)
    inner = [[text.strip() for text in rows[place]] for place in places[_ABOVE : len(places) - _BELOW]]
    if len(inner) < _LEAST:
        return {}
    numeric = [column for column, texts in enumerate(zip(*inner, strict=True)) if _are_numbers(texts)]
    first_cells = {row[0] for row in inner}
    return dict(_odd(rows, places, numeric, first_cells))


def _odd(
    rows: Mapping[int, Sequence[str]], places: Sequence[int], numeric: Sequence[int], first_cells: set[str]
) -> Iterator[tuple[int, str]]:
    for place in (*places[:_ABOVE], *places[-_BELOW:]):
        cells = [text.strip() for text in rows[place]]
        filled = [text for text in cells if text]
        among_numbers = [cells[column] for column in numeric if cells[column].lower() not in MISSING_WORDS]
        is_text = bool(among_numbers) and not any(map(_NUMBER.fullmatch, among_numbers))
        is_new = bool(filled) and cells[0] not in first_cells
        is_remark = is_new and len(cells) > 2 and len(filled) == 1 and bool(_REMARK.fullmatch(filled[0]))
        if place in places[:_ABOVE]:
            if is_text or is_remark:
                yield place, "units or a second header"
        elif is_text or is_remark or (is_new and _TOTAL.fullmatch(filled[0])):
            yield place, "a total or a remark"


def _are_numbers(texts: Sequence[str]) -> bool:
    present = [text for text in texts if text.lower() not in MISSING_WORDS]
    return len(present) >= _LEAST and all(map(_NUMBER.fullmatch, present))
