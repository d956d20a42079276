"""Read CSV, TSV and their kin: the header by ourselves, the rows by DuckDB, every value as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from job.data.dataset import Note
from job.data.quoting import counted, listed, quoted
from job.data.reading.column_profile import MISSING_WORDS
from job.data.reading.csv_records import Record, RecordReader, scan_structure
from job.data.reading.data_file import LARGEST_CELL, DataFile, read_blocks, read_lines
from job.data.reading.database import (
    WHITESPACE,
    RawColumn,
    Store,
    Table,
    count_rows,
    fetch_row,
    list_of,
    literal,
    name_columns,
    options,
    room,
    too_much,
)
from job.errors import DataError

# MERGED: What parts the values of a row, where it isn't what the suffix of the file says.

# MERGED: Lines at the ends of a table that aren't rows: units below the header, totals and remarks below the rows.


REPEATED_HEADER, ODD_LINE = "repeated-header", "odd-line"
_MOST_ABOVE = 50
_MOST_LOOKED_AT = 100
_MOST_LINES = 8
_SEP = re.compile(r'\s*"?sep\s*=\s*?(\\t|[^"\r\n])?"?[;,\t ]*\r?\n?', re.IGNORECASE)


@dataclass(frozen=True)
class Header:
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


def read_header(file: DataFile, delimiter: str | None) -> Header:
    """Read the header of a delimited file, and look at the row below it.

    Parameters
    ----------
    file : DataFile
        A delimited file.
    delimiter : str or None
        One character; None for the one that the suffix stands for.

    Returns
    -------
    Header

    Raises
    ------
    DataError
        There is no header that can be used, only one column (the message names the likely delimiter), or no rows.
    """
    file = _named(replace(file, delimiter=delimiter or file.delimiter))
    top: list[str] = []
    lines = _remembered(read_lines(file), top)
    records = iter(RecordReader(lines, file.delimiter, file))
    comments, header, below = _skip_comments(records)
    if header is None:
        raise DataError(f"{file.shown}: there is no header: the file holds only comment lines")
    if len(header.values) > 2 and not any(name.strip() for name in header.values[1:]):
        text = f"only the first of {len(header.values)} names is there ({quoted(header.values[0])}); is it a title?"
        raise DataError(f"{file.shown}:{header.line}: {text} The first line has to be the header: remove this one")
    file = replace(file, names=tuple(header.values))
    if below is None and len(header.values) > 1:
        raise DataError(f"{file.shown}: there is only a header and no rows")
    if below is None or len(header.values) == 1 or len(below.values) != len(header.values):
        top += islice(lines, _MOST_ABOVE)
        raise DataError(_explain_width(file, header, below, top))
    plain = header.line == 1 and header.lines == 1 and not header.stray and not comments
    return Header(tuple(header.values), plain, comments)


def _named(file: DataFile) -> DataFile:
    """Add the names in the first line, for messages; refuse a line that tells a spreadsheet the delimiter."""
    lines = iter(RecordReader(_checked(read_lines(file), file), file.delimiter, file))
    first = next(lines, None)
    if first is None or first.values[0].lstrip().startswith("#"):
        return file
    return replace(file, names=tuple(name.strip() for name in first.values))


def _checked(lines: Iterator[str], file: DataFile) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        if found := _SEP.fullmatch(line):
            told = found[1]
            advice = f'set data.file.delimiter to "{told}"' if told and told != file.delimiter else ""
            advice = f" and {advice}".replace("\t", "\\t") if advice else ""
            text = f"{file.shown}:{number}: {quoted(line.strip())} is for Excel only, no header; remove that line"
            raise DataError(text + advice)
        yield line


def _explain_width(file: DataFile, header: Record, below: Record | None, top: Sequence[str]) -> str:
    """Say why there are fewer names than values, or only one: another delimiter, or lines above the header."""
    rest = {number: guess_delimiter(top[number - 1 :], file.shown) for number in range(header.line, len(top))}
    start, likely = next(((number, found) for number, found in rest.items() if found), (header.line, None))
    text = top[header.line - 1].strip()
    advice = "" if likely in (None, " ", ":", file.delimiter) else f"; {advise(str(likely))}"
    if below is None or len(header.values) == 1:
        if start == header.line:
            return explain_one_column(file.shown, header, file.delimiter, text, likely)
        return (
            f"{file.shown}:{header.line}: one value ({quoted(text)}) above rows of several, which begin on line "
            f"{start}; is it a title? The first line has to be the header: remove what stands above it{advice}"
        )
    if start > header.line and not advice and len(below.values) > len(header.values) and below.values[-1].strip():
        advice = f"; is line {header.line} a title? The first line has to be the header, with a name for each column"
    return _wrong_width(file, below, advice)


def read_delimited(store: Store, file: DataFile, delimiter: str | None) -> Table:
    """Read a delimited file into a table of text.

    Parameters
    ----------
    store : Store
        Where the table goes.
    file : DataFile
        A delimited file.
    delimiter : str or None
        One character; None for the one that the suffix stands for.

    Returns
    -------
    Table
        As many rows, in the same order, as the file has.

    Raises
    ------
    DataError
        The structure is broken; the message names the line.
    """
    delimiter = delimiter or file.delimiter
    header = read_header(file, delimiter)
    file = replace(file, delimiter=delimiter, names=header.names)
    columns, named = name_columns(header.names, file.shown)
    keys = [column.key for column in columns]
    scan = scan_structure(read_blocks(file), delimiter, len(columns)) if header.is_first_line else None
    if scan is not None and file.encoding is None:
        notes, expected = _blank_line_notes(scan.n_blank), scan.n_records - 1
        load_csv(store, file.path, keys, longest=scan.longest, delimiter=delimiter, packed=file.packed, skip=1)
    else:
        path = store.folder / "rewritten.csv"
        rewritten = _rewrite(file, delimiter, header, path)
        notes, expected = _rewritten_notes(rewritten, file), rewritten.n_rows
        load_csv(store, path, keys, longest=rewritten.longest)
        path.unlink()
    n_rows = count_rows(store, "raw")
    if n_rows != expected:
        raise DataError(
            f"{file.shown}: {n_rows:,} rows were read where the file has {expected:,}; please report this file"
        )
    may_have_spaces = scan is None or scan.has_spaces
    odd = tuple(_note_odd_lines(store, file, header, columns, n_rows))
    notes = (*_comment_notes(header), *named, *notes, *odd)
    return Table("raw", columns, count_rows(store, "raw"), may_have_spaces, notes)


def _note_odd_lines(
    store: Store, file: DataFile, header: Header, columns: Sequence[RawColumn], n_rows: int
) -> Iterator[Note]:
    """Take out rows that repeat the header, and note lines at both ends that look like no rows."""
    again = _take_out_headers(store, columns, header.names)
    keys = ", ".join(column.key for column in columns[:_MOST_LOOKED_AT])
    ends = f"rowid < {_MOST_ABOVE} OR rowid >= {n_rows - _MOST_ABOVE}"
    rows = store.connection.execute(f"SELECT rowid, {keys} FROM raw WHERE {ends} ORDER BY rowid").fetchall()
    odd = find_odd_ends({int(place): [text or "" for text in texts] for place, *texts in rows})
    if not again and not odd:
        return
    records = islice(RecordReader(read_lines(file), file.delimiter, file), header.comments + 1, None)
    found = {place: record for place, record in enumerate(records) if place in again or place in odd}
    if again:
        lines = [f"{found[place].line:,}" for place in again]
        more = f" and {len(lines) - _MOST_LINES:,} more" if len(lines) > _MOST_LINES else ""
        text = f"{counted(len(lines), 'line')} left out, the header again: {', '.join(lines[:_MOST_LINES])}{more}."
        yield Note(REPEATED_HEADER, text)
    for place, what in odd.items():
        values = listed([value.strip() for value in found[place].values], 4)
        text = f"Line {found[place].line:,} ({values}) looks like {what}, not like a row; remove it if it is none."
        yield Note(ODD_LINE, text)


def _take_out_headers(store: Store, columns: Sequence[RawColumn], names: Sequence[str]) -> list[int]:
    """Delete the rows whose cells are the names, as files joined end to end have them; give their places."""
    around = WHITESPACE + '"'
    wanted = [(column.key, literal(name.strip(around))) for column, name in zip(columns, names, strict=True)]
    is_name = [f"trim({key}, {literal(around)}) = {name}" for key, name in wanted[:_MOST_LOOKED_AT]]
    key, name = wanted[0]
    likely = f"contains({key}, {name}) AND {is_name[0]}"  # one column is soon read, and has its own name hardly ever
    if not fetch_row(store, f"SELECT count(*) FROM raw WHERE {likely}")[0]:
        return []
    again = " AND ".join(is_name)
    rows = store.connection.execute(f"SELECT rowid FROM raw WHERE {again} ORDER BY rowid").fetchall()
    store.connection.execute(f"DELETE FROM raw WHERE {again}")
    return [int(row) for (row,) in rows]


def load_csv(
    store: Store,
    path: Path,
    keys: Sequence[str],
    *,
    longest: int,
    delimiter: str = ",",
    packed: bool = False,
    skip: int = 0,
    nulls: bool = False,
) -> None:
    """Have DuckDB read a CSV file whose structure is known to be sound into the table ``raw``.

    Parameters
    ----------
    store : Store
        Where the table goes.
    path : pathlib.Path
        The file.
    keys : sequence of str
        The columns' names in the database.
    longest : int
        Bytes of the longest record.
    delimiter : str
        One ASCII character.
    packed : bool
        Whether it is packed with gzip.
    skip : int
        Lines above the rows; values may hold line breaks only where there are none.
    nulls : bool
        Whether an empty value without quotes is missing rather than empty text.
    """
    settings = {
        "auto_detect": "false",
        "header": "false",
        "skip": str(skip),
        "delim": literal(delimiter),
        "quote": literal('"'),
        "escape": literal('"'),
        "comment": "''",
        "columns": "{" + ", ".join(f"'{key}': 'VARCHAR'" for key in keys) + "}",
        "compression": "'gzip'" if packed else "'none'",
        "max_line_size": str(max(longest + 16, 2_000_000)),
        "strict_mode": "true",
        "null_padding": "false",
        "ignore_errors": "false",
        "hive_partitioning": "false",
        "parallel": "true" if skip else "false",  # never look for a row's start inside a value with line breaks
    }
    if not skip:
        settings["new_line"] = r"'\n'"  # or the first line break would be taken for a row's end, one in a value too
    settings |= {"nullstr": "''", "allow_quoted_nulls": "false"} if nulls else {"force_not_null": list_of(keys)}
    store.connection.execute(f"CREATE TABLE raw AS SELECT * FROM read_csv({store.link(path)}, {options(settings)})")


@dataclass(frozen=True)
class _Rewritten:
    """What was found while a file was read record by record: counts, and the line of the first of each oddity."""

    n_rows: int
    longest: int
    n_broken: int
    first_broken: int
    n_stray: int
    first_stray: int


def _rewrite(file: DataFile, delimiter: str, header: Header, path: Path) -> _Rewritten:
    """Write all rows of a file that isn't plain to one that is: no header, every value in quotes."""
    width, last = len(header.names), _LastLine()
    records = iter(RecordReader(last.watch(read_lines(file)), delimiter, file))
    n_rows = longest = n_characters = 0
    most = room()
    broken: list[int] = []
    stray: list[int] = []
    with path.open("w", encoding="utf-8", newline="") as stream:
        for record in islice(records, header.comments + 1, None):
            if len(record.values) != width:
                message = _wrong_width(file, record)
                raise DataError(message + last.cut_off(records))
            row = '","'.join([value.replace('"', '""') for value in record.values])
            stream.write(f'"{row}"\n')
            n_rows += 1
            n_characters += len(row)
            if n_characters > 2 * most:
                raise too_much(file.shown)
            longest = max(longest, 4 * len(row) + 4)
            if longest > LARGEST_CELL:
                _check_sizes(record, file)
            if record.lines > 1:
                broken.append(record.line)
            if record.stray:
                stray.append(record.line)
    return _Rewritten(n_rows, longest, len(broken), (broken or [0])[0], len(stray), (stray or [0])[0])


