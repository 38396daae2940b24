"""Functions, classes and modules as content: the user's own by what they say, a library's by name and version.

Code of the notebook's cells does not serve as it is: it holds probes, whose numbers depend on what ran before. There
the source counts, without comments and layout. Other code of the user's counts by its instructions.
"""

from __future__ import annotations

import dataclasses
import sys
import types
from collections.abc import Iterable
from typing import Any

from .content_source import source_of
from .executed import has_probes
from .kinds import module_of
from .userland import is_user_class, is_user_module

Parts = Iterable[tuple[str, Any]]
_OF_EVERY_CLASS = frozenset(
    (
        *("__module__", "__dict__", "__weakref__", "__doc__", "__qualname__", "__firstlineno__"),
        *("__static_attributes__", "__annotations__", "__annotate__", "__annotate_func__"),
        *("__annotations_cache__", "__slotnames__"),
    )
)
_OF_EVERY_MODULE = frozenset(("__builtins__", "__cached__", "__file__", "__loader__", "__path__", "__spec__"))
_MADE_BY_DATACLASS = "<string>"


def function_parts(value: Any) -> Parts:
    """A function's code, defaults and closed-over values; a method's function and the object that it is bound to."""
    if isinstance(value, types.FunctionType) and _is_users(value):
        yield from _own(value)
        return
    if isinstance(value, types.MethodType):
        yield "method", value.__func__
        yield "bound", value.__self__
        return
    wrapped = getattr(value, "__wrapped__", None)
    if type(value).__name__ == "_lru_cache_wrapper" and wrapped is not None:
        yield "cached", wrapped
        yield "parameters", value.cache_parameters()
        return
    yield "named", f"{getattr(value, '__module__', None)}.{value.__qualname__}".encode()
    bound = getattr(value, "__self__", None)
    if bound is not None and not isinstance(bound, types.ModuleType):
        yield "bound", bound


def _is_users(function: types.FunctionType) -> bool:
    name = function.__globals__.get("__name__")
    module = sys.modules.get(name) if isinstance(name, str) else None
    return name == "__main__" or (module is not None and is_user_module(module))


def _own(function: types.FunctionType) -> Parts:
    yield "function", function.__qualname__.encode()
    code = function.__code__
    if not has_probes(code):
        yield "code", code
    elif (source := source_of(code)) is not None:
        yield "source", source.encode("utf-8", "surrogatepass")
    else:
        yield "untold", f"the source of the function {function.__qualname__} cannot be distinguished from others"
        return
    yield "defaults", function.__defaults__
    yield "keyword defaults", function.__kwdefaults__
    for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=False):
        yield "closed over", name
        try:
            yield "value", cell.cell_contents
        except ValueError:
            yield "empty", b""
    if function.__dict__:
        yield "attributes", dict(function.__dict__)


def code_parts(code: types.CodeType) -> Parts:
    """What the instructions do; its place in the source does not count."""
    yield "instructions", code.co_code
    yield "constants", code.co_consts
    yield "names", (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    yield "shape", (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)


def class_parts(kind: type) -> Parts:
    """A class of the user's by its bases and members."""
    yield "class", f"{module_of(kind)}.{kind.__qualname__}".encode()
    if not is_user_class(kind):
        return
    yield "bases", list(kind.__bases__)
    is_dataclass = "__dataclass_fields__" in vars(kind)
    if is_dataclass:
        yield from _fields(kind)
    for name, member in vars(kind).items():
        made = is_dataclass and getattr(getattr(member, "__code__", None), "co_filename", "") == _MADE_BY_DATACLASS
        if name not in _OF_EVERY_CLASS and not made and not name.startswith(("_abc_", "__dataclass_")):
            yield "member", name
            yield from _member(member)


def _fields(kind: type) -> Parts:
    yield "dataclass", repr(vars(kind).get("__dataclass_params__")).encode()
    for field in vars(kind)["__dataclass_fields__"].values():
        yield "field", [field.name, field.type, field.init, field.repr, field.hash, field.compare]
        for default in (field.default, field.default_factory):
            if default is dataclasses.MISSING:
                yield "none", b""
            else:
                yield "default", default


def _member(member: Any) -> Parts:
    if isinstance(member, (staticmethod, classmethod)):
        yield type(member).__name__, member.__func__
    elif isinstance(member, property):
        yield "property", [member.fget, member.fset, member.fdel]
    elif isinstance(member, (types.MemberDescriptorType, types.GetSetDescriptorType)):
        yield "slot", b""
    else:
        yield "is", member


def module_parts(module: types.ModuleType) -> Parts:
    """A module of the user's by what it holds now; another by its version."""
    yield "module", module.__name__
    if is_user_module(module):
        yield "holds", {name: item for name, item in vars(module).items() if name not in _OF_EVERY_MODULE}
    elif isinstance(version := vars(module).get("__version__"), str):
        yield "version", version
