"""What one run touched, as the probes report it while the run is on."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from .accesses import Access, Touches
from .addresses import address
from .libraries import of_value
from .state import SEEDERS
from .strings import texts_in

if TYPE_CHECKING:
    from .namespace import Snapshot
    from .patches import Patches

_MISSING = object()
_TEXT = 100_000
GIVEN = 2_000
_NAMESPACES = frozenset(("globals", "locals"))


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
    given: set[str] = field(default_factory=set)
    untold: bool = False
    by_products: bool | None = None
    """Whether what `backward` leaves may be looked at; None until asked."""
    overflowed: bool = False
    failed: bool = False
    """The run did not end as it should."""
    static: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    late: dict[str, dict[Access, frozenset[Access]]] = field(default_factory=dict)
    """Accesses behind statements that had replaced parts of what the name is bound to, with what had replaced them."""
    _replaced: dict[str, frozenset[Access]] = field(default_factory=dict)
    _replacing: dict[str, set[Access]] = field(default_factory=dict)

    def add(self, touches: Touches) -> None:
        if touches.puts is not None:
            self._end_statement()
            self._replacing = touches.puts
        for name, accesses in touches.own.items():
            if name in self.namespace:
                self._loaded(name, accesses)
            else:
                self.loads.setdefault(name, set()).update(accesses)
        for name, accesses in touches.loads.items():
            value = self._loaded(name, accesses)
            if value is not _MISSING and self.before.get(name) == address(value):
                self._read(name, accesses)
        if "patch" in touches.calls:
            self.patches.named(touches.strings)
        self.stored |= touches.stores
        self.strings |= touches.strings
        self.calls |= touches.calls
        self.untold |= touches.untold

    def _end_statement(self) -> None:
        for name, accesses in self._replacing.items():
            if self.before.get(name) == address(self.namespace.get(name)):
                self._replaced[name] = self._replaced.get(name, frozenset()) | accesses
        self._replacing = {}

    def _read(self, name: str, accesses: set[Access]) -> None:
        known = self.names.setdefault(name, set())
        if name in self._replaced:
            self.late.setdefault(name, {}).update(dict.fromkeys(accesses - known, self._replaced[name]))
        known |= accesses

    def note(self, value: Any, is_sql: bool) -> None:
        """What a call was given that may be a path or the name of a variable, or is a statement of SQL."""
        try:
            text = _text(value)
        except Exception:  # A statement that cannot be written without its database.
            text = None
        if text is not None and len(text) < _TEXT:
            if text in self.given or len(self.given) < GIVEN:
                self.given.add(text)
                return
            self.overflowed = True
        self.untold |= is_sql

    @property
    def texts(self) -> set[str]:
        """The strings of the code that ran, and those that it made and gave to calls."""
        return self.strings | self.given

    @property
    def handed_on(self) -> set[str]:
        """Where the namespace itself may have been handed on: what may be asked of it."""
        if _NAMESPACES.isdisjoint(self.loads):
            return set()
        called = (getattr(self.namespace.get(name), "__code__", None) for name in self.calls)
        texts = {text for code in called if code is not None for text in texts_in(code)}
        return texts | {value for name in self.names if type(value := self.namespace.get(name)) is str}

    def _loaded(self, name: str, accesses: set[Access]) -> object:
        self.loads.setdefault(name, set()).update(accesses)
        value = self.namespace.get(name, _MISSING)
        if value is _MISSING:
            self.absent.add(name)
            self.patches.missing(name)
        else:
            self.patches.touched(value, accesses)
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


def _text(value: Any) -> str | None:
    """Of a text or path, or of a statement that a library has for SQL."""
    if isinstance(value, PurePath):
        return str(value)
    if type(value) is str:
        return value
    return next((one.statement(value) for one in of_value(value) if one.statement is not None), None)
