"""Read CSV, TSV and their kin: the header by ourselves, the rows by DuckDB, every value as text."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from job.data.dataset import Note
from job.data.quoting import counted, listed, quoted
from job.data.reading import database
from job.data.reading.column_types import MISSING_WORDS
from job.data.reading.csv_records import Record, RecordReader, scan_structure
from job.data.reading.data_file import LARGEST_CELL, DataFile, note_encoding, read_blocks, read_lines
from job.data.reading.database import Store, Table, count_rows, literal, room
from job.errors import DataError

REPEATED_HEADER, ODD_LINE = "repeated-header", "odd-line"
_MOST_ABOVE = 50
_MOST_LOOKED_AT = 100
_MOST_GUESSED = 25  # rows below a header by which its delimiter is guessed: further down one may be broken
_MOST_LINES = 8
_SEP = re.compile(r'\s*"?sep\s*=\s*?(\\t|[^"\r\n])?"?[;,\t ]*\r?\n?', re.IGNORECASE)

_LIKELY = ("\t", ";", ",", "|", ":", " ")

# lines at the ends that aren't rows: units below the header, totals and remarks below the rows
_ABOVE, _BELOW, _LEAST = 2, 5, 5
_NUMBER = re.compile(r"[+-]?[0-9.,]*[0-9][.,]?([eE][+-]?[0-9]+)?")
_TOTAL = re.compile(
    r"(sub ?|grand )?(totals?|totale?|sums?|summe|gesamt|somme|suma|averages?|avg|mean|count|mittelwert|median)\b.*",
    re.IGNORECASE,
)
_REMARK = re.compile(r"[^\w\s.+-].*|[-=_*+~]{2,}.*")


class Header(NamedTuple):
    """The first record of a delimited file.

    Parameters
    ----------
    names : tuple of str
        The column names as they are written.
    is_first_line : bool
        Whether it is the whole first line and nothing else.
    comments : int
        Comment lines above it.
    """

    names: tuple[str, ...]
    is_first_line: bool
    comments: int


def read_header(file: DataFile) -> Header:
    """Read the header of a delimited file, and look at the row below it.

    Raises
    ------
    DataError
        There is no header that can be used, only one column (the message names the likely delimiter), or no rows.
    """
    top: list[str] = []
    lines = _watched(file, top)
    reader = RecordReader(lines, file)
    records = iter(reader)
    first = next(records, None)
    if first is not None and not first.is_comment:
        reader.file = replace(file, names=tuple(name.strip() for name in first.values))
    comments, header, below = _skip_comments(chain([] if first is None else [first], records))
    if header is None:
        raise DataError(f"{file.shown}: there is no header: the file contains only comment lines")
    names = tuple(header.values)
    if len(names) > 2 and not any(name.strip() for name in names[1:]):
        text = f"only the first of {len(names)} column names isn't empty ({quoted(names[0])}); is it a title?"
        raise DataError(f"{file.shown}:{header.line}: {text} The first line must be the header: remove this one")
    if below is None and len(names) > 1:
        raise DataError(f"{file.shown}: there is only a header and no rows")
    if below is None or len(names) == 1 or len(below.values) != len(names):
        for _ in islice(lines, _MOST_ABOVE):
            pass  # each is kept in top
        raise DataError(_explain_width(replace(file, names=names), header, below, top))
    plain = header.line == 1 and header.lines == 1 and not header.stray and not comments
    return Header(names, plain, comments)


def _watched(file: DataFile, top: list[str]) -> Iterator[str]:
    """Keep the lines that are read; refuse a first one that tells a spreadsheet the delimiter."""
    for number, line in enumerate(read_lines(file), 1):
        if not any(map(str.strip, top)) and (found := _SEP.fullmatch(line)):
            told = (found[1] or "").replace("\t", "\\t")
            advice = f' and set data.file.delimiter to "{told}"' if told and found[1] != file.delimiter else ""
            text = f"{file.shown}:{number}: {quoted(line.strip())} is for Excel only, not a header; remove that line"
            raise DataError(text + advice)
        top.append(line)
        yield line


def _skip_comments(records: Iterator[Record]) -> tuple[int, Record | None, Record | None]:
    """Pass over lines that begin with # above a header that is unlike them; give the header and the row below."""
    n_comments, comment, record = 0, None, next(records, None)
    while record is not None and record.is_comment:
        n_comments, comment, record = n_comments + 1, record, next(records, None)
    if comment is not None and record is not None and len(comment.values) == len(record.values):
        # a name may begin with #: a last "comment" as wide as the rows is the header
        return n_comments - 1, comment, record
    return n_comments, record, next(records, None)


