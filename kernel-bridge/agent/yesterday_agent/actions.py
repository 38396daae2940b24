"""What the code of a run does to objects that variables name: acts on them, draws, fits or fills them again."""

from __future__ import annotations

import types
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .accesses import WHOLE, Access
from .addresses import address
from .compiled import codes_of
from .databases import is_connection, only_looks
from .executed import names_of, unprobed
from .libraries import of_bases
from .narrowing import refitted
from .purity import only_asks, only_draws
from .replacing import in_order

if TYPE_CHECKING:
    from .graph import Graph
    from .reads import Reads

_HARMLESS = frozenset(
    """print len type id isinstance repr str bool hash display callable dir hasattr getattr issubclass format vars
    help""".split()  # noqa: SIM905
)


@dataclass
class Binding:
    """A name's present value: which object, and the run that bound it. Small plain values are held, so that their
    address is not used again."""

    identity: int
    by: str | None
    facts: dict[str, Any]
    held: Any = None


class Actions:
    """Looks at what a run's reads did; the bindings are those of before the run, until it has bound its own."""

    def __init__(
        self,
        namespace: dict[str, Any],
        graph: Graph,
        bindings: Mapping[str, Binding],
        outputs: Mapping[str, Binding],
    ) -> None:
        self._namespace = namespace
        self._graph = graph
        self._bindings = bindings
        self._outputs = outputs

    def _binding(self, name: str) -> Binding | None:
        return self._bindings.get(name) or self._outputs.get(name)

    def released(self, names: Iterable[str], reads: Reads) -> set[int]:
        """Objects that names were bound to when the run acted on them, and are no more."""
        found = (self._bindings.get(name) for name in names if any(map(_acts, reads.names.get(name, ()))))
        return {binding.identity for binding in found if binding is not None} & self._graph.nodes.keys()

    def handled(self, reads: Reads) -> set[int]:
        """Opaque objects on which the code acted in a way that may have changed them."""
        found: set[int] = set()
        for name, accesses in reads.names.items():
            binding = self._binding(name)
            node = None if binding is None else self._graph.nodes.get(binding.identity)
            if binding is None or node is None or only_asks(node.kind, accesses) or only_draws(node.kind, accesses):
                continue
            if any(map(_acts, accesses)):
                found |= self._opaque_below(binding.identity, only_looks(accesses, reads.texts, reads.calls))
        return found

    def draw(self, reads: Reads, touched: Collection[str]) -> set[str]:
        """A figure that is only saved or shown is laid out for it, and stays the figure that it was, unless another of
        the touched names leads into it. Returns the names that need no other look."""
        drawn = {name: binding for name, accesses in reads.names.items() if (binding := self._drawn(name, accesses))}
        if not drawn:
            return set()
        others = [binding for name in touched if name not in drawn and (binding := self._binding(name)) is not None]
        reached = self._graph.below(binding.identity for binding in others)
        found: set[str] = set()
        for name, binding in drawn.items():
            if binding.by is not None and self._graph.below([binding.identity]).isdisjoint(reached):
                self._graph.settle(binding.by, [self._namespace[name]], set(), quiet=True)
                found.add(name)
        return found

    def _drawn(self, name: str, accesses: Collection[Access]) -> Binding | None:
        """What an earlier run bound the name to, if this one does no more than to show it."""
        value, binding = self._namespace.get(name), self._bindings.get(name)
        if binding is None or binding.identity != address(value) or not only_draws(type(value), accesses):
            return None
        return binding

    def replaced(self, name: str, reads: Reads) -> list[int]:
        """What lies below the value of a name and was filled again by the run, such as weights that it loaded."""
        value = self._namespace.get(name)
        found = (library.remade for library in of_bases(type(value)) if library.remade is not None)
        if reads.failed:
            return []
        return [address(one) for remade in found for one in remade(value, in_order(name, reads).first)]

    def refitted(self, reads: Reads) -> dict[int, set[str]]:
        """Estimators that were fitted, with what they had learned before; weights that were loaded."""
        found: dict[int, set[str]] = {one: {WHOLE} for name in reads.names for one in self.replaced(name, reads)}
        for name, accesses in reads.names.items():
            binding = self._binding(name)
            node = None if binding is None else self._graph.nodes.get(binding.identity)
            if binding is not None and node is not None:
                found[binding.identity] = refitted(node, accesses)
        return {identity: parts for identity, parts in found.items() if parts}

    def _opaque_below(self, root: int, looks: bool) -> set[int]:
        found: set[int] = set()
        seen: set[int] = set()
        stack = [root]
        while stack:
            current = stack.pop()
            node = self._graph.nodes.get(current)
            if node is None or current in seen:
                continue
            seen.add(current)
            if node.opaque and not (looks and is_connection(node.kind)):
                found.add(current)
            stack.extend(child for ids in node.links.values() for child in ids)
        return found

    def named_by_functions(self, reads: Reads) -> set[str]:
        """What functions that were made without probes may read when they are called."""
        found: set[str] = set()
        waiting = [(name, False) for name in reads.names]
        while waiting:
            name, is_compiled = waiting.pop()
            value = self._namespace.get(name)
            codes = codes_of(value)
            code = unprobed(value, self._namespace)
            if code is None and is_compiled and type(value) is types.FunctionType:
                code = value.__code__
            new = set[str]().union(*map(names_of, [*codes, *([code] if code is not None else [])])) - found
            found |= new
            waiting += [(one, is_compiled or bool(codes)) for one in new]
        return found


def _acts(access: Access) -> bool:
    return access.verb != "identity" and not (access.verb == "argument" and access.callee in _HARMLESS)
