"""Which values of a run are stored: those with a digest of their content, within the run's budget. What shares parts
with another name is not: loaded apart, they would be two where they were one."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from .kept import Kept
from .lineage import Lineage
from .record import Edge, Missing
from .secrecy import is_named_secret
from .userland import is_atom
from .values import Pickled, UnstorableError, pickled, stored

_CODE = (types.FunctionType, type)
"""Made again by running what defines it; so is what would be told by its own name alone."""


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
    shared = lineage.sharing(compound) if compound else {}
    limit, until = min(kept.left, budget.bytes, max(0, budget.total - kept.spent)), perf_counter() + budget.seconds
    found: dict[str, Pickled] = {}
    missing: list[Missing] = []
    for name, value in wanted.items():
        try:
            if name in shared:
                raise UnstorableError(f"it has parts in common with {shared[name]}")
            if is_named_secret(name):
                raise UnstorableError("its name says that it is a secret")
            one = pickled(value, lineage.namespace, limit, until)
            if name not in one.needs:
                found[name] = one
        except UnstorableError as reason:
            missing.append({"what": f"the value of {name}", "why": str(reason)})
    for name, value in stored(found, kept.within).items():
        edges[name]["value"] = value
    return missing
