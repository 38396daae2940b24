"""The anatomy of arrays, frames and tensors, for the libraries that the user has imported; none is imported here."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import Any

from .addresses import address
from .digests import mark
from .imported import is_a, library
from .kinds import package_of

WHOLE = ""
INDEX = "index"
"""The part of a frame that is its labels, which every column has too."""
ORDER = "columns"
"""The part of a frame that is the places of its columns."""
NAMES = ".columns.names"
"""The part of a frame that is what its columns are called together."""
SHAPE, DTYPE = ".shape", ".dtype"
"""The parts of an array or tensor that tell how large it is, and of what."""
TENSOR_BYTES = 16 << 20
Found = tuple[dict[str, Any], list[tuple[str, Any]]]


def dissect(value: Any) -> Found | None:
    """None for what is no array, frame or tensor."""
    module = package_of(type(value))
    if module not in ("numpy", "pandas", "torch", "polars", "__main__"):
        return None
    if is_a(value, "numpy", "ndarray"):
        return _array(value)
    if is_a(value, "pandas", "DataFrame"):
        return _frame(value)
    if is_a(value, "pandas", "Series"):
        links = [(WHOLE, item) for item in _in_cells(value.array)]
        return {WHOLE: (_column(value.array), index_mark(value.index), _name(value.name))}, links
    if _is_extension(value):
        return {WHOLE: _column(value)}, []
    if is_a(value, "torch", "Tensor"):
        return _tensor(value)
    if is_a(value, "polars", "DataFrame"):
        return {
            WHOLE: tuple(value.columns),
            **{f"[{name!r}]": _polars(value, name) for name in value.columns},
        }, []
    return None


def _name(name: object) -> object:
    return name if isinstance(name, (str, int, type(None))) else address(name)


def array_mark(value: Any) -> Any:
    """Of an array's own bytes; object arrays by the identities in them."""
    import numpy

    plain = numpy.asarray(value)
    if plain.dtype.hasobject:
        return hash(tuple(map(address, plain.ravel().tolist()))) if plain.size <= 1_000_000 else address(value)
    if not plain.flags.c_contiguous:
        plain = numpy.ascontiguousarray(plain)
    return mark(plain.reshape(-1).view("u1")) if plain.size else b""


def _array(value: Any) -> Found:
    links = [(WHOLE, item) for item in _held(value, 10_000)]
    lender = _lender(value)
    if isinstance(lender, bytearray) or is_a(lender, "torch", "Tensor"):
        links.append((WHOLE, lender))
    mask = array_mark(value.mask) if _is_masked(value) else b""
    state = (value.shape, value.dtype.str, value.flags.writeable, array_mark(value), mask)
    return {WHOLE: state, SHAPE: value.shape, DTYPE: value.dtype.str}, links


def _held(array: Any, most: int) -> list[Any]:
    """What an array of objects holds that may change by itself; nothing where there is more than that."""
    if not array.dtype.hasobject or array.size > most:
        return []
    items = array.ravel().tolist()
    if {*map(type, items)} <= _PLAIN:
        return []
    return [item for item in items if hasattr(item, "__dict__") or type(item) in (list, dict, set)]


_PLAIN = {str, int, float, bool, bytes, type(None)}


def _in_cells(array: Any) -> list[Any]:
    inner = getattr(array, "_ndarray", None)
    return [] if inner is None else _held(inner, 1_000)


def _is_masked(value: Any) -> bool:
    return is_a(value, "numpy.ma", "MaskedArray") and bool(value.mask.shape)


def _is_extension(value: Any) -> bool:
    return is_a(value, "pandas.api.extensions", "ExtensionArray")


def _column(array: Any) -> Any:
    """A pandas array: Arrow data by the identity of its buffers, the rest by its bytes."""
    arrow = getattr(array, "_pa_array", None)
    if arrow is not None:
        buffers = [buffer for chunk in arrow.chunks for buffer in chunk.buffers()]
        return ("arrow", len(arrow), tuple(buffer.address if buffer is not None else 0 for buffer in buffers))
    inner = getattr(array, "_ndarray", None)
    if inner is not None:
        return (str(array.dtype), array_mark(inner))
    data, missing = getattr(array, "_data", None), getattr(array, "_mask", None)
    if data is not None and missing is not None:
        return (str(array.dtype), array_mark(data), array_mark(missing))
    codes = getattr(array, "codes", None)
    if codes is not None:
        return ("category", array_mark(codes), address(array.categories))
    return ("?", address(array))


def _frame(value: Any) -> Found:
    names = list(value.columns)
    parts: dict[str, Any] = {WHOLE: tuple(map(_name, names)), INDEX: (index_mark(value.index), len(value))}
    parts |= {ORDER: _Order(parts[WHOLE]), NAMES: tuple(map(_name, value.columns.names))}
    links = [(".attrs", value._attrs)] if value._attrs else []
    for place, name in enumerate(names):
        part = f"[{name!r}]" if isinstance(name, (str, int)) else f"column {place}"
        array = value._ixs(place, axis=1).array
        parts[part] = _column(array)
        links += [(part, item) for item in _in_cells(array)]
    return parts, links


