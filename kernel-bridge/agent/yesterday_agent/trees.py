"""pure. Large lists and dicts of plain data as bytes, at the speed of C: `marshal` in chunks.

A tree holds exact lists, tuples, dicts and atoms, and no list or dict of it is held twice. Anything else is no tree.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any

LEAST = 50_000
"""Items from which on a list may be written as a tree. Below it, digests are as they were before there were trees."""
CHUNK = 5_000
_LEVELS = 4
_ATOMS = frozenset({bool, int, float, complex, str, bytes, type(None)})
_DEPTH = 20


def containers(values: Sequence[Any], check: Callable[[], None]) -> set[int] | None:
    """The ids of all lists and dicts inside `values`; None if they are no tree. `check` is called often."""
    found: set[int] = set()
    level: list[Any] = list(values)
    for _ in range(_DEPTH):
        inner: list[Any] = []
        for start in range(0, len(level), CHUNK):
            check()
            part = level[start : start + CHUNK]
            kinds = set(map(type, part))
            if not kinds - _ATOMS:
                continue
            if not kinds <= _READERS.keys() | _ATOMS:
                return None
            for kind in kinds & _READERS.keys():
                mine = part if len(kinds) == 1 else [item for item in part if type(item) is kind]
                if kind is not tuple:
                    before = len(found)
                    found.update(map(id, mine))
                    if len(found) != before + len(mine):
                        return None
                for read in _READERS[kind]:
                    inner += chain.from_iterable(map(read, mine))
        if not inner:
            return found
        level = inner
    return None


def has_many_inside(values: Sequence[Any]) -> bool:
    """Whether `LEAST` containers or more lie a few levels below, as in a dict of lists of dicts."""
    level: list[Any] = list(values)
    for _ in range(_LEVELS):
        inside = [item for item in level if type(item) in _READERS]
        if len(inside) >= LEAST:
            return True
        if not inside or sum(map(len, inside)) < LEAST:
            return False
        level = list(chain.from_iterable(item.values() if type(item) is dict else item for item in inside))
    return False


_READERS: dict[type, tuple[Callable[[Any], Iterable[Any]], ...]] = {
    list: (list.__iter__,),
    tuple: (tuple.__iter__,),
    dict: (dict.keys, dict.values),
}


def chunks(values: Sequence[Any], check: Callable[[], None]) -> Iterable[bytes]:
    """The bytes of a tree, or of atoms, item by item in order."""
    for start in range(0, len(values), CHUNK):
        check()
        # Without the head of the list: its type and its length.
        yield marshal.dumps(list(values[start : start + CHUNK]), 2)[5:]