def _check_sizes(record: Record, file: DataFile) -> None:
    for column, value in enumerate(record.values):
        if (size := len(value.encode())) > LARGEST_CELL:
            raise file.too_large(record.line, column, f"{size:,} bytes")


def _rewritten_notes(found: _Rewritten, file: DataFile) -> tuple[Note, ...]:
    notes = []
    if file.encoding is not None:
        notes.append(Note("encoding-converted", f"The file is written in {file.encoding.upper()} and was converted."))
    if found.n_broken:
        text = (
            f"Quoted values hold line breaks in {counted(found.n_broken, 'row')}; the first begins on line "
            f"{found.first_broken}."
        )
        notes.append(Note("line-breaks-in-values", text))
    if found.n_stray:
        text = (
            f"Values that don't begin with a double quote hold one in {counted(found.n_stray, 'row')} (line "
            f"{found.first_stray} first); it was read as part of the value."
        )
        notes.append(Note("stray-quotes", text))
    return tuple(notes)


class _LastLine:
    """The line that was read last, for messages."""

    def __init__(self) -> None:
        self.line = ""

    def watch(self, lines: Iterable[str]) -> Iterator[str]:
        for line in lines:
            self.line = line
            yield line

    def cut_off(self, records: Iterator[Record]) -> str:
        """Say that the file seems cut off where a short row without a line end is its last."""
        if self.line.endswith(("\n", "\r")) or next(records, None) is not None:
            return ""
        return "; the file ends there without a line end: is it cut off?"


