"""What one run touched, as the probes tell it while the run is on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .accesses import Access, Touches
from .addresses import address
from .namespace import Snapshot
from .state import SEEDERS

_MISSING = object()


@dataclass
class Reads:
    """A name counts as read when, at that moment, it is still bound to what it was bound to before the run."""

    namespace: dict[str, Any]
    before: Snapshot
    names: dict[str, set[Access]] = field(default_factory=dict)
    loads: dict[str, set[Access]] = field(default_factory=dict)
    stored: set[str] = field(default_factory=set)
    strings: set[str] = field(default_factory=set)
    static: set[str] = field(default_factory=set)

    def tell(self, touches: Touches) -> None:
        for name, accesses in touches.own.items():
            self.loads.setdefault(name, set()).update(accesses)
        for name, accesses in touches.loads.items():
            self.loads.setdefault(name, set()).update(accesses)
            if self.before.get(name) == address(self.namespace.get(name, _MISSING)):
                self.names.setdefault(name, set()).update(accesses)
        self.stored |= touches.stores
        self.strings |= touches.strings

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
