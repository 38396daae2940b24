"""Values of libraries as content, and what the libraries' modules share to say it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from . import libraries
from .kinds import module_of
from .library import Parts

VALUE_BYTES = 32 * 1024 * 1024
"""A larger value is not read, nor copied to be read, while the kernel waits."""
TOO_LARGE = f"it is larger than {VALUE_BYTES >> 20} MiB"
PIECE = 4 * 1024 * 1024
"""Bytes that are read at once: a thread that reads them looks up in between."""


@dataclass(frozen=True)
class Memory:
    """Bytes that are read piece by piece. Nothing is copied before `pieces` is called."""

    size: int
    pieces: Callable[[], Iterable[Any]]


def sliced(memory: memoryview) -> Memory:
    """One block of plain bytes."""
    return Memory(memory.nbytes, lambda: (memory[at : at + PIECE] for at in range(0, memory.nbytes, PIECE)))


@dataclass(frozen=True)
class Listed:
    """Values that have no plain memory: `items()` is a list of so many."""

    count: int
    items: Callable[[], Any]


def library_parts(value: Any) -> Parts | None:
    """None for a value that no library can say."""
    for kind in type(value).__mro__:
        library = libraries.of_kind(kind)
        if library is not None and library.content is not None:
            parts = library.content(value)
            return parts if parts is None or kind is type(value) else [*_subclass(value), *parts]
    return None


def _subclass(value: Any) -> Parts:
    """A class of the user's that extends a library's, and the attributes that it adds."""
    kind = type(value)
    yield "subclass", f"{module_of(kind)}.{kind.__qualname__}".encode()
    own = getattr(value, "__dict__", {})
    declared = getattr(kind, "_metadata", None)
    yield "kept", own if declared is None else {name: own[name] for name in declared if name in own}


def listed(count: int, items: Callable[[], Any]) -> Parts:
    """`items()` one by one."""
    yield "listed", Listed(count, items)
