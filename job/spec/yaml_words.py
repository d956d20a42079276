"""What ruamel.yaml finds wrong with a document, in the words of this job."""

from __future__ import annotations

from ruamel.yaml.error import MarkedYAMLError

from job.text import one_line

_INDENTATION = "check the indentation, and whether a '-', a ':' or a quote is missing"
_ESCAPE = r"in double quotes \ starts an escape; write / in a path, or \\, or use single quotes"

_IN_WORDS: tuple[tuple[str, str], ...] = (
    (r"'\t' that cannot start", "got a tab; indent with spaces"),
    ("that cannot start any token", "text that starts with this character must stand in quotes"),
    (
        "mapping values are not allowed",
        "got ':' where no key can be; put text that has ': ' in quotes, " + _INDENTATION,
    ),
    ("could not find expected ':'", "a key without ':', which starts in line {line}"),
    ("sequence entries are not allowed", "got '-' where no list can be; " + _INDENTATION),
    ("expected <block end>", "cannot be read; " + _INDENTATION),
    ("expected ',' or ']'", "the list that opens with '[' in line {line} is not closed, or a ',' is missing"),
    ("expected ',' or '}'", "the mapping that opens with '{{' in line {line} is not closed, or a ',' is missing"),
    ("found unexpected end of stream", "the quote that opens in line {line} is never closed"),
    ("found unexpected document separator", "the quote that opens in line {line} is not closed"),
    ("found unknown escape character", _ESCAPE),
    ("expected escape sequence", _ESCAPE),
    ("found undefined tag handle", "has a tag; a spec has no tags, remove it"),
    ("while scanning a tag", "has a tag; a spec has no tags, remove it"),
    ("expected '<document start>'", "the document has ended before; " + _INDENTATION),
    ("found incompatible YAML document", "got another version of YAML, a spec is YAML 1.2"),
    ("found duplicate anchor", "names an anchor a second time"),
)


def in_words(error: MarkedYAMLError, line: int) -> str:
    """Say what is wrong.

    Parameters
    ----------
    error : MarkedYAMLError
    line : int
        Where what is wrong begins.

    Returns
    -------
    str
    """
    said = f"{error.context or ''} {error.problem or ''}"
    for part, words in _IN_WORDS:
        if part in said:
            return words.format(line=line)
    return f"cannot be read as YAML: {one_line(said)}"
