"""Which parts of an object the touches of a name can see: reading one column does not depend on another's maker."""

from __future__ import annotations

import collections
from collections.abc import Collection

from .accesses import WHOLE, Access
from .databases import RESULT, fetches, is_connection
from .graph import Node
from .kinds import module_of

_MAPPINGS = (dict, collections.OrderedDict, collections.defaultdict, collections.Counter)


def narrowed(node: Node, accesses: Collection[Access]) -> set[str] | None:
    """The parts that these accesses can see; None for all of the object."""
    frame = "['" in "".join(part for part in node.parts if part.startswith("[")) and node.kind.__name__ == "DataFrame"
    if is_connection(node.kind):
        return None if fetches(accesses) else set(node.parts) - {RESULT}
    wanted: set[str] = {"index"} if frame else set()
    for access in accesses:
        part = access.part
        if frame and part.startswith(".") and f"[{part[1:]!r}]" in node.parts and access.verb != "call":
            part = f"[{part[1:]!r}]"
        if _clones(node, access):
            wanted |= {name for name in node.parts if name.startswith(".") and not name.endswith("_")}
            continue
        if access.verb == "store" and _plain_store(node, part, frame):
            continue
        if access.key and node.kind in _MAPPINGS:
            wanted.add(access.key if access.key in node.parts else WHOLE)
            continue
        if access.verb == "store" and node.kind is list and part in node.parts:
            wanted.add(WHOLE)  # its length
            continue
        if part == WHOLE or part not in node.parts or access.verb == "call":
            return None
        wanted.add(part)
    return wanted


def _clones(node: Node, access: Access) -> bool:
    """scikit-learn's `clone` takes the parameters, and nothing that was fitted (those names end in `_`)."""
    is_clone = access.verb == "argument" and access.callee.rpartition(".")[2] == "clone"
    return is_clone and module_of(node.kind).startswith("sklearn.")


def _plain_store(node: Node, part: str, frame: bool) -> bool:
    """Replacing one part without looking at the others."""
    if part.startswith("["):
        return frame or issubclass(node.kind, dict)
    if not part.startswith(".") or frame:
        return False
    if issubclass(node.kind, type):
        return True
    found = next((base.__dict__[part[1:]] for base in node.kind.__mro__ if part[1:] in base.__dict__), None)
    plain = node.kind.__setattr__ is object.__setattr__
    return plain and not hasattr(type(found), "__set__") and bool(part)
