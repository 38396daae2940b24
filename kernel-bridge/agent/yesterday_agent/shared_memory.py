"""Values that look into the same memory, as a pickle: the memory once, and how each looks into it.

Invariant: what is written through one of the values that come back is seen through the others, as it was.
"""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

from . import libraries
from .reasons import UnstorableError

REFUSED = "memory is shared in a way that cannot be stored"


class Memory:
    """Bytes that values look into. Comes back as a `bytearray`."""

    def __init__(self, data: Any) -> None:
        self._data = data

    def __reduce__(self) -> Any:
        return writable, (pickle.PickleBuffer(self._data),)


class Memories:
    """The memory that the values of one pickle look into, each once."""

    def __init__(self) -> None:
        self._held: dict[tuple[int, int], Memory] = {}

    def reduced(self, value: Any) -> Any:
        """How its library pickles a value that looks into memory; None for any other. Raises `UnstorableError`."""
        library = libraries.of_kind(type(value))
        shared = None if library is None or library.stored is None else library.stored.shared
        return None if shared is None else shared(value, self._hold)

    def _hold(self, start: int, data: Any) -> Memory:
        size = len(data)
        held = self._held.get((start, size))
        if held is not None:
            return held
        if any(start < other + length and other < start + size for other, length in self._held):
            raise UnstorableError(REFUSED)
        return self._held.setdefault((start, size), Memory(data))


def writable(data: Any) -> bytearray:
    return data if type(data) is bytearray else bytearray(data)


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """What pickles name here that a library's module has."""
        return libraries.named_in_pickles(__name__, name)
