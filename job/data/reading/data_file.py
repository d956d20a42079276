"""A data file: found, checked to be a plain file of a known form, and read as clean UTF-8 bytes."""

import codecs
import gzip
import io
import os
import re
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from job.data.dataset import Note
from job.data.quoting import nearest, quoted, visible_path
from job.errors import DataError

BLOCK = 1 << 24
LARGEST_CELL = 10_000_000
"""Most bytes of a cell."""
LONGEST_LINE = 1 << 25
"""Most bytes of a line; a longer one would be held in memory several times over."""
_BOMB_SIZE, _BOMB_RATIO = 1 << 30, 200

SUFFIXES = {
    ".csv": ("delimited", ",", False),
    ".tsv": ("delimited", "\t", False),
    ".csv.gz": ("delimited", ",", True),
    ".tsv.gz": ("delimited", "\t", True),
    ".parquet": ("parquet", "", False),
    ".jsonl": ("jsonl", "", False),
}
"""Suffix -> form, default delimiter, whether it is packed with gzip."""

_ADVICE = {
    (".xlsx", ".xls"): "export the sheet as CSV",
    (".json",): "write one object per line and name it .jsonl",
    (".ndjson",): "name it .jsonl",
    (".txt", ".dat", ".data"): "name it .csv and set data.file.delimiter",
    (".pq",): "name it .parquet",
    (".jsonl.gz", ".parquet.gz"): "unpack it with gunzip",
}

HEAD_LENGTH = 4096
"""Bytes by which to tell what a file is."""

_EXPORT = "export the table as CSV or Parquet"
_MAGIC = {
    rb"PK\x03\x04": f"a ZIP archive (Excel's .xlsx, OpenDocument and NumPy's .npz are ZIP archives too); {_EXPORT}",
    rb"%PDF": f"a PDF document; {_EXPORT}",
    rb"SQLite format 3\x00": f"an SQLite database; {_EXPORT}",
    rb"\x89HDF\r\n": f"an HDF5 file; {_EXPORT}",
    rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": f"an old Excel (.xls) or other Microsoft Office file; {_EXPORT}",
    rb"ARROW1": f"an Arrow (Feather) file; {_EXPORT}",
    rb"\xff\xfe\x00\x00|\x00\x00\xfe\xff": "text in UTF-32; convert it: iconv -f UTF-32 -t UTF-8",
    rb"PARE": "an encrypted Parquet file; decrypt it first",
    rb"\x93NUMPY": f"a NumPy array (.npy); {_EXPORT}",
    rb"<stata_dta>": f"a Stata file; {_EXPORT}",
    rb"\x80[\x02-\x05][^,;\t\n]": f"a Python pickle, which is never opened because it can run code; {_EXPORT}",
    **{
        magic: f"{what} archive; unpack it and use the data file inside"
        for magic, what in (
            *((rb"BZh", "a bzip2"), (rb"\xfd7zXZ\x00", "an xz"), (rb"\x28\xb5\x2f\xfd", "a Zstandard")),
            *((rb"7z\xbc\xaf\x27\x1c", "a 7-Zip"), (rb"Rar!", "a RAR"), (rb"(?s:.{257})ustar", "a tar")),
        )
    },
}
"""How files of other kinds begin, as patterns; what they are, and what to do."""

_POINTER = "pointer, not the data itself; fetch the data with `git"
_TEXTS = {
    rb"version https://git-lfs\.github\.com/spec/": f"a Git LFS {_POINTER} lfs pull`",
    rb"(\.\./|\.git/)*(\.git/)?/?annex/objects/": f"a git-annex {_POINTER} annex get`",
    rb"<!doctype html|<html|<head[ >]|<body[ >]|<script[ >]": "an HTML page, not data (often a login or error page "
    "saved in place of the file); download the file itself",
    rb"<\?xml|<error>|<svg": f"an XML document; {_EXPORT}",
    rb"@(relation|attribute)\s": "an ARFF or KEEL file (its first line begins with @); save it as CSV: column names in "
    "the first line, then the rows after @data",
}
"""How texts that are no tables begin, blanks aside."""

