"""Arrays, frames and tensors as content, for the libraries that the user has imported; none is imported here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .kinds import module_of, package_of
from .preview import of_library

Parts = Iterable[tuple[str, Any]]
VALUE_BYTES = 32 * 1024 * 1024
"""What is larger is not looked through, nor copied for it."""
_TOO_LARGE = f"it is larger than {VALUE_BYTES >> 20} MiB"
_LISTED = 200_000
"""Values that have no plain memory are looked at one by one, so many at most."""


def library_parts(value: Any) -> Parts | None:
    """None for what is none of them."""
    for kind in type(value).__mro__:
        read: Callable[[Any], Parts | None] | None = _PACKAGES.get(package_of(kind))
        if read is not None:
            parts = read(value)
            return parts if parts is None or kind is type(value) else [*_subclass(value), *parts]
    return None


def _subclass(value: Any) -> Parts:
    """A class of the user's over a library's, and what it keeps beside."""
    kind = type(value)
    yield "subclass", f"{module_of(kind)}.{kind.__qualname__}".encode()
    own = getattr(value, "__dict__", {})
    listed = getattr(kind, "_metadata", None)
    yield "kept", own if listed is None else {name: own[name] for name in listed if name in own}


def _numpy(value: Any) -> Parts | None:
    if of_library(value, "numpy.ma", "MaskedArray"):
        return _masked(value)
    if of_library(value, "numpy", "ndarray"):
        return _array(value)
    if of_library(value, "numpy", "generic"):
        return [("scalar", value.dtype.str.encode()), ("bytes", value.tobytes())] if not value.dtype.hasobject else None
    if of_library(value, "numpy", "dtype"):
        return [("dtype", repr(value).encode())]
    if of_library(value, "numpy.random", "Generator"):
        return [("generator", value.bit_generator.state)]
    if of_library(value, "numpy.random", "RandomState"):
        return [("random state", value.get_state(legacy=False))]
    return None


def _masked(value: Any) -> Parts:
    yield "masked", value.dtype.str.encode()
    yield "filled", value.filled(0) if value.dtype.kind in "biufc" else value.filled()
    yield "mask", value.mask if value.mask.shape else bool(value.mask)


def _array(value: Any) -> Parts:
    import numpy

    plain = numpy.asarray(value)
    dtype = plain.dtype
    yield "array", f"{type(value).__name__}{dtype.descr if dtype.names else dtype.str}{plain.shape}".encode()
    if dtype.names and plain.size:
        # Field by field: what lies between them is anything.
        for name in dtype.names:
            yield from _array(plain[name])
    elif dtype.type in (numpy.longdouble, numpy.clongdouble):
        yield from _listed(plain.size, lambda: [str(item) for item in plain.ravel()])
    elif plain.dtype.hasobject or plain.dtype.kind == "T":
        yield from _listed(plain.size, lambda: plain.ravel().tolist())
    elif plain.nbytes > VALUE_BYTES:
        yield "untold", _TOO_LARGE
    elif plain.size:
        if plain.dtype.byteorder == ">":
            plain = plain.astype(plain.dtype.newbyteorder("<"))
        yield "bytes", numpy.ascontiguousarray(plain).reshape(-1).view("u1").data


def _pandas(value: Any) -> Parts | None:
    if of_library(value, "pandas", "DataFrame"):
        return _frame(value)
    if of_library(value, "pandas", "Series"):
        return [("series", value.name), ("index", value.index), *_column(value.array), *_beside(value)]
    if of_library(value, "pandas", "Index"):
        return _index(value)
    if of_library(value, "pandas.api.extensions", "ExtensionArray"):
        return _column(value)
    return None


def _frame(value: Any) -> Parts:
    yield "frame", value.columns
    yield "index", value.index
    for place in range(value.shape[1]):
        yield from _column(value._ixs(place, axis=1).array)
    yield from _beside(value)


def _beside(value: Any) -> Parts:
    if value._attrs:
        yield "attrs", value._attrs
    if not value.flags.allows_duplicate_labels:
        yield "without duplicate labels", b""


def _index(value: Any) -> Parts:
    yield type(value).__name__, list(value.names)
    if of_library(value, "pandas", "RangeIndex"):
        yield "range", [value.start, value.stop, value.step]
    elif of_library(value, "pandas", "MultiIndex"):
        for level in range(value.nlevels):
            yield "level", value.get_level_values(level)
    else:
        yield from _column(value.array)
    if getattr(value, "freq", None) is not None:
        yield "frequency", value.freqstr


def _column(array: Any) -> Parts:
    import numpy

    yield "column", str(getattr(array, "dtype", "")).encode()
    arrow, inner = getattr(array, "_pa_array", None), getattr(array, "_ndarray", None)
    data, missing = getattr(array, "_data", None), getattr(array, "_mask", None)
    if arrow is not None:
        yield from _arrow_column(arrow)
    elif type(array).__name__ == "Categorical":
        yield "codes", array.codes
        yield "categories", array.categories
        yield "ordered", bool(array.ordered)
    elif inner is not None:
        yield from _array(inner)
    elif data is not None and missing is not None:
        yield "missing", missing
        yield "data", numpy.where(missing, numpy.zeros((), data.dtype), data)
    else:
        yield from _listed(len(array), lambda: numpy.asarray(array, dtype=object).tolist())


def _listed(count: int, items: Any) -> Parts:
    if count > _LISTED:
        yield "untold", f"{count:,} values that have no plain memory"
    else:
        yield "listed", items()


def _arrow_column(column: Any) -> Parts:
    """An Arrow array or one in chunks: lengths, bytes and gaps of texts; numbers as memory; all else one by one."""
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
            yield "text", b"" if text is None else memoryview(text)[int(offsets[0]) : int(offsets[-1])]
            yield "gaps", chunk.is_null().to_numpy(zero_copy_only=False)
        elif pyarrow.types.is_integer(kind) or pyarrow.types.is_floating(kind):
            yield "gaps", chunk.is_null().to_numpy(zero_copy_only=False)
            yield "numbers", chunk.fill_null(0).to_numpy(zero_copy_only=False)
        else:
            yield from _listed(len(chunk), chunk.to_pylist)


def _polars(value: Any) -> Parts | None:
    if of_library(value, "polars", "DataFrame"):
        return _polars_frame(value)
    if of_library(value, "polars", "Series"):
        return [("polars series", value.name), *_polars_column(value)]
    if of_library(value, "polars", "LazyFrame"):
        return [("untold", "a lazy frame is a plan, not data")]
    return None


def _polars_frame(value: Any) -> Parts:
    yield "polars frame", list(value.columns)
    for column in value.get_columns():
        yield from _polars_column(column)


def _polars_column(column: Any) -> Parts:
    yield "polars column", f"{column.dtype}{len(column)}".encode()
    if column.dtype.is_numeric() and column.null_count() == 0:
        yield "numbers", column.to_numpy()
    else:
        yield from _listed(len(column), column.to_list)


def _pyarrow(value: Any) -> Parts | None:
    if of_library(value, "pyarrow", "Table") or of_library(value, "pyarrow", "RecordBatch"):
        return [
            ("table", value.schema.serialize().to_pybytes()),
            *(part for column in value.columns for part in _arrow_column(column)),
        ]
    if of_library(value, "pyarrow", "Array") or of_library(value, "pyarrow", "ChunkedArray"):
        return _arrow_column(value)
    return None


def _torch(value: Any) -> Parts | None:
    if of_library(value, "torch", "Tensor"):
        return _tensor(value)
    if of_library(value, "torch", "Generator"):
        return [("generator", value.get_state())]
    if type(value).__name__ in ("dtype", "device", "Size", "memory_format", "layout"):
        return [("torch", repr(value).encode())]
    return None


def _tensor(value: Any) -> Parts:
    import torch

    yield (
        "tensor",
        f"{type(value).__name__}{value.dtype}{tuple(value.shape)}{value.device.type}{value.requires_grad}".encode(),
    )
    if value.is_quantized or value.layout != torch.strided:
        yield "untold", "a quantized or sparse tensor"
    elif value.numel() * value.element_size() > VALUE_BYTES:
        yield "untold", _TOO_LARGE
    elif value.numel():
        with torch.no_grad():
            plain = value.detach().resolve_conj().resolve_neg().cpu().contiguous()
        yield "bytes", memoryview(plain.reshape(-1).view(torch.uint8).numpy())
    if value.is_leaf and value.grad is not None:
        yield "gradient", value.grad
    if vars(value):
        yield "kept", vars(value)


def _matplotlib(value: Any) -> Parts:
    return [("untold", "figures and what is drawn in them are compared by their pictures")]


_PACKAGES: dict[str, Any] = {
    "numpy": _numpy,
    "pandas": _pandas,
    "polars": _polars,
    "pyarrow": _pyarrow,
    "torch": _torch,
    "matplotlib": _matplotlib,
}