def _explain_width(file: DataFile, header: Record, below: Record | None, top: Sequence[str]) -> str:
    """Say why there are fewer names than values, or only one: another delimiter, or lines above the header."""
    lines = range(header.line, len(top))
    rest = ((line, guess_delimiter(top[line - 1 : line + _MOST_GUESSED], file)) for line in lines)
    start, likely = next(((line, found) for line, found in rest if found), (header.line, None))
    where, text = f"{file.shown}:{header.line}", top[header.line - 1].strip()
    advice = "" if likely in (None, " ", ":", file.delimiter) else f"; {_advise(str(likely))}"
    rule = "The first line must be the header"
    if below is not None and len(header.values) > 1:
        if start > header.line and not advice and len(below.values) > len(header.values) and below.values[-1].strip():
            advice = f"; is line {header.line} a title? {rule}, with a name for each column"
        return _wrong_width(file, below, advice)
    if start != header.line:
        above = f"one value ({quoted(text)}) above rows with several, which begin on line {start}"
        return f"{where}: {above}; is it a title? {rule}: remove everything above it{advice}"
    if likely is None:
        likely = max((other for other in _LIKELY if other != file.delimiter), key=text.count)
    advice = _advise(likely) if likely in text else "a target and at least one feature are needed"
    got = f"the header has only one column ({quoted(text)}) when split at {_name_delimiter(file.delimiter)}"
    return f"{where}: {got}; {advice}"


def guess_delimiter(lines: Sequence[str], file: DataFile) -> str | None:
    """Guess what parts the values: what gives the first lines of a file the same number of values, the largest.

    Returns
    -------
    str or None
        None where nothing parts all of them.
    """
    best, most = None, 1
    for delimiter in _LIKELY:
        with suppress(DataError):  # by another delimiter the quotes are wrong, so it isn't the one
            widths = {len(record.values) for record in RecordReader(lines, replace(file, delimiter=delimiter))}
            if len(widths) == 1 and max(widths) > most:
                best, most = delimiter, max(widths)
    return best


def _name_delimiter(delimiter: str) -> str:
    return {"\t": "a tab", " ": "a space"}.get(delimiter, quoted(delimiter))


def _advise(likely: str) -> str:
    written = "\\t" if likely == "\t" else likely
    return f'values seem to be separated by {_name_delimiter(likely)}: set data.file.delimiter to "{written}"'


def _wrong_width(file: DataFile, record: Record, advice: str = "") -> str:
    """Say that a row has too many or too few values, and what may be the reason."""
    got, width, first = len(record.values), len(file.names), record.values[0].strip()
    if advice:
        pass
    elif first.startswith("#"):
        advice = "; the line begins with #: remove comments between rows"
    elif got == width + 1 and not record.values[-1].strip():
        ends = f"the row ends with {_name_delimiter(file.delimiter)} and the header doesn't"
        advice = f"; {ends}: end both in the same way"
    elif got == 1 and first:
        advice = f": {quoted(first)}; remove what isn't a row"
    elif got > width:
        last = listed([value.strip() for value in record.values[width - 1 :]], 4)
        rule = f"a value that contains {_name_delimiter(file.delimiter)} must be in double quotes"
        advice = f" (the last are {last}); {rule}"
    else:
        advice = "; write an empty value for each that is missing"
    names = f"the header has {counted(width, 'name')} ({listed(file.names, 3)})"
    return f"{file.shown}:{record.line}: got {counted(got, 'value')} where {names}{advice}"


def read_delimited(store: Store, file: DataFile) -> Table:
    """Read a delimited file into a table of text, with as many rows, in the same order, as the file has.

    Raises
    ------
    DataError
        The structure is broken; the message names the line.
    """
    header = read_header(file)
    file = replace(file, names=header.names)
    columns, named = database.name_columns(header.names, file.shown)
    keys, notes = [column.key for column in columns], list[Note]()
    if header.comments:
        text = f"Read {counted(header.comments, 'line')} starting with # above the header as comments."
        notes.append(Note("comment-lines", text))
    notes += named
    scan = scan_structure(read_blocks(file), file.delimiter, len(columns)) if header.is_first_line else None
    if scan is not None and file.encoding is None:
        if scan.n_blank:
            text = f"Skipped {counted(scan.n_blank, 'blank line')} between or below the rows."
            notes.append(Note("blank-lines", text))
        database.load_csv(store, file.path, keys, scan.n_records - 1, scan.longest, file)
    else:
        path = store.folder / "rewritten.csv"
        n_rows, longest, found = _rewrite(file, header, path)
        notes += found
        database.load_csv(store, path, keys, n_rows, longest)
        path.unlink()
    notes += _note_odd_lines(store, file, header, keys)
    return Table(store, "raw", columns, count_rows(store, "raw"), tuple(notes), scan is None or scan.has_spaces)


