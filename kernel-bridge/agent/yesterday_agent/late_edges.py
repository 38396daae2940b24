"""Edges whose digest is computed behind the reply: where they are, and what is reported when it is known.

A message has one run and the versions of its edges. `late.ts` of the bridge defines it; `test_record.py` compares.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, Literal, TypedDict

from .late import Late, Place
from .record import Edge, EdgeTarget, Side, StoredValue
from .secrecy import masker

NO_DIGEST = "its content has no digest to judge it by"


class Content(TypedDict):
    """`side`: `used` or `generated`; `what`: as the record's `notCaptured` names it; `why`: why there is no digest.
    `value` names an object in the spool, `objects` all that it needs."""

    side: Side
    kind: EdgeTarget
    name: str
    by: str | None
    what: str
    digest: str | None
    why: str | None
    size: int | None
    value: StoredValue | None
    objects: list[str]


class ContentMessage(TypedDict):
    schema: Literal[1]
    run: str
    contents: list[Content]


def register(run: str, used: Iterable[Edge], generated: Iterable[Edge]) -> None:
    """Notes where digests belong. An edge that waits for one has it under `late`, which no record shows."""
    sides: tuple[tuple[Side, Iterable[Edge]], ...] = (("used", used), ("generated", generated))
    for side, edges in sides:
        for edge in edges:
            late: Late | None = edge.pop("late", None)  # type: ignore[typeddict-item]
            if late is None:
                continue
            if late.is_over:
                edge["digest"] = late.digest
            else:
                what = f"the content of {edge['name']}" if edge["kind"] == "variable" else None
                late.places.append(Place(run, side, edge["kind"], edge["name"], edge.get("by"), what))


def finish(seconds: float) -> int:
    """Computes what is open, for so long at most, and publishes it. Returns how many messages the kernel sent so far.
    For a silent request of the server's."""
    hooks: Any = sys.modules["ipykernel.kernelapp"].IPKernelApp.instance().kernel._yesterday
    hooks.recorder.late.wait(seconds)
    hooks.publish_late()
    sent: int = hooks.published
    return sent


def messages(over: Iterable[Late]) -> list[ContentMessage]:
    """One for each run, of digests that are known now."""
    found: dict[str, list[Content]] = {}
    for late in over:
        is_judged = any(place.content is None or _judged_by(place) is not None for place in late.places)
        if late.value is not None and not is_judged:
            late.drop_value()
        for place in late.places:
            found.setdefault(place.run, []).append(_content(late, place))
    return [_masked({"schema": 1, "run": run, "contents": contents}) for run, contents in found.items()]


def _judged_by(place: Place) -> str | None:
    return place.content.digest if isinstance(place.content, Late) else place.content


def _content(late: Late, place: Place) -> Content:
    digest = late.digest if place.content is None else _judged_by(place)
    return {
        "side": place.side,
        "kind": place.kind,
        "name": place.name,
        "by": place.by,
        "what": place.what or late.what,
        "digest": digest,
        "why": late.why or (NO_DIGEST if place.content is not None and digest is None else None),
        "size": late.size,
        "value": late.value if digest is not None else None,
        "objects": late.objects if digest is not None else [],
    }


def _masked(message: Any) -> ContentMessage:
    masked: ContentMessage = masker().mask_tree(message)
    return masked