class _Order:
    """Columns by their places: the same for as long as they only come and go at the end."""

    def __init__(self, names: tuple[Any, ...]) -> None:
        self._names = names

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Order) and all(
            one == two for one, two in zip(self._names, other._names, strict=False)
        )

    def __hash__(self) -> int:
        return 0


def is_by_column(value: Any, parts: Mapping[str, Any], stores: bool) -> bool:
    """Whether `.loc[rows, column]` of a frame looks at its rows and that column alone: a second label of the rows is
    none, and what is stored has added no row since it was taken to these parts."""
    if not is_a(value, "pandas", "DataFrame") or is_a(value.index, "pandas", "MultiIndex"):
        return False
    return not stores or parts.get(INDEX) == (index_mark(value.index), len(value))


def index_mark(index: Any) -> Any:
    """Labels by their content, computed once for each index, since an index never changes but for its names."""
    names = tuple(map(_name, index.names))
    kept = _INDEX_MARKS.get(address(index))
    if kept is not None and kept[0]() is index:
        return names, kept[1]
    mark_of_it = _labels(index)
    _INDEX_MARKS[address(index)] = (weakref.ref(index, lambda _: None), mark_of_it)
    if len(_INDEX_MARKS) > 2_000:
        _INDEX_MARKS.clear()
    return names, mark_of_it


_INDEX_MARKS: dict[int, tuple[Any, Any]] = {}


def _labels(index: Any) -> Any:
    if is_a(index, "pandas", "RangeIndex"):
        return ("range", index.start, index.stop, index.step)
    if is_a(index, "pandas", "MultiIndex"):
        return (tuple(array_mark(codes) for codes in index.codes), tuple(map(_labels, index.levels)))
    plain = getattr(index.array, "_ndarray", None)
    if plain is not None and plain.dtype.hasobject and plain.size <= 100_000:
        return tuple(label if type(label) in (str, int) else address(label) for label in plain.tolist())
    return _column(index.array)


def _polars(frame: Any, name: str) -> Any:
    column = frame[name]
    return (str(column.dtype), len(column), array_mark(column.hash().to_numpy()))


def memories(value: Any) -> list[int]:
    """Where the memory lies that this array, tensor or frame looks into: equal for all that share it."""
    package = package_of(type(value))
    if package not in ("numpy", "pandas", "torch", "__main__"):
        return []
    if is_a(value, "numpy", "ndarray"):
        return [_array_memory(value), *([_array_memory(value.mask)] if _is_masked(value) else [])]
    if _is_extension(value):
        return [_array_memory(array) for array in _plain_arrays(value)]
    if is_a(value, "torch", "Tensor"):
        return [value.untyped_storage().data_ptr()] if value.device.type == "cpu" and _is_strided(value) else []
    if is_a(value, "pandas", "DataFrame") or is_a(value, "pandas", "Series"):
        return [_array_memory(plain) for array in value._mgr.arrays for plain in _plain_arrays(array)]
    return []


def _plain_arrays(array: Any) -> list[Any]:
    """The numpy arrays in which one of pandas keeps its values."""
    inner = [array, *(getattr(array, name, None) for name in ("_ndarray", "_data", "_mask"))]
    return [one for one in inner if is_a(one, "numpy", "ndarray")]


def _array_memory(value: Any) -> int:
    while is_a(value.base, "numpy", "ndarray"):
        value = value.base
    return int(value.__array_interface__["data"][0])


def _is_strided(tensor: Any) -> bool:
    return str(tensor.layout) == "torch.strided"


def _lender(value: Any) -> Any:
    """What is no array and lends this one its memory: a `bytearray`, a tensor, a map of a file."""
    while is_a(value.base, "numpy", "ndarray"):
        value = value.base
    lender = value.base
    return lender.obj if isinstance(lender, memoryview) else lender


def tensor_mark(value: Any) -> Any:
    """The bytes of a tensor that is small enough, else its count of in-place changes, which views share."""
    small = value.device.type == "cpu" and value.numel() * value.element_size() <= TENSOR_BYTES
    if not small or not _is_strided(value) or value.is_conj() or value.is_quantized or not value.numel():
        return value._version
    plain = value.detach().contiguous().reshape(-1).view(library("torch").uint8)
    return mark(plain.numpy())


def _tensor(value: Any) -> Found:
    shape = tuple(value.shape)
    parts: dict[str, Any] = {WHOLE: (value.data_ptr() if _is_strided(value) else 0, shape, tensor_mark(value))}
    links: list[tuple[str, Any]] = [(".grad", value.grad)] if value.is_leaf and value.grad is not None else []
    parts |= {SHAPE: shape, DTYPE: str(value.dtype), ".device": str(value.device)}
    parts[".requires_grad"] = value.requires_grad
    parts[".grad"] = address(links[0][1]) if links else None
    return parts, links
