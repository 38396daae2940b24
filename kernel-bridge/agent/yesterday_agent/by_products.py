"""What computations leave on values beside their results, and which runs may look at it (`library.ByProducts`)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from . import libraries
from .accesses import Access
from .kinds import by_kind
from .library import ByProducts


def parts_of(kind: type) -> tuple[str, ...]:
    """The parts of a value of this class in which some are left."""
    found = _of_kind(kind)
    return () if found is None else (found.part,)


def left_on(value: Any) -> Iterable[Any]:
    """The values on which work with this one would leave some."""
    found = _of_kind(type(value))
    return () if found is None else found.left_on(value)


def are_asked(accesses: Collection[Access]) -> bool:
    """Whether these accesses may look at some themselves."""
    return any(not all(map(one.is_apart, accesses)) for one in _imported())


def may_be_asked(names: Iterable[str], calls: Collection[str], namespace: Mapping[str, Any]) -> bool:
    """Whether a run that read these names and called these may look at some elsewhere."""
    return any(one.may_be_asked(names, calls, namespace) for one in _imported())


@by_kind
def _of_kind(kind: type) -> ByProducts | None:
    library = libraries.of_kind(kind)
    found = None if library is None else library.by_products
    return found if found is not None and found.may_have(kind) else None


def _imported() -> Iterable[ByProducts]:
    return (one.by_products for one in libraries.imported() if one.by_products is not None)
