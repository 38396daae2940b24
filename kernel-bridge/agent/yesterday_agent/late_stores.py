"""Values that are stored behind the reply: those whose digest is computed there, and those that take longer or more
than a run may spend. Invariant: what is stored is the value as its run left it. A run that touches it meanwhile makes
the thread write it again; one that changed it, or may have, makes the receipt say so."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from .kept import Kept, LatePieces
from .large_values import store_large
from .late import Check, Job, Late, LateDigests, Place
from .late_values import GONE, LateValues
from .reasons import UnstorableError
from .record import Edge, Missing

STORING = "it is stored after the run, and has not arrived"
BUSY = "a thread or task that a run started may change it while it is stored"


class LateStores:
    def __init__(self, digests: LateDigests, values: LateValues, namespace: Mapping[str, Any], kept: Kept) -> None:
        self._digests, self._values, self._namespace, self._kept = digests, values, namespace, kept

    def store(self, run: str, edges: Mapping[str, Edge], group: Collection[str], left: int) -> list[Missing]:
        """Stores these variables together, or the only one of them. `edges` are those of the run's new versions among
        them; `left` is how many bytes values may still take."""
        together = {name: self._namespace[name] for name in group if name in self._namespace}
        subject = self._values.watched(together)
        if subject is None:
            return [{"what": value_of(name), "why": BUSY} for name in edges]
        late = Late(value_of(next(iter(edges))))
        for name, edge in edges.items():
            content: Any = edge.get("late")
            late.places.append(
                Place(run, "generated", "variable", name, edge.get("by"), value_of(name), content or edge["digest"])
            )
            if isinstance(content, Late):
                late.waits_for.append(content)
        is_bundle = len(together) > 1
        attempts: list[LatePieces] = []

        def discard() -> None:
            while attempts:
                attempts.pop().abandon()

        def compute(piece: Check, walk: Check) -> str:
            found = subject.find()
            if found is None:
                raise UnstorableError(GONE)
            discard()
            attempts.append(pieces := LatePieces(self._kept.late, left))
            try:
                value = found if is_bundle else next(iter(found.values()))
                late.value = store_large(value, self._namespace, pieces, (piece, walk), is_bundle)
                late.objects = list(pieces.digests)
            except BaseException:
                discard()
                raise
            return ""

        late.discard = discard
        self._digests.add(Job(late, compute, is_value=True, subject=subject, is_store=True))
        return [{"what": value_of(name), "why": STORING} for name in edges]


def value_of(name: str) -> str:
    """As the record's `notCaptured` names it."""
    return f"the value of {name}"
