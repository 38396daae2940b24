"""What workers touched, on the edges of the run that they worked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import read_variables
from ..file_edges import plain_edge, shown_path

if TYPE_CHECKING:
    from ..record import Edge
    from .merge import WorkerUse

_FILES = ("file", "directory", "module")


def mark_workers(use: WorkerUse, used: list[Edge], generated: list[Edge]) -> None:
    """Each edge to a file that workers touched names them; adds edges to what only workers show."""
    if not use.workers:
        return
    keys = {shown_path(path): use.touched(path) for path in (*use.read, *use.written, *use.removed, *use.databases)}
    keys |= {path: use.touched(path) for path in use.listers}
    modules = {name: sorted(workers) for name, workers in use.modules.values()}
    for edge in (*used, *generated):
        found = (modules if edge["kind"] == "module" else keys).get(edge["name"])
        if found and edge["kind"] in _FILES:
            edge["facets"] = {**(edge.get("facets") or {}), "workers": found}
    used += use.urls.values()
    for name, workers in use.environment.items():
        read_variables.watch().note(name)
        edge = plain_edge("environment", name, "read by a worker")
        used.append({**edge, "facets": {"workers": sorted(workers)}})
