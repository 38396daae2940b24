"""DuckDB: the engine of cells that name no connection. It reads frames of the notebook and files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..library import Answer, Database, Piece, Site, SqlLibrary
from ..problems import MissingPackageError, SqlError, masked, place_at
from ..statements import Bound


class DuckDb:
    """DuckDB looks up the names of frames among the notebook's variables."""

    reads_frames = True

    def __init__(self, held: Any, site: Site) -> None:
        self._held, self._variables, self._to_frame = held, site.variables, site.to_frame

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

    def _frame(self, result: Any, columns: list[str]) -> Any:
        try:
            return result.df()
        except ImportError:
            return self._to_frame(columns, result.fetchall())

    def problem(self, error: Exception, piece: Piece | None, bound: Bound, source: str) -> SqlError:
        text, offset = described(str(error), bound.sql if piece is None else piece.sql)
        if offset is None:
            return SqlError(text)
        at = bound.offset(offset + (0 if piece is None else piece.offset))
        return SqlError(text, place_at(source, at), source)

    def tables(self) -> list[str]:
        return list(self.schema())

    def columns(self, table: str) -> list[str] | None:
        return self.schema().get(table)

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


_LINE = re.compile(r"\n+LINE (\d+): (.*)\n( *)\^+\s*$", re.S)


def described(message: str, statement: str) -> tuple[str, int | None]:
    """The message without its picture, and the offset in the statement that DuckDB points at."""
    found = _LINE.search(message)
    if found is None:
        return message, None
    number, shown, space = int(found[1]), found[2], found[3]
    lines = statement.split("\n")
    text = message[: found.start()].rstrip()
    if not 1 <= number <= len(lines):
        return text, None
    column = len(space) - len(f"LINE {number}: ")
    if shown.startswith("..."):
        cut = shown[3:].removesuffix("...").rstrip()
        column += max(0, lines[number - 1].find(cut)) - 3
    return text, sum(len(line) + 1 for line in lines[: number - 1]) + max(0, column)


def _module() -> Any:
    try:
        import duckdb
    except ImportError:
        raise MissingPackageError("DuckDB", "duckdb") from None
    return duckdb


def _default() -> Any:
    """The connection that `duckdb.sql` uses as well."""
    default = _module().default_connection
    return default() if callable(default) else default


def _open(url: str, label: str, secrets: list[str]) -> Any:
    module = _module()
    try:
        return module.connect(url.partition(":///")[2] or ":memory:")
    except Exception as problem:
        raise SqlError(f"Could not open `{label}`: {masked(str(problem), secrets)}") from None


LIBRARY = SqlLibrary(
    "duckdb",
    frozenset(("DuckDBPyRelation",)),
    database=Database(
        frozenset(("DuckDBPyConnection",)),
        open=_open,
        engine=DuckDb,
        dialect=lambda held: "duckdb",
        scheme="duckdb",
        default=_default,
    ),
)