_JSON = re.compile(rb"\[\s*[\[{\"\d\-tfn\]]|\{\s*(?:\"|\}|$)")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a]")


@dataclass(frozen=True)
class DataFile:
    """A plain file that can be opened.

    Parameters
    ----------
    shown : str
        Its path as the spec writes it; what messages and the report say.
    path : pathlib.Path
        Where it is.
    form : {"delimited", "jsonl", "parquet"}
        How it is written.
    delimiter : str
        The delimiter that its suffix stands for.
    packed : bool
        Whether it is packed with gzip.
    encoding : str or None
        What it is written in where that isn't UTF-8.
    names : tuple of str
        Its columns, where they are known; for messages.
    """

    shown: str
    path: Path
    form: str
    delimiter: str
    packed: bool
    encoding: str | None = None
    names: tuple[str, ...] = ()

    def too_large(self, line: int | str, column: int | str, size: str) -> DataError:
        """Make the error for a cell that is too large: line or rows, and the column by place, from 0, or by name."""
        if isinstance(column, int):
            column = self.names[column] if column < len(self.names) else f"number {column + 1}"
        named = quoted(column) if column in self.names or self.form != "delimited" else column
        advice = "shorten it, or leave the column out of the file"
        advice += "" if self.form == "parquet" else " (or is a closing quote or a line end missing?)"
        found = f"the cell in column {named} has {size}, allowed are {LARGEST_CELL:,}"
        return DataError(f"{self.shown}:{line}: {found}; {advice}")


def find_file(shown: str, folder: Path, delimiter: str | None = None, called: str | None = None) -> DataFile:
    """Find a data file and make sure that it is one.

    Parameters
    ----------
    shown : str
        The path as the spec writes it, absolute or relative to ``folder``.
    folder : pathlib.Path
        The folder of the spec.
    delimiter : str or None
        One character; None for the one that the suffix stands for.
    called : str or None
        What messages and the report call it; None for its path.

    Raises
    ------
    DataError
        There is no such file, it isn't a plain file, can't be opened, is empty, has an unknown suffix, or
        is something else than its suffix says.
    """
    path, shown = folder / shown, called or visible_path(shown)
    _check_regular(path, shown)
    form, usual, packed = _form(path, shown)
    with translated(shown), path.open("rb") as stream:
        head = stream.read(HEAD_LENGTH)
    if head and packed:
        if not head.startswith(b"\x1f\x8b"):
            check_kind(head, shown, form)
            raise DataError(f"{shown}: the name says gzip but the content isn't compressed; remove .gz from the name")
        with translated(shown), gzip.open(path) as stream:
            head = stream.read(HEAD_LENGTH)
    is_wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    file = DataFile(shown, path, form, delimiter or usual, packed, "utf-16" if is_wide else None)
    # of a file of blanks only, more than the head is looked at
    if not head.removeprefix(codecs.BOM_UTF8).strip() and not (
        head and (form == "parquet" or any(map(bytes.strip, read_blocks(file))))
    ):
        raise DataError(f"{shown}: the file is empty" + (" except for white space" if head else ""))
    check_kind(head, shown, form)
    return file


def note_encoding(file: DataFile) -> list[Note]:
    """Note that a file was converted, where it isn't UTF-8."""
    if file.encoding is None:
        return []
    return [Note("encoding-converted", f"The file is written in {file.encoding.upper()} and was converted.")]


