"""networkx: graphs are dictionaries, which the agent reads by itself; the variables panel shows how large they are."""

from __future__ import annotations

from typing import Any

from ..imported import is_a
from ..library import Description, Library
from ..userland import dict_of


def _describe(value: Any) -> Description | None:
    nodes = dict_of(value).get("_node") if is_a(value, "networkx", "Graph") else None
    return {"preview": f"{len(nodes):,} node{'' if len(nodes) == 1 else 's'}"} if type(nodes) is dict else None


LIBRARY = Library("networkx", describe=_describe)
