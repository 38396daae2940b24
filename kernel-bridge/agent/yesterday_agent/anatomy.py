"""What an object is made of, read without running a line of the user's code.

Invariant: only C slots and plain `__dict__` reads are used on the user's types; no `__eq__`, `__hash__`, `__repr__`,
no property.
"""

from __future__ import annotations

import array
import collections
import contextvars
import csv
import ctypes
import decimal
import functools
import gc
import hashlib
import hmac
import io
import logging
import random
import sqlite3
import threading
import types
import weakref
from collections.abc import Callable
from typing import Any

from . import callables, containers, immutables, libraries, standard_objects
from .addresses import address
from .compiled import is_compilers, original
from .compiled import may_be as may_be_compiled
from .databases import RESULT, is_connection
from .digests import mark
from .kinds import by_kind, is_native
from .parts import WHOLE, Anatomy, add_part, token
from .userland import dict_of, is_atom, is_user_class


def dissect(value: Any) -> Anatomy:
    """The anatomy of one object. One that cannot be looked into says nothing: what is done to it decides."""
    try:
        return _dissect(value)
    except Exception:
        return Anatomy({WHOLE: address(type(value))}, opaque=True)


def _dissect(value: Any) -> Anatomy:
    found = libraries.dissect(value) or standard_objects.dissect(value)
    if found is not None:
        return Anatomy(*found)
    own = type(value)
    compiled = original(value) if may_be_compiled(own) else None
    if compiled is not None or (may_be_compiled(own) and is_compilers(value)):
        links = [] if compiled is None else [(WHOLE, compiled)]
        return Anatomy({WHOLE: address(own)}, links, opaque=compiled is None)
    reader = _reader_of(own)
    anatomy = Anatomy() if reader is None else reader(value)
    anatomy.links += [(WHOLE, raw) for raw in libraries.hidden_links(value)]
    _instance(value, anatomy)
    if anatomy.opaque and not anatomy.links and not is_connection(own):
        # What it holds may be written through it.
        held = gc.get_referents(value)[:_HELD]
        anatomy.links += [(WHOLE, one) for one in held if not is_atom(one) and type(one) is not dict]
    return anatomy


_HELD = 50


@by_kind
def _reader_of(own: type) -> Callable[[Any], Anatomy] | None:
    found = next((reader for kind, reader in _READERS if issubclass(own, kind)), None)
    return _connection_of_library if found is None and is_connection(own) else found


def _stateful(read: Callable[[Any], Any]) -> Callable[[Any], Anatomy]:
    return lambda value: Anatomy({WHOLE: read(value)})


def _file(value: Any) -> Anatomy:
    return Anatomy({WHOLE: bool(value.closed)}, opaque=not value.closed, consumed=not value.closed)


def _logger(value: logging.Logger) -> Anatomy:
    state = (value.level, value.disabled, value.propagate, tuple(map(address, value.handlers)))
    links = [(WHOLE, one) for one in [*value.handlers, *value.filters]]
    return Anatomy({WHOLE: (state, tuple(map(address, value.filters)))}, links)


_CLOSED = (io.IOBase, threading.Thread, logging.Logger)
"""Types whose attributes lead into the machinery of the process rather than to the user's values."""


def _instance(value: Any, anatomy: Anatomy) -> None:
    """Attributes and slots, and the class itself where it is the user's."""
    kind = type(value)
    if _is_closed(kind):
        return
    attributes = dict_of(value)
    cached, lazy = caches_of(kind), immutables.lazy_attributes(kind)
    borrowed = immutables.borrowed_attributes(kind)
    for name, item in list(attributes.items()):
        if type(name) is str and name in cached:
            anatomy.caches[f".{name}"] = address(item)
            continue
        if type(name) is not str or (name in lazy and not immutables.is_written_through(value, name)):
            continue
        if name in borrowed:
            anatomy.parts[f".{name}"] = token(item)
        else:
            add_part(anatomy, f".{name}", item)
    for name, descriptor in _slots(kind):
        try:
            add_part(anatomy, f".{name}", descriptor.__get__(value, kind))
        except AttributeError:
            anatomy.parts[f".{name}"] = "unset"
    if is_user_class(kind):
        anatomy.links.append((".__class__", kind))
    elif not attributes and not anatomy.parts:
        anatomy.opaque = _hides(kind)
    anatomy.parts.setdefault(WHOLE, address(kind))


@by_kind
def _is_closed(kind: type) -> bool:
    return issubclass(kind, (type, types.ModuleType, *_CLOSED))


def _hides(kind: type) -> bool:
    """Whether its objects are larger than an empty one, which `object()` and sentinels of Python classes are."""
    references = bool(kind.__dictoffset__) + bool(kind.__weakrefoffset__)
    return kind.__basicsize__ > object.__basicsize__ + 8 * references


@by_kind
def caches_of(kind: type) -> frozenset[str]:
    """Attributes that only remember what a `cached_property` computed."""
    return frozenset(name for base in kind.__mro__ for name, item in base.__dict__.items() if _is_cache(item))


def _is_cache(item: object) -> bool:
    return type(item) is functools.cached_property or type(item).__name__ == "lazy_property"


