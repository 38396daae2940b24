"""The anatomy of built-in containers, by their own C methods: a subclass's overrides are never called."""

from __future__ import annotations

import collections
import gc
from typing import Any

from .addresses import address
from .parts import LINK_LIMIT, WHOLE, Anatomy, add_part, elements, in_bulk, token, tokens
from .userland import is_atom

PART_LIMIT = 2_000
PLACE_LIMIT = 500


def read_list(value: Any) -> Anatomy:
    return _in_order(list(list.__iter__(value)))


def read_tuple(value: Any) -> Anatomy:
    return _in_order(list(tuple.__iter__(value)))


def _in_order(items: list[Any]) -> Anatomy:
    """Each place a part of its own, where they are few; the rest is the length."""
    anatomy = Anatomy()
    if len(items) > PLACE_LIMIT:
        elements(anatomy, items)
        return anatomy
    found, are_plain = tokens(items)
    anatomy.parts = dict(zip(_PLACES, found, strict=False))
    anatomy.parts[WHOLE] = len(items)
    if not are_plain:
        anatomy.links = [(place, item) for place, item in zip(_PLACES, items, strict=False) if not is_atom(item)]
    return anatomy


_PLACES = tuple(f"[{place}]" for place in range(PLACE_LIMIT))


def read_set(value: Any) -> Anatomy:
    base = set if isinstance(value, set) else frozenset
    anatomy = Anatomy()
    items = list(base.__iter__(value))
    anatomy.parts[WHOLE] = frozenset(map(token, items)) if len(items) <= LINK_LIMIT else (len(items), address(items))
    anatomy.links += [(WHOLE, item) for item in items[:LINK_LIMIT] if not is_atom(item)]
    return anatomy


def read_deque(value: Any) -> Anatomy:
    anatomy = Anatomy()
    elements(anatomy, list(collections.deque.__iter__(value)))
    return anatomy


def read_dict(value: Any) -> Anatomy:
    """A namespace that code was executed in holds the built-ins, which are not its own."""
    anatomy = Anatomy()
    is_ordered = isinstance(value, collections.OrderedDict)
    items = list(collections.OrderedDict.items(value) if is_ordered else dict.items(value))
    if len(items) > LINK_LIMIT:
        in_bulk(anatomy, items)
    elif len(items) <= PART_LIMIT and all(is_key(key) for key, _ in items):
        anatomy.parts[WHOLE] = tuple(key for key, _ in items)
        for key, item in items:
            if key == "__builtins__":
                continue
            add_part(anatomy, f"[{key!r}]", item)
    else:
        elements(anatomy, [part for item in items for part in item])
    return anatomy


def is_key(value: object) -> bool:
    """Whether its spelling distinguishes it from all other keys."""
    if type(value) is tuple:
        return all(type(item) in (str, int) for item in value)
    return type(value) in (str, int)


def read_view(value: Any) -> Anatomy:
    """Keys, values or items of a dict are those that it has when they are looked at."""
    return Anatomy({WHOLE: "view"}, [(WHOLE, held) for held in gc.get_referents(value) if isinstance(held, dict)])


_HOLDERS: tuple[dict[str, int], ...] = ({}, collections.OrderedDict())
VIEWS = tuple(type(view) for held in _HOLDERS for view in (held.keys(), held.values(), held.items()))