def _check_regular(path: Path, shown: str) -> None:
    """Refuse what isn't a plain file before anything is opened: a pipe that nobody writes would wait for ever."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise DataError(_missing(path, shown)) from None
    except (OSError, ValueError) as error:
        raise DataError(f"{shown}: cannot be opened: {getattr(error, 'strerror', None) or error}") from None
    if stat.S_ISREG(mode):
        return
    kinds = {stat.S_IFDIR: "a folder; name the data file in it", stat.S_IFIFO: "a pipe; write the data to a file first"}
    raise DataError(f"{shown}: this is {kinds.get(stat.S_IFMT(mode), 'a device, not a file; give a file')}")


def _missing(path: Path, shown: str) -> str:
    if "://" in shown:
        return f"{shown}: data is never fetched from the network; download the file and give its path"
    if path.is_symlink():
        return f"{shown}: a link to {os.readlink(path)}, which doesn't exist here (in a container: is it mounted?)"
    folder = path.parent
    if advice := _explain_backslashes(str(path)):
        return f"{shown}: no such file; {advice}"
    if not folder.is_dir():
        return f"{shown}: no such file: there is no folder {folder} (in a container: is it mounted?)"
    names = sorted(entry.name for entry in os.scandir(folder))
    return f"{shown}: no such file in {folder.resolve()} (paths are relative to the spec).{nearest(path.name, names)}"


_ESCAPES = dict(zip("\n\t\b\r\a\f\v\x1b\0", "ntbrafve0", strict=True))


def _explain_backslashes(path: str) -> str:
    """Say what became of backslashes: in double quotes they start an escape, and elsewhere they part no folders."""
    found = ", ".join(f"\\{_ESCAPES[character]}" for character in dict.fromkeys(path) if character in _ESCAPES)
    if found:
        advice = "write / for each backslash, or put the path in single quotes"
        return f"YAML reads {found} between double quotes as a line break or another control character; {advice}"
    return "\\ doesn't separate folders here; write / for each backslash" if "\\" in path and os.sep == "/" else ""


def _form(path: Path, shown: str) -> tuple[str, str, bool]:
    name = path.name.lower()
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        if name.endswith(suffix):
            return SUFFIXES[suffix]
    advice = next((f"; {text}" for suffixes, text in _ADVICE.items() if name.endswith(suffixes)), "")
    raise DataError(f"{shown}: unknown suffix ({path.suffix or 'none'}); allowed: {', '.join(SUFFIXES)}{advice}")


@contextmanager
def translated(shown: str) -> Iterator[None]:
    """Turn what gzip and the file system raise while reading into errors that name the file."""
    try:
        yield
    except EOFError:
        raise DataError(f"{shown}: the gzip file is truncated (it ends too early); copy or download it again") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{shown}: the gzip file is damaged ({error}); copy or download it again") from None
    except OSError as error:
        raise DataError(f"{shown}: cannot be read: {error.strerror or error}") from None


def read_blocks(file: DataFile) -> Iterator[bytes]:
    """Read a text file as UTF-8, in blocks of whole lines.

    Parameters
    ----------
    file : DataFile
        A delimited or JSON Lines file, packed or not; a byte order mark is left out.

    Yields
    ------
    bytes
        Valid UTF-8 without NUL; every block but the last ends with a line feed.

    Raises
    ------
    DataError
        The file cannot be read or unpacked, or isn't UTF-8; with its line.
    """
    rest, line = b"", 1
    for block in _transcoded(file):
        rest += block
        cut = rest.rfind(b"\n") + 1
        if cut:
            _check_text(rest[:cut], line, file.shown)
            line += rest.count(b"\n", 0, cut)
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > LONGEST_LINE:
            raise _too_long(rest, line, file)
    if rest:
        _check_text(rest, line, file.shown)
        yield rest


def read_lines(file: DataFile) -> Iterator[str]:
    r"""Read a text file line by line, each with its own end (``\n``, ``\r\n`` or ``\r``)."""
    for block in read_blocks(file):
        yield from io.StringIO(block.decode(), newline="")  # a block ends where a line ends


def _transcoded(file: DataFile) -> Iterator[bytes]:
    """Read raw blocks, as UTF-8 whatever the file is written in, without a byte order mark."""
    blocks = _unpacked(file)
    if file.encoding is None:
        yield next(blocks, b"").removeprefix(codecs.BOM_UTF8)
        yield from blocks
        return
    decoder = codecs.getincrementaldecoder(file.encoding)()
    try:
        yield from (decoder.decode(block).encode() for block in blocks)
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as error:
        raise DataError(f"{file.shown}: begins like {file.encoding.upper()} but isn't: {error}") from None


def _unpacked(file: DataFile) -> Iterator[bytes]:
    with translated(file.shown):
        size = file.path.stat().st_size
        with gzip.open(file.path) if file.packed else file.path.open("rb") as stream:
            total = 0
            while block := stream.read(BLOCK):
                total += len(block)
                if file.packed and total > max(_BOMB_SIZE, _BOMB_RATIO * size):
                    what = f"unpacks to more than {_BOMB_RATIO} times its size"
                    raise DataError(f"{file.shown}: {what}; if this is data and not a gzip bomb, unpack it first")
                yield block


def _too_long(start: bytes, line: int, file: DataFile) -> DataError:
    """Name the largest cell of a line that is too long, or the line itself where its cells are of ordinary size."""
    marks = np.frombuffer(start, dtype=np.uint8)
    is_end = marks == ord('"')
    if file.form == "delimited":
        is_end = (marks == ord(file.delimiter)) & ~(np.cumsum(is_end, dtype=np.uint8) & 1).astype(bool)
    sizes = np.diff(np.flatnonzero(is_end), prepend=-1, append=len(marks)) - 1
    column: int | str = int(sizes.argmax())
    if file.form != "delimited":
        before = start[: int((sizes[:column] + 1).sum())]
        keys = re.findall(rb'"([^"]{1,200})"\s*:', before[-300:])
        column = keys[-1].decode(errors="replace") if keys else "?"
    if sizes.max() > LARGEST_CELL:
        return file.too_large(line, column, f"{sizes.max():,} bytes or more")
    what = f"the line has more than the {LONGEST_LINE:,} bytes allowed"
    return DataError(f"{file.shown}:{line}: {what}; is this a data file?")


def _check_text(block: bytes, line: int, shown: str) -> None:
    nul = block.find(b"\0")
    if nul >= 0:
        where = line + block.count(b"\n", 0, nul)
        wide = block.count(b"\0") > len(block) // 4
        hint = "is it UTF-16 without a byte order mark?" if wide else "is this a text file?"
        raise DataError(f"{shown}:{where}: a NUL byte, which text never contains; {hint}")
    if block.isascii():
        return
    try:
        block.decode()
    except UnicodeDecodeError as error:
        where = line + block.count(b"\n", 0, error.start)
        column = error.start - block.rfind(b"\n", 0, error.start)
        found = f"byte {column} of the line (0x{block[error.start]:02x}) isn't UTF-8; if the file is in another"
        advice = "encoding, such as Windows-1252 or Latin-1, convert it: iconv -f WINDOWS-1252 -t UTF-8"
        raise DataError(f"{shown}:{where}: {found} {advice}") from None


def check_kind(head: bytes, shown: str, form: str) -> None:
    """Refuse a file whose first bytes, unpacked, show that it isn't what the suffix of its name says."""
    if found := recognise(head, form):
        raise DataError(f"{shown}: this is {found}")


def recognise(head: bytes, form: str) -> str | None:
    """Say what the bytes are and what to do, or None where they may be what the suffix says."""
    if head.startswith(b"PAR1"):
        return None if form == "parquet" else "a Parquet file; give its name the suffix .parquet"
    if head.startswith(b"\x1f\x8b"):
        return "compressed with gzip; give its name the suffix .csv.gz or .tsv.gz, or unpack it with gunzip"
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    has_control = _CONTROL.search(head)
    for pattern, what in _MAGIC.items():
        if (found := re.match(pattern, head)) and (has_control or not found[0].isalnum()):
            return what
    for pattern, what in _TEXTS.items():
        if re.match(pattern, text, re.IGNORECASE):
            return what
    if form == "parquet" and has_control:
        return "not a Parquet file (which begins with PAR1); write it again, or give its name the right suffix"
    if form == "parquet":
        return "text, not Parquet; give its name the suffix .csv, .tsv or .jsonl"
    if form == "delimited" and _JSON.match(text):
        return "JSON, not CSV; write one object per line and give its name the suffix .jsonl"
    if form == "jsonl" and text.startswith(b"["):
        return "a JSON array, not JSON Lines; write one object per line, for example with `jq -c '.[]'`"
    return None
