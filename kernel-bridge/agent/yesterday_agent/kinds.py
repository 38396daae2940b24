"""pure. Where a class comes from. Compiled functions keep a descriptor, and anybody anything, in `__module__`."""

from __future__ import annotations


def module_of(kind: type) -> str:
    """The module's name; empty where the class says none."""
    module: object = kind.__module__
    return module if isinstance(module, str) else ""


def package_of(kind: type) -> str:
    """The first part of it."""
    return module_of(kind).partition(".")[0]


def is_native(kind: type) -> bool:
    """Whether it is defined in C for good, not made while the program runs as classes of Python are."""
    return not kind.__flags__ & _HEAP_TYPE


_HEAP_TYPE = 1 << 9
