"""What a run looks at of an object behind its own statements that replaced parts of it: a cell that sets `df['b']` and
then shows `df` does not depend on who had set `df['b']` before, nor one that fits a model and then scores it on who
had fitted it.

Only the cell's own plain statements count, as it is sure that these were over when the next began.
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .accesses import WHOLE, Access
from .graph import Node, keys_in
from .narrowing import Path, left_by, narrowed, plain_store, refitted
from .shapes import is_frame
from .userland import dict_of, is_user_class

if TYPE_CHECKING:
    from .reads import Reads

Resolve = Callable[[Iterable[Access]], list[Access]]
_KEEPING = (dict, collections.OrderedDict, collections.Counter)
"""Mappings that have nothing of their own to say where a key is missing, as a `defaultdict` has."""


def in_order(name: str, reads: Reads) -> InOrder:
    return InOrder(reads.names[name], reads.late.get(name, {}))


class InOrder:
    """The accesses of one name's object, grouped by what the run had replaced by then."""

    def __init__(self, accesses: Collection[Access], late: Mapping[Access, frozenset[Access]]) -> None:
        self.first = {access for access in accesses if access not in late}
        self._later: dict[frozenset[Access], set[Access]] = {}
        for access in set(accesses) - self.first:
            self._later.setdefault(late[access], set()).add(access)
        self.put: set[str] = set()
        """Of the keys or columns the last, where it was replaced: it does not matter who had added it."""

    def seen(self, node: Node, value: Any, nodes: Mapping[int, Node], resolve: Resolve) -> set[Path] | None:
        """As `narrowed`, without what the run itself had put there. `resolve` replaces the variables in accesses."""
        found = narrowed(node, resolve(self.first), nodes)
        looks_at_keys = found is None or any(path.steps[0] == WHOLE for path in found)
        put = set() if looks_at_keys or not self._later else set((keys_in(node.parts) or [])[-1:])
        for puts, accesses in self._later.items():
            if found is None or refitted(node, puts) or any(left_by(node, one) is not None for one in puts):
                continue
            own = {one.part for one in puts if _is_plain(node, value, one.part)}
            paths = narrowed(node, resolve(accesses), nodes)
            if paths is None:
                if not own:
                    return None
                paths = {Path((part,)) for part in {*node.by, *node.links}}
            found |= {path for path in paths if path.steps[0] not in own}
            put &= own
        self.put = put
        return found


def _is_plain(node: Node, value: Any, part: str) -> bool:
    """Whether what was stored there is what is found there."""
    if part.startswith("["):
        return node.kind in _KEEPING or is_frame(node)
    looks_itself = any("__getattribute__" in vars(base) for base in node.kind.__mro__[:-1])
    is_own = is_user_class(node.kind) and not looks_itself
    return is_own and plain_store(node, part) and part[1:] in dict_of(value)
