"""Write a value of any database type as the text that stands for exactly that value."""

from __future__ import annotations

from job.data.quoting import quoted

_SINGLE = frozenset(
    {
        "BIGINT",
        "BIGNUM",
        "BIT",
        "BLOB",
        "BOOLEAN",
        "DATE",
        "DECIMAL",
        "DOUBLE",
        "ENUM",
        "FLOAT",
        "HUGEINT",
        "INTEGER",
        "INTERVAL",
        "JSON",
        '"NULL"',
        "SMALLINT",
        "TIME",
        "TIME WITH TIME ZONE",
        "TIME_NS",
        "TIMESTAMP",
        "TIMESTAMP WITH TIME ZONE",
        "TIMESTAMPTZ_NS",
        "TIMESTAMP_MS",
        "TIMESTAMP_NS",
        "TIMESTAMP_S",
        "TINYINT",
        "UBIGINT",
        "UHUGEINT",
        "UINTEGER",
        "USMALLINT",
        "UTINYINT",
        "UUID",
        "VARCHAR",
    }
)


def why_unusable(written: str) -> str:
    """Say why values of a type are no single values.

    Parameters
    ----------
    written : str
        The type as ``DESCRIBE`` writes it.

    Returns
    -------
    str
        Nothing where they are.
    """
    kind = _kind(written)
    if kind in _SINGLE:
        return ""
    names = {"LIST": "lists", "STRUCT": "structures", "TUPLE": "structures", "MAP": "maps"}
    return f"its values are {names.get(kind, 'of a nested type')} ({quoted(written)[1:-1]}), not single values"


def as_text(expression: str, written: str) -> str:
    """Write the SQL that turns a value into text; a missing value stays missing.

    Decimals keep the digits of their scale, which is a part of their type: 1.50 of two decimal places is ``1.50``.
    A floating point number is the shortest text that reads back as the same number of its own precision, so a whole
    one is written as an integer. Times with a zone are given in UTC.

    Parameters
    ----------
    expression : str
        SQL for the value.
    written : str
        Its type as ``DESCRIBE`` writes it.

    Returns
    -------
    str
        SQL for its text.
    """
    kind, text = _kind(written), f"CAST({expression} AS VARCHAR)"
    if kind in ("FLOAT", "DOUBLE"):
        # from the text alone: what DuckDB knows of a Parquet file's values leaves out NaN, and isnan() is then false
        return (
            f"CASE {text} WHEN 'nan' THEN 'NaN' WHEN '-0.0' THEN '0' "
            f"ELSE CASE WHEN ends_with({text}, '.0') THEN left({text}, -2) ELSE {text} END END"
        )
    if kind == "DECIMAL":  # 0.12 with two digits in all is .12 in DuckDB
        return (
            f"CASE WHEN starts_with({text}, '.') THEN '0' || {text} "
            f"WHEN starts_with({text}, '-.') THEN '-0' || substr({text}, 2) ELSE {text} END"
        )
    if kind in ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS"):  # the store's time zone is UTC
        return f"regexp_replace(replace({text}, ' ', 'T'), '[+]00$', 'Z')"
    if kind.startswith("TIMESTAMP"):
        return f"replace({text}, ' ', 'T')"
    if kind == "BLOB":
        return f"coalesce({decoded(expression)}, {text})"
    return text


def decoded(expression: str) -> str:
    """Write the SQL that reads bytes as text; NULL where they aren't UTF-8 or hold control characters."""
    text = f"TRY(decode({expression}))"
    return f"CASE WHEN regexp_matches({text}, '[\\x00-\\x08\\x0e-\\x1f]') THEN NULL ELSE {text} END"


def is_bytes(written: str) -> bool:
    """Tell whether a type holds bytes, which may be text or not."""
    return _kind(written) == "BLOB"


def _kind(written: str) -> str:
    """Give the name of a type without its parameters."""
    if written.endswith("]"):
        return "LIST"
    return written.partition("(")[0]
