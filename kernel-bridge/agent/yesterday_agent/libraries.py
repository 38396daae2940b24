"""The anatomy of arrays, frames and tensors, for the libraries that the user has imported; none is imported here."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Mapping
from typing import Any

from .addresses import address
from .digests import mark
from .kinds import is_native, module_of, package_of

WHOLE = ""
INDEX = "index"
"""The part of a frame that is its labels, which every column has too."""
TENSOR_BYTES = 16 << 20
Found = tuple[dict[str, Any], list[tuple[str, Any]]]


def _library(name: str) -> Any:
    return sys.modules.get(name)


def _type(module: str, name: str) -> Any:
    found = getattr(_library(module), name, None) if _library(module) is not None else None
    return found if isinstance(found, type) else None


def _is(value: object, module: str, name: str) -> bool:
    kind = _type(module, name)
    return kind is not None and isinstance(value, kind)


def is_atom(value: object) -> bool:
    """Scalars, dtypes, arrow data and what is fitted in C, which never change once they are made."""
    module = package_of(type(value))
    if module == "torch":
        return type(value).__name__ in ("device", "dtype", "layout", "memory_format", "finfo", "iinfo")
    if module in ("sklearn", "scipy"):
        # Trees of a forest and of neighbours: another fit makes others.
        return _begins_native(type(value))
    if module == "numpy":
        return _is(value, "numpy", "generic") or _is(value, "numpy", "dtype") or _is(value, "numpy", "ufunc")
    if module == "pandas":
        scalars = ("Timestamp", "Timedelta", "Period", "Interval", "Index")
        is_offset = _is(value, "pandas.tseries.offsets", "BaseOffset")
        return is_offset or any(_is(value, "pandas", name) for name in scalars)
    if module == "polars":
        return type(value).__name__ in ("Series", "LazyFrame", "Expr")
    if module == "sympy":
        return _is(value, "sympy", "Basic")
    if module == "sqlalchemy":
        return module_of(type(value)).startswith(_ORM) and type(value).__name__ not in ("MetaData", "Session")
    if module == "matplotlib":
        # Registries lead into the toolkit; markers never change, and share their paths.
        return type(value).__name__ in ("CallbackRegistry", "MarkerStyle")
    return module == "pyarrow"


_ORM = tuple(
    [
        *("sqlalchemy.sql", "sqlalchemy.orm.attributes", "sqlalchemy.orm.mapper", "sqlalchemy.orm.state"),
        *("sqlalchemy.orm.instrumentation", "sqlalchemy.orm.decl_api", "sqlalchemy.orm.relationships"),
        *("sqlalchemy.orm.properties", "sqlalchemy.event", "sqlalchemy.orm.clsregistry"),
    ]
)
"""Statements, tables and what maps classes to them: they remember much, and say the same."""


def _begins_native(kind: type) -> bool:
    """Whether its objects begin with a struct that its own package defines in C."""
    native = next(base for base in kind.__mro__ if is_native(base))
    return package_of(native) == package_of(kind)


_POOLS = frozenset(
    [
        *("_work_queue", "_idle_semaphore", "_threads", "_shutdown_lock", "_pending_work_items", "_work_ids"),
        *("_queue_count", "_call_queue", "_result_queue", "_processes", "_executor_manager_thread"),
        *("_executor_manager_thread_wakeup", "_taskqueue", "_cache", "_pool", "_inqueue", "_outqueue", "_ctx"),
        *("_change_notifier", "_worker_handler", "_task_handler", "_result_handler", "_terminate", "_quick_put"),
        *("_quick_get",),
    ]
)
"""What a pool needs to do its work, and changes with each piece of it."""
LAZY = {
    "sqlalchemy": frozenset(("_fk_memos", "dispatch", "_compiled_cache", "dialect", "logger", "pool")),
    "concurrent": _POOLS,
    "multiprocessing": _POOLS,
    "pandas": frozenset(("_cache",)),
    "matplotlib": frozenset(("_isinit", "_lut", "_invalid")),
    "scipy": frozenset(("_has_canonical_format", "_has_sorted_indices")),
}
"""Attributes by package that are filled when they are first asked for, and say nothing new."""
SHARED = frozenset(("_path_effects", "_powerlimits", "_family"))
"""Attributes of matplotlib's objects that hold a list of `rcParams`, which they do not own."""


def dissect(value: Any) -> Found | None:
    """None for what is no array, frame or tensor."""
    module = package_of(type(value))
    if module == "xxhash" and hasattr(value, "digest"):
        return {WHOLE: value.digest()}, []
    if module not in ("numpy", "pandas", "torch", "polars", "__main__"):
        return None
    if _is(value, "numpy", "ndarray"):
        return _array(value)
    if _is(value, "pandas", "DataFrame"):
        return _frame(value)
    if _is(value, "pandas", "Series"):
        links = [(WHOLE, item) for item in _in_cells(value.array)]
        return {WHOLE: (_column(value.array), index_mark(value.index), _name(value.name))}, links
    if _is_extension(value):
        return {WHOLE: _column(value)}, []
    if _is(value, "torch", "Tensor"):
        return _tensor(value)
    if _is(value, "polars", "DataFrame"):
        return {
            WHOLE: tuple(value.columns),
            **{f"[{name!r}]": _polars(value, name) for name in value.columns},
        }, []
    return _generator(value)


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
    if isinstance(lender, bytearray) or _is(lender, "torch", "Tensor"):
        links.append((WHOLE, lender))
    mask = array_mark(value.mask) if _is_masked(value) else b""
    return {WHOLE: (value.shape, value.dtype.str, value.flags.writeable, array_mark(value), mask)}, links


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
    return _is(value, "numpy.ma", "MaskedArray") and bool(value.mask.shape)


