"""A query reads the table data and nothing else, and gives the same rows every time, sorted by content."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from job.data.reading.database import Store, Table, count_rows, open_store
from job.data.reading.query import _time_limit, check_query, run_query
from job.errors import DataError

ROWS = tuple((place, place % 3 / 2, f"s{place % 5}" if place % 7 else None) for place in range(60))


def fill(store: Store, rows: Sequence[tuple[object, ...]] = ROWS) -> None:
    """Make the table of text that a reader makes, and the typed view over it."""
    cells = [[None if value is None else str(value) for value in column] for column in zip(*rows, strict=True)]
    columns = ", ".join(f"unnest(${place + 1}::VARCHAR[]) AS c{place}" for place in range(3))
    store.connection.execute(f"CREATE TABLE raw AS SELECT {columns}", cells)
    typed = "CAST(c0 AS BIGINT) AS id, CAST(c1 AS DOUBLE) AS amount, c2 AS name"
    store.connection.execute(f"CREATE VIEW data AS SELECT {typed} FROM raw")


def run(query: str, rows: Sequence[tuple[object, ...]] = ROWS) -> tuple[Table, list[tuple[str | None, ...]]]:
    """Run a query over some rows; give the table and its cells."""
    with open_store("rows.csv") as store:
        fill(store, rows)
        table = run_query(store, query, "rows.csv")
        cells = store.connection.execute(f"SELECT * FROM {table.relation}").fetchall()
    assert table.n_rows == len(cells)
    return table, cells


def refusal(query: str) -> str:
    """Give the message with which a query is refused."""
    with pytest.raises(DataError) as caught:
        run(query)
    message = str(caught.value)
    assert message.startswith("data.file.query: ")
    assert message.isprintable()  # so it is one line
    return message


def by_bytes(row: tuple[str | None, ...]) -> list[tuple[bool, bytes]]:
    """Order rows as the result of a query is ordered: by bytes, missing values last."""
    return [(cell is None, (cell or "").encode()) for cell in row]


def test_the_result_is_text_sorted_by_content() -> None:
    """rows are sorted by the bytes of all columns, missing values last, whatever the query's own order"""
    table, cells = run("SELECT name, id, amount FROM data WHERE id < 40 ORDER BY id DESC")
    kept = [(name, str(place), f"{amount:g}") for place, amount, name in ROWS if place < 40]
    assert sorted(kept, key=by_bytes) == cells
    assert ("name", "id", "amount") == table.names
    assert ("c0", "c1", "c2") == tuple(column.key for column in table.columns)


def test_the_result_does_not_depend_on_the_order_of_the_rows() -> None:
    """a query of groups and joins gives the same table from shuffled rows, and from any number of threads"""
    query = "SELECT a.name, count(*) AS n, max(b.id) AS last FROM data a LEFT JOIN data b USING (name) GROUP BY a.name"
    shuffled = list(ROWS)
    random.Random(7).shuffle(shuffled)
    assert run(query)[1] == run(query, shuffled)[1]


