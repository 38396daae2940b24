"""Library modules and classes that code changes: `json.dumps = f`, `sys.path.append(p)`, `pd.DataFrame.show = g`.

Only the attributes that code names are looked at, at the moment a probe reports them: what differs at the end of the
run was changed by it. Invariant: attributes are read from plain `__dict__`s.
"""

from __future__ import annotations

import builtins
import collections
import sys
import types
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .addresses import address
from .databases import connects_itself
from .parts import token
from .userland import is_user_class, is_user_module

if TYPE_CHECKING:
    from .accesses import Access
    from .graph import Changes, Graph
    from .record import Edge
    from .verbs import Verb

_CONTAINERS = (list, dict, set, collections.deque)
_DEFAULT_CONNECTION = "default connection"
_ABSENT = ("absent",)
Key = tuple[int, str]


@dataclass
class _Seen:
    """An attribute as it was when the run first named it."""

    holder: Any
    name: str
    shown: str
    token: Any
    verbs: set[Verb] = field(default_factory=set)
    container: Any = None


class Patches:
    """Who changed which attribute of a library's module or class."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._makers: dict[Key, str] = {}
        self._seen: dict[Key, _Seen] = {}
        self._roots: dict[Key, Any] = {}

    def begin(self) -> None:
        self._seen.clear()

    def touched(self, value: Any, accesses: Collection[Access]) -> None:
        """A name with this value was touched in these ways."""
        if isinstance(value, types.ModuleType):
            if not is_user_module(value):
                self._attributes(value, accesses)
        elif isinstance(value, type):
            if not is_user_class(value):
                self._attributes(value, accesses)
        elif self._makers:
            self._of_instance(value, accesses)

    def named(self, texts: Iterable[str]) -> None:
        """`patch("json.dumps", …)`: attributes of modules, by their whole names."""
        for text in texts:
            module, _, name = text.rpartition(".")
            holder = sys.modules.get(module)
            if isinstance(holder, types.ModuleType) and not is_user_module(holder):
                self._look(holder, name, "through")

    def missing(self, name: str) -> None:
        """A name that the notebook does not bind: a built-in, perhaps a patched one."""
        if (id(builtins), name) in self._makers:
            self._look(builtins, name, "read")

    def _attributes(self, holder: Any, accesses: Collection[Access]) -> None:
        for access in accesses:
            if not access.part.startswith("."):
                continue
            name = access.part[1:]
            inner = holder.__dict__.get(name)
            if access.verb in ("store", "update") or not isinstance(inner, (types.ModuleType, type)):
                self._look(holder, name, access.verb)
            elif access.callee and not is_user_class(inner if isinstance(inner, type) else object):
                self._look(holder, name, "read")
                self._look(inner, access.callee, access.verb)
            if access.verb == "call" and connects_itself(holder):
                self._look(holder, _DEFAULT_CONNECTION, "call")

    def _of_instance(self, value: Any, accesses: Collection[Access]) -> None:
        for access in accesses:
            for base in type(value).__mro__ if access.part.startswith(".") else ():
                if (id(base), access.part[1:]) in self._makers:
                    self._look(base, access.part[1:], "read")

    def _look(self, holder: Any, name: str, verb: Verb) -> None:
        key = (id(holder), name)
        seen = self._seen.get(key)
        if seen is None:
            value = holder.__dict__.get(name, _ABSENT)
            shown = f"{holder.__name__}.{name}"
            seen = self._seen[key] = _Seen(holder, name, shown, token(value))
            if isinstance(value, _CONTAINERS) and shown != "sys.modules":
                seen.container = value
                if address(value) not in self._graph.nodes:
                    self._graph.settle("", [value], set())
        seen.verbs.add(verb)

    def used(self) -> Iterable[Edge]:
        """Edges to the runs that made what this one read."""
        for key, seen in self._seen.items():
            if seen.verbs == {"store"}:
                continue
            makers = set() if seen.container is None else set(self._graph.makers(address(seen.container), None))
            makers.add(self._makers.get(key, ""))
            for by in sorted(makers - {""}):
                yield _edge(seen.shown, by, "changed in the library there")

    def roots(self) -> list[Any]:
        return [seen.container for seen in self._seen.values() if seen.container is not None]

    def kept(self) -> list[int]:
        """Containers whose makers must not be forgotten."""
        return [address(value) for value in self._roots.values()]

    def settle(self, run: str, changes: Changes, wrote_sql: bool) -> list[Edge]:
        """After the graph has settled: what this run changed."""
        edges: list[Edge] = []
        reached = self._graph.reaching(changes.changed) if changes.changed else set()
        for key, seen in self._seen.items():
            value = seen.holder.__dict__.get(seen.name, _ABSENT)
            now = token(value)
            if now != seen.token and "store" not in seen.verbs and _is_own(value, seen):
                # A patch was on when the run first named it, and has been removed since.
                self._makers.pop(key, None)
                continue
            wrote = wrote_sql and seen.name == _DEFAULT_CONNECTION
            changed = now != seen.token or "store" in seen.verbs or wrote
            inside = seen.container is not None and address(seen.container) in reached
            if changed:
                self._makers[key] = run
            if inside:
                self._roots[key] = seen.container
            if changed or inside:
                edges.append(_edge(seen.shown, run, "changed in this run"))
        return edges


def _is_own(value: Any, seen: _Seen) -> bool:
    """Whether a function or a submodule is the one that its library has in this place."""
    holder, name = seen.holder, seen.name
    if isinstance(value, types.ModuleType):
        return value.__name__ == f"{holder.__name__}.{name}"
    is_class = isinstance(holder, type)
    place = (holder.__module__, f"{holder.__qualname__}.{name}") if is_class else (holder.__name__, name)
    return callable(value) and (getattr(value, "__module__", None), getattr(value, "__qualname__", None)) == place


def _edge(name: str, by: str, reason: str) -> Edge:
    return {"kind": "state", "name": name, "version": f"{by}:{name}", "edge": "observed", "by": by, "reason": reason}
