"""What one run touched, as the probes tell it while the run is on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .accesses import Access, Touches
from .addresses import address
from .namespace import Snapshot
from .patches import Patches
from .state import SEEDERS

_MISSING = object()


@dataclass
class Reads:
    """A name counts as read when, at that moment, it is still bound to what it was bound to before the run."""

    namespace: dict[str, Any]
    before: Snapshot
    patches: Patches
    names: dict[str, set[Access]] = field(default_factory=dict)
    loads: dict[str, set[Access]] = field(default_factory=dict)
    stored: set[str] = field(default_factory=set)
    strings: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)
    queries: set[str] = field(default_factory=set)
    static: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)

    def tell(self, touches: Touches) -> None:
        for name, accesses in touches.own.items():
            self._told(name, accesses)
        for name, accesses in touches.loads.items():
            value = self._told(name, accesses)
            if value is not _MISSING and self.before.get(name) == address(value):
                self.names.setdefault(name, set()).update(accesses)
        self.stored |= touches.stores
        self.strings |= touches.strings
        self.calls |= touches.calls
        self.queries |= touches.queries

    def _told(self, name: str, accesses: set[Access]) -> object:
        self.loads.setdefault(name, set()).update(accesses)
        value = self.namespace.get(name, _MISSING)
        if value is _MISSING:
            self.absent.add(name)
            self.patches.missing(name)
        else:
            self.patches.told(value, accesses)
        return value

    def add_static(self, names: set[str]) -> None:
        for name in names - set(self.names):
            if name in self.before:
                self.names[name] = {Access("argument", "")}
                self.static.add(name)

    def seeded(self) -> bool:
        """Whether the run itself set a random state."""
        return any(
            access.callee in SEEDERS
            for accesses in self.loads.values()
            for access in accesses
            if access.verb in ("call", "through")
        )
