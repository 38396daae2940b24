"""What an object is made of, read without running a line of the user's code: parts with tokens, and links.

A part is a piece with a version of its own (`['a']` of a dict, `.x` of an instance, `""` the rest). A token compares
equal exactly when the part was not changed. Links lead to objects with an anatomy of their own. Invariant: only C
slots and plain `__dict__` reads are used on the user's types; no `__eq__`, `__hash__`, `__repr__`, no property.
"""

from __future__ import annotations

import collections
import functools
import io
import logging
import marshal
import operator
import random
import sys
import threading
import types
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from . import libraries
from .addresses import address
from .digests import mark

WHOLE = ""
PART_LIMIT = 2_000
LINK_LIMIT = 20_000
MARSHAL_LIMIT = 200_000
SAMPLE = 1_000
_PLAIN = {int, float, str, bool, type(None)}

_ATOMS: frozenset[type] = frozenset(
    {bool, int, float, complex, str, bytes, type(None), range, slice, type(...), type(NotImplemented)}.union(
        {types.CodeType, types.WrapperDescriptorType, types.MethodDescriptorType, types.GetSetDescriptorType},
        {types.MemberDescriptorType, types.MethodWrapperType, types.FrameType, types.TracebackType},
        {types.ClassMethodDescriptorType},
    )
)
_ATOM_MODULES = (
    "datetime",
    "decimal",
    "fractions",
    "uuid",
    "pathlib",
    "re",
    "zoneinfo",
    "ipaddress",
    "enum",
    "typing",
)


@dataclass
class Anatomy:
    """`opaque`: its state cannot be seen from outside; what is done to it decides. `consumed`: any read advances
    it. `sampled`: too large to be compared whole."""

    parts: dict[str, Any] = field(default_factory=dict)
    links: list[tuple[str, Any]] = field(default_factory=list)
    opaque: bool = False
    consumed: bool = False
    sampled: bool = False


def is_atom(value: object) -> bool:
    """Values that never change, so that only the name's binding counts."""
    kind = type(value)
    if kind in _ATOMS:
        return True
    if kind is types.BuiltinFunctionType:
        return not _bound_to(value)
    if kind in (types.FunctionType, types.MethodType):
        return str(getattr(value, "__module__", "")).partition(".")[0] in _ATOM_MODULES
    if isinstance(value, types.ModuleType):
        return not is_user_module(value)
    if isinstance(value, type):
        return not is_user_class(value)
    return kind.__module__.partition(".")[0] in _ATOM_MODULES or libraries.is_atom(value)


def _bound_to(value: Any) -> bool:
    """`items.append` is bound to a list; `len` to a module."""
    return value.__self__ is not None and not isinstance(value.__self__, (types.ModuleType, type))


def is_user_class(kind: type) -> bool:
    if kind.__module__ == "__main__":
        return True
    module = sys.modules.get(kind.__module__)
    return module is not None and is_user_module(module)


@functools.lru_cache(maxsize=4096)
def _is_user_path(path: str) -> bool:
    noise = ("site-packages", "dist-packages", "<frozen", "<yesterday_agent")
    return not path.startswith((sys.base_prefix, sys.prefix)) and not any(part in path for part in noise)


def is_user_module(module: types.ModuleType) -> bool:
    """Source that the user may edit: not the standard library, not an installed distribution."""
    if module.__name__ == "__main__" or module.__name__.startswith("yesterday_agent"):
        return False
    path = module.__dict__.get("__file__")
    return isinstance(path, str) and _is_user_path(path)


def token(value: Any) -> Any:
    """Of an element: its value for plain data, its identity for everything else."""
    kind = type(value)
    if kind is int or kind is str or kind is bool or value is None:
        return (kind.__name__, value) if kind is not str or len(value) < 200 else ("str", len(value), hash(value))
    if kind in (float, complex):
        return (kind.__name__, repr(value))
    if kind is bytes:
        return ("bytes", hash(value), len(value))
    return ("#", address(value))


def dissect(value: Any) -> Anatomy:
    """The anatomy of one object; never raises for a type it does not know."""
    found = libraries.dissect(value)
    if found is not None:
        return Anatomy(*found)
    for kind, reader in _READERS:
        if isinstance(value, kind):
            anatomy = reader(value)
            break
    else:
        anatomy = Anatomy()
    _instance(value, anatomy)
    return anatomy


def _elements(anatomy: Anatomy, values: list[Any]) -> None:
    if len(values) > LINK_LIMIT:
        _elements_in_bulk(anatomy, values)
        return
    anatomy.parts[WHOLE] = tuple([token(value) for value in values])
    anatomy.links += [(WHOLE, value) for value in values if not is_atom(value)]


