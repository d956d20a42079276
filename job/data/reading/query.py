"""Run the spec's query over the table ``data``, in a database that can reach nothing else any more."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from threading import TIMEOUT_MAX, Event, Thread

import duckdb

from job.data.quoting import counted
from job.data.reading.database import Store, Table, count_rows, name_columns
from job.data.reading.exact_text import as_text, why_unusable
from job.data.reading.query_rules import TABLE, load_rules, parse
from job.errors import DataError

_KEY = "data.file.query"
_ANSWER, _SORTED = "query_answer", "query_result"
_ADVICE = f"allowed is one SELECT statement over the table {TABLE}"

_MULTI = "a PIVOT whose columns are not listed (write ON column IN (values))"
_ERROR_KIND = re.compile(r"^[A-Z][A-Za-z -]{0,40} Error: ")


def check_query(query: str) -> None:
    """Check that a query is one SELECT statement that reads the table ``data`` and nothing else.

    Refused, too, is what depends on more than the data: a clock, chance, settings.

    Parameters
    ----------
    query : str
        The spec's ``data.file.query``.

    Raises
    ------
    DataError
        It is something else; in one line.
    """
    _statement(query)


def run_query(store: Store, query: str, shown: str, timeout: float = 300) -> Table:
    """Run a query over the table ``data`` and sort its rows by content.

    From then on the store reads no file and no setting of it can be changed. The query runs on one thread, and its
    rows are sorted, since the order of joins and groups is not promised otherwise.

    Parameters
    ----------
    store : Store
        Where the table or view ``data`` is.
    query : str
        The spec's ``data.file.query``.
    shown : str
        The file's path for messages.
    timeout : float
        Seconds after which it is stopped.

    Returns
    -------
    Table
        Text, as a reader of files would give; rows sorted by the bytes of all columns, missing values last.

    Raises
    ------
    DataError
        The query isn't allowed, fails, needs too much memory or time, or gives no rows; in one line.
    """
    statement = _statement(query)
    _isolate(store)
    try:
        with _time_limit(store.connection, timeout):
            types = store.connection.execute(f"DESCRIBE {statement}").fetchall()
            columns, notes = name_columns((str(row[0]) for row in types), _KEY)
            written = [str(row[1]) for row in types]
            _fill(store, statement, [column.key for column in columns], written)
    except duckdb.InterruptException:
        raise DataError(
            f"{_KEY}: stopped after {timeout:g} s (data.file.query_timeout); is the condition of a join or of a "
            "recursion missing? If not, give it more time"
        ) from None
    except duckdb.OutOfMemoryException:
        raise DataError(
            f"{_KEY}: its result needs more memory than reading may use (a quarter of what this process has); "
            "is the condition of a join missing?"
        ) from None
    except duckdb.Error as error:
        raise DataError(f"{_KEY}: {_explained(error)}") from None
    n_rows = count_rows(store, _SORTED)
    if not n_rows:
        raise DataError(f"{_KEY}: no rows of {shown} are left; loosen its conditions")
    marked = tuple(replace(column, unusable=why_unusable(kind)) for column, kind in zip(columns, written, strict=True))
    return Table(_SORTED, marked, n_rows, True, notes)


@contextmanager
def _time_limit(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Interrupt what runs after so many seconds; again and again, since between two statements nothing does."""
    ended = Event()

    def interrupt() -> None:
        wait = min(seconds, TIMEOUT_MAX)
        while not ended.wait(wait):
            connection.interrupt()
            wait = 0.05

    timer = Thread(target=interrupt, daemon=True)
    timer.start()
    try:
        yield
    finally:
        ended.set()
        timer.join()


def _statement(query: str) -> str:
    """Give the one statement of a query that is allowed, without what may stand around it."""
    with duckdb.connect(":memory:", config={"autoload_known_extensions": False}) as connection:
        try:
            statements = connection.extract_statements(query)
            if len(statements) != 1:
                raise DataError(f"{_KEY}: got {counted(len(statements), 'statement')}; {_ADVICE}")
            kind = statements[0].type.name
            if kind != "SELECT":
                raise DataError(f"{_KEY}: got {_MULTI if kind == 'MULTI' else kind.replace('_', ' ')}; {_ADVICE}")
            tree = parse(connection, statements[0].query)
            if "statements" not in tree:
                raise DataError(f"{_KEY}: {tree['error_message']}; {_ADVICE}")
            problem = next(load_rules(connection).problems(tree["statements"]), None)
        except duckdb.Error as error:
            raise DataError(f"{_KEY}: {_explained(error)}; {_ADVICE}") from None
        except RecursionError:
            raise DataError(f"{_KEY}: expressions are nested too deep; {_ADVICE}") from None
        if problem is not None:
            raise DataError(f"{_KEY}: {problem}")
        return str(statements[0].query)


def _isolate(store: Store) -> None:
    """Let nothing that runs in the store reach a file, the network, a Python variable or a setting from now on."""
    for setting in (
        "threads = 1",
        "python_enable_replacements = false",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        store.connection.execute(f"SET {setting}")


def _fill(store: Store, statement: str, keys: Sequence[str], types: Sequence[str]) -> None:
    """Make the table of a query's rows, as text and sorted."""
    store.connection.execute(f"CREATE TEMPORARY VIEW {_ANSWER} AS {statement}")
    # columns declared, and compared as bytes: text that comes with a collation would be sorted by that
    store.connection.execute(f"CREATE TABLE {_SORTED} ({', '.join(f'{key} VARCHAR' for key in keys)})")
    cells = ", ".join(f"{as_text(key, kind)} AS {key}" for key, kind in zip(keys, types, strict=True))
    order = ", ".join(f"encode({key}) NULLS LAST" for key in keys)
    rows = f"SELECT {cells} FROM {_ANSWER} AS answer({', '.join(keys)})"
    store.connection.execute(f"INSERT INTO {_SORTED} SELECT * FROM ({rows}) ORDER BY {order}")


def _explained(error: duckdb.Error) -> str:
    """Give a message of DuckDB's in one line: what is wrong, and what may be meant."""
    lines = []
    for line in str(error).splitlines():
        if line.startswith("LINE ") or line.strip() == "Candidate functions:":
            break  # where it stands, and every form of a function
        if line.strip():
            lines.append(line.strip())
    text = _ERROR_KIND.sub("", " ".join(lines))
    return "".join(character if character.isprintable() else "?" for character in text)
