"""The spec's query: what it may say, the typed table ``data`` that it reads, and the table that it makes.

It reads the table ``data`` and nothing else, and gives the same rows every time. The rules are held by DuckDB's own
parse of the query, beside the settings under which it is run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
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
_ADVICE = f"allowed is one SELECT statement over the table {TABLE}"
_NO_NUMBERS = "by the file's decimal mark its values were no numbers"
_LARGEST = 2**63

_MULTI = "a PIVOT whose columns are not listed (write ON column IN (values))"
_ERROR_KIND = re.compile(r"^[A-Z][A-Za-z -]{0,40} Error: ")

_TABLE_FUNCTIONS = frozenset({"generate_series", "json_each", "json_tree", "range", "unnest"})
_CLOCKS = frozenset({"current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"})
_NODES = frozenset({"CTE_NODE", "RECURSIVE_CTE_NODE", "SELECT_NODE", "SET_OPERATION_NODE"})
_PARTS = frozenset({"BASE_TABLE", "EMPTY", "EXPRESSION_LIST", "JOIN", "PIVOT", "SUBQUERY", "TABLE_FUNCTION"}) | _NODES
_HARMLESS = ("_MODIFIER", "_TYPE_INFO", "_DEFAULT", "_ASCENDING", "_DESCENDING", "ASCENDING", "DESCENDING")
_ONLY = f"the file is the table {TABLE}, and nothing else can be read"

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
    _create_view(table, profiles, [name for name in (spec.target, spec.groups, spec.split) if name is not None])
    result = run_query(table.store, spec.query, table.shown, spec.query_timeout)
    result = replace(result, notes=(*table.notes, *_note_lost(table, profiles), *result.notes))
    result = complete_cells(result, replace(table.cells, decimal="."))
    texts: dict[str, str] = {}
    if table.cells.decimal == ",":
        others = set(table.names) - _find_numbers(table, profiles)
        texts = dict.fromkeys(others & _find_numbers(result, profile_columns(result)), _NO_NUMBERS)
    return result, texts


def _find_numbers(table: Table, profiles: Mapping[str, Profile]) -> frozenset[str]:
    return frozenset(column.name for column in table.columns if profiles[column.key].is_read_as_number)


def _create_view(table: Table, profiles: Mapping[str, Profile], labels: Sequence[str]) -> None:
    """Make the view ``data``: the file's own column names, and values with types.

    Numbers are BIGINT or DOUBLE, booleans BOOLEAN, all else VARCHAR; missing values are NULL. Of columns whose text
    counts, the target for one, it has to keep the text of every row.
    """
    parts = []
    for column in table.columns:
        value = table.cells.value(column.key)
        typed, kind = _typed(table, value, profiles[column.key])
        if column.name in labels:
            changed = f"count(*) FILTER ({as_text(typed, kind)} IS DISTINCT FROM {value})"
            typed = value if table.fetch_row(changed)[0] else typed
        name = column.name.replace('"', '""')
        parts.append(f'{typed} AS "{name}"')
    table.store.connection.execute(f"CREATE VIEW {TABLE} AS SELECT {', '.join(parts)} FROM {table.relation}")


def _typed(table: Table, value: str, profile: Profile) -> tuple[str, str]:
    """Write the SQL for a typed value, and name the type."""
    if profile.is_read_as_number:
        is_whole = profile.n_integers == profile.n_numbers == profile.n_present
        if is_whole and profile.low > -_LARGEST and profile.high < _LARGEST:
            return f"TRY_CAST({value} AS BIGINT)", "BIGINT"
        return table.cells.finite(value), "DOUBLE"
    return (f"TRY_CAST({value} AS BOOLEAN)", "BOOLEAN") if profile.is_boolean else (value, "VARCHAR")


def _note_lost(table: Table, profiles: Mapping[str, Profile]) -> Iterator[Note]:
    for column in table.columns:
        profile = profiles[column.key]
        n_lost = profile.n_present - (profile.n_numbers - profile.n_infinite)
        if profile.is_read_as_number and n_lost:
            text = f"{counted(n_lost, 'value')} of {quoted(column.name)} no finite number: NULL for the query."
            yield Note("not-numbers-for-query", text, column.name)


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
    # let nothing that runs in the store reach a file, the network, a Python variable or a setting from now on
    for setting in (
        "threads = 1",
        "python_enable_replacements = false",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        store.connection.execute(f"SET {setting}")
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


@dataclass(frozen=True)
class Rules:
    """The rules, and what DuckDB says of its own functions.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Parses the definitions of functions.
    changing : frozenset of str
        Functions of which no form depends on its arguments alone.
    macros : Mapping[str, tuple of str]
        Functions that stand for SQL, and this SQL.
    tables : frozenset of str
        Names that WITH has given to tables, in lower case.
    """

    connection: duckdb.DuckDBPyConnection
    changing: frozenset[str]
    macros: Mapping[str, tuple[str, ...]]
    tables: frozenset[str] = frozenset()

    def problems(self, tree: Any) -> Iterator[str]:
        """Yield what isn't allowed in a parsed query.

        Parameters
        ----------
        tree : Any
            What ``json_serialize_sql`` gives, or a part of it.

        Yields
        ------
        str
            What was found and why it isn't allowed.
        """
        if isinstance(tree, list):
            for member in tree:
                yield from self.problems(member)
        elif isinstance(tree, dict):
            yield from self._of_node(tree)
            inner = replace(self, tables=self.tables | _named_by_with(tree))
            for member in tree.values():
                yield from inner.problems(member)

    def _of_node(self, node: Tree) -> Iterator[str]:
        kind = node.get("type")
        if node.get("repeatable") is False and "sample_size" in node:
            yield "a sample without a seed differs from run to run; write TABLESAMPLE ... REPEATABLE (42)"
        if not isinstance(kind, str):
            return
        if node.get("class") in ("FUNCTION", "WINDOW"):
            yield from self._of_function(str(node["function_name"]).lower(), len(node["arguments"]))
        elif node.get("class") == "COLUMN_REF":
            yield from self._of_column(node["column_names"])
        elif node.get("class") == "PARAMETER":
            yield "a parameter (? or $) has no value here; write the value"
        elif "class" not in node:
            yield from self._of_part(kind, node)

    def _of_part(self, kind: str, node: Tree) -> Iterator[str]:
        if kind == "BASE_TABLE":
            path = [str(name) for name in node["qualified_name"]["path"]]
            if len(path) > 1 or path[0].lower() not in {TABLE, *self.tables}:
                yield f"there is no table {quoted('.'.join(path))}; {_ONLY}"
        elif kind == "TABLE_FUNCTION":
            name = str(node["function"]["function_name"]).lower()
            if name not in _TABLE_FUNCTIONS:
                yield f"{name}() isn't allowed in FROM; {_ONLY}"
        elif kind == "SHOW_REF":
            yield f"DESCRIBE, SHOW and SUMMARIZE aren't allowed; {_ONLY}"
        elif kind not in _PARTS and not kind.endswith(_HARMLESS):
            yield f"{kind.removesuffix('_NODE').removesuffix('_QUERY')} isn't allowed; {_ONLY}"

    def _of_column(self, names: list[str]) -> Iterator[str]:
        if len(names) == 1 and names[0].lower() in _CLOCKS:
            yield _changing(names[0], f"a column of that name is {TABLE}.{names[0]}")

    def _of_function(self, name: str, n_arguments: int) -> Iterator[str]:
        if name in self.changing or (name == "age" and n_arguments != 2):  # one argument counts from today
            yield _changing(f"{name}()", "write a value in its place")
        elif any(self._forbids(definition, name) for definition in self.macros.get(name, ())):
            yield f"{name}() isn't allowed: it depends on more than the table {TABLE}"

    def _forbids(self, definition: str, name: str) -> bool:
        others = {other: found for other, found in self.macros.items() if other != name}
        tree = parse(self.connection, f"SELECT {definition}")
        return "statements" not in tree or any(replace(self, macros=others).problems(tree["statements"]))


def load_rules(connection: duckdb.DuckDBPyConnection) -> Rules:
    """Ask a database what its functions do."""
    functions = connection.execute(
        "SELECT function_name, stability, CASE function_type WHEN 'macro' THEN macro_definition END "
        "FROM duckdb_functions()"
    ).fetchall()
    known = {name for name, stability, _ in functions if stability is not None}
    constant = {name for name, stability, _ in functions if stability == "CONSISTENT"}
    macros: dict[str, tuple[str, ...]] = {}
    for name, _, definition in functions:
        if definition is not None:
            macros[name] = (*macros.get(name, ()), definition)
    return Rules(connection, frozenset(known - constant - {"error"}), macros)  # error() fails, and fails every time


def parse(connection: duckdb.DuckDBPyConnection, query: str) -> Tree:
    """Give DuckDB's own parse of a SELECT statement; an ``error_message`` in place of ``statements`` where it fails."""
    row = connection.execute("SELECT json_serialize_sql(?)", [query]).fetchone()
    assert row is not None
    tree: Tree = json.loads(row[0])
    return tree


def _changing(what: str, advice: str) -> str:
    return f"{what} depends on more than the data, and the same spec and data have to give the same report; {advice}"


def _named_by_with(node: Tree) -> frozenset[str]:
    tables = node.get("cte_map")
    named = [entry["key"] for entry in tables["map"]] if isinstance(tables, dict) else []
    recursive = [node["cte_name"]] if isinstance(node.get("cte_name"), str) else []
    return frozenset(name.lower() for name in (*named, *recursive))
