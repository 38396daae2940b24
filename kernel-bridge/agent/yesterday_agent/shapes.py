"""pure. What asks of a frame, array or tensor how large it is and what its columns are called, and for no content."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .accesses import WHOLE, Access
from .libraries import of_kind
from .part_names import DTYPE, INDEX, NAMES, SHAPE
from .userland import is_user_class

if TYPE_CHECKING:
    from .graph import Node

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
    library = of_kind(node.kind) if INDEX in node.parts else None
    return library is not None and library.frames is not None and node.kind.__name__ in library.frames.names


def is_array(node: Node) -> bool:
    """Or a tensor."""
    return SHAPE in node.parts and any(map(_is_array_class, node.kind.__mro__))


def _is_array_class(kind: type) -> bool:
    library = of_kind(kind)
    return library is not None and library.array == kind.__name__


def owns_memory(node: Node) -> bool:
    """A plain array or tensor that is no view into a larger one."""
    if not _is_array_class(node.kind) or not is_array(node) or node.guard is None:
        return False
    library, value = of_kind(node.kind), node.guard()
    return library is not None and library.owns_memory is not None and value is not None and library.owns_memory(value)


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