@by_kind
def _slots(kind: type) -> tuple[tuple[str, Any], ...]:
    return tuple(
        (name, item)
        for base in kind.__mro__
        if not is_native(base)
        for name, item in base.__dict__.items()
        if type(item) is types.MemberDescriptorType and name not in _OF_THE_TYPE
    )


_OF_THE_TYPE = ("__vectorcalloffset__", "__dictoffset__", "__weaklistoffset__")
"""Members by which the interpreter reaches into objects; 3.13 gives `functools.partial` the first."""


def _exception(value: BaseException) -> Anatomy:
    anatomy = Anatomy({WHOLE: address(type(value))})
    add_part(anatomy, ".args", BaseException.args.__get__(value))  # type: ignore[attr-defined]
    return anatomy


def _thread_local(value: threading.local) -> Anatomy:
    """As this thread sees it."""
    anatomy = Anatomy({WHOLE: "local"})
    for name, item in threading.local.__getattribute__(value, "__dict__").items():
        add_part(anatomy, f".{name}", item)
    return anatomy


_SIGNED: Any = hmac.new(b"", b"", "sha256")
_HASHES = tuple(
    {type(hashlib.sha256()), hashlib.blake2b, hashlib.blake2s, type(getattr(_SIGNED, "_hmac", hashlib.md5()))}
)
_C_DATA = ctypes._SimpleCData.__mro__[1]


def _memory(value: memoryview) -> Anatomy:
    links = [] if isinstance(value.obj, bytes) else [(WHOLE, value.obj)]
    return Anatomy({WHOLE: mark(value.tobytes())}, links)


def _csv_writer(value: Any) -> Anatomy:
    """What it writes goes through a method of the file that it was given."""
    return Anatomy({WHOLE: "writer"}, [(WHOLE, held) for held in gc.get_referents(value) if callable(held)])


def _decimal_context(value: decimal.Context) -> Any:
    """Its flags are what it came across, and change nothing."""
    traps = tuple(sorted(signal.__name__ for signal, is_on in value.traps.items() if is_on))
    return (value.prec, value.rounding, value.Emin, value.Emax, value.capitals, value.clamp, traps)


def _memory_file(value: Any) -> Any:
    return (value.closed, None if value.closed else (value.tell(), hash(value.getvalue())))


def _connection_of_library(value: Any) -> Anatomy:
    return Anatomy({WHOLE: address(value), RESULT: address(value)}, opaque=True)


def _connection(value: sqlite3.Connection) -> Anatomy:
    """Rows changed are counted; what else its SQL does is decided by the SQL."""
    try:
        return Anatomy({WHOLE: value.total_changes}, opaque=True)
    except sqlite3.ProgrammingError:
        return Anatomy({WHOLE: "closed"})


def _cursor(value: sqlite3.Cursor) -> Anatomy:
    anatomy = Anatomy({WHOLE: "cursor"}, opaque=True, consumed=True)
    anatomy.links.append((WHOLE, value.connection))
    return anatomy


def _readers() -> list[tuple[Any, Callable[[Any], Anatomy]]]:
    lock = type(threading.Lock())
    generators = (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType)
    return [
        (list, containers.read_list),
        (tuple, containers.read_tuple),
        ((set, frozenset), containers.read_set),
        (dict, containers.read_dict),
        (collections.deque, containers.read_deque),
        (containers.VIEWS, containers.read_view),
        (type(csv.writer(io.StringIO())), _csv_writer),
        (type, callables.read_class),
        (types.ModuleType, callables.read_module),
        (types.FunctionType, callables.read_function),
        (types.MethodType, callables.linked("__self__", "__func__")),
        (types.BuiltinFunctionType, callables.linked("__self__")),
        (functools.partial, callables.linked("func", "args", "keywords")),
        (property, callables.linked("fget", "fset", "fdel")),
        ((staticmethod, classmethod), callables.linked("__func__")),
        (types.MappingProxyType, callables.read_proxy),
        (decimal.Context, _stateful(_decimal_context)),
        (generators, callables.read_generator),
        (callables.iterator_types(), callables.read_iterator),
        ((io.StringIO, io.BytesIO), _stateful(_memory_file)),
        (io.IOBase, _file),
        (logging.Logger, _logger),
        (threading.Thread, _stateful(lambda value: value.is_alive())),
        (random.Random, _stateful(lambda value: hash(random.Random.getstate(value)))),
        ((bytearray, array.array), _stateful(lambda value: mark(bytes(value)))),
        (memoryview, _memory),
        (lock, _stateful(lambda value: value.locked())),
        (_HASHES, _stateful(lambda value: value.digest())),
        (type(threading.RLock()), _stateful(repr)),
        (sqlite3.Connection, _connection),
        (sqlite3.Cursor, _cursor),
        (functools._lru_cache_wrapper, callables.read_cached),
        (types.CellType, callables.read_cell),
        (threading.local, _thread_local),
        (BaseException, _exception),
        (_C_DATA, _stateful(lambda value: bytes(memoryview(value)))),
        (weakref.ReferenceType, callables.read_reference),
        (contextvars.ContextVar, callables.read_context_variable),
    ]


_READERS = _readers()
