"""The objects that the notebook's names reach, each part with the run that made it. Aliases follow from identity.

Invariant: after `settle(run)` every node reached from the touched names carries the state of that moment; what was
not touched keeps what was known. No user object is kept alive by it: nodes hold ids and weak references.
"""

from __future__ import annotations

import weakref
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from . import libraries
from .addresses import address
from .anatomy import dissect
from .by_products import left_on, parts_of
from .callables import CACHE, HITS, hits
from .parts import WHOLE, Anatomy, changed_parts
from .plain_items import Items, holds_still, items_of
from .userland import is_atom

Steps = tuple[str, ...]
"""Parts, each inside the one before."""
Path = tuple[Steps, bool]
"""Parts from an object inwards, and whether all that is reached from the last is meant."""
NODE_LIMIT = 50_000
PATH_LIMIT = 64
SECONDS = 0.5


@dataclass
class Node:
    """One object. `by` names the run that last made each part; `unsure` the parts where that is a guess."""

    kind: type
    guard: Any
    parts: dict[str, Any]
    by: dict[str, str]
    links: dict[str, list[int]]
    opaque: bool
    consumed: bool
    unsure: set[str] = field(default_factory=set)
    views: dict[str, frozenset[str]] = field(default_factory=dict)
    """Of a database connection: the tables that each view looks at."""
    caches: dict[str, tuple[int, str]] = field(default_factory=dict)
    """What a `cached_property` keeps: the id of the value, and the run that computed it. It follows from the rest, so
    it is no part; once the rest has changed it is one, in `by`."""
    also: dict[str, set[str]] = field(default_factory=dict)
    """The runs whose work is still in a part that was last changed through another object, which lies in its memory."""
    shaped: set[str] = field(default_factory=set)
    """Of keys or columns that came and went: the runs that made the first, took some away or changed their order."""
    added: dict[str, str] = field(default_factory=dict)
    """And the run that would have added it, had it not been there, by its part."""
    items: Items | None = None
    """What a small container of plain data held."""
    is_obscure: bool = False
    """A database connection on which a statement may do more than it says."""

    def makers_of(self, part: str, put: Collection[str] = ()) -> Iterable[str]:
        """None where there is no such part."""
        if part == WHOLE and self.shaped:
            return {*self.shaped, *(run for key, run in self.added.items() if key not in put)}
        return {self.by[part], *self.also.get(part, ())} if part in self.by else ()

    def makers(self, left: Collection[str] = ()) -> Iterable[str]:
        """Of all its parts but those that are left out."""
        if not (left or self.shaped or self.also):
            return set(self.by.values())
        return {run for part in self.by if part not in left for run in self.makers_of(part)}

    def alive(self, value: object) -> bool:
        return self.kind is type(value) and (self.guard is None or self.guard() is value)


@dataclass
class Changes:
    """What a run did to the objects: node ids whose parts changed, and what could not be followed."""

    changed: dict[int, set[str]] = field(default_factory=dict)
    unsure: set[int] = field(default_factory=set)
    lost: set[int] = field(default_factory=set)
    """What an object held when the run began, and holds no more: it may have been changed before it was released."""
    seen: set[int] = field(default_factory=set)
    """The ids of all objects that were looked at."""
    over_budget: bool = False


