"""Which variables have objects or memory in common: they are stored together, so that they have it in common again."""

from __future__ import annotations

import types
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from . import libraries

if TYPE_CHECKING:
    from .graph import Graph

_CODE = (type, types.FunctionType, types.ModuleType, types.MethodType)


class Sharing:
    """What each root reaches is remembered until links in the graph change: a run that only makes values pays for its
    own, not for all that is alive."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._generation = -1
        self._parts: dict[int, frozenset[int]] = {}

    def groups(self, roots: Mapping[str, int], names: Collection[str]) -> list[list[str]]:
        """Each of `names` with the roots that reach an object in common with it, directly or by way of others. Code,
        which does not change, does not count; nor does the memory of frames, which each write for themselves."""
        left = {name: self._parts_of(root) for name, root in roots.items()}
        found: list[list[str]] = []
        for name in names:
            if name not in left:
                continue
            group, parts = [name], left.pop(name)
            while joined := [other for other, theirs in left.items() if not parts.isdisjoint(theirs)]:
                group += joined
                parts = parts.union(*(left.pop(other) for other in joined))
            found.append(sorted(group))
        return found

    def _parts_of(self, root: int) -> frozenset[int]:
        if self._generation != self._graph.generation or self._graph.is_partial:
            self._generation = self._graph.generation
            self._parts.clear()
        found = self._parts.get(root)
        if found is None:
            if root not in self._graph.nodes:
                return frozenset()
            found = self._parts[root] = frozenset(self._own_parts(root))
        return found

    def _own_parts(self, root: int) -> Iterable[int]:
        stack, seen = [root], set[int]()
        while stack:
            current = stack.pop()
            node = self._graph.nodes.get(current)
            if node is None or current in seen or issubclass(node.kind, _CODE):
                continue
            seen.add(current)
            yield current
            stack.extend(identity for ids in node.links.values() for identity in ids)
            value = node.guard() if node.guard is not None and _writes_through(node.kind) else None
            yield from (-memory for memory in (libraries.memories(value) if value is not None else ()) if memory)


def _writes_through(kind: type) -> bool:
    """Whether what is written into a value of this class is seen by all that share its memory."""
    library = libraries.of_kind(kind)
    return library is not None and library.memories is not None and not library.copies_on_write
