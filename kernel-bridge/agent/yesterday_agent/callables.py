"""The anatomy of what runs: functions with their closures, classes, modules, generators, iterators, tasks."""

from __future__ import annotations

import contextvars
import functools
import gc
import itertools
import operator
import types
import weakref
from collections.abc import Callable, Iterable
from typing import Any

from .addresses import address
from .parts import COUNTER, WHOLE, Anatomy, add_part, token
from .userland import is_atom, is_user_class

HITS = f"{COUNTER}hits"
CACHE = "cache"
"""The part of a caching function that holds what it computed before."""


_DISPATCH = ("dispatch_cache", "cache_token")
"""What `functools.singledispatch` remembers of the types that it was called with."""


def read_function(value: Any) -> Anatomy:
    anatomy = Anatomy({WHOLE: (address(value.__code__), token(value.__defaults__), token(value.__kwdefaults__))})
    caches = _DISPATCH if value.__globals__ is vars(functools) else ()
    for name, cell in zip(value.__code__.co_freevars, value.__closure__ or (), strict=False):
        if name in caches:
            continue
        add_part(anatomy, f"closure {name}", cell)
    for default in [*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values()]:
        if not is_atom(default):
            anatomy.links.append((WHOLE, default))
    return anatomy


def read_cell(value: types.CellType) -> Anatomy:
    """A closure's variable: two functions may share it."""
    anatomy = Anatomy()
    try:
        add_part(anatomy, WHOLE, value.cell_contents)
    except ValueError:
        anatomy.parts[WHOLE] = "empty"
    return anatomy


def read_reference(value: Any) -> Anatomy:
    """A weak reference leads to its object for as long as that lives."""
    anatomy = Anatomy()
    add_part(anatomy, WHOLE, weakref.ref.__call__(value))
    return anatomy


def read_proxy(value: types.MappingProxyType[Any, Any]) -> Anatomy:
    """A view of a dict, which others may write."""
    return Anatomy({WHOLE: "proxy"}, [(WHOLE, held) for held in gc.get_referents(value)])


def read_cached(value: Any) -> Anatomy:
    """An `lru_cache`: what it has kept was computed by some run; a call that only misses does not look at it."""
    anatomy = Anatomy({WHOLE: address(value)})
    add_part(anatomy, ".__wrapped__", getattr(value, "__wrapped__", None))
    info = functools._lru_cache_wrapper.cache_info(value)
    anatomy.parts[CACHE] = (info.misses, info.currsize)
    anatomy.parts[HITS] = info.hits
    held = gc.get_referents(value) if info.currsize <= _KEPT else []
    anatomy.links += [(CACHE, one) for one in held if not is_atom(one) and not isinstance(one, (dict, *_CODE))]
    return anatomy


_KEPT = 200
_CODE = (type, types.FunctionType)


def hits(value: Any) -> int:
    return functools._lru_cache_wrapper.cache_info(value).hits


_SET_BY_KERNEL = frozenset(contextvars.copy_context())
"""Context variables that were set before the agent was imported, as that of the request. They change with each run and
are no state of the user's."""


def read_context_variable(value: Any) -> Anatomy:
    anatomy = Anatomy()
    if value not in _SET_BY_KERNEL:
        add_part(anatomy, WHOLE, value.get(None))
    return anatomy


def linked(*names: str) -> Callable[[Any], Anatomy]:
    """Types whose C slots lead to what they hold."""

    def read(value: Any) -> Anatomy:
        anatomy = Anatomy()
        for name in names:
            add_part(anatomy, f"slot {name}", getattr(value, name))
        return anatomy

    return read


_OF_LIST: type = type(iter([]))
"""A list may grow meanwhile, so that its iterator's length hint comes back to what it was."""
_SAMPLES: tuple[Any, ...] = ((), {}, set(), range(1), {}.values(), {}.items())
_HINTED = frozenset(type(iter(sample)) for sample in _SAMPLES)


def iterator_types() -> tuple[type, ...]:
    every: Iterable[Any] = (
        _OF_LIST,
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


def read_generator(value: Any) -> Anatomy:
    frame = next((getattr(value, name) for name in ("gi_frame", "cr_frame", "ag_frame") if hasattr(value, name)), None)
    if frame is None:
        return Anatomy({WHOLE: "finished"})
    anatomy = Anatomy({WHOLE: frame.f_lasti}, consumed=True)
    for name, local in frame.f_locals.items():
        add_part(anatomy, f"local {name}", local)
    # What it loops over, and what it yields from, lies on its stack.
    held = [*gc.get_referents(value), *gc.get_referents(frame)]
    anatomy.links += [(WHOLE, inner) for inner in held if isinstance(inner, _RESUMED)]
    return anatomy


_RESUMED = (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType, *iterator_types())


def read_class(value: type) -> Anatomy:
    anatomy = Anatomy()
    skipped = (
        "__dict__",
        "__weakref__",
        "__doc__",
        "_abc_impl",
        "__module__",
        "__qualname__",
        "__annotations__",
        "__slotnames__",
    )
    for name, item in type.__getattribute__(value, "__dict__").items():
        if name not in (*skipped, "__firstlineno__", "__static_attributes__", "__annotations_cache__"):
            add_part(anatomy, f".{name}", item)
    anatomy.parts[WHOLE] = address(value)
    anatomy.links += [(WHOLE, base) for base in value.__bases__ if is_user_class(base)]
    return anatomy


def read_module(value: types.ModuleType) -> Anatomy:
    anatomy = Anatomy({WHOLE: address(value)})
    for name, item in list(value.__dict__.items()):
        if not name.startswith("__"):
            add_part(anatomy, f".{name}", item)
    return anatomy


def read_iterator(value: Any) -> Anatomy:
    """An iterator's place: by its length hint where C has one, else any use of it counts as a step."""
    anatomy = Anatomy(consumed=True)
    if type(value) is _OF_LIST:
        anatomy.parts[WHOLE] = value.__reduce__()[2:]
    elif type(value) in _HINTED:
        anatomy.parts[WHOLE] = operator.length_hint(value, -1)
    elif type(value) is itertools.count and all(map(is_atom, gc.get_referents(value))):
        anatomy.parts[WHOLE] = repr(value)
    else:
        anatomy.opaque = True
        anatomy.parts[WHOLE] = "iterator"
    anatomy.links = [(WHOLE, item) for item in gc.get_referents(value)[:100] if not is_atom(item)]
    return anatomy
