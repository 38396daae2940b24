"""Which object every name was bound to at a moment, as addresses in one array: thousands of names cost little, and
no object is held."""

from __future__ import annotations

import ctypes
import itertools
import operator
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from .addresses import address

_POINTER_BITS = 64
_MASK: int = 2**64 - 1


def _by_call(values: Iterable[object]) -> array[int]:
    return array("q", map(address, values))


def _by_copy(values: Iterable[object]) -> array[int]:
    """The pointers that a list keeps, copied at once: twenty times as fast as a call for each."""
    held = list(values)
    pointers = array("Q")
    if held:
        start = ctypes.c_void_p.from_address(object_pointer(held) + _ITEMS_AT).value
        pointers.frombytes(ctypes.string_at(start or 0, 8 * len(held)))
    return pointers


def object_pointer(value: object) -> int:
    """`address` is the pointer turned by four bits, as CPython hashes it."""
    turned = address(value) & _MASK
    return int((turned << 4 | turned >> (_POINTER_BITS - 4)) & _MASK)


def _turned(pointer: int) -> int:
    turned = (pointer >> 4 | pointer << (_POINTER_BITS - 4)) & _MASK
    return turned - _MASK - 1 if turned >> (_POINTER_BITS - 1) else turned


# PyListObject with the GIL, on 64 bits: reference count, type, size, then the pointer to the items.
_ITEMS_AT = 24
_IS_KNOWN_LAYOUT = (
    sys.implementation.name == "cpython"
    and sys.maxsize > 2**32
    and list.__basicsize__ == 40
    and not hasattr(sys, "gettotalrefcount")
    and getattr(sys, "_is_gil_enabled", lambda: True)()
)
_addresses: Callable[[Iterable[object]], array[int]] = _by_copy if _IS_KNOWN_LAYOUT else _by_call
_as_address: Callable[[int], int] = _turned if _IS_KNOWN_LAYOUT else int


class Snapshot(Mapping[str, int]):
    """Name to address. Made from the one before, whose table of places it shares while names only come at the end."""

    def __init__(self, namespace: dict[str, Any], before: Snapshot | None = None) -> None:
        self.names = list(namespace)
        self.addresses = _addresses(namespace.values())
        self._earlier = before if before is not None and before.names == self.names[: len(before.names)] else None
        if self._earlier is not None:
            self._places: dict[str, int] = self._earlier._places
            self._earlier._earlier = None
            first = len(self._earlier.names)
            self._places.update(zip(self.names[first:], range(first, len(self.names)), strict=True))
        else:
            self._places = dict(zip(self.names, range(len(self.names)), strict=True))

    def __getitem__(self, name: str) -> int:
        place = self._places[name]
        if place >= len(self.addresses):
            raise KeyError(name)
        return _as_address(self.addresses[place])

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def rebound(self, before: Snapshot) -> set[str]:
        """Names bound to another object than before, new ones included."""
        if before is not self._earlier:
            return {name for name, address in self.items() if before.get(name) != address}
        if before.addresses == self.addresses:
            return set()
        differs = map(operator.ne, before.addresses, self.addresses)
        return {*itertools.compress(self.names, differs), *self.names[len(before.names) :]}

    def lost(self, before: Snapshot) -> set[str]:
        """Names that were bound before and are no more."""
        return set() if before is self._earlier else set(before.names) - set(self.names)
