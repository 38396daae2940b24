"""What the variables panel says of a value: type, shape, preview and memory, at the cost of microseconds.

Invariant: nothing of the user's runs. Builtins are read by their own methods, objects of libraries by their library's
`describe`, and all others by their stored attributes.
"""

from __future__ import annotations

import datetime
import decimal
import fractions
import pathlib
import types
from itertools import islice
from typing import Any, TypedDict

from .kinds import package_of
from .libraries import find
from .library import Description
from .secrecy import hidden, hides, mask
from .static_types import bases_of, is_plain_class, kind_name, own_attributes, slots_of

PREVIEW = 120
_BEYOND = 512
_ITEMS = 6
_DEPTH = 2
_BUILTIN = frozenset({bool, int, float, complex, str, bytes, bytearray, type(None), list, tuple, dict, set, frozenset})
_ATOMS = frozenset({bool, float, complex, type(None), range, slice, type(...), type(NotImplemented)})
_LISTS: dict[type, tuple[str, str]] = {list: ("[", "]"), tuple: ("(", ")"), set: ("{", "}"), frozenset: ("{", "}")}
_SAY_THEMSELVES = frozenset(
    {datetime.date, datetime.datetime, datetime.time, datetime.timedelta, decimal.Decimal, fractions.Fraction}
    | {pathlib.PosixPath, pathlib.WindowsPath, pathlib.PurePosixPath, pathlib.PureWindowsPath}
)


class Entry(TypedDict, total=False):
    """One value. `group`: what kind of thing it is. `opens`: the form in which the viewer shows it."""

    type: str
    group: str
    shape: list[int]
    preview: str
    size: int
    opens: str


def describe(value: Any) -> Entry:
    """At most 120 characters of preview; what a value does not say without running its code is left out."""
    kind = type(value)
    entry: Entry = {"type": kind_name(kind), "group": _group(value, kind)}
    try:
        entry.update(_builtin(value, kind) if kind in _BUILTIN else _other(value, kind))
    except Exception as problem:
        entry["preview"] = f"not readable: {kind_name(type(problem))}"
    if "preview" in entry:
        entry["preview"] = mask(entry["preview"])[:PREVIEW]
    return entry


def brief(value: Any, depth: int = 0) -> str:
    """A value in a few words, inside the preview of another or in a row of the viewer."""
    kind = type(value)
    if kind is str or kind is bytes:
        return repr(value[: PREVIEW + _BEYOND])
    if kind is int:
        return repr(value) if int.bit_length(value) < 2000 else "a large int"
    if kind in _ATOMS:
        return repr(value)
    if kind in _LISTS:
        return _items(value, kind, depth)
    if kind is dict:
        return _mapping(value, depth)
    if kind in _SAY_THEMSELVES:
        return str(value)
    return _one_line(value, kind, depth)


def of_library(value: Any) -> Description | None:
    """What the library of a value's class, or of a base of it, says of it."""
    kind = type(value)
    if not is_plain_class(kind):
        return None
    for package in dict.fromkeys(map(package_of, bases_of(kind))):
        library = find(package)
        if library is not None and library.describe is not None and (found := library.describe(value)) is not None:
            return found
    return None


def _group(value: Any, kind: type) -> str:
    if kind in (types.FunctionType, types.BuiltinFunctionType, types.MethodType):
        return "function"
    if issubclass(kind, type):
        return "class"
    return "module" if issubclass(kind, types.ModuleType) else "value"


def _builtin(value: Any, kind: Any) -> Entry:
    entry: Entry = {"preview": brief(value), "size": kind.__sizeof__(value)}
    if kind in _LISTS or kind is dict:
        entry["shape"] = [len(value)]
        entry["opens"] = "tree"
    elif kind in (str, bytes, bytearray):
        entry["shape"] = [len(value)]
        entry["opens"] = "text"
    return entry


def _other(value: Any, kind: type) -> Entry:
    found = of_library(value)
    if found is not None:
        return dict(found)  # type: ignore[return-value]
    entry: Entry = {"preview": brief(value)}
    if _group(value, kind) == "value" and kind not in _ATOMS and kind not in _SAY_THEMSELVES:
        entry["opens"] = "tree"
    return entry


def _items(value: Any, kind: type, depth: int) -> str:
    start, end = _LISTS[kind]
    shown = [] if depth >= _DEPTH else [brief(item, depth + 1) for item in islice(value, _ITEMS)]
    return f"{start}{', '.join(_with_rest(shown, len(value)))}{end}"


def _mapping(value: Any, depth: int) -> str:
    shown = [] if depth >= _DEPTH else [_pair(key, item, depth) for key, item in islice(value.items(), _ITEMS)]
    return "{" + ", ".join(_with_rest(shown, len(value))) + "}"


def _with_rest(shown: list[str], count: int) -> list[str]:
    return [*shown, "…"] if count > len(shown) else shown


def _pair(key: Any, item: Any, depth: int) -> str:
    said = hidden(item) if type(key) is str and hides(key, item) else brief(item, depth + 1)
    return f"{brief(key, depth + 1)}: {said}"


def _one_line(value: Any, kind: type, depth: int) -> str:
    if kind is types.FunctionType:
        code = value.__code__
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        return f"{code.co_name}({', '.join(names[:_ITEMS])}{', …' if len(names) > _ITEMS else ''})"
    if issubclass(kind, type):
        return f"class {kind_name(value)}"
    if issubclass(kind, types.ModuleType):
        name = types.ModuleType.__getattribute__(value, "__dict__").get("__name__")
        return f"module {name}" if type(name) is str else "module"
    found = of_library(value)
    if found is not None:
        return _of_library_line(kind, found)
    return _with_attributes(value, kind, depth)


def _of_library_line(kind: type, found: Description) -> str:
    size = " by ".join(map(str, found.get("shape", ())))
    return " ".join(part for part in (kind_name(kind), size, "" if size else found.get("preview", "")) if part)


def _with_attributes(value: Any, kind: type, depth: int) -> str:
    """An object of no known library: its class and what it stores."""
    name = kind_name(kind)
    if depth >= _DEPTH:
        return name
    stored = {**slots_of(value), **own_attributes(value)}
    shown = [f"{key}={_attribute(key, item, depth)}" for key, item in islice(stored.items(), _ITEMS)]
    more = ", …" if len(stored) > len(shown) else ""
    return f"{name}({', '.join(shown)}{more})" if shown else name


def _attribute(key: Any, item: Any, depth: int) -> str:
    return hidden(item) if type(key) is str and hides(key, item) else brief(item, depth + 1)
