"""What a query may say: it reads the table ``data`` and nothing else, and gives the same rows every time.

The rules are held by DuckDB's own parse of the query, and stand beside the settings under which it is run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import duckdb

from job.data.quoting import quoted

TABLE = "data"

_TABLE_FUNCTIONS = frozenset({"generate_series", "json_each", "json_tree", "range", "unnest"})
_CLOCKS = frozenset({"current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"})
_PARTS = frozenset(
    {
        "BASE_TABLE",
        "CTE_NODE",
        "EMPTY",
        "EXPRESSION_LIST",
        "JOIN",
        "PIVOT",
        "RECURSIVE_CTE_NODE",
        "SELECT_NODE",
        "SET_OPERATION_NODE",
        "SUBQUERY",
        "TABLE_FUNCTION",
    }
)
_HARMLESS = ("_MODIFIER", "_TYPE_INFO", "_DEFAULT", "_ASCENDING", "_DESCENDING", "ASCENDING", "DESCENDING")
_ONLY = f"the file is the table {TABLE}, and nothing else can be read"

Tree = Mapping[str, Any]


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
