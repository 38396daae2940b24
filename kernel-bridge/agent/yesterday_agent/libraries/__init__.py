"""What the agent knows of single packages, each in a module of its own.

A module is loaded once the user imports its package, never earlier. `docs/extending/library.md` says how to add one.
"""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from ..kinds import BUILT_IN, by_kind, package_of
from ..library import Dissection, Library

Function = TypeVar("Function", bound=Callable[..., Any])

MODULES: dict[str, str] = {
    "pandas": "pandas",
    "numpy": "numpy",
    "torch": "torch",
    "matplotlib": "matplotlib",
    "polars": "polars",
    "pyarrow": "pyarrow",
    **dict.fromkeys(("duckdb", "_duckdb"), "duckdb"),
    "sklearn": "sklearn",
    "scipy": "scipy",
    "sympy": "sympy",
    "sqlalchemy": "sqlalchemy",
    "PIL": "pil",
    "httpx": "httpx",
    "httpcore": "httpcore",
    "requests": "requests",
    "urllib3": "urllib3",
    "aiohttp": "aiohttp",
    "pydantic_core": "pydantic_core",
    "rpds": "rpds",
    "xxhash": "xxhash",
    "dill": "dill",
    "numba": "numba",
    "xarray": "xarray",
    "networkx": "networkx",
    **dict.fromkeys(("cloudpickle", "joblib", "ray", "pyspark"), "cloudpickle"),
}
"""By package the module of this folder that knows it. The order is that of settings and random states in a record."""

WEB_CLIENTS = ("requests", "httpx")
"""Packages that state `answers`: a child process that connects to something looks for these alone."""
SQL_CATALOGUES = ("duckdb_",)
"""Beginnings of names by which SQL asks for all tables: a text is read also before its library is imported."""
GLOBAL_GENERATORS = {
    "RandomState": ("numpy.random.mtrand", "_rand"),
    "Generator": ("torch", "default_generator"),
}
"""By class the module and the name of the generator that draws where code names none."""
PICKLED: dict[tuple[str, str], tuple[str, str]] = {
    ("yesterday_agent.values", "tensor"): ("torch.stored", "tensor"),
    ("yesterday_agent.shared_memory", "tensor"): ("torch.stored", "shared_tensor"),
    ("yesterday_agent.shared_memory", "array"): ("numpy.stored", "array"),
    ("yesterday_agent.shared_memory", "masked"): ("numpy.stored", "masked"),
}
"""Functions of this folder by what stored pickles call them. Entries stay for good."""

_LOADED: dict[str, Library] = {}


def find(package: str) -> Library | None:
    """What is known of a package; None where nothing is. Loads its module."""
    known = _LOADED.get(package)
    if known is not None or package not in MODULES:
        return known
    found: Library = _module(MODULES[package]).LIBRARY
    return _LOADED.setdefault(package, found)


def _module(name: str) -> Any:
    return importlib.import_module(f"{__name__}.{name}")


def named_in_pickles(module: str, name: str) -> Any:
    """The function that a pickle calls so. Raises `AttributeError`, as a module does."""
    if (module, name) not in PICKLED:
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    place, own = PICKLED[module, name]
    return getattr(_module(place), own)


def pickled_as(module: str, name: str) -> Callable[[Function], Function]:
    """Pickles call a function by the name that it had first, one of `PICKLED`."""

    def named(function: Function) -> Function:
        # The module's own text: a pickle has each text once.
        function.__module__ = getattr(sys.modules.get(module), "__name__", module)
        function.__qualname__ = name
        return function

    return named


@by_kind
def of_kind(kind: type) -> Library | None:
    """The library that a class comes from."""
    return None if kind in BUILT_IN else find(package_of(kind))


def of_value(value: object) -> Iterable[Library]:
    """The library of a value's class; of a class of the notebook's those of its bases, nearest first."""
    return _of_objects(type(value))


@by_kind
def _of_objects(kind: type) -> tuple[Library, ...]:
    if kind in BUILT_IN:
        return ()
    package = package_of(kind)
    if package == "__main__":
        return tuple(of_bases(kind))
    library = find(package)
    return () if library is None else (library,)


def of_bases(kind: type) -> Iterator[Library]:
    """The libraries of a class and its bases, nearest first."""
    for package in dict.fromkeys(map(package_of, kind.__mro__)):
        library = find(package)
        if library is not None:
            yield library


@functools.lru_cache(maxsize=1)
def fast_hash() -> Callable[[Any], Any] | None:
    """A hash of memory that the agent uses itself where the kernel's Python has the package."""
    try:
        import xxhash
    except ImportError:
        return None
    return xxhash.xxh3_128


def web_clients() -> list[Library]:
    """Those that are imported and read answers of servers."""
    found = (find(package) for package in WEB_CLIENTS if package in sys.modules)
    return [library for library in found if library is not None]


def imported() -> list[Library]:
    """Those whose packages the user has imported, in the order of `MODULES`."""
    found = (find(package) for package in MODULES if package in sys.modules)
    return [library for library in found if library is not None]


def memories(value: Any) -> list[int]:
    """Where the memory is that this value looks into: equal for all that share it."""
    for library in of_value(value):
        if library.memories is not None and (found := library.memories(value)):
            return found
    return []


def dissect(value: Any) -> Dissection | None:
    """The parts of a value as its library says them; None where none does."""
    for library in of_value(value):
        if library.dissect is not None and (found := library.dissect(value)) is not None:
            return found
    return None


def hidden_links(value: Any) -> Iterator[Any]:
    """Objects that a value holds where its attributes do not lead."""
    for library in of_value(value):
        if library.hidden_links is not None:
            yield from library.hidden_links(value)
