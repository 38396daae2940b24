"""Frames of the notebook, and rows as the frame that is at hand."""

from __future__ import annotations

import html
import importlib.util
from collections.abc import Mapping, Sequence
from typing import Any

_FRAMES = {
    "pandas": ("DataFrame",),
    "polars": ("DataFrame", "LazyFrame"),
    "pyarrow": ("Table", "RecordBatch", "RecordBatchReader"),
    "numpy": ("ndarray",),
    "duckdb": ("DuckDBPyRelation",),
    "_duckdb": ("DuckDBPyRelation",),
    "yesterday_agent": ("Rows",),
}


def is_frame(value: object) -> bool:
    """Whether DuckDB reads a variable of this value as a table."""
    kind = type(value)
    return kind.__name__ in _FRAMES.get(kind.__module__.partition(".")[0], ())


def columns_of(value: Any) -> list[str] | None:
    """The names of a frame's columns; None where it has none or they are no texts."""
    try:
        held = value.collect_schema().names() if type(value).__name__ == "LazyFrame" else _named(value)
    except Exception:
        return None
    return list(held) if held is not None and all(type(one) is str for one in held) else None


def _named(value: Any) -> Sequence[Any] | None:
    if type(value).__module__.startswith("pyarrow"):
        names: Sequence[Any] = value.schema.names
        return names
    columns = getattr(value, "columns", None)
    return None if columns is None else list(columns)


def frames_in(variables: Mapping[str, Any]) -> list[str]:
    """Names of frames, those of IPython's own left out."""
    return [name for name, value in list(variables.items()) if not name.startswith("_") and is_frame(value)]


def to_frame(columns: list[str], rows: list[Sequence[Any]]) -> Any:
    """A DataFrame of pandas, else of polars, else `Rows`."""
    if importlib.util.find_spec("pandas") is not None:
        import pandas

        return pandas.DataFrame.from_records([tuple(row) for row in rows], columns=columns)
    if importlib.util.find_spec("polars") is not None:
        import polars

        return polars.DataFrame([tuple(row) for row in rows], schema=columns, orient="row", infer_schema_length=None)
    return Rows(columns, rows)


class Rows(list[Any]):
    """Rows as tuples, shown as a table: what is left without pandas and polars."""

    SHOWN = 50

    def __init__(self, columns: list[str], rows: list[Sequence[Any]]) -> None:
        super().__init__(tuple(row) for row in rows)
        self.columns = columns

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(str(name))}</th>" for name in self.columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(str(one))}</td>" for one in row) + "</tr>" for row in self[: self.SHOWN]
        )
        more = f"<p>{len(self):,} rows, {self.SHOWN} shown</p>" if len(self) > self.SHOWN else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"
