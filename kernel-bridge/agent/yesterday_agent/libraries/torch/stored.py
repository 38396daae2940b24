"""How plain tensors are stored: each by its memory, those that share memory by that memory, once."""

from __future__ import annotations

import importlib
import pickle
from typing import Any

from ...imported import is_a, library
from ...library import Hold, Stored
from ...reasons import UnstorableError
from .. import pickled_as


def _alone(value: Any) -> Any:
    torch = library("torch")
    if type(value) not in (torch.Tensor, torch.nn.Parameter):
        return None
    if value.device.type != "cpu" or value.layout != torch.strided or value.is_quantized or not value.is_leaf:
        raise UnstorableError("it holds a tensor that is part of a computation, sparse, or not in plain memory")
    data = value.detach().contiguous().reshape(-1).view(torch.uint8).numpy() if value.numel() else b""
    facts = (type(value).__name__, str(value.dtype).partition(".")[2], tuple(value.shape), value.requires_grad)
    return tensor, (facts, pickle.PickleBuffer(data), value.grad)


@pickled_as("yesterday_agent.values", "tensor")
def tensor(facts: tuple[str, str, tuple[int, ...], bool], data: Any, grad: Any) -> Any:
    """The tensor that `_alone` took apart."""
    torch: Any = importlib.import_module("torch")
    kind, dtype, shape, requires_grad = facts
    memory = bytearray(data)
    plain = _flat(torch, memory, dtype) if memory else torch.empty(0, dtype=getattr(torch, dtype))
    return _finished(torch, plain.reshape(shape), kind, requires_grad, grad)


def _shared(value: Any, hold: Hold) -> Any:
    if not is_a(value, "torch", "Tensor"):
        return None
    torch = library("torch")
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
        return shared_tensor, (None, facts, place, value.grad)
    whole = torch.empty(0, dtype=torch.uint8).set_(storage, 0, (storage.nbytes(),))
    return shared_tensor, (hold(storage.data_ptr(), whole.numpy()), facts, place, value.grad)


@pickled_as("yesterday_agent.shared_memory", "tensor")
def shared_tensor(
    memory: bytearray | None, facts: tuple[str, str, bool], place: tuple[Any, Any, int], grad: Any
) -> Any:
    """The tensor that `_shared` took apart."""
    torch: Any = importlib.import_module("torch")
    kind, dtype, requires_grad = facts
    shape, stride, offset = place
    flat = torch.empty(0, dtype=getattr(torch, dtype)) if memory is None else _flat(torch, memory, dtype)
    return _finished(torch, torch.as_strided(flat, shape, stride, offset), kind, requires_grad, grad)


def _flat(torch: Any, memory: bytearray, dtype: str) -> Any:
    """All whole items of the memory."""
    kind = getattr(torch, dtype)
    return torch.frombuffer(memory, dtype=kind, count=len(memory) // torch.empty(0, dtype=kind).element_size())


def _finished(torch: Any, plain: Any, kind: str, requires_grad: bool, grad: Any) -> Any:
    made = torch.nn.Parameter(plain, requires_grad) if kind == "Parameter" else plain.requires_grad_(requires_grad)
    if grad is not None:
        made.grad = grad
    return made


STORED = Stored(alone=_alone, shared=_shared)
