"""pyarrow: tables and arrays, which never change."""

from __future__ import annotations

from typing import Any

from ..content_parts import listed, sliced
from ..imported import is_a
from ..library import Description, Library, Parts


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


LIBRARY = Library("pyarrow", content=_content, is_constant=_is_constant, describe=_describe)
