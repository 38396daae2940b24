"""pyarrow: tables whose `columns` are the columns themselves."""

from __future__ import annotations

from ..library import SqlLibrary

LIBRARY = SqlLibrary(
    "pyarrow", frozenset(("Table", "RecordBatch", "RecordBatchReader")), lambda value: value.schema.names
)
