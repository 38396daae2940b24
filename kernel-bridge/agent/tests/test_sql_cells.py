"""SQL cells: header, parameters, errors with their place, lineage by column, completion, and named connections."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from notebook import Notebook

from yesterday_agent import sql_cells
from yesterday_agent.record import Edge
from yesterday_agent.sql_cells.completion import complete
from yesterday_agent.sql_cells.connections import secrets_of, user_folder
from yesterday_agent.sql_cells.header import parse_header
from yesterday_agent.sql_cells.libraries.duckdb import described
from yesterday_agent.sql_cells.parameters import bind
from yesterday_agent.sql_cells.problems import SqlError, masked, place_at
from yesterday_agent.sql_cells.statement_facts import parse_facts
from yesterday_agent.sql_cells.statements import split


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Notebook]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("YESTERDAY_HOME", str(tmp_path / "home"))
    made = Notebook()
    made.magic = sql_cells.register(made.shell, made.recorder.sql)  # type: ignore[attr-defined]
    yield made
    if duckdb := sys.modules.get("duckdb"):
        duckdb.set_default_connection(duckdb.connect())


# -- the text alone


@pytest.mark.parametrize(
    ("line", "connection", "result", "sql"),
    [
        ("", None, None, ""),
        ("rows <<", None, "rows", ""),
        ("rows = <<", None, "rows", ""),
        ("warehouse", "warehouse", None, ""),
        ("warehouse rows <<", "warehouse", "rows", ""),
        ("sqlite:///a.db rows << select 1", "sqlite:///a.db", "rows", "select 1"),
        ("select 1 << 2", None, None, "select 1 << 2"),
        ("known select 1", "known", None, "select 1"),
        ("duckdb:// select 1", "duckdb://", None, "select 1"),
    ],
)
def test_the_first_line_is_that_of_jupysql(line: str, connection: str | None, result: str | None, sql: str) -> None:
    assert parse_header(line, lambda word: word == "known") == (connection, result, sql)


@pytest.mark.parametrize("line", ["--persist df", "a b rows <<"])
def test_what_the_first_line_cannot_say_is_refused(line: str) -> None:
    with pytest.raises(SqlError, match="%%sql"):
        parse_header(line, lambda word: False)


def test_parameters_are_bound_and_never_pasted() -> None:
    variables: dict[str, Any] = {"low": "1; drop table t", "names": ["a", "b"], "table": "s.t"}
    source = "select * from {{ table|identifier }} where a > {{low}} and b in {{names}} -- {{low}}"
    bound = bind(source, variables, lambda key: f"${key}")
    assert bound.sql == 'select * from "s"."t" where a > $p0 and b in ($p1, $p2) -- {{low}}'
    assert bound.values == {"p0": "1; drop table t", "p1": "a", "p2": "b"}
    assert bound.names == {"low", "names", "table"}
    assert bound.offset(bound.sql.index("and")) == source.index("and")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("select '{{low}}'", "inside quotes"),
        ("select {{missing}}", "not defined"),
        ("select {{low + 1}}", "Write a parameter"),
        ("select {{low|safe}}", "Write a parameter"),
        ("{% if low %} select 1 {% endif %}", "not supported"),
        ("select * from {{evil|identifier}}", "plain identifier"),
        ("select 1 in {{nothing}}", "0 values"),
    ],
)
def test_what_cannot_be_bound_is_refused_with_its_place(source: str, words: str) -> None:
    with pytest.raises(SqlError, match=words) as caught:
        bind(source, {"low": 1, "evil": 't"; drop table t', "nothing": []}, lambda key: f"${key}")
    assert caught.value.place is not None and caught.value.place.line == 1


def test_statements_are_split_outside_of_quotes() -> None:
    text = "select ';'; -- ;\nselect $$ ; $$;\n\n/* ; */ ;select \"a;b\""
    assert [one for _, one in split(text)] == ["select ';'", "-- ;\nselect $$ ; $$", 'select "a;b"']
    assert all(text[offset:].startswith(one) for offset, one in split(text))


def test_the_place_of_an_error_is_that_of_duckdb() -> None:
    statement = "\nselect a,\n  nope"
    text, offset = described("Binder Error: no nope\n\nLINE 3:   nope\n          ^^^^", statement)
    assert (text, offset) == ("Binder Error: no nope", statement.index("nope"))
    assert place_at(statement, statement.index("nope")) == (3, 3)


def test_secrets_of_urls_are_masked() -> None:
    secrets = secrets_of("postgresql://ann:p%40ss-word@db/x?sslpassword=other-one")
    assert secrets == ["p%40ss-word", "p@ss-word", "other-one"]
    assert masked("no access with p@ss-word", secrets) == "no access with •••"


COLUMNS = {"t": ["k", "a", "b"], "u": ["k", "c"], "w.v": ["x"], "Frame": ["Amount", "Name"]}


@pytest.mark.parametrize(
    ("dialect", "sql", "reads", "writes"),
    [
        ("duckdb", "select t.a, c from t join u using (k)", {"t": "a k", "u": "c k"}, ""),
        ("duckdb", "select amount from Frame", {"Frame": "Amount"}, ""),
        ("duckdb", "select * exclude (b) from t", {"t": "a k"}, ""),
        ("duckdb", "select count(*) from t", {"t": None}, ""),
        ("duckdb", "select a, (select max(c) from u where u.k = t.k) from t", {"t": "a k", "u": "c k"}, ""),
        ("duckdb", "with t as (select a from t) select a from t", {"t": "a"}, ""),
        ("duckdb", "with q as (select a, b from t) select a from q", {"t": "a b"}, ""),
        ("duckdb", "select x from w.v", {"w.v": "x"}, ""),
        ("duckdb", "select z from unknown", {"unknown": None}, ""),
        ("duckdb", "create table n as select a from t", {"t": "a"}, "n"),
        ("duckdb", "insert into n select c from u", {"u": "c", "n": None}, "n"),
        ("duckdb", "update t set a = c from u where u.k = t.k", {"t": None, "u": None}, "t"),
        ("duckdb", "copy t to 'x.csv'", {"t": None}, ""),
        ("duckdb", "drop table if exists n", {}, "n"),
        ("postgres", "select a::text from public.t where b ~ 'x' for update", {"t": "a b"}, ""),
        (
            "postgres",
            "insert into u select k, a from t on conflict (k) do update set c = 1",
            {"t": "a k", "u": None},
            "u",
        ),
        ("spark", "SELECT /*+ BROADCAST(u) */ t.a FROM t LEFT SEMI JOIN u ON t.k = u.k", {"t": "a k", "u": "k"}, ""),
        ("spark", "CREATE OR REPLACE TABLE n USING delta AS SELECT a FROM t", {"t": "a"}, "n"),
        ("hive", "INSERT OVERWRITE TABLE n PARTITION (ds='1') SELECT a, b FROM t", {"t": "a b", "n": None}, "n"),
        ("hive", "SELECT e.x FROM src LATERAL VIEW explode(arr) e AS x", {"src": None}, ""),
        ("hive", "SELECT a FROM t DISTRIBUTE BY k SORT BY b", {"t": "a b k"}, ""),
        ("trino", "SELECT approx_distinct(a) FROM t TABLESAMPLE BERNOULLI (10)", {"t": "a"}, ""),
        ("trino", "SELECT x FROM hive.w.t2 CROSS JOIN UNNEST(xs) AS q (x)", {"hive.w.t2": None}, ""),
    ],
)
def test_tables_and_columns_of_each_dialect(dialect: str, sql: str, reads: dict[str, str | None], writes: str) -> None:
    pytest.importorskip("sqlglot")
    found = parse_facts(sql, dialect, COLUMNS.get)
    assert found is not None
    expected = {name: None if columns is None else set(columns.split()) for name, columns in reads.items()}
    assert (found.reads, found.writes) == (expected, set(writes.split()))


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT OVERWRITE TABLE dw.daily PARTITION (ds='20260101') SELECT id, SUM(x) FROM ods.log GROUP BY id",
        "CREATE TABLE IF NOT EXISTS dw.t LIFECYCLE 30 AS SELECT id FROM ods.log",
        "SELECT /*+ mapjoin(b) */ a.id FROM ods.log a JOIN dim b ON a.id = b.id WHERE a.ds = MAX_PT('ods.log')",
        "SELECT id, WM_CONCAT(',', name) FROM ods.log GROUP BY id",
    ],
)
def test_maxcompute_is_read_as_hive_or_by_its_words(sql: str) -> None:
    """What sqlglot cannot parse goes to the agent's own reader, which finds the tables all the same."""
    from yesterday_agent.sql import statements

    found = parse_facts(sql, "hive", lambda table: None)
    reads = found.reads.keys() if found is not None else {table for one in statements(sql) for table in one.reads}
    assert "ods.log" in reads


