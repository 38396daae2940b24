"""pure. Where a class comes from. Compiled functions keep a descriptor, and user code any value, in `__module__`."""

from __future__ import annotations

import builtins
import functools
import types
import weakref
from collections.abc import Callable
from typing import Any, TypeVar

_Found = TypeVar("_Found")


def by_kind(compute: Callable[[type], _Found]) -> Callable[[type], _Found]:
    """Remembers the result for each class while the class is alive. For what a class says for good."""
    known: dict[int, tuple[_Found, object]] = {}

    @functools.wraps(compute)
    def remembered(kind: type) -> _Found:
        # Its address: a metaclass may have a hash of its own.
        key = object.__hash__(kind)
        found = known.get(key)
        if found is None:
            found = known[key] = compute(kind), weakref.ref(kind, lambda _: known.pop(key, None))
        return found[0]

    return remembered


BUILT_IN = frozenset(kind for kind in vars(builtins).values() if isinstance(kind, type))
"""Classes of Python itself, of which most objects are."""


def module_of(kind: type) -> str:
    """The module's name; empty where the class says none."""
    module: object = kind.__module__
    return module if isinstance(module, str) else ""


def package_of(kind: type) -> str:
    """The first part of it."""
    return module_of(kind).partition(".")[0]


def is_native(kind: type) -> bool:
    """Whether it is defined in C for good, not made while the program runs as classes of Python are."""
    return not kind.__flags__ & _HEAP_TYPE


_HEAP_TYPE = 1 << 9


def begins_native(kind: type) -> bool:
    """Whether its objects begin with a struct that its own package defines in C."""
    native = next(base for base in kind.__mro__ if is_native(base))
    return package_of(native) == package_of(kind)


def origin_of(value: Any) -> str:
    """The package of a module, a class or a function, else that of the value's class."""
    if isinstance(value, types.ModuleType):
        name = value.__name__
    elif isinstance(value, (types.FunctionType, types.BuiltinFunctionType)):
        name = str(getattr(value, "__module__", None) or "")
    else:
        name = module_of(value if isinstance(value, type) else type(value))
    return name.partition(".")[0]
