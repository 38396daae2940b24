"""Which values of a run are stored: those with a digest of their content, within the run's budget. Variables that have
parts in common are stored as one bundle, with those among them that earlier runs made: loaded apart, they would be two
where they were one."""

from __future__ import annotations

import types
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

from .kept import OVER_BUDGET, Kept
from .late import LateDigests
from .late_stores import LateStores, value_of
from .reasons import UnstorableError
from .record import Edge, Missing
from .secrecy import hides
from .shared_memory import Memories
from .userland import is_atom
from .values import OverBudgetError, Pickled, SecretError, bundled, pickled, stored

if TYPE_CHECKING:
    from .lineage import Lineage

_CODE = (types.FunctionType, type)
"""Made again by running what defines it; so is what is known by its own name alone."""
_SHOWN = 3


@dataclass(frozen=True)
class ValueBudget:
    """What a run may spend on values while the next one waits: bytes, and seconds. What takes more is stored behind the
    reply. `total`: bytes in all of the kernel's life. `is_replay`: what takes more was stored by the recorded run."""

    bytes: int
    seconds: float
    total: int
    is_replay: bool = False

    @staticmethod
    def of(variables: Mapping[str, str]) -> ValueBudget:
        """`YESTERDAY_VALUE_MIB`, `YESTERDAY_VALUE_MS` and `YESTERDAY_VALUES_MIB`; zero stores none. A replay's kernel
        has `YESTERDAY_LATE_VALUES=0`."""

        def number(name: str, default: float) -> float:
            try:
                return max(0.0, float(variables.get(name, default)))
            except ValueError:
                return default

        mib, total = number("YESTERDAY_VALUE_MIB", 32), number("YESTERDAY_VALUES_MIB", 16384)
        seconds, is_replay = number("YESTERDAY_VALUE_MS", 250) / 1000, variables.get("YESTERDAY_LATE_VALUES") == "0"
        return ValueBudget(int(mib * 2**20), seconds, int(total * 2**20), is_replay)


class ValueStore:
    """Stores the values of a kernel's runs, one run after another."""

    def __init__(self, lineage: Lineage, kept: Kept, digests: LateDigests, budget: ValueBudget) -> None:
        self._lineage, self._kept, self._budget = lineage, kept, budget
        self._late = LateStores(digests, lineage.late_values, lineage.namespace, kept)

    def store(self, run: str, generated: list[Edge], live: Mapping[str, Any]) -> list[Missing]:
        """Names in the edges where the bytes are; returns what is not stored, or not yet, and why."""
        if not self._budget.bytes or not self._budget.seconds:
            return []
        return _Storing(run, self._lineage, self._kept, self._budget, self._late).store(generated, live)


class _Storing:
    """One run's values on their way into the spool, or to the thread of late digests."""

    def __init__(self, run: str, lineage: Lineage, kept: Kept, budget: ValueBudget, late: LateStores) -> None:
        self._run, self._lineage, self._kept, self._late = run, lineage, kept, late
        self._until, self._is_replay = perf_counter() + budget.seconds, budget.is_replay
        self._left = max(0, budget.total - kept.spent - kept.late.spent)
        self._limit = min(kept.left, budget.bytes, self._left)
        self._edges: dict[str, Edge] = {}
        self._missing: list[Missing] = []

    def store(self, generated: list[Edge], live: Mapping[str, Any]) -> list[Missing]:
        known = (edge for edge in generated if edge["kind"] == "variable" and (edge.get("digest") or edge.get("late")))
        self._edges = {edge["name"]: edge for edge in known}
        wanted = {
            name: value
            for name, value in live.items()
            if name in self._edges and name in self._lineage.namespace and not isinstance(value, _CODE)
        }
        compound = [name for name, value in wanted.items() if not is_atom(value)]
        groups = [group for group in self._lineage.groups(compound) if len(group) > 1] if compound else []
        for group in groups:
            self._bundle(group, [name for name in group if name in wanted])
        together = {name for group in groups for name in group}
        self._singles({name: value for name, value in wanted.items() if name not in together})
        return self._missing

    def _bundle(self, group: Collection[str], mine: list[str]) -> None:
        try:
            if any(self._edges[name].get("late") for name in mine):
                raise OverBudgetError(OVER_BUDGET)
            where = bundled(_together(group, self._lineage.namespace, self._limit, self._until), self._kept.within)
            if where is None:
                raise OverBudgetError(OVER_BUDGET)
            for name in mine:
                self._edges[name]["value"] = where
        except OverBudgetError as reason:
            self._later(mine, group, reason)
        except UnstorableError as reason:
            for name in mine:
                self._refused(name, reason, _why(name, group, reason))

    def _singles(self, values: Mapping[str, Any]) -> None:
        found: dict[str, Pickled] = {}
        for name, value in values.items():
            try:
                if self._edges[name].get("late"):
                    raise OverBudgetError(OVER_BUDGET)
                one = _alone(name, value, self._lineage.namespace, self._limit, self._until)
                if name not in one.needs:
                    found[name] = one
            except OverBudgetError as reason:
                self._later([name], [name], reason)
            except UnstorableError as reason:
                self._refused(name, reason, str(reason))
        where = stored(found, self._kept.within)
        for name in found:
            if name in where:
                self._edges[name]["value"] = where[name]
            else:
                self._later([name], [name], OverBudgetError(OVER_BUDGET))

    def _later(self, mine: list[str], group: Collection[str], reason: OverBudgetError) -> None:
        """What is over the budget of one run is written behind the reply."""
        refused: UnstorableError | None = reason if self._left <= self._limit else None
        if self._is_replay:
            refused = UnstorableError("a replay stores no large values")
        if any(hides(name, self._lineage.namespace.get(name)) for name in group):
            refused = SecretError("its name says that it is a secret")
        if refused is not None:
            for name in mine:
                self._refused(name, refused, str(refused))
            return
        edges = {name: self._edges[name] for name in mine}
        self._missing += self._late.store(self._run, edges, group, self._left)

    def _refused(self, name: str, reason: UnstorableError, why: str) -> None:
        if isinstance(reason, SecretError):
            self._lineage.conceal(self._edges[name])
        self._missing.append({"what": value_of(name), "why": why})


def _alone(name: str, value: Any, namespace: Mapping[str, Any], limit: int, until: float) -> Pickled:
    if hides(name, value):
        raise SecretError("its name says that it is a secret")
    return pickled(value, namespace, limit, until)


def _together(group: Collection[str], namespace: Mapping[str, Any], limit: int, until: float) -> Pickled:
    values = {name: namespace[name] for name in group if name in namespace}
    for name, value in values.items():
        if hides(name, value):
            raise SecretError(f"the name {name} says that it is a secret")
    one = pickled(values, namespace, limit, until, Memories())
    if not set(group).isdisjoint(one.needs):
        raise UnstorableError("they need each other to be loaded")
    return one


def _why(name: str, group: Collection[str], reason: Exception) -> str:
    others = [other for other in group if other != name]
    shown = ", ".join(others[:_SHOWN]) + (" and others" if len(others) > _SHOWN else "")
    return f"it has parts in common with {shown}; together: {reason}"