def test_hostile_sql_is_no_crash() -> None:
    for text in ("(" * 3_000, "select " + "a+" * 5_000 + "1", "\0", "select 'x", "with with with", "🦆" * 100):
        parse_facts(text, "duckdb", lambda table: None)
        split(text)


# -- real runs


def _edges(record: Any, kind: str, which: str = "used") -> dict[str, Edge]:
    return {edge["name"]: edge for edge in record[which] if edge["kind"] == kind}


def test_a_frame_is_used_by_its_columns_and_the_result_is_a_variable(notebook: Notebook) -> None:
    pytest.importorskip("duckdb"), pytest.importorskip("pandas")
    notebook.run("import pandas as pd\ndf = pd.DataFrame({'a': [1, 2, 3], 'b': list('xyz'), 'c': 0})\na = 7\nlow = 1")
    notebook.run("df['c'] = 5")
    record = notebook.run("%%sql rows <<\nselect a from df where a > {{low}}")
    assert notebook.errors[-1] is None
    assert notebook.shell.user_ns["rows"]["a"].tolist() == [2, 3]
    used = _edges(record, "variable")
    assert set(used) == {"df", "low"}
    if "sqlglot" in sys.modules:
        assert used["df"]["parts"] is not None and "['c']" not in used["df"]["parts"]
        assert notebook.slice() == {1}
    assert "rows" in _edges(record, "variable", "generated")
    notebook.run("total = rows['a'].sum()")
    assert {1, 3} <= notebook.slice()