@pytest.mark.parametrize("collation", ["NOCASE", "NOACCENT"])
def test_a_collation_changes_no_order(collation: str) -> None:
    """text that carries a collation is sorted by bytes all the same, and the result carries none"""
    rows = [(place, 0, name) for place, name in enumerate(["b", "A", "a", "B", "é", "e"])]
    with open_store("rows.csv") as store:
        fill(store, rows)
        table = run_query(store, f"SELECT name COLLATE {collation} AS name, 1 AS one FROM data", "rows.csv")
        cells = store.connection.execute(f"SELECT c0, c0 = 'b' FROM {table.relation}").fetchall()
    assert [("A", False), ("B", False), ("a", False), ("b", True), ("e", False), ("é", False)] == cells


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT id, name FROM data WHERE id = 1;", [("1", "s1")]),
        ("-- which\nSELECT id, name FROM data WHERE id = 1 -- and why; really\n;\n", [("1", "s1")]),
        ("; SELECT 1 AS a, 2 AS b /* c */", [("1", "2")]),
        ("FROM data SELECT id, name WHERE id < 2", [("0", None), ("1", "s1")]),
        ("WITH d AS (SELECT * FROM Data) SELECT id, name FROM D WHERE id = 1", [("1", "s1")]),
        ("WITH data AS (SELECT 1 AS a, 2 AS b) FROM data", [("1", "2")]),
        ("WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 2) SELECT n, 0 FROM t", None),
        ("SELECT id, (SELECT max(id) FROM data) AS top FROM data WHERE id IN (SELECT 1)", [("1", "59")]),
        ("SELECT i, j FROM range(1) AS r(i), unnest([5]) AS u(j)", [("0", "5")]),
        ("PIVOT (SELECT 1 AS n, 'x' AS k, 1 AS g) ON k IN ('x', 'y') USING sum(n)", [("1", "1", None)]),
        ("UNPIVOT (SELECT 1 AS a, 2 AS b) ON a, b INTO NAME k VALUE v", [("a", "1"), ("b", "2")]),
        ("SELECT row_number() OVER (ORDER BY id DESC) AS r, id FROM data QUALIFY r = 1", [("1", "59")]),
        ("SELECT age(DATE '2024-03-01', DATE '2024-02-01') AS a, split_part('x-y', '-', 2) AS b", [("1 month", "y")]),
        ("SELECT date_trunc('month', TIMESTAMP '2024-03-05') AS a, 1 AS b", [("2024-03-01T00:00:00", "1")]),
        ("SELECT sum(id) AS s, count(*) FILTER (name IS NULL) AS n FROM data", [("1770", "9")]),
        ("SELECT histogram(1)[1] AS a, json_group_object('x', 1)->>'x' AS b", [("1", "1")]),
        ("SELECT list_transform([1, 2], lambda x: x + 1)[2] AS a, if(true, 'y', 'n') AS b", [("3", "y")]),
    ],
)
def test_one_select_statement_is_run(query: str, expected: list[tuple[str | None, ...]] | None) -> None:
    """all that SELECT can say of the table data is allowed, with comments and a semicolon around it"""
    check_query(query)
    assert (expected or [("1", "0"), ("2", "0")]) == run(query)[1]


def test_types_become_exact_text() -> None:
    """a result's values of any type become the text that a Parquet file's become"""
    big = "170141183460469231731687303715884105727"
    query = f"""SELECT 1.50::DECIMAL(10, 2) AS a, 0.5::FLOAT AS b, {big}::HUGEINT AS c, 'x'::ENUM('x') AS e, NULL AS f,
                TIMESTAMPTZ '2024-01-01 00:30:00+02' AS d, 'nan'::DOUBLE AS g, true AS h"""
    assert [("1.50", "0.5", big, "x", None, "2023-12-31T22:30:00Z", "NaN", "true")] == run(query)[1]


def test_nested_results_are_unusable() -> None:
    """a column of lists or structures says why it cannot be used"""
    table, _ = run("SELECT [id] AS a, {'x': id} AS b, id AS c FROM data")
    assert (
        "its values are lists (BIGINT[]), not single values",
        "its values are structures (STRUCT(x BIGINT)), not single values",
        "",
    ) == tuple(column.unusable for column in table.columns)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """Make files that a query must not read."""
    (tmp_path / "secret.csv").write_text("a,b\nsecret,1\n")
    (tmp_path / "secret.json").write_text('{"a": "secret", "b": 1}\n')
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"COPY (SELECT 'secret' AS a, 1 AS b) TO '{tmp_path}/secret.parquet'")
    return tmp_path


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_csv('{}/secret.csv')",
        "SELECT * FROM read_csv_auto('{}/secret.csv')",
        "SELECT * FROM read_text('{}/secret.csv')",
        "SELECT * FROM read_blob('{}/secret.csv')",
        "SELECT * FROM read_json('{}/secret.json')",
        "SELECT * FROM read_ndjson_objects('{}/secret.json')",
        "SELECT * FROM read_parquet('{}/secret.parquet')",
        "SELECT * FROM parquet_scan('{}/secret.parquet')",
        "SELECT * FROM parquet_schema('{}/secret.parquet')",
        "SELECT * FROM glob('{}/*')",
        "SELECT * FROM sniff_csv('{}/secret.csv')",
        "SELECT * FROM '{}/secret.csv'",
        'SELECT * FROM "{}/secret.parquet"',
        "FROM '{}/*.csv'",
        "TABLE '{}/secret.csv'",
        "SELECT * FROM data, '{}/secret.csv'",
        "SELECT (SELECT a FROM '{}/secret.csv') AS a, id FROM data",
        "SELECT id, name FROM data WHERE name IN (SELECT content FROM read_text('{}/secret.csv'))",
        "WITH x AS (FROM read_csv('{}/secret.csv')) SELECT * FROM x",
        "SELECT id, name FROM data ORDER BY (SELECT count(*) FROM glob('{}/*'))",
        "SELECT id, name FROM data LIMIT (SELECT count(*) FROM glob('{}/*'))",
        "SELECT * FROM data UNION ALL SELECT 1, 2, content FROM read_text('{}/secret.csv')",
        "SELECT * FROM query('FROM ''{}/secret.csv''')",
        "SELECT * FROM query_table('{}/secret.csv')",
        "SELECT * FROM (WITH \"{0}/secret.csv\" AS (SELECT 1) SELECT 2), '{0}/secret.csv'",
        "SELECT * FROM (PIVOT '{}/secret.csv' ON b IN (1) USING max(a))",
        "DESCRIBE SELECT * FROM '{}/secret.csv'",
        "SUMMARIZE '{}/secret.csv'",
        "COPY data TO '{}/out.csv'",
        "COPY data FROM '{}/secret.csv'",
        "ATTACH '{}/out.db'",
        "EXPORT DATABASE '{}/out'",
        "IMPORT DATABASE '{}'",
        "CREATE TABLE t AS FROM '{}/secret.csv'",
        "INSTALL httpfs",
        "LOAD '{}/x.duckdb_extension'",
        "SELECT * FROM 'https://example.org/secret.csv'",
        "SELECT * FROM read_csv('s3://bucket/secret.csv')",
        "PRAGMA database_list",
        "SET enable_external_access = true",
        "RESET lock_configuration",
        "CALL pragma_version()",
        "EXPLAIN SELECT * FROM '{}/secret.csv'",
        "EXPLAIN ANALYZE SELECT * FROM '{}/secret.csv'",
        "SELECT getenv('HOME') AS a, id FROM data",
    ],
)
def test_a_query_reaches_no_file(secret: Path, query: str) -> None:
    """every way to a file, the network or the environment is refused in one line, and nothing is written"""
    before = sorted(secret.iterdir())
    refusal(query.format(secret))
    assert before == sorted(secret.iterdir())


