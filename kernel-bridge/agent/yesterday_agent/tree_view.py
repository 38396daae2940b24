"""What is inside of a value, one level at a time: items, keys and stored attributes. Nothing of the user's runs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from .describe import brief
from .secrecy import hides
from .static_types import own_attributes, slots_of

KEY = 100
"""Characters of a child's name."""


def children(value: Any) -> Iterator[tuple[str, Any]]:
    """Children with their names, in an order that stays while the value does."""
    kind = type(value)
    if kind in (list, tuple):
        yield from ((f"[{place}]", item) for place, item in enumerate(value))
    elif kind in (set, frozenset):
        yield from (("·", item) for item in value)
    elif kind is dict:
        yield from ((f"[{brief(key)[:KEY]}]", item) for key, item in value.items())
    else:
        if issubclass(kind, (list, tuple)):
            base: Any = list if issubclass(kind, list) else tuple
            yield from ((f"[{place}]", item) for place, item in enumerate(base.__iter__(value)))
        elif issubclass(kind, dict):
            yield from ((f"[{brief(key)[:KEY]}]", item) for key, item in dict.items(value))
        for name, item in {**slots_of(value), **own_attributes(value)}.items():
            yield f".{brief(name).strip(chr(39))[:KEY]}" if type(name) is str else f".{brief(name)[:KEY]}", item


def count(value: Any) -> int:
    """How many children there are."""
    kind = type(value)
    if kind in (list, tuple, set, frozenset, dict):
        return len(value)
    return sum(1 for _ in children(value))


def is_hidden(name: str, value: Any) -> bool:
    """Whether the child's name says that it is a secret."""
    return hides(name.strip("[]'\".·"), value)


def child(value: Any, place: int) -> Any:
    """The child at a place. Raises `LookupError` where there is none."""
    kind = type(value)
    if kind in (list, tuple):
        return value[place]
    for _, item in islice(children(value), place, place + 1):
        return item
    raise LookupError(place)
