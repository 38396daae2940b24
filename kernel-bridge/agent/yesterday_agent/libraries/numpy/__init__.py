"""numpy: arrays by their bytes, generators by their state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...addresses import address
from ...content_parts import PIECE, Memory, listed, sliced
from ...digests import mark
from ...global_generators import generator_name
from ...imported import is_a, library
from ...kinds import origin_of
from ...library import Description, Dissection, Library, Parts, SettingGroup, Use
from ...part_names import DTYPE, SHAPE, WHOLE
from .random import STATE
from .stored import STORED

if TYPE_CHECKING:
    from ...pixels import Picture
    from ...table_view import Summary, Table


def array_mark(value: Any) -> Any:
    """Of an array's own bytes; object arrays by the identities in them."""
    import numpy

    plain = numpy.asarray(value)
    if plain.dtype.hasobject:
        return hash(tuple(map(address, plain.ravel().tolist()))) if plain.size <= 1_000_000 else address(value)
    if not plain.flags.c_contiguous:
        plain = numpy.ascontiguousarray(plain)
    return mark(plain.reshape(-1).view("u1")) if plain.size else b""


_WRITEABLE = 0x400
"""numpy's `NPY_ARRAY_WRITEABLE`."""


def is_writeable(array: Any) -> bool:
    """Of an array. To ask for the flag by its name warns of arrays that were broadcast."""
    return bool(array.flags.num & _WRITEABLE)


def _dissect(value: Any) -> Dissection | None:
    if is_a(value, "numpy", "ndarray"):
        return _array(value)
    if is_a(value, "numpy", "flatiter"):
        return {WHOLE: value.index}, [(WHOLE, value.base)]
    if is_a(value, "numpy.random", "Generator"):
        return {WHOLE: repr(value.bit_generator.state)}, []
    if is_a(value, "numpy.random", "RandomState"):
        state = value.get_state(legacy=False)["state"]
        return {WHOLE: mark(repr(state["key"].tobytes()).encode()), ".pos": repr(state["pos"])}, []
    if is_a(value, "numpy.random", "BitGenerator"):
        return {WHOLE: repr(value.state)}, []
    if is_a(value, "numpy.random", "SeedSequence"):
        return {WHOLE: value.n_children_spawned}, []
    return None


def _array(value: Any) -> Dissection:
    links = [(WHOLE, item) for item in objects_in(value, 10_000)]
    owner = _memory_owner(value)
    if isinstance(owner, bytearray) or is_a(owner, "torch", "Tensor"):
        links.append((WHOLE, owner))
    mask = array_mark(value.mask) if _is_masked(value) else b""
    state = (value.shape, value.dtype.str, is_writeable(value), array_mark(value), mask)
    return {WHOLE: state, SHAPE: value.shape, DTYPE: value.dtype.str}, links


def objects_in(array: Any, most: int) -> list[Any]:
    """What an array of objects holds that may change by itself; nothing where there is more than that."""
    if not array.dtype.hasobject or array.size > most:
        return []
    items = array.ravel().tolist()
    if {*map(type, items)} <= _PLAIN:
        return []
    return [item for item in items if hasattr(item, "__dict__") or type(item) in (list, dict, set)]


_PLAIN = {str, int, float, bool, bytes, type(None)}


def _is_masked(value: Any) -> bool:
    return is_a(value, "numpy.ma", "MaskedArray") and bool(value.mask.shape)


def _memory_owner(value: Any) -> Any:
    """What is no array and lends this one its memory: a `bytearray`, a tensor, a map of a file."""
    while is_a(value.base, "numpy", "ndarray"):
        value = value.base
    owner = value.base
    return owner.obj if isinstance(owner, memoryview) else owner


def _memories(value: Any) -> list[int]:
    if not is_a(value, "numpy", "ndarray"):
        return []
    return [array_memory(value), *([array_memory(value.mask)] if _is_masked(value) else [])]


def array_memory(value: Any) -> int:
    """The address of the memory that an array looks into."""
    while is_a(value.base, "numpy", "ndarray"):
        value = value.base
    return int(value.__array_interface__["data"][0])


def _content(value: Any) -> Parts | None:
    if is_a(value, "numpy.ma", "MaskedArray"):
        return _masked_content(value)
    if is_a(value, "numpy", "ndarray"):
        return array_content(value)
    if is_a(value, "numpy", "generic"):
        return [("scalar", value.dtype.str.encode()), ("bytes", value.tobytes())] if not value.dtype.hasobject else None
    if is_a(value, "numpy", "dtype"):
        return [("dtype", repr(value).encode())]
    if is_a(value, "numpy.random", "Generator"):
        return [("generator", value.bit_generator.state)]
    if is_a(value, "numpy.random", "RandomState"):
        return [("random state", value.get_state(legacy=False))]
    return None


def _masked_content(value: Any) -> Parts:
    yield "masked", value.dtype.str.encode()
    yield "filled", value.filled(0) if value.dtype.kind in "biufc" else value.filled()
    yield "mask", value.mask if value.mask.shape else bool(value.mask)


