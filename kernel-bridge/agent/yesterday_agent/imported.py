"""pure. Types of libraries that the user has imported; none is imported here."""

from __future__ import annotations

import sys
from typing import Any


def library(name: str) -> Any:
    """The module, where it is imported."""
    return sys.modules.get(name)


def type_of(module: str, name: str) -> Any:
    found = getattr(library(module), name, None) if library(module) is not None else None
    return found if isinstance(found, type) else None


def is_a(value: object, module: str, name: str) -> bool:
    """Whether its type is that or below it, whatever it says of its `__class__`."""
    kind = type_of(module, name)
    return kind is not None and issubclass(type(value), kind)