def test_tables_and_views_lead_to_the_runs_that_wrote_them(notebook: Notebook) -> None:
    pytest.importorskip("duckdb"), pytest.importorskip("pandas")
    notebook.run("%%sql\ncreate or replace table t as select 1 as a; insert into t values (2)")
    notebook.run("%%sql\ncreate or replace view v as select a from t")
    notebook.run("%%sql\ncreate or replace table other as select 1 as z")
    record = notebook.run("%%sql\nselect sum(a) as s from v")
    assert notebook.slice() == {1, 2}
    table = _edges(record, "table")["v"]
    assert (table.get("by"), table.get("type")) == ("2", "memory")
    assert "select sum(a)" in (table.get("query") or "")


def test_python_and_sql_cells_share_the_tables_of_duckdb(notebook: Notebook) -> None:
    pytest.importorskip("duckdb")
    notebook.run("import duckdb")
    notebook.run("duckdb.sql('create or replace table p as select 1 as one')")
    notebook.run("%%sql\nselect one from p")
    assert notebook.slice() == {1, 2}


def test_files_are_used(notebook: Notebook) -> None:
    pytest.importorskip("duckdb")
    notebook.run("with open('in.csv', 'w') as file: file.write('a,b\\n1,2\\n')\npath = 'in.csv'")
    record = notebook.run("%%sql\nselect a from 'in.csv'")
    assert any(name.endswith("in.csv") for name in _edges(record, "file")) and not _edges(record, "table")
    record = notebook.run("%%sql\nselect a from read_csv({{path}})")
    assert any(name.endswith("in.csv") for name in _edges(record, "file"))


def test_errors_show_the_place_in_the_sql_and_no_traceback(notebook: Notebook) -> None:
    pytest.importorskip("duckdb")
    notebook.run("low = 1")
    notebook.run("%%sql\nselect 1 as a;\nselect {{low}} as x,\n       nope from (select 1) t")
    problem = notebook.errors[-1]
    assert isinstance(problem, SqlError) and problem.place == (3, 8)
    assert "^" not in str(problem) and problem._render_traceback_()[-1] == "    " + " " * 7 + "^"


def test_a_notebooks_own_engine_is_followed_like_pythons_use_of_it(notebook: Notebook) -> None:
    pytest.importorskip("sqlalchemy"), pytest.importorskip("pandas")
    notebook.run("import sqlalchemy\nengine = sqlalchemy.create_engine('sqlite:///own.db')\nn = 3")
    notebook.run("%%sql engine\ncreate table k (x int); insert into k values ({{n}}), (4)")
    record = notebook.run("%%sql engine\nselect x, ':a' as text from k where x > {{n}}")
    assert notebook.shell.user_ns["_"].values.tolist() == [[4, ":a"]]
    assert notebook.slice() == {1, 2}
    assert any(edge["kind"] == "table" and edge["name"].endswith("k") for edge in record["used"])
    notebook.run("%%sql engine\nselect nope from k")
    assert isinstance(notebook.errors[-1], SqlError) and notebook.errors[-1].place == (1, 8)


def _save(folder: Path, **urls: str) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / "connections.json"
    path.write_text(json.dumps({"version": 1, "connections": [{"name": n, "url": u} for n, u in urls.items()]}))
    path.chmod(0o600)


