"""pure. What asks of a frame, array or tensor how large it is and what its columns are called, and for no content."""

from __future__ import annotations

from collections.abc import Mapping

from .accesses import WHOLE, Access
from .graph import Node
from .imported import type_of
from .kinds import package_of
from .part_names import DTYPE, INDEX, NAMES, SHAPE
from .userland import is_user_class

_NAMES = ((WHOLE,), (NAMES,))
_LABELS = ((INDEX,),)
_OF_FRAMES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    ".columns": _NAMES,
    ".keys": _NAMES,
    ".index": _LABELS,
    **dict.fromkeys((".shape", ".size", ".empty", ".axes"), (*_NAMES, *_LABELS)),
}
_OF_ARRAYS = frozenset((".ndim", ".size", ".numel", ".dim", ".nbytes", ".itemsize"))
_BY_NAMES = frozenset(("list", "tuple", "set", "frozenset", "sorted", "iter", "enumerate", "reversed", "min", "max"))


def is_frame(node: Node) -> bool:
    return INDEX in node.parts and node.kind.__name__ == "DataFrame" and package_of(node.kind) == "pandas"


def is_array(node: Node) -> bool:
    """Or a tensor."""
    kinds = (type_of("numpy", "ndarray"), type_of("torch", "Tensor"))
    return SHAPE in node.parts and any(kind is not None and issubclass(node.kind, kind) for kind in kinds)


def owns_memory(node: Node) -> bool:
    """A plain array or tensor that is no view into a larger one."""
    value = node.guard() if node.guard is not None else None
    if node.kind is type_of("numpy", "ndarray"):
        return value is not None and value.base is None
    if node.kind is not type_of("torch", "Tensor") or value is None or value._base is not None:
        return False
    return is_array(node) and value.nbytes == value.untyped_storage().nbytes()


def asked_parts(node: Node, access: Access) -> tuple[tuple[str, ...], ...]:
    """The parts that answer it; none where the access looks at more."""
    if access.part == WHOLE:
        if access.verb == "argument" and access.callee == "len":
            return _LABELS if is_frame(node) else ((SHAPE,),) if is_array(node) else ()
        return _NAMES if is_frame(node) and asks_names(access) else ()
    if access.verb not in ("read", "through", "call") or access.puts or is_user_class(node.kind):
        return ()
    if is_frame(node):
        return _OF_FRAMES.get(access.part, ())
    return ((SHAPE,), (DTYPE,)) if is_array(node) and access.part in _OF_ARRAYS else ()


def asks_names(access: Access) -> bool:
    """Of a mapping or a frame only what its keys or columns are called."""
    if access.verb == "argument":
        return access.callee in _BY_NAMES
    return access.verb in ("iterate", "contains") or (access.verb == "call" and access.part == ".keys")
