"""Read CSV, TSV and their kin: the header by ourselves, the rows by DuckDB, every value as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from job.data.dataset import Note
from job.data.likely_delimiter import advise, explain_one_column, guess_delimiter, name_delimiter
from job.data.records import Record, RecordReader
from job.data.scan import scan_structure
from job.data.source import DataFile, read_blocks, read_lines
from job.data.store import Store, Table, count_rows, list_of, literal, name_columns, options
from job.data.wording import counted, listed, quoted
from job.errors import DataError


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
    delimiter = delimiter or file.delimiter
    top: list[str] = []
    lines = _remembered(read_lines(file), top)
    records = iter(RecordReader(lines, delimiter, file.shown))
    comments, header, below = _skip_comments(records)
    if header is None:
        raise DataError(f"{file.shown}: there is no header: the file holds only comment lines")
    if len(header.values) == 1:
        raise DataError(explain_one_column(file.shown, header, below, delimiter, top))
    if below is None:
        raise DataError(f"{file.shown}: there is only a header and no rows")
    if len(below.values) != len(header.values):
        likely = guess_delimiter(top[header.line - 1 :], file.shown)
        advice = advise(likely) if likely in (";", "\t", "|", ",") else ""
        raise DataError(_wrong_width(file.shown, below, len(header.values), delimiter, advice))
    plain = header.line == 1 and header.lines == 1 and not header.stray and not comments
    return Header(tuple(header.values), plain, comments)


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
    return Table("raw", columns, n_rows, may_have_spaces, (*_comment_notes(header), *named, *notes))


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
    records = iter(RecordReader(last.watch(read_lines(file)), delimiter, file.shown))
    n_rows = longest = 0
    broken: list[int] = []
    stray: list[int] = []
    with path.open("w", encoding="utf-8", newline="") as stream:
        for record in islice(records, header.comments + 1, None):
            if len(record.values) != width:
                message = _wrong_width(file.shown, record, width, delimiter)
                raise DataError(message + last.cut_off(records))
            row = '","'.join([value.replace('"', '""') for value in record.values])
            stream.write(f'"{row}"\n')
            n_rows += 1
            longest = max(longest, 4 * len(row) + 4)
            if record.lines > 1:
                broken.append(record.line)
            if record.stray:
                stray.append(record.line)
    return _Rewritten(n_rows, longest, len(broken), (broken or [0])[0], len(stray), (stray or [0])[0])


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


def _wrong_width(shown: str, record: Record, width: int, delimiter: str, advice: str = "") -> str:
    """Say that a row has too many or too few values, and what may be the reason."""
    got = len(record.values)
    message = f"{shown}:{record.line}: got {counted(got, 'value')} where the header has {counted(width, 'name')}"
    first = record.values[0].strip()
    if advice:
        return f"{message}; {advice}"
    if first.startswith("#"):
        return f"{message}; the line begins with #: remove comments between rows"
    if got == width + 1 and not record.values[-1].strip():
        return f"{message}; the row ends with {name_delimiter(delimiter)} and the header doesn't: make them alike"
    if got == 1 and len(first) > 0:
        return f"{message}: {quoted(first)}; remove what isn't a row"
    if got > width:
        last = listed([value.strip() for value in record.values[width - 1 :]], 4)
        rule = f"a value that holds {name_delimiter(delimiter)} has to stand between double quotes"
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