def _elements_in_bulk(anatomy: Anatomy, values: list[Any]) -> None:
    """Too many to keep one by one: plain data by its bytes, the rest by a sample, and said so."""
    try:
        if len(values) > MARSHAL_LIMIT and not set(map(type, values)) <= _PLAIN:
            raise ValueError(len(values))
        anatomy.parts[WHOLE] = mark(marshal.dumps(values, 2))
    except ValueError:
        sample = values[:: max(1, len(values) // SAMPLE)]
        anatomy.parts[WHOLE] = (len(values), tuple(map(address, sample)))
        anatomy.opaque = anatomy.sampled = True


def _list(value: Any) -> Anatomy:
    anatomy = Anatomy()
    _elements(anatomy, list(list.__iter__(value)))
    return anatomy


def _tuple(value: Any) -> Anatomy:
    anatomy = Anatomy()
    _elements(anatomy, list(tuple.__iter__(value)))
    return anatomy


def _set(value: Any) -> Anatomy:
    base = set if isinstance(value, set) else frozenset
    anatomy = Anatomy()
    items = list(base.__iter__(value))
    anatomy.parts[WHOLE] = frozenset(map(token, items)) if len(items) <= LINK_LIMIT else (len(items), address(items))
    anatomy.links += [(WHOLE, item) for item in items[:LINK_LIMIT] if not is_atom(item)]
    return anatomy


def _deque(value: Any) -> Anatomy:
    anatomy = Anatomy()
    _elements(anatomy, list(collections.deque.__iter__(value)))
    return anatomy


def _dict(value: Any) -> Anatomy:
    anatomy = Anatomy()
    items = list(dict.items(value))
    if len(items) > LINK_LIMIT:
        _elements_in_bulk(anatomy, items)
    elif len(items) <= PART_LIMIT and all(type(key) in (str, int) for key, _ in items):
        anatomy.parts[WHOLE] = tuple(key for key, _ in items)
        for key, item in items:
            _part(anatomy, f"[{key!r}]", item)
    else:
        _elements(anatomy, [part for item in items for part in item])
    return anatomy


def _part(anatomy: Anatomy, name: str, value: Any) -> None:
    anatomy.parts[name] = token(value)
    if not is_atom(value):
        anatomy.links.append((name, value))


def _function(value: Any) -> Anatomy:
    anatomy = Anatomy({WHOLE: (address(value.__code__), token(value.__defaults__), token(value.__kwdefaults__))})
    for name, cell in zip(value.__code__.co_freevars, value.__closure__ or (), strict=False):
        try:
            _part(anatomy, f"closure {name}", cell.cell_contents)
        except ValueError:
            anatomy.parts[f"closure {name}"] = "empty"
    for default in [*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values()]:
        if not is_atom(default):
            anatomy.links.append((WHOLE, default))
    return anatomy


def _linked(*names: str) -> Callable[[Any], Anatomy]:
    """Types whose C slots lead to what they hold."""

    def read(value: Any) -> Anatomy:
        anatomy = Anatomy()
        for name in names:
            _part(anatomy, f"slot {name}", getattr(value, name))
        return anatomy

    return read


def _generator(value: Any) -> Anatomy:
    frame = next((getattr(value, name) for name in ("gi_frame", "cr_frame", "ag_frame") if hasattr(value, name)), None)
    if frame is None:
        return Anatomy({WHOLE: "finished"})
    anatomy = Anatomy({WHOLE: frame.f_lasti}, consumed=True)
    for name, local in frame.f_locals.items():
        _part(anatomy, f"local {name}", local)
    return anatomy


def _class(value: type) -> Anatomy:
    anatomy = Anatomy()
    skipped = (
        "__dict__",
        "__weakref__",
        "__doc__",
        "_abc_impl",
        "__module__",
        "__qualname__",
        "__annotations__",
    )
    for name, item in type.__getattribute__(value, "__dict__").items():
        if name not in (*skipped, "__firstlineno__", "__static_attributes__", "__annotations_cache__"):
            _part(anatomy, f".{name}", item)
    anatomy.parts[WHOLE] = address(value)
    anatomy.links += [(WHOLE, base) for base in value.__bases__ if is_user_class(base)]
    return anatomy


def _module(value: types.ModuleType) -> Anatomy:
    anatomy = Anatomy({WHOLE: address(value)})
    for name, item in list(value.__dict__.items()):
        if not name.startswith("__"):
            _part(anatomy, f".{name}", item)
    return anatomy


def _iterator(value: Any) -> Anatomy:
    """An iterator's place: by its length hint where C tells it, else any use of it counts as a step."""
    import gc

    anatomy = Anatomy(consumed=True)
    if type(value) in _HINTED:
        anatomy.parts[WHOLE] = operator.length_hint(value, -1)
    else:
        anatomy.opaque = True
        anatomy.parts[WHOLE] = "iterator"
    anatomy.links = [(WHOLE, item) for item in gc.get_referents(value)[:100] if not is_atom(item)]
    return anatomy


def _stateful(read: Callable[[Any], Any]) -> Callable[[Any], Anatomy]:
    return lambda value: Anatomy({WHOLE: read(value)})


def _file(value: Any) -> Anatomy:
    return Anatomy({WHOLE: bool(value.closed)}, opaque=not value.closed, consumed=not value.closed)


def _logger(value: logging.Logger) -> Anatomy:
    state = (value.level, value.disabled, value.propagate, tuple(map(address, value.handlers)))
    return Anatomy({WHOLE: (state, tuple(map(address, value.filters)))})


_CLOSED = (io.IOBase, threading.Thread, logging.Logger)
"""Types whose attributes lead into the machinery of the process rather than to the user's values."""


def _instance(value: Any, anatomy: Anatomy) -> None:
    """Attributes and slots, and the class itself where it is the user's."""
    if isinstance(value, (type, types.ModuleType, *_CLOSED)):
        return
    kind = type(value)
    attributes = _dict_of(value)
    cached = _caches(kind)  # type: ignore[arg-type]
    for name, item in list(attributes.items()):
        if type(name) is str and name not in cached:
            _part(anatomy, f".{name}", item)
    for name, descriptor in _slots(kind):  # type: ignore[arg-type]
        try:
            _part(anatomy, f".{name}", descriptor.__get__(value, kind))
        except AttributeError:
            anatomy.parts[f".{name}"] = "unset"
    if is_user_class(kind):
        anatomy.links.append((".__class__", kind))
    elif not attributes and not anatomy.parts:
        anatomy.opaque = True
    anatomy.parts.setdefault(WHOLE, address(kind))


@functools.lru_cache(maxsize=1024)
def _caches(kind: type) -> frozenset[str]:
    """Attributes that only remember what a `cached_property` computed."""
    return frozenset(name for base in kind.__mro__ for name, item in base.__dict__.items() if _is_cache(item))


def _is_cache(item: object) -> bool:
    return type(item) is functools.cached_property


def _dict_of(value: Any) -> dict[str, Any]:
    try:
        found = object.__getattribute__(value, "__dict__")
    except (AttributeError, TypeError):
        return {}
    return found if type(found) is dict else {}


@functools.lru_cache(maxsize=1024)
def _slots(kind: type) -> tuple[tuple[str, Any], ...]:
    return tuple(
        (name, item)
        for base in kind.__mro__
        if base.__flags__ & (1 << 9)
        for name, item in base.__dict__.items()
        if type(item) is types.MemberDescriptorType
    )


_SAMPLES: tuple[Any, ...] = ([], (), {}, set(), range(1), {}.values(), {}.items())
_HINTED = frozenset(type(iter(sample)) for sample in _SAMPLES)


def _iterator_types() -> tuple[type, ...]:
    import itertools

    every: Iterable[Any] = (
        *_HINTED,
        type(iter("")),
        zip,
        map,
        filter,
        enumerate,
        reversed,
        type(reversed([])),
    )
    tools = [item for item in vars(itertools).values() if isinstance(item, type)]
    return (*every, *tools)


def _memory_file(value: Any) -> Any:
    return (value.closed, None if value.closed else (value.tell(), hash(value.getvalue())))


def _readers() -> list[tuple[Any, Callable[[Any], Anatomy]]]:
    import array
    import sqlite3

    lock = type(threading.Lock())
    generators = (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType)
    return [
        (list, _list),
        (tuple, _tuple),
        ((set, frozenset), _set),
        (dict, _dict),
        (collections.deque, _deque),
        (type, _class),
        (types.ModuleType, _module),
        (types.FunctionType, _function),
        (types.MethodType, _linked("__self__", "__func__")),
        (types.BuiltinFunctionType, _linked("__self__")),
        (functools.partial, _linked("func", "args", "keywords")),
        (property, _linked("fget", "fset", "fdel")),
        ((staticmethod, classmethod), _linked("__func__")),
        (types.MappingProxyType, lambda value: _dict(dict(value))),
        (generators, _generator),
        (_iterator_types(), _iterator),
        ((io.StringIO, io.BytesIO), _stateful(_memory_file)),
        (io.IOBase, _file),
        (logging.Logger, _logger),
        (threading.Thread, _stateful(lambda value: value.is_alive())),
        (random.Random, _stateful(lambda value: hash(random.Random.getstate(value)))),
        ((bytearray, memoryview, array.array), _stateful(lambda value: mark(bytes(value)))),
        (lock, _stateful(lambda value: value.locked())),
        (type(threading.RLock()), _stateful(repr)),
        (sqlite3.Connection, _stateful(lambda value: value.total_changes)),
        (functools._lru_cache_wrapper, lambda value: Anatomy({WHOLE: address(value)})),
    ]


_READERS = _readers()