def test_saved_connections_are_outside_of_the_notebook(notebook: Notebook, tmp_path: Path) -> None:
    pytest.importorskip("sqlalchemy"), pytest.importorskip("pandas")
    notebook.run("%%sql store\nselect 1 as one")
    assert "yesterday connections add store" in str(notebook.errors[-1])
    _save(tmp_path / "home", store="sqlite:///store.db")
    notebook.run("%%sql store\ncreate table k (x int); insert into k values (1)")
    record = notebook.run("%%sql store rows <<\nselect x from k")
    assert notebook.errors[-1] is None and notebook.slice() == {2}
    assert _edges(record, "table")["store:k"].get("by") == "2"
    if os.name == "posix":
        (tmp_path / "home" / "connections.json").chmod(0o644)
        notebook.run("%%sql store\nselect 1 as one")
        assert "chmod 600" in str(notebook.errors[-1])


def test_the_users_folder_is_that_of_the_server() -> None:
    assert user_folder({"YESTERDAY_HOME": "/x"}) == Path("/x")
    assert user_folder({"XDG_DATA_HOME": "/d"}, "linux") == Path("/d/yesterday")
    assert user_folder({}, "darwin").parts[-2:] == ("Application Support", "Yesterday")
    assert user_folder({"LOCALAPPDATA": "/l"}, "win32") == Path("/l/Yesterday")


def test_a_missing_package_is_offered_with_its_command(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    notebook.run("%%sql\nselect 1 as one")
    assert "Run `%pip install duckdb`" in str(notebook.errors[-1])


def test_without_sqlglot_frames_are_used_as_a_whole(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("duckdb"), pytest.importorskip("pandas")
    monkeypatch.setitem(sys.modules, "sqlglot", None)
    notebook.run("import pandas as pd\nDf = pd.DataFrame({'a': [1]})")
    record = notebook.run("%%sql\nselect a from Df")
    assert "Df" in _edges(record, "variable") and notebook.slice() == {1}


def test_columns_tables_and_variables_are_completed(notebook: Notebook) -> None:
    pytest.importorskip("duckdb"), pytest.importorskip("pandas")
    notebook.run("import pandas as pd\nsales = pd.DataFrame({'amount': [1], 'shop': ['x']})\nlimit_ = 3")

    def ask(text: str) -> list[str]:
        before, _, after = text.partition("|")
        return [found for found, _ in complete(notebook.magic, before + after, before)]  # type: ignore[attr-defined]

    assert ask("%%sql\nselect s.| from sales s") == ["amount", "shop"]
    assert ask("%%sql\nselect am| from sales")[0] == "amount"
    assert "sales" in ask("%%sql\nselect * from sa|")
    assert ask("%%sql\nselect {{lim|") == ["limit_"]


@pytest.fixture
def postgres() -> Iterator[str]:
    """A server of its own below /tmp, as PostgreSQL refuses to run as root and long paths for its socket."""
    pytest.importorskip("sqlalchemy"), pytest.importorskip("pg8000"), pytest.importorskip("pandas")
    program = shutil.which("pg_ctl") or next(map(str, Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")), None)
    if program is None or os.name != "posix":
        pytest.skip("PostgreSQL is not installed")
    place = Path(tempfile.mkdtemp(prefix="pg"))
    place.chmod(0o777)
    options = f"-c listen_addresses= -c fsync=off -k {place}"
    other: dict[str, Any] = {"user": 65534} if os.geteuid() == 0 else {}

    def ask(*words: str) -> None:
        command = [program, "-D", f"{place}/data", *words]
        subprocess.run(
            command, check=True, stdout=subprocess.DEVNULL, cwd=place, env={**os.environ, "LC_ALL": "C"}, **other
        )

    try:
        ask("init", "-o", "-U ann -A trust")
        ask("-o", options, "-w", "-l", f"{place}/log", "start")
        yield f"postgresql+pg8000://ann@/postgres?unix_sock={place}/.s.PGSQL.5432"
    finally:
        ask("-m", "immediate", "stop")
        shutil.rmtree(place, ignore_errors=True)


def test_postgresql_runs_sql_cells(notebook: Notebook, postgres: str, tmp_path: Path) -> None:
    _save(tmp_path / "home", pg=postgres)
    notebook.run("low = 1\nids = [1, 2]")
    notebook.run("%%sql pg\ncreate table t (id int, name text); insert into t values (1, 'a'), (2, 'b:c'), (3, '100%')")
    record = notebook.run(
        "%%sql pg rows <<\nselect name::text from t where id > {{low}} and id in {{ids}} and name like 'b%'"
    )
    assert notebook.errors[-1] is None
    assert notebook.shell.user_ns["rows"].values.tolist() == [["b:c"]]
    assert _edges(record, "table")["pg:t"].get("by") == "2"
    notebook.run("%%sql pg\nselect\n  nope from t")
    assert notebook.errors[-1].place == (2, 3)  # type: ignore[union-attr]
