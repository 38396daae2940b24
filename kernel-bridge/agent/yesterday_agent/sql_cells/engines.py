"""Runs statements on DuckDB or SQLAlchemy, and asks them for tables and columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from .connections import Connection, Connections, masked
from .parameters import Bound, split
from .problems import SqlError, duckdb_problem, offset_of_word, place_at
from .tables import to_frame


class Answer(NamedTuple):
    """`frame`: the rows as a frame; None of a statement without rows. `changed`: how many rows it changed, if known."""

    frame: Any
    changed: int | None


class Piece(NamedTuple):
    """One statement: its offset in the bound SQL, its text, and what the engine takes."""

    offset: int
    sql: str
    held: Any


class DuckDb:
    """`variables`: the notebook's, in which DuckDB looks up the names of frames."""

    def __init__(self, connection: Connection, variables: dict[str, Any]) -> None:
        self._held = connection.held
        self._variables = variables

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Each statement is committed by itself, unless the SQL begins a transaction."""
        yield

    @staticmethod
    def mark(key: str) -> str:
        return f"${key}"

    def pieces(self, bound: Bound) -> list[Piece]:
        import duckdb

        begun, found = 0, []
        for one in duckdb.extract_statements(bound.sql):
            text = one.query.strip()
            offset = max(begun, bound.sql.find(text, begun))
            begun = offset + len(text)
            found.append(Piece(offset, text, one))
        return found

    def run(self, piece: Piece, bound: Bound) -> Answer:
        values = {key: bound.values[key] for key in piece.held.named_parameters if key in bound.values}
        # DuckDB looks up frames where it is called from: that must be the notebook. It gets the text of one statement:
        # in errors of a statement that it took from a longer text, it points at a wrong place.
        names = {"__sql_connection": self._held, "__sql_statement": piece.sql, "__sql_values": values}
        result = eval("__sql_connection.execute(__sql_statement, __sql_values or None)", self._variables, names)
        kinds = {str(kind).rpartition(".")[2] for kind in piece.held.expected_result_type}
        columns = [one[0] for one in result.description or ()]
        if "CHANGED_ROWS" in kinds and columns == ["Count"]:
            rows = result.fetchall()
            return Answer(None, rows[0][0] if rows else None)
        if kinds == {"NOTHING"} or not columns:
            return Answer(None, None)
        return Answer(self._frame(result, columns), None)

    @staticmethod
    def _frame(result: Any, columns: list[str]) -> Any:
        try:
            return result.df()
        except ImportError:
            return to_frame(columns, result.fetchall())

    def problem(self, error: Exception, piece: Piece | None, bound: Bound, source: str) -> SqlError:
        text, offset = duckdb_problem(str(error), bound.sql if piece is None else piece.sql)
        if offset is None:
            return SqlError(text)
        at = bound.offset(offset + (0 if piece is None else piece.offset))
        return SqlError(text, place_at(source, at), source)

    def schema(self) -> dict[str, list[str]]:
        """Columns by table, of all tables and views."""
        query = (
            "select case when schema_name = 'main' then '' else schema_name || '.' end || table_name, column_name"
            " from duckdb_columns() where not internal order by table_oid, column_index limit 20000"
        )
        found: dict[str, list[str]] = {}
        for table, column in self._held.cursor().execute(query).fetchall():
            found.setdefault(table, []).append(column)
        return found


_BIND = re.compile(r"(?<![:\w\\]):(?=\w)(?!:)")
_ROW_WORDS = ("insert", "update", "delete", "merge", "replace")


class SqlAlchemy:
    """Each cell is one transaction, but for a connection of the notebook that is inside one."""

    def __init__(self, connection: Connection, connections: Connections) -> None:
        self._held, self._connections = connection.held, connections

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What runs inside is one transaction. Tables are looked up on its connection: another could end it."""
        held = self._held
        try:
            if type(held).__name__ == "Engine":
                with held.begin() as self._held:
                    yield
            elif held.in_transaction():
                yield
            else:
                with held.begin():
                    yield
        finally:
            self._held = held

    @staticmethod
    def mark(key: str) -> str:
        return f"\0{key}\0"

    def pieces(self, bound: Bound) -> list[Piece]:
        return [Piece(offset, text, None) for offset, text in split(bound.sql)]

    def run(self, piece: Piece, bound: Bound) -> Answer:
        import sqlalchemy

        literal = _BIND.sub(r"\\:", piece.sql)
        keys = re.findall("\0(p\\d+)\0", piece.sql)
        text = sqlalchemy.text(re.sub("\0(p\\d+)\0", r":\1", literal))
        result = self._held.execute(text, {key: bound.values[key] for key in keys})
        if result.returns_rows:
            return Answer(to_frame(list(result.keys()), result.fetchall()), None)
        is_change = piece.sql.lstrip().lower().startswith(_ROW_WORDS)
        return Answer(None, result.rowcount if is_change and result.rowcount >= 0 else None)

    def problem(self, error: Exception, piece: Piece | None, bound: Bound, source: str) -> SqlError:
        held = getattr(error, "orig", None) or error
        text, offset = masked(_message(held), self._connections.secrets), None
        if piece is not None:
            offset = _position(held)
            offset = offset_of_word(text, piece.sql) if offset is None else offset
        if piece is None or offset is None:
            return SqlError(text)
        return SqlError(text, place_at(source, bound.offset(piece.offset + offset)), source)

    def tables(self) -> list[str]:
        import sqlalchemy

        inspector = sqlalchemy.inspect(self._held)
        return [*inspector.get_table_names()[:2_000], *inspector.get_view_names()[:2_000]]

    def columns(self, table: str) -> list[str] | None:
        import sqlalchemy

        schema, _, name = table.rpartition(".")
        try:
            found = sqlalchemy.inspect(self._held).get_columns(name, schema=schema or None)
        except Exception:
            return None
        return [str(one["name"]) for one in found] or None


def _message(error: BaseException) -> str:
    """A driver's words; pg8000 gives the fields of PostgreSQL's answer."""
    first = error.args[0] if error.args else ""
    return str(first["M"]) if isinstance(first, Mapping) and "M" in first else str(error).split("\nLINE ")[0]


def _position(error: BaseException) -> int | None:
    """Where PostgreSQL points at, from 0."""
    first = error.args[0] if error.args else ""
    found = first.get("P") if isinstance(first, Mapping) else None
    found = found or getattr(getattr(error, "diag", None), "statement_position", None)
    return int(found) - 1 if found else None