def _is_extension(value: Any) -> bool:
    return _is(value, "pandas.api.extensions", "ExtensionArray")


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
    links = [(".attrs", value._attrs)] if value._attrs else []
    for place, name in enumerate(names):
        part = f"[{name!r}]" if isinstance(name, (str, int)) else f"column {place}"
        array = value._ixs(place, axis=1).array
        parts[part] = _column(array)
        links += [(part, item) for item in _in_cells(array)]
    return parts, links


def is_by_column(value: Any, parts: Mapping[str, Any], stores: bool) -> bool:
    """Whether `.loc[rows, column]` of a frame looks at its rows and that column alone: a second label of the rows is
    none, and what is stored has added no row since it was taken to these parts."""
    if not _is(value, "pandas", "DataFrame") or _is(value.index, "pandas", "MultiIndex"):
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
    if _is(index, "pandas", "RangeIndex"):
        return ("range", index.start, index.stop, index.step)
    if _is(index, "pandas", "MultiIndex"):
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
    if _is(value, "numpy", "ndarray"):
        return [_array_memory(value), *([_array_memory(value.mask)] if _is_masked(value) else [])]
    if _is_extension(value):
        return [_array_memory(array) for array in _plain_arrays(value)]
    if _is(value, "torch", "Tensor"):
        return [value.untyped_storage().data_ptr()] if value.device.type == "cpu" and _is_strided(value) else []
    if _is(value, "pandas", "DataFrame") or _is(value, "pandas", "Series"):
        return [_array_memory(plain) for array in value._mgr.arrays for plain in _plain_arrays(array)]
    return []


def _plain_arrays(array: Any) -> list[Any]:
    """The numpy arrays in which one of pandas keeps its values."""
    inner = [array, *(getattr(array, name, None) for name in ("_ndarray", "_data", "_mask"))]
    return [one for one in inner if _is(one, "numpy", "ndarray")]


def _array_memory(value: Any) -> int:
    while _is(value.base, "numpy", "ndarray"):
        value = value.base
    return int(value.__array_interface__["data"][0])


def _is_strided(tensor: Any) -> bool:
    return str(tensor.layout) == "torch.strided"


def _lender(value: Any) -> Any:
    """What is no array and lends this one its memory: a `bytearray`, a tensor, a map of a file."""
    while _is(value.base, "numpy", "ndarray"):
        value = value.base
    lender = value.base
    return lender.obj if isinstance(lender, memoryview) else lender


def _content(value: Any) -> Any:
    """The bytes of a tensor that is small enough, else its count of in-place changes, which views share."""
    small = value.device.type == "cpu" and value.numel() * value.element_size() <= TENSOR_BYTES
    if not small or not _is_strided(value) or value.is_conj() or value.is_quantized or not value.numel():
        return value._version
    plain = value.detach().contiguous().reshape(-1).view(_library("torch").uint8)
    return mark(plain.numpy())


def _tensor(value: Any) -> Found:
    facts = (value.data_ptr() if _is_strided(value) else 0, tuple(value.shape), value.requires_grad)
    parts: dict[str, Any] = {WHOLE: (*facts, _content(value))}
    links: list[tuple[str, Any]] = [(".grad", value.grad)] if value.is_leaf and value.grad is not None else []
    parts[".grad"] = address(links[0][1]) if links else None
    return parts, links


def _generator(value: Any) -> Found | None:
    if _is(value, "numpy.random", "Generator"):
        return {WHOLE: repr(value.bit_generator.state)}, []
    if _is(value, "numpy.random", "RandomState"):
        return {
            WHOLE: mark(repr(value.get_state(legacy=False)["state"]["key"].tobytes()).encode()),
            ".pos": repr(value.get_state(legacy=False)["state"]["pos"]),
        }, []
    if _is(value, "torch", "Generator"):
        return {WHOLE: mark(value.get_state().numpy())}, []
    return None


def raw_connections(value: Any) -> list[Any]:
    """Of an engine of SQLAlchemy: the connections that its pool keeps."""
    if not _is(value, "sqlalchemy.engine", "Engine"):
        return []
    pool = value.pool
    waiting = getattr(getattr(pool, "_pool", None), "queue", ())
    records = [*(getattr(pool, "_all_conns", None) or ()), *waiting]
    return [raw for record in records if (raw := getattr(record, "dbapi_connection", None)) is not None]
