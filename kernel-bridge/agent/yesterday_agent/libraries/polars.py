"""polars: frames column by column; series and plans never change."""

from __future__ import annotations

from typing import Any

from ..content_parts import listed
from ..imported import is_a, type_of
from ..library import Description, Dissection, Library, Parts
from ..part_names import WHOLE
from .numpy import array_mark


def _dissect(value: Any) -> Dissection | None:
    if not is_a(value, "polars", "DataFrame"):
        return None
    return {WHOLE: tuple(value.columns), **{f"[{name!r}]": _column(value[name]) for name in value.columns}}, []


def _column(column: Any) -> Any:
    return (str(column.dtype), len(column), array_mark(column.hash().to_numpy()))


def _content(value: Any) -> Parts | None:
    if is_a(value, "polars", "DataFrame"):
        return _frame_content(value)
    if is_a(value, "polars", "Series"):
        return [("polars series", value.name), *_column_content(value)]
    if is_a(value, "polars", "LazyFrame"):
        return [("untold", "a lazy frame is a plan, not data")]
    return None


def _frame_content(value: Any) -> Parts:
    yield "polars frame", list(value.columns)
    for column in value.get_columns():
        yield from _column_content(column)


def _column_content(column: Any) -> Parts:
    yield "polars column", f"{column.dtype}{len(column)}".encode()
    if column.dtype.is_numeric() and column.null_count() == 0:
        yield "numbers", column.to_numpy()
    else:
        yield from listed(len(column), column.to_list)


def _is_constant(value: Any) -> bool:
    return type(value).__name__ in ("Series", "LazyFrame", "Expr")


_NAMED = 8


def _describe(value: Any) -> Description | None:
    if type(value) is type_of("polars", "Series"):
        size = int(value.estimated_size())
        return {"shape": [len(value)], "preview": str(value.dtype), "size": size, "opens": "table"}
    if type(value) is type_of("polars", "LazyFrame"):
        return {"preview": "a plan that has no rows yet"}
    if type(value) is not type_of("polars", "DataFrame"):
        return None
    names = value.columns
    preview = ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
    return {"shape": list(value.shape), "preview": preview, "size": int(value.estimated_size()), "opens": "table"}


LIBRARY = Library(
    "polars",
    dissect=_dissect,
    content=_content,
    is_constant=_is_constant,
    describe=_describe,
)
