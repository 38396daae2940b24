"""duckdb: relations by their columns. A relation is a query, so its rows are not counted for a listing."""

from __future__ import annotations

from typing import Any

from ..library import Description, Library

_NAMED = 8


def _describe(value: Any) -> Description | None:
    if type(value).__name__ != "DuckDBPyRelation":
        return None
    names = list(value.columns)
    preview = ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
    return {"preview": preview, "opens": "table"}


LIBRARY = Library("duckdb", describe=_describe)