def _remembered(lines: Iterator[str], top: list[str]) -> Iterator[str]:
    for line in lines:
        top.append(line)
        yield line


def _skip_comments(records: Iterator[Record]) -> tuple[int, Record | None, Record | None]:
    """Pass over lines that begin with # above a header that is unlike them; give the header and the row below."""
    comments: list[Record] = []
    record = next(records, None)
    while record is not None and record.values[0].lstrip().startswith("#"):
        comments.append(record)
        record = next(records, None)
    below = next(records, None)
    if comments and record is not None and len(comments[-1].values) == len(record.values):
        # a name may begin with #: a last "comment" as wide as the rows is the header
        return len(comments) - 1, comments[-1], record
    return len(comments), record, below


def _wrong_width(file: DataFile, record: Record, advice: str = "") -> str:
    """Say that a row has too many or too few values, and what may be the reason."""
    got, width = len(record.values), len(file.names)
    names = f"the header has {counted(width, 'name')} ({listed(file.names, 3)})"
    message = f"{file.shown}:{record.line}: got {counted(got, 'value')} where {names}"
    first = record.values[0].strip()
    if advice:
        return f"{message}{advice}"
    if first.startswith("#"):
        return f"{message}; the line begins with #: remove comments between rows"
    if got == width + 1 and not record.values[-1].strip():
        return f"{message}; the row ends with {name_delimiter(file.delimiter)} and the header doesn't: make them alike"
    if got == 1 and len(first) > 0:
        return f"{message}: {quoted(first)}; remove what isn't a row"
    if got > width:
        last = listed([value.strip() for value in record.values[width - 1 :]], 4)
        rule = f"a value that holds {name_delimiter(file.delimiter)} has to stand between double quotes"
        return f"{message} (the last are {last}); {rule}"
    return f"{message}; write an empty value for each that is missing"


