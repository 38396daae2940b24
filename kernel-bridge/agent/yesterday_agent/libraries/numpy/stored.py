"""How arrays are stored: a large one by its items, and arrays that share memory by that memory, once."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

from ...imported import is_a, library
from ...kinds import package_of
from ...library import Apart, Hold, Stored
from ...piece_sizes import APART, LEAST_PIECE, piece_size
from ...reasons import UnstorableError
from ...shared_memory import REFUSED
from .. import pickled_as


def _apart(value: Any) -> Apart | None:
    """How the array lies in memory: sums of floats depend on it."""
    if type(value) is not library("numpy").ndarray or value.dtype.hasobject or value.nbytes < APART:
        return None
    order = sorted(range(value.ndim), key=lambda axis: -abs(value.strides[axis]))
    return Apart(value.nbytes, (value.dtype, value.shape, tuple(order)), _pieces(value, piece_size(value.nbytes)))


def _pieces(array: Any, most: int) -> Iterator[memoryview]:
    """The items in their order: rows that are large are cut each by itself. Of a frame they are columns."""
    numpy = library("numpy")
    row = array.nbytes // len(array)
    if array.ndim > 1 and row >= LEAST_PIECE:
        size = piece_size(row)
        for one in array:
            yield from _pieces(one, size)
        return
    step = max(1, most // max(row, 1))
    for start in range(0, len(array), step):
        yield memoryview(numpy.ascontiguousarray(array[start : start + step]).reshape(-1).view("u1"))


def _joined(data: bytearray, dtype: Any, shape: tuple[int, ...], order: tuple[int, ...]) -> Any:
    numpy: Any = importlib.import_module("numpy")
    plain = numpy.frombuffer(data, dtype).reshape(shape)
    if order == tuple(range(len(shape))):
        return plain
    made = numpy.empty([shape[axis] for axis in order], dtype).transpose(numpy.argsort(order))
    made[...] = plain
    return made


def _shared(value: Any, hold: Hold) -> Any:
    from . import is_writeable

    if not is_a(value, "numpy", "ndarray") or value.dtype.hasobject or value.size == 0:
        return None
    ndarray = library("numpy").ndarray
    if type(value).__name__ == "MaskedArray" and package_of(type(value)) == "numpy":
        return _shared_masked(value)
    if type(value) is not ndarray:
        raise UnstorableError(f"it holds a {type(value).__name__}, whose memory may be shared")
    root = value
    while type(root.base) is ndarray:
        root = root.base
    flat = root if root.flags.c_contiguous else root.T
    if not flat.flags.c_contiguous:
        raise UnstorableError(REFUSED)
    start = root.__array_interface__["data"][0]
    memory = hold(start, flat.reshape(-1).view("u1"))
    offset = value.__array_interface__["data"][0] - start
    return array, (memory, offset, value.dtype, value.shape, value.strides, is_writeable(value))


@pickled_as("yesterday_agent.shared_memory", "array")
def array(
    memory: bytearray, offset: int, dtype: Any, shape: tuple[int, ...], strides: tuple[int, ...], writeable: bool
) -> Any:
    """The array that `_shared` took apart."""
    numpy: Any = importlib.import_module("numpy")
    made = numpy.ndarray(shape, dtype, memory, offset, strides)
    made.flags.writeable = writeable
    return made


def _shared_masked(value: Any) -> Any:
    """By its values and its mask, which are plain arrays and may be shared."""
    if value._basedict or value._optinfo:
        raise UnstorableError("numpy does not pickle what an array keeps beside")
    ndarray = library("numpy").ndarray
    mask = value._mask.view(ndarray) if value._mask.shape else None
    return masked, (value.view(ndarray), mask, value._fill_value, bool(value._hardmask))


@pickled_as("yesterday_agent.shared_memory", "masked")
def masked(values: Any, mask: Any, fill: Any, is_hard: bool) -> Any:
    """The masked array that `_shared_masked` took apart."""
    ma: Any = importlib.import_module("numpy.ma")
    made = ma.MaskedArray(values, mask=ma.nomask if mask is None else mask, copy=False, hard_mask=is_hard)
    made._fill_value = fill
    return made


def _refusal(value: Any) -> str | None:
    keeps_more = is_a(value, "numpy", "ndarray") and bool(vars(value))
    return "numpy does not pickle what an array keeps beside" if keeps_more else None


STORED = Stored(apart=_apart, joined=_joined, shared=_shared, refusal=_refusal)
