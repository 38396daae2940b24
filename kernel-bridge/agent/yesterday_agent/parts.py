"""What an object is made of: parts with tokens, and links.

A part is a piece with a version of its own (`['a']` of a dict, `.x` of an instance, `""` the rest). A token compares
equal exactly when the part was not changed. Links lead to objects with an anatomy of their own.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

from .addresses import address
from .digests import mark
from .userland import is_atom

WHOLE = ""
COUNTER = "~"
"""Begins the names of parts that only count, and never make a version."""
LINK_LIMIT = 20_000
MARSHAL_LIMIT = 200_000
SAMPLE = 1_000
_PLAIN = {int, float, str, bool, type(None)}


@dataclass
class Anatomy:
    """`opaque`: its state cannot be seen from outside; what is done to it decides. `consumed`: any read advances
    it. `sampled`: too large to be compared whole. `caches`: what `cached_property` keeps, by its id."""

    parts: dict[str, Any] = field(default_factory=dict)
    links: list[tuple[str, Any]] = field(default_factory=list)
    opaque: bool = False
    consumed: bool = False
    sampled: bool = False
    caches: dict[str, int] = field(default_factory=dict)


_LONG = 200
"""Characters of a text that is kept by its hash."""


def token(value: Any) -> Any:
    """Of an element: its value for plain data, its identity for everything else."""
    kind = type(value)
    if kind is int or kind is str or kind is bool or value is None:
        return (kind.__name__, value) if kind is not str or len(value) < _LONG else ("str", len(value), hash(value))
    if kind in (float, complex):
        return (kind.__name__, repr(value))
    if kind is bytes:
        return ("bytes", hash(value), len(value))
    return ("#", address(value))


def tokens(values: list[Any]) -> tuple[Iterable[Any], bool]:
    """Of each element, and whether all are plain data: those of one kind are made without a step of Python for each."""
    kinds = set(map(type, values))
    kind = kinds.pop() if len(kinds) == 1 else None
    if kind is int or kind is bool or (kind is str and max(map(len, values)) < _LONG):
        return zip(repeat(kind.__name__), values), True
    return map(token, values), False


def elements(anatomy: Anatomy, values: list[Any]) -> None:
    if len(values) > LINK_LIMIT:
        in_bulk(anatomy, values)
        return
    found, are_plain = tokens(values)
    anatomy.parts[WHOLE] = tuple(found)
    if not are_plain:
        anatomy.links += [(WHOLE, value) for value in values if not is_atom(value)]


def in_bulk(anatomy: Anatomy, values: list[Any]) -> None:
    """Too many to keep one by one: plain data by its bytes, the rest by a sample, and said so."""
    try:
        if len(values) > MARSHAL_LIMIT and not set(map(type, values)) <= _PLAIN:
            raise ValueError(len(values))
        anatomy.parts[WHOLE] = mark(marshal.dumps(values, 2))
    except ValueError:
        sample = values[:: max(1, len(values) // SAMPLE)]
        anatomy.parts[WHOLE] = (len(values), tuple(map(address, sample)))
        anatomy.opaque = anatomy.sampled = True


def add_part(anatomy: Anatomy, name: str, value: Any) -> None:
    kind = type(value)
    if kind is int or kind is bool or value is None:
        anatomy.parts[name] = (kind.__name__, value)
        return
    anatomy.parts[name] = token(value)
    if not is_atom(value):
        anatomy.links.append((name, value))


def changed_parts(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """The parts whose tokens differ; those that only count never do."""
    # Most objects are as they were: one comparison of the whole says so.
    if before == after:
        return set()
    every = {part for part in {*before, *after} if not part.startswith(COUNTER)}
    return {part for part in every if before.get(part, _MISSING) != after.get(part, _MISSING)}


_MISSING = object()
