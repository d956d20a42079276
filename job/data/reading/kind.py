"""What a file really is, whatever its name says: told from its first bytes."""

from __future__ import annotations

import re

from job.errors import DataError

HEAD_LENGTH = 4096
"""Bytes to look at."""

_UNPACK = "unpack it and give the data file inside"
_EXPORT = "export the table as CSV or Parquet"

_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "a ZIP archive (Excel's .xlsx, OpenDocument and NumPy's .npz are ZIP archives too)", _EXPORT),
    (b"PK\x05\x06", "an empty ZIP archive", _EXPORT),
    (b"%PDF", "a PDF document", _EXPORT),
    (b"\x89PNG\r\n", "a PNG image", "give a table"),
    (b"\xff\xd8\xff", "a JPEG image", "give a table"),
    (b"GIF8", "a GIF image", "give a table"),
    (b"SQLite format 3\x00", "an SQLite database", _EXPORT),
    (b"\x89HDF\r\n", "an HDF5 file", _EXPORT),
    (b"CDF\x01", "a NetCDF file", _EXPORT),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel (.xls) or other Microsoft Office file", _EXPORT),
    (b"ARROW1", "an Arrow (Feather) file", _EXPORT),
    (b"FEA1", "a Feather file", _EXPORT),
    (b"ORC", "an ORC file", _EXPORT),
    (b"Obj\x01", "an Avro file", _EXPORT),
    (b"PARE", "an encrypted Parquet file", "give it decrypted"),
    (b"\x93NUMPY", "a NumPy array (.npy)", _EXPORT),
    (b"BZh", "a bzip2 archive", _UNPACK),
    (b"\xfd7zXZ\x00", "an xz archive", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _UNPACK),
    (b"Rar!", "a RAR archive", _UNPACK),
    (b"\x04\x22\x4d\x18", "an LZ4 archive", _UNPACK),
    (b"RDX", "an R workspace (.RData)", _EXPORT),
    (b"<stata_dta>", "a Stata file", _EXPORT),
    (b"$FL2", "an SPSS file", _EXPORT),
    (b"DUCK", "a DuckDB database", _EXPORT),
    (b"\x7fELF", "a program", "give a table"),
    (b"MZ\x90", "a program", "give a table"),
)

_TEXTS: tuple[tuple[re.Pattern[bytes], str, str], ...] = (
    (
        re.compile(rb"version https://git-lfs\.github\.com/spec/"),
        "a Git LFS pointer, not the data itself",
        "fetch the data with `git lfs pull`",
    ),
    (
        re.compile(rb"(?:\.\./|\.git/)*(?:\.git/)?/?annex/objects/"),
        "a git-annex pointer, not the data itself",
        "fetch the data with `git annex get`",
    ),
    (
        re.compile(rb"<!doctype html|<html|<head[ >]|<body[ >]|<script[ >]", re.IGNORECASE),
        "an HTML page, not data (often a login or error page saved in place of the file)",
        "download the file itself",
    ),
    (re.compile(rb"<\?xml|<error>|<svg", re.IGNORECASE), "an XML document", _EXPORT),
    (
        re.compile(rb"@(?:relation|attribute)\s", re.IGNORECASE),
        "an ARFF or KEEL file (its first line begins with @)",
        "save it as CSV: column names in the first line, then the rows after @data",
    ),
    (re.compile(rb"%!PS|\{\\rtf"), "a printed or formatted document", _EXPORT),
)

_JSON = re.compile(rb"\[\s*[\[{\"\d\-tfn\]]|\{\s*(?:\"|\}|$)")
_PICKLE = re.compile(rb"\x80[\x02-\x05][^,;\t\n]")


def check_kind(head: bytes, shown: str, form: str) -> None:
    """Refuse a file that isn't what its name says.

    Parameters
    ----------
    head : bytes
        The first ``HEAD_LENGTH`` bytes, unpacked where the file is packed.
    shown : str
        The file's path as the spec writes it.
    form : {"delimited", "jsonl", "parquet"}
        What the suffix of its name says.

    Raises
    ------
    DataError
        It is something else; the message names what, and what to do.
    """
    found = recognise(head, form)
    if found is not None:
        what, advice = found
        raise DataError(f"{shown}: this is {what}; {advice}")


def recognise(head: bytes, form: str) -> tuple[str, str] | None:
    """Name what the bytes are and what to do, or None where they may be what the suffix says."""
    if head.startswith(b"PAR1"):
        return None if form == "parquet" else ("a Parquet file", "give its name the suffix .parquet")
    if head.startswith(b"\x1f\x8b"):
        return ("packed with gzip", "give its name the suffix .csv.gz or .tsv.gz, or unpack it with gunzip")
    for prefix, what, advice in _MAGIC:
        if head.startswith(prefix) and (not prefix.isalnum() or _has_control(head)):
            return what, advice
    if head[257:262] == b"ustar":
        return "a tar archive", _UNPACK
    if _PICKLE.match(head):
        return "a Python pickle, which is never opened since it can run code", _EXPORT
    return _recognise_text(head, form)


def _recognise_text(head: bytes, form: str) -> tuple[str, str] | None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for pattern, what, advice in _TEXTS:
        if pattern.match(text):
            return what, advice
    if form == "parquet":
        if _has_control(text):
            return "no Parquet file (it would begin with PAR1)", "write it again, or give its name the right suffix"
        return "text, not Parquet", "give its name the suffix .csv, .tsv or .jsonl"
    if form == "delimited" and _JSON.match(text):
        return "JSON, not CSV", "write one object a line and give its name the suffix .jsonl"
    if form == "jsonl" and text.startswith(b"["):
        return "a JSON array, not JSON Lines", "write one object a line, with `jq -c '.[]'` for example"
    return None


def _has_control(head: bytes) -> bool:
    """Tell whether there are bytes that no text has."""
    return any(byte < 9 or 13 < byte < 27 for byte in head)