def _rewrite(file: DataFile, header: Header, path: Path) -> tuple[int, int, list[Note]]:
    """Write the rows of a file that isn't plain to one that is: no header, every value in quotes.

    Returns
    -------
    n_rows : int
    longest : int
        Bytes of the longest row, at most.
    notes : list of Note
    """
    reader = RecordReader(read_lines(file), file)
    records = iter(reader)
    n_rows = longest = n_characters = 0
    most = room()
    broken: list[int] = []
    stray: list[int] = []
    with path.open("w", encoding="utf-8", newline="") as stream:
        for record in islice(records, header.comments + 1, None):
            if len(record.values) != len(header.names):
                is_last = not reader.line.endswith(("\n", "\r")) and next(records, None) is None
                cut_off = "; the file ends there without a line end: is it truncated?" if is_last else ""
                raise DataError(_wrong_width(file, record) + cut_off)
            row = '","'.join([value.replace('"', '""') for value in record.values])
            stream.write(f'"{row}"\n')
            n_rows += 1
            n_characters += len(row)
            if n_characters > 2 * most:
                raise database.too_much(file.shown)
            longest = max(longest, 4 * len(row) + 4)
            if longest > LARGEST_CELL:
                sizes = [len(value.encode()) for value in record.values]
                if max(sizes) > LARGEST_CELL:
                    raise file.too_large(record.line, sizes.index(max(sizes)), f"{max(sizes):,} bytes")
            if record.lines > 1:
                broken.append(record.line)
            if record.stray:
                stray.append(record.line)
    notes = note_encoding(file)
    if broken:
        text = f"Quoted values contain line breaks in {counted(len(broken), 'row')}; the first begins on line"
        notes.append(Note("line-breaks-in-values", f"{text} {broken[0]}."))
    if stray:
        text = f"Values that don't begin with a double quote contain one in {counted(len(stray), 'row')}"
        notes.append(Note("stray-quotes", f"{text} (line {stray[0]} first); it was read as part of the value."))
    return n_rows, longest, notes


def _note_odd_lines(store: Store, file: DataFile, header: Header, keys: Sequence[str]) -> Iterator[Note]:
    """Take out rows that repeat the header, and note lines at both ends that look like no rows."""
    n_rows = count_rows(store, "raw")
    again = _take_out_headers(store, keys, header.names)
    ends = f"rowid < {_MOST_ABOVE} OR rowid >= {n_rows - _MOST_ABOVE}"
    sql = f"SELECT rowid, {', '.join(keys[:_MOST_LOOKED_AT])} FROM raw WHERE {ends} ORDER BY rowid"
    rows = store.connection.execute(sql).fetchall()
    odd = dict(_find_odd_ends({place: [(text or "").strip() for text in texts] for place, *texts in rows}))
    if not again and not odd:
        return
    records = islice(RecordReader(read_lines(file), file), header.comments + 1, None)
    found = {place: record for place, record in enumerate(records) if place in again or place in odd}
    if again:
        lines = [f"{found[place].line:,}" for place in again]
        more = f" and {len(lines) - _MOST_LINES:,} more" if len(lines) > _MOST_LINES else ""
        text = f"Left out {counted(len(lines), 'line')} repeating the header: {', '.join(lines[:_MOST_LINES])}{more}."
        yield Note(REPEATED_HEADER, text)
    for place, what in odd.items():
        values = listed([value.strip() for value in found[place].values], 4)
        text = f"Line {found[place].line:,} ({values}) looks like {what}; if it isn't a row of data, remove it."
        yield Note(ODD_LINE, text)


def _take_out_headers(store: Store, keys: Sequence[str], names: Sequence[str]) -> list[int]:
    """Delete the rows whose cells are the names, as files joined end to end have them; give their places."""
    around = database.WHITESPACE + '"'
    wanted = [literal(name.strip(around)) for name in names]
    is_name = [f"trim({key}, {literal(around)}) = {name}" for key, name in zip(keys, wanted, strict=True)]
    # one column is soon read, and has its own name hardly ever; behind AND the others would be read, too
    again = f"CASE WHEN contains({keys[0]}, {wanted[0]}) THEN {' AND '.join(is_name[:_MOST_LOOKED_AT])} ELSE false END"
    rows = store.connection.execute(f"SELECT rowid FROM raw WHERE {again} ORDER BY rowid").fetchall()
    if rows:
        store.connection.execute(f"DELETE FROM raw WHERE {again}")
    return [int(row) for (row,) in rows]


def _find_odd_ends(rows: Mapping[int, Sequence[str]]) -> Iterator[tuple[int, str]]:
    """Find lines that look like no rows among the first and last ones; what they look like, by their places."""
    places = sorted(rows)
    inner = [rows[place] for place in places[_ABOVE : len(places) - _BELOW]]
    if len(inner) < _LEAST:
        return
    numeric = [column for column, texts in enumerate(zip(*inner, strict=True)) if _are_numbers(texts)]
    first_cells = {row[0] for row in inner}
    for place in (*places[:_ABOVE], *places[-_BELOW:]):
        cells = rows[place]
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
