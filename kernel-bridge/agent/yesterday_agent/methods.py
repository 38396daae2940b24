"""What a method of the user's looks at of its own instance, where its source says so for sure.

`self` may occur only before a dot: where it is passed on, returned or indexed, anything may be looked at.
"""

from __future__ import annotations

import abc
import ast
import functools
import os
import types
import typing
from collections.abc import Iterable
from typing import NamedTuple

from .content_source import function_of
from .userland import is_user_class

_ABSTRACT = (abc.ABC, typing.Generic, typing.Protocol)
_HOOKS = ("__getattribute__", "__getattr__", "__setattr__", "__delattr__")


class _Own(NamedTuple):
    """Names of attributes of the instance: those that are asked for, and those that are set."""

    asked: frozenset[str]
    stored: frozenset[str]


@functools.lru_cache(maxsize=2048)
def _own_attributes(code: types.CodeType) -> _Own | None:
    # A file may have been edited since; a cell's source stays what it was.
    node = None if os.path.exists(code.co_filename) else function_of(code)
    if node is None or not code.co_argcount:
        return None
    own = code.co_varnames[0]
    asked: set[str] = set()
    stored: set[str] = set()
    plain: set[int] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id == own:
            plain.add(id(part.value))
            if part.attr.startswith("__"):
                return None
            (stored if isinstance(part.ctx, ast.Store) else asked).add(part.attr)
        elif isinstance(part, ast.AugAssign) and isinstance(part.target, ast.Attribute):
            asked.add(part.target.attr)
        elif isinstance(part, ast.Name) and part.id in ("super", "locals", "eval", "exec", "vars", "__class__"):
            return None
    others = (part for part in ast.walk(node) if isinstance(part, ast.Name) and part.id == own)
    return None if any(id(part) not in plain for part in others) else _Own(frozenset(asked), frozenset(stored))


def is_computed(item: object) -> bool:
    """A property or its like, whose setter is code of the user's; a slot is none."""
    return hasattr(type(item), "__set__") and not isinstance(item, types.MemberDescriptorType)


def looked_at(kind: type, method: str) -> frozenset[str] | None:
    """Names of the attributes that this method, and what it calls on its instance, looks at; None for any."""
    bases = [base for base in kind.__mro__[:-1] if base not in _ABSTRACT]
    if not all(map(is_user_class, bases)) or any(hook in vars(base) for hook in _HOOKS for base in bases):
        return None
    found: set[str] = set()
    waiting = [method]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        item = _item(bases, name)
        function = item.fget if isinstance(item, property) else item
        function = item.func if isinstance(item, functools.cached_property) else function
        if isinstance(item, staticmethod):
            continue
        if isinstance(function, types.FunctionType):
            inner = _own_attributes(function.__code__)
            if inner is None or any(is_computed(_item(bases, one)) for one in inner.stored):
                return None
            waiting += inner.asked
        elif hasattr(type(item), "__get__") and not isinstance(item, types.MemberDescriptorType):
            return None
    return frozenset(found)


def _item(bases: Iterable[type], name: str) -> object:
    """What the class says of the name, itself or by inheritance; None where it says nothing."""
    return next((vars(base)[name] for base in bases if name in vars(base)), None)