class Graph:
    def __init__(self) -> None:
        self.nodes: dict[int, Node] = {}
        self._views: dict[int, set[int]] = {}
        self.generation = 0
        """Rises when links between known objects, or what they hold, change."""
        self.is_partial = False
        """Some walk ended before it had seen everything."""

    def settle(
        self,
        run: str,
        roots: Iterable[Any],
        handled: set[int],
        known: Mapping[int, set[str]] | None = None,
        remade: Mapping[int, set[str]] | None = None,
        quiet: bool = False,
        by_products: bool = False,
    ) -> Changes:
        """Walk from the touched names' values; `handled` are ids of opaque objects that the code acted on, `known` says
        of objects which of their parts were changed, whatever their state looks like; `remade` are parts that were made
        again, also where they came out the same. `quiet`: what there is now counts as it was, made by whom it was.
        `by_products`: what was computed may have left some on what it was computed from."""
        changes = Changes()
        deadline = perf_counter() + SECONDS
        stack = [value for value in roots if not is_atom(value)]
        beside: list[Any] = []
        seen: dict[int, Any] = {}
        while stack or beside:
            through_another = not stack
            value = (stack or beside).pop()
            if address(value) in seen:
                continue
            if len(seen) > NODE_LIMIT or perf_counter() > deadline:
                changes.over_budget = True
                break
            seen[address(value)] = value
            certain = set[str]() if quiet else (known or {}).get(address(value))
            if certain is None and self._is_plain_and_same(value, handled, remade):
                continue
            anatomy = dissect(value)
            changes.over_budget |= anatomy.sampled
            self._visit(run, value, anatomy, changes, handled, certain, through_another)
            self._remade(run, address(value), (remade or {}).get(address(value), set()), changes)
            stack.extend(child for _, child in anatomy.links)
            beside.extend(self._sharing(value))
            stack.extend(left_on(value) if by_products else ())
        changes.seen.update(seen)
        self.is_partial |= changes.over_budget
        return changes

    def _is_plain_and_same(self, value: Any, handled: set[int], remade: Mapping[int, set[str]] | None) -> bool:
        """Whether a container of plain data is as its node says; most are, and this shows it in a tenth of the time."""
        identity = address(value)
        node = self.nodes.get(identity)
        if node is None or node.items is None or node.kind is not type(value):
            return False
        is_asked = identity in handled or (remade is not None and identity in remade)
        return not is_asked and holds_still(value, node.items)

    def _sharing(self, value: Any) -> list[Any]:
        """What looks into the same memory: what is written through one is seen through all."""
        found: list[Any] = []
        for memory in libraries.memories(value):
            views = self._views.setdefault(memory, set())
            views.add(address(value))
            nodes = [self.nodes[identity] for identity in views if identity in self.nodes]
            shared = [node.guard() for node in nodes if node.guard is not None]
            found += [view for view in shared if view is not None and memory in libraries.memories(view)]
        return found

    def _visit(
        self,
        run: str,
        value: Any,
        anatomy: Anatomy,
        changes: Changes,
        handled: set[int],
        known: set[str] | None,
        through_another: bool,
    ) -> None:
        links: dict[str, list[int]] = {}
        for part, child in anatomy.links:
            links.setdefault(part, []).append(address(child))
        node = self.nodes.get(address(value))
        if node is None or not node.alive(value):
            self.generation += node is not None
            by = dict.fromkeys([*anatomy.parts, WHOLE], run)
            node = Node(type(value), _guard(value), anatomy.parts, by, links, anatomy.opaque, anatomy.consumed)
            node.items = None if links else items_of(value)
            self.nodes[address(value)] = node
            _look_at_caches(node, anatomy, run, changed=False)
            return
        changed = changed_parts(node.parts, anatomy.parts) if known is None else known
        if known is None and anatomy.opaque and address(value) in handled:
            changed.add(WHOLE)
            if not anatomy.consumed:
                changes.unsure.add(address(value))
                node.unsure.add(WHOLE)
        _follow_keys(run, node, anatomy.parts, changed)
        for part in changed:
            others = {*node.also.get(part, ()), *node.makers_of(part)} if through_another else set()
            node.by[part] = run
            node.also[part] = others
        if changed:
            changes.changed[address(value)] = changed
        if changed or node.links != links:
            self.generation += 1
        if node.links != links:
            changes.lost.update(*node.links.values())
            changes.lost.difference_update(*links.values())
        if node.caches or anatomy.caches:
            _look_at_caches(node, anatomy, run, changed=bool(changed))
        node.parts, node.links, node.opaque = anatomy.parts, links, anatomy.opaque
        node.items = None if links else items_of(value)

    def _remade(self, run: str, identity: int, parts: set[str], changes: Changes) -> None:
        node = self.nodes[identity]
        again = parts & node.parts.keys()
        if again:
            node.by.update(dict.fromkeys(again, run))
            changes.changed.setdefault(identity, set()).update(again)

    def makers(
        self,
        root: int,
        paths: Iterable[Path] | None,
        by_products: bool = True,
        without: Collection[int] = (),
        put: Collection[str] = (),
    ) -> dict[str, set[Steps]]:
        """Runs that made what is reached from an object: {run: ways to its parts}. `paths` None is all of it; without
        `by_products` what computations left beside their results does not count, nor do the objects of `without`, nor
        who added keys that the asking run `put` there."""
        found: dict[str, set[Steps]] = {}
        node = self.nodes.get(root)
        if node is None:
            return found
        every = [((part,), True) for part in {*node.by, *node.links}] if paths is None else paths
        seen = {root, *without}
        for steps, deep in every:
            if by_products or steps[0] not in parts_of(node.kind):
                self._along(root, steps, deep, seen, found, by_products, put)
        return found

    def _along(
        self,
        root: int,
        steps: Steps,
        deep: bool,
        seen: set[int],
        found: dict[str, set[Steps]],
        by_products: bool,
        put: Collection[str],
    ) -> None:
        current, inner = root, [root]
        for step in steps:
            current = inner[0]
            node = self.nodes[current]
            if step == CACHE and not consulted(node):
                return
            for run in node.makers_of(step, put if current == root else ()):
                found.setdefault(run, set()).add(steps)
            inner = list(node.links.get(step, ()))
        stack = inner if deep else []
        while stack:
            current = stack.pop()
            if current in seen or current not in self.nodes:
                continue
            seen.add(current)
            child = self.nodes[current]
            left = () if by_products else parts_of(child.kind)
            left = left if CACHE not in child.by or consulted(child) else (*left, CACHE)
            for run in child.makers(left):
                found.setdefault(run, set()).add(steps)
            stack.extend(identity for piece, ids in child.links.items() if piece not in left for identity in ids)

    def reaching(self, changed: Iterable[int]) -> set[int]:
        """Every node from which one of these is reached, themselves included."""
        parents: dict[int, list[int]] = {}
        for identity, node in self.nodes.items():
            for ids in node.links.values():
                for child in ids:
                    parents.setdefault(child, []).append(identity)
        found = set(changed)
        stack = list(found)
        while stack:
            for parent in parents.get(stack.pop(), ()):
                if parent not in found:
                    found.add(parent)
                    stack.append(parent)
        return found

    def paths(self, root: int, ends: Collection[int], changed: Mapping[int, set[str]]) -> list[Steps] | None:
        """The ways from an object to what changed below it; `ends` are the nodes that lie on such ways. None where they
        are too many to be listed."""
        found: list[Steps] = []
        stack: list[tuple[int, Steps, frozenset[int]]] = [(root, (), frozenset())]
        visits = 0
        while stack:
            current, steps, above = stack.pop()
            visits += 1
            if visits > PATH_LIMIT or len(found) > PATH_LIMIT:
                return None
            found += [(*steps, part) for part in changed.get(current, ())]
            for part, ids in self.nodes[current].links.items():
                inner = [one for one in ids if one in ends and one != current and one not in above]
                stack += [(one, (*steps, part), above | {current}) for one in inner]
        return found

    def below(self, roots: Iterable[int]) -> set[int]:
        """All that is reached from these, themselves included."""
        found: set[int] = set()
        stack = list(roots)
        while stack:
            current = stack.pop()
            node = self.nodes.get(current)
            if node is not None and current not in found:
                found.add(current)
                stack.extend(identity for ids in node.links.values() for identity in ids)
        return found

    def keep_only(self, roots: Iterable[int]) -> None:
        """Forget what no name reaches any more, so that a recycled address is not taken for the old object."""
        live = self.below(roots)
        self.generation += 1
        self.nodes = {identity: node for identity, node in self.nodes.items() if identity in live}
        kept = {owner: views & live for owner, views in self._views.items()}
        self._views = {owner: views for owner, views in kept.items() if views}