def array_content(value: Any) -> Parts:
    """An array by its memory, whatever its strides; one of objects item by item."""
    import numpy

    plain = numpy.asarray(value)
    dtype = plain.dtype
    yield "array", f"{type(value).__name__}{dtype.descr if dtype.names else dtype.str}{plain.shape}".encode()
    if dtype.names and plain.size:
        # Field by field: what lies between them is anything.
        for name in dtype.names:
            yield from array_content(plain[name])
    elif dtype.type in (numpy.longdouble, numpy.clongdouble):
        yield from listed(plain.size, lambda: [str(item) for item in plain.ravel()])
    elif plain.dtype.hasobject or plain.dtype.kind == "T":
        yield from listed(plain.size, lambda: plain.ravel().tolist())
    elif plain.size:
        yield "bytes", _memory(plain)


def _memory(plain: Any) -> Memory:
    """Of an array, in C order and little-endian."""
    numpy: Any = library("numpy")
    if plain.flags.c_contiguous and plain.dtype.byteorder != ">":
        return sliced(plain.reshape(-1).view("u1").data)

    def pieces() -> Any:
        little = plain.dtype.newbyteorder("<")
        size = max(1, PIECE // plain.itemsize)
        flags = ["external_loop", "buffered", "zerosize_ok"]
        walk = numpy.nditer(plain, flags, [["readonly"]], [little], order="C", casting="equiv", buffersize=size)
        for chunk in walk:
            yield numpy.ascontiguousarray(chunk).view("u1").data

    return Memory(plain.nbytes, pieces)


def _is_constant(value: Any) -> bool:
    if type(value).__name__ == "busdaycalendar" or generator_name(value) is not None:
        return True
    return is_a(value, "numpy", "generic") or is_a(value, "numpy", "dtype") or is_a(value, "numpy", "ufunc")


def _text(value: Any) -> str | None:
    if not is_a(value, "numpy", "generic"):
        return None
    item = value.item()
    return repr(item) if type(item) in (*_PLAIN, complex) else str(value)


def _shape(value: Any) -> list[int] | None:
    return [int(size) for size in value.shape] if is_a(value, "numpy", "ndarray") else None


def _describe(value: Any) -> Description | None:
    """By the descriptors of numpy's own class: a class of the notebook's below it may say anything."""
    numpy = library("numpy")
    if is_a(value, "numpy", "ndarray"):
        array = numpy.ndarray
        dtype = str(array.dtype.__get__(value))
        shape = [int(size) for size in array.shape.__get__(value)]
        return {"shape": shape, "preview": dtype, "size": int(array.nbytes.__get__(value)), "opens": "array"}
    if is_a(value, "numpy", "generic") and type(value).__module__ == "numpy":
        return {"preview": str(_text(value)), "size": int(value.nbytes)}
    return None


def _plain(value: Any) -> Any:
    """The array as one of numpy's own class, sharing its memory."""
    ndarray = library("numpy").ndarray
    return ndarray.view(value, ndarray)


def array_slice(array: Any, fixed: Sequence[int]) -> Any:
    """An array at places of all axes but its last two."""
    lead = max(0, array.ndim - 2)
    return array[tuple(fixed[:lead]) + (0,) * (lead - len(fixed))]


def _table(value: Any, fixed: Sequence[int]) -> Table | None:
    from .table import ArrayTable

    return ArrayTable(array_slice(_plain(value), fixed)) if is_a(value, "numpy", "ndarray") else None


def _statistics(values: Any) -> Summary | None:
    from .statistics import of_column

    return of_column(values) if is_a(values, "numpy", "ndarray") else None


def _picture(value: Any, fixed: Sequence[int]) -> Picture | None:
    return array_picture(_plain(value), fixed) if is_a(value, "numpy", "ndarray") else None


def array_picture(array: Any, fixed: Sequence[int]) -> Picture | None:
    """Of a plain array, or of the slice of it that these places fix."""
    from ...pixels import is_picture
    from .picture import of_array

    if array.dtype.kind not in "biuf":
        return None
    if not is_picture(list(array.shape)):
        array = array_slice(array, fixed)
    return of_array(array) if is_picture(list(array.shape)) else None


def _print_options() -> dict[str, Any] | None:
    read = getattr(library("numpy"), "get_printoptions", None)
    return None if read is None else dict(read())


def _print_options_matter(key: str, use: Use) -> bool:
    return (
        use.shows and not key.startswith("mode.") and any(origin_of(one) in ("numpy", "pandas") for one in use.values)
    )


def _errors() -> dict[str, Any] | None:
    read = getattr(library("numpy"), "geterr", None)
    return None if read is None else dict(read())


_HARMLESS = frozenset(
    [
        *(".sum", ".mean", ".std", ".var", ".min", ".max", ".argmin", ".argmax", ".any", ".all", ".copy", ".tolist"),
        *(".dot", ".cumsum", ".round", ".item", ".prod"),
    ]
)

LIBRARY = Library(
    "numpy",
    dissect=_dissect,
    memories=_memories,
    content=_content,
    is_constant=_is_constant,
    lazy_attributes=frozenset(("zip", "fid", "f")),
    text=_text,
    shape=_shape,
    describe=_describe,
    table=_table,
    picture=_picture,
    statistics=_statistics,
    is_mask=lambda value: is_a(value, "numpy", "ndarray") and value.dtype == bool,
    array="ndarray",
    owns_memory=lambda value: value.base is None,
    random={"numpy.random": STATE},
    stored=STORED,
    number=lambda value: value.item() if is_a(value, "numpy", "generic") else None,
    harmless_calls={"ndarray": _HARMLESS},
    settings={
        "numpy": SettingGroup(_print_options, _print_options_matter),
        "numpy errors": SettingGroup(_errors, lambda key, use: any(origin_of(one) == "numpy" for one in use.values)),
    },
)
