"""pure. What threads and tasks of earlier runs did while a run was on: it counts where they changed something."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .accesses import WHOLE, Access

if TYPE_CHECKING:
    from .reads import Reads
    from .record import Edge

_LOOKS = ("read", "through", "iterate", "contains", "identity")


class Beside:
    """`others`: what they touched, by the runs that started them; `still_on`: names that what was on when the last run
    was over may use and change, with the run that started it. Made before the graph settles, as `used_by` needs it."""

    def __init__(
        self,
        others: Mapping[str, Reads],
        still_on: Mapping[str, str],
        fresh: Callable[[], Reads],
        used_by: Callable[[Reads], list[Edge]],
    ) -> None:
        every = {by: fresh() for by in {*others, *still_on.values()}}
        for by, reads in every.items():
            names = {name: {Access("read", WHOLE)} for name, starter in still_on.items() if starter == by}
            reads.names |= {**names, **(others[by].names if by in others else {})}
        self._used = {by: used_by(reads) for by, reads in every.items()}
        self._touched = {name for other in others.values() for name in other.names}
        touched = {name: by for by, other in others.items() for name in (*other.names, *other.stored)}
        self.names: Mapping[str, str] = {**still_on, **touched}
        """Names that they may have changed, with the run that started them."""

    def used(self, generated: list[Edge], reads: Reads) -> list[Edge]:
        """What the run depends on for what they changed: on the runs that started them, and on what they read. What
        the run's own code may have changed, and no thread touched, is its own."""
        acted = {name for name, accesses in reads.names.items() if not all(one.verb in _LOOKS for one in accesses)}
        own = (acted | reads.stored) - self._touched
        changed = {edge["name"]: by for edge in generated if (by := self.names.get(edge["name"])) is not None}
        changed = {name: by for name, by in changed.items() if name not in own and not _is_doer(reads.namespace, name)}
        edges = [_started(name, by) for name, by in changed.items()]
        return edges + [edge for by in sorted(set(changed.values())) for edge in self._used[by]]


def _is_doer(namespace: Mapping[str, Any], name: str) -> bool:
    """The end of a thread or task is not a change by a run."""
    return isinstance(namespace.get(name), (threading.Thread, asyncio.Future))


def _started(name: str, by: str) -> Edge:
    edge: Edge = {"kind": "variable", "name": name, "version": f"{by}:{name}", "edge": "observed", "by": by}
    edge["reason"] = "a thread or task that it started was still on"
    return edge
