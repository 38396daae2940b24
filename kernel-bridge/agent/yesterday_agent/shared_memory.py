"""Arrays and tensors that look into the same memory, as a pickle: the memory once, and how each looks into it.

Invariant: what is written through one of the arrays that come back is seen through the others, as it was.
"""

from __future__ import annotations

import importlib
import pickle
import sys
from typing import Any

from .kinds import package_of
from .reasons import UnstorableError

REFUSED = "memory is shared in a way that cannot be stored"


class Memory:
    """Bytes that arrays look into. Comes back as a `bytearray`."""

    def __init__(self, data: Any) -> None:
        self._data = data

    def __reduce__(self) -> Any:
        return writable, (pickle.PickleBuffer(self._data),)


class Memories:
    """The memory that the arrays of one pickle look into, each once."""

    def __init__(self) -> None:
        self._held: dict[tuple[int, int], Memory] = {}

    def reduced(self, value: Any) -> Any:
        """How an array or a plain tensor is pickled; None leaves it to its library. Raises `UnstorableError`."""
        package = package_of(type(value))
        if package == "numpy" and isinstance(value, sys.modules["numpy"].ndarray):
            return self._array(value)
        if package == "torch" and isinstance(value, sys.modules["torch"].Tensor):
            return self._tensor(value)
        return None

    def _memory(self, start: int, data: Any) -> Memory:
        size = len(data)
        held = self._held.get((start, size))
        if held is not None:
            return held
        if any(start < other + length and other < start + size for other, length in self._held):
            raise UnstorableError(REFUSED)
        return self._held.setdefault((start, size), Memory(data))

    def _array(self, value: Any) -> Any:
        numpy = sys.modules["numpy"]
        if value.dtype.hasobject or value.size == 0:
            return None
        if type(value) is not numpy.ndarray:
            raise UnstorableError(f"it holds a {type(value).__name__}, whose memory may be shared")
        root = value
        while type(root.base) is numpy.ndarray:
            root = root.base
        from .libraries.numpy import is_writeable

        flat = root if root.flags.c_contiguous else root.T
        if not flat.flags.c_contiguous:
            raise UnstorableError(REFUSED)
        start = root.__array_interface__["data"][0]
        memory = self._memory(start, flat.reshape(-1).view("u1"))
        offset = value.__array_interface__["data"][0] - start
        return array, (memory, offset, value.dtype, value.shape, value.strides, is_writeable(value))

    def _tensor(self, value: Any) -> Any:
        torch = sys.modules["torch"]
        if type(value) not in (torch.Tensor, torch.nn.Parameter) or value.device.type != "cpu":
            raise UnstorableError(f"it holds a {type(value).__name__} that is not in plain memory")
        if value.layout != torch.strided or value.is_quantized or value.is_conj() or value.is_neg():
            raise UnstorableError("it holds a tensor that is not in plain memory")
        if not value.is_leaf:
            raise UnstorableError("it holds a tensor that is part of a computation")
        facts = (type(value).__name__, str(value.dtype).partition(".")[2], value.requires_grad)
        place = tuple(value.shape), value.stride(), value.storage_offset()
        storage = value.untyped_storage()
        if storage.nbytes() == 0:
            return tensor, (None, facts, place, value.grad)
        whole = torch.empty(0, dtype=torch.uint8).set_(storage, 0, (storage.nbytes(),))
        return tensor, (self._memory(storage.data_ptr(), whole.numpy()), facts, place, value.grad)


def writable(data: Any) -> bytearray:
    return data if type(data) is bytearray else bytearray(data)


def array(
    memory: bytearray, offset: int, dtype: Any, shape: tuple[int, ...], strides: tuple[int, ...], writeable: bool
) -> Any:
    """The array that `Memories` took apart."""
    numpy: Any = importlib.import_module("numpy")
    made = numpy.ndarray(shape, dtype, memory, offset, strides)
    made.flags.writeable = writeable
    return made


def tensor(memory: bytearray | None, facts: tuple[str, str, bool], place: tuple[Any, Any, int], grad: Any) -> Any:
    """The tensor that `Memories` took apart."""
    torch: Any = importlib.import_module("torch")
    kind, dtype, requires_grad = facts
    shape, stride, offset = place
    flat = torch.empty(0, dtype=getattr(torch, dtype))
    if memory is not None:
        flat = torch.frombuffer(memory, dtype=flat.dtype, count=len(memory) // flat.element_size())
    plain = torch.as_strided(flat, shape, stride, offset)
    made = torch.nn.Parameter(plain, requires_grad) if kind == "Parameter" else plain.requires_grad_(requires_grad)
    if grad is not None:
        made.grad = grad
    return made