def _comment_notes(header: Header) -> tuple[Note, ...]:
    if not header.comments:
        return ()
    text = f"{counted(header.comments, 'line')} above the header that begin with # were taken for comments."
    return (Note("comment-lines", text),)


def _blank_line_notes(n_blank: int) -> tuple[Note, ...]:
    if not n_blank:
        return ()
    return (Note("blank-lines", f"{counted(n_blank, 'blank line')} between or below the rows passed over."),)


_LIKELY = ("\t", ";", ",", "|", ":", " ")
_NAMES = {"\t": "a tab", " ": "a blank"}
_MOST_GUESSED = 50


def name_delimiter(delimiter: str) -> str:
    """Name a delimiter in words that show what it is."""
    return _NAMES.get(delimiter, quoted(delimiter))


def guess_delimiter(lines: Sequence[str], shown: str) -> str | None:
    """Guess what parts the values, from the first lines of a file.

    Parameters
    ----------
    lines : sequence of str
        The header and rows below it, with their ends.
    shown : str
        The file's path for messages.

    Returns
    -------
    str or None
        The delimiter by which all of them have the same number of values, the largest; None where none parts them.
    """
    widths = {delimiter: _common_width(lines, delimiter, shown) for delimiter in _LIKELY}
    best = max(_LIKELY, key=lambda delimiter: widths[delimiter])
    return best if widths[best] > 1 else None


def _common_width(lines: Sequence[str], delimiter: str, shown: str) -> int:
    """Count the values of each line, 0 where lines differ."""
    try:
        widths = {len(record.values) for record in RecordReader(lines[:_MOST_GUESSED], delimiter, shown)}
    except DataError:
        return 0  # by this delimiter the quotes are wrong, so it isn't the one
    return widths.pop() if len(widths) == 1 else 0


def explain_one_column(shown: str, header: Record, delimiter: str, text: str, likely: str | None) -> str:
    """Say why a header of one name is refused, and which delimiter the file likely has."""
    likely = likely or _most_frequent(text, delimiter)
    got = f"the header has one column only ({quoted(text)}) when values are parted by {name_delimiter(delimiter)}"
    advice = "a target and at least one feature are needed" if likely is None else advise(likely)
    return f"{shown}:{header.line}: {got}; {advice}"


def advise(likely: str) -> str:
    """Say what to do where another delimiter is likely."""
    written = "\\t" if likely == "\t" else likely
    return f'they seem to be parted by {name_delimiter(likely)}: set data.file.delimiter to "{written}"'


def _most_frequent(text: str, delimiter: str) -> str | None:
    counts = {other: text.count(other) for other in _LIKELY if other != delimiter}
    likely = max(counts, key=lambda other: counts[other])
    return likely if counts[likely] else None


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
