"""pure. Edges of variables, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .written import written

if TYPE_CHECKING:
    from .graph import Steps
    from .record import Edge

_MOST_PARTS = 32


def generated_edge(run: str, name: str, known: dict[str, Any], reason: str) -> Edge:
    edge: Edge = {"kind": "variable", "name": name, "version": f"{run}:{name}", "edge": "observed", "by": run}
    edge["reason"] = reason
    edge.update({key: item for key, item in known.items() if key != "out"})  # type: ignore[typeddict-item]
    return edge


def written_parts(ways: Iterable[Steps] | None) -> list[str] | None:
    """None for all of it, and where the parts are too many to be listed."""
    found = None if ways is None else sorted(set(map(written, ways)))
    return found if found is None or len(found) <= _MOST_PARTS else None


def state_edge(name: str, digest: str | None, by: str, reason: str) -> Edge:
    """An edge to a state that hides behind no name."""
    edge: Edge = {"kind": "state", "name": name, "version": digest or f"{by}:{name}", "edge": "observed"}
    edge.update({"by": by, "digest": digest, "reason": reason})
    return edge
