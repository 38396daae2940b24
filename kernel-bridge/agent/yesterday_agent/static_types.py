"""Facts of classes and objects that run no code of the user's, not even that of a metaclass.

Invariant: every attribute is read by the descriptor that `type` or `object` has for it, never by a dot.
"""

from __future__ import annotations

import types
from typing import Any

_mro: Any = vars(type)["__mro__"].__get__
_module: Any = vars(type)["__module__"].__get__
_qualname: Any = vars(type)["__qualname__"].__get__
_members: Any = vars(type)["__dict__"].__get__
_LOOKED_UP = ("__getattribute__", "__getattr__", "__mro__", "__module__", "__qualname__", "__name__", "__flags__")
_MOST_TEXT = 200


_HARMLESS = (types.WrapperDescriptorType, str)
"""Slots that C fills, and the name of the metaclass' own module."""


def is_plain_class(kind: type) -> bool:
    """Whether a dot on the class runs nothing of the user's: its metaclass overrides no attribute that is asked, or
    does so in C alone, as that of pybind11 does."""
    meta = type(kind)
    if meta is type:
        return True
    own = [_members(base) for base in _mro(meta) if base is not type and base is not object]
    return not any(name in members and type(members[name]) not in _HARMLESS for members in own for name in _LOOKED_UP)


def bases_of(kind: type) -> tuple[type, ...]:
    """The class and its bases, nearest first."""
    found: tuple[type, ...] = _mro(kind)
    return found


def kind_name(kind: type) -> str:
    """As `preview.type_name` says it: the package, unless it is the notebook or builtin, and the class."""
    try:
        module = _module(kind)
    except AttributeError:
        module = ""
    name = str.__str__(_qualname(kind))[:_MOST_TEXT]
    package = module.partition(".")[0][:_MOST_TEXT] if type(module) is str else ""
    return name if package in ("builtins", "__main__", "") else f"{package}.{name}"


def own_attributes(value: object) -> dict[str, Any]:
    """The attributes in an object's `__dict__`; empty where its class keeps them in something of its own."""
    found = static_member(type(value), "__dict__")
    if type(found) is not types.GetSetDescriptorType:
        return {}
    attributes = found.__get__(value)
    return attributes if type(attributes) is dict else {}


def static_member(kind: type, name: str) -> object:
    """What the class or the nearest of its bases has under a name; None where none has."""
    return next((_members(base)[name] for base in _mro(kind) if name in _members(base)), None)


def slots_of(value: object) -> dict[str, Any]:
    """The filled slots of an object, by name."""
    found: dict[str, Any] = {}
    for base in _mro(type(value)):
        for name, member in _members(base).items():
            if type(member) is types.MemberDescriptorType and name not in found and type(name) is str:
                try:
                    found[name] = member.__get__(value)
                except AttributeError:
                    continue
    return found
