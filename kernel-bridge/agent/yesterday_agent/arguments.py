"""What a function of the user's looks at of an argument, where its source says so for sure.

A call that hands a configuration to a function that takes one key does not depend on the makers of the other keys. The
argument may be used only to take one of its parts: if it is returned, bound or kept, all of it counts.
"""

from __future__ import annotations

import ast
import functools
import inspect
import operator
import os
import types
from collections.abc import Iterable, Mapping
from typing import Any

from .accesses import WHOLE, Access, accesses_of
from .content_source import function_of
from .syntax import VARIABLE, all_below
from .userland import defined, dict_of, is_user_class

_LATER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.GeneratorExp)
_UNSURE = ("locals", "eval", "exec", "vars")
_RESUMABLE = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR


def looked_at(
    access: Access, namespace: Mapping[str, Any], above: frozenset[tuple[str, str]] = frozenset()
) -> Iterable[Access]:
    """The accesses that this one comes to, which hands a value to the function `access.callee`; itself where that is
    none of the user's or may do anything. `above`: what is being looked at, where functions call each other."""
    if access.verb != "argument" or not access.at:
        return [access]
    if (access.callee, access.at) in above:
        return []
    called, first = _called(access.callee, namespace)
    if isinstance(called, (operator.itemgetter, operator.attrgetter)):
        return _got(called) or [access]
    if not isinstance(called, types.FunctionType) or called.__globals__ is not namespace:
        return [access]
    inner = _inside(called, str(int(access.at) + first) if access.at.isdigit() else access.at)
    if inner is None:
        return [access]
    return [one for each in inner for one in looked_at(each, namespace, above | {(access.callee, access.at)})]


def _called(callee: str, namespace: Mapping[str, Any]) -> tuple[object, int]:
    """What is called by a name, or as a method of an instance of the user's by `name.method`; and the place of the
    first argument that the call gives."""
    holder, _, method = callee.partition(".")
    value = namespace.get(holder)
    if not method:
        return value, 0
    kind = type(value)
    hooked = any(hook in vars(base) for base in kind.__mro__[:-1] for hook in ("__getattribute__", "__getattr__"))
    if not is_user_class(kind) or hooked or method in dict_of(value):
        return None, 0
    return defined(kind, method), 1


def _got(getter: Any) -> list[Access]:
    """Of `operator.itemgetter('a')` and its like, by what they pickle as."""
    names = getter.__reduce__()[1]
    if isinstance(getter, operator.itemgetter):
        return [Access("read", f"[{name!r}]") for name in names] if {*map(type, names)} <= {str, int} else []
    found = [name.split(".") for name in names]
    return [Access("read", f".{first}", rest=tuple(f".{name}" for name in rest)) for first, *rest in found]


def _inside(function: types.FunctionType, at: str) -> frozenset[Access] | None:
    code = function.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    if at.isdigit():
        at = names[int(at)] if int(at) < code.co_argcount else ""
    return _uses(code, at) if at in names else None


@functools.lru_cache(maxsize=2048)
def _uses(code: types.CodeType, name: str) -> frozenset[Access] | None:
    # A file may have been edited since; a cell's source stays what it was.
    node = None if os.path.exists(code.co_filename) or code.co_flags & _RESUMABLE else function_of(code)
    if node is None:
        return None
    own = {*code.co_varnames, *code.co_cellvars, *code.co_freevars}
    found: set[Access] = set()
    for part, above in all_below(node):
        if not isinstance(part, ast.Name):
            continue
        if part.id in _UNSURE:
            return None
        if part.id != name:
            continue
        if not isinstance(part.ctx, ast.Load) or _runs_later(part, above):
            return None
        found |= {_from_outside(one, own) for one in accesses_of(part, above)}
    is_whole = any(one.part == WHOLE and one.verb == "read" and not one.columns for one in found)
    return None if is_whole else frozenset(found)


def _runs_later(node: ast.AST, above: list[ast.AST]) -> bool:
    """What a generator goes through first is asked for at once."""
    path = [*above[1:], node]
    for place, one in enumerate(path):
        is_source = isinstance(one, ast.GeneratorExp) and path[place + 1 : place + 3] == _first(one)
        if isinstance(one, _LATER) and not is_source:
            return True
    return False


def _first(generator: ast.GeneratorExp) -> list[ast.AST]:
    return [generator.generators[0], generator.generators[0].iter]


def _from_outside(access: Access, own: set[str]) -> Access:
    """What its own variables name may be any part, or any function."""
    if any(part.startswith(VARIABLE) for part in (access.part, access.key, *access.rest, *access.columns)):
        return Access("read", WHOLE)
    if access.item in own:
        access = access._replace(each=())
    return access._replace(callee="", each=()) if access.callee.partition(".")[0] in own else access
