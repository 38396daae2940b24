"""polars: frames column by column; series and plans never change."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ..content_parts import listed
from ..imported import is_a, type_of
from ..library import Description, Dissection, Library, Parts, Seed
from ..own_threads import as_own
from ..part_names import WHOLE
from ..table_view import COMPARE, cell, spread, wanted
from .numpy import array_mark

if TYPE_CHECKING:
    from ..table_view import Column, Filter, Kind, Sort, Table


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


def _table(value: Any, fixed: Sequence[int]) -> Table | None:
    if type(value) is type_of("polars", "Series"):
        return _Frame(value.to_frame())
    return _Frame(value) if type(value) is type_of("polars", "DataFrame") else None


class _Frame:
    """Positions are a series of row numbers."""

    def __init__(self, frame: Any) -> None:
        self._frame = frame

    @property
    def rows(self) -> int:
        return int(self._frame.height)

    @property
    def width(self) -> int:
        return int(self._frame.width)

    def columns(self, start: int, end: int) -> list[Column]:
        pairs = list(zip(self._frame.columns, self._frame.dtypes, strict=True))[start:end]
        return [{"name": name, "type": str(dtype), "kind": _kind(dtype)} for name, dtype in pairs]

    def positions(self, sorts: Sequence[Sort], filters: Sequence[Filter]) -> Any:
        import polars

        frame = self._frame.rename({name: str(place) for place, name in enumerate(self._frame.columns)})
        wanted_columns = sorted({*(str(one.column) for one in sorts), *(str(one.column) for one in filters)})
        frame = frame.select(wanted_columns).with_row_index("row")
        for one in filters:
            frame = frame.filter(_condition(polars.col(str(one.column)), self._frame.dtypes[one.column], one))
        if sorts:
            by, down = [str(one.column) for one in sorts], [one.descending for one in sorts]
            frame = frame.sort(by, descending=down, nulls_last=True, maintain_order=True)
        return frame["row"]

    def page(self, positions: Any, start: int, end: int, columns: Sequence[int]) -> list[list[str | None]]:
        found = []
        for place in columns:
            column = self._frame.to_series(place)
            some = column[start:end] if positions is None else column.gather(positions[start:end])
            found.append([cell(value) for value in some.to_list()])
        return found

    def labels(self, positions: Any, start: int, end: int) -> list[str] | None:
        return None

    def sample(self, column: int, positions: Any, most: int) -> Any:
        series = self._frame.to_series(column)
        series = series if positions is None else series.gather(positions)
        series = series.gather_every(spread(len(series), most).step)
        is_plain = _kind(series.dtype) in ("number", "time") and "numpy" in sys.modules
        return series.to_numpy() if is_plain and not series.dtype.is_decimal() else series.to_list()


def _kind(dtype: Any) -> Kind:
    if dtype.is_numeric():
        return "number"
    if dtype.is_temporal() and str(dtype) != "Time":
        return "time"
    if str(dtype) == "Boolean":
        return "bool"
    return "text" if str(dtype).startswith(("String", "Categorical", "Enum")) else "other"


def _condition(column: Any, dtype: Any, one: Filter) -> Any:
    import polars

    if one.operation in ("missing", "present"):
        missing = column.is_null() | column.is_nan() if dtype.is_float() else column.is_null()
        return missing if one.operation == "missing" else ~missing
    kind = _kind(dtype)
    if one.operation == "contains" or kind == "other":
        if dtype.is_nested() or str(dtype) in ("Object", "Binary"):
            raise ValueError("text is not looked for in nested columns")
        text = column.cast(polars.String).str.to_lowercase()
        return text.str.contains(one.value.lower(), literal=True)
    if kind == "time":
        return COMPARE[one.operation](column, polars.lit(one.value).str.strptime(dtype, strict=True))
    return COMPARE[one.operation](column.cast(polars.String) if kind == "text" else column, wanted(one.value, kind))


_FIRST: list[int] = []
"""What the generator in Rust was seeded with when polars was loaded. It cannot be read, and would seed itself."""
_SEED_BYTES = 6


def _seed(polars: ModuleType) -> None:
    as_own(lambda: _give_seed(int.from_bytes(os.urandom(_SEED_BYTES), "little")))


def _first_seed() -> int | None:
    return _FIRST[0] if _FIRST else None


def _give_seed(seed: int) -> None:
    import polars

    _FIRST[:] = [seed]
    polars.set_random_seed(seed)


LIBRARY = Library(
    "polars",
    on_import={"polars": _seed},
    seed=Seed(_first_seed, _give_seed, lambda: None),
    table=_table,
    dissect=_dissect,
    content=_content,
    is_constant=_is_constant,
    describe=_describe,
)
