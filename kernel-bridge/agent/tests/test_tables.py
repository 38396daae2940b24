"""Tables that SQL reads and writes: by the text alone, and as edges of real runs on real databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from notebook import Notebook

from yesterday_agent.record import Edge
from yesterday_agent.sql import statements


@pytest.mark.parametrize(
    ("text", "reads", "writes"),
    [
        ("select * from a", "a", ""),
        ("SELECT * FROM main.Orders o JOIN b ON o.x = b.x, c WHERE y IN (SELECT z FROM d)", "b c d orders", ""),
        ("with t as (select x from a), u(n) as (select 1 from t) select * from t, u", "a u", ""),
        ("with q as (select 1) insert into t select * from q", "t", "t"),
        ("insert or replace into b values ('from c')", "b", "b"),
        ("insert into a values (1) on conflict do update set x = 1", "a", "a"),
        ("update a set x = 1 from b where 1", "a b", "a"),
        ("delete from a where x in (select y from b)", "a b", "a"),
        ("create table a (x int)", "a", "a"),
        ("create or replace table a as select * from b", "b", "a"),
        ("create table t as with z as (select * from a) select * from z", "a t", "t"),
        ("create index i on a (x)", "", "a"),
        ("drop table if exists a, b", "a b", "a b"),
        ("alter table a rename to b", "a", "a b"),
        ("select extract(year from ts), a is distinct from b from q", "q", ""),
        ("from a select x", "a", ""),
        ("select * from read_csv('x.csv'), 'y.csv', b -- from c", "b", ""),
        ("select * from (select * from a) x, b /* join c */", "a b", ""),
        ('select * from "My ""Table""", [other], `third`', 'my ""table other third', ""),
        ("copy a to 'x.csv'; copy (select * from b) to 'y'; copy c from 'z'", "a b", "c"),
        ("only words that come from nowhere", "", ""),
    ],
)
def test_tables_of_a_statement(text: str, reads: str, writes: str) -> None:
    found = statements(text)
    assert {table for one in found for table in one.reads} == _names(reads)
    assert {table for one in found for table in one.writes} == _names(writes)


def _names(text: str) -> set[str]:
    return {'my ""table', "other", "third"} if text.startswith("my ") else set(text.split())


@pytest.mark.parametrize(
    ("text", "lasts"),
    [
        ("create trigger t after insert on a begin insert into b values (1); end", True),
        ("create table a (x int references b on delete cascade)", True),
        ("attach 'other.db' as other", True),
        ("rollback", False),
        ("pragma foreign_keys = on", False),
    ],
)
def test_what_does_more_than_it_names(text: str, lasts: bool) -> None:
    first = statements(text)[0]
    assert first.beyond
    assert first.lasts is lasts


def _tables(edges: list[Edge]) -> dict[str, Edge]:
    return {edge["name"]: edge for edge in edges if edge["kind"] == "table"}


def test_edges_name_the_file_and_the_statement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    notebook = Notebook()
    notebook.run("import sqlite3; con = sqlite3.connect('shop.db')")
    notebook.run("con.execute('create table orders (x int)'); con.execute('insert into orders values (1)')")
    notebook.run("con.commit(); other = sqlite3.connect('shop.db')")
    notebook.run("other.execute('select x from orders').fetchall()")
    made, read = notebook.records[1], notebook.records[3]
    name = str(tmp_path / "shop.db") + ":orders"
    assert _tables(made["generated"])[name]["query"] == "create table orders (x int);\ninsert into orders values (1)"
    edge = _tables(read["used"])[name]
    assert (edge["by"], edge["query"]) == (made["run"], "select x from orders")


def test_sqlalchemy_and_pandas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sqlalchemy")
    pytest.importorskip("pandas")
    monkeypatch.chdir(tmp_path)
    notebook = Notebook()
    notebook.run("import pandas as pd, sqlalchemy as sa; engine = sa.create_engine('sqlite:///a.db')")
    notebook.run("pd.DataFrame({'x': [1]}).to_sql('orders', engine)")
    notebook.run("pd.read_sql(sa.text('select x from orders'), engine)")
    edge = _tables(notebook.records[2]["used"])["orders"]
    assert edge["by"] == notebook.records[1]["run"]
    assert edge["query"] == "select x from orders"


def test_secrets_in_a_statement_are_masked() -> None:
    notebook = Notebook()
    notebook.run("import sqlite3; con = sqlite3.connect(':memory:'); con.execute('create table u (x text)')")
    notebook.run("con.execute(\"insert into u values ('postgres://me:hunter2@host/db')\")")
    assert "hunter2" not in str(_tables(notebook.records[1]["generated"]))
