"""The edges of a run to files, and to what has a name and no content."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .record import Edge

_START = os.getcwd()


def shown_path(path: str) -> str:
    """Relative where it is inside the start folder."""
    inside = path.startswith(_START + os.sep)
    return os.path.relpath(path, _START).replace(os.sep, "/") if inside else path


def file_edge(path: str, digest: str | None, by: str | None, reason: str) -> Edge:
    size = os.path.getsize(path) if os.path.isfile(path) else None
    version = digest or f"{by or 'outside'}:{size}"
    edge: Edge = {"kind": "file", "name": shown_path(path), "version": version, "edge": "observed"}
    edge.update({"by": by, "digest": digest, "size": size, "reason": reason})
    return edge


def plain_edge(kind: Any, name: str, reason: str) -> Edge:
    return {"kind": kind, "name": name, "version": name, "edge": "observed", "reason": reason}