@pytest.mark.parametrize(
    "call",
    [
        "read_csv('{}/secret.csv')",
        "read_text('{}/secret.csv')",
        "read_json('{}/secret.json')",
        "read_parquet('{}/secret.parquet')",
        "glob('{}/*')",
        "'{}/secret.csv'",
        "'{}/secret.parquet'",
    ],
)
def test_the_database_reaches_no_file_either(secret: Path, call: str) -> None:
    """once a query has run, the database itself refuses files, whatever the rules for queries let through"""
    with open_store("rows.csv") as store:
        fill(store)
        run_query(store, "SELECT * FROM data", "rows.csv")
        with pytest.raises((duckdb.PermissionException, duckdb.CatalogException)):
            store.connection.execute(f"SELECT * FROM {call.format(secret)}")


def test_nothing_can_be_set_after_a_query_and_the_store_still_works() -> None:
    """settings are locked, Python's variables are out of reach, and tables can be made, sorted and spilled"""
    some_variable = [1, 2]
    with open_store("rows.csv") as store:
        fill(store)
        store.connection.execute("SET memory_limit = '80MB'")
        table = run_query(store, "SELECT * FROM data", "rows.csv")
        with pytest.raises(duckdb.InvalidInputException, match="locked"):
            store.connection.execute("SET threads = 2")
        with pytest.raises(duckdb.CatalogException, match="some_variable"):
            store.connection.execute("SELECT * FROM some_variable")
        big = "SELECT hash(i) AS h, i FROM range(3000000) AS t(i)"
        store.connection.execute(f"CREATE TABLE later AS {big} ORDER BY h")
        assert 3_000_000 == count_rows(store, "later")
        assert len(ROWS) == count_rows(store, table.relation)
    assert [1, 2] == some_variable


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("SELECT * FROM raw", "there is no table 'raw'; a query can read only the table data"),
        ("SELECT * FROM dat", "there is no table 'dat'; a query can read only the table data"),
        ("SELECT * FROM main.data", "there is no table 'main.data'; a query can read only"),
        ("SELECT * FROM memory.main.raw", "there is no table 'memory.main.raw'; a query can read only"),
        (
            "SELECT * FROM information_schema.tables",
            "there is no table 'information_schema.tables'; a query can read only",
        ),
        ("SELECT * FROM pg_catalog.pg_class", "there is no table 'pg_catalog.pg_class'; a query can read only"),
        ("SELECT * FROM sqlite_master", "there is no table 'sqlite_master'; a query can read only"),
        ("SELECT * FROM (WITH raw AS (SELECT 1) FROM raw), raw", "there is no table 'raw'; a query can read only"),
        (
            "SELECT * FROM duckdb_settings()",
            "duckdb_settings() isn't allowed in FROM; a query can read only the table data",
        ),
        ("SELECT * FROM pragma_table_info('raw')", "pragma_table_info() isn't allowed in FROM; a query can read only"),
        ("SHOW TABLES", "DESCRIBE, SHOW and SUMMARIZE aren't allowed; a query can read only the table data"),
        ("DESCRIBE data", "DESCRIBE, SHOW and SUMMARIZE aren't allowed; a query can read only the table data"),
        ("SELECT pg_get_viewdef(1) AS a, id FROM data", "pg_get_viewdef() isn't allowed: it depends on more than"),
        ("SELECT format_type(1, 1) AS a, id FROM data", "format_type() isn't allowed: it depends on more than"),
        (
            "WITH x AS (DELETE FROM raw RETURNING *) FROM x",
            "DELETE isn't allowed; a query can read only the table data",
        ),
        (
            "WITH x AS (INSERT INTO raw VALUES (1, 2, 3) RETURNING *) FROM x",
            "INSERT isn't allowed; a query can read only",
        ),
        ("SELECT 1; SELECT 2", "got 2 statements; must be one SELECT statement over the table data"),
        ("SELECT 1; DROP TABLE raw", "got 2 statements; must be one SELECT statement over the table data"),
        ("-- nothing", "got 0 statements; must be one SELECT statement over the table data"),
        ("DROP TABLE raw", "got DROP; must be one SELECT statement over the table data"),
        ("UPDATE raw SET c0 = 1", "got UPDATE; must be one SELECT statement over the table data"),
        ("EXPLAIN SELECT 1", "got EXPLAIN; must be one SELECT statement over the table data"),
        ("PIVOT data ON name", "got a PIVOT whose columns are not listed (write ON column IN (values)); must be"),
        ("SELEC * FROM data", 'syntax error at or near "SELEC"; must be one SELECT statement over the table data'),
        ("SELECT ?, id FROM data", "a parameter (? or $) has no value here; write the value"),
        ("SELECT $x AS a, id FROM data", "a parameter (? or $) has no value here; write the value"),
        ("SELECT " + "f(" * 900 + ")" * 900, "expressions are nested too deeply; must be one SELECT statement"),
        ("SELECT " + "(" * 40_000 + "1" + ")" * 40_000, "Max expression depth limit of 1000 exceeded."),
    ],
)
def test_what_is_no_select_over_data_is_refused_before_the_file_is_read(query: str, reason: str) -> None:
    """other tables, other statements and changes are refused from the text of the query alone, with the reason"""
    with pytest.raises(DataError) as caught:
        check_query(query)
    assert str(caught.value).startswith(f"data.file.query: {reason}")
    assert str(caught.value) == refusal(query)