def _look_at_caches(node: Node, anatomy: Anatomy, run: str, *, changed: bool) -> None:
    for part, (kept, by) in list(node.caches.items()):
        now = anatomy.caches.get(part)
        if now is None:
            del node.caches[part]
            node.by.pop(part, None)
        elif now != kept:
            # The property itself never replaces what it keeps.
            node.caches[part], node.by[part] = (now, run), run
        elif changed:
            node.by.setdefault(part, by)
    for part, kept in anatomy.caches.items():
        node.caches.setdefault(part, (kept, run))


def consulted(node: Node) -> bool:
    """Whether a caching function has given back what it kept since it was last looked at."""
    cached = node.guard() if node.guard is not None else None
    return cached is None or hits(cached) != node.parts.get(HITS)


def _follow_keys(run: str, node: Node, parts: Mapping[str, Any], changed: Collection[str]) -> None:
    """`d['b'] = 1` looks at no other key: who lists the keys depends on all that added some."""
    before, now = (keys_in(parts) for parts in (node.parts, parts)) if changed else (None, None)
    if before is None or now is None:
        return
    if WHOLE in changed:
        node.shaped |= set() if node.shaped else {node.by[WHOLE]}
        if now[: len(before)] == before:
            node.added.update(dict.fromkeys(now[len(before) :], run))
        else:
            node.shaped.add(run)
            node.added = {key: by for key, by in node.added.items() if key in now}
    if now and now[-1] in changed and now[-1] in node.added:
        node.added[now[-1]] = run


def keys_in(parts: Mapping[str, Any]) -> list[str] | None:
    """The parts that are keys or columns, in their order; None where the object has no such."""
    names = parts.get(WHOLE)
    found = [f"[{name!r}]" for name in names] if type(names) is tuple else None
    return found if found is not None and all(key in parts for key in found) else None


def _guard(value: Any) -> Any:
    try:
        return weakref.ref(value)
    except TypeError:
        return None
