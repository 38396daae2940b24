"""SQLAlchemy: engines with the connections of their pools."""

from __future__ import annotations

from typing import Any

from ..imported import is_a
from ..kinds import module_of
from ..library import Library

_MAPPINGS = (
    *("sqlalchemy.sql", "sqlalchemy.orm.attributes", "sqlalchemy.orm.mapper", "sqlalchemy.orm.state"),
    *("sqlalchemy.orm.instrumentation", "sqlalchemy.orm.decl_api", "sqlalchemy.orm.relationships"),
    *("sqlalchemy.orm.properties", "sqlalchemy.event", "sqlalchemy.orm.clsregistry"),
)
"""Statements, tables and what maps classes to them: they remember much, and say the same."""


def _is_constant(value: Any) -> bool:
    return module_of(type(value)).startswith(_MAPPINGS) and type(value).__name__ not in ("MetaData", "Session")


def _pooled_connections(value: Any) -> list[Any]:
    """Of an engine: the connections that its pool keeps."""
    if not is_a(value, "sqlalchemy.engine", "Engine"):
        return []
    pool = value.pool
    waiting = getattr(getattr(pool, "_pool", None), "queue", ())
    records = [*(getattr(pool, "_all_conns", None) or ()), *waiting]
    return [raw for record in records if (raw := getattr(record, "dbapi_connection", None)) is not None]


def _statement(value: Any) -> str | None:
    return getattr(value, "text", None) if type(value).__name__ == "TextClause" else str(value)


LIBRARY = Library(
    "sqlalchemy",
    databases=frozenset(("Engine", "Connection", "Session")),
    statement=_statement,
    hidden_links=_pooled_connections,
    is_constant=_is_constant,
    lazy_attributes=frozenset(("_fk_memos", "dispatch", "_compiled_cache", "dialect", "logger", "pool")),
)