@pytest.mark.parametrize(
    "changing",
    [
        "random()",
        "uuid()",
        "gen_random_uuid()",
        "uuidv7()",
        "now()",
        "today()",
        "transaction_timestamp()",
        "get_current_timestamp()",
        "current_date()",
        "ago(INTERVAL 1 DAY)",
        "age(TIMESTAMP '2020-01-01')",
        "system.main.random()",
        "list_transform([1], lambda x: x + random())",
        "pg_postmaster_start_time()",
        "current_timestamp",
        "current_date",
        "CURRENT_TIME",
        "localtimestamp",
        "localtime",
        "current_setting('threads')",
        "getvariable('x')",
        "current_query()",
        "txid_current()",
        "nextval('s')",
        "setseed(0.5)",
        "write_log('x')",
        "sleep_ms(1)",
        "current_schema()",
        "current_catalog()",
    ],
)
def test_what_changes_from_run_to_run_is_refused(changing: str) -> None:
    """chance, clocks and settings are refused wherever they stand"""
    for query in (f"SELECT id, {changing} AS x FROM data", f"SELECT id, name FROM data ORDER BY ({changing}) IS NULL"):
        with pytest.raises(DataError, match=r"^data\.file\.query: .* depends on more than the "):
            check_query(query)


def test_samples_need_a_seed() -> None:
    """a sample without a seed is refused; with one it is the same in every run"""
    for sample in ("USING SAMPLE 10", "USING SAMPLE 10%", "TABLESAMPLE reservoir(10)", "TABLESAMPLE bernoulli(10%)"):
        assert refusal(f"SELECT * FROM data {sample}").startswith("data.file.query: a sample without a seed differs")
    drawn = run("SELECT * FROM data TABLESAMPLE reservoir(10) REPEATABLE (42)")[1]
    assert 10 == len(drawn)
    assert drawn == run("SELECT * FROM data TABLESAMPLE reservoir(10) REPEATABLE (42)")[1]


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("SELECT nam, id FROM data", 'Referenced column "nam" not found in FROM clause! Candidate bindings: "name"'),
        ("SELECT uper(name) FROM data", 'Scalar Function with name uper does not exist! Did you mean "upper"?'),
        (
            "SELECT name + 1 FROM data",
            "No function matches the given name and argument types '+(VARCHAR, INTEGER_LITERAL)'",
        ),
        ("SELECT CAST(name AS INT) AS a, id FROM data", "Could not convert string 's1' to INT32"),
        ("SELECT id, id FROM data", "1 column name used more than once: 'id'; rename"),
        ("SELECT id, 1 AS ID FROM data", "column names that differ only in case: 'id', 'ID'; rename one of them"),
        ("SELECT * FROM data a JOIN data b USING (id)", "2 column names used more than once: 'amount', 'name'; rename"),
        ("SELECT * FROM data WHERE id < 0", "no rows of rows.csv are left; loosen its conditions"),
    ],
)
def test_a_query_that_fails_says_why_in_one_line(query: str, reason: str) -> None:
    """DuckDB's reason and what it takes to be meant stand in one line, after the key"""
    check_query(query)
    assert refusal(query).startswith(f"data.file.query: {reason}")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT a.id, b.name, a.name || b.name || c.name AS k FROM data a, data b, data c, data d, data e",
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT n, 1 FROM t",
    ],
)
def test_a_query_without_end_reaches_the_limit_of_memory(query: str) -> None:
    """a join without a condition is refused at the limit of memory, not when the disk is full"""
    with open_store("rows.csv") as store:
        fill(store)
        store.connection.execute("SET memory_limit = '40MB'")
        store.connection.execute("SET max_temp_directory_size = '40MB'")
        with pytest.raises(DataError, match=r"^data\.file\.query: its result needs more memory than reading may use"):
            run_query(store, query, "rows.csv")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) AS a, sum(n) AS b FROM range(100000000000) AS t(n)",
        "SELECT count(*) AS a, 1 AS b FROM data a, data b, data c, data d, data e, data f, data g, data h",
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION SELECT (n + 1) % 1000007 FROM t) SELECT count(*) AS a, 1 AS b FROM t",
    ],
    ids=["range", "cross join", "recursion"],
)
def test_a_query_without_end_is_stopped(query: str) -> None:
    """what needs no memory ends, too, and what it left on disk is gone"""
    stopped = r"^data\.file\.query: stopped after 0\.3 s \(data\.file\.query_timeout\)"
    with open_store("rows.csv") as store:
        fill(store)
        with pytest.raises(DataError, match=stopped):
            run_query(store, query, "rows.csv", timeout=0.3)
    assert not store.folder.exists()


