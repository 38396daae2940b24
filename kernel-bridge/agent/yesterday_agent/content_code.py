"""Functions and classes as content: the user's own by what they say, a library's by its name.

The code object itself does not serve: it holds probes, whose numbers depend on what ran before.
"""

from __future__ import annotations

import inspect
import linecache
import textwrap
import tokenize
import types
from collections.abc import Iterable
from typing import Any

from .userland import is_user_class

Parts = Iterable[tuple[str, Any]]
_OF_EVERY_CLASS = frozenset(
    (
        *("__module__", "__dict__", "__weakref__", "__doc__", "__qualname__", "__firstlineno__"),
        *("__static_attributes__", "__annotations__", "__annotate__", "__annotate_func__"),
        *("__annotations_cache__", "__slotnames__"),
    )
)


def function_parts(value: Any) -> Parts:
    """A function's source, defaults and closed-over values; a method's function and the object that it is bound to."""
    if isinstance(value, types.FunctionType) and _is_users(value):
        yield from _own(value)
        return
    yield "named", f"{getattr(value, '__module__', None)}.{value.__qualname__}".encode()
    bound = getattr(value, "__self__", None)
    if bound is not None and not isinstance(bound, types.ModuleType):
        yield "bound", bound


def _is_users(function: types.FunctionType) -> bool:
    return function.__globals__.get("__name__") == "__main__"


def _own(function: types.FunctionType) -> Parts:
    yield "function", function.__qualname__.encode()
    source = _source(function.__code__)
    if source is None:
        yield "untold", f"the source of the function {function.__qualname__} is not there"
        return
    yield "source", textwrap.dedent(source).strip().encode("utf-8", "surrogatepass")
    yield "defaults", function.__defaults__
    yield "keyword defaults", function.__kwdefaults__
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=False):
        yield "closed over", name
        try:
            yield "value", cell.cell_contents
        except ValueError:
            yield "empty", b""


def _source(code: types.CodeType) -> str | None:
    """The lines that the function was compiled from; `inspect.getsource` would ask every module of the process."""
    lines = linecache.getlines(code.co_filename)[code.co_firstlineno - 1 :]
    try:
        return "".join(inspect.getblock(lines)) or None
    except (IndexError, SyntaxError, tokenize.TokenError):
        return None


def class_parts(kind: type) -> Parts:
    """A class of the user's by its bases and members."""
    yield "class", f"{kind.__module__}.{kind.__qualname__}".encode()
    if kind.__module__ != "__main__" or not is_user_class(kind):
        return
    yield "bases", list(kind.__bases__)
    for name, member in vars(kind).items():
        if name not in _OF_EVERY_CLASS and not name.startswith(("_abc_", "__dataclass_")):
            yield "member", name
            yield from _member(member)


def _member(member: Any) -> Parts:
    if isinstance(member, (staticmethod, classmethod)):
        yield type(member).__name__, member.__func__
    elif isinstance(member, property):
        yield "property", [member.fget, member.fset, member.fdel]
    elif isinstance(member, (types.MemberDescriptorType, types.GetSetDescriptorType)):
        yield "slot", b""
    else:
        yield "is", member
