"""Turns what a run read and changed into edges, and keeps who made what between runs."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from .accesses import WHOLE, Access
from .actions import Actions, Binding
from .addresses import address
from .arguments import looked_at
from .beside import Beside
from .by_products import are_asked, may_be_asked
from .content import Budget, LaterError, UntoldError, content_digest
from .databases import writes
from .edges import generated_edge, written_parts
from .facts import facts
from .graph import Changes, Graph
from .late import LateDigests
from .late_values import PENDING, LateValues, known_elsewhere
from .lingering import LiveTasks
from .namespace import Snapshot
from .patches import Patches
from .purity import surely_unchanged
from .reads import GIVEN, Reads
from .record import Edge, Missing
from .replacing import in_order
from .secrecy import concealed, hidden, hides, masker
from .sharing import Sharing
from .shell_names import is_shell_name
from .tables import Tables
from .variable_parts import named_accesses, variable_in


class Settled(NamedTuple):
    """What a run's end left: its edges, what is not recorded, and the live object of each generated edge by the
    edge's name. The objects are the user's: hold them no longer than the step that looks at them."""

    used: list[Edge]
    generated: list[Edge]
    missing: list[Missing]
    values: dict[str, Any]


class Lineage:
    def __init__(self, namespace: dict[str, Any], databases: Mapping[int, str], digests: LateDigests) -> None:
        self.namespace = namespace
        self.graph = Graph()
        self._tables = Tables(self.graph, namespace, databases)
        self.bindings: dict[str, Binding] = {}
        self.outputs: dict[str, Binding] = {}
        self._actions = Actions(namespace, self.graph, self.bindings, self.outputs)
        self._initial = set(namespace)
        self._snapshot = Snapshot(namespace)
        self._patches = Patches(self.graph)
        self._tasks = LiveTasks()
        self._deleted: dict[str, str] = {}
        self._budget = Budget()
        self._untold: list[Missing] = []
        self.late_values = LateValues(digests, namespace, self.graph)
        self._reached: set[int] = set()
        self._sharing = Sharing(self.graph)
        self._kept = 0
        """Nodes that were left when what no name reaches was last forgotten."""

    def begin(self) -> Reads:
        self._patches.begin()
        return self.reads()

    def reads(self) -> Reads:
        """For what is touched from now on."""
        return Reads(self.namespace, self._snapshot, self._patches)

    def starter(self) -> str | None:
        """The earlier run whose thread or task is executing now; None where the present run's own code is."""
        return self._tasks.starter()

    def over(self) -> None:
        """The run's own code has ended."""
        self._tasks.over()

    def finish(self, run: str, reads: Reads, count: int | None, others: Mapping[str, Reads]) -> Settled:
        """Used and generated edges of a run that has ended, and what is not recorded. `others` is what threads and
        tasks of earlier runs touched meanwhile: it counts where they changed something."""
        self._budget, self._untold = Budget(), []
        reads = self._with_outputs(reads)
        reads.add_static(self._actions.named_by_functions(reads))
        bound = {name: binding.identity for name in reads.names if (binding := self._binding(name)) is not None}
        self._tables.look(reads, bound)
        used = self._used_by(reads)
        beside = Beside(others, self._tasks.names(), self.reads, self._used_by)
        used += [*self._tables.used(), *self._patches.used(), *self._found_missing(reads)]
        written, deleted = self._written(reads)
        handled, remade = self._actions.handled(reads), self._actions.refitted(reads)
        known = {name for name in reads.names if self._binding(name) is not None}
        read = {name for name in known if not self._left_as_it_was(name, reads)}
        touched = {name for name in {*read, *written, *beside.names} if name in self.namespace}
        shown = self._shown(run, count)
        drawn = self._actions.draw(reads, touched)
        roots = [self.namespace[name] for name in touched - drawn] + shown + self._patches.roots()
        changes = self.graph.settle(
            run, roots, handled, self._tables.known(), remade, by_products=self._may_ask_by_products(reads)
        )
        self._settle_lost(run, changes, handled, self._actions.released({*written, *deleted}, reads))
        self._reached = self.graph.reaching(changes.changed) if changes.changed else set()
        may_forget = self._releases({*written, *deleted}) or bool(changes.lost)
        generated = self._bind(run, written, deleted)
        generated += self._mutated(run, written, changes)
        generated += self._tables.settle(run, reads, touched)
        generated += self._patches.settle(run, changes, writes(reads.texts))
        recorded = {(edge["name"], edge.get("by")) for edge in used}
        used += [edge for edge in beside.used(generated, reads) if (edge["name"], edge.get("by")) not in recorded]
        self._tasks.finish(run, [*reads.names, *written])
        generated += self._output_edges(run, count, shown)
        self.late_values.settle(changes, self._tasks.names())
        self._add_other_makers(run, generated, used)
        if may_forget or len(self.graph.nodes) > 2 * self._kept + 1000:
            self._forget()
        missing = self._untold
        if changes.over_budget:
            missing.append(
                {"what": "changes inside large objects", "why": "over the run's budget for following objects"}
            )
        if reads.overflowed:
            missing.append(
                {"what": "files and tables that made texts name", "why": f"more than {GIVEN:,} texts in one run"}
            )
        return Settled(used, generated, missing, self._live(generated, count, shown))

    def conceal(self, edge: Edge) -> None:
        """The value behind this edge holds a secret: its digest is keyed, here and for the runs that use it."""
        digest = edge.get("digest")
        if digest is None or digest.startswith("keyed:"):
            return
        edge["digest"] = masker().keyed(digest)
        binding = self._binding(edge["name"]) or self.outputs.get("_" + edge["name"][4:-1])
        if binding is not None and "digest" in binding.facts:
            binding.facts["digest"] = edge["digest"]

    def deleted(self) -> set[str]:
        """Names that a run deleted and none has bound since."""
        return {name for name in self._deleted if name not in self.namespace}

    def adopt(self, makers: Mapping[str, str]) -> None:
        """Names that were bound or taken away between runs are as they are; these come from runs of before."""
        self._snapshot = Snapshot(self.namespace, self._snapshot)
        for name, by in makers.items():
            value = self.namespace[name]
            self.graph.settle(by, [value], set())
            self.bindings[name] = Binding(address(value), by, facts(value), value if _is_small(value) else None)

    def groups(self, names: Collection[str]) -> list[list[str]]:
        """These, each with the variables that have parts in common with it."""
        return self._sharing.groups({name: binding.identity for name, binding in self.bindings.items()}, names)

    def _live(self, generated: list[Edge], count: int | None, shown: list[Any]) -> dict[str, Any]:
        values = {f"Out[{count}]": value for value in shown}
        for edge in generated:
            if edge["name"] in self.namespace:
                values[edge["name"]] = self.namespace[edge["name"]]
        return values

    def _left_as_it_was(self, name: str, reads: Reads) -> bool:
        value = self.namespace.get(name)
        return address(value) in self.graph.nodes and surely_unchanged(value, reads.names[name])

    # -- used

    def _with_outputs(self, reads: Reads) -> Reads:
        """`Out[3]` is a read of `_3`."""
        for access in reads.names.pop("Out", set()) | reads.names.pop("_oh", set()):
            known = access.part.startswith("[") and variable_in(access.part) is None
            names = [f"_{access.part[1:-1]}"] if known else list(self.outputs)
            for name in names:
                reads.names.setdefault(name, set()).add(Access("read", WHOLE))
        return reads

    def _binding(self, name: str) -> Binding | None:
        return self.bindings.get(name) or self.outputs.get(name)

    def _used_by(self, reads: Reads) -> list[Edge]:
        return [edge for name in sorted(reads.names) for edge in self._used(name, reads)]

    def _used(self, name: str, reads: Reads) -> Iterable[Edge]:
        binding = self._binding(name)
        if binding is None:
            return
        shown = binding.facts.get("out", name)
        node = self.graph.nodes.get(binding.identity)
        meant = functools.partial(self._meant, reads)
        accesses = meant(reads.names[name])
        parts = self._tables.paths(binding.identity, accesses)
        put: Collection[str] = ()
        if parts is None and node is not None:
            order = in_order(name, reads)
            parts = order.seen(node, self.namespace.get(name), self.graph.nodes, meant)
            put = order.put
        by_products = are_asked(accesses) or self._may_ask_by_products(reads)
        without = self._actions.replaced(name, reads)
        makers = {} if node is None else self.graph.makers(binding.identity, parts, by_products, without, put)
        if binding.by is not None:
            makers.setdefault(binding.by, set())
        kind = "static" if name in reads.static else "observed"
        makers.pop("", None)  # A library's own, as it came.
        for by, touched in makers.items():
            unsure = node is not None and bool(node.unsure) and by == node.by.get(WHOLE) and by != binding.by
            edge: Edge = {
                "kind": "variable",
                "name": shown,
                "version": f"{by}:{shown}",
                "edge": "observed",
                "by": by,
            }
            edge["edge"] = "maybe" if unsure else kind  # type: ignore[typeddict-item]
            edge["reason"] = _reason(by, binding, kind)
            edge["parts"] = written_parts(None if parts is None else touched)
            edge.update(_facts_for(binding, by))  # type: ignore[typeddict-item]
            yield edge

    def _settle_lost(self, run: str, changes: Changes, handled: set[int], let_go: set[int]) -> None:
        """Looks at the objects of names that a touched object held before this run and has released, or that hold
        what their own name has released."""
        if not changes.lost and not let_go:
            return
        below = self.graph.below(changes.lost) | (self.graph.reaching(let_go) if let_go else set())
        names = [name for name, binding in self.bindings.items() if binding.identity in below]
        values = [self.namespace[name] for name in names if name in self.namespace]
        later = self.graph.settle(run, values, handled)
        for identity, parts in later.changed.items():
            changes.changed.setdefault(identity, set()).update(parts)
        changes.unsure |= later.unsure
        changes.seen |= later.seen
        changes.over_budget |= later.over_budget

    def _may_ask_by_products(self, reads: Reads) -> bool:
        if reads.by_products is None:
            reads.by_products = may_be_asked(reads.loads, reads.calls | reads.texts, self.namespace)
        return reads.by_products

    def _meant(self, reads: Reads, accesses: Iterable[Access]) -> list[Access]:
        """What functions look at of their arguments, and the parts that variables name."""
        handed = [one for access in accesses for one in self._handed(access, reads)]
        return [one for access in handed for one in named_accesses(access, reads, self.graph.nodes)]

    def _handed(self, access: Access, reads: Reads) -> Iterable[Access]:
        """What a function of the notebook, not redefined meanwhile, looks at of an argument."""
        is_new = access.callee.partition(".")[0] in reads.stored
        return [access] if is_new else looked_at(access, self.namespace)

    def _found_missing(self, reads: Reads) -> Iterable[Edge]:
        """Names that the run did not find, since an earlier one had deleted them."""
        for name in sorted(reads.absent & set(self._deleted)):
            by = self._deleted[name]
            edge: Edge = {"kind": "variable", "name": name, "version": f"{by}:{name}", "edge": "observed", "by": by}
            yield {**edge, "reason": "deleted there"}

    # -- generated

    def _written(self, reads: Reads) -> tuple[set[str], set[str]]:
        before = reads.before
        now = self._snapshot = Snapshot(self.namespace, before)
        written = now.rebound(before) | {name for name in reads.stored if name in now}
        written = {name for name in written if not is_shell_name(name) and name not in self._initial}
        deleted = {name for name in now.lost(before) if not is_shell_name(name)}
        return written, deleted

    def _bind(self, run: str, written: set[str], deleted: set[str]) -> list[Edge]:
        edges: list[Edge] = []
        for name in sorted(written):
            value = self.namespace[name]
            known = self._facts(name, value)
            self.bindings[name] = Binding(address(value), run, known, value if _is_small(value) else None)
            edges.append(generated_edge(run, name, self.bindings[name].facts, "bound in this run"))
        for name in sorted(deleted):
            self.bindings.pop(name, None)
            self._deleted[name] = run
            edge = generated_edge(run, name, {}, "deleted in this run")
            edge["deleted"] = True
            edges.append(edge)
        return edges

    def _facts(self, name: str, value: Any) -> dict[str, Any]:
        """The record of a version: facts for display, and the digest of its content or why there is none."""
        is_hidden = hides(name, value)
        found = facts(value)
        if is_hidden and "preview" in found:
            found.pop("facets", None)
            found["preview"] = hidden(value)
        try:
            digest = content_digest(value, self._budget)
            found["digest"] = masker().keyed(digest) if is_hidden else concealed(value, digest)
        except LaterError as reason:
            self._later(name, value, found, str(reason) if is_hidden else None)
        except UntoldError as reason:
            self._untold.append({"what": f"the content of {name}", "why": str(reason)})
        return found

    def _later(self, name: str, value: Any, found: dict[str, Any], why_not: str | None) -> None:
        """The digest of a large value: of another name for it, or computed behind the reply."""
        named = ((self.namespace.get(one), bound.identity, bound.facts) for one, bound in self.bindings.items())
        known = known_elsewhere(value, named, self._reached)
        if isinstance(known, str):
            found["digest"] = known
        elif why_not is not None:
            self._untold.append({"what": f"the content of {name}", "why": why_not})
        else:
            self.late_values.expect(name, value, found, known)
            self._untold.append({"what": f"the content of {name}", "why": PENDING})

    def _mutated(self, run: str, written: set[str], changes: Changes) -> list[Edge]:
        if not changes.changed:
            return []
        reached, edges = self._reached, list[Edge]()
        for name, binding in self.bindings.items():
            if binding.identity not in reached or name in written or name not in self.namespace:
                continue
            binding.facts = self._facts(name, self.namespace[name])
            edge = generated_edge(run, name, binding.facts, "changed in place by this run")
            edge["parts"] = written_parts(self.graph.paths(binding.identity, reached, changes.changed) or None)
            if changes.unsure and set(changes.changed) <= changes.unsure:
                edge["edge"] = "maybe"
                edge["reason"] = "used in a way that may have changed it; its state cannot be seen"
            edges.append(edge)
        return edges

    def _add_other_makers(self, run: str, generated: Iterable[Edge], used: Iterable[Edge]) -> None:
        """The whole version depends on these runs too, though this run did not need them."""
        known = {run, "", *(by for edge in used if (by := edge.get("by")) is not None)}
        for edge in generated:
            binding = self.bindings.get(edge["name"]) if edge["kind"] == "variable" else None
            if binding is None or edge.get("deleted"):
                continue
            makers = {*self.graph.makers(binding.identity, None, by_products=False), binding.by or ""} - known
            if makers:
                edge["makers"] = sorted(makers)

    def _shown(self, run: str, count: int | None) -> list[Any]:
        outputs = self.namespace.get("Out")
        if count is None or type(outputs) is not dict or count not in outputs:
            return []
        return [outputs[count]]

    def _output_edges(self, run: str, count: int | None, shown: list[Any]) -> list[Edge]:
        if not shown:
            return []
        value, name = shown[0], f"Out[{count}]"
        binding = Binding(
            address(value), run, {**self._facts(name, value), "out": name}, value if _is_small(value) else None
        )
        for newer, older in (("___", "__"), ("__", "_")):
            if older in self.outputs:
                self.outputs[newer] = self.outputs[older]
        self.outputs["_"] = self.outputs[f"_{count}"] = binding
        return [generated_edge(run, name, binding.facts, "shown by this run")]

    def _releases(self, names: Iterable[str]) -> bool:
        """Whether one of these was bound to an object that is followed, whose address may be used again."""
        found = (self.bindings.get(name) for name in names)
        return any(binding is not None and binding.identity in self.graph.nodes for binding in found)

    def _forget(self) -> None:
        kept = [binding.identity for binding in (*self.bindings.values(), *self.outputs.values())]
        self.graph.keep_only([*kept, *self._patches.kept()])
        self._kept = len(self.graph.nodes)


def _is_small(value: Any) -> bool:
    return type(value) in (int, float, bool, complex) or (type(value) in (str, bytes) and len(value) < 1000)


def _facts_for(binding: Binding, by: str) -> dict[str, Any]:
    return {key: item for key, item in binding.facts.items() if key != "out"}


def _reason(by: str, binding: Binding, kind: str) -> str:
    if kind == "static":
        return "named in a string that code can evaluate"
    return "bound there" if by == binding.by else "changed in place there"
