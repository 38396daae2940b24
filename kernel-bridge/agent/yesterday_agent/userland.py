"""Whose is it: values that never change, the user's own classes and modules, and the machinery of the process.

Invariant: nothing here runs a line of the user's code.
"""

from __future__ import annotations

import collections
import enum
import functools
import operator
import sqlite3
import struct
import sys
import types
import weakref
from typing import Any

from . import immutables
from .kinds import by_kind, module_of, package_of

_ATOMS: frozenset[type] = frozenset(
    {bool, int, float, complex, str, bytes, type(None), range, slice, type(...), type(NotImplemented)}.union(
        {types.CodeType, types.WrapperDescriptorType, types.MethodDescriptorType, types.GetSetDescriptorType},
        {types.MemberDescriptorType, types.MethodWrapperType, types.FrameType, types.TracebackType},
        {types.ClassMethodDescriptorType, weakref.ProxyType, weakref.CallableProxyType},
        {
            types.GenericAlias,
            struct.Struct,
            operator.itemgetter,
            operator.attrgetter,
            operator.methodcaller,
            sqlite3.Row,
        },
        {type(vars(collections.namedtuple("Pair", "first"))["first"])} - {property},
    )
)
_FEW = 100
_ATOM_MODULES = (
    "datetime",
    "fractions",
    "uuid",
    "pathlib",
    "re",
    "zoneinfo",
    "ipaddress",
    "enum",
    "typing",
)


MACHINERY = frozenset(
    {"ipykernel", "IPython", "zmq", "tornado", "traitlets", "jupyter_client", "jupyter_core", "asyncio", "_asyncio"}
    | {"comm", "matplotlib_inline", "debugpy", "_pytest", "pluggy", "yesterday_agent"}
)
"""Objects of these packages lead into the process rather than to the user's values."""


def is_atom(value: object) -> bool:
    """Values that never change, so that only the name's binding counts."""
    kind = type(value)
    if kind in _ATOMS:
        return True
    verdict = _are_atoms(kind)
    return _is_atom(kind, value) if verdict is None else verdict


@by_kind
def _are_atoms(kind: type) -> bool | None:
    """Whether all values of the class are; None where it depends on the value."""
    if kind in _DEPENDING or issubclass(kind, (types.ModuleType, type)):
        return None
    if issubclass(kind, enum.Enum):
        return not is_user_class(kind)
    package = package_of(kind)
    if package == "decimal":
        return kind.__name__ != "Context"
    if package == "ast":
        # `Load()` and its like are one each, and tools hang things on them.
        return not getattr(kind, "_fields", True)
    if package in _ATOM_MODULES or _is_machinery(kind, package):
        return True
    return immutables.are_atoms(kind)


_DEPENDING = (types.BuiltinFunctionType, tuple, types.FunctionType, types.MethodType)


def _is_atom(kind: type, value: object) -> bool:
    if kind is types.BuiltinFunctionType:
        return not _bound_to(value)
    if kind is tuple:
        return len(value) <= _FEW and all(type(item) in _ATOMS for item in value)  # type: ignore[arg-type, attr-defined]
    if kind is types.FunctionType:
        return _is_librarys(value)  # type: ignore[arg-type]
    if kind is types.MethodType:
        return str(getattr(value, "__module__", "")).partition(".")[0] in _ATOM_MODULES
    if isinstance(value, types.ModuleType):
        return not is_user_module(value)
    if isinstance(value, type):
        return not is_user_class(value)
    return immutables.is_constant(value)


def _is_librarys(function: types.FunctionType) -> bool:
    """It closes over nothing, and no user edits it."""
    name = function.__module__
    if function.__closure__ is not None or not isinstance(name, str) or name == "__main__":
        return False
    module = sys.modules.get(name)
    return module is not None and not is_user_module(module) and function.__globals__ is vars(module)


def _is_machinery(kind: type, package: str) -> bool:
    """A task or future of the user's own is looked at: what it runs is the user's."""
    return package in MACHINERY and kind.__name__ not in ("Task", "Future", "Queue", "Event", "Lock", "Semaphore")


def _bound_to(value: Any) -> bool:
    """`items.append` is bound to a list; `len` to a module."""
    return value.__self__ is not None and not isinstance(value.__self__, (types.ModuleType, type))


@by_kind
def is_user_class(kind: type) -> bool:
    if module_of(kind) == "__main__":
        return True
    module = sys.modules.get(module_of(kind))
    return module is not None and is_user_module(module)


@functools.lru_cache(maxsize=1 << 16)
def is_user_path(path: str) -> bool:
    """Whether source at this path is neither the standard library's nor an installed distribution's."""
    noise = ("site-packages", "dist-packages", "<frozen", "<yesterday_agent")
    return not path.startswith((sys.base_prefix, sys.prefix)) and not any(part in path for part in noise)


def is_user_module(module: types.ModuleType) -> bool:
    """Source that the user may edit: not the standard library, not an installed distribution."""
    if module.__name__ == "__main__" or module.__name__.startswith("yesterday_agent"):
        return False
    path = module.__dict__.get("__file__")
    return isinstance(path, str) and is_user_path(path)


def defined(kind: type, name: str) -> object:
    """What a class or one of its bases has under this name, not bound."""
    return next((vars(base)[name] for base in kind.__mro__ if name in vars(base)), None)


def dict_of(value: object) -> dict[str, Any]:
    """An object's attributes; empty where it has none, or keeps them in something of its own."""
    try:
        found = object.__getattribute__(value, "__dict__")
    except (AttributeError, TypeError):
        return {}
    return found if type(found) is dict else {}