def test_a_query_in_time_is_not_interrupted() -> None:
    """the clock ends with the query"""
    with open_store("rows.csv") as store:
        fill(store)
        run_query(store, "SELECT * FROM data", "rows.csv", timeout=1e300)
        with _time_limit(store.connection, 0.2):
            store.connection.execute("CREATE TABLE again AS SELECT * FROM raw")
        time.sleep(0.3)
        slow = "SELECT count(*) FROM range(100000000) AS t(i) WHERE hash(i) % 7 = 0"
        assert store.connection.execute(slow).fetchone()
        with _time_limit(store.connection, 0.01):
            time.sleep(0.1)  # the time is over while no statement runs; the next one is stopped all the same
            with pytest.raises(duckdb.InterruptException):
                store.connection.execute(slow.replace("(1", "(100000"))


def test_what_is_read_may_spill_no_more_than_the_limit() -> None:
    """the bound of the disk holds before a query, and without one"""
    too_much = r"^rows\.csv: the data needs more than the [0-9,]+ MB that reading may use, and as much on disk"
    with pytest.raises(DataError, match=too_much), open_store("rows.csv") as store:  # noqa: PT012
        settings = "current_setting('memory_limit'), current_setting('max_temp_directory_size')"
        limit, spill = store.connection.execute(f"SELECT {settings}").fetchone()
        assert limit == spill
        store.connection.execute("SET memory_limit = '40MB'")
        store.connection.execute("SET max_temp_directory_size = '20MB'")
        store.connection.execute("CREATE TABLE t AS SELECT hash(i) AS h FROM range(10000000) AS t(i) ORDER BY h")
