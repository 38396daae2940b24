"""Which values of a run are stored: those with a digest of their content, within the run's budget. Variables that have
parts in common are stored as one bundle, with those among them that earlier runs made: loaded apart, they would be two
where they were one."""

from __future__ import annotations

import types
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from .kept import Kept
from .lineage import Lineage
from .reasons import UnstorableError
from .record import Edge, Missing
from .secrecy import hides
from .shared_memory import Memories
from .userland import is_atom
from .values import Pickled, SecretError, bundled, pickled, stored

_CODE = (types.FunctionType, type)
"""Made again by running what defines it; so is what is known by its own name alone."""
_SHOWN = 3


@dataclass(frozen=True)
class ValueBudget:
    """What a run may spend on values: bytes, and seconds between its end and the next one's begin; and bytes in all of
    the kernel's life."""

    bytes: int
    seconds: float
    total: int

    @staticmethod
    def of(variables: Mapping[str, str]) -> ValueBudget:
        """`YESTERDAY_VALUE_MIB`, `YESTERDAY_VALUE_MS` and `YESTERDAY_VALUES_MIB`; zero stores none."""

        def number(name: str, default: float) -> float:
            try:
                return max(0.0, float(variables.get(name, default)))
            except ValueError:
                return default

        mib, total = number("YESTERDAY_VALUE_MIB", 32), number("YESTERDAY_VALUES_MIB", 4096)
        return ValueBudget(int(mib * 2**20), number("YESTERDAY_VALUE_MS", 250) / 1000, int(total * 2**20))


def store_values(
    generated: list[Edge], live: Mapping[str, Any], lineage: Lineage, kept: Kept, budget: ValueBudget
) -> list[Missing]:
    """Names in the edges where the bytes are; returns what is not stored, and why."""
    if not budget.bytes or not budget.seconds:
        return []
    edges = {edge["name"]: edge for edge in generated if edge["kind"] == "variable" and edge.get("digest")}
    wanted = {
        name: value
        for name, value in live.items()
        if name in edges and name in lineage.namespace and not isinstance(value, _CODE)
    }
    compound = [name for name, value in wanted.items() if not is_atom(value)]
    groups = [group for group in lineage.groups(compound) if len(group) > 1] if compound else []
    limit, until = min(kept.left, budget.bytes, max(0, budget.total - kept.spent)), perf_counter() + budget.seconds
    found: dict[str, Pickled] = {}
    missing: list[Missing] = []

    def refused(name: str, reason: UnstorableError, why: str) -> None:
        if isinstance(reason, SecretError):
            lineage.conceal(edges[name])
        missing.append({"what": f"the value of {name}", "why": why})

    for group in groups:
        mine = [name for name in group if name in wanted]
        try:
            where = bundled(_together(group, lineage.namespace, limit, until), kept.within)
            if where is not None:
                for name in mine:
                    edges[name]["value"] = where
        except UnstorableError as reason:
            for name in mine:
                refused(name, reason, _why(name, group, reason))
    together = {name for group in groups for name in group}
    for name in (name for name in wanted if name not in together):
        try:
            one = _alone(name, wanted[name], lineage.namespace, limit, until)
            if name not in one.needs:
                found[name] = one
        except UnstorableError as reason:
            refused(name, reason, str(reason))
    for name, where in stored(found, kept.within).items():
        edges[name]["value"] = where
    return missing


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
