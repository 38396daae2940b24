"""SQLAlchemy: the engine of all URLs but those of other databases, and of engines that the notebook holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ..library import Answer, Database, Piece, Site, SqlLibrary
from ..problems import MissingPackageError, SqlError, masked, offset_of_word, place_at
from ..statements import Bound, split

_PACKAGES = {
    "psycopg": "psycopg[binary]",
    "psycopg2": "psycopg2-binary",
    "MySQLdb": "mysqlclient",
    "pyodbc": "pyodbc",
    "odps": "pyodps[sqlalchemy]",
}
_URL_PACKAGES = {
    "trino": "trino[sqlalchemy]",
    "hive": "pyhive[hive]",
    "odps": "pyodps",
    "snowflake": "snowflake-sqlalchemy",
}
_BIND = re.compile(r"(?<![:\w\\]):(?=\w)(?!:)")
_ROW_WORDS = ("insert", "update", "delete", "merge", "replace")


class SqlAlchemy:
    """Each cell is one transaction, but for a connection of the notebook that is inside one."""

    reads_frames = False

    def __init__(self, held: Any, site: Site) -> None:
        self._held, self._secrets, self._to_frame = held, site.secrets, site.to_frame

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
            return Answer(self._to_frame(list(result.keys()), result.fetchall()), None)
        is_change = piece.sql.lstrip().lower().startswith(_ROW_WORDS)
        return Answer(None, result.rowcount if is_change and result.rowcount >= 0 else None)

    def problem(self, error: Exception, piece: Piece | None, bound: Bound, source: str) -> SqlError:
        held = getattr(error, "orig", None) or error
        text, offset = masked(_message(held), self._secrets), None
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

    def schema(self) -> None:
        return None


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


def _open(url: str, label: str, secrets: list[str]) -> Any:
    try:
        import sqlalchemy
    except ImportError:
        raise MissingPackageError("SQLAlchemy", "sqlalchemy") from None
    scheme = url.partition("://")[0]
    try:
        return sqlalchemy.create_engine(url)
    except ModuleNotFoundError as problem:
        name = problem.name or scheme
        raise MissingPackageError(f"The driver `{name}`", _PACKAGES.get(name, name)) from None
    except Exception as problem:
        package = _URL_PACKAGES.get(scheme.partition("+")[0])
        if type(problem).__name__ == "NoSuchModuleError" and package:
            raise MissingPackageError(f"The driver for `{scheme}`", package) from None
        raise SqlError(f"Could not open `{label}`: {masked(str(problem), secrets)}") from None


_DIALECTS = {
    "postgresql": "postgres",
    "mssql": "tsql",
    "mariadb": "mysql",
    "redshift": "redshift",
    "odps": "hive",
    "maxcompute": "hive",
    "sparksql": "spark",
    "cockroachdb": "postgres",
    "awsathena": "athena",
}


def _dialect(engine: Any) -> str:
    """sqlglot's name of an engine's dialect."""
    name = str(engine.dialect.name)
    return _DIALECTS.get(name, name)


LIBRARY = SqlLibrary(
    "sqlalchemy",
    database=Database(
        frozenset(("Engine", "Connection")),
        open=_open,
        engine=SqlAlchemy,
        dialect=_dialect,
    ),
)
