"""pure. Small lists, tuples and dicts of plain data: whether they hold the very objects that they held before.

What a container held is kept as a tuple of short immutable built-ins, so nothing of the user's stays alive.
"""

from __future__ import annotations

from operator import is_
from typing import Any

LIMIT = 500
_LONG = 200
"""Characters or bytes of a value that is kept."""
_FIXED: frozenset[type] = frozenset({int, float, bool, complex, type(None)})
_SIZED: frozenset[type] = frozenset({str, bytes})
Items = tuple[Any, ...]


def items_of(value: Any) -> Items | None:
    """All that the container holds; None where it is large, of another type, or holds anything but plain data."""
    items = _items(value)
    if items is None:
        return None
    kinds = set(map(type, items))
    if not kinds <= _FIXED:
        if not kinds <= _FIXED | _SIZED:
            return None
        if any(len(item) > _LONG for item in items if type(item) in _SIZED):
            return None
    return items


def holds_still(value: Any, items: Items) -> bool:
    """Whether it holds these and nothing else, in this order. False says only that it has to be looked at."""
    now = _items(value)
    return now is not None and len(now) == len(items) and all(map(is_, now, items))


def _items(value: Any) -> Items | None:
    kind = type(value)
    if kind is dict:
        return (*value, *value.values()) if len(value) <= LIMIT else None
    return tuple(value) if (kind is list or kind is tuple) and len(value) <= LIMIT else None
