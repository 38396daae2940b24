"""pyarrow: tables and arrays, which never change."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..content_parts import listed, sliced
from ..imported import is_a
from ..library import Description, Library, Parts
from ..table_view import cell, spread, wanted

if TYPE_CHECKING:
    from ..table_view import Column, Filter, Kind, Sort, Table


def _content(value: Any) -> Parts | None:
    if is_a(value, "pyarrow", "Table") or is_a(value, "pyarrow", "RecordBatch"):
        return [
            ("table", value.schema.serialize().to_pybytes()),
            *(part for column in value.columns for part in column_content(column)),
        ]
    if is_a(value, "pyarrow", "Array") or is_a(value, "pyarrow", "ChunkedArray"):
        return column_content(value)
    return None


def column_content(column: Any) -> Parts:
    """An array or one in chunks: lengths, bytes and gaps of texts; numbers as memory; all else one by one."""
    import numpy
    import pyarrow

    whole = column.combine_chunks() if hasattr(column, "chunks") else column
    chunks = whole.chunks if hasattr(whole, "chunks") else [whole]
    yield "arrow", f"{column.type}{len(column)}".encode()
    for chunk in chunks:
        kind = chunk.type
        is_text = pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind)
        if is_text and len(chunk):
            width = "i4" if pyarrow.types.is_string(kind) else "i8"
            offsets = numpy.frombuffer(chunk.buffers()[1], width)[chunk.offset : chunk.offset + len(chunk) + 1]
            yield "lengths", numpy.diff(offsets).astype("i8")
            text = chunk.buffers()[2]
            yield "text", b"" if text is None else sliced(memoryview(text)[int(offsets[0]) : int(offsets[-1])])
            yield "gaps", chunk.is_null().to_numpy(zero_copy_only=False)
        elif pyarrow.types.is_integer(kind) or pyarrow.types.is_floating(kind):
            yield "gaps", chunk.is_null().to_numpy(zero_copy_only=False)
            yield "numbers", chunk.fill_null(0).to_numpy(zero_copy_only=False)
        else:
            yield from listed(len(chunk), chunk.to_pylist)


def _is_constant(value: Any) -> bool:
    is_open = is_a(value, "pyarrow", "NativeFile") or is_a(value, "pyarrow", "RecordBatchReader")
    return not is_open and not type(value).__name__.endswith("Writer")


_NAMED = 8


def _describe(value: Any) -> Description | None:
    if is_a(value, "pyarrow", "Table") or is_a(value, "pyarrow", "RecordBatch"):
        names = value.schema.names
        preview = ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
        shape = [value.num_rows, value.num_columns]
        return {"shape": shape, "preview": preview, "size": int(value.nbytes), "opens": "table"}
    if is_a(value, "pyarrow", "Array") or is_a(value, "pyarrow", "ChunkedArray"):
        return {"shape": [len(value)], "preview": str(value.type), "size": int(value.nbytes), "opens": "table"}
    return None


def _table(value: Any, fixed: Sequence[int]) -> Table | None:
    import pyarrow

    if is_a(value, "pyarrow", "RecordBatch"):
        return _Arrow(pyarrow.Table.from_batches([value]))
    if is_a(value, "pyarrow", "Array") or is_a(value, "pyarrow", "ChunkedArray"):
        return _Arrow(pyarrow.table([value], names=["value"]))
    return _Arrow(value) if is_a(value, "pyarrow", "Table") else None


class _Arrow:
    """Positions are an array of row numbers."""

    def __init__(self, table: Any) -> None:
        self._table = table

    @property
    def rows(self) -> int:
        return int(self._table.num_rows)

    @property
    def width(self) -> int:
        return int(self._table.num_columns)

    def columns(self, start: int, end: int) -> list[Column]:
        fields = [self._table.schema.field(place) for place in range(start, min(end, self.width))]
        return [{"name": field.name, "type": str(field.type), "kind": _kind(field.type)} for field in fields]

    def positions(self, sorts: Sequence[Sort], filters: Sequence[Filter]) -> Any:
        import pyarrow
        import pyarrow.compute as compute

        mask = None
        for one in filters:
            stays = compute.fill_null(_stays(self._table.column(one.column), one), False)
            mask = stays if mask is None else compute.and_(mask, stays)
        places = None if mask is None else compute.indices_nonzero(mask)
        if not sorts:
            return places
        used = sorted({one.column for one in sorts})
        some = pyarrow.table([self._table.column(place) for place in used], names=[str(place) for place in used])
        keys = [(str(one.column), "descending" if one.descending else "ascending") for one in sorts]
        order = compute.sort_indices(some if places is None else some.take(places), sort_keys=keys)
        return order if places is None else places.take(order)

    def page(self, positions: Any, start: int, end: int, columns: Sequence[int]) -> list[list[str | None]]:
        size = max(0, min(end, self.rows if positions is None else len(positions)) - start)
        found = []
        for place in columns:
            column = self._table.column(place)
            some = column.slice(start, size) if positions is None else column.take(positions.slice(start, size))
            found.append([cell(value) for value in some.to_pylist()])
        return found

    def labels(self, positions: Any, start: int, end: int) -> list[str] | None:
        return None

    def sample(self, column: int, positions: Any, most: int) -> Any:
        import pyarrow

        values = self._table.column(column)
        count = len(values) if positions is None else len(positions)
        step = spread(count, most).step
        if step > 1:
            places = pyarrow.array(range(0, count, step), pyarrow.uint64())
            positions = places if positions is None else positions.take(places)
        some = values if positions is None else values.take(positions)
        is_plain = _kind(some.type) in ("number", "time") and not pyarrow.types.is_decimal(some.type)
        return some.to_numpy() if is_plain and "numpy" in sys.modules else some.to_pylist()


def _kind(kind: Any) -> Kind:
    from pyarrow import types

    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return "number"
    if types.is_timestamp(kind) or types.is_date(kind) or types.is_duration(kind):
        return "time"
    if types.is_boolean(kind):
        return "bool"
    return "text" if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind) else "other"


def _stays(column: Any, one: Filter) -> Any:
    import pyarrow
    import pyarrow.compute as compute

    if one.operation in ("missing", "present"):
        missing = compute.is_null(column, nan_is_null=True)
        return missing if one.operation == "missing" else compute.invert(missing)
    kind = _kind(column.type)
    if one.operation == "contains" or kind == "other":
        return compute.match_substring(column.cast(pyarrow.string()), one.value, ignore_case=True)
    value = pyarrow.scalar(one.value).cast(column.type) if kind == "time" else wanted(one.value, kind)
    compares = {"eq": "equal", "ne": "not_equal", "lt": "less", "le": "less_equal", "gt": "greater"}
    return compute.call_function(compares.get(one.operation, "greater_equal"), [column, value])


LIBRARY = Library("pyarrow", content=_content, is_constant=_is_constant, describe=_describe, table=_table)
