"""Which values get their digest behind the reply, and what a later run may have done to them until it is computed."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .addresses import address
from .content import Budget, UntoldError, content_digest
from .late import Check, Job, Late, LateDigests
from .libraries import of_kind
from .secrecy import concealed

if TYPE_CHECKING:
    from .graph import Changes, Graph

PENDING = "its digest is computed after the run, and has not arrived"
CHANGED = "a later run changed it before its content was read"
PERHAPS = "a later run may have changed it before its content was read"
GONE = "it was deleted or replaced before its content was read"
THREAD = "a thread or task that a run started may change it while its content is read"
CALLBACK = "a callback of a widget may have changed it before its content was read"
_RELEASED = (".resize(", "getrefcount", "gc.", "weakref")
"""Words in a cell's code that may notice one more reference to its values."""


class _LateBudget(Budget):
    """On the thread: no limits, but it yields."""

    def __init__(self, piece: Check, walk: Check) -> None:
        self._piece, self._walk = piece, walk

    def check(self) -> None:
        self._walk()

    def piece(self) -> None:
        self._piece()

    def admit(self, size: int) -> None:
        return

    def admit_items(self, count: int, most: int) -> None:
        return


@dataclass
class Value:
    """A large value, as it was when its run ended. `find` returns None when it is gone. `ids` are the nodes below it.
    `is_fragile`: a run that touches it may change it unseen; `is_incomplete`: not all below it are known."""

    find: Callable[[], Any]
    ids: frozenset[int]
    is_fragile: bool
    is_incomplete: bool


class LateValues:
    def __init__(self, digests: LateDigests, namespace: Mapping[str, Any], graph: Graph) -> None:
        self._digests, self._namespace, self._graph = digests, namespace, graph
        self._expected: list[tuple[str, Any, Late]] = []
        self._busy: Collection[str] = ()
        self._is_incomplete = False

    def expect(self, name: str, value: Any, facts: dict[str, Any], known: Late | None = None) -> None:
        """The digest of this value goes into `facts` when it is computed; `known` if it is on its way already."""
        known = known or next((late for _, other, late in self._expected if other is value), None)
        late = known or Late(f"the content of {name}")
        if known is None:
            self._expected.append((name, value, late))
        late.facts.append(facts)
        facts["late"] = late

    def settle(self, changes: Changes, busy: Collection[str]) -> None:
        """A run is over: decides on what was not computed before it, and adds what it left. `busy`: names that threads
        and tasks may change at any time."""
        for job in self._digests.open_values():
            self._decide(job, job.subject, changes)
        self._digests.decided()
        self._busy, self._is_incomplete = busy, changes.over_budget
        expected, self._expected = self._expected, []
        for name, value, late in expected:
            if name in busy:
                late.end(None, THREAD)
            else:
                self._add(name, value, late, changes.over_budget)

    def _decide(self, job: Job, value: Value, changes: Changes) -> None:
        # A run that touched nothing left this as it was, also where not all that lies below it is known.
        may_be_below = value.is_incomplete and bool(changes.seen)
        if not (may_be_below or changes.over_budget or not value.ids.isdisjoint(changes.seen)):
            self._digests.accept(job)
            if not job.is_active and job.result is None and value.find() is None:
                self._digests.refuse(job, GONE)
        elif not value.ids.isdisjoint(changes.changed):
            self._digests.refuse(job, CHANGED)
        elif value.is_fragile or value.is_incomplete or changes.over_budget:
            self._digests.refuse(job, PERHAPS)
        elif value.find() is None:
            self._digests.refuse(job, GONE)
        else:
            self._digests.repeat(job)

    def watched(self, values: Mapping[str, Any]) -> Value | None:
        """These variables as the last run left them, found together by name; None where a thread or task may change one
        at any time."""
        if any(name in self._busy for name in values):
            return None
        finders = {name: self._finder(name, value) for name, value in values.items()}

        def find() -> dict[str, Any] | None:
            found = {name: finder() for name, finder in finders.items()}
            return None if any(one is None for one in found.values()) else found

        return self._value(find, list(values.values()), self._is_incomplete)

    def _value(self, find: Callable[[], Any], values: Iterable[Any], is_incomplete: bool) -> Value:
        roots = {address(value) for value in values}
        ids = frozenset({*roots, *self._graph.below(roots)})
        nodes = [self._graph.nodes[one] for one in ids if one in self._graph.nodes]
        fragile = any(node.opaque or _counts_changes(node.kind) for node in nodes)
        return Value(find, ids, fragile, is_incomplete)

    def _add(self, name: str, value: Any, late: Late, is_incomplete: bool) -> None:
        found = self._value(self._finder(name, value), [value], is_incomplete)

        def compute(piece: Check, walk: Check) -> str:
            held = found.find()
            if held is None:
                raise UntoldError(GONE)
            return concealed(held, content_digest(held, _LateBudget(piece, walk)))

        self._digests.add(Job(late, compute, is_value=True, subject=found))

    def _finder(self, name: str, value: Any) -> Callable[[], Any]:
        """The value while it is alive; plain containers and texts while the name is bound to them."""
        try:
            return weakref.ref(value)
        except TypeError:
            pass
        is_shown = name not in self._namespace
        return lambda: value if is_shown or self._namespace.get(name) is value else None


def releases(code: str) -> bool:
    """Whether a cell may notice that its values are held."""
    return any(word in code for word in _RELEASED)


def known_elsewhere(value: Any, named: Iterable[tuple[Any, int, dict[str, Any]]], changed: Collection[int]) -> Any:
    """The digest of this object, or the `Late` of it, if another name that is bound to it has it. `named`: values with
    the ids and facts of their bindings; `changed`: nodes that the run changed."""
    if address(value) in changed:
        return None
    for other, identity, facts in named:
        if other is value and identity == address(value) and (found := facts.get("digest") or facts.get("late")):
            return found
    return None


def _counts_changes(kind: type) -> bool:
    library = of_kind(kind)
    return library is not None and library.counts_changes
