"""The spec's query: what it may say, the typed table ``data`` that it reads, and the table that it makes.

It reads the table ``data`` and nothing else, and gives the same rows every time. The rules are held by DuckDB's own
parse of the query, beside the settings under which it is run.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import replace
from threading import TIMEOUT_MAX, Event, Thread
from typing import Any

import duckdb

from job.data.dataset import Note
from job.data.quoting import counted, quoted
from job.data.reading.column_types import Profile, complete_cells, profile_columns
from job.data.reading.database import Store, Table, as_text, count_rows, name_columns, why_unusable
from job.errors import DataError
from job.spec.file_keys import FileSpec

TABLE = "data"
_KEY = "data.file.query"
_ANSWER, _SORTED = "query_answer", "query_result"
_ADVICE = f"must be one SELECT statement over the table {TABLE}"
_NO_NUMBERS = "with the file's decimal sign its values weren't numbers"
_LARGEST = 2**63

_MULTI = "a PIVOT whose columns are not listed (write ON column IN (values))"
_ERROR_KIND = re.compile(r"^[A-Z][A-Za-z -]{0,40} Error: ")

_TABLE_FUNCTIONS = frozenset({"generate_series", "json_each", "json_tree", "range", "unnest"})
_CLOCKS = frozenset({"current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"})
_NODES = frozenset({"CTE_NODE", "RECURSIVE_CTE_NODE", "SELECT_NODE", "SET_OPERATION_NODE"})
_PARTS = frozenset({"BASE_TABLE", "EMPTY", "EXPRESSION_LIST", "JOIN", "PIVOT", "SUBQUERY", "TABLE_FUNCTION"}) | _NODES
_HARMLESS = ("_MODIFIER", "_TYPE_INFO", "_DEFAULT", "_ASCENDING", "_DESCENDING", "ASCENDING", "DESCENDING")
_ONLY = f"a query can read only the table {TABLE}, which holds the file"
_SAME = "depends on more than the data, and the same spec and data have to give the same report"
_SETTINGS = (  # let nothing that runs in the store reach a file, the network, a Python variable or a setting
    "threads = 1",
    "python_enable_replacements = false",
    "enable_external_access = false",
    "lock_configuration = true",
)

Tree = Mapping[str, Any]


def check_query(query: str) -> None:
    """Check that a query is one SELECT statement that reads the table ``data`` and nothing else.

    Refused, too, is what depends on more than the data: a clock, chance, settings.

    Raises
    ------
    DataError
        It is something else; in one line.
    """
    _statement(query)


def query_table(table: Table, spec: FileSpec) -> tuple[Table, Mapping[str, str]]:
    """Run the spec's query over the file's table.

    Returns
    -------
    table : Table
        Text again, sorted by content; numbers in it have a decimal point.
    texts : Mapping[str, str]
        Columns that are no numbers though a decimal point makes them look so, and why.

    Raises
    ------
    DataError
        The query cannot be run, or gives no rows.
    """
    assert spec.query is not None
    profiles = profile_columns(table)
    notes = _create_view(table, profiles, (spec.target, spec.groups, spec.split))
    result = run_query(table.store, spec.query, table.shown, spec.query_timeout)
    result = replace(result, notes=(*table.notes, *notes, *result.notes))
    result = complete_cells(result, replace(table.cells, decimal="."))
    if table.cells.decimal == ".":
        return result, {}
    texts = {column.name for column in table.columns if not profiles[column.key].is_read_as_number}
    numbers = {key for key, profile in profile_columns(result).items() if profile.is_read_as_number}
    looks = [column.name for column in result.columns if column.key in numbers and column.name in texts]
    return result, dict.fromkeys(looks, _NO_NUMBERS)


def _create_view(table: Table, profiles: Mapping[str, Profile], labels: Sequence[str | None]) -> list[Note]:
    """Make the view ``data``: the file's own column names, and values with types; note values that are lost.

    Numbers are BIGINT or DOUBLE, booleans BOOLEAN, all else VARCHAR; missing values are NULL. Of columns whose text
    counts, the target for one, it has to keep the text of every row.
    """
    parts, notes = [], []
    for column in table.columns:
        profile, value = profiles[column.key], table.cells.value(column.key)
        typed, kind = value, "VARCHAR"
        if profile.is_read_as_number:
            is_whole = profile.n_integers == profile.n_numbers == profile.n_present
            typed, kind = table.cells.finite(value), "DOUBLE"
            if is_whole and profile.low > -_LARGEST and profile.high < _LARGEST:
                typed, kind = f"TRY_CAST({value} AS BIGINT)", "BIGINT"
            n_lost = profile.n_present - (profile.n_numbers - profile.n_infinite)
            text = f"{counted(n_lost, 'value')} of {quoted(column.name)} not finite: NULL in the query."
            notes += [Note("not-numbers-for-query", text, column.name)] * bool(n_lost)
        elif profile.is_boolean:
            typed, kind = f"TRY_CAST({value} AS BOOLEAN)", "BOOLEAN"
        if column.name in labels:
            changed = f"count(*) FILTER ({as_text(typed, kind)} IS DISTINCT FROM {value})"
            typed = value if table.fetch_row(changed)[0] else typed
        name = column.name.replace('"', '""')
        parts.append(f'{typed} AS "{name}"')
    table.store.connection.execute(f"CREATE VIEW {TABLE} AS SELECT {', '.join(parts)} FROM {table.relation}")
    return notes


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
    for setting in _SETTINGS:
        store.connection.execute(f"SET {setting}")
    try:
        with _time_limit(store.connection, timeout):
            types = store.connection.execute(f"DESCRIBE {statement}").fetchall()
            columns, notes = name_columns((str(row[0]) for row in types), _KEY)
            written = [str(row[1]) for row in types]
            _fill(store, statement, [column.key for column in columns], written)
    except duckdb.InterruptException:
        advice = "is the condition of a join or of a recursion missing? If not, raise the limit"
        raise DataError(f"{_KEY}: stopped after {timeout:g} s (data.file.query_timeout); {advice}") from None
    except duckdb.OutOfMemoryException:
        what = "its result needs more memory than reading may use (a quarter of what this process has)"
        raise DataError(f"{_KEY}: {what}; is the condition of a join missing?") from None
    except duckdb.Error as error:
        raise DataError(f"{_KEY}: {_explained(error)}") from None
    n_rows = count_rows(store, _SORTED)
    if not n_rows:
        raise DataError(f"{_KEY}: no rows of {shown} are left; loosen its conditions")
    marked = tuple(replace(column, unusable=why_unusable(kind)) for column, kind in zip(columns, written, strict=True))
    return Table(store, _SORTED, marked, n_rows, notes)


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
            tree = _parse(connection, statements[0].query)
            if "statements" not in tree:
                raise DataError(f"{_KEY}: {tree['error_message']}; {_ADVICE}")
            problem = next(_Rules(connection).problems(tree["statements"]), None)
        except duckdb.Error as error:
            raise DataError(f"{_KEY}: {_explained(error)}; {_ADVICE}") from None
        except RecursionError:
            raise DataError(f"{_KEY}: expressions are nested too deeply; {_ADVICE}") from None
        if problem is not None:
            raise DataError(f"{_KEY}: {problem}")
        return str(statements[0].query)


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


class _Rules:
    """The rules, and what DuckDB says of its own functions."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        columns = "function_name, stability, CASE function_type WHEN 'macro' THEN macro_definition END"
        functions = connection.execute(f"SELECT {columns} FROM duckdb_functions()").fetchall()
        known = {name for name, stability, _ in functions if stability is not None}
        constant = {name for name, stability, _ in functions if stability == "CONSISTENT"}
        # of these no form depends on its arguments alone; error() fails, and fails every time
        self._changing = known - constant - {"error"}
        self._macros = [(name, definition) for name, _, definition in functions if definition is not None]

    def problems(self, tree: Any, tables: Set[str] = frozenset(), within: Set[str] = frozenset()) -> Iterator[str]:
        """Yield what isn't allowed in a parsed query, and why.

        Parameters
        ----------
        tree : Any
            What ``json_serialize_sql`` gives, or a part of it.
        tables : set of str
            Names that WITH has given to tables, in lower case.
        within : set of str
            Functions that stand for SQL, of which it is a part.
        """
        members: Iterable[Any] = tree if isinstance(tree, list) else ()
        if isinstance(tree, dict):
            yield from self._of_node(tree, tables, within)
            with_tables, recursive = tree.get("cte_map"), tree.get("cte_name")
            named = [entry["key"] for entry in with_tables["map"]] if isinstance(with_tables, dict) else []
            named += [recursive] if isinstance(recursive, str) else []
            tables, members = tables | {name.lower() for name in named}, tree.values()
        for member in members:
            yield from self.problems(member, tables, within)

    def _of_node(self, node: Tree, tables: Set[str], within: Set[str]) -> Iterator[str]:
        kind, group = node.get("type"), node.get("class")
        if node.get("repeatable") is False and "sample_size" in node:
            yield "a sample without a seed differs from run to run; write TABLESAMPLE ... REPEATABLE (42)"
        if not isinstance(kind, str):
            return
        if group in ("FUNCTION", "WINDOW"):
            name = str(node["function_name"]).lower()
            if name in self._changing or (name == "age" and len(node["arguments"]) != 2):  # one counts from today
                yield f"{name}() {_SAME}; write a value instead"
            elif name not in within and any(self._forbids(name, within)):
                yield f"{name}() isn't allowed: it depends on more than the table {TABLE}"
        elif group == "COLUMN_REF":
            if len(names := node["column_names"]) == 1 and names[0].lower() in _CLOCKS:
                yield f"{names[0]} {_SAME}; a column of that name is {TABLE}.{names[0]}"
        elif group == "PARAMETER":
            yield "a parameter (? or $) has no value here; write the value"
        elif group is not None:
            return
        elif kind == "BASE_TABLE":
            path = [str(name) for name in node["qualified_name"]["path"]]
            if len(path) > 1 or path[0].lower() not in {TABLE, *tables}:
                yield f"there is no table {quoted('.'.join(path))}; {_ONLY}"
        elif kind == "TABLE_FUNCTION":
            name = str(node["function"]["function_name"]).lower()
            if name not in _TABLE_FUNCTIONS:
                yield f"{name}() isn't allowed in FROM; {_ONLY}"
        elif kind == "SHOW_REF":
            yield f"DESCRIBE, SHOW and SUMMARIZE aren't allowed; {_ONLY}"
        elif kind not in _PARTS and not kind.endswith(_HARMLESS):
            yield f"{kind.removesuffix('_NODE').removesuffix('_QUERY')} isn't allowed; {_ONLY}"

    def _forbids(self, name: str, within: Set[str]) -> Iterator[bool]:
        """Look into the SQL that a function stands for."""
        for definition in (definition for other, definition in self._macros if other == name):
            tree = _parse(self._connection, f"SELECT {definition}")
            yield "statements" not in tree or any(self.problems(tree["statements"], within=within | {name}))


def _parse(connection: duckdb.DuckDBPyConnection, query: str) -> Tree:
    """Give DuckDB's own parse of a SELECT statement; an ``error_message`` in place of ``statements`` where it fails."""
    row = connection.execute("SELECT json_serialize_sql(?)", [query]).fetchone()
    assert row is not None
    tree: Tree = json.loads(row[0])
    return tree
