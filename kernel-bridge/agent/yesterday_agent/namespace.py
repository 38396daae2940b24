"""Which object every name was bound to at a moment, as addresses in one array: thousands of names cost little, and
no object is held."""

from __future__ import annotations

import itertools
import operator
from array import array
from collections.abc import Iterator, Mapping
from typing import Any

from .addresses import address


class Snapshot(Mapping[str, int]):
    """Name to address. Made from the one before, whose table of places it shares while names only come at the end."""

    def __init__(self, namespace: dict[str, Any], before: Snapshot | None = None) -> None:
        self.names = list(namespace)
        self.addresses = array("q", map(address, namespace.values()))
        if before is not None and self._continues(before):
            self._places: dict[str, int] = before._places
            first = len(before.names)
            self._places.update(zip(self.names[first:], range(first, len(self.names)), strict=True))
        else:
            self._places = dict(zip(self.names, range(len(self.names)), strict=True))

    def _continues(self, before: Snapshot) -> bool:
        return before.names == self.names[: len(before.names)]

    def __getitem__(self, name: str) -> int:
        place = self._places[name]
        if place >= len(self.addresses):
            raise KeyError(name)
        return int(self.addresses[place])

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def rebound(self, before: Snapshot) -> set[str]:
        """Names bound to another object than before, new ones included."""
        if self._continues(before):
            differs = map(operator.ne, before.addresses, self.addresses)
            return {*itertools.compress(self.names, differs), *self.names[len(before.names) :]}
        return {name for name, address in self.items() if before.get(name) != address}

    def lost(self, before: Snapshot) -> set[str]:
        """Names that were bound before and are no more."""
        return set() if self._continues(before) else set(before.names) - set(self.names)
