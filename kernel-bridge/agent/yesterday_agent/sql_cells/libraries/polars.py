"""polars: rows become its frames where pandas is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..library import SqlLibrary


def _columns(value: Any) -> Sequence[Any]:
    names: Sequence[Any] = value.collect_schema().names() if type(value).__name__ == "LazyFrame" else value.columns
    return names


def _to_frame(columns: list[str], rows: list[Sequence[Any]]) -> Any:
    import polars

    return polars.DataFrame([tuple(row) for row in rows], schema=columns, orient="row", infer_schema_length=None)


LIBRARY = SqlLibrary("polars", frozenset(("DataFrame", "LazyFrame")), _columns, _to_frame)
